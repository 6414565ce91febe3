"""Removals: releases that a person has named in `removals.toml`, and the tombstones that stand in their place."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from archive import clock
from archive.erasure import erase, key_or_none, same_text
from archive.models import Capture
from archive.removals_file import FILE, Removal

logger = logging.getLogger(__name__)

# What is named, is there, and is not taken out yet; by a changed date too, and where it has only just been found.
_DUE = """
SELECT m.key FROM removals AS m LEFT JOIN press_releases AS r ON r.key = m.key
LEFT JOIN pages AS p ON p.kind = 'article' AND p.key = m.key
WHERE (r.id IS NOT NULL AND r.removed IS NOT m.date) OR (p.id IS NOT NULL AND p.state <> 'removed')
    OR (m.site IS NULL AND coalesce(r.id, p.id) IS NOT NULL) ORDER BY m.key
"""
_UNSETTLED = "applied IS NULL AND site IS NOT NULL"
_PLACE = """
UPDATE removals SET applied = NULL,
    site = coalesce((SELECT site FROM press_releases WHERE key = :key),
        (SELECT site FROM pages WHERE kind = 'article' AND key = :key)),
    published_day = coalesce((SELECT published_day FROM press_releases WHERE key = :key),
        (SELECT max(e.published_day) FROM entries AS e JOIN pages AS p ON p.id = e.page_id
        WHERE p.kind = 'article' AND p.key = :key))
WHERE key = :key
"""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left to say of a release that was removed.

    `site` and `published_day` are None where the archive never had it, the day also where it was never known.
    `applied` is when the last of its bytes left press.db, None until then.
    """

    key: str
    site: str | None
    published_day: str | None
    date: str
    reason: str
    applied: str | None


@dataclass(frozen=True, slots=True)
class Removed:
    """How many of an archive's releases are removed; `waiting` are keys it was told of and does not have."""

    releases: int
    waiting: tuple[str, ...]


def tombstone(connection: sqlite3.Connection, key: str) -> Tombstone | None:
    """What is left to say of a key that was removed; None for any other."""
    if not _is_there(connection):
        return None
    columns = "key, site, published_day, date, reason, applied"
    row = connection.execute(f"SELECT {columns} FROM removals WHERE key = ?", (key,)).fetchone()  # noqa: S608 - ours
    return Tombstone(*row) if row else None


def count(connection: sqlite3.Connection) -> Removed:
    """How much was removed; nothing in an archive on which only an older program has worked."""
    if not _is_there(connection):
        return Removed(0, ())
    (releases,) = connection.execute(
        "SELECT count(*) FROM removals CROSS JOIN press_releases USING (key) WHERE removed IS NOT NULL"
    ).fetchone()
    waiting = connection.execute("SELECT key FROM removals WHERE site IS NULL ORDER BY key")
    return Removed(releases, tuple(key for (key,) in waiting))


def is_due(connection: sqlite3.Connection, wanted: Sequence[Removal]) -> bool:
    """Whether the database does not show yet what the file wants, and has to be written to before it is read."""
    if not _is_there(connection):
        return bool(wanted)
    noted = {row[0]: row[1:] for row in connection.execute("SELECT key, date, reason FROM removals")}
    if any(noted.get(removal.key) != (removal.date, removal.reason) for removal in wanted):
        return True
    sql = f"SELECT EXISTS ({_DUE}) OR EXISTS (SELECT 1 FROM removals WHERE {_UNSETTLED})"  # noqa: S608 - our own text
    return bool(connection.execute(sql).fetchone()[0])


def _is_there(connection: sqlite3.Connection) -> bool:
    """An archive that is opened to be read keeps the schema that it has."""
    sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'removals'"
    return connection.execute(sql).fetchone() is not None


