"""A database made anew beside the old one, and given its place when it is whole."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from archive.errors import ArchiveError, DamagedWarcError, NewerArchiveError
from archive.folder import DATABASE, Archive
from archive.lock import Lock
from archive.removals_file import read as removals_wanted
from archive.warc import sync_folder

logger = logging.getLogger(__name__)

_NEW = f"{DATABASE}.rebuilding"
_WITH_IT = ("-wal", "-shm")


@contextmanager
def rebuilding(folder: Path) -> Iterator[Archive]:
    """An archive with a new, empty database, which is `press.db` once the block has ended without an error.

    The old one stays beside it, as `press.db.before-rebuild-1` or with the next number. Raises ArchiveError where there
    are no WARC files or they cannot be read, ArchiveInUseError where another run holds the archive. What
    `removals.toml` names is removed before the new database has its place.
    """
    if not (folder / "warc").is_dir():
        raise ArchiveError(f"{folder}: there is nothing to rebuild from (warc is missing)")
    if (folder / DATABASE).exists():
        _mend(folder)
    lock = Lock(folder)
    _clear(folder)
    archive = Archive.open_anew(folder, _NEW, lock)
    try:
        yield archive
        archive.commit()
        archive.remove(removals_wanted(folder))
    except BaseException:
        archive.broken = archive.broken or ArchiveError(f"{folder}: the rebuild was not finished")
        archive.close()
        _clear(folder)
        raise
    try:
        archive.close(release=False)
        _set_aside(folder)
        (folder / _NEW).replace(folder / DATABASE)
        sync_folder(folder)
    finally:
        lock.release()


def _mend(folder: Path) -> None:
    """Close the WARC files by what the old database says of them, where that can still be read.

    Raises DamagedWarcError, NewerArchiveError and ArchiveInUseError.
    """
    try:
        Archive.open(folder, write=True).close()
    except (DamagedWarcError, NewerArchiveError):
        raise
    except ArchiveError as problem:
        logger.warning("%s; it is rebuilt without it", problem)


def _clear(folder: Path) -> None:
    for name in (_NEW, *(f"{_NEW}{end}" for end in _WITH_IT)):
        (folder / name).unlink(missing_ok=True)


def _set_aside(folder: Path) -> None:
    """Give the old database a second name; one that was damaged may have left files of its own beside it."""
    number = 1
    while (copy := folder / f"{DATABASE}.before-rebuild-{number}").exists():
        number += 1
    for end in _WITH_IT:
        with suppress(FileNotFoundError):
            (folder / f"{DATABASE}{end}").rename(f"{copy}{end}")
    with suppress(FileNotFoundError):
        os.link(folder / DATABASE, copy)
