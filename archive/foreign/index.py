"""The first reading of a set of WARC files: how far they are sound, what was asked, which revisits wait for a body."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from archive import addresses
from archive.foreign import digests, messages
from archive.foreign.records import HEAD, Fields, Record, Records, moment
from archive.foreign.refusals import DamagedError, ForeignFileError, UnfitError
from archive.foreign.stream import Allowance, Source, Stream

# Every file of one set, opened anew for each reading.
Opened = Callable[[], AbstractContextManager[Source]]
Sources = Sequence[Opened]

# Requests and revisits held at a time: those of some hundred thousand pages.
_MOST_HELD = 128 << 20
_COST_OF_AN_ID = 1 << 9  # what Python itself needs for a key and its fields


@dataclass(slots=True)
class Revisit:
    """A revisit record that waits for the record with its body; `number` is its place among all records."""

    number: int
    url: str
    ids: tuple[str, ...]
    captured: dt.datetime
    digest: str | None
    ip: str | None
    head: bytes
    is_found: bool = False


@dataclass(slots=True)
class Index:
    """What is known of a set of files before any of its answers is taken.

    `sound` counts the records before the first `damage`, where there is any.
    """

    hosts: frozenset[str]
    sound: int = 0
    damage: DamagedError | None = None
    revisits: list[Revisit] = field(default_factory=list)
    _requests: dict[tuple[str, str], bytes] = field(default_factory=dict)
    _by_digest: dict[tuple[str, bytes], list[Revisit]] = field(default_factory=dict)
    _by_source: dict[tuple[str, dt.datetime], list[Revisit]] = field(default_factory=dict)
    _held: int = 0

    def request(self, url: str, ids: tuple[str, ...]) -> tuple[str, Fields]:
        """Method and headers of the request for an answer: a GET without headers where none was recorded.

        Raises UnfitError for a method other than GET, whose answer is not the page at that address.
        """
        head = next((self._requests[url, one] for one in ids if (url, one) in self._requests), None)
        if head is None:
            return "GET", ()
        method, headers = messages.request(head)
        if method != "GET":
            raise UnfitError(f"the answer to a {method}, not to a GET")
        return method, headers

    def waiting_for(self, record: Record) -> list[Revisit]:
        """The revisits without a body that name this record, by address and date or by digest; each is told once."""
        if not self.revisits:
            return []
        source = _source(record.url, record.field("warc-date"))
        digest = digests.parsed(record.field("warc-payload-digest") or "")
        named = self._by_source.pop(source, []) if source else []
        alike = self._by_digest.pop(digest, []) if digest else []
        return [one for one in [*named, *alike] if not one.is_found and one.number < self.sound]

    def add(self, number: int, record: Record) -> None:
        """Remember a request or a revisit of the wanted hosts; raises ForeignFileError where that is too much."""
        if record.kind not in ("request", "revisit") or not self._is_wanted(record):
            return
        head = record.block(HEAD)
        self._held += len(head) + _COST_OF_AN_ID * (1 + len(ids(record)))
        if self._held > _MOST_HELD:
            raise ForeignFileError(
                f"more than {_MOST_HELD >> 20} MiB of requests and revisits; split the file and import the parts"
            )
        if record.kind == "request":
            self._requests.update(((record.url, one), head) for one in ids(record))
        else:
            self._add_revisit(number, record, head)

    def _is_wanted(self, record: Record) -> bool:
        try:
            return record.host in self.hosts and bool(record.captured)
        except UnfitError:
            return False  # said in the second reading

    def _add_revisit(self, number: int, record: Record, head: bytes) -> None:
        digest = record.field("warc-payload-digest")
        ip = record.field("warc-ip-address")
        revisit = Revisit(number, record.url, ids(record), record.captured, digest, ip, head)
        self.revisits.append(revisit)
        if parsed := digests.parsed(digest or ""):
            self._by_digest.setdefault(parsed, []).append(revisit)
        target = record.field("warc-refers-to-target-uri")
        if target and (source := _source(target, record.field("warc-refers-to-date"))):
            self._by_source.setdefault(source, []).append(revisit)


def records(sources: Sources) -> Generator[Record, None, None]:
    """The records of all files, one file after the other; raises DamagedError."""
    allowance = Allowance("its records")
    for opened in sources:
        with opened() as source:
            yield from Records(Stream(source, allowance))


def indexed(sources: Sources, hosts: frozenset[str]) -> Index:
    """Read all files up to the first damage; raises ForeignFileError for what is dangerous."""
    index, allowance = Index(hosts), Allowance("its records")
    for opened in sources:
        _add_file(index, opened, allowance)
        if index.damage:
            break
    return index


def _add_file(index: Index, opened: Opened, allowance: Allowance) -> None:
    sound_before, of_this_file = index.sound, None
    try:
        with opened() as source:
            of_this_file = Records(Stream(source, allowance))
            for number, record in enumerate(of_this_file, sound_before):
                index.add(number, record)
    except DamagedError as damage:
        index.damage = damage
    if of_this_file is not None:
        index.sound += of_this_file.sound


def ids(record: Record) -> tuple[str, ...]:
    """A record's own id and those of the records made with it; requests and answers name each other either way."""
    return tuple(value for name, value in record.fields if name in ("warc-record-id", "warc-concurrent-to"))


def _source(url: str, date: str | None) -> tuple[str, dt.datetime] | None:
    try:
        return addresses.key(url.strip("<>")), moment(date or "")
    except (ValueError, UnfitError):
        return None
