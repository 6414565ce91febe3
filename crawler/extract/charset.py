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
_READ_AS = {
    **dict.fromkeys(("gb2312", "gbk", "gb18030"), "gb18030"),
    **dict.fromkeys(("big5", "big5hkscs", "cp950"), "big5hkscs"),
}
_BEYOND_ASCII = bytes(range(128, 256))
_SCAN = 4096
# UTF-8 with a broken character, or cut off within one, is still UTF-8: text in GBK never reads as nearly that.
_RARE = 20


@dataclass(frozen=True, slots=True)
class Decoded:
    """`chosen` is the codec that read the bytes, `declared` what meta or header said, `lost` counts its U+FFFD.

    `utf8` are the bytes that say the same in UTF-8, where the page came with them.
    """

    text: str
    chosen: str
    declared: str | None
    lost: int
    utf8: bytes | None = None


def decode(payload: bytes, content_type: str | None = None) -> Decoded:
    """Read a page's bytes: BOM, valid UTF-8, meta, header, GB18030, Big5; never raises, never drops a character.

    A declaration is only believed where the bytes can be read so, because pages say UTF-8 over GBK and the reverse.
    Bytes that no codec reads become U+FFFD under the codec that loses fewest; UTF-8 may have a few broken characters.
    """
    declared = _declared(payload, content_type)
    for bom, marked in _BOMS:
        if payload.startswith(bom):
            return _read(payload[len(bom) :], marked, declared)
    utf8 = _read(payload, "utf-8", declared)
    if not utf8.lost or utf8.lost * _RARE <= len(utf8.text) - len(payload.translate(None, _BEYOND_ASCII)):
        return utf8
    candidates = list(dict.fromkeys([*filter(None, map(_known, declared)), "gb18030", "big5hkscs"]))
    for codec in candidates:
        try:
            return Decoded(payload.decode(codec), codec, declared[0] if declared else None, 0)
        except UnicodeDecodeError:
            continue
    readings = [utf8, *(_read(payload, codec, declared) for codec in candidates)]
    return min(readings, key=lambda reading: reading.lost)


def _declared(payload: bytes, content_type: str | None) -> list[str]:
    head = payload[:_SCAN]
    found = [match[1].decode("ascii", "replace") for pattern in (_META, _XML) if (match := pattern.search(head))]
    if content_type and (header := _HEADER.search(content_type)):
        found.append(header[1])
    return [name.lower() for name in found]


def _known(name: str) -> str | None:
    """The codec for a declared Chinese charset; no other declaration says anything, as Latin-1 reads any bytes."""
    try:
        return _READ_AS.get(codecs.lookup(name).name)
    except LookupError:
        return None


def _read(payload: bytes, codec: str, declared: list[str]) -> Decoded:
    text = payload.decode(codec, "replace")
    lost = text.count("\ufffd") if "\ufffd" in text else 0  # to look for one is five times as fast as to count
    utf8 = payload if codec == "utf-8" and not lost else None
    return Decoded(text, codec, declared[0] if declared else None, lost, utf8)
