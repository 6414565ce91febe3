"""Single records out of the WARC files beside the database: whether they are there, and their bytes."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from archive import warc
from archive.erasure import is_hidden

# As `archive.warc.next_name` makes them. A row of a database that somebody made up leads nowhere else.
_NAME = re.compile(r"[a-z0-9-]+/[a-z0-9-]+-\d{8}-\d{5}\.warc\.gz")
_CHUNK = 1 << 16
LARGEST_IMAGE = 20_000_000  # bytes
# Content types, each with the bytes that such a file begins with. SVG is none of them: it is a document with scripts.
_BEGINNINGS = (
    ("image/jpeg", re.compile(rb"\xff\xd8\xff")),
    ("image/png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("image/gif", re.compile(rb"GIF8[79]a")),
    ("image/webp", re.compile(rb"RIFF....WEBP", re.DOTALL)),
    ("image/bmp", re.compile(rb"BM")),
)
_SPELLINGS = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png"}


class Records:
    """The records of one archive, by rows of `captures` (`warc_file`, `warc_offset`, `warc_length`)."""

    def __init__(self, database: str | Path | None) -> None:
        """`database` is the path of press.db; None for one in memory, beside which there are no files."""
        self._folder = Path(database).parent / "warc" if database else None

    def path(self, capture: Mapping[str, Any]) -> Path | None:
        """The file that holds a capture's record, closed or still being written; None where it is not there.

        None for one that shows what was removed, too: its row has lost its address, and its file holds it still.
        """
        if is_hidden(capture.get("url")):
            return None
        name, offset, length = (capture[f"warc_{part}"] for part in ("file", "offset", "length"))
        if self._folder is None or not all(isinstance(number, int) and number >= 0 for number in (offset, length)):
            return None
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            return None
        for path in (self._folder / name, self._folder / f"{name}{warc.OPEN}"):
            if path.is_file() and path.resolve().is_relative_to(self._folder.resolve()):
                return path if path.stat().st_size >= offset + length else None
        return None

    def whole(self, capture: Mapping[str, Any]) -> Path | None:
        """The same, where a whole record of that length stands there."""
        path = self.path(capture)
        if path is None:
            return None
        start, end = capture["warc_offset"], capture["warc_offset"] + capture["warc_length"]
        with path.open("rb") as file:
            return path if next(warc.whole_records(file, start), None) == (start, end) else None

    def image_type(self, capture: Mapping[str, Any]) -> str | None:
        """The type of an image that may be shown: its bytes begin as its Content-Type says; else None."""
        path = self.path(capture)
        if path is None or capture["outcome"] != "ok" or not 0 < (capture["bytes"] or 0) <= LARGEST_IMAGE:
            return None
        return shown_type(capture["content_type"], _beginning(path, capture["warc_offset"]))

    def body(self, capture: Mapping[str, Any]) -> bytes:
        """The body that a record holds. Raises OSError, and ValueError where no whole record stands there."""
        if self._folder is None or self.path(capture) is None:
            raise FileNotFoundError(capture["warc_file"])
        place = (capture["warc_file"], capture["warc_offset"], capture["warc_length"])
        return warc.read_record(self._folder, *place)[1]


def shown_type(declared: str | None, body: bytes) -> str | None:
    """The type of an image by its first bytes, if it was declared as that; None for all else, SVG and HTML included."""
    stated = (declared or "").partition(";")[0].strip().lower()
    stated = _SPELLINGS.get(stated, stated)
    return next((name for name, beginning in _BEGINNINGS if name == stated and beginning.match(body)), None)


def chunks(path: Path, start: int, length: int) -> Iterator[bytes]:
    """The bytes of a file from one on, a few at a time."""
    with path.open("rb") as file:
        file.seek(start)
        while length > 0 and (chunk := file.read(min(_CHUNK, length))):
            length -= len(chunk)
            yield chunk


def _beginning(path: Path, offset: int) -> bytes:
    """The first bytes of the body of a response record, behind its own headers and those of HTTP."""
    with path.open("rb") as file:
        file.seek(offset)
        try:
            content = zlib.decompressobj(31).decompress(file.read(_CHUNK), _CHUNK)
        except zlib.error:
            return b""
    return content.partition(b"\r\n\r\n")[2].partition(b"\r\n\r\n")[2]
