"""Walks over the lists of one site: which list page comes next, what ends a walk, and what it makes known.

The rules are the contract's ("What a crawl does"): an entry is known only if a completed walk of that listing has
listed it; a walk that was cut short is taken up at its last synced list page, after page one has been read again.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from sqlite_utils import Database

from archive.addresses import key
from archive.clock import iso
from archive.entries import Entries
from archive.models import Entry, Finding, ListRead, WalkOptions


@dataclass(frozen=True, slots=True)
class _Cut:
    """Where a walk that was cut short stands.

    `resume_at` is the last list page synced; `blocked` says that the page after it failed and is not due yet.
    """

    resume_at: str
    blocked: bool


class Walk:
    """The walk of one listing in one run. `upcoming` is the list page to ask for next, None when this run is through.

    `back` says that what comes next are back pages, because a page with nothing new has been read. `first_listed`
    counts the entries of the first page, or of what fills it; None until it was read.
    """

    def __init__(
        self, db: Database, site: str, column: str, url: str, run_id: int, now: dt.datetime, options: WalkOptions
    ) -> None:
        self._db, self._site, self._now, self._options = db, site, now, options
        self.column, self.url = column, url
        self.upcoming: str | None = url
        self.back = False
        self.stated_total: int | None = None
        self.first_listed: int | None = None
        self._read: set[str] = set()
        self._frames: set[str] = set()
        self._seen: set[str] = set()
        self._page_size = self._stated_pages = 0
        self._cut: _Cut | None = None
        self._listing, self._full = self._declared()
        self._id = self._taken_up() or self._begun(run_id)
        self._entries = Entries(db, site, column, self._listing, self._id, now)

    def read(self, page: ListRead) -> list[Finding]:
        """Take in a list page that has entries, or is a frame; they are in the frontier now, `upcoming` has moved on.

        Returns findings: entries whose address nobody could ask for, and pages the site announced and did not give.
        """
        if page.is_frame:
            return self._read_frame(page)
        entries, findings = _usable(self._site, page)
        if not entries:
            self.stop()
            return findings
        keys = {entry_key for entry_key, _ in entries}
        had = self._entries.had(keys)
        new = {one for one in keys if one not in had or had[one].ahead}
        known = all(one in had and had[one].known for one in keys)
        stuck = keys <= self._seen and page.next_page is not None
        for entry_key, entry in entries:
            ahead = self._cut is not None and entry_key in new
            self._entries.put(entry, entry_key, page.url, ahead=ahead, back=self.back)
        self.back = self.back or not new
        self.stated_total = page.stated_total if page.stated_total is not None else self.stated_total
        if self.first_listed is None:
            self.first_listed = len(keys)
        self._read.add(key(page.url))
        self._seen |= keys
        self._stated_pages = max(self._stated_pages, page.stated_pages or 0)
        self._page_size = max(self._page_size, len(keys))
        if page.next_page and key(page.next_page) in self._read:
            page = replace(page, next_page=None)
        if known and not self._full and not self._cut:
            self._complete()
        elif self._options.since and all(_is_older(entry, self._options.since) for _, entry in entries):
            self._end("since")
        elif self._cut:
            findings += self._go_on_before_cut(page, self._cut, fresh=bool(new))
        else:
            findings += self._go_on(page, stuck=stuck)
        if self.upcoming and self._options.max_pages and len(self._read) >= self._options.max_pages:
            self._end("max_pages")
        return findings

    def _read_frame(self, page: ListRead) -> list[Finding]:
        """Go on to what fills a frame; one that leads to nothing new is the end."""
        self._frames.add(key(page.url))
        self._stated_pages = max(self._stated_pages, page.stated_pages or 0)
        if page.next_page and key(page.next_page) not in self._frames | self._read:
            self.upcoming = page.next_page
            return []
        return self._go_on(replace(page, next_page=None), stuck=False)

    @property
    def is_read(self) -> bool:
        """Whether the listing's first page was read in this run, and what fills it where it is a frame."""
        return bool(self._read) and key(self.url) in self._read | self._frames

    def stop(self) -> None:
        """Go no further in this run: a list page could not be read. The walk stays open and is taken up later."""
        self.upcoming = None

    def forget(self) -> None:
        """The listing is not there any more: one that was discovered is looked for again in the next run."""
        self._db.conn.execute("UPDATE listings SET discovered = NULL WHERE id = ?", (self._listing,))

    def _go_on_before_cut(self, page: ListRead, cut: _Cut, *, fresh: bool) -> list[Finding]:
        """Read on from page one while there is something new, then go on from where the walk was cut."""
        reached = key(page.url) == key(cut.resume_at)
        if fresh and not reached and page.next_page:
            self.upcoming = page.next_page
            return []
        self._cut = None
        self._entries.join()
        if cut.blocked:
            self.stop()
        elif reached:
            return self._go_on(page, stuck=False)
        else:
            self.upcoming = cut.resume_at
        return []

    def _go_on(self, page: ListRead, *, stuck: bool) -> list[Finding]:
        """Step on to the next page; the last one ends the walk, and so does one that leads on with nothing new in it.

        New is what this run has not seen yet: a list that grew by pages since the walk was cut shows again, beyond the
        cut, what was listed before it.
        """
        if not stuck:
            self._step(page)
            if page.next_page:
                return []
        missing = self._missing(page)
        if missing:
            self._end("short")
            return [Finding(self._site, "list pages", f"the last one is {page.url}", missing, page.url)]
        self._complete()
        return []

    def _step(self, page: ListRead) -> None:
        self.upcoming = page.next_page
        self._update(
            "list_pages = list_pages + (resume_at IS NOT ?), resume_at = ?, next_at = ?,"
            " stated_total = coalesce(?, stated_total)",
            page.url,
            page.url,
            page.next_page,
            page.stated_total,
        )

    def _missing(self, page: ListRead) -> str | None:
        """What the site said was to come, where that is another page at least."""
        (read,) = self._db.conn.execute("SELECT list_pages FROM walks WHERE id = ?", (self._id,)).fetchone()
        if read < self._stated_pages:
            return f"{self._stated_pages} list pages, {read} came"
        if self._full and page.stated_total:
            most = page.stated_total - self._page_size  # of what came, where a page of entries is missing
            if len(self._seen) <= most and (listed := self._entries.count()) <= most:
                return f"{page.stated_total} entries, {listed} came"
        return None

    def _complete(self) -> None:
        self._end("completed")
        self._entries.know()
        full = ", walked_full = :now" if self._full else ""
        self._db.conn.execute(
            f"UPDATE listings SET completed = :now{full} WHERE id = :id",  # noqa: S608 - our own text
            {"now": iso(self._now), "id": self._listing},
        )

    def _end(self, outcome: str) -> None:
        self.upcoming = None
        self._update("ended = ?, outcome = ?", iso(self._now), outcome)

    def _declared(self) -> tuple[int, bool]:
        """The listing's row, made where there is none, and whether it has to be walked to its last page."""
        row = self._db.conn.execute(
            "INSERT INTO listings (site, listing_column, url) VALUES (?, ?, ?) ON CONFLICT (site, url)"
            " DO UPDATE SET listing_column = excluded.listing_column RETURNING id, completed, walked_full",
            (self._site, self.column, self.url),
        ).fetchone()
        due = iso(self._now - dt.timedelta(days=self._options.full_walk_days))
        return row[0], self._options.full or row[1] is None or (row[2] or "") <= due

    def _taken_up(self) -> int | None:
        row = self._db.conn.execute(
            "SELECT id, is_full, resume_at, next_at FROM walks WHERE listing_id = ? AND ended IS NULL", (self._listing,)
        ).fetchone()
        if row is None:
            return None
        self._id = row[0]
        if self._full and not row[1]:
            self._end("superseded")
            self.upcoming = self.url
            return None
        self._full = bool(row[1])
        self._cut = _Cut(row[2], self._is_put_off(row[3])) if row[2] else None
        return int(row[0])

    def _is_put_off(self, list_page: str | None) -> bool:
        """Whether a list page failed, and its gap is not over yet."""
        row = self._db.conn.execute(
            "SELECT 1 FROM pages WHERE kind = 'listing' AND key = ? AND state IN ('failed', 'walled') AND next_due > ?",
            (list_page and key(list_page), iso(self._now)),
        ).fetchone()
        return row is not None

    def _begun(self, run_id: int) -> int:
        cursor = self._db.conn.execute(
            "INSERT INTO walks (listing_id, run_id, is_full, started) VALUES (?, ?, ?, ?)",
            (self._listing, run_id, self._full, iso(self._now)),
        )
        return int(cursor.lastrowid or 0)

    def _update(self, columns: str, *values: object) -> None:
        self._db.conn.execute(f"UPDATE walks SET {columns} WHERE id = ?", (*values, self._id))  # noqa: S608 - our own


