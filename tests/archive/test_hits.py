from __future__ import annotations

import datetime as dt
import sqlite3
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlite_utils import Database

from archive import hits, search
from archive.hits import Narrowed, SlowSearchError, find
from archive.migrations import migrations
from archive.search import understood

MANY = 2_400  # more than are looked up one by one
# A release of which only month or year are known was published on its first day.
DAY = "substr(published || CASE length(published) WHEN 4 THEN '-01-01' WHEN 7 THEN '-01' ELSE '' END, 1, 10)"
WITHIN = f"{DAY} BETWEEN '2004-01-02' AND '2005-09-09'"
SPREAD = """
CREATE INDEX IF NOT EXISTS press_releases_spread ON press_releases(division, year, listing_column, site, published)
"""


@pytest.fixture(scope="module")
def db() -> Iterator[sqlite3.Connection]:
    """A real archive's schema in memory, with short releases: 公安 in all of them, 夜市 in one of forty."""
    database = Database(memory=True, execute_plugins=False)
    search.register(database.conn)
    migrations.apply(database)
    database.conn.executemany("INSERT INTO sites (slug, name, english, kind, home) VALUES (?1, ?1, ?1, '', '')", "ab")
    database.conn.executemany(
        "INSERT INTO press_releases (key, site, division, url, listing_column, title, published, published_day, year,"
        " body, body_kind, chars, first_seen, last_seen, version, text_digest, capture_id, extractor)"
        " VALUES (?, ?, ?, '', ?, ?, ?, ?, ?, ?, 'text', 9, '', '', 1, ?, 1, '')",
        [_row(number) for number in range(MANY)],
    )
    search.index(database.conn)
    yield database.conn
    database.conn.close()


def _row(number: int) -> tuple[object, ...]:
    day = f"{2000 + number % 25}-{1 + number % 12:02}-{1 + number % 28:02}" if number % 50 else None
    published = day and f"{day}T09:30+08:00"[: (22, 10, 7, 4)[number % 4]]
    body = "公安" + ("夜市" * (number % 7) if number % 40 == 0 else "")
    division, column = ("110000", "620000", None)[number % 3], ("通报", None)[number % 2]
    year = int(day[:4]) if day else None
    return f"k{number}", "ab"[number % 2], division, column, f"第{number}号", published, day, year, body, str(number)


@pytest.fixture(params=["with the index", "without"])
def indexed(db: sqlite3.Connection, request: pytest.FixtureRequest) -> Iterator[sqlite3.Connection]:
    db.execute(SPREAD if request.param == "with the index" else "DROP INDEX IF EXISTS press_releases_spread")
    return db


def is_said(words: str, body: str) -> bool:
    wanted, _, unwanted = words.partition(" -")
    return wanted in body and not (unwanted and unwanted in body)


@pytest.mark.parametrize("words", [None, "公安", "夜市", "公安 -夜市", "消防"])
@pytest.mark.parametrize(
    ("narrowed", "condition"),
    [
        (Narrowed(), "1"),
        (Narrowed(site="a"), "site = 'a'"),
        (Narrowed(division="none"), "division IS NULL"),
        (Narrowed(division="620000", year=2004), "division = '620000' AND year = 2004"),
        (Narrowed(year="none", column="none"), "year IS NULL AND listing_column IS NULL"),
        (Narrowed(column="通报"), "listing_column = '通报'"),
        (Narrowed(published_from=dt.date(2004, 5, 1)), f"{DAY} >= '2004-05-01'"),
        (Narrowed(published_from=dt.date(2004, 1, 1), published_to=dt.date(2004, 1, 1)), f"{DAY} = '2004-01-01'"),
        (Narrowed(published_from=dt.date(2004, 1, 2), published_to=dt.date(2005, 9, 9)), WITHIN),
    ],
)
def test_hits_are_those_of_a_plain_look_at_every_text(indexed, words, narrowed, condition):
    rows = indexed.execute(
        f"SELECT key, body, division, year, listing_column FROM press_releases WHERE {condition}"  # noqa: S608 - our own
        " ORDER BY published DESC, id"
    ).fetchall()
    expected = [row for row in rows if words is None or is_said(words, row[1])]
    found = find(indexed, understood(words) if words else None, narrowed, "newest", 1)
    assert [hit.key for hit in found.hits] == [row[0] for row in expected[: hits.PAGE]]
    assert found.count == len(expected)
    for place, counts in ((2, found.divisions), (3, found.years), (4, found.columns)):
        assert counts == Counter(row[place] for row in expected)


def test_hits_are_read_in_stretches_of_ids_and_none_is_lost_between_two(db, monkeypatch):
    monkeypatch.setattr(hits, "_STRETCH", 7)
    assert find(db, understood("公安"), Narrowed(), "newest", 1).count == MANY


def test_pages_go_on_where_the_last_one_ended(indexed):
    pages = [find(indexed, understood("公安"), Narrowed(), "newest", page).hits for page in (1, 2, 3)]
    keys = [hit.key for hits_of_page in pages for hit in hits_of_page]
    rows = indexed.execute("SELECT key FROM press_releases ORDER BY published DESC, id LIMIT ?", (3 * hits.PAGE,))
    assert keys == [key for (key,) in rows]


def test_best_first_begins_with_what_says_it_most(indexed):
    found = find(indexed, understood("夜市"), Narrowed(), "best", 1)
    said = [hit.body.count("夜市") / len(hit.body) for hit in found.hits]
    assert said == sorted(said, reverse=True)
    assert said[0] > said[-1]
    assert find(indexed, understood("夜市"), Narrowed(site="nowhere"), "best", 1).hits == ()


def test_best_first_has_every_hit_once(db):
    pages = [find(db, understood("夜市"), Narrowed(), "best", page).hits for page in (1, 2, 3, 4)]
    keys = [hit.key for hits_of_page in pages for hit in hits_of_page]
    assert sorted(keys) == sorted(
        key for (key,) in db.execute("SELECT key FROM press_releases WHERE body LIKE '%夜市%'")
    )


def test_a_search_that_takes_too_long_is_given_up_and_leaves_no_limit_behind(db, monkeypatch):
    monkeypatch.setattr(hits, "SECONDS", 0)
    with pytest.raises(SlowSearchError):
        find(db, understood("公安"), Narrowed(), "newest", 1)
    assert db.execute("SELECT count(*) FROM press_releases AS a, press_releases AS b WHERE b.id < 9").fetchone()
