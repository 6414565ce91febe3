"""The frontier: in which order it hands out pages, what it says of those that fail, and when it asks for them again."""

from __future__ import annotations

import datetime as dt

import pytest
from simulated_site import Column, Run, Simulation, simulated

from archive.addresses import key
from archive.frontier import GIVE_UP_AFTER, RETRY_AFTER, Frontier
from archive.models import Entry, ListRead, Page, WalkOptions


def column(count: int, name: str = "jwdt", size: int = 5) -> Column:
    made = Column(name, size=size)
    made.grow(count)
    return made


def begin(site: Simulation) -> Frontier:
    """A run's frontier, its walks begun, to be driven by hand."""
    return Run(site, WalkOptions()).frontier


def next_article(frontier: Frontier) -> Page:
    page = frontier.next_page()
    assert page
    assert page.kind == "article"
    return page


def test_list_pages_come_first_then_new_releases_newest_first() -> None:
    column_of_news, column_of_notices = column(7), column(3, "jqtb")
    with simulated(column_of_news, column_of_notices) as site:
        run = site.run()
    kinds = [page.kind for page in run.asked]
    assert kinds == ["listing"] * 3 + ["article"] * 10
    names = [url.rpartition("/")[2] for url in run.article_urls]
    # Article 3 of either column is of one day; the first column's was found first.
    assert names == [f"t{number}.html" for number in (7, 6, 5, 4, 3, 3, 2, 2, 1, 1)]


def test_back_pages_come_last() -> None:
    news = column(40)
    with simulated(news) as site:
        site.run(until=3)  # three list pages, and no article yet
        news.grow(2)
        run = site.run()
    numbers = [page.url.rpartition("/")[2] for page in run.asked]
    lists = [number for number, page in enumerate(run.asked) if page.kind == "listing"]
    # Page one shows something new, page two nothing: the rest of the list waits until what is new is fetched.
    assert run.list_pages == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert lists == [0, 1, *range(2 + 17, 2 + 17 + 7)]
    assert numbers[2:5] == ["t42.html", "t41.html", "t40.html"]


def test_entries_without_a_date_count_as_new_on_the_day_they_were_found() -> None:
    dated, undated = column(2), column(2, "jqtb")
    undated.dated = False
    with simulated(dated, undated) as site:
        run = site.run()
        assert [url.split("/")[3] for url in run.article_urls] == ["jqtb", "jqtb", "jwdt", "jwdt"]
        assert site.rows("SELECT DISTINCT published_day, listed FROM entries WHERE url LIKE '%jqtb%'") == [
            (None, site.now.isoformat())
        ]


def test_nothing_is_handed_out_while_another_page_is_on_its_way() -> None:
    with simulated(column(2)) as site:
        frontier = begin(site)
        assert frontier.has_due()
        page = frontier.next_page()
        assert page
        assert (page.kind, page.listing) == ("listing", page.url)
        assert not frontier.has_due()
        assert frontier.next_page() is None
        frontier.list_read(page, site.columns[0].read(page.url))
        assert frontier.has_due()
        first = next_article(frontier)
        assert first.found_on == site.columns[0].url(1)
        assert frontier.next_page() is None
        frontier.failed(first, "timeout", None, "no answer within 30 s")
        assert next_article(frontier).id != first.id, "no page twice in a run"


def test_what_was_on_its_way_when_a_run_was_killed_is_asked_for_by_the_next() -> None:
    with simulated(column(2)) as site:
        run = Run(site, WalkOptions())
        run.step()
        url = next_article(run.frontier).url
        site.db.conn.execute("COMMIT")
        site.db.conn.execute("BEGIN")
        assert site.run().article_urls[0] == url


def test_since_leaves_older_entries_waiting() -> None:
    news = column(7)
    with simulated(news) as site:
        assert len(site.run(since=news.entry(6).published).article_urls) == 2
        assert len(site.articles("waiting")) == 5
        assert len(site.run().article_urls) == 5


