"""Captures: each answer as a WARC record, each attempt as a row, and the bytes read back."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import re
from collections.abc import Iterable
from http import HTTPStatus
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlite_utils import Database
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders

from archive import warc
from archive.clock import iso
from archive.errors import ArchiveError
from archive.models import Answer, Capture

SOFTWARE = f"police-press-archive/{version('police-press-archive')}"
# Headers that describe the bytes on the wire, not the decoded body that is kept.
_OF_THE_WIRE = {"content-encoding", "transfer-encoding", "content-length"}
# Those of HTTP only: 公 sent as UTF-8 holds the byte 0x85, a line break of Unicode.
_LINE_BREAKS = re.compile(r"[\r\n]+")

_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
_COLUMNS = [field.name for field in dataclasses.fields(Capture)]


def digest(payload: bytes) -> str:
    """`sha256:` and the lower-case hex of a body, as `payload_digest` has it."""
    return f"sha256:{hashlib.sha256(payload).hexdigest()}"


class Captures:
    """The captures of one archive: rows in its open transaction, records in its WARC files.

    Nothing is safe before `sync`, and no transaction may be committed before it.
    """

    def __init__(self, db: Database, folder: Path) -> None:
        self._db, self._folder = db, folder
        self._open: dict[str, tuple[dt.date, warc.WarcFile]] = {}

    def keep(self, answer: Answer) -> Capture:
        """Write an answer down; an unchanged body, or a 304, becomes a revisit record of the capture that holds it."""
        held = self._held(answer)
        payload_digest = held.payload_digest if held else digest(answer.body)
        file = self._file(answer.site, answer.captured)
        response = _response(file, answer, payload_digest, held)
        offset, length = file.write(response, _request(file, answer, response))
        return self._row(
            site=answer.site,
            run_id=answer.run_id,
            url=answer.url,
            captured=answer.captured,
            outcome=answer.outcome,
            status=answer.status,
            content_type=answer.header("content-type"),
            bytes=len(answer.body),
            payload_digest=payload_digest,
            etag=answer.header("etag"),
            last_modified=answer.header("last-modified"),
            ip=answer.ip,
            warc_file=file.name,
            warc_offset=offset,
            warc_length=length,
            refers_to=held.id if held else None,
        )

    def shown(self, url: str) -> Capture | None:
        """The last capture of an address that has a body to show, its own or that of the capture it refers to."""
        row = self._db.conn.execute(
            "SELECT id FROM captures WHERE url = ? AND outcome = 'ok' AND status BETWEEN 200 AND 299"
            " AND warc_file IS NOT NULL ORDER BY id DESC LIMIT 1",
            (url,),
        ).fetchone()
        return self.row(row[0]) if row else None

    def _held(self, answer: Answer) -> Capture | None:
        """The capture that holds the very body of an answer, where there is one."""
        if answer.status == HTTPStatus.NOT_MODIFIED:
            shown = self.shown(answer.url)
            return self.row(shown.refers_to) if shown and shown.refers_to else shown
        row = self._db.conn.execute(
            "SELECT id FROM captures WHERE url = ? AND payload_digest = ? AND warc_file IS NOT NULL"
            " AND refers_to IS NULL ORDER BY id DESC LIMIT 1",
            (answer.url, digest(answer.body)),
        ).fetchone()
        return self.row(row[0]) if row else None

    def attempt(self, site: str, run_id: int | None, url: str, at: dt.datetime, outcome: str, error: str) -> Capture:
        """Write down that a request got no answer: a row without a WARC position, and a metadata record."""
        fields = f"outcome: {outcome}\r\nerror: {' '.join(error.split())}\r\n".encode()
        file = self._file(site, at)
        file.write(_record(file, "metadata", url, at, fields, content_type="application/warc-fields"))
        return self._row(site=site, run_id=run_id, url=url, captured=at, outcome=outcome, error=error)

    def row(self, capture_id: int) -> Capture:
        """A capture by its id; raises ArchiveError where there is none."""
        cursor = self._db.conn.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM captures WHERE id = ?",  # noqa: S608 - our own names
            (capture_id,),
        )
        row = cursor.fetchone()
        if row is None:
            raise ArchiveError(f"there is no capture {capture_id}")
        columns = dict(zip(_COLUMNS, row, strict=True))
        return Capture(**{**columns, "captured": dt.datetime.fromisoformat(columns["captured"])})

    def kept_up_to(self, warc_file: str) -> int:
        """The byte of a WARC file where the last record that a row speaks of ends; 0 where no row does."""
        sql = "SELECT max(warc_offset + warc_length) FROM captures WHERE warc_file = ?"
        return int(self._db.conn.execute(sql, (warc_file,)).fetchone()[0] or 0)

    def payload(self, capture_id: int) -> bytes:
        """The body of a capture, found through the capture it refers to where it is a revisit.

        Raises ArchiveError where the record cannot be read or its digest is wrong.
        """
        row = self._db.conn.execute(
            "SELECT held.warc_file, held.warc_offset, held.warc_length, held.payload_digest FROM captures AS asked"
            " JOIN captures AS held ON held.id = coalesce(asked.refers_to, asked.id) WHERE asked.id = ?",
            (capture_id,),
        ).fetchone()
        if row is None or row[0] is None:
            raise ArchiveError(f"capture {capture_id} holds no body")
        try:
            _, body = warc.read_record(self._folder, *row[:3])
        except (OSError, ValueError) as problem:
            raise ArchiveError(f"{self._folder / row[0]}: capture {capture_id} cannot be read: {problem}") from problem
        if digest(body) != row[3]:
            raise ArchiveError(f"{self._folder / row[0]}: capture {capture_id} has another digest than {row[3]}")
        return body

    def sync(self) -> None:
        """Return when every record written so far is on the disc."""
        for _, file in self._open.values():
            file.sync()

    def close(self) -> None:
        """Sync and close every WARC file."""
        for site in list(self._open):
            self._open.pop(site)[1].close()

    def abandon(self) -> None:
        """Let go of every WARC file as it is, `.open` in its name: for an archive that cannot be written."""
        for _, file in self._open.values():
            file.abandon()
        self._open.clear()

    def _file(self, site: str, at: dt.datetime) -> warc.WarcFile:
        day = at.astimezone(dt.UTC).date()
        if site in self._open:
            opened, file = self._open[site]
            if opened == day and file.size < warc.LARGEST:
                return file
            self._open.pop(site)[1].close()
        file = warc.WarcFile(self._folder, warc.next_name(self._folder, site, day))
        self._open[site] = day, file
        if not file.size:
            info = {"software": SOFTWARE, "format": "WARC File Format 1.1", "isPartOf": site}
            record = file.writer.create_warcinfo_record(file.name.rpartition("/")[2], info)
            record.rec_headers.replace_header("WARC-Date", _warc_date(at))
            file.write(record)
        return file

    def _row(self, **columns: Any) -> Capture:
        row = {**columns, "captured": iso(columns["captured"])}
        names = ", ".join(row)
        cursor = self._db.conn.execute(
            f"INSERT INTO captures ({names}) VALUES ({', '.join('?' * len(row))})",  # noqa: S608 - our own names
            tuple(row.values()),
        )
        return Capture(id=cursor.lastrowid or 0, **columns)


class _AsTheyCame(StatusAndHeaders):  # type: ignore[misc]  # warcio ships no types
    """HTTP headers written byte by byte as they were sent; warcio's own escapes what is not ASCII."""

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        self.headers_buff = self.to_bytes(header_filter, encoding="latin-1")


