"""What a search finds: its hits newest or best first, how many there are, and how they spread."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from archive.search import Query
from archive.snippets import READ, WIDTH

COUNTED = 10_000  # beyond this, counts say "more than"; and no page of hits is beyond it
RANKED = 5_000  # so many of the newest hits are put in order by how well they fit
SECONDS = 5.0  # before a search is given up: on a machine six times overloaded the slowest took 1 s (measured)
PAGE = 20
_TITLE_WEIGHT = 5.0
_PROGRESS = 2_000  # SQLite's steps between two looks at the clock: about 0.2 ms

Order = Literal["newest", "best"]

_CONDITIONS = {
    "site": "site = :site",
    "division": "division IS nullif(:division, 'none')",
    "column": "listing_column IS nullif(:column, 'none')",
    "year": "year IS nullif(:year, 'none')",
    "published_from": "published >= :published_from",
    "published_to": "published <= :published_to",
}
# An answer of FTS5 as one value, for so many ids at a time that it stays far below the bound that a served connection
# has for one: a row for each of 93,000 hits takes half as long again (measured: 33 ms, 22 ms).
_IDS = "SELECT json_group_array(rowid) FROM releases_fts WHERE releases_fts MATCH ? AND rowid > ? AND rowid <= ?"
_STRETCH = 1_000_000
# With few hits their rows are looked up one by one. With many, an index that holds just these columns is read from end
# to end in the order in which they are counted. It has to be told which index: left alone it takes one on year or site,
# and reads the texts too (measured: more than a second). Each id is looked for in a row of bytes, a 1 for every hit:
# with 93,000 hits in 100,000 releases that takes 22 ms, 57 ms as `+id IN (SELECT value FROM json_each(...))`.
_FEW = 1_000
_AMONG_FEW = "id IN (SELECT value FROM json_each(:ids))"
_AMONG_MANY = "substr(:marks, id, 1) = x'01'"
_INDEX = "press_releases_spread"
_SPREAD = """
SELECT division, year, listing_column, count(*) FROM {table} WHERE {condition} GROUP BY 1, 2, 3
"""
_NEWEST = """
SELECT id FROM {table} WHERE {condition} ORDER BY published DESC, id LIMIT :limit OFFSET :offset
"""
# `+rowid`: else the index is searched anew for each of the ids (measured: 54 s against 30 ms). Between the first id and
# the last, because what is newest mostly came into the archive side by side (measured, if so: 19 ms, 35 ms without).
_BEST = """
SELECT rowid FROM releases_fts WHERE releases_fts MATCH :query AND +rowid IN (SELECT value FROM json_each(:ids))
AND rowid BETWEEN :first AND :last
ORDER BY bm25(releases_fts, 1.0, :weight), rowid DESC LIMIT :limit OFFSET :offset
"""
_SHOWN = """
SELECT r.key, r.title, r.subtitle, r.published, r.site, s.name, r.listing_column, r.content_source, r.body_kind,
    r.gone_at, r.version, r.removed, substr(r.body, 1, :read)