def test_a_page_that_fails_is_asked_for_again_after_a_growing_gap() -> None:
    with simulated(column(1)) as site:
        run = Run(site, WalkOptions())
        run.step()
        page = next_article(run.frontier)
        for number in range(8):
            assert run.frontier.failed(page, "server_error", 502, "HTTP status 502") == []
            assert run.frontier.next_page() is None
            gap = RETRY_AFTER[min(number, len(RETRY_AFTER) - 1)]
            site.now += gap - dt.timedelta(seconds=1)
            early = begin(site)
            early.list_read(early.next_page() or page, site.columns[0].read(site.columns[0].url(1)))
            assert early.next_page() is None, f"failure {number + 1}: not before {gap}"
            site.now += dt.timedelta(seconds=1)
            run = Run(site, WalkOptions())
            run.step()
            page = next_article(run.frontier)
        assert list(RETRY_AFTER) == sorted(RETRY_AFTER)
        assert site.rows("SELECT state, attempts, last_status, last_error FROM pages WHERE kind = 'article'") == [
            ("failed", 8, 502, "server_error: HTTP status 502")
        ]
        run.frontier.fetched(page, 200)
        assert site.rows("SELECT state, attempts, next_due, last_error FROM pages WHERE kind = 'article'") == [
            ("fetched", 0, None, None)
        ]


def test_the_first_page_of_a_listing_is_asked_for_on_every_run() -> None:
    news = column(7)
    news.broken = {1}
    with simulated(news) as site:
        for _ in range(3):
            run = site.run(days=0)
            assert run.list_pages == [1]
            assert [(one.expectation, one.seen, one.url) for one in run.findings] == [
                ("first list page", "timeout: no answer within 30 s", news.url(1))
            ]
            assert run.frontier.unread == [news.url(1)]
        news.broken = set()
        assert site.run(days=0).frontier.unread == []
        assert set(site.articles("fetched")) == site.listed()


def test_one_listing_that_fails_holds_up_no_other() -> None:
    broken, sound = column(7), column(7, "jqtb")
    broken.broken = {1}
    with simulated(broken, sound) as site:
        run = site.run()
        assert len(run.article_urls) == 7
        assert run.frontier.unread == [broken.url(1)]


def test_a_back_page_that_fails_grows_its_gap_and_holds_up_nothing_that_is_new() -> None:
    news = column(40)
    news.broken = {3}
    with simulated(news) as site:
        asked = []
        for day in range(1, 33):
            news.grow(1)
            run = site.run(days=1)
            assert news.entry(news.articles[0]).url in run.article_urls
            assert run.findings == []
            if 3 in run.list_pages:
                asked.append(day)
        # After 1, 6 and 24 hours it is due on the next daily run, then after 3, 7 and 30 days.
        assert asked == [1, 2, 3, 4, 7, 14]
        assert site.rows("SELECT state, attempts FROM pages WHERE url = ?", news.url(3)) == [("failed", 6)]
        news.broken = set()
        site.run(days=30)
        assert set(site.articles("fetched")) == site.listed()


@pytest.mark.parametrize("outcome", ["challenge", "waf", "rate_limited", "captcha", "maintenance", "shell"])
def test_a_wall_is_no_failure_of_the_page(outcome: str) -> None:
    assert Frontier.is_wall(outcome)
    with simulated(column(1)) as site:
        run = Run(site, WalkOptions())
        run.step()
        run.frontier.failed(next_article(run.frontier), outcome, 412, "a wall")
        assert site.rows("SELECT state FROM pages WHERE kind = 'article'") == [("walled",)]
        assert len(site.run().article_urls) == 1


@pytest.mark.parametrize("outcome", ["ok", "timeout", "robots_denied", "gone", "soft_404", "extract_failed"])
def test_what_is_no_wall(outcome: str) -> None:
    assert not Frontier.is_wall(outcome)


def test_a_list_page_without_entries_is_a_finding_that_names_it() -> None:
    empty = Column()
    with simulated(empty) as site:
        run = site.run()
        assert [(one.expectation, one.seen, one.wanted, one.url) for one in run.findings] == [
            ("entries", "0", "at least 1", empty.url(1))
        ]
        assert run.frontier.unread == [empty.url(1)]
        assert site.rows("SELECT state, last_error FROM pages") == [
            ("failed", "no_entries: no entries where entries were expected")
        ]
        empty.grow(3)
        assert len(site.run().article_urls) == 3


def test_an_emptied_list_takes_nothing_away() -> None:
    news = column(7)
    with simulated(news) as site:
        site.run()
        news.articles.clear()
        site.run()
        assert len(site.articles("fetched")) == 7
        assert site.rows("SELECT count(*) FROM entries WHERE known") == [(7,)]


