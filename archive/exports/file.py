"""A file that appears under its name only when it is whole, with its SHA-256 beside it."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from archive.warc import sync_folder


class GrowingFile(io.BufferedIOBase):
    """A file being written, and the digest of its bytes so far. Closing it is its owner's affair."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        """Lower-case hex of everything written so far."""
        return self._digest.hexdigest()

    def writable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """How many bytes there are."""
        return self.size

    def write(self, content: Any) -> int:
        """Append bytes, or anything that has some."""
        written = self._file.write(content)
        self._digest.update(content)
        self.size += written
        return written


@contextmanager
def as_text(file: GrowingFile) -> Iterator[IO[str]]:
    """The same file, for text: UTF-8, line ends as they are."""
    text = io.TextIOWrapper(cast("BinaryIO", file), encoding="utf-8", newline="")
    yield text
    text.detach()


@contextmanager
def whole_file(path: Path) -> Iterator[GrowingFile]:
    """Write to a file beside `path`, and give it that name at the end; whatever interrupts leaves what was there.

    `PATH.sha256` is written with it, as `sha256sum --check` reads it. A symbolic link is followed. Raises OSError where
    it cannot be written, or where `path` is no ordinary file.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        raise OSError("it is there already, and no ordinary file")
    with unfinished(target) as part:
        with part.open("xb") as file:
            growing = GrowingFile(file)
            yield growing
            file.flush()
            os.fsync(file.fileno())
        put_in_place(part, target, growing.sha256)


def put_in_place(part: Path, target: Path, sha256: str) -> None:
    """Give a file that is whole its name, and write `TARGET.sha256`; no file ever lies beside the digest of another.

    Raises OSError; then what was there is still there.
    """
    beside = target.with_name(f"{target.name}.sha256")
    with unfinished(beside) as sums:
        with sums.open("xb") as file:
            file.write(f"{sha256}  ".encode() + os.fsencode(target.name) + b"\n")  # a name need not be UTF-8
        beside.unlink(missing_ok=True)
        part.replace(target)
        sums.replace(beside)
    sync_folder(target.parent)


@contextmanager
def unfinished(target: Path) -> Iterator[Path]:
    """A name beside `target` for what is not whole yet, gone afterwards; so is what a killed export left there."""
    for left in target.parent.glob(f".{escape(target.name)}.*.part"):
        if _is_left(left, target):
            remove(left)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield part
    finally:
        remove(part)


def remove(path: Path) -> None:
    """Remove a file, or a folder with all that is in it, if it is there. Raises OSError."""
    if path.is_dir() and not path.is_symlink():
        for inside in path.iterdir():
            remove(inside)
        path.rmdir()
    else:
        path.unlink(missing_ok=True)


def _is_left(part: Path, target: Path) -> bool:
    process = part.name.removeprefix(f".{target.name}.").removesuffix(".part")
    if not process.isdecimal():
        return False
    with suppress(ProcessLookupError, OverflowError):
        try:
            os.kill(int(process), 0)
        except PermissionError:
            return False
        return int(process) == os.getpid()
    return True
