"""What the WARC files say that happened: runs, the pages they asked for, and a person's word; so an archive is rebuilt.

A `warcinfo` record begins each run in each file it writes to. A page's answers follow one another behind a `metadata`
record that says what they do not; a lone answer without one is an article page that came as it is.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO, cast, get_args

from warcio.archiveiterator import ArchiveIterator

from archive import records, warc
from archive.clock import SHANGHAI, iso
from archive.models import Answer, Fetched, PageKind, RunFacts, RunKind, WalkOptions

_PLAIN = ("ok", "not_modified")
_ANSWERS = ("response", "revisit")


@dataclass(frozen=True, slots=True)
class Place:
    """A record in a WARC file. `status` is an answer's; `fields` are those of a note or a `warcinfo` record.

    Of the kind `damage` are the bytes between two whole records that are none.
    """

    kind: str
    url: str | None
    at: dt.datetime
    file: str
    offset: int
    length: int
    status: int | None
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageTold:
    """A page that was asked for, as the records tell it: each answer's place with its outcome.

    `kind` is None where the records break off: then nobody knows what the answers were for.
    """

    url: str
    kind: PageKind | None
    outcome: str
    at: dt.datetime
    answers: tuple[tuple[Place, str], ...]
    listing: str | None = None
    error: str | None = None


@dataclass(slots=True)
class RunTold:
    """A run, or the part of it that one file holds, in the order of its records.

    `facts` is None for answers that no run stands before. `ended` is when and how, None for a run that was killed.
    `confirmed` is when a person said that the site's takedowns are true: such a word stands alone.
    """

    facts: RunFacts | None
    started: dt.datetime
    number: int
    pages: list[PageTold] = field(default_factory=list)
    ended: tuple[dt.datetime, str] | None = None
    confirmed: dt.datetime | None = None


def run_fields(run: RunFacts) -> dict[str, str | None]:
    """A run's facts as fields of its `warcinfo` record."""
    options = asdict(run.options) if run.options else None
    if options and options["since"]:
        options["since"] = options["since"].isoformat()
    return {
        "run": None if run.number is None else str(run.number),
        "run-kind": run.kind,
        "run-started": iso(run.started),
        "run-vantage": run.vantage,
        "run-proxy": run.proxy,
        "run-listings": json.dumps(run.listings, ensure_ascii=False),
        "run-options": json.dumps(options) if options else None,
        "run-wanted": run.wanted,
    }


def _facts(site: str, fields: Mapping[str, str]) -> RunFacts | None:
    if "run-started" not in fields:
        return None
    options = json.loads(fields["run-options"]) if "run-options" in fields else None
    if options and options["since"]:
        options["since"] = dt.date.fromisoformat(options["since"])
    return RunFacts(
        site=site,
        kind=cast("RunKind", fields["run-kind"]),
        started=dt.datetime.fromisoformat(fields["run-started"]),
        vantage=fields.get("run-vantage"),
        proxy=fields.get("run-proxy"),
        listings=tuple((column, url, cms) for column, url, cms in json.loads(fields["run-listings"])),
        options=WalkOptions(**options) if options else None,
        wanted=fields.get("run-wanted"),
        number=int(fields["run"]) if "run" in fields else None,
    )


def is_attempt(fetched: Fetched) -> bool:
    """Whether what came of a page is none of its answers: no answer at all, or a failure after the last of them."""
    return not fetched.answers or fetched.answers[-1].outcome != fetched.outcome


def page_fields(fetched: Fetched) -> dict[str, str | None]:
    """What a page's answers do not say themselves; nothing for an article page that came as it is."""
    page, outcomes = fetched.page, [answer.outcome for answer in fetched.answers]
    if page.kind == "article" and outcomes == [fetched.outcome] and fetched.outcome in _PLAIN:
        return {}
    return {
        "page": page.kind,
        "listing": page.listing,
        "answers": " ".join(outcomes),
        "outcome": fetched.outcome,
        "error": fetched.error,
    }


def run_ended(at: dt.datetime, outcome: str) -> dict[str, str | None]:
    """The note at the end of a run."""
    return {"run-finished": iso(at), "run-outcome": outcome}