def test_one_article_in_two_columns_is_fetched_once() -> None:
    news, notices = column(3), column(3, "jqtb")
    twice = news.entry(2)
    read = notices.read
    notices.read = lambda url: ListRead(url, [*read(url).entries, twice])
    with simulated(news, notices) as site:
        run = site.run()
        assert run.article_urls.count(twice.url) == 1
        assert site.rows(
            "SELECT count(*) FROM entries AS e JOIN pages AS p ON p.id = e.page_id WHERE p.url = ?", twice.url
        ) == [(2,)]


def test_the_entry_that_led_to_a_page_is_the_list_s_last_word() -> None:
    news = column(1)
    with simulated(news) as site:
        frontier = site.run().frontier
        page = frontier.page(news.entry(1).url, "article")
        assert frontier.entry(page) == news.entry(1)
        read = news.read
        news.read = lambda url: ListRead(url, [Entry(entry.url, "更正后的标题") for entry in read(url).entries])
        assert site.run().frontier.entry(page) == Entry(news.entry(1).url, "更正后的标题")
        assert frontier.entry(frontier.page("https://press.example/unlisted.html", "article")) is None


def test_what_the_listings_say_they_hold_is_added_up() -> None:
    news, notices = column(7), column(3, "jqtb")
    with simulated(news, notices) as site:
        assert site.run().frontier.stated_total is None
        news.states = notices.states = True
        assert site.run().frontier.stated_total == 10


def test_a_page_asked_for_by_name_comes_first_due_or_not() -> None:
    news = column(3)
    with simulated(news) as site:
        site.run()
        url = news.entry(1).url
        run = Run(site, WalkOptions())
        run.frontier.want(url)
        assert run.frontier.unread == [url], "a list that nobody asked for yet is not unread"
        page = next_article(run.frontier)
        assert (page.url, page.key) == (url, key(url))
        assert [one.seen for one in run.frontier.failed(page, "timeout", None, "slow")] == ["timeout: slow"]
        again = Run(site, WalkOptions())
        again.frontier.want(url)
        again.frontier.fetched(next_article(again.frontier), 200)
        assert again.frontier.unread == []
        assert again.frontier.next_page().url == news.url(1)
        assert again.frontier.unread == [news.url(1)]
        with pytest.raises(ValueError, match="not an http or https address"):
            again.frontier.want("file:///etc/passwd")


def test_a_page_asked_for_by_name_that_did_not_come_is_fetched_by_a_later_crawl() -> None:
    news = column(3)
    with simulated(news) as site:
        url = news.entry(1).url
        for wanted in (url, "https://press.example/unlisted.html"):
            run = Run(site, WalkOptions())
            run.frontier.want(wanted)
            run.frontier.failed(next_article(run.frontier), "timeout", None, "slow")
        assert set(site.run().article_urls) == site.listed() | {"https://press.example/unlisted.html"}
        assert site.rows("SELECT listed_day, found_on FROM pages WHERE url = ?", url) == [("2020-01-02", news.url(1))]


def test_two_spellings_of_an_address_are_one_page() -> None:
    with simulated(column(1)) as site:
        frontier = begin(site)
        first = frontier.page("https://press.example/a.html?spm=1", "article")
        again = frontier.page("http://PRESS.example:80/a.html#top", "article")
        listing = frontier.page("https://press.example/a.html", "listing")
        assert (first.id, first.key) == (again.id, again.key)
        assert listing.id != first.id
        assert again.url == "http://PRESS.example:80/a.html#top", "asked for as it is written now"


def test_an_article_that_never_comes_is_given_up_in_words() -> None:
    with simulated(column(1)) as site:
        for attempt in range(1, GIVE_UP_AFTER + 1):
            run = Run(site, WalkOptions())
            run.step()
            run.frontier.failed(next_article(run.frontier), "gone", 404, "HTTP status 404")
            site.now += dt.timedelta(days=31)
            (page,) = site.rows(
                "SELECT state, attempts, next_due IS NULL, last_error FROM pages WHERE kind = 'article'"
            )
            said = "gone: HTTP status 404"
            given_up = attempt == GIVE_UP_AFTER
            assert page == ("failed", attempt, given_up, f"given up after 9 attempts: {said}" if given_up else said)
        run = Run(site, WalkOptions())
        run.step()
        assert run.frontier.next_page() is None
        run.frontier.want(site.columns[0].entry(1).url)
        assert next_article(run.frontier), "a person can ask for it all the same"
