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
from typing import Any, BinaryIO, Self

from sqlite_utils import Database

from archive import journal, warc
from archive.addresses import key
from archive.captures import Captures
from archive.connection import check_whole, connect, unopened
from archive.errors import DAMAGED, ArchiveError, ArchiveInUseError, is_damage, remedy
from archive.exploration import discovered
from archive.frontier import Frontier
from archive.lock import Lock
from archive.migrations import steps_taken, upgrade
from archive.models import Answer, Capture, Fetched, Page, Release
from archive.removals import Removals, is_due
from archive.removals_file import FILE as REMOVALS
from archive.removals_file import Removal
from archive.removals_file import read as removals_wanted
from archive.search import index, zh
from archive.store import Store
from archive.visits import REVISIT_DAYS, Absences

DATABASE = "press.db"
BATCH_PAGES = 20
BATCH_SECONDS = 2.0


def archive_folder(named: str | Path | None = None) -> Path:
    """The folder named, else $POLICE_PRESS_ARCHIVE, else `data` in the current folder."""
    return Path(named or os.environ.get("POLICE_PRESS_ARCHIVE") or "data")


class Archive:
    """One archive, read-only unless opened to write; a context manager.

    A writer holds the folder's lock and one open transaction. Captures, releases and the frontier are written into it
    as pages come in; `commit` makes WARC files safe first, then the transaction. `repaired` says what opening it cut
    off WARC files; `brought_in` holds the captures found in them without a row, for whoever can read what they show.
    """

    def __init__(self, folder: Path, db: Database, lock: Lock | None) -> None:
        self.folder, self.db, self._lock = folder, db, lock
        self.captures = Captures(db, folder / "warc")
        self.store = Store(db)
        self.removals = Removals(db.conn, folder)
        self.repaired: list[str] = []
        self.brought_in: list[Capture] = []
        self.broken: ArchiveError | None = None
        self._pages, self._since = 0, time.monotonic()

    @classmethod
    def open(cls, folder: str | Path | None = None, *, write: bool = False, lock: Lock | None = None) -> Self:
        """Open an archive; to write, make it where there is none, bring its schema forward and repair its WARC files.

        `lock` is one already taken. What `removals.toml` names is removed first, so that one opened to read may be
        written to. Raises ArchiveError where the archive cannot be used, ArchiveInUseError where another run holds it,
        RemovalsError for a `removals.toml` that cannot be followed.
        """
        path = archive_folder(folder)
        return cls._open_to_write(path, lock or Lock(path)) if write else cls._open_to_read(path)

    @classmethod
    def _open_to_read(cls, path: Path) -> Self:
        wanted = removals_wanted(path)
        db = _opened_to_read(path / DATABASE)
        try:
            waits = is_due(db.conn, wanted)
        except sqlite3.Error as problem:
            db.conn.close()
            raise unopened(path / DATABASE, problem) from problem
        if waits:
            db.conn.close()
            try:
                cls._open_to_write(path, Lock(path)).close()
            except (ArchiveError, ArchiveInUseError) as problem:
                said = f"{path / REMOVALS}: names what press.db still holds, and which cannot be removed now"
                raise type(problem)(f"{said}. {problem}") from problem
            db = _opened_to_read(path / DATABASE)
        return cls(path, db, None)

    @classmethod
    def open_anew(cls, folder: Path, name: str, lock: Lock) -> Self:
        """Open an archive with a new database of that name, to be told what WARC files say (`archive.rebuilt`).

        Nothing is removed from it before `remove` is called: what is told later may rest on any page told before.
        """
        return cls._open_to_write(folder, lock, name)

    @classmethod
    def _open_to_write(cls, path: Path, lock: Lock, name: str = DATABASE) -> Self:
        database = path / name
        with ExitStack() as on_failure:
            on_failure.callback(lock.release)
            wanted = removals_wanted(path)
            try:
                if name == DATABASE:
                    _check_is_there(database)
                (path / "warc").mkdir(exist_ok=True)
                db = on_failure.enter_context(connect(database, write=True))
                check_whole(db.conn, database)
                upgrade(db, database)
                archive = cls(path, db, lock)
                db.conn.execute("BEGIN IMMEDIATE")
                bring_in = archive._bring_in if name == DATABASE else None
                archive.repaired = warc.repair(path / "warc", archive.captures.kept_up_to, bring_in)
                if name == DATABASE:
                    archive.remove(wanted)
            except (OSError, sqlite3.Error) as problem:
                said = f"{database}: the archive cannot be written: {problem}. {remedy(problem)}"
                raise ArchiveError(said.rstrip()) from problem
            on_failure.pop_all()
        return archive

    def remove(self, wanted: Sequence[Removal]) -> None:
        """Remove what `removals.toml` names from the database and from its file. Raises ArchiveError."""
        with self.writing():
            self.removals.take_in(wanted, self.brought_in)
            index(self.db.conn)
            self.db.conn.execute("COMMIT")
            self.removals.settle()
            self.db.conn.execute("BEGIN IMMEDIATE")
        self.brought_in = [capture for capture in self.brought_in if not self.removals.has(capture.url)]

    def _bring_in(self, file: BinaryIO, name: str, start: int) -> None:
        """Make rows, safe at once, of what a run that was cut off had written down and not committed.

        A run commits its site and itself before it asks for anything: without them the file is none of this archive's.
        An import is told the rest by its file, when that is imported again; with these rows it would be here before.
        """
        site = name.partition("/")[0]
        if not self.db.conn.execute("SELECT 1 FROM sites WHERE slug = ?", (site,)).fetchone():
            return
        run, kind = self.db.conn.execute("SELECT max(id), kind FROM runs WHERE site = ?", (site,)).fetchone()
        for told in journal.pages_told(journal.places(file, name, start)):
            if not isinstance(told, journal.PageTold):
                kind = told.fields.get("run-kind", kind)
            elif kind != "import":
                self.brought_in += self._tell(told, site, run)
        self.db.conn.execute("COMMIT")
        self.db.conn.execute("BEGIN IMMEDIATE")

    def _tell(self, told: journal.PageTold, site: str, run_id: int | None) -> list[Capture]:
        row = self.db.conn.execute(
            "SELECT id, key, url, site, kind, found_on FROM pages WHERE kind = ? AND key = ?",
            (told.kind, key(told.url)),
        ).fetchone()
        answers = self.answers(told, site, run_id)
        if not answers and self.captures.has_attempt(told.url, told.at, run_id):
            return []  # its row was committed: it names no byte of the file, so the file is read again from before it
        if row is None:
            return [self.captures.keep(answer) for answer in answers]
        return self.captures.keep_page(Fetched(run_id, Page(*row), answers, told.outcome, told.at, told.error, True))

    def answers(self, told: journal.PageTold, site: str, run_id: int | None) -> tuple[Answer, ...]:
        """A page's answers as its WARC file has them. Raises ArchiveError where one cannot be read."""
        read = []
        for place, outcome in told.answers:
            try:
                read.append(
                    journal.read_answer(self.folder / "warc", place, outcome, site, run_id, self.captures.body_of)
                )
            except (OSError, ValueError) as problem:
                where = f"{self.folder / 'warc' / place.file}: byte {place.offset}"
                raise ArchiveError(f"{where}: the record cannot be read: {problem}") from problem
        return tuple(read)

    def frontier(
        self, site: str, run_id: int, now: dt.datetime, revisit_days: Sequence[int] = REVISIT_DAYS
    ) -> Frontier:
        """The frontier of one site in one run."""
        return Frontier(self.db, site, run_id, now, revisit_days)

    def discovered(self, site: str) -> list[tuple[str, str]]:
        """The lists that were found from a site's home page and are in use: columns with their first pages."""
        return discovered(self.db, site)

    def site_of(self, url: str) -> str | None:
        """The site that an article's address belongs to; None where no list has named it and nobody fetched it."""
        row = self.db.conn.execute("SELECT site FROM pages WHERE kind = 'article' AND key = ?", (key(url),)).fetchone()
        return row[0] if row else None

    def confirm_gone(self, site: str, now: dt.datetime, *, is_recorded: bool = False) -> int:
        """A person says that a `site_changed` finding is a true takedown; how many releases are gone by that at once.

        `is_recorded`: the WARC files have that word already.

        Those of which one clear answer is known so far go when a visit confirms it. Raises ArchiveError for a site that
        is not in the archive.
        """
        if not self.db.conn.execute("SELECT 1 FROM sites WHERE slug = ?", (site,)).fetchone():
            raise ArchiveError(f"{self.folder}: no site {site} in this archive")
        with self.page_kept():
            if not is_recorded:
                (after,) = self.db.conn.execute("SELECT max(id) FROM runs").fetchone()
                self.captures.note(site, now, journal.gone_confirmed(now, after or 0))
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
            safe = "What was kept before is safe; run again when this is mended, and it goes on from there."
            said = remedy(problem) if is_damage(problem) else f"{remedy(problem)} {safe}".lstrip()
            self.broken = ArchiveError(f"{self.folder}: the archive cannot be written: {problem}. {said}")
            raise self.broken from problem

    def commit_if_due(self) -> None:
        """Commit if the batch is older than two seconds."""
        if self._pages and time.monotonic() - self._since >= BATCH_SECONDS:
            self.commit()

    def commit(self) -> None:
        """Make the batch safe: WARC files first, then the transaction. Raises ArchiveError."""
        with self.writing():
            self._make_safe()
            self.captures.close_left()
            self.db.conn.execute("BEGIN IMMEDIATE")
        self._pages, self._since = 0, time.monotonic()

    def _make_safe(self) -> None:
        self.captures.sync()
        self.removals.erase()
        index(self.db.conn)
        self.db.conn.execute("COMMIT")

    def close(self, *, release: bool = True) -> None:
        """Make safe what is not yet (unless the archive broke), close every file and give the lock free.

        Without `release` whoever took the lock still holds it.
        """
        if self._lock is None:
            self.db.conn.close()
            return
        try:
            if not self.broken:
                with self.writing():
                    self._make_safe()
                    self.removals.settle()
                    self.captures.close()  # only now: what `.open` files hold without a row is brought in
                    self.db.conn.execute("PRAGMA busy_timeout = 0")  # a reader keeps its WAL, and is not waited for
                    self.db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self.captures.abandon()
            self.db.conn.close()
            if release:
                self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _opened_to_read(database: Path) -> Database:
    if not database.exists():
        raise ArchiveError(f"{database.parent}: there is no archive here (press.db is missing)")
    with ExitStack() as on_failure:
        db: Database = on_failure.enter_context(connect(database, write=False))
        try:
            taken = steps_taken(db, database)
        except sqlite3.Error as problem:
            raise unopened(database, problem) from problem
        if not taken:
            raise ArchiveError(f"{database}: this is no archive of press releases")
        on_failure.pop_all()
    return db


def _check_is_there(database: Path) -> None:
    """WARC files without their database are an archive that lost it, and not the place for a new one."""
    is_there = database.exists() and (database.is_dir() or database.stat().st_size > 0)
    if not is_there and any(database.parent.glob("warc/*/*.warc.gz*")):
        raise ArchiveError(f"{database}: is missing or empty, and WARC files are here. {DAMAGED}")


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
        conditions.append("id IN (SELECT rowid FROM releases_fts WHERE releases_fts MATCH :words)")
        values["words"] = zh(words)
    if published_from:
        conditions.append(f"{day} >= :from")
        values["from"] = published_from.isoformat()
    if published_to:
        conditions.append(f"{day} <= :to")
        values["to"] = published_to.isoformat()
    return " AND ".join(conditions), values
