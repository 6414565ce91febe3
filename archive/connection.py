"""Connections to an archive's database: how it is opened to write, to read, and on a medium that cannot be written."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack
from pathlib import Path

from sqlite_utils import Database

from archive import search
from archive.errors import DAMAGED, ArchiveError, remedy

_CHECKED = 1 << 28
_PAGE_SIZE = 8192  # of a new file: on SQLite's 4,096 bytes half a page is left over behind most texts
WAIT_SECONDS = 30.0  # for another program that is writing into the database


def connect(path: Path, *, write: bool) -> Database:
    """A connection that knows the search functions; raises ArchiveError for a file that is no database."""
    try:
        connection = _connected(path, "rwc" if write else "ro")
    except sqlite3.Error as problem:
        if write or path.with_name(f"{path.name}-wal").exists():
            raise unopened(path, problem) from problem
        # On a medium that cannot be written SQLite reads a file in WAL mode only if it is told that nobody else can.
        try:
            connection = _connected(path, "ro&immutable=1")
        except sqlite3.Error as again:
            raise unopened(path, again) from again
    search.register(connection)
    return Database(connection, execute_plugins=False)


def unopened(database: Path, problem: sqlite3.Error) -> ArchiveError:
    """What to say of a file that is no archive, or none any more."""
    said, what_to_do = ("it is a folder", "Move it away.") if database.is_dir() else (problem, remedy(problem))
    return ArchiveError(f"{database}: cannot be opened as an archive: {said}. {what_to_do}".rstrip())


def check_whole(connection: sqlite3.Connection, database: Path) -> None:
    """Raise ArchiveError for a database that is damaged, before anything is written into it.

    Costs 0.2 s for 300 MB that are in memory (measured), so a larger one is left to `verify`.
    """
    if database.stat().st_size > _CHECKED:
        return
    said = [row[0] for row in connection.execute("PRAGMA quick_check(1)")]
    if said != ["ok"]:
        what = " ".join(said[0].split())
        raise ArchiveError(f"{database}: is damaged ({what}). Nothing was changed; verify says more. {DAMAGED}")


def _connected(path: Path, mode: str) -> sqlite3.Connection:
    with ExitStack() as on_failure:
        address = f"{path.absolute().as_uri()}?mode={mode}"
        connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=WAIT_SECONDS)
        on_failure.callback(connection.close)
        connection.execute("PRAGMA foreign_keys = ON")
        if mode == "rwc":
            connection.execute(f"PRAGMA page_size = {_PAGE_SIZE}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        on_failure.pop_all()
    return connection
