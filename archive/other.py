"""Another archive, held and looked over to be merged from; all that is written there is a missing `press.lock`."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlite_utils import Database

from archive.connection import check_whole, unopened
from archive.errors import ArchiveError, ArchiveInUseError
from archive.folder import DATABASE
from archive.migrations import migrations, steps_taken
from archive.removals_file import Removal
from archive.removals_file import read as removals_wanted
from archive.warc import OPEN

_KEPT = "SELECT warc_file, max(warc_offset + warc_length) FROM captures WHERE warc_file IS NOT NULL GROUP BY 1"


def address(database: Path) -> str:
    """How SQLite is to open a database that nobody writes to meanwhile, so that it makes no file beside it.

    Where a WAL with batches of its own was left behind, that is read too.
    """
    log = database.with_name(f"{database.name}-wal")
    is_left = log.exists() and log.stat().st_size > 0
    return f"{database.absolute().as_uri()}?{'mode=ro' if is_left else 'immutable=1'}"


class OtherArchive:
    """An archive that nobody writes to from construction to the end of the context.

    `removals` are those of its `removals.toml`. Raises ArchiveInUseError where a run holds it, RemovalsError, and
    ArchiveError where it cannot be merged from: it is none, is damaged, was left by a run that was killed, or another
    version of this program worked on it last.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.database, self.warc = folder, folder / DATABASE, folder / "warc"
        if not self.database.exists():
            raise ArchiveError(f"{folder}: there is no archive here ({DATABASE} is missing)")
        with ExitStack() as on_failure:
            self._lock = _held(folder)
            on_failure.callback(os.close, self._lock)
            self.removals: tuple[Removal, ...] = removals_wanted(folder)
            self._check_files()
            try:
                with closing(sqlite3.connect(address(self.database), uri=True, isolation_level=None)) as connection:
                    self._check_rows(Database(connection, execute_plugins=False))
            except sqlite3.Error as problem:
                raise unopened(self.database, problem) from problem
            on_failure.pop_all()

    def _check_files(self) -> None:
        if left := sorted(path.name for path in self.warc.glob(f"*/*{OPEN}")):
            raise ArchiveError(
                f"{self.folder}: {', '.join(left)} was not closed, because a run was killed. A crawl there mends it,"
                f" and so does police-press --archive {self.folder} reparse"
            )

    def _check_rows(self, db: Database) -> None:
        if not steps_taken(db, self.database):
            raise ArchiveError(f"{self.database}: this is no archive of press releases")
        if migrations.pending(db):
            raise ArchiveError(
                f"{self.database}: an older version of this program worked on it last. Any verb that writes brings it"
                f" forward: police-press --archive {self.folder} reparse"
            )
        check_whole(db.conn, self.database)
        for name, end in db.conn.execute(_KEPT):
            path = self.warc / name
            if not path.exists() or path.stat().st_size < end:
                raise ArchiveError(f"{path}: is missing, or shorter than its rows say; verify says more")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._lock)


def _held(folder: Path) -> int:
    """A descriptor whose shared lock keeps writers away, and other readers not; an archive's writer holds it alone."""
    path = folder / "press.lock"
    try:
        file = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as problem:
        raise ArchiveError(f"{path}: cannot be held while it is read: {problem.strerror}") from problem
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as problem:
        os.close(file)
        raise ArchiveInUseError(f"{folder}: another run holds this archive; merge it when that has ended") from problem
    return file