def gone_confirmed(at: dt.datetime, after_run: int) -> dict[str, str | None]:
    """The note of a person's word that a site's takedowns are true, given after that run."""
    return {"gone-confirmed": iso(at), "after-run": str(after_run)}


def runs_told(folder: Path, site: str, damaged: Callable[[Place], None]) -> list[RunTold]:
    """Every run of a site, oldest first, with the pages it asked for.

    Bytes that are no whole record are told to `damaged`, and passed over.
    """
    told: dict[tuple[dt.datetime, int, bool], RunTold] = {}
    for path in sorted((folder / site).glob("*.warc.gz")):
        with path.open("rb") as file:
            for part in _parts(site, places(file, f"{site}/{path.name}"), damaged):
                whole = told.setdefault((part.started, part.number, part.confirmed is not None), part)
                if whole is not part:
                    whole.pages += part.pages
                    whole.ended = whole.ended or part.ended
    return [told[order] for order in sorted(told)]


def first_run(folder: Path, site: str) -> tuple[dt.datetime, int]:
    """When a site's first run began, with its number; the end of time where no file tells of a run."""
    first = dt.datetime.max.replace(tzinfo=SHANGHAI), 0
    for path in (folder / site).glob("*.warc.gz"):
        with path.open("rb") as file:
            for place in places(file, path.name):
                if place.kind == "warcinfo" and (facts := _facts(site, place.fields)):
                    first = min(first, (facts.started, facts.number or 0))
                break
    return first


def places(file: BinaryIO, name: str, start: int = 0) -> Iterator[Place]:
    """The whole records of a WARC file from a byte on, in their order, and the damage between and behind them."""
    size = os.fstat(file.fileno()).st_size
    while start < size:
        whole = start
        for place in _whole_places(file, name, start):
            yield place
            whole = place.offset + place.length
        if whole == size:
            return
        start = warc.next_whole(file, whole, size) or size
        at = dt.datetime.fromtimestamp(0, SHANGHAI)
        yield Place("damage", None, at, name, whole, start - whole, None)


def _whole_places(file: BinaryIO, name: str, start: int) -> Iterator[Place]:
    for offset, end in warc.whole_records(file, start):
        file.seek(offset)
        record = next(iter(ArchiveIterator(file)))
        header = record.rec_headers.get_header
        fields = {}
        if record.rec_type in ("warcinfo", "metadata"):
            fields = records.fields_of(record.content_stream().read())
        at = dt.datetime.fromisoformat(header("WARC-Date")).astimezone(SHANGHAI)
        status = int(record.http_headers.get_statuscode()) if record.rec_type in _ANSWERS else None
        yield Place(record.rec_type, header("WARC-Target-URI"), at, name, offset, end - offset, status, fields)


def pages_told(places: Iterator[Place]) -> Iterator[Place | PageTold]:
    """Notes and `warcinfo` records as they are, and answers put together to the pages they were asked for.

    Of an answer right behind damage nobody knows what it was for: the note may have stood there. So of where it leads,
    and of what a note was still waiting for when the damage came.
    """
    note: Place | None = None
    answers: list[Place] = []
    doubtful, before = 0, ""
    for place in places:
        if doubtful and before == "damage" and place.kind == "request":
            doubtful -= 1  # the request of an answer, which was what is damaged
        before = place.kind
        if place.kind in _ANSWERS and doubtful:
            yield from _broken_off([place])
            doubtful = max(doubtful - 1, _is_redirect(place))
        elif place.kind in _ANSWERS and note is None:
            yield _alone(place)
        elif place.kind in _ANSWERS:
            answers.append(place)
        elif place.kind != "request":
            awaited = len(_outcomes(note)) - len(answers) if note else doubtful
            doubtful = max(awaited, 1) if place.kind == "damage" else 0
            yield from _broken_off(answers)
            note, answers = None, []
            if _is_page_note(place):
                note = place
            else:
                doubtful = max(doubtful, "page" in place.fields)
                yield place
        if note and len(answers) == len(_outcomes(note)):
            yield _told(note, answers)
            note, answers = None, []
    yield from _broken_off(answers)


