"""What the sample servers answer with: pages filled from templates, pictures and PDF files drawn on the spot."""

from __future__ import annotations

import datetime as dt
import hashlib
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

TEMPLATES = Path(__file__).with_name("templates")
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """One address's answer. With `modified` (aware) it carries ETag and Last-Modified and may be answered by 304."""

    body: bytes
    content_type: str = HTML
    modified: dt.datetime | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def etag(self) -> str:
        """A strong entity tag, of the body alone."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'


def fill(template: str, **fields: str) -> str:
    """The template's text with every field put in as it is; raises KeyError for one left out."""
    return Template((TEMPLATES / template).read_text("utf-8")).substitute(fields)


def text(body: str, content_type: str = HTML, modified: dt.datetime | None = None) -> Answer:
    """An answer of text, in UTF-8."""
    return Answer(body.encode(), content_type, modified)


def picture(seed: int, modified: dt.datetime, width: int = 480, height: int = 270) -> Answer:
    """A PNG that looks like a scanned notice: a blue band and grey lines, of other lengths for another seed."""
    paper, band, line = b"\xf7\xf7\xf2", b"\x1f\x3f\x77", b"\x88\x88\x88"
    margin, step = width // 20, height // 8
    bands = [band * width, paper * width]
    for factor in (3, 7, 11, 13, 17):
        length = width * (50 + seed * factor % 37) // 100
        bands += [paper * margin + line * length + paper * (width - margin - length), paper * width]
    rows = b"".join(b"\0" + bands[min(y * 2 // step, len(bands) - 1)] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    drawn = b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(kind, data) for kind, data in chunks)
    return Answer(drawn, "image/png", modified)


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pdf(line: str, modified: dt.datetime) -> Answer:
    """A PDF of one page with one line of ASCII."""
    stream = b"BT /F1 18 Tf 72 760 Td (%s) Tj ET" % line.encode("ascii")
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    body += b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        table,
        size,
        len(body),
    )
    return Answer(body, "application/pdf", modified)
