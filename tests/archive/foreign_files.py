"""WARC files, WACZ packages and the answers in them, as other tools make them; all text is invented."""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive import foreign
from archive.foreign import ForeignFileError, Refused
from archive.models import Answer

HOST = "gaj.press.example"
URL = f"https://{HOST}/xxfb/jwbd/202603/t20260302_1001.html"
PAGE = "<html><head><title>夜市守护</title></head><body><p>城东分局在夜市设岗三处。</p></body></html>".encode()
WHEN = "2026-03-02T01:30:05Z"
HTML = ("Content-Type", "text/html; charset=utf-8")


def record(
    body: bytes = PAGE,
    *headers: tuple[str, str],
    url: str = URL,
    status: str = "200 OK",
    kind: str = "response",
    http: bool = True,
    **warc: str,
) -> bytes:
    """One record as warcio writes it, a gzip member of its own; `warc` are its headers, WARC_Date for WARC-Date."""
    file = BytesIO()
    writer = WARCWriter(file, gzip=True, warc_version="1.1")
    more = {"WARC-Date": WHEN, **{name.replace("_", "-"): value for name, value in warc.items()}}
    content_type = more.pop("Content-Type", "")
    lines = StatusAndHeaders(status, [*(headers or [HTML])], protocol="" if kind == "request" else "HTTP/1.1")
    writer.write_record(
        writer.create_warc_record(
            url,
            kind,
            payload=BytesIO(body),
            length=len(body),
            http_headers=lines if http else None,
            warc_content_type=content_type,
            warc_headers_dict=more,
        )
    )
    return file.getvalue()


def by_hand(block: bytes, *lines: str, url: str = URL, kind: str = "response", version: str = "1.0") -> bytes:
    """One record byte by byte, not packed: what no library would write."""
    head = [f"WARC/{version}", f"WARC-Type: {kind}", f"WARC-Target-URI: {url}"]
    if not any(line.startswith("WARC-Date:") for line in lines):
        head.append(f"WARC-Date: {WHEN}")
    head += [*lines, f"Content-Length: {len(block)}"]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def http(body: bytes, *lines: str, status: str = "HTTP/1.1 200 OK") -> bytes:
    """An answer byte by byte."""
    return "\r\n".join([status, *lines]).encode("latin-1") + b"\r\n\r\n" + body


def package(path: Path, members: dict[str, bytes], *, digests: bool = True, stored: bool = True) -> Path:
    """A WACZ as ArchiveWeb.page exports it: WARC files stored, datapackage.json with their digests."""
    resources = [
        {"name": name, "path": name, "hash": f"sha256:{hashlib.sha256(content).hexdigest()}", "bytes": len(content)}
        for name, content in members.items()
    ]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
        if digests:
            described = {"profile": "data-package", "wacz_version": "1.1.1", "resources": resources}
            file.writestr("datapackage.json", json.dumps(described))
    return path


def read(path: Path, **options: Any) -> list[Answer | Refused]:
    """All that a file gives; an error ends the test."""
    return list(foreign.read(path, **{"site": "beijing", "run_id": 7, "hosts": frozenset({HOST}), **options}))


def answers(path: Path, **options: Any) -> list[Answer]:
    """The answers in a file in which nothing is refused."""
    found = read(path, **options)
    refused = [one for one in found if isinstance(one, Refused)]
    assert not refused
    return [one for one in found if isinstance(one, Answer)]


def until_damage(path: Path, **options: Any) -> tuple[list[Answer | Refused], str]:
    """What came before a file was found damaged or dangerous, and what was said then."""
    found: list[Answer | Refused] = []
    asked = {"site": "beijing", "run_id": 7, "hosts": frozenset({HOST}), **options}
    try:
        for one in foreign.read(path, **asked):
            found.append(one)  # noqa: PERF402 - what came before the error is what is asked for
    except ForeignFileError as problem:
        return found, str(problem)
    raise AssertionError(f"nothing was said against {path}")


def said(found: Iterable[Answer | Refused]) -> dict[str, str]:
    """What was refused, and why."""
    return {one.what: one.why for one in found if isinstance(one, Refused)}


def unpacked(packed: bytes) -> bytes:
    """A WARC file without its gzip."""
    return gzip.decompress(packed)
