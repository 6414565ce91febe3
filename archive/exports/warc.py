"""`export warc`: the captures behind releases as one WARC 1.1 file, each record byte by byte as it was kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

from archive import records, warc
from archive.agreement import COLUMNS, UNREADABLE, Record, Row, disagreements, read
from archive.errors import ArchiveError
from archive.exports.contents import newest_moment
from archive.exports.descriptor import selection
from archive.exports.file import GrowingFile, whole_file
from archive.exports.removed import Removed
from archive.exports.rows import Wanted, Written, captures_behind, reading
from archive.folder import Archive

# The captures behind the releases, and those that a revisit among them leads to. What shows a removed release stays
# behind, and so does a revisit that would lead there.
_RECORDS = f"""
WITH RECURSIVE wanted(id) AS (
    {{behind}} UNION SELECT c.refers_to FROM wanted JOIN captures AS c ON c.id = wanted.id WHERE c.refers_to IS NOT NULL
)
SELECT {COLUMNS}, c.content_type
FROM wanted JOIN captures AS c ON c.id = wanted.id LEFT JOIN captures AS held ON held.id = c.refers_to
WHERE c.warc_file IS NOT NULL AND NOT is_removed(c.url) AND NOT is_removed(held.url) ORDER BY c.captured, c.id
"""  # noqa: S608 - our own names
_NOTHING_YET = "1970-01-01T00:00:00+00:00"  # a date has to be there
_VERIFY = "police-press verify names all that is damaged."


class Copied(NamedTuple):
    """An answer that was copied: its row, and its place in the new file. `sha256` is that of its gzip member."""

    row: Row
    content_type: str | None
    is_revisit: bool
    offset: int
    length: int
    sha256: str


def export_warc(archive: Archive, out: Path, wanted: Wanted) -> Written:
    """Write the captures behind the releases wanted to `out`, in the order they were captured.

    Raises OSError where `out` cannot be written, ArchiveError where a record is not what its row says, WrongWhereError.
    """
    with whole_file(out) as file:
        captures = sum(1 for _ in copy_captures(archive, wanted, file))
    return Written(out, captures, file.sha256, unit="capture")


def copy_captures(archive: Archive, wanted: Wanted, file: GrowingFile) -> Iterator[Copied]:
    """Write a `warcinfo` record, and then every answer, a response or a revisit, with its request behind it.

    Notes (`metadata` records) stay behind: what they say of an answer, and attempts without one, stand in `captures`.
    So does a redirect to a removed release, and a request that came from its page: the address stands in their headers.
    Raises OSError where the file cannot be written, ArchiveError, WrongWhereError.
    """
    sql = _RECORDS.format(behind=captures_behind(archive, wanted))
    with reading(archive):
        removed = Removed.of(archive.db.conn)
        archive.db.conn.create_function("is_removed", 1, removed.has, deterministic=True)
    _write_info(archive, wanted, file, sql)
    left: set[int | None] = set()
    for row, content_type in _rows(archive, sql):
        answer, record, beside = _records(archive.folder / "warc", row)
        if row.refers_to in left or removed.is_named_in(answer, row.url):
            left.add(row.capture)
            continue
        offset = file.tell()
        file.write(answer)
        file.write(b"" if removed.is_named_in(beside, row.url) else beside)
        sha256 = hashlib.sha256(answer).hexdigest()
        yield Copied(row, content_type, record.kind == "revisit", offset, len(answer), sha256)


def asked_for(wanted: Wanted) -> str:
    """The selection as a JSON object, or `all`."""
    asked = {name: value for name, value in selection(wanted).items() if value}
    return json.dumps(asked, ensure_ascii=False) if asked else "all"


def newest(archive: Archive) -> dt.datetime:
    """The newest moment of the archive: when all that is written about it is dated. Raises ArchiveError."""
    with reading(archive):
        return dt.datetime.fromisoformat(newest_moment(archive.db.conn) or _NOTHING_YET)


def _write_info(archive: Archive, wanted: Wanted, file: GrowingFile, sql: str) -> None:
    """Its id is made from what the file holds, because the same captures are to be the same bytes."""
    content = hashlib.sha256(records.SOFTWARE.encode())
    for row, _ in _rows(archive, sql):
        content.update(f"\n{row.captured} {row.url} {row.digest}".encode())
    asked, at = asked_for(wanted), newest(archive)
    info = records.info("", at, {"description": "the captures behind a selection of releases", "selection": asked})
    made_from = f"{content.hexdigest()} {asked} {at}"
    info.rec_headers.replace_header("WARC-Record-ID", f"<{uuid.uuid5(uuid.NAMESPACE_OID, made_from).urn}>")
    file.write(warc.packed(info))


def _rows(archive: Archive, sql: str) -> Iterator[tuple[Row, str | None]]:
    db: sqlite3.Connection = archive.db.conn
    with reading(archive):
        for *columns, content_type in db.execute(sql):
            yield Row(*columns), content_type


def _records(folder: Path, row: Row) -> tuple[bytes, Record, bytes]:
    """The gzip member of an answer, what it holds, and the member of its request; none where the file ends before it.

    Raises ArchiveError.
    """
    at = row.offset
    try:
        with _opened(folder / row.file) as file:
            file.seek(row.offset)
            answer = file.read(row.length)
            if list(warc.whole_records(BytesIO(answer))) != [(0, row.length)]:
                raise _wrong(folder, row, at, "no whole record stands there")
            record = _sound(answer)
            for disagreement in disagreements(row, record):
                raise _wrong(folder, row, at, disagreement)
            at = row.end
            return answer, record, _request(file, record, at)
    except (OSError, *UNREADABLE) as problem:
        raise _wrong(folder, row, at, str(problem)) from problem


def _request(file: BinaryIO, answer: Record, start: int) -> bytes:
    """The request that stands behind an answer. Raises ValueError where no whole record follows, unless none does."""
    file.seek(start)
    if not file.read(1):
        return b""
    _, end = next(warc.whole_records(file, start), (start, start))
    file.seek(start)
    member = file.read(end - start)
    if not member:
        raise ValueError("no whole record stands there")
    beside = _sound(member)
    is_request = beside.kind == "request" and (beside.url, beside.date) == (answer.url, answer.date)
    return member if is_request else b""


def _sound(member: bytes) -> Record:
    record = read(BytesIO(member), 0)
    if not record.digests_hold:
        raise ValueError("the record has another digest than it states")
    return record


def _opened(path: Path) -> BinaryIO:
    """A WARC file, which a crawl may close, or write to again under the other name, at any moment. Raises OSError."""
    for one in (path, path.with_name(path.name + warc.OPEN)):
        with suppress(FileNotFoundError):
            return one.open("rb")
    return path.open("rb")


def _wrong(folder: Path, row: Row, at: int, why: str) -> ArchiveError:
    return ArchiveError(f"{folder / row.file}: byte {at} (capture {row.capture}): {why}. {_VERIFY}")
