"""The search for a site's lists, where its file names none: its home page, then each list that this proposes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlite_utils import Database

from archive.clock import iso
from archive.models import Entry, Finding

_A_LIST = 5


def discovered(db: Database, site: str) -> list[tuple[str, str]]:
    """The lists that were found from a site's home page and are in use: columns with their first pages."""
    return db.conn.execute(
        "SELECT listing_column, url FROM listings WHERE site = ? AND discovered IS NOT NULL ORDER BY id", (site,)
    ).fetchall()


def is_list(entries: Sequence[Entry]) -> bool:
    """Whether a page with these entries is a list of releases: five of them at least carry a day."""
    return sum(entry.published is not None for entry in entries) >= _A_LIST


class Exploration:
    """One site's search in one run. `home` is read first; `proposed` then holds the pages that may be lists."""

    def __init__(self, db: Database, site: str, home: str, now: dt.datetime) -> None:
        self._db, self._site, self._now = db, site, now
        self.home = home
        self.proposed: list[tuple[str, str]] = []
        self.is_read = self.has_found = False

    @property
    def pages(self) -> list[str]:
        """The pages to ask for, in this order."""
        return [self.home, *(url for _, url in self.proposed)]

    def propose(self, proposed: Sequence[tuple[str, str]]) -> None:
        """Take in what the home page proposes: columns with their first pages, likeliest first."""
        self.is_read, self.proposed = True, [(column, url) for column, url in proposed if url != self.home]

    def column_of(self, url: str) -> str | None:
        """The column of a proposed page; None for any other."""
        return next((column for column, proposed in self.proposed if proposed == url), None)

    def use(self, url: str) -> None:
        """A proposed page is a list: from now on runs begin with it."""
        self.has_found = True
        self._db.conn.execute(
            "UPDATE listings SET discovered = ? WHERE site = ? AND url = ?", (iso(self._now), self._site, url)
        )

    def missing(self) -> list[Finding]:
        """A finding where the home page was read and none of what it proposes is a list."""
        if not self.is_read or self.has_found:
            return []
        tried = ", ".join(f"{column} {url}" for column, url in self.proposed) or "no link named like one"
        seen = f"none found from the home page; looked at: {tried}"
        return [
            Finding(self._site, "listings", seen, "a list of press releases, or its address in the file", self.home)
        ]