def list_by_hand(
    db: Database, site: str, listing: tuple[str, str], run_id: int, now: dt.datetime, page: ListRead
) -> list[Finding]:
    """Take in those entries of a list page that its listing (column, first page) lacks, as found on back pages.

    For a page that a person brought: it belongs to no walk of ours and makes nothing known.
    """
    column, url = listing
    (listing_id,) = db.conn.execute(
        "INSERT INTO listings (site, listing_column, url) VALUES (?, ?, ?) ON CONFLICT (site, url)"
        " DO UPDATE SET url = excluded.url RETURNING id",
        (site, column, url),
    ).fetchone()
    walk_id = db.conn.execute(
        "INSERT INTO walks (listing_id, run_id, is_full, started, ended, outcome, list_pages)"
        " VALUES (?, ?, 0, ?, ?, 'import', 1)",
        (listing_id, run_id, iso(now), iso(now)),
    ).lastrowid
    entries = Entries(db, site, column, listing_id, int(walk_id or 0), now)
    usable, findings = _usable(site, page)
    had = entries.had([entry_key for entry_key, _ in usable])
    for entry_key, entry in usable:
        if entry_key not in had:
            entries.put(entry, entry_key, page.url, ahead=False, back=True)
    return findings


def _usable(site: str, page: ListRead) -> tuple[list[tuple[str, Entry]], list[Finding]]:
    """The entries of a page with their keys, and a finding for each whose address has none."""
    usable, findings = [], []
    for entry in page.entries:
        try:
            usable.append((key(entry.url), entry))
        except ValueError as problem:
            findings.append(Finding(site, "entry's address", str(problem), "an http(s) address", page.url))
    return usable, findings


def _is_older(entry: Entry, day: dt.date) -> bool:
    return entry.published is not None and entry.published < day