def _response(file: warc.WarcFile, answer: Answer, payload_digest: str | None, held: Capture | None) -> ArcWarcRecord:
    headers = _AsTheyCame(_status_line(answer.status), _kept_headers(answer), protocol=answer.protocol)
    extra = {"WARC-Date": _warc_date(answer.captured)}
    if answer.ip:
        extra["WARC-IP-Address"] = answer.ip
    if held:
        record = file.writer.create_revisit_record(
            answer.url,
            payload_digest,
            held.url,
            _warc_date(held.captured),
            http_headers=headers,
            warc_headers_dict=extra,
        )
        if answer.status == HTTPStatus.NOT_MODIFIED:
            record.rec_headers.replace_header("WARC-Profile", _NOT_MODIFIED)
        return record
    extra["WARC-Payload-Digest"] = str(payload_digest)
    return _record(file, "response", answer.url, answer.captured, answer.body, http_headers=headers, extra=extra)


def _request(file: warc.WarcFile, answer: Answer, response: ArcWarcRecord) -> ArcWarcRecord:
    parts = urlsplit(answer.url)
    line = f"{answer.method} {parts.path or '/'}{'?' + parts.query if parts.query else ''} HTTP/1.1"
    headers = StatusAndHeaders(line, [("Host", parts.netloc), *answer.request_headers], is_http_request=True)
    extra = {"WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID")}
    body = answer.request_body
    return _record(file, "request", answer.url, answer.captured, body, http_headers=headers, extra=extra)


def _record(
    file: warc.WarcFile,
    kind: str,
    url: str,
    at: dt.datetime,
    payload: bytes,
    *,
    http_headers: StatusAndHeaders | None = None,
    content_type: str = "",
    extra: dict[str, str] | None = None,
) -> ArcWarcRecord:
    return file.writer.create_warc_record(
        url,
        kind,
        payload=BytesIO(payload),
        length=len(payload),
        warc_content_type=content_type,
        http_headers=http_headers,
        warc_headers_dict={"WARC-Date": _warc_date(at), **(extra or {})},
    )


def _kept_headers(answer: Answer) -> list[tuple[str, str]]:
    kept = [
        (f"X-Archive-Orig-{name}" if name.lower() in _OF_THE_WIRE else name, value) for name, value in answer.headers
    ]
    return [*_one_line(kept), ("Content-Length", str(len(answer.body)))]


def _one_line(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, _LINE_BREAKS.sub(" ", value)) for name, value in headers]


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:  # 521 and other codes of no standard
        return f"{status} Unknown"


def _warc_date(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
