"""A file that appears under its name only when it is whole, with the SHA-256 of what was written."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


class GrowingFile:
    """A file being written, and the digest of its bytes so far."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Lower-case hex of everything written so far."""
        return self._digest.hexdigest()

    def write(self, text: str) -> int:
        """Append text as UTF-8, line ends as they are."""
        encoded = text.encode("utf-8")
        self._digest.update(encoded)
        return self._file.write(encoded)


@contextmanager
def whole_file(path: Path) -> Iterator[GrowingFile]:
    """Write to a file beside `path`, and give it that name at the end; whatever interrupts leaves what was there.

    A symbolic link is followed. Raises OSError where it cannot be written, or where `path` is no ordinary file.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        raise OSError("it is there already, and no ordinary file")
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with unfinished.open("wb") as file:
            yield GrowingFile(file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
