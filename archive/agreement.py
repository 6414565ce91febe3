"""One WARC record held against the row of `captures` that speaks of it."""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeadersParserException

from archive.erasure import is_hidden

_CHUNK = 1 << 16
# What warcio raises for a whole record that makes no sense; AttributeError where an answer states no address.
UNREADABLE = (ArchiveLoadFailed, StatusAndHeadersParserException, EOFError, ValueError, AttributeError)
ANSWERS = ("response", "revisit")
# What a Row is made of: of a capture `c`, and of the one it refers to, `held`.
COLUMNS = """
c.warc_file, CAST(coalesce(c.warc_offset, -1) AS INTEGER), CAST(coalesce(c.warc_length, 0) AS INTEGER),
c.id, c.url, c.captured, c.status, c.bytes, c.payload_digest, c.refers_to,
held.url, held.captured, held.payload_digest, held.warc_file IS NOT NULL AND held.refers_to IS NULL
"""
_ROWS = f"""
SELECT {COLUMNS} FROM captures AS c LEFT JOIN captures AS held ON held.id = c.refers_to
WHERE c.warc_file IS NOT NULL ORDER BY c.warc_file, c.warc_offset
"""  # noqa: S608 - our own names


@dataclass(frozen=True, slots=True)
class Row:
    """A capture's row, with that of the capture it refers to."""

    file: str
    offset: int
    length: int
    capture: int
    url: str
    captured: str
    status: int | None
    bytes: int | None
    digest: str | None
    refers_to: int | None
    held_url: str | None
    held_captured: str | None
    held_digest: str | None
    held_has_body: bool | None

    @property
    def end(self) -> int:
        """The byte behind its record."""
        return self.offset + self.length


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it stands in its file. `digests_hold`: warcio found no digest that the record states to be wrong."""

    kind: str
    url: str | None
    date: str | None
    status: str | None
    bytes: int
    digest: str
    stated_digest: str | None
    digests_hold: bool
    refers_to_url: str | None
    refers_to_date: str | None


def rows_by_place(db: sqlite3.Connection) -> Iterator[Row]:
    """The rows that speak of records, in the order of files and bytes; a place that is no number is byte -1."""
    return (Row(*row) for row in db.execute(_ROWS))


def read(file: BinaryIO, start: int) -> Record:
    """The record at a byte where a whole one stands. Raises one of UNREADABLE where it makes no sense."""
    file.seek(start)
    record = next(iter(ArchiveIterator(file, check_digests=True)))
    sha256, length = hashlib.sha256(), 0
    while chunk := record.raw_stream.read(_CHUNK):
        sha256.update(chunk)
        length += len(chunk)
    header = record.rec_headers.get_header
    return Record(
        kind=record.rec_type,
        url=header("WARC-Target-URI"),
        date=header("WARC-Date"),
        status=record.http_headers.get_statuscode() if record.http_headers else None,
        bytes=length,
        digest=f"sha256:{sha256.hexdigest()}",
        stated_digest=header("WARC-Payload-Digest"),
        digests_hold=record.digest_checker.passed is not False,
        refers_to_url=header("WARC-Refers-To-Target-URI"),
        refers_to_date=header("WARC-Refers-To-Date"),
    )


def disagreements(row: Row, record: Record) -> Iterator[str]:
    """What a row and its record say differently, and whether a revisit leads to the body."""
    if record.kind not in ANSWERS:
        yield f"a {record.kind} record stands here, and no response"
        return
    if record.url != row.url and not is_hidden(row.url):
        yield f"the record is of {record.url}, and its row of {row.url}"
    if not _same_moment(record.date, row.captured):
        yield f"the record is of {record.date}, and its row of {row.captured}"
    if record.status != str(row.status):
        yield f"the record has status {record.status}, and its row {row.status}"
    if record.kind == "response":
        yield from _body_disagreements(row, record)
    else:
        yield from _reference_disagreements(row, record)


def _body_disagreements(row: Row, record: Record) -> Iterator[str]:
    if row.refers_to is not None:
        yield f"its row refers to capture {row.refers_to}, and the record has a body of its own"
    if record.digest != row.digest:
        yield f"the body's digest is {record.digest}, and its row says {row.digest}"
    if record.bytes != row.bytes:
        yield f"the body has {record.bytes} bytes, and its row says {row.bytes}"


def _reference_disagreements(row: Row, record: Record) -> Iterator[str]:
    if not row.held_has_body:
        yield f"its row refers to {_capture(row.refers_to)}, and no body is kept there"
        return
    held_url = record.refers_to_url if is_hidden(row.held_url) else row.held_url
    same = (record.refers_to_url, record.stated_digest) == (held_url, row.held_digest)
    if not same or not _same_moment(record.refers_to_date, row.held_captured):
        yield f"its row refers to {_capture(row.refers_to)}, and the record to another"
    if row.digest != row.held_digest:
        yield f"its row says the digest {row.digest}, and that of {_capture(row.refers_to)} {row.held_digest}"


def _capture(capture_id: int | None) -> str:
    return "no capture" if capture_id is None else f"capture {capture_id}"


def _same_moment(one: str | None, other: str | None) -> bool:
    try:
        return dt.datetime.fromisoformat(str(one)) == dt.datetime.fromisoformat(str(other))
    except ValueError:
        return False
