"""The bytes of a WARC file as a stream: gzip members unpacked and checked on the way, memory and total bounded."""

from __future__ import annotations

import re
import zlib
from typing import Protocol

from archive.foreign.refusals import DamagedError, ForeignFileError

GZIP = b"\x1f\x8b"
# Four times the size at which web archives begin a new WARC file (1 GiB by custom); a gzip bomb is known by it within
# seconds, and no session in a browser comes near it.
LARGEST = 4 << 30
# What is left of a chunk is copied for each gzip member in it.
_CHUNK = 1 << 14
# Members of one byte each must not make every step tiny.
_STEP = 1 << 12
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


class Source(Protocol):
    """Where bytes come from: an open file, or a member of an open WACZ."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end. Raises DamagedError where there should be more."""
        ...


class Allowance:
    """How many bytes may still be unpacked from one file; `what` says which bytes they are."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._left = LARGEST

    def spend(self, count: int) -> None:
        """Raises ForeignFileError when all is spent."""
        self._left -= count
        if self._left < 0:
            raise ForeignFileError(
                f"{self._what} come to more than {LARGEST >> 30} GiB, as in a decompression bomb;"
                " if it is an honest file, split it and import the parts"
            )


class Stream:
    """A WARC file read from the front. `position` is the byte, unpacked, that is read next.

    `checked` is the byte up to which every gzip member has ended with the right checksum; a plain file has none to
    check.
    """

    def __init__(self, source: Source, allowance: Allowance) -> None:
        self._source, self._allowance = source, allowance
        self._packed = source.read(_CHUNK)
        self._is_gzip = self._packed.startswith(GZIP)
        self._member: zlib._Decompress | None = None
        self._buffer = b""
        self._unpacked = 0
        self._damage: DamagedError | None = None
        self.position = 0
        self.checked = 0

    def skip_newlines(self) -> bool:
        """Go to the next byte that is no line break; False if there is none."""
        while self._buffer or self._fill():
            rest = self._buffer.lstrip(b"\r\n")
            self.position += len(self._buffer) - len(rest)
            self._buffer = rest
            if rest:
                return True
        return False

    def head(self, most: int) -> bytes:
        """All up to a blank line, which is passed over; raises DamagedError where none comes within `most` bytes."""
        searched = 0
        while (end := _BLANK_LINE.search(self._buffer, max(0, searched - 3))) is None:
            searched = len(self._buffer)
            if searched > most:
                raise DamagedError(f"more than {most >> 10} KiB of headers at byte {self.position}")
            if not self._fill():
                raise DamagedError(f"it ends in the headers that begin at byte {self.position}")
        head = self._buffer[: end.start()]
        self._consume(end.end())
        return head

    def take(self, count: int) -> bytes:
        """Exactly so many bytes; raises DamagedError where the file ends before."""
        parts = []
        while count:
            part = self._part(count)
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def skip(self, count: int) -> None:
        """Pass over so many bytes; raises DamagedError where the file ends before."""
        while count:
            count -= len(self._part(count))

    def _part(self, most: int) -> bytes:
        if not self._buffer and not self._fill():
            raise DamagedError("it ends in the middle of a record")
        part = self._buffer[:most]
        self._consume(len(part))
        return part

    def _consume(self, count: int) -> None:
        self._buffer = self._buffer[count:]
        self.position += count

    def _fill(self) -> bool:
        """Unpack some more; False at the end."""
        if self._damage:
            raise self._damage
        parts, size = [self._buffer], 0
        try:
            while size < _STEP and (content := self._next()) is not None:
                parts.append(content)
                size += len(content)
        except DamagedError as damage:
            self._damage = damage  # to be raised once what stands before it is read
            if not size:
                raise
        self._buffer = b"".join(parts)
        return size > 0

    def _next(self) -> bytes | None:
        """The next bytes, maybe none; None at the end."""
        packed = self._packed or self._source.read(_CHUNK)
        if not self._is_gzip:
            self._packed = b""
            self._spend(len(packed))
            self.checked = self._unpacked
            return packed or None
        if self._member is None:
            # Zeros fill up files that were on tape; gzip itself passes over them.
            while packed and not (packed := packed.lstrip(b"\0")):
                packed = self._source.read(_CHUNK)
            if not packed:
                return None
            self._member = zlib.decompressobj(31)
        return self._from_member(self._member, packed)

    def _from_member(self, member: zlib._Decompress, packed: bytes) -> bytes:
        try:
            content = member.decompress(packed, _CHUNK)
        except zlib.error as problem:
            raise DamagedError(f"its gzip data is wrong after byte {self._unpacked} unpacked ({problem})") from problem
        self._packed = member.unused_data if member.eof else member.unconsumed_tail
        self._spend(len(content))
        if member.eof:
            self._member, self.checked = None, self._unpacked
        elif not content and not packed:
            raise DamagedError(f"its gzip data ends early, after byte {self._unpacked} unpacked")
        return content

    def _spend(self, count: int) -> None:
        self._allowance.spend(count)
        self._unpacked += count
