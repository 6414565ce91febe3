"""The entries of one listing: what it had before, what a walk adds, and what that makes known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlite_utils import Database

from archive.clock import iso
from archive.erasure import hidden
from archive.models import Entry


@dataclass(frozen=True, slots=True)
class Had:
    """What a listing had of an entry before a list page was read: the columns `known` and `ahead` of `entries`."""

    known: bool
    ahead: bool


class Entries:
    """The entries of one listing in one walk over it. An entry is one by its key, however its address is spelled."""

    def __init__(self, db: Database, site: str, column: str, listing: int, walk: int, now: dt.datetime) -> None:
        self._db, self._site, self._now = db, site, iso(now)
        self._yesterday = iso(now - dt.timedelta(days=1))  # a run that began before has been killed
        self._column, self._listing, self._walk = column, listing, walk

    def had(self, keys: Collection[str]) -> dict[str, Had]:
        """Those entries that the listing has had before, by their keys; what a person brought is new to every walk."""
        places = ", ".join("?" * len(keys))
        rows = self._db.conn.execute(
            "SELECT p.key, max(e.known), max(e.ahead AND e.walk_id = ?) FROM pages AS p"  # noqa: S608 - places only
            " JOIN entries AS e ON e.page_id = p.id JOIN walks AS w ON w.id = e.walk_id AND w.outcome IS NOT 'import'"
            " WHERE e.listing_id = ? AND p.kind = 'article'"
            f" AND p.key IN ({places}) GROUP BY p.key",
            (self._walk, self._listing, *keys),
        )
        return {row[0]: Had(bool(row[1]), bool(row[2])) for row in rows}

    def put(self, entry: Entry, key: str, found_on: str, *, ahead: bool, back: bool) -> None:
        """Put an entry into the frontier; one without a date counts as new on the day it was found.

        A page that never came goes to the site that lists it now: the one that did may be crawled no more. Not while
        that one has a run under way, which may have asked for it: then both would. Of one that is to be removed neither
        address nor title is put down, and nobody asks for it.
        """
        url, title, state = entry.url, entry.title, "waiting"
        if self._db.conn.execute("SELECT 1 FROM removals WHERE key = ?", (key,)).fetchone():
            url, title, state = hidden(key), "", "removed"
        day = entry.published.isoformat() if entry.published else None
        self._db.conn.execute(
            "INSERT INTO pages (key, url, site, kind, state, next_due, discovered, listed_day, found_on, back)"
            " VALUES (?, ?, ?, 'article', ?, ?, ?, ?, ?, ?) ON CONFLICT (kind, key) DO UPDATE"
            " SET listed_day = coalesce(listed_day, excluded.listed_day),"
            " found_on = coalesce(found_on, excluded.found_on), site = excluded.site"
            " WHERE listed_day IS NULL OR (visited IS NULL AND site <> excluded.site AND NOT EXISTS"
            " (SELECT 1 FROM runs WHERE runs.site = pages.site AND runs.outcome IS NULL AND runs.started >= ?))",
            (key, url, self._site, state, self._now, self._now, day or self._now[:10], found_on, back, self._yesterday),
        )
        self._db.conn.execute(
            "INSERT INTO entries (listing_id, url, page_id, title, published_day, walk_id, ahead, listed)"
            " SELECT ?, ?, id, ?, ?, ?, ?, ? FROM pages WHERE kind = 'article' AND key = ?"
            " ON CONFLICT (page_id, listing_id, url) DO UPDATE SET title = excluded.title, ahead = excluded.ahead,"
            " published_day = excluded.published_day, walk_id = excluded.walk_id, listed = excluded.listed",
            (self._listing, url, title, day, self._walk, ahead, self._now, key),
        )
        self._put_release(url, key)

    def count(self) -> int:
        """How many entries the walk has listed; looks at all there are, for a walk that took more than one run."""
        row = self._db.conn.execute("SELECT count(DISTINCT page_id) FROM entries WHERE walk_id = ?", (self._walk,))
        return int(row.fetchone()[0])

    def join(self) -> None:
        """The list is read through between what was new ahead of the walk and the place where it was cut."""
        self._db.conn.execute("UPDATE entries SET ahead = 0 WHERE walk_id = ? AND NOT known AND ahead", (self._walk,))

    def know(self) -> None:
        """The walk is completed: what it listed is known."""
        self._db.conn.execute("UPDATE entries SET known = 1 WHERE walk_id = ? AND NOT known", (self._walk,))

    def _put_release(self, url: str, key: str) -> None:
        """A release that is there already is now in this column too; its own is the first listing's that has it."""
        self._db.conn.execute(
            "INSERT OR IGNORE INTO release_columns SELECT id, ?, ? FROM press_releases WHERE key = ?",
            (self._column, url, key),
        )
        self._db.conn.execute(
            "UPDATE press_releases SET listing_column = ? WHERE key = ? AND listing_column IS NOT ? AND NOT EXISTS"
            " (SELECT 1 FROM pages AS p JOIN entries AS e ON e.page_id = p.id WHERE p.kind = 'article'"
            " AND p.key = press_releases.key AND e.listing_id < ?)",
            (self._column, key, self._column, self._listing),
        )
