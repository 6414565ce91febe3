"""The body of a capture read back from its WARC record, by whoever knows where that stands: a worker process too."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path

from archive.errors import ArchiveError
from archive.warc import HEAD, on_disc


@dataclass(frozen=True, slots=True)
class Held:
    """Where the body of a capture stands, for one that is a revisit that of the capture it refers to.

    `warc_file` is relative to `folder`, the archive's folder of WARC files.
    """

    capture_id: int
    folder: Path
    warc_file: str
    offset: int
    length: int
    payload_digest: str


def digest(payload: bytes) -> str:
    """`sha256:` and the lower-case hex of a body, as `payload_digest` has it."""
    return f"sha256:{hashlib.sha256(payload).hexdigest()}"


def read(held: Held) -> bytes:
    """The body; raises ArchiveError where no whole record stands there or its digest is wrong."""
    path = held.folder / held.warc_file
    try:
        body = _body(path, held.offset, held.length)
    except (OSError, ValueError) as problem:
        raise ArchiveError(f"{path}: capture {held.capture_id} cannot be read: {problem}") from problem
    if digest(body) != held.payload_digest:
        raise ArchiveError(f"{path}: capture {held.capture_id} has another digest than {held.payload_digest}")
    return body


def _body(path: Path, offset: int, length: int) -> bytes:
    """What stands behind the two heads, that of WARC and that of HTTP, in a response record as `records` writes it."""
    with on_disc(path).open("rb") as file:
        file.seek(offset)
        member = zlib.decompressobj(31)
        try:
            content = member.decompress(file.read(length))
        except zlib.error as problem:
            raise ValueError(f"no whole record at byte {offset}: {problem}") from problem
    head = HEAD.match(content)
    if not member.eof or member.unused_data or head is None or len(content) != head.end() + int(head[1]) + 4:
        raise ValueError(f"no whole record at byte {offset}")
    return content[content.index(b"\r\n\r\n", head.end()) + 4 : -4]
