"""The frontier: which pages of a site are known, which are due, which failed, and which comes next.

A crawl is "fetch what is due", in the contract's order: list pages; new releases, newest first; confirmation visits;
revisits that are due; back pages.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlite_utils import Database

from archive.addresses import key
from archive.clock import iso
from archive.exploration import Exploration, is_list
from archive.models import Entry, Finding, ListRead, Page, PageKind, WalkOptions
from archive.visits import CONFIRM_AFTER, REVISIT_DAYS, Absence, Absences, base_of, next_visit
from archive.walks import Walk, list_by_hand

# Before a page that failed is asked for again, by the number of times it failed; the last gap repeats.
RETRY_AFTER = tuple(dt.timedelta(hours=hours) for hours in (1, 6, 24, 72, 168, 720))
# An article that was listed and never came is given up in words; `fetch` asks for it all the same.
GIVE_UP_AFTER = 9
_NOT_THERE = ("gone", "soft_404")
_WALLS = frozenset({"challenge", "waf", "rate_limited", "captcha", "maintenance", "shell"})


class Frontier:
    """The frontier of one site in one run: hands out pages one by one, and is told how each went."""

    def __init__(
        self, db: Database, site: str, run_id: int, now: dt.datetime, revisit_days: Sequence[int] = REVISIT_DAYS
    ) -> None:
        self._db, self._site, self._run_id, self._now = db, site, run_id, now
        self._revisit_days, self._revisits = revisit_days, False
        self._absences = Absences(db, site, now)
        self._walks: list[Walk] = []
        self._options = WalkOptions()
        self.exploration: Exploration | None = None
        self._upcoming: dict[str, Page] = {}
        self._since = ""
        self._wanted: list[Page] = []
        self._asked: set[int] = set()
        self._to_confirm: deque[int] | None = None
        self._in_hand: Page | None = None

    def walk(self, listings: Sequence[tuple[str, str]], options: WalkOptions) -> None:
        """Begin this run's walks; `listings` are columns with their first pages."""
        self._revisits = options.revisits
        self._since = options.since.isoformat() if options.since else ""
        self._options = options
        for column, url in listings:
            self._begin(column, url)

    def explore(self, home: str) -> None:
        """Look for lists from the home page first, because none is known."""
        self.exploration = Exploration(self._db, self._site, home, self._now)

    def _begin(self, column: str, url: str) -> Walk:
        walk = Walk(self._db, self._site, column, url, self._run_id, self._now, self._options)
        self._walks.append(walk)
        self._note_upcoming(walk)
        return walk

    def want(self, url: str) -> None:
        """Ask for one article page in this run, due or not; where no list is read, for it and its files only.

        Raises ValueError for what is no http(s) address.
        """
        self._wanted.append(self.page(url, "article"))

    def next_page(self) -> Page | None:
        """The page to ask for now; it is not handed out again in this run.

        None when nothing is due, and while another page is on its way: what comes next depends on how that goes.
        """
        page = None if self._in_hand else next(self._order(), None)
        if page:
            self._asked.add(page.id)
            self._in_hand = page
        return page

    def has_due(self) -> bool:
        """Whether `next_page` would give one."""
        return self._in_hand is None and next(self._order(), None) is not None

    def page(self, url: str, kind: PageKind) -> Page:
        """The row of an address, made where there is none. Raises ValueError for what is no http(s) address."""
        now = iso(self._now)
        row = self._db.conn.execute(
            "INSERT INTO pages (key, url, site, kind, state, next_due, discovered) VALUES (?, ?, ?, ?, 'waiting', ?, ?)"
            " ON CONFLICT (kind, key) DO UPDATE SET key = excluded.key RETURNING id, key, found_on",
            (key(url), url, self._site, kind, now, now),
        ).fetchone()
        return Page(row[0], row[1], url, self._site, kind, row[2])

    def take(self, url: str, kind: PageKind, listing: str | None = None) -> Page:
        """A page as if `next_page` had handed it out: for what is read back from WARC files."""
        page = replace(self.page(url, kind), listing=listing)
        self._asked.add(page.id)
        return page

    def known(self, page_id: int) -> Page:
        """A page by the id of its row."""
        row = self._db.conn.execute(
            "SELECT id, key, url, site, kind, found_on FROM pages WHERE id = ?", (page_id,)
        ).fetchone()
        return Page(*row)

    def entry(self, page: Page) -> Entry | None:
        """The entry that led to an article page, as its list last showed it."""
        row = self._db.conn.execute(
            "SELECT url, title, published_day FROM entries WHERE page_id = ? ORDER BY listed DESC LIMIT 1", (page.id,)
        ).fetchone()
        if row is None:
            return None
        return Entry(row[0], row[1], dt.date.fromisoformat(row[2]) if row[2] else None)

    def home_read(self, page: Page, proposed: Sequence[tuple[str, str]]) -> None:
        """Take in a home page: what it proposes as lists is looked at next."""
        assert self.exploration  # noqa: S101 - nobody else asks for a home page
        self._settle(page, "fetched", 200, None, None)
        self.exploration.propose(proposed)

    def is_proposal(self, page: Page) -> bool:
        """Whether a page was proposed as a list, and nobody has seen yet what it is."""
        exploration = self.exploration
        walked = {walk.url for walk in self._walks}
        return exploration is not None and page.url not in walked and exploration.column_of(page.url) is not None

    def proposal_read(self, page: Page, read: ListRead) -> list[Finding]:
        """Take in a page that was proposed as a list: where it may be one, its walk begins with it."""
        column = self.exploration and self.exploration.column_of(page.url)
        assert column  # noqa: S101 - as above
        if not read.is_frame and not is_list(read.entries):
            self._settle(page, "fetched", 200, None, None)
            return []
        self._begin(column, page.url)
        return self.list_read(page, read)

    def list_read(self, page: Page, read: ListRead) -> list[Finding]:
        """Take in a list page; a page without entries is a finding, and counts as failed."""
        walk = self._walk_at(page)
        if not read.entries and not read.is_frame:
            self.failed(page, "no_entries", None, "no entries where entries were expected")
            return [Finding(self._site, "entries", "0", "at least 1", page.url)]
        self._settle(page, "fetched", 200, None, None)
        findings = walk.read(read)
        self._note_upcoming(walk)
        if self.exploration and is_list(read.entries):
            self.exploration.use(walk.url)
        return findings

    def list_imported(self, page: Page, column: str, read: ListRead) -> list[Finding]:
        """Take in the entries of a list page that a person brought; no walk has read it, so none is known by it."""
        assert page.listing  # noqa: S101 - a list page is of a list
        self._settle(page, "fetched", 200, None, None)
        return list_by_hand(self._db, self._site, (column, page.listing), self._run_id, self._now, read)

    def fetched(self, page: Page, status: int | None, at: dt.datetime | None = None) -> None:
        """An article or attachment came and was kept, or did not change; an article is visited again as it is due.

        `at` is when it came, where that was in an earlier run, which was killed.
        """
        self._absences.answered(page)
        due = self._next_visit(page, at) if page.kind == "article" else None
        self._settle(page, "fetched", status, None, due, visited=at or self._now)
        self._wanted = [wanted for wanted in self._wanted if wanted.id != page.id]

    def imported(self, page: Page, captured: dt.datetime) -> None:
        """A person brought a capture of an article page: it is there, and due as if it had been fetched on that day.

        Not a visit of ours: an absence under way goes on, and a release that is gone stays on its schedule.
        """
        if self._gone_at(page) is None:
            self._db.conn.execute(
                "UPDATE pages SET state = 'fetched', next_due = CASE WHEN visited IS NULL THEN ? ELSE next_due END,"
                " visited = max(coalesce(visited, ''), ?), last_error = NULL, attempts = 0 WHERE id = ?",
                (self._next_visit(page, captured), iso(captured), page.id),
            )

    def attach(self, page: Page, url: str) -> bool:
        """An article's image or file is due, with the article: for the first time, or because that was visited again.

        One that failed keeps its gap, unless the article was wanted. One that was fetched in this run is not asked for
        twice: returns whether it is such a one.
        """
        now = iso(self._now)
        self._db.conn.execute(
            "INSERT INTO pages (key, url, site, kind, state, next_due, discovered, listed_day, found_on, back)"
            " SELECT ?, ?, site, 'attachment', 'waiting', ?, ?, listed_day, url, back FROM pages WHERE id = ?"
            " ON CONFLICT (kind, key) DO UPDATE SET state = 'waiting', next_due = excluded.next_due"
            " WHERE state = 'fetched' AND visited < excluded.next_due",
            (key(url), url, now, now, page.id),
        )
        if self._is_for_one:
            self._wanted.append(self.known(self.page(url, "attachment").id))
        fetched, visited = self._db.conn.execute(
            "SELECT state = 'fetched', visited FROM pages WHERE kind = 'attachment' AND key = ?", (key(url),)
        ).fetchone()
        return bool(fetched) and visited == now

    def absent(self, page: Page, outcome: str, status: int | None, capture_id: int) -> tuple[Absence, str | None]:
        """A page whose release is in the archive gave a clear answer that it is not there.

        Returns what that means (`archive.visits.Absences.seen`) and since when.
        """
        self._db.conn.execute("UPDATE pages SET visited = ? WHERE id = ?", (iso(self._now), page.id))
        if self._gone_at(page):
            self._settle(page, "gone", status, outcome, self._next_visit(page))
            return "still gone", None
        lists_answer = any(walk.is_read for walk in self._walks)
        absence, since = self._absences.seen(page, capture_id, lists_answer=lists_answer)
        due = self._next_visit(page) if absence == "gone" else iso(self._now + CONFIRM_AFTER)
        self._settle(page, "gone" if absence == "gone" else "fetched", status, outcome, due)
        return absence, since

    def failed(self, page: Page, outcome: str, status: int | None, error: str) -> list[Finding]:
        """A page did not come; it is due again after a gap that grows. A page that had to come is a finding."""
        attempts, visited = self._db.conn.execute(
            "SELECT attempts, visited FROM pages WHERE id = ?", (page.id,)
        ).fetchone()
        due = iso(self._now + RETRY_AFTER[min(attempts, len(RETRY_AFTER) - 1)])
        state, said = "walled" if self.is_wall(outcome) else "failed", f"{outcome}: {error}"
        if attempts + 1 >= GIVE_UP_AFTER and page.kind != "listing" and visited is None:
            self._settle(page, state, status, f"given up after {attempts + 1} attempts: {said}", None)
        else:
            self._settle(page, state, status, said, due)
        if page.kind != "listing":
            return self.missed(page, said)
        if self.exploration and page.url in self.exploration.pages:
            is_home = page.url == self.exploration.home
            return [Finding(self._site, "home page", said, "a page that leads to lists", page.url)] if is_home else []
        walk = self._walk_at(page)
        if page.url == walk.url and outcome in (*_NOT_THERE, "moved"):
            walk.forget()
        walk.stop()
        if page.url != walk.url and walk.is_read:
            return []
        return [Finding(self._site, "first list page", f"{outcome}: {error}", "a list of entries", page.url)]

    def missed(self, page: Page, said: str) -> list[Finding]:
        """A finding where this very page was asked for."""
        wanted = [wanted for wanted in self._wanted if wanted.id == page.id]
        return [Finding(self._site, "page", said, "the page", page.url) for page in wanted]

    @staticmethod
    def is_wall(outcome: str) -> bool:
        """Whether an outcome is an answer that stands before the page."""
        return outcome in _WALLS

    @property
    def unread(self) -> list[str]:
        """First pages of listings that were asked for and not read, and pages wanted that did not come."""
        unread = [self.exploration.home] if self.exploration and not self.exploration.is_read else []
        unread += [walk.url for walk in self._walks if not walk.is_read and self._upcoming[walk.url].id in self._asked]
        return unread + [page.url for page in self._wanted]

    @property
    def first_pages(self) -> dict[str, int | None]:
        """How many entries the first page of each listing had, by its address; None for one not read in this run."""
        return {walk.url: walk.first_listed for walk in self._walks}

    @property
    def stated_total(self) -> int | None:
        """What the listings say they hold, added up; None where none says."""
        stated = [walk.stated_total for walk in self._walks if walk.stated_total is not None]
        return sum(stated) if stated else None

    def _order(self) -> Iterator[Page]:
        """The contract's order of work, from the front."""
        yield from (page for page in self._wanted if page.id not in self._asked)
        if self._is_for_one:
            return
        yield from self._explored()
        yield from self._list_pages(back=False)
        yield from self._articles(back=False)
        if self._revisits:
            yield from self._confirmations()
            yield from self._visits()
        yield from self._list_pages(back=True)
        yield from self._articles(back=True)

    @property
    def _is_for_one(self) -> bool:
        """Whether this run reads no list: then it is for the page that is wanted."""
        return not self._walks and self.exploration is None

    def _explored(self) -> Iterator[Page]:
        for url in self.exploration.pages if self.exploration else ():
            page = replace(self.page(url, "listing"), listing=url)
            if page.id not in self._asked:
                yield page

    def _list_pages(self, *, back: bool) -> Iterator[Page]:
        for walk in self._walks:
            if walk.upcoming and walk.back is back:
                page = self._upcoming[walk.url]
                if page.id not in self._asked:
                    yield page

    def _note_upcoming(self, walk: Walk) -> None:
        if walk.upcoming:
            self._upcoming[walk.url] = replace(self.page(walk.upcoming, "listing"), listing=walk.url)

    def _articles(self, *, back: bool) -> Iterator[Page]:
        """The newest article that is due, or attachment behind its article.

        One that failed is not due again in this run, whose clock stands still.
        """
        rows = self._db.conn.execute(
            "SELECT id, key, url, site, kind, found_on FROM pages WHERE site = ? AND kind != 'listing' AND back = ?"
            " AND state IN ('waiting', 'walled', 'failed') AND (visited IS NULL OR kind = 'attachment')"
            " AND (next_due <= ? OR state = 'waiting') AND coalesce(listed_day, '') >= ?"
            " ORDER BY listed_day DESC, id LIMIT 1",
            (self._site, back, iso(self._now), self._since),
        )
        for row in rows:
            yield Page(*row)

    def _confirmations(self) -> Iterator[Page]:
        """The visit that is due longest of those that confirm an absence; a run whose clock stands still has all such
        visits before it when it comes to the first.
        """
        if self._to_confirm is None:
            rows = self._db.conn.execute(
                "SELECT p.id FROM absences AS a CROSS JOIN pages AS p ON p.id = a.page_id WHERE a.ended IS NULL"
                " AND p.site = ? AND p.visited IS NOT NULL AND p.next_due <= ? ORDER BY p.next_due, p.id",
                (self._site, iso(self._now)),
            )
            self._to_confirm = deque(page_id for (page_id,) in rows)
        while self._to_confirm and self._to_confirm[0] in self._asked:
            self._to_confirm.popleft()
        if self._to_confirm:
            yield self.known(self._to_confirm[0])

    def _visits(self) -> Iterator[Page]:
        """The visit that is due longest, where none is left that confirms an absence."""
        rows = self._db.conn.execute(
            "SELECT id, key, url, site, kind, found_on FROM pages WHERE site = ? AND kind = 'article'"
            " AND visited IS NOT NULL AND next_due <= ? ORDER BY next_due, id LIMIT 1",
            (self._site, iso(self._now)),
        )
        for row in rows:
            yield Page(*row)

    def _next_visit(self, page: Page, now: dt.datetime | None = None) -> str | None:
        row = self._db.conn.execute(
            "SELECT published, first_seen FROM press_releases WHERE key = ?", (page.key,)
        ).fetchone()
        due = next_visit(base_of(*row), self._revisit_days, now or self._now) if row else None
        return iso(due) if due else None

    def _gone_at(self, page: Page) -> str | None:
        row = self._db.conn.execute("SELECT gone_at FROM press_releases WHERE key = ?", (page.key,)).fetchone()
        return row[0] if row else None

    def _walk_at(self, page: Page) -> Walk:
        for walk in self._walks:
            if walk.url == page.listing:
                return walk
        raise LookupError(f"{page.url} is of no list that this run walks")

    def _settle(
        self,
        page: Page,
        state: str,
        status: int | None,
        error: str | None,
        due: str | None,
        visited: dt.datetime | None = None,
    ) -> None:
        if self._in_hand and self._in_hand.id == page.id:
            self._in_hand = None
        self._db.conn.execute(
            "UPDATE pages SET state = ?, last_status = ?, last_error = ?, next_due = ?,"
            " visited = coalesce(?, visited), attempts = CASE WHEN ? IS NULL THEN 0 ELSE attempts + 1 END WHERE id = ?",
            (state, status, error, due, iso(visited) if visited else None, error, page.id),
        )
