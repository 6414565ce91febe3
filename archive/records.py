"""WARC records as this archive writes them: answers with their requests, and notes of what answers do not say."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from importlib.metadata import version
from io import BytesIO
from urllib.parse import urlsplit

from warcio.recordbuilder import RecordBuilder
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders

from archive.models import Answer, Capture

SOFTWARE = f"police-press-archive/{version('police-press-archive')}"
RENAMED = "X-Archive-Orig-"
# Headers that describe the bytes on the wire, not the decoded body that is kept.
_OF_THE_WIRE = {"content-encoding", "transfer-encoding", "content-length"}
# Those of HTTP only: 公 sent as UTF-8 holds the byte 0x85, a line break of Unicode.
_LINE_BREAKS = re.compile(r"[\r\n]+")
_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
_BUILDER = RecordBuilder(warc_version="1.1")


class _AsTheyCame(StatusAndHeaders):  # type: ignore[misc]  # warcio ships no types
    """HTTP headers written byte by byte as they were sent; warcio's own escapes what is not ASCII."""

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        self.headers_buff = self.to_bytes(header_filter, encoding="latin-1")


def answered(answer: Answer, payload_digest: str, held: Capture | None) -> tuple[ArcWarcRecord, ArcWarcRecord]:
    """A response, or a revisit of the capture that holds its body, and the request beside it."""
    response = _response(answer, payload_digest, held)
    return response, _request(answer, response)


def info(file_name: str, at: dt.datetime, facts: Mapping[str, str | None]) -> ArcWarcRecord:
    """The `warcinfo` record of what follows it in this file: whose work it is, and with which facts."""
    fields = {"software": SOFTWARE, "format": "WARC File Format 1.1", **_lines(facts)}
    record = _BUILDER.create_warcinfo_record(file_name, fields)
    record.rec_headers.replace_header("WARC-Date", warc_date(at))
    return record


def note(url: str | None, at: dt.datetime, facts: Mapping[str, str | None]) -> ArcWarcRecord:
    """A `metadata` record of fields, those that are None left out; a line break in a value becomes a space."""
    fields = "".join(f"{name}: {value}\r\n" for name, value in _lines(facts).items()).encode()
    return _record("metadata", url, at, fields, content_type="application/warc-fields")


def fields_of(content: bytes) -> dict[str, str]:
    """The fields of a `warcinfo` or `metadata` record of ours; raises ValueError for bytes that are no UTF-8."""
    lines = (line.partition(": ") for line in content.decode("utf-8").split("\r\n"))
    return {name: value for name, found, value in lines if found}


def warc_date(at: dt.datetime) -> str:
    """A time as WARC 1.1 has it, to the second."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _lines(facts: Mapping[str, str | None]) -> dict[str, str]:
    return {name: " ".join(value.split()) for name, value in facts.items() if value is not None}


def _response(answer: Answer, payload_digest: str, held: Capture | None) -> ArcWarcRecord:
    headers = _AsTheyCame(_status_line(answer.status), _kept_headers(answer), protocol=answer.protocol)
    extra = {"WARC-Date": warc_date(answer.captured)}
    if answer.ip:
        extra["WARC-IP-Address"] = answer.ip
    if held:
        record = _BUILDER.create_revisit_record(
            answer.url,
            payload_digest,
            held.url,
            warc_date(held.captured),
            http_headers=headers,
            warc_headers_dict=extra,
        )
        if answer.status == HTTPStatus.NOT_MODIFIED:
            record.rec_headers.replace_header("WARC-Profile", _NOT_MODIFIED)
        return record
    extra["WARC-Payload-Digest"] = payload_digest
    return _record("response", answer.url, answer.captured, answer.body, http_headers=headers, extra=extra)


def _request(answer: Answer, response: ArcWarcRecord) -> ArcWarcRecord:
    parts = urlsplit(answer.url)
    line = f"{answer.method} {parts.path or '/'}{'?' + parts.query if parts.query else ''} HTTP/1.1"
    headers = StatusAndHeaders(line, [("Host", parts.netloc), *answer.request_headers], is_http_request=True)
    extra = {"WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID")}
    body = answer.request_body
    return _record("request", answer.url, answer.captured, body, http_headers=headers, extra=extra)


def _record(
    kind: str,
    url: str | None,
    at: dt.datetime,
    payload: bytes,
    *,
    http_headers: StatusAndHeaders | None = None,
    content_type: str = "",
    extra: dict[str, str] | None = None,
) -> ArcWarcRecord:
    return _BUILDER.create_warc_record(
        url,
        kind,
        payload=BytesIO(payload),
        length=len(payload),
        warc_content_type=content_type,
        http_headers=http_headers,
        warc_headers_dict={"WARC-Date": warc_date(at), **(extra or {})},
    )


def _kept_headers(answer: Answer) -> list[tuple[str, str]]:
    kept = [(f"{RENAMED}{name}" if name.lower() in _OF_THE_WIRE else name, value) for name, value in answer.headers]
    return [*_one_line(kept), ("Content-Length", str(len(answer.body)))]


def _one_line(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, _LINE_BREAKS.sub(" ", value)) for name, value in headers]


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:  # 521 and other codes of no standard
        return f"{status} Unknown"