class Removals:
    """The removals of one archive that is open to write; nothing to do, and no time lost, where there are none."""

    def __init__(self, connection: sqlite3.Connection, folder: Path) -> None:
        self._db, self._folder = connection, folder
        self._keys: frozenset[str] = frozenset()
        self._captures = 0

    def take_in(self, wanted: Sequence[Removal], brought_in: Sequence[Capture] = ()) -> None:
        """Bring the table up to the file, erase what is named and there, and say what a person has to know of it.

        What is taken out of the file stays removed: the table is all that says so until a rebuild. `brought_in` are the
        newest captures where nobody has looked at them yet.
        """
        for removal in wanted:
            self._db.execute(
                "INSERT INTO removals (key, date, reason) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE"
                " SET date = excluded.date, reason = excluded.reason",
                (removal.key, removal.date, removal.reason),
            )
        named = {removal.key for removal in wanted}
        for key, site in self._db.execute("SELECT key, site FROM removals ORDER BY key").fetchall():
            if key not in named and site is None:
                self._db.execute("DELETE FROM removals WHERE key = ?", (key,))
            elif key not in named:
                logger.warning(
                    "%s: is removed and no longer in %s; police-press reparse --from-captures brings it back", key, FILE
                )
        self._keys = frozenset(row[0] for row in self._db.execute("SELECT key FROM removals"))
        (newest,) = self._db.execute("SELECT coalesce(max(id), 0) FROM captures").fetchone()
        is_due = self._db.execute(_DUE).fetchone() is not None  # then any capture may bear another spelling of it
        self._captures = 0 if is_due else min((capture.id - 1 for capture in brought_in), default=newest)
        self.erase()
        for key in count(self._db).waiting:
            logger.warning("%s: %s is no release of this archive; it is removed when it is one", FILE, key)

    def erase(self) -> None:
        """Take out what is named and there, in the open transaction, so that nobody ever reads it, whoever wrote it.

        FTS5 leaves deleted words in its older segments until they are put together.
        """
        if not self._keys:
            return
        now, spellings = clock.iso(clock.now()), self._new_spellings()
        due = {row[0] for row in self._db.execute(_DUE)} | spellings.keys()
        for key in sorted(due):
            self._say(key)
            self._db.execute(_PLACE, {"key": key})
            (date,) = self._db.execute("SELECT date FROM removals WHERE key = ?", (key,)).fetchone()
            erase(self._db, key, date, now, spellings.get(key, ()))
        if due:
            self._db.execute("INSERT INTO releases_fts(releases_fts) VALUES ('optimize')")

    def settle(self) -> None:
        """Make the file anew without what was erased, outside a transaction; does nothing where that is done.

        SQLite leaves deleted text in free pages and in the WAL: both are written over here. Where another program is
        reading an older state the WAL stays, and the next verb does this again.
        """
        if not self._keys or not self._db.execute(f"SELECT 1 FROM removals WHERE {_UNSETTLED}").fetchone():  # noqa: S608 - our own text
            return
        self._db.execute("VACUUM")
        (is_busy, *_) = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if is_busy:
            logger.warning(
                "another program is reading press.db: what was removed stands in no table any more, and leaves the"
                " file when a verb is run after that program has ended"
            )
            return
        now = clock.iso(clock.now())
        self._db.execute(f"UPDATE removals SET applied = ? WHERE {_UNSETTLED}", (now,))  # noqa: S608 - our own text
        self._say_copies()

    def has(self, url: str) -> bool:
        """Whether an address is that of a release that is to be removed."""
        return bool(self._keys) and key_or_none(url) in self._keys

    def _new_spellings(self) -> dict[str, Collection[str]]:
        """Addresses of what is removed that came in since the last time, for one by a redirect of another page."""
        found: dict[str, Collection[str]] = {}
        for number, url in self._db.execute("SELECT id, url FROM captures WHERE id > ?", (self._captures,)).fetchall():
            self._captures = number
            if (key := key_or_none(url)) and key in self._keys:
                found[key] = {url, *found.get(key, ())}
        return found

    def _say(self, key: str) -> None:
        logger.warning("%s: removed from press.db; what was captured of it stays in the WARC files", key)
        if others := [other for other in same_text(self._db, key) if other not in self._keys]:
            logger.warning("%s: the same text stands in %s; each needs a removal of its own", key, ", ".join(others))

    def _say_copies(self) -> None:
        (ours,) = (Path(row[2]).name for row in self._db.execute("PRAGMA database_list") if row[1] == "main")
        with_it = {ours, f"{ours}-wal", f"{ours}-shm"}
        copies = sorted(path.name for path in self._folder.glob("press.db.*") if path.name not in with_it)
        named = f"{', '.join(copies)} beside press.db, and " if copies else ""
        logger.warning("%severy backup and export made before today may hold what was removed: see to them", named)
