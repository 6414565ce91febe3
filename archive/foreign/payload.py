"""Recorded payloads decoded from Transfer-Encoding and Content-Encoding, whether or not a tool has done so before."""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Callable, Generator, Iterator
from io import BytesIO

import brotli  # type: ignore[import-untyped]  # ships no types; comes with Scrapy

from archive.foreign.messages import Response
from archive.foreign.refusals import UnfitError
from archive.foreign.stream import GZIP, Allowance

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd  # comes with Scrapy

# The limits of a crawl: 8 MiB for a page, 20 MiB for an image or a file.
LARGEST_PAGE = 8 << 20
LARGEST_FILE = 20 << 20
_CHUNK = 1 << 16
_MOST_CODINGS = 3
_COST_OF_A_CHUNK = 64  # bytes copied in the time that a chunk takes, so that chunks of one byte are a bomb as well
_WINDOW = {int(zstd.DecompressionParameter.window_log_max): 23}  # 8 MiB, RFC 9659
_DAMAGE = (zlib.error, brotli.error, zstd.ZstdError, EOFError)
_PAGE = re.compile(
    r"\s*(?:$|text/|application/(?:[\w.-]+\+)?(?:xml|json|javascript)\b|application/xhtml)", re.IGNORECASE
)
_CHUNK_HEAD = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r?\n")
_LENGTH = re.compile(r"\d{1,15}", re.ASCII)
# How images, PDF, zip and OLE files begin, and text in UTF-16.
_FILES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"%PDF", b"PK\3\4", b"RIFF", b"\xd0\xcf\x11\xe0")
_SIGNATURES = (*_FILES, b"\xff\xfe", b"\xfe\xff")
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def largest(content_type: str | None) -> int:
    """How many bytes a body of that type may have."""
    return LARGEST_PAGE if _PAGE.match(content_type or "") else LARGEST_FILE


def decoded(answer: Response, allowance: Allowance) -> list[bytes]:
    """The payload as recorded, after each coding that was undone, and at last the body.

    Which of them WARC-Payload-Digest is taken of is not agreed upon (webrecorder/warcio issue 74). Raises UnfitError
    for a body that is too large, cut off, or not what its headers say.
    """
    codings = [*answer.codings("content-encoding"), *answer.codings("transfer-encoding")]
    if len(codings) > _MOST_CODINGS:
        raise UnfitError(f"encoded {len(codings)} times over")
    _not_cut(answer, codings)
    forms, most = [answer.payload], largest(answer.header("content-type"))
    for coding in reversed(codings):
        body = (
            _dechunked(forms[-1], allowance) if coding == "chunked" else _unpacked(coding, forms[-1], most, allowance)
        )
        forms.append(body)
    if len(forms[-1]) > most:
        raise UnfitError(f"larger than {most >> 20} MiB")
    return forms


def _not_cut(answer: Response, codings: list[str]) -> None:
    """A connection that broke leaves less than Content-Length says; a tool that decoded a body leaves more."""
    stated = answer.header("content-length") or ""
    if not codings and _LENGTH.fullmatch(stated) and 0 < len(answer.payload) < int(stated):
        raise UnfitError(f"cut off: {len(answer.payload)} bytes of the {stated} that its Content-Length says")


def _dechunked(body: bytes, allowance: Allowance) -> bytes:
    """A body without the sizes of its chunks, or the body itself where it has none."""
    if not _CHUNK_HEAD.match(body):
        return body
    parts: list[bytes] = []
    at = 0
    while (head := _CHUNK_HEAD.match(body, at)) is not None:
        allowance.spend(_COST_OF_A_CHUNK)
        size = int(head[1], 16)
        if size == 0:
            return b"".join(parts)
        parts.append(body[head.end() : head.end() + size])
        at = head.end() + size
        at += len(b"\r\n") if body.startswith(b"\r\n", at) else len(b"\n")
    raise UnfitError("cut off or damaged in the middle of a chunk")


def _unpacked(coding: str, body: bytes, most: int, allowance: Allowance) -> bytes:
    """A body unpacked, or itself where it reads as unpacked already: then a tool has left the header standing."""
    if not body:
        return body
    unpack = _UNPACKERS.get(coding)
    try:
        if unpack is not None:
            return _within(unpack(body, allowance), most, allowance)
    except _DAMAGE as problem:
        if not _is_plain(body):
            raise UnfitError(f"not the {coding} that its headers say, or damaged ({problem})") from problem
    if not _is_plain(body):
        raise UnfitError(f"encoded in a way that is not known here: {coding!r}")
    return body


def _is_plain(body: bytes) -> bool:
    return body.startswith(_SIGNATURES) or not _NO_TEXT.search(body, 0, 1 << 12)


def _within(parts: Iterator[bytes], most: int, allowance: Allowance) -> bytes:
    kept, size = [], 0
    for part in parts:
        size += len(part)
        allowance.spend(len(part))
        if size > most:
            raise UnfitError(f"larger than {most >> 20} MiB once it is unpacked")
        kept.append(part)
    return b"".join(kept)


def _gunzip(body: bytes, allowance: Allowance) -> Iterator[bytes]:
    """Every gzip member; what follows the last one is passed over, as browsers do."""
    if not body.startswith(GZIP):
        raise EOFError("it does not begin as gzip does")
    while body.startswith(GZIP):
        allowance.spend(len(body))  # which is copied for each member
        body = yield from _inflated(body, 31)


def _deflate(body: bytes, _: Allowance) -> Iterator[bytes]:
    """With the header of zlib, as the standard has it, or without, as some servers send it."""
    has_header = body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    yield from _inflated(body, 15 if has_header else -15)


def _inflated(body: bytes, window: int) -> Generator[bytes, None, bytes]:
    """The content; returns what follows it. Raises zlib.error, and EOFError where it ends too early."""
    unpacker, file, packed = zlib.decompressobj(window), BytesIO(body), b""
    while not unpacker.eof:
        packed = packed or file.read(_CHUNK)
        content = unpacker.decompress(packed, _CHUNK)
        if not (content or packed or unpacker.eof):
            raise EOFError("it ends too early")
        packed = unpacker.unconsumed_tail
        yield content
    return unpacker.unused_data + file.read()


def _unbrotli(body: bytes, _: Allowance) -> Iterator[bytes]:
    unpacker, file = brotli.Decompressor(), BytesIO(body)
    while not unpacker.is_finished():
        packed = file.read(_CHUNK) if unpacker.can_accept_more_data() else b""
        content = unpacker.process(packed, output_buffer_limit=_CHUNK)
        if not (content or packed or unpacker.is_finished()):
            raise EOFError("it ends too early")
        yield content


def _unzstd(body: bytes, _: Allowance) -> Iterator[bytes]:
    with zstd.ZstdFile(BytesIO(body), options=_WINDOW) as file:
        while content := file.read(_CHUNK):
            yield content


_UNPACKERS: dict[str, Callable[[bytes, Allowance], Iterator[bytes]]] = {
    "gzip": _gunzip,
    "deflate": _deflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
