"""How SQLite finds what a crawl asks for: nothing may take longer where more is there, and no index is there unused.

The plans are those of an archive without statistics, as every archive is (nothing runs ANALYZE): they follow from the
statements and the schema alone, and are the same for ten releases and for a million.
"""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from brought_pages import LIST, PICTURE, SITE, SLUG, Desk, address, article, kept, listing
from datasette.app import Datasette

from archive import Archive, clock
from archive.coverage import coverage
from archive.health import health, states
from archive.stats import stats
from archive.web.serving import metadata_file
from crawler.reparse import reparse
from crawler.site import load_sites
from crawler.worker import Worker

EXPECT = """
[expect]
min_listed = 1
max_silent_days = 10
fill_rate = { published = 0.9 }
"""
METADATA = json.loads(metadata_file().read_text("utf-8"))
QUERIES = METADATA["databases"]["press"]["queries"]
PAGES = (
    "/",
    "/press/press_releases",
    "/press/press_releases?_sort_desc=published",
    "/press/press_releases?_facet=year",
    "/press/events",
    "/press/versions",
    "/search?q=巡逻",
    "/search?q=巡逻&order=best&year=2026",
    f"/search?site={SLUG}",
    "/coverage",
    f"/coverage/{SLUG}",
    "/changes",
    "/feeds/releases.atom",
    "/feeds/changes.atom",
    f"/feeds/{SLUG}.atom",
    "/export.csv",
)
# What these tables hold grows with sites and removals, with takedowns or with a batch, and not with what there is.
FEW = {"sites", "divisions", "listings", "removals", "absences", "releases_unindexed", "sqlite_master"}
# Indexes of what is open or due: few rows, however many the table has.
OPEN = {"absences_open", "entries_unknown", "pages_due", "runs_open", "walks_open"}
# What is found by these alone is a share of the archive, and grows with it.
COARSE = {"site", "kind", "state", "back", "outcome", "run_id", "warc_file", "listing_column", "year"}
# What a crawl asks for that looks at more than it is about, and why it may.
ALLOWED = {
    "SELECT count(DISTINCT page_id) FROM entries": "once, at the end of a walk to the last page that took several runs",
    "SELECT count(*) FROM pages AS p JOIN press_releases": "only while 20 releases are missing at one site",
    "SELECT max(warc_offset + warc_length)": "the rows of a WARC file that a killed run left open",
    "SELECT max(id), kind FROM runs": "once for each such file: the last row of an index",
}

Statements = dict[str, Any]  # SQL with the values that it was asked with first


class Listening(sqlite3.Connection):
    """A connection that notes what it is asked, as it was written: values stand in for `?` only when it runs."""

    heard: Statements

    def cursor(self, factory: Any = None) -> sqlite3.Cursor:
        return super().cursor(_Noting)

    def execute(self, sql: str, values: Any = ()) -> sqlite3.Cursor:
        return self.cursor().execute(sql, values)

    def executemany(self, sql: str, rows: Any) -> sqlite3.Cursor:
        return self.cursor().executemany(sql, rows)


class _Noting(sqlite3.Cursor):
    def execute(self, sql: str, values: Any = ()) -> sqlite3.Cursor:
        Listening.heard.setdefault(sql, values)
        return super().execute(sql, values)

    def executemany(self, sql: str, rows: Any) -> sqlite3.Cursor:
        rows = list(rows)
        Listening.heard.setdefault(sql, rows[0] if rows else ())
        return super().executemany(sql, rows)


def _listener(name: Any) -> dict[str, type[Listening]]:
    """Datasette has a database of its own."""
    return {"factory": Listening} if "press.db" in str(name) else {}


@contextmanager
def listening(patch: pytest.MonkeyPatch) -> Iterator[Statements]:
    """What is asked of any database while this lasts."""
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect
    Listening.heard = {}
    with patch.context() as only_here:
        only_here.setattr(sqlite3, "connect", lambda name, **how: connect(name, **how, **_listener(name)))
        yield Listening.heard


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, worker: Worker) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("plans")
    (folder / "sites").mkdir()
    (folder / "sites" / f"{SLUG}.toml").write_text(SITE + EXPECT, "utf-8")
    Archive.open(folder / "data", write=True).close()
    with pytest.MonkeyPatch.context() as patch:
        yield Desk(folder / "data", folder / "sites", worker, patch)


