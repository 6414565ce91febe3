"""Walks over lists that grow, break, repeat themselves and are left in the middle: the contract's rules one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_site import Column, simulated

from archive.models import Entry, ListRead


def numbered(count: int, **fields: Any) -> Column:
    column = Column(**fields)
    column.grow(count)
    return column


def test_the_first_walk_goes_to_the_last_page_and_then_only_the_first_is_read() -> None:
    with simulated(numbered(23)) as site:
        first = site.run()
        assert first.list_pages == [1, 2, 3, 4, 5]
        assert set(site.articles("fetched")) == site.listed()
        assert site.outcomes() == ["completed"]
        again = site.run()
        assert (again.list_pages, again.article_urls) == ([1], [])


def test_every_run_goes_to_the_last_page_until_one_walk_is_completed() -> None:
    column = numbered(23, broken={4})
    with simulated(column) as site:
        assert site.run().list_pages == [1, 2, 3, 4]
        assert site.run(days=0.01).list_pages == [1], "page 4 is not due yet"
        assert site.run().list_pages == [1, 3, 4], "taken up at its last synced page, after page one"
        column.broken.clear()
        assert site.run(days=2).list_pages == [1, 3, 4, 5]
        assert site.outcomes() == ["completed"]
        assert set(site.articles()) == site.listed()


def test_afterwards_a_walk_ends_after_a_page_on_which_every_entry_is_known() -> None:
    column = numbered(40)
    with simulated(column) as site:
        site.run()
        column.grow(12)  # two pages and two entries of the third
        run = site.run()
        assert run.list_pages == [1, 2, 3, 4]
        assert len(run.article_urls) == 12
        assert site.run().list_pages == [1]


def test_pinned_old_entries_never_end_a_walk() -> None:
    column = numbered(40, pinned=(3, 4, 5))
    with simulated(column) as site:
        site.run()
        column.grow(11)
        assert site.run().list_pages == [1, 2, 3, 4]
        assert set(site.articles("fetched")) == site.listed()


def test_what_an_uncompleted_walk_listed_is_not_known() -> None:
    column = numbered(40)
    with simulated(column) as site:
        site.run(max_pages=2)
        assert site.outcomes() == ["max_pages"]
        assert site.run(max_pages=1).list_pages == [1]
        assert site.run().list_pages == [1, 2, 3, 4, 5, 6, 7, 8]
        column.grow(12)
        site.run(max_pages=1)
        assert site.run().list_pages == [1, 2, 3, 4], "page one was listed, but by no completed walk"
        assert set(site.articles()) == site.listed()


def test_since_stops_after_a_page_of_older_entries_and_completes_nothing() -> None:
    column = numbered(40)
    day = column.entry(33).published  # on page 2
    with simulated(column) as site:
        assert site.run(since=day).list_pages == [1, 2, 3]
        assert site.outcomes() == ["since"]
        assert site.run().list_pages == [1, 2, 3, 4, 5, 6, 7, 8]
    with simulated(numbered(40, dated=False)) as site:
        assert site.run(since=day).list_pages == [1, 2, 3, 4, 5, 6, 7, 8], "an entry without a date is not older"


def test_full_walks_every_list_page_and_finds_what_was_dated_back() -> None:
    column = numbered(23)
    with simulated(column) as site:
        site.run()
        column.articles.insert(20, 1000)  # published today among the oldest
        assert site.run().list_pages == [1]
        run = site.run(full=True)
        assert run.list_pages == [1, 2, 3, 4, 5]
        assert run.article_urls == [column.entry(1000).url]


def test_a_full_walk_is_due_after_full_walk_days() -> None:
    with simulated(numbered(23)) as site:
        site.run(full_walk_days=30)
        assert site.run(days=29, full_walk_days=30).list_pages == [1]
        assert site.run(days=1, full_walk_days=30).list_pages == [1, 2, 3, 4, 5]
        assert site.run(days=1, full_walk_days=30).list_pages == [1]


def test_a_full_walk_takes_the_place_of_one_that_was_cut() -> None:
    column = numbered(23)
    with simulated(column) as site:
        site.run()
        column.grow(12)
        site.run(until=2)
        assert site.run(full=True).list_pages == [1, 2, 3, 4, 5, 6, 7]
        assert site.outcomes() == ["completed", "superseded", "completed"]
        assert site.run().list_pages == [1]


@pytest.mark.parametrize("lost", [0, 1, 3])
@pytest.mark.parametrize("grown", [0, 1, 4, 5, 12, 40])
@pytest.mark.parametrize("until", range(1, 14))
def test_killed_at_any_page_and_taken_up_again(until: int, grown: int, lost: int) -> None:
    column = numbered(23)
    with simulated(column) as site:
        site.run(until=until, lost=lost)
        column.grow(grown)
        site.run()
        assert set(site.articles("fetched")) == site.listed()
        assert len(site.articles()) == len(site.listed())
        assert set(site.outcomes()) == {"completed"}
        assert site.run().list_pages == [1]


@pytest.mark.parametrize("first", [3, 4])
@pytest.mark.parametrize("second", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("grown", [(12, 5), (12, 6), (5, 5), (30, 1), (1, 30), (20, 20)])
def test_killed_again_while_reading_what_is_new(first: int, second: int, grown: tuple[int, int]) -> None:
    column = numbered(60)
    with simulated(column) as site:
        site.run(until=first)
        column.grow(grown[0])
        site.run(until=second)
        column.grow(grown[1])
        site.run()
        assert set(site.articles("fetched")) == site.listed()
        assert site.outcomes() == ["completed"]


def test_a_walk_is_taken_up_where_it_was_cut_not_from_the_front() -> None:
    column = numbered(60)
    with simulated(column) as site:
        site.run(until=8)
        assert site.run(until=1).list_pages == [1]
        assert site.run().list_pages == [1, 8, 9, 10, 11, 12]
        column.grow(60)
        site.run(until=6)
        column.grow(2)
        # Two of page one are new; page two shows nothing new; page 6 is read again, and so on to what is known.
        assert site.run().list_pages == [1, 2, 6, 7, 8, 9, 10, 11, 12, 13, 14]
        assert site.run().list_pages == [1]


def test_a_list_that_grew_by_pages_since_the_cut_is_read_on_past_what_it_had() -> None:
    column = numbered(60)
    with simulated(column) as site:
        site.run(until=4)
        column.grow(20)
        # Pages 4 to 8 show what pages 1 to 4 had; page 9 is new.
        assert site.run().list_pages == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
        assert set(site.articles()) == site.listed()


def test_known_entries_on_page_one_end_no_walk_that_was_cut() -> None:
    column = numbered(40)
    with simulated(column) as site:
        site.run()
        column.grow(12)
        site.run(until=2)
        del column.articles[:5]  # what page one showed is withdrawn: it shows the rest of what is new
        column.articles[:0] = [4, 3, 2, 1, 5]  # and five old ones are put before it
        site.run()
        assert site.listed() <= set(site.articles())


@pytest.mark.parametrize(("states", "outcome"), [(True, "short"), (False, "completed")])
def test_a_list_that_repeats_page_one_for_ever_ends(states: bool, outcome: str) -> None:
    column = numbered(23, stuck=True, states=states)
    with simulated(column) as site:
        run = site.run()
        assert run.list_pages == [1, 2]
        assert site.outcomes() == [outcome]
        assert [finding.wanted for finding in run.findings] == (["5 list pages, 1 came"] if states else [])
        # Not completed, every run tries again; completed, there is nothing new on page one.
        assert site.run().list_pages == ([1, 2] if states else [1])


def test_a_stated_total_of_entries_alone_shows_that_pages_are_missing() -> None:
    column = numbered(23, stuck=True)
    read = column.read
    column.read = lambda url: ListRead(url, read(url).entries, read(url).next_page, 23)
    with simulated(column) as site:
        run = site.run()
        assert [(finding.expectation, finding.wanted) for finding in run.findings] == [
            ("list pages", "23 entries, 5 came")
        ]
        assert site.outcomes() == ["short"]


def test_a_stated_total_that_counts_an_entry_twice_does_not_keep_a_walk_from_being_completed() -> None:
    # 21 are stated and stand on five pages, the last with one entry; the site lists one of them twice.
    column = numbered(20, states=True)
    column.articles.insert(3, column.articles[7])
    with simulated(column) as site:
        assert site.run().findings == []
        assert site.outcomes() == ["completed"]


def test_a_next_page_that_is_a_page_already_read_is_the_end() -> None:
    column = numbered(15)
    read = column.read

    def with_a_loop(url: str) -> ListRead:
        page = read(url)
        # The last page leads back to the first, under another spelling of its address.
        return page if page.next_page else ListRead(url, page.entries, f"{column.url(1)}?spm=a1.b2#list")

    column.read = with_a_loop
    with simulated(column) as site:
        assert site.run().list_pages == [1, 2, 3]
        assert site.outcomes() == ["completed"]
        assert site.run().list_pages == [1]


def test_addresses_that_carry_a_session_are_known_all_the_same() -> None:
    column = numbered(23, session=";jsessionid=A1")
    with simulated(column) as site:
        site.run()
        column.session = ";jsessionid=B2"
        run = site.run()
        assert (run.list_pages, run.article_urls) == ([1], [])
    column = numbered(60, session=";jsessionid=A1")
    with simulated(column) as site:
        site.run(until=3)
        column.grow(12)
        column.session = ";jsessionid=B2"
        column.broken = {4}
        site.run()
        column.session = ";jsessionid=C3"
        assert 4 not in site.run(days=0.01).list_pages, "it failed, and is not due yet under another spelling"
        column.broken.clear()
        site.run(days=7)
        assert len(site.articles("fetched")) == 72
        assert site.outcomes() == ["completed"]


def test_an_entry_nobody_could_ask_for_is_a_finding_and_the_rest_is_kept() -> None:
    column = numbered(3)
    bad = Entry("javascript:openNews(7)", "第7号通报")
    read = column.read
    column.read = lambda url: ListRead(url, [bad, *read(url).entries])
    with simulated(column) as site:
        run = site.run()
        assert [(finding.expectation, finding.url) for finding in run.findings] == [("entry's address", column.url(1))]
        assert set(site.articles()) == site.listed()
        assert run.frontier.unread == []


def test_a_first_page_without_one_usable_entry_is_not_read() -> None:
    column = numbered(3)
    bad = Entry("javascript:openNews(7)", "第7号通报")
    column.read = lambda url: ListRead(url, [bad])
    with simulated(column) as site:
        run = site.run()
        assert len(run.findings) == 1
        assert run.frontier.unread == [column.url(1)]
        assert site.rows("SELECT completed FROM listings") == [(None,)]


# For any growth of the site, any kills, limits and failures, between and during runs.
STEPS = st.lists(
    st.fixed_dictionaries(
        {
            "grown": st.integers(0, 17),
            "until": st.none() | st.integers(1, 25),
            "lost": st.integers(0, 6),
            "grows_after": st.integers(0, 30),
            "days": st.sampled_from([0.01, 1.0, 8.0]),
            "broken": st.sets(st.integers(1, 9), max_size=2),
            "options": st.sampled_from([{}, {}, {}, {"max_pages": 2}, {"since": dt.date(2020, 2, 1)}, {"full": True}]),
        }
    ),
    max_size=8,
)


@settings(max_examples=100, deadline=None)
@given(
    begun=st.integers(1, 40),
    size=st.integers(2, 7),
    pinned=st.sets(st.integers(1, 1), max_size=1),
    states=st.booleans(),
    steps=STEPS,
)
def test_in_the_end_all_that_was_ever_listed_is_there_once(
    begun: int, size: int, pinned: set[int], states: bool, steps: list[dict[str, Any]]
) -> None:
    column = numbered(begun, size=size, pinned=tuple(pinned), states=states)
    with simulated(column) as site:
        for step in steps:
            column.grow(step["grown"])
            column.broken = step["broken"]
            meanwhile = _grow_once(column, step["grows_after"])
            site.run(until=step["until"], lost=step["lost"], days=step["days"], meanwhile=meanwhile, **step["options"])
        column.broken = set()
        site.run(days=40, full_walk_days=10_000)
        assert sorted(site.articles("fetched")) == sorted(site.listed())
        quiet = site.run(full_walk_days=10_000)
        assert (quiet.list_pages, quiet.article_urls, quiet.findings) == ([1], [], [])


def _grow_once(column: Column, after: int) -> Callable[[], None]:
    """Publish one article after so many pages of a run; a whole page of them between two list pages is too many."""
    pages = iter(range(1_000_000))
    return lambda: column.grow(1 if next(pages) == after else 0)
