"""A press site as plain data, and runs over it: the frontier driven page by page, killed wherever a test says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from sample_release import declare_site
from sqlite_utils import Database

from archive import search
from archive.frontier import Frontier
from archive.migrations import upgrade
from archive.models import Entry, Finding, ListRead, Page, RunFacts, WalkOptions
from archive.store import Store

START = dt.datetime.fromisoformat("2026-03-02T10:00:00+08:00")
HOST = "https://press.example"


@dataclass
class Column:
    """One list: articles by number, newest first, on pages of `size`; article 100 was published a day after 99.

    `pinned` stand at the top of page one and again in their place. `states` says whether the pages state their totals.
    `stuck` gives page one under every number, with a next page each time. `broken` are numbers of pages that fail.
    """

    name: str = "jwdt"
    articles: list[int] = field(default_factory=list)
    size: int = 5
    pinned: tuple[int, ...] = ()
    states: bool = False
    stuck: bool = False
    dated: bool = True
    session: str = ""
    broken: set[int] = field(default_factory=set)

    def grow(self, count: int) -> None:
        """Publish `count` more articles."""
        newest = max(self.articles, default=0)
        self.articles[:0] = range(newest + count, newest, -1)

    @property
    def last(self) -> int:
        """The number of the last list page, from 1."""
        return max(1, -(-len(self.articles) // self.size))

    def url(self, number: int) -> str:
        """The address of a list page, as these sites number them: page 2 is `index_1`."""
        return f"{HOST}/{self.name}/" if number == 1 else f"{HOST}/{self.name}/index_{number - 1}.html{self.session}"

    def number(self, url: str) -> int:
        """The number of a list page by its address."""
        found = url.partition(";")[0].rpartition("index_")[2].removesuffix(".html")
        return int(found) + 1 if found.isdigit() else 1

    def read(self, url: str) -> ListRead:
        """What a list page shows today."""
        number = 1 if self.stuck else self.number(url)
        shown = self.articles[(number - 1) * self.size : number * self.size]
        if number == 1:
            shown = [*self.pinned, *shown]
        leads_on = self.stuck or number < self.last
        return ListRead(
            url,
            [self.entry(article) for article in shown],
            self.url(self.number(url) + 1) if leads_on else None,
            len(self.articles) if self.states else None,
            self.last if self.states else None,
        )

    def entry(self, article: int) -> Entry:
        day = dt.date(2020, 1, 1) + dt.timedelta(days=article) if self.dated else None
        return Entry(f"{HOST}/{self.name}/t{article}.html{self.session}", f"第{article}号通报", day)


@cache
def _empty_archive() -> bytes:
    """A database that knows no site: to make one takes 6 ms, and some 400 simulations begin with one."""
    db = Database(memory=True)
    search.register(db.conn)
    upgrade(db, Path("press.db"))
    with closing(db.conn):
        return db.conn.serialize()


class Simulation:
    """An archive in memory and runs over columns; a time of day passes between two runs only."""

    def __init__(self, *columns: Column) -> None:
        self.columns = columns
        self.now = START
        self.db = Database(memory=True)
        self.db.conn.isolation_level = None
        self.db.conn.deserialize(_empty_archive())
        search.register(self.db.conn)
        self.store = Store(self.db)
        declare_site(self.store, "beijing", "北京市公安局", "110000")
        self.db.conn.execute("BEGIN")

    def close(self) -> None:
        self.db.close()

    def run(
        self,
        *,
        until: int | None = None,
        lost: int = 0,
        days: float = 1,
        meanwhile: Callable[[], None] = lambda: None,
        **options: object,
    ) -> Run:
        """One run, `days` after the one before; killed after `until` pages, of which the last `lost` are undone."""
        self.now += dt.timedelta(days=days)
        run = Run(self, WalkOptions(**options))  # type: ignore[arg-type]
        pages_left = None if until is None else max(0, until - lost)
        while (pages_left is None or pages_left > 0) and run.step():
            pages_left = None if pages_left is None else pages_left - 1
            meanwhile()
        self._commit()
        for _ in range(lost if until is not None else 0):
            run.step()
        if until is not None:
            self.db.conn.execute("ROLLBACK")
            self.db.conn.execute("BEGIN")
        return run

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        return self.db.conn.execute(sql, values).fetchall()

    def articles(self, state: str = "%") -> list[str]:
        """Addresses of article pages in the frontier, as they were found."""
        sql = "SELECT url FROM pages WHERE kind = 'article' AND state LIKE ? ORDER BY id"
        return [str(url) for (url,) in self.rows(sql, state)]

    def listed(self) -> set[str]:
        """Addresses of all articles that the site lists now."""
        return {column.entry(article).url for column in self.columns for article in column.articles}

    def outcomes(self) -> list[object]:
        return [outcome for (outcome,) in self.rows("SELECT outcome FROM walks ORDER BY id")]

    def _commit(self) -> None:
        self.db.conn.execute("COMMIT")
        self.db.conn.execute("BEGIN")


class Run:
    """One run under way: `asked` are the pages it asked for, in order."""

    def __init__(self, simulation: Simulation, options: WalkOptions) -> None:
        self._columns = simulation.columns
        run_id = simulation.store.begin_run(RunFacts("beijing", "crawl", simulation.now))
        self.frontier = Frontier(simulation.db, "beijing", run_id, simulation.now)
        self.frontier.walk([(column.name, column.url(1)) for column in self._columns], options)
        self.asked: list[Page] = []
        self.findings: list[Finding] = []

    def step(self) -> bool:
        """Ask for the next page and take in what comes; False when nothing is due."""
        page = self.frontier.next_page()
        if page is None:
            return False
        assert page.url not in [asked.url for asked in self.asked], "asked for twice in one run"
        self.asked.append(page)
        if page.kind == "article":
            self.frontier.fetched(page, 200)
            return True
        column = next(column for column in self._columns if column.url(1) == page.listing)
        if column.number(page.url) in column.broken:
            self.findings += self.frontier.failed(page, "timeout", None, "no answer within 30 s")
        else:
            self.findings += self.frontier.list_read(page, column.read(page.url))
        return True

    @property
    def list_pages(self) -> list[int]:
        """Numbers of the list pages asked for, in order (of one column)."""
        return [self._columns[0].number(page.url) for page in self.asked if page.kind == "listing"]

    @property
    def article_urls(self) -> list[str]:
        return [page.url for page in self.asked if page.kind == "article"]


@contextmanager
def simulated(*columns: Column) -> Iterator[Simulation]:
    """A simulation that is closed at the end."""
    simulation = Simulation(*columns)
    try:
        yield simulation
    finally:
        simulation.close()
