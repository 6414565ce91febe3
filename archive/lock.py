"""One writer at a time: a lock on the archive folder that ends with the process, however it ends."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from archive import clock
from archive.errors import RIGHTS, ArchiveError, ArchiveInUseError, remedy


class Lock:
    """Held from construction to `release`.

    Raises ArchiveInUseError where another process holds it, ArchiveError where the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "press.lock"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as problem:
            raise _unwritable(folder, problem) from problem
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, _holder(), 0)
        except BlockingIOError as problem:
            holder = os.pread(self._file, 4096, 0)
            os.close(self._file)
            raise ArchiveInUseError(f"{folder}: another run holds this archive: {_described(holder)}") from problem
        except OSError as problem:  # a full disc
            os.close(self._file)
            raise _unwritable(folder, problem) from problem

    def release(self) -> None:
        """Give the archive free. The file stays: deleting it would let two processes hold two files of one name."""
        os.ftruncate(self._file, 0)
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()


def _holder() -> bytes:
    who = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": clock.iso(clock.now()),
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
    }
    return json.dumps(who, ensure_ascii=False).encode("utf-8")


def _unwritable(folder: Path, problem: OSError) -> ArchiveError:
    reason = "it is a file" if isinstance(problem, FileExistsError) else problem.strerror
    return ArchiveError(
        f"{folder}: the archive folder cannot be written ({reason}). Name another one with --archive,"
        f" or mend this one. {remedy(problem) or RIGHTS}"
    )


def _described(holder: bytes) -> str:
    try:
        who = json.loads(holder)
    except ValueError:  # the holder is between taking the lock and writing its name
        return "it has only just started"
    return f"process {who['pid']} on {who['host']}, since {who['since']} ({who['command']})"
