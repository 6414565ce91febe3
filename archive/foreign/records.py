"""WARC records (ISO 28500, versions 1.0 and 1.1) and the header lines that they and HTTP are made of."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from urllib.parse import quote

from archive import addresses, clock
from archive.foreign.refusals import DamagedError, ForeignFileError, UnfitError
from archive.foreign.stream import Stream

Fields = tuple[tuple[str, str], ...]

HEAD = 1 << 16
# A WARC file of 1 GiB holds tens of thousands of records; this many in one file is a file made to cost time.
MOST_RECORDS = 1_000_000
_VERSION = re.compile(rb"WARC/1\.[01][ \t]*\r?(?:\n|$)")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]+")
_LENGTH = re.compile(r"\d{1,18}", re.ASCII)
_NOT_SENT = re.compile(r"[^!-~]+")
_DATE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)", re.ASCII)
_FIRST_YEAR = 1990


class Record:
    """One WARC record, its block to be read before the next record is asked for. Names of `fields` are lower-case."""

    def __init__(self, stream: Stream, head: bytes) -> None:
        self.fields = tuple((name.lower(), value) for name, value in fields_of(_text(head)))
        lengths = {value for name, value in self.fields if name == "content-length"}
        stated = lengths.pop() if len(lengths) == 1 else ""
        if not _LENGTH.fullmatch(stated):
            raise DamagedError(f"the record before byte {stream.position} does not state its length")
        self._stream, self.length = stream, int(stated)
        self._left = self.length

    def field(self, name: str) -> str | None:
        """The first value of a WARC header, by its lower-case name."""
        return next((value for header, value in self.fields if header == name), None)

    @property
    def kind(self) -> str:
        """WARC-Type, lower-case."""
        return (self.field("warc-type") or "").lower()

    @property
    def url(self) -> str:
        """The address, or the record's id where it states none.

        wget 1.19 wrote it in angle brackets; what some tools leave as it is, spaces and 公, is escaped.
        """
        url = self.field("warc-target-uri")
        if url is None:
            return self.field("warc-record-id") or "a record without an address"
        return escaped(url.removeprefix("<").removesuffix(">"))

    @property
    def host(self) -> str:
        """The address's host in lower case, with its port unless that is the scheme's; raises UnfitError."""
        try:
            return re.split(r"[/?]", addresses.canonical(self.url), maxsplit=1)[0]
        except ValueError as problem:
            raise UnfitError(str(problem)) from problem

    @property
    def captured(self) -> dt.datetime:
        """WARC-Date in UTC, to the second; raises UnfitError where it is no moment that can be."""
        return moment(self.field("warc-date") or "")

    def block(self, most: int) -> bytes:
        """The first bytes of what the record holds, at most so many; to be called once."""
        block = self._stream.take(min(most, self._left))
        self._left -= len(block)
        return block

    def skip(self) -> None:
        """Go to the end of the block."""
        self._stream.skip(self._left)
        self._left = 0


class Records:
    """The records of one stream. `sound` counts those, from the first, on whose bytes no checksum casts a doubt."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.sound = 0

    def __iter__(self) -> Iterator[Record]:
        """Raises DamagedError after the last record that is whole."""
        seen = end = 0
        more = self._stream.skip_newlines()
        while more:
            yield (record := self._record())
            record.skip()
            seen, end_before, end = seen + 1, end, self._stream.position
            if seen > MOST_RECORDS:
                raise ForeignFileError(f"more than {MOST_RECORDS:,} records; split the file and import the parts")
            try:
                more = self._stream.skip_newlines()  # reads the end of the gzip member, where its checksum stands
            finally:
                if self._stream.checked >= end:
                    self.sound = seen
                elif self._stream.checked >= end_before:
                    self.sound = max(self.sound, seen - 1)

    def _record(self) -> Record:
        start = self._stream.position
        head = self._stream.head(HEAD)
        if not _VERSION.match(head):
            raise DamagedError(f"no WARC record (1.0 or 1.1) begins at byte {start}")
        return Record(self._stream, head)


def fields_of(text: str) -> Iterator[tuple[str, str]]:
    """Names and values of the header lines after the first line.

    Folded lines are joined, control characters become spaces; what is no header line is left out, HTTP/2's `:status`
    and its like among it.
    """
    unfolded = re.sub(r"\r?\n[ \t]+", " ", text)
    for line in unfolded.split("\n")[1:]:
        name, colon, value = line.partition(":")
        name = name.rstrip(" \t")
        if colon and _NAME.fullmatch(name):
            yield name, _CONTROLS.sub(" ", value).strip(" \t")


def escaped(url: str) -> str:
    """An address with nothing in it but what a request line may hold; RFC 3987, 3.1."""
    return _NOT_SENT.sub(lambda found: quote(found[0], errors="replace"), url)


def moment(text: str) -> dt.datetime:
    """A date of WARC, W3C-DTF, in UTC and to the second; raises UnfitError where it is none, or none that can be."""
    parts = _DATE.fullmatch(text.strip())
    try:
        found = dt.datetime.fromisoformat("".join(parts.groups())) if parts else None
    except ValueError:
        found = None
    if found is None:
        raise UnfitError(f"its date is no moment to the second: {text!r}")
    return checked_moment(found)


def checked_moment(found: dt.datetime) -> dt.datetime:
    """The same in UTC; raises UnfitError for a time before the web, or a day or more ahead of our clock."""
    if not _FIRST_YEAR <= found.year <= clock.now().year + 1:
        raise UnfitError(f"nothing can have been captured on {found.date()}")
    if found > clock.now() + dt.timedelta(days=1):
        raise UnfitError(f"its date is in the future: {found.isoformat()}")
    return found.astimezone(dt.UTC)


def _text(head: bytes) -> str:
    try:
        return head.decode("utf-8")  # WARC 1.1, 4
    except UnicodeDecodeError:
        return head.decode("latin-1")
