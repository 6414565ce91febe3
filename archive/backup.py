"""`backup`: a copy of the database of one moment, made while a crawl goes on, checked, and only then given its name."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from archive import clock
from archive.errors import ArchiveError
from archive.folder import Archive
from archive.warc import sync_folder

_UNWRITABLE = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC)
# A crawl only adds rows to these.
_TABLES = ("press_releases", "versions", "events", "captures")


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was written: where, its bytes, and the rows of the tables that count."""

    path: Path
    bytes: int
    rows: dict[str, int]


def backup(archive: Archive, target: Path) -> BackedUp:
    """Copy press.db to `target`, or into it under a name with date and time where it is a folder.

    `archive` is one opened to read; the copy is one moment of it, in WAL mode. Raises OSError where it cannot be
    written or the file is there already, ArchiveError where the archive cannot be read or the copy is not whole; then
    nothing is left behind.
    """
    path = _in_folder(target) if target.is_dir() else target
    if path.exists() or path.is_symlink():
        raise FileExistsError(errno.EEXIST, "it is there already, and a backup overwrites nothing")
    unfinished = path.absolute().with_name(f".{path.name}.{os.getpid()}.part")
    try:
        unfinished.open("xb").close()
        rows = _copied(archive, unfinished)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.rename(path)
        sync_folder(path.absolute().parent)
    finally:
        unfinished.unlink(missing_ok=True)
    return BackedUp(path, path.stat().st_size, rows)


def _in_folder(folder: Path) -> Path:
    """A name that is free: two backups may be made in one second."""
    stem = f"press-{clock.now():%Y%m%dT%H%M%S}"
    names = (f"{stem}.db" if number == 1 else f"{stem}-{number}.db" for number in count(1))
    return next(folder / name for name in names if not (folder / name).exists())


def _copied(archive: Archive, path: Path) -> dict[str, int]:
    database = archive.folder / "press.db"
    try:
        before = _rows(archive.db.conn)
        archive.db.conn.execute("VACUUM INTO ?", (str(path),))
        after = _rows(archive.db.conn)
        with closing(sqlite3.connect(path, isolation_level=None)) as copy:
            said = [row[0] for row in copy.execute("PRAGMA integrity_check")]
            rows = _rows(copy)
            copy.execute("PRAGMA journal_mode = WAL")
    except sqlite3.DatabaseError as problem:
        if problem.sqlite_errorcode in _UNWRITABLE:
            raise OSError(str(problem)) from problem
        raise ArchiveError(f"{database}: cannot be copied: {problem}. Ask verify what is damaged.") from problem
    if said != ["ok"]:
        raise ArchiveError(f"{database}: the copy is not whole ({said[0]}). Ask verify what is damaged.")
    for table, number in rows.items():
        if not min(before[table], after[table]) <= number <= max(before[table], after[table]):
            raise ArchiveError(f"{database}: the copy has {number} rows of {table}, and the archive {before[table]}.")
    return rows


def _rows(db: sqlite3.Connection) -> dict[str, int]:
    return {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in _TABLES}  # noqa: S608 - ours