@pytest.fixture(scope="module")
def crawled(desk: Desk) -> Statements:
    """What is asked in crawls that find new releases, an edit, a picture, a takedown, a redesign; in an import; and
    when an archive is opened whose last run was killed.
    """
    with listening(desk.patch) as heard:
        there = {LIST: listing(range(28, 0, -1)), PICTURE: b"\x89PNG\r\n\x1a\n"}
        there |= {address(number): article(number) for number in range(1, 29)}
        desk.at(10)
        desk.crawl(there | {LIST: there[LIST].replace(b"'html')", b"'html', 60)")})
        desk.at(11, hour=12)
        desk.crawl(there | {address(2): article(2, "以上数据已更正。"), address(3): 404, address(4): 503})
        for day in (13, 14):
            desk.at(day, hour=12)
            desk.crawl(there | {address(number): 404 for number in range(1, 25)})
        desk.at(20)
        desk.crawl(there)
        desk.bring(desk.file("past.warc.gz", kept(article(2, "以续报为准。"), address(2), 12)))
        newest = max((desk.folder / "warc").rglob("*.warc.gz"))
        newest.rename(newest.with_name(f"{newest.name}.open"))
        with Archive.open(desk.folder, write=True) as archive:
            archive.confirm_gone(SLUG, clock.now())
    return heard


@pytest.fixture(scope="module")
def read(desk: Desk, crawled: Statements) -> Statements:
    """What is asked by the pages of the reading room, its ready-made queries, and the verbs that read everything."""
    with listening(desk.patch) as heard:
        with Archive.open(desk.folder, write=True) as archive:
            reparse(archive, load_sites(desk.sites).values(), desk.worker)
        with Archive.open(desk.folder) as archive:
            states(archive, clock.now())
            health(archive, [SLUG], clock.now())
            stats(archive)
            coverage(archive.db.conn)
            (key,) = archive.db.conn.execute("SELECT key FROM press_releases WHERE id = 2").fetchone()
        assert desk.faults() == []
        asyncio.run(_visited(desk.folder / "press.db", [*PAGES, f"/release/{key}", *_ready_made()]))
    return heard


def _ready_made() -> list[str]:
    return [f"/press/{name}.json?_shape=array" for name in QUERIES]


async def _visited(database: Path, paths: list[str]) -> None:
    room = Datasette([database], metadata=METADATA)
    for path in paths:
        answer = await room.client.get(path, follow_redirects=True)
        assert answer.status_code == 200, (path, answer.text[:300])


@dataclass(frozen=True)
class Step:
    """A line of a plan, with the table and, where it names one, the index."""

    line: str
    table: str
    index: str | None


def plans(desk: Desk, statements: Statements) -> Iterator[tuple[str, list[Step]]]:
    """Each statement with the steps of its plan.

    Those aside that look after foreign keys: SQLite takes them only where one is broken, and the statement does not
    name their tables.
    """
    with Archive.open(desk.folder) as archive:
        execute = archive.db.conn.execute
        (views,) = execute("SELECT group_concat(sql) FROM sqlite_master WHERE type = 'view'").fetchone()
        for sql, values in statements.items():
            if not re.match(r"\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\b", sql):
                continue
            names = {name: table for table, name in re.findall(r"(\w+) AS (\w+)", f"{views} {sql}")}
            lines = [row[3] for row in execute(f"EXPLAIN QUERY PLAN {sql}", values)]
            steps = [_step(line, names) for line in lines]
            named = set(re.findall(r"\w+", f"{views} {sql}" if "versions" in sql else sql))
            yield " ".join(sql.split()), [step for step in steps if step.table in named or "B-TREE" in step.line]


def _step(line: str, names: dict[str, str]) -> Step:
    table, index = re.match(r"(?:SCAN|SEARCH) (\w+)", line), re.search(r"INDEX (\w+)", line)
    called = table[1] if table else ""
    return Step(line, names.get(called, called), index[1] if index else None)


def grows(sql: str, plan: list[Step]) -> Iterator[str]:
    """The steps of a plan that look at more where more is there."""
    stops = "LIMIT" in sql and not any("TEMP B-TREE FOR ORDER BY" in step.line for step in plan)
    for step in plan:
        found = set(re.findall(r"(\w+)[=<>]", step.line))
        is_coarse = step.line.startswith("SCAN") or (bool(found) and found <= COARSE and not stops)
        if is_coarse and step.table not in FEW and step.index not in OPEN and "VIRTUAL TABLE" not in step.line:
            yield step.line


def test_a_crawl_looks_for_nothing_in_a_table_that_grows_but_by_an_index(desk: Desk, crawled: Statements) -> None:
    found = {sql: lines for sql, plan in plans(desk, crawled) if (lines := list(grows(sql, plan)))}
    assert {sql: lines for sql, lines in found.items() if not sql.startswith(tuple(ALLOWED))} == {}
    assert {start for start in ALLOWED if any(sql.startswith(start) for sql in found)} == set(ALLOWED)


def test_every_index_is_used(desk: Desk, crawled: Statements, read: Statements) -> None:
    used = {step.index for heard in (crawled, read) for _, plan in plans(desk, heard) for step in plan}
    with Archive.open(desk.folder) as archive:
        rows = archive.db.conn.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'index' AND sql <> ''")
        there = {name for name, table in rows if table != "_sqlite_migrations"}
    assert there - used == set()
