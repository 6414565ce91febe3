"""Which characters the bytes of a page stand for."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_XML = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,40})", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
# Pages that say gb2312 or gbk hold characters of GB18030, which contains both; Hong Kong pages do the same with Big5.
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "hz": "gb18030", "big5": "big5hkscs"}
_WESTERN = frozenset(("ascii", "iso8859-1", "cp1252"))  # read any bytes at all, so their success says nothing
_SCAN = 4096


@dataclass(frozen=True, slots=True)
class Decoded:
    """`chosen` is the codec that read the bytes, `declared` what meta or header said, `lost` counts its U+FFFD."""

    text: str
    chosen: str
    declared: str | None
    lost: int


def decode(payload: bytes, content_type: str | None = None) -> Decoded:
    """Read a page's bytes: BOM, valid UTF-8, meta, header, GB18030, Big5; never raises, never drops a character.

    A declaration is only believed where the bytes can be read so, because pages say UTF-8 over GBK and the reverse.
    Bytes that no codec reads become U+FFFD under the codec that loses fewest.
    """
    declared = _declared(payload, content_type)
    for bom, marked in _BOMS:
        if payload.startswith(bom):
            return _read(payload[len(bom) :], marked, declared)
    candidates = ["utf-8", *filter(None, map(_known, declared)), "gb18030", "big5hkscs"]
    candidates = [codec for codec in dict.fromkeys(candidates) if codec not in _WESTERN]
    for codec in candidates:
        try:
            return Decoded(payload.decode(codec), codec, declared[0] if declared else None, 0)
        except UnicodeDecodeError:
            continue
    readings = [_read(payload, codec, declared) for codec in candidates]
    return min(readings, key=lambda reading: reading.lost)


def _declared(payload: bytes, content_type: str | None) -> list[str]:
    head = payload[:_SCAN]
    found = [match[1].decode("ascii", "replace") for pattern in (_META, _XML) if (match := pattern.search(head))]
    if content_type and (header := _HEADER.search(content_type)):
        found.append(header[1])
    return [name.lower() for name in found]


def _known(name: str) -> str | None:
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        return None
    return _SUPERSETS.get(name, _SUPERSETS.get(codec, codec))


def _read(payload: bytes, codec: str, declared: list[str]) -> Decoded:
    text = payload.decode(codec, "replace")
    return Decoded(text, codec, declared[0] if declared else None, text.count("\ufffd"))
