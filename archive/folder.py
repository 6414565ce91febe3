"""An archive folder opened: the database, its WARC files, the lock, and the batches in which everything is kept."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlite_utils import Database

from archive import search, warc
from archive.addresses import key
from archive.captures import Captures
from archive.errors import ArchiveError
from archive.frontier import Frontier
from archive.lock import Lock
from archive.migrations import steps_taken, upgrade
from archive.models import Release
from archive.store import Store
from archive.visits import REVISIT_DAYS, Absences

BATCH_PAGES = 20
BATCH_SECONDS = 2.0
WAIT_SECONDS = 30.0  # for another program that is writing into the database


def archive_folder(named: str | Path | None = None) -> Path:
    """The folder named, else $POLICE_PRESS_ARCHIVE, else `data` in the current folder."""
    return Path(named or os.environ.get("POLICE_PRESS_ARCHIVE") or "data")


class Archive:
    """One archive, read-only unless opened to write; a context manager.

    A writer holds the folder's lock and one open transaction. Captures, releases and the frontier are written into it
    as pages come in; `commit` makes WARC files safe first, then the transaction.
    """

    def __init__(self, folder: Path, db: Database, lock: Lock | None) -> None:
        self.folder, self.db, self._lock = folder, db, lock
        self.captures = Captures(db, folder / "warc")
        self.store = Store(db)
        self.repaired: list[str] = []
        self.broken: ArchiveError | None = None
        self._pages, self._since = 0, time.monotonic()

    @classmethod
    def open(cls, folder: str | Path | None = None, *, write: bool = False, lock: Lock | None = None) -> Self:
        """Open an archive; to write, make it where there is none, bring its schema forward and repair its WARC files.

        `lock` is one already taken. Raises ArchiveError where the archive cannot be used, ArchiveInUseError where
        another run holds it.
        """
        path = archive_folder(folder)
        return cls._open_to_write(path, lock or Lock(path)) if write else cls._open_to_read(path)

    @classmethod
    def _open_to_read(cls, path: Path) -> Self:
        database = path / "press.db"
        if not database.exists():
            raise ArchiveError(f"{path}: there is no archive here (press.db is missing)")
        with ExitStack() as on_failure:
            db = on_failure.enter_context(_connect(database, write=False))
            try:
                taken = steps_taken(db, database)
            except sqlite3.Error as problem:
                raise ArchiveError(f"{database}: cannot be opened as an archive: {problem}") from problem
            if not taken:
                raise ArchiveError(f"{database}: this is no archive of press releases")
            on_failure.pop_all()
        return cls(path, db, None)

    @classmethod
    def _open_to_write(cls, path: Path, lock: Lock) -> Self:
        database = path / "press.db"
        with ExitStack() as on_failure:
            on_failure.callback(lock.release)
            try:
                (path / "warc").mkdir(exist_ok=True)
                db = on_failure.enter_context(_connect(database, write=True))
                upgrade(db, database)
                archive = cls(path, db, lock)
                archive.repaired = warc.repair(path / "warc", archive.captures.kept_up_to)
                db.conn.execute("BEGIN IMMEDIATE")
            except (OSError, sqlite3.Error) as problem:
                raise ArchiveError(f"{database}: the archive cannot be written: {problem}") from problem
            on_failure.pop_all()
        return archive

    def frontier(
        self, site: str, run_id: int, now: dt.datetime, revisit_days: Sequence[int] = REVISIT_DAYS
    ) -> Frontier:
        """The frontier of one site in one run."""
        return Frontier(self.db, site, run_id, now, revisit_days)

    def site_of(self, url: str) -> str | None:
        """The site that an article's address belongs to; None where no list has named it and nobody fetched it."""
        row = self.db.conn.execute("SELECT site FROM pages WHERE kind = 'article' AND key = ?", (key(url),)).fetchone()
        return row[0] if row else None

    def confirm_gone(self, site: str, now: dt.datetime) -> int:
        """A person says that a `site_changed` finding is a true takedown; how many releases are gone by that at once.

        Those of which one clear answer is known so far go when a visit confirms it. Raises ArchiveError for a site that
        is not in the archive.
        """
        if not self.db.conn.execute("SELECT 1 FROM sites WHERE slug = ?", (site,)).fetchone():
            raise ArchiveError(f"{self.folder}: no site {site} in this archive")
        with self.page_kept():
            confirmed = Absences(self.db, site, now).confirm()
            for url, capture_id, since in confirmed:
                capture = self.captures.row(capture_id)
                self.store.take_down(url, since, capture, f"confirmed by a person, first seen {since}")
                self.db.conn.execute("UPDATE pages SET state = 'gone' WHERE kind = 'article' AND key = ?", (key(url),))
        return len(confirmed)

    def releases(
        self,
        *,
        site: str | None = None,
        search: str | None = None,
        published_from: dt.date | None = None,
        published_to: dt.date | None = None,
    ) -> Iterator[Release]:
        """Releases, newest first: of one site, with what a person would type into a search box, from a day to a day."""
        where, values = selection(site, search, published_from, published_to)
        return self.store.releases(where, values)

    @contextmanager
    def page_kept(self) -> Iterator[None]:
        """One page's worth of writing: all of it or none, and a commit when the batch is full."""
        with self.writing(), self.db.atomic():
            yield
        self._pages += 1
        if self._pages >= BATCH_PAGES:
            self.commit()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Raise ArchiveError for what the disc or SQLite refuses, and remember it: the archive takes no more."""
        if self.broken:
            raise self.broken
        try:
            yield
        except (OSError, sqlite3.Error) as problem:
            self.broken = ArchiveError(
                f"{self.folder}: the archive cannot be written: {problem}. What was kept before is safe;"
                " run again when this is mended, and it goes on from there."
            )
            raise self.broken from problem

    def commit_if_due(self) -> None:
        """Commit if the batch is older than two seconds."""
        if self._pages and time.monotonic() - self._since >= BATCH_SECONDS:
            self.commit()

    def commit(self) -> None:
        """Make the batch safe: WARC files first, then the transaction. Raises ArchiveError."""
        with self.writing():
            self.captures.sync()
            self.db.conn.execute("COMMIT")
            self.db.conn.execute("BEGIN IMMEDIATE")
        self._pages, self._since = 0, time.monotonic()

    def close(self) -> None:
        """Make safe what is not yet (unless the archive broke), close every file and give the lock free."""
        if self._lock is None:
            self.db.conn.close()
            return
        try:
            if not self.broken:
                with self.writing():
                    self.captures.close()
                    self.db.conn.execute("COMMIT")
                    self.db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self.captures.abandon()
            self.db.conn.close()
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def selection(
    site: str | None, words: str | None, published_from: dt.date | None, published_to: dt.date | None
) -> tuple[str, dict[str, Any]]:
    """A condition on `press_releases` with its values; both days are included whole.

    A release of which only month or year are known counts as published on its first day.
    """
    day = "substr(published || CASE length(published) WHEN 4 THEN '-01-01' WHEN 7 THEN '-01' ELSE '' END, 1, 10)"
    conditions, values = ["1"], {}
    if site:
        conditions.append("site = :site")
        values["site"] = site
    if words:
        conditions.append("id IN (SELECT rowid FROM releases_fts WHERE releases_fts MATCH zh(:words))")
        values["words"] = words
    if published_from:
        conditions.append(f"{day} >= :from")
        values["from"] = published_from.isoformat()
    if published_to:
        conditions.append(f"{day} <= :to")
        values["to"] = published_to.isoformat()
    return " AND ".join(conditions), values


def _connect(path: Path, *, write: bool) -> Database:
    """A connection that knows the search functions; raises ArchiveError for a file that is no database."""
    try:
        connection = _connected(path, "rwc" if write else "ro")
    except sqlite3.Error as problem:
        if write or path.with_name(f"{path.name}-wal").exists():
            raise ArchiveError(f"{path}: cannot be opened as an archive: {problem}") from problem
        # On a medium that cannot be written SQLite reads a file in WAL mode only if it is told that nobody else can.
        try:
            connection = _connected(path, "ro&immutable=1")
        except sqlite3.Error as again:
            raise ArchiveError(f"{path}: cannot be opened as an archive: {again}") from again
    search.register(connection)
    return Database(connection, execute_plugins=False)


def _connected(path: Path, mode: str) -> sqlite3.Connection:
    with ExitStack() as on_failure:
        address = f"{path.absolute().as_uri()}?mode={mode}"
        connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=WAIT_SECONDS)
        on_failure.callback(connection.close)
        connection.execute("PRAGMA foreign_keys = ON")
        if mode == "rwc":
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        on_failure.pop_all()
    return connection
