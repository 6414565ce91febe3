"""WARC files, one a site and UTC day: how they are named, opened, appended to, synced, closed and repaired."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord
from warcio.warcwriter import WARCWriter

from archive.errors import DamagedWarcError

OPEN = ".open"
LARGEST = 1 << 30
_CHUNK = 1 << 16
_LEVEL = 6  # gzip's own; 9, which is warcio's, takes twice as long for 1 % fewer bytes (measured on real pages)
_MEMBER = b"\x1f\x8b\x08"  # RFC 1952: how a gzip member begins
HEAD = re.compile(rb"WARC/1\.[01]\r\n(?:[^\r\n]+\r\n)*?Content-Length: *(\d+)\r\n(?:[^\r\n]+\r\n)*\r\n", re.IGNORECASE)


class WarcFile:
    """A WARC file being written, under its name with `.open` behind it; `name` is relative to the WARC folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self._path = folder / name
        self._open_path = self._path.with_name(self._path.name + OPEN)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.exists():
            self._path.rename(self._open_path)
        self._file = self._open_path.open("ab")
        self._unsynced = True
        sync_folder(self._path.parent)

    @property
    def size(self) -> int:
        """Bytes written so far: the offset of the next record."""
        return self._file.tell()

    def write(self, *records: ArcWarcRecord) -> tuple[int, int]:
        """Append records, each a gzip member; returns offset and length of the first one."""
        offset, length = self.size, 0
        for record in records:
            written = self._file.write(packed(record))
            length = length or written
        self._file.flush()  # to be read while the file is open
        self._unsynced = True
        return offset, length

    def sync(self) -> None:
        """Return when all that was written is on the disc."""
        if self._unsynced:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._unsynced = False

    def close(self) -> None:
        """Sync, close and give the file its name without `.open`."""
        self.sync()
        self._file.close()
        self._open_path.rename(self._path)
        sync_folder(self._path.parent)

    def abandon(self) -> None:
        """Close without a sync, leaving the name for `repair`; what the disc refuses now it has refused before."""
        with contextlib.suppress(OSError):
            self._file.close()


def packed(record: ArcWarcRecord) -> bytes:
    """A record as it stands in a file: a gzip member."""
    whole = BytesIO()
    WARCWriter(whole, gzip=False, warc_version="1.1").write_record(record)
    return zlib.compress(whole.getbuffer(), _LEVEL, 31)


def next_name(folder: Path, site: str, day: dt.date) -> str:
    """The file to write to: that day's last one while it is under 1 GiB, else the next number."""
    stem = f"{site}/{site}-{day:%Y%m%d}-"
    names = sorted(path.name for path in folder.glob(f"{stem}?????.warc.gz*"))
    if not names:
        return f"{stem}00000.warc.gz"
    last = names[-1].removesuffix(OPEN)
    if (folder / site / names[-1]).stat().st_size < LARGEST:
        return f"{site}/{last}"
    return f"{stem}{int(last[-13:-8]) + 1:05}.warc.gz"


def on_disc(path: Path) -> Path:
    """The file of that name: closed, or still being written."""
    return path if path.exists() else path.with_name(path.name + OPEN)


def read_record(folder: Path, name: str, offset: int, length: int) -> tuple[ArcWarcRecord, bytes]:
    """One record with its content, from a closed file or one still being written.

    Raises OSError, and ValueError where no whole record stands there: for a damaged one warcio itself raises errors of
    many kinds, or none.
    """
    path = folder / name
    with on_disc(path).open("rb") as file:
        file.seek(offset)
        content = BytesIO(file.read(length))
    if list(whole_records(content)) != [(0, length)]:
        raise ValueError(f"{path}: no whole record at byte {offset}")
    content.seek(0)
    record = next(iter(ArchiveIterator(content)))
    return record, record.content_stream().read()


def repair(
    folder: Path, kept: Callable[[str], int], bring_in: Callable[[BinaryIO, str, int], None] | None = None
) -> list[str]:
    """Cut every `.open` file after its last whole record and close it; returns a sentence for each that was cut.

    `kept` gives the byte of a file up to which rows speak of its records. Damage before it is not what an interrupted
    run leaves behind: then DamagedWarcError is raised and nothing is cut. What stands behind it is handed to `bring_in`
    (file, name, first byte) before the file is closed.
    """
    said = []
    for path in sorted(folder.glob(f"*/*.warc.gz{OPEN}")):
        closed = path.with_name(path.name.removesuffix(OPEN))
        if closed.exists():
            raise DamagedWarcError(
                f"{closed} and {path.name} are both there: two copies of one file put together. Nothing was changed."
                " Keep the larger one under the name without .open, and move the other out of the archive."
            )
        size = path.stat().st_size
        with path.open("rb+") as file:
            name = f"{path.parent.name}/{closed.name}"
            whole = max((end for _, end in whole_records(file)), default=0)
            if whole < (needed := kept(name)) or next_whole(file, whole, size) is not None:
                raise DamagedWarcError(
                    f"{path}: damaged at byte {whole}, and what was kept goes on behind it. Nothing was changed."
                    " Put the file back from a copy; a crawl goes on once it is whole."
                )
            if whole < size:
                file.truncate(whole)
                os.fsync(file.fileno())
                said.append(f"{path.name}: {size - whole} bytes of an unfinished record cut off")
            if bring_in:
                bring_in(file, name, needed)
        if whole:
            path.rename(closed)
        else:
            path.unlink()
        sync_folder(path.parent)
    return said


def whole_records(file: BinaryIO, start: int = 0) -> Iterator[tuple[int, int]]:
    """Start and end of each record from a byte on, up to the first that is not whole.

    A record is whole if its gzip member ends with the right checksum and its length is the one it states; warcio's own
    iterator lets most cut records pass (measured: 166 of 200 cuts).
    """
    while (end := _member_end(file, start)) is not None:
        yield start, end
        start = end


def next_whole(file: BinaryIO, after: int, size: int) -> int | None:
    """Where the next whole record behind a byte begins, in a file of that size; None where there is none."""
    seam = len(_MEMBER) - 1
    for start in range(after + 1, size, _CHUNK):
        file.seek(start)
        chunk = file.read(min(_CHUNK + seam, size - start))
        found = chunk.find(_MEMBER)
        while found >= 0:
            if _member_end(file, start + found) is not None:
                return start + found
            found = chunk.find(_MEMBER, found + 1)
    return None


def _member_end(file: BinaryIO, start: int) -> int | None:
    file.seek(start)
    member, head, length = zlib.decompressobj(31), b"", 0
    while not member.eof:
        chunk = file.read(_CHUNK)
        if not chunk:
            return None
        try:
            content = member.decompress(chunk)
        except zlib.error:
            return None
        length += len(content)
        head = (head + content)[:_CHUNK] if len(head) < _CHUNK else head
    stated = HEAD.match(head)
    if stated is None or length != stated.end() + int(stated[1]) + len(b"\r\n\r\n"):
        return None
    return file.tell() - len(member.unused_data)


def sync_folder(folder: Path) -> None:
    """Return when the names in a folder are on the disc."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
