"""WARC files of others as answers: the second reading, in which each record is taken or refused."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from http import HTTPStatus
from itertools import islice

from archive.foreign import digests, messages
from archive.foreign.index import Index, Revisit, Sources, ids, indexed, records
from archive.foreign.payload import LARGEST_FILE, decoded, largest
from archive.foreign.records import Record
from archive.foreign.refusals import DamagedError, Refused, UnfitError
from archive.foreign.stream import Allowance
from archive.models import Answer

_MOST_BLOCK = LARGEST_FILE + (4 << 20)  # headers, and the sizes of chunks
_MOST_HOSTS = 1000
_SCHEME = re.compile(r"(?!https?:)[a-z][a-z0-9+.-]{0,30}:", re.IGNORECASE)
_HTML = re.compile(r"(?:text/html|application/xhtml\+xml)\s*(?:;|$)", re.IGNORECASE)
_SAYS_NOTHING: dict[int, str] = {
    HTTPStatus.NOT_MODIFIED: "a 304 says only that nothing changed since a visit that is not in this file",
    HTTPStatus.PARTIAL_CONTENT: "a 206 holds a part of the page only",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose answers are wanted: which site's and run's, of which hosts (lower-case, with a port where one is named)."""

    site: str
    run_id: int | None
    hosts: frozenset[str]


def answers(sources: Sources, scope: Scope) -> Iterator[Answer | Refused]:
    """Every answer of the wanted hosts, each followed by the revisits of its body: in no order of time.

    The files are read twice, since a request or a revisit may stand anywhere in relation to its answer. DamagedError
    is raised after all that is sound before the damage; a ForeignFileError for danger before anything.
    """
    index = indexed(sources, scope.hosts)
    reading = _Reading(scope, index)
    with closing(records(sources)) as every:
        for record in islice(every, index.sound):
            yield from reading.taken(record)
    yield from reading.left_over()
    if index.damage:
        raise DamagedError(
            f"damaged; the records before that were read ({index.sound}): {index.damage}"
        ) from index.damage


class _Reading:
    """The second reading: what has been counted so far, and how much may still be unpacked."""

    def __init__(self, scope: Scope, index: Index) -> None:
        self._scope, self._index = scope, index
        self._allowance = Allowance("the pages in it, unpacked,")
        self._elsewhere: Counter[tuple[str, str]] = Counter()

    def taken(self, record: Record) -> Iterator[Answer | Refused]:
        """What becomes of one record; nothing where it is no answer, or is counted for the end."""
        if record.kind not in ("response", "resource", "revisit"):
            return
        waiting = self._index.waiting_for(record) if record.kind == "response" else []
        try:
            is_ours = self._is_ours(record)
            if record.kind == "revisit":
                if is_ours:
                    record.captured  # noqa: B018 - raises where it is none; the rest waits for its original
                return
            if not is_ours and not waiting:
                return
            answer, forms = self._answer(record)
        except UnfitError as problem:
            yield Refused(record.url, str(problem))
            return
        if is_ours:
            yield answer
        for revisit in waiting:
            yield from self._revisited(revisit, answer, forms)

    def left_over(self) -> Iterator[Refused]:
        """The revisits whose original did not come, and the counts of what is elsewhere."""
        for revisit in self._index.revisits:
            if not revisit.is_found and revisit.number < self._index.sound:
                yield Refused(revisit.url, "a revisit of a record that is not in this file, or was refused")
        for (what, why), count in self._elsewhere.items():
            yield Refused(f"{what}: {count} record{'s' * (count != 1)}", why)

    def _is_ours(self, record: Record) -> bool:
        """Whether a record is of a wanted host; one that is not is counted. Raises UnfitError for no address."""
        if scheme := _SCHEME.match(record.url):
            self._count(scheme[0].lower(), "not addresses of the web")
            return False
        if (host := record.host) in self._scope.hosts:
            return True
        self._count(host, "not a host of this site")
        return False

    def _count(self, what: str, why: str) -> None:
        if (what, why) not in self._elsewhere and len(self._elsewhere) >= _MOST_HOSTS:
            what, why = "other hosts", "not hosts of this site"
        self._elsewhere[what, why] += 1

    def _answer(self, record: Record) -> tuple[Answer, list[bytes]]:
        """The answer of a `response` or `resource` record, and the forms of its payload that a digest may be of."""
        captured = record.captured
        block = _whole_block(record)
        if record.kind == "resource":
            content_type = record.field("content-type") or ""
            if not _HTML.match(content_type):
                raise UnfitError("a resource record that holds no HTML page")
            if len(block) > (most := largest(content_type)):
                raise UnfitError(f"larger than {most >> 20} MiB")
            answer = messages.Response("HTTP/1.1", HTTPStatus.OK, (("Content-Type", content_type),), block)
            forms = [block]
        else:
            answer = messages.response(block)
            _says_something(answer.status)
            forms = decoded(answer, self._allowance)
        if not digests.holds(record.field("warc-payload-digest"), *forms):
            raise UnfitError("its payload has another digest than the record states")
        method, request_headers = self._index.request(record.url, ids(record))
        return Answer(
            site=self._scope.site,
            run_id=self._scope.run_id,
            url=record.url,
            captured=captured,
            status=answer.status,
            headers=messages.as_they_came(answer.headers),
            body=forms[-1],
            outcome="ok",
            ip=record.field("warc-ip-address"),
            protocol=answer.protocol,
            method=method,
            request_headers=request_headers,
        ), forms

    def _revisited(self, revisit: Revisit, original: Answer, forms: list[bytes]) -> Iterator[Answer | Refused]:
        """A revisit with its own date and headers and the original's body."""
        if revisit.is_found:
            return
        revisit.is_found = True
        try:
            if not digests.holds(revisit.digest, *forms):
                raise UnfitError("a revisit record of a body with another digest than it states")
            method, request_headers = self._index.request(revisit.url, revisit.ids)
            headers, status = original.headers, original.status
            if revisit.head.strip():
                own = messages.response(revisit.head)
                _says_something(own.status)
                headers, status = messages.as_they_came(own.headers), own.status
        except UnfitError as problem:
            yield Refused(revisit.url, str(problem))
            return
        yield replace(
            original,
            url=revisit.url,
            captured=revisit.captured,
            status=status,
            headers=headers,
            ip=revisit.ip,
            method=method,
            request_headers=request_headers,
        )


def _whole_block(record: Record) -> bytes:
    """All that a record holds; raises UnfitError where that is too much, a part only, or not what it was."""
    if record.field("warc-segment-number"):
        raise UnfitError("one segment of several; a tool that joins them has to be used first")
    if truncated := record.field("warc-truncated"):
        raise UnfitError(f"cut off by the tool that recorded it ({truncated})")
    if record.length > _MOST_BLOCK:
        raise UnfitError(f"larger than {LARGEST_FILE >> 20} MiB")
    block = record.block(_MOST_BLOCK)
    if not digests.holds(record.field("warc-block-digest"), block):
        raise UnfitError("the record has another digest than it states")
    return block


def _says_something(status: int) -> None:
    if why := _SAYS_NOTHING.get(status):
        raise UnfitError(why)
    if not HTTPStatus.OK <= status < 600:
        raise UnfitError(f"status {status} is no answer to a request")
