"""Floors beside a site: what misses one, what nobody knows, and what cries no wolf."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_release import ARTICLE, answer, declare_site

from archive import Archive
from archive.expectations import missed
from archive.models import Entry, Finding, ListRead, RunFacts, WalkOptions

NOW = dt.datetime.fromisoformat("2026-03-02T10:00:00+08:00")
LIST = "https://press.example/jwdt/"
READ: Mapping[str, int | None] = {LIST: 20}

Publish = Callable[..., None]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "data", write=True) as archive:
        declare_site(archive.store, "beijing", "北京市公安局", "110000")
        declare_site(archive.store, "gansu", "甘肃省公安厅", "620000")
        yield archive


@pytest.fixture
def publish(archive: Archive) -> Publish:
    """List articles on one day, from the first number to before the last, and keep them unless told otherwise."""

    def publish(
        first: int, last: int, day: dt.date | None, *, now: dt.datetime = NOW, kept: bool = True, **fields: object
    ) -> None:
        run = archive.store.begin_run(RunFacts("beijing", "crawl", now))
        frontier = archive.frontier("beijing", run, now)
        frontier.walk([("警务动态", LIST)], WalkOptions())
        page = frontier.next_page()
        assert page
        urls = [f"{LIST}t{number}.html" for number in range(first, last)]
        frontier.list_read(page, ListRead(LIST, [Entry(url, "通报", day) for url in urls]))
        article = replace(ARTICLE, published=day, published_precision="day" if day else None)
        for url in urls if kept else ():
            archive.store.keep(url, replace(article, **fields), archive.captures.keep(answer(url)))

    return publish


def held(archive: Archive, first_pages: Mapping[str, int | None] = READ, **floors: object) -> list[Finding]:
    return missed(archive.db, "beijing", NOW, first_pages, **floors)  # type: ignore[arg-type]  # floors of a site file


def test_without_floors_nothing_is_missed(archive: Archive) -> None:
    assert held(archive, {LIST: 0}) == []


def test_each_first_page_is_held_against_the_floor(archive: Archive) -> None:
    found = held(archive, {LIST: 14, f"{LIST}b/": 15, f"{LIST}c/": None}, min_listed=15)
    assert found == [Finding("beijing", "min_listed", "14 entries on the first list page", "at least 15", LIST)]


def test_silence_is_told_after_that_many_days_and_not_on_the_last_of_them(archive: Archive, publish: Publish) -> None:
    publish(0, 3, dt.date(2026, 2, 20))
    publish(3, 4, dt.date(2025, 12, 31))
    assert held(archive, max_silent_days=10) == []
    seen = "10 days since 2026-02-20, its newest day"
    assert held(archive, max_silent_days=9) == [Finding("beijing", "max_silent_days", seen, "at most 9 days")]


def test_what_is_listed_and_not_kept_yet_breaks_the_silence(archive: Archive, publish: Publish) -> None:
    publish(0, 3, dt.date(2026, 1, 1))
    publish(3, 4, dt.date(2026, 3, 1), kept=False)
    assert held(archive, max_silent_days=3) == []


def test_an_entry_without_a_day_counts_from_when_it_was_found(archive: Archive, publish: Publish) -> None:
    publish(0, 3, None, now=NOW - dt.timedelta(days=30), published=None, published_precision=None)
    (finding,) = held(archive, max_silent_days=10)
    assert finding.seen == "30 days since 2026-01-31, its newest day"
    publish(3, 4, None, now=NOW, published=None, published_precision=None)
    assert held(archive, max_silent_days=10) == []


def test_a_day_to_come_hides_no_silence(archive: Archive, publish: Publish) -> None:
    publish(0, 3, dt.date(2026, 2, 1))
    publish(3, 4, dt.date(2062, 3, 1))
    (finding,) = held(archive, max_silent_days=10)
    assert finding.seen == "29 days since 2026-02-01, its newest day"


def test_another_site_s_releases_say_nothing_of_this_one(archive: Archive, publish: Publish) -> None:
    publish(0, 30, dt.date(2026, 1, 1), content_source=None)
    found = missed(archive.db, "gansu", NOW, READ, max_silent_days=1, fill_rate={"content_source": 1.0})
    assert found == [], "nothing has a day, so nobody knows"


def test_what_was_not_read_is_unknown(archive: Archive, publish: Publish) -> None:
    publish(0, 30, dt.date(2026, 1, 1), content_source=None)
    floors = {"min_listed": 99, "max_silent_days": 1, "fill_rate": {"content_source": 1.0}}
    assert [finding.expectation for finding in held(archive, **floors)] == [
        "min_listed",
        "max_silent_days",
        "fill_rate content_source",
    ]
    assert held(archive, {LIST: None}, **floors) == []
    assert held(archive, {}, **floors) == []
    one_of_two = held(archive, {LIST: 20, f"{LIST}b/": None}, max_silent_days=1)
    assert one_of_two == [], "the list that was not read may have something new"


def test_a_column_filled_less_often_than_its_floor(archive: Archive, publish: Publish) -> None:
    publish(0, 41, dt.date(2026, 3, 1))
    publish(41, 100, dt.date(2026, 3, 1), content_source=None, editor="")
    floors = {"title": 1.0, "content_source": 0.8, "editor": 0.41, "issuer": 0.001}
    assert held(archive, fill_rate=floors) == [
        Finding("beijing", "fill_rate content_source", "0.41 of the newest 100", "at least 0.8"),
        Finding("beijing", "fill_rate issuer", "0.00 of the newest 100", "at least 0.001"),
    ]


@pytest.mark.parametrize("column", ["title", "published", "content_source", "issuer", "author", "editor", "body"])
def test_every_column_that_may_have_a_floor_is_counted(archive: Archive, publish: Publish, column: str) -> None:
    full = {"issuer": "样例市公安局", "author": "小平"}
    publish(0, 19, dt.date(2026, 3, 1), **full)
    publish(19, 20, dt.date(2026, 3, 1), **full | {column: "" if column == "body" else None})
    (finding,) = held(archive, fill_rate={column: 0.96})
    assert (finding.expectation, finding.seen) == (f"fill_rate {column}", "0.95 of the newest 20")
    assert held(archive, fill_rate={column: 0.95}) == []


def test_a_break_shows_against_a_long_good_history(archive: Archive, publish: Publish) -> None:
    publish(0, 900, dt.date(2026, 2, 1))
    publish(900, 916, dt.date(2026, 3, 1), published=None, published_precision=None)
    (finding,) = held(archive, fill_rate={"published": 0.85})
    assert finding.seen == "0.84 of the newest 100"


def test_the_newest_are_those_of_the_lists_whenever_they_were_fetched(archive: Archive, publish: Publish) -> None:
    publish(0, 100, dt.date(2026, 3, 1))
    publish(100, 200, dt.date(2009, 3, 1), content_source=None)
    assert held(archive, fill_rate={"content_source": 0.8}) == []


def test_a_handful_of_releases_is_not_judged(archive: Archive, publish: Publish) -> None:
    publish(0, 19, dt.date(2026, 3, 1), content_source=None)
    assert held(archive, fill_rate={"content_source": 0.8}) == []


def test_a_column_that_has_no_floor_is_an_error(archive: Archive, publish: Publish) -> None:
    publish(0, 20, dt.date(2026, 3, 1))
    with pytest.raises(KeyError, match="chars"):
        held(archive, fill_rate={"chars": 0.5})


@given(counts=st.dictionaries(st.sampled_from("abc"), st.none() | st.integers(0, 40)), floor=st.integers(1, 40))
def test_a_first_page_is_named_exactly_where_it_was_read_and_is_short(
    tmp_path_factory: pytest.TempPathFactory, counts: dict[str, int | None], floor: int
) -> None:
    short = {name for name, count in counts.items() if count is not None and count < floor}
    with Archive.open(tmp_path_factory.getbasetemp() / "floors", write=True) as archive:
        assert {finding.url for finding in held(archive, counts, min_listed=floor)} == short