def _is_redirect(place: Place) -> bool:
    return 300 <= (place.status or 0) < 400 and place.status != HTTPStatus.NOT_MODIFIED


def _is_page_note(place: Place) -> bool:
    """Whether a record says what the answers behind it were for, in words that are known here."""
    said = place.fields
    return place.kind == "metadata" and said.get("page") in get_args(PageKind) and {"answers", "outcome"} <= said.keys()


def _outcomes(note: Place) -> list[str]:
    return note.fields["answers"].split()


def read_answer(
    folder: Path, place: Place, outcome: str, site: str, run_id: int | None, body_of: Callable[[str, str], bytes]
) -> Answer:
    """An answer as it was kept; `body_of` gives, by address and digest, the body that a revisit refers to.

    Raises OSError and ValueError where no whole record stands there.
    """
    record, body = warc.read_record(folder, place.file, place.offset, place.length)
    header = record.rec_headers.get_header
    refers_to = str(header("WARC-Payload-Digest")) if record.rec_type == "revisit" else None
    refers_to_date = header("WARC-Refers-To-Date") if refers_to else None
    if refers_to and place.status != HTTPStatus.NOT_MODIFIED:
        body = body_of(str(place.url), refers_to)
    return Answer(
        site=site,
        run_id=run_id,
        url=str(place.url),
        captured=place.at,
        status=place.status or 0,
        headers=tuple(_headers(folder, place)),
        body=body,
        outcome=outcome,
        ip=header("WARC-IP-Address"),
        place=(place.file, place.offset, place.length),
        refers_to=refers_to,
        refers_to_date=dt.datetime.fromisoformat(refers_to_date) if refers_to_date else None,
    )


def _headers(folder: Path, place: Place) -> Iterator[tuple[str, str]]:
    """The headers of an answer as they came, their bytes as Latin-1.

    Not warcio's: it takes a line for UTF-8 where it can be and for Latin-1 where not, and does not say for which.
    """
    path = folder / place.file
    with (path if path.exists() else path.with_name(path.name + warc.OPEN)).open("rb") as file:
        file.seek(place.offset)
        _, head, _ = zlib.decompress(file.read(place.length), 31).split(b"\r\n\r\n", 2)
    for line in head.decode("latin-1").split("\r\n")[1:]:
        name, _, value = line.partition(": ")
        if name != "Content-Length":  # that of the body as it is kept
            yield name.removeprefix(records.RENAMED), value


def _parts(site: str, places: Iterator[Place], damaged: Callable[[Place], None]) -> Iterator[RunTold]:
    run: RunTold | None = None
    for told in pages_told(places):
        if isinstance(told, PageTold):
            if run is None:
                run = RunTold(None, told.at, -1)
            run.pages.append(told)
        elif told.kind == "damage":
            damaged(told)
        elif told.kind == "warcinfo":
            if run:
                yield run
            facts = _facts(site, told.fields)
            run = RunTold(facts, facts.started, facts.number or 0) if facts else None
        elif "run-outcome" in told.fields and run:
            run.ended = dt.datetime.fromisoformat(told.fields["run-finished"]), told.fields["run-outcome"]
        elif "gone-confirmed" in told.fields:
            at = dt.datetime.fromisoformat(told.fields["gone-confirmed"])
            yield RunTold(None, at, int(told.fields["after-run"]), confirmed=at)
    if run:
        yield run


def _alone(place: Place) -> PageTold:
    outcome = "not_modified" if place.status == HTTPStatus.NOT_MODIFIED else "ok"
    return PageTold(str(place.url), "article", outcome, place.at, ((place, outcome),))


def _told(note: Place, answers: list[Place]) -> PageTold:
    said = note.fields
    return PageTold(
        str(note.url),
        cast("PageKind", said["page"]),
        said["outcome"],
        note.at,
        tuple(zip(answers, _outcomes(note), strict=True)),
        said.get("listing"),
        said.get("error"),
    )


def _broken_off(answers: list[Place]) -> Iterator[PageTold]:
    for place in answers:
        yield PageTold(str(place.url), None, "ok", place.at, ((place, "ok"),))