FROM json_each(:ids) AS hit JOIN press_releases AS r ON r.id = hit.value JOIN sites AS s ON s.slug = r.site
ORDER BY hit.key
"""


class SlowSearchError(Exception):
    """A search took too long and was given up."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """To which releases a search is confined; a `division`, `column` or `year` of `none` are those that have none."""

    site: str | None = None
    division: str | None = None
    column: str | None = None
    year: int | Literal["none"] | None = None
    published_from: dt.date | None = None
    published_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A release as a page of hits shows it; `body` is its beginning."""

    key: str
    title: str | None
    subtitle: str | None
    published: str | None
    site: str
    site_name: str
    column: str | None
    content_source: str | None
    body_kind: str
    gone_at: str | None
    version: int
    removed: str | None
    body: str


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits, and all of them counted: by GB/T 2260 code, year and column, None where a release has none."""

    hits: tuple[Hit, ...]
    count: int
    divisions: dict[str | None, int]
    years: dict[int | None, int]
    columns: dict[str | None, int]


@dataclass(frozen=True, slots=True)
class _Hits:
    """All hits in SQL: a condition with its values, and the index to read them by, where there is one to name."""

    condition: str
    values: dict[str, Any]
    index: str
    is_narrowed: bool

    def spread(self, db: sqlite3.Connection) -> list[tuple[Any, ...]]:
        """Division, year, column, and how many hits have these."""
        sql = _SPREAD.format(table=f"press_releases{self.index}", condition=self.condition)
        return db.execute(sql, self.values).fetchall()

    def newest(self, db: sqlite3.Connection, limit: int, offset: int) -> list[int]:
        """Ids, the newest first; where nothing narrows them SQLite finds the index on `published` by itself."""
        table = f"press_releases{self.index if self.is_narrowed else ''}"
        sql = _NEWEST.format(table=table, condition=self.condition)
        return [row[0] for row in db.execute(sql, {**self.values, "limit": limit, "offset": offset})]


def find(db: sqlite3.Connection, query: Query | None, narrowed: Narrowed, order: Order, page: int) -> Found:
    """A page of hits, counted from 1; without a query, of all releases. Raises SlowSearchError."""
    deadline = time.perf_counter() + SECONDS
    db.set_progress_handler(lambda: time.perf_counter() > deadline, _PROGRESS)
    try:
        hits = _hits(db, query, narrowed)
        spread = hits.spread(db)
        shown = _shown(db, _page(db, query, order, page, hits))
    except sqlite3.OperationalError as problem:
        if problem.args == ("interrupted",):
            raise SlowSearchError from problem
        raise
    finally:
        db.set_progress_handler(None, 0)
    divisions, years, columns = (_summed(spread, place) for place in range(3))
    return Found(shown, sum(row[3] for row in spread), divisions, years, columns)


def _hits(db: sqlite3.Connection, query: Query | None, narrowed: Narrowed) -> _Hits:
    values = _values(narrowed)
    conditions = ["1", *(_CONDITIONS[name] for name in values)]
    is_few = False
    if query:
        ids = _ids(db, query)
        is_few = len(ids) <= _FEW
        conditions.append(_AMONG_FEW if is_few else _AMONG_MANY)
        values |= {"ids": json.dumps(ids)} if is_few else {"marks": _marks(ids)}
    # An archive that an older program made has no such index until it is crawled again.
    has_index = db.execute("SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = ?", (_INDEX,)).fetchone()
    index = f" INDEXED BY {_INDEX}" if has_index and not is_few else ""
    return _Hits(" AND ".join(conditions), values, index, is_narrowed=narrowed != Narrowed())


def _values(narrowed: Narrowed) -> dict[str, Any]:
    """What the conditions compare with. A release of which only month or year are known counts as published on its
    first day, as in `export`: so from the first of a month on, the month itself is in, and until any day all its hours.
    """
    values = {name: getattr(narrowed, name) for name in _CONDITIONS if getattr(narrowed, name) is not None}
    if narrowed.published_from:
        values["published_from"] = narrowed.published_from.isoformat().removesuffix("-01").removesuffix("-01")
    if narrowed.published_to:
        values["published_to"] = f"{narrowed.published_to}T~"
    return values


def _ids(db: sqlite3.Connection, query: Query) -> list[int]:
    """Every release that has the words, oldest in the archive first."""
    last = db.execute("SELECT coalesce(max(id), 0) FROM press_releases").fetchone()[0]
    ids: list[int] = []
    for after in range(0, last, _STRETCH):
        ids += json.loads(db.execute(_IDS, (str(query), after, after + _STRETCH)).fetchone()[0])
    return ids


def _marks(ids: Sequence[int]) -> bytearray:
    """A byte for each id from 1 to the last one of a hit: 1 where it is a hit, else 0."""
    marks = bytearray(ids[-1])
    for number in ids:
        marks[number - 1] = 1
    return marks


def _page(db: sqlite3.Connection, query: Query | None, order: Order, page: int, hits: _Hits) -> list[int]:
    """The ids of one page."""
    offset = (page - 1) * PAGE
    if order == "newest" or query is None:
        return hits.newest(db, PAGE, offset)
    ranked = hits.newest(db, RANKED, 0)
    if not ranked:
        return []
    values = {"query": str(query), "ids": json.dumps(ranked), "first": min(ranked), "last": max(ranked)}
    values |= {"weight": _TITLE_WEIGHT, "limit": PAGE, "offset": offset}
    return [row[0] for row in db.execute(_BEST, values)]


def _summed(spread: Iterable[Sequence[Any]], place: int) -> dict[Any, int]:
    """How many hits have each value of one column of a spread."""
    counts: Counter[Any] = Counter()
    for row in spread:
        counts[row[place]] += row[3]
    return dict(counts)


def _shown(db: sqlite3.Connection, ids: Sequence[int]) -> tuple[Hit, ...]:
    return tuple(Hit(*row) for row in db.execute(_SHOWN, {"ids": json.dumps(ids), "read": READ + WIDTH}))
