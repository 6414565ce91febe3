from __future__ import annotations

import datetime as dt
import json
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st
from walked import HOST, is_usable, shown, walk_pages

from crawler.cms import ListPage, Page, nfcms
from crawler.cms.base import Entry
from crawler.demo.families import nfcms as nfcms_pages

COLUMN = HOST + nfcms_pages.COLUMN + "/"
API = HOST + nfcms_pages.API
ARTICLE = {"url": "/gkmlpt/content/4/42/post_7.html", "title": "公安机关公示", "display_publish_time": 1783008000}


def read(body: str, url: str = COLUMN + "index.html") -> ListPage:
    return nfcms.parse(Page(url, f"<html><body>{body}</body></html>"))


def answered(answer: object, query: str = "?page=1&sid=2") -> ListPage:
    return nfcms.parse(Page(API + query, json.dumps(answer)))


def test_a_walk_lists_every_release_once() -> None:
    listed = list(walk_pages(nfcms.parse, nfcms_pages.site(), nfcms_pages.path(1)))
    assert list(chain.from_iterable(map(shown, listed))) == nfcms_pages.RELEASES
    assert {(one.stated_total, one.stated_pages) for one in listed} == {(8, 3)}


def test_a_pager_by_script_leads_on_by_the_names_of_the_pages() -> None:
    pages = {nfcms_pages.path(number): nfcms_pages.page(number, by_script=True) for number in (1, 2, 3)}
    listed = list(walk_pages(nfcms.parse, pages, nfcms_pages.path(1)))
    assert list(chain.from_iterable(map(shown, listed))) == nfcms_pages.RELEASES


@pytest.mark.parametrize(
    ("url", "pages", "next_page"),
    [
        ("", 3, "index_2.html"),
        ("index.shtml", 3, "index_2.shtml"),
        ("index_2.html", 3, "index_3.html"),
        ("index_3.html", 3, None),
        ("list.html", 3, None),
        ("index.html", 99999999, None),
    ],
)
def test_pages_are_numbered_from_one(url: str, pages: int, next_page: str | None) -> None:
    assert read(f"<div>共{pages}页</div>", COLUMN + url).next_page == (next_page and COLUMN + next_page)


def test_a_list_without_a_stated_number_of_pages_goes_no_further() -> None:
    assert read("<div>没有更多了</div>") == ListPage(())


@pytest.mark.parametrize("first", [0, 1])
def test_the_api_lists_every_release_once_from_page_0_or_1(first: int) -> None:
    listed = list(walk_pages(nfcms.parse, nfcms_pages.site(), nfcms_pages.api_path(first)))
    assert [len(one.entries) for one in listed] == [100, 100, 50]
    assert list(chain.from_iterable(map(shown, listed))) == nfcms_pages.API_RELEASES
    assert {one.stated_total for one in listed} == {250}


@pytest.mark.parametrize(
    ("query", "total", "next_page"),
    [
        ("", 101, "?page=2"),
        ("?sid=2", 101, "?sid=2&page=2"),
        ("?page=0&sid=2", 101, "?page=2&sid=2"),
        ("?page=2&sid=2", 201, "?page=3&sid=2"),
        ("?page=2&sid=2", 200, None),
        ("?subpage=7&sid=2", 101, "?subpage=7&sid=2&page=2"),
        ("?page=1&sid=2", None, None),
        ("?page=1&sid=2", "101", "?page=2&sid=2"),
        ("?page=1&sid=2", 10**9, None),
        ("?page=1&sid=2", True, None),
        (f"?page={'9' * 9999}", 101, f"?page={'9' * 9999}&page=2"),
    ],
)
def test_the_api_leads_on_until_its_total_is_reached(query: str, total: object, next_page: str | None) -> None:
    assert answered({"total": total, "articles": [ARTICLE]}, query).next_page == (next_page and API + next_page)


def test_the_api_leads_on_after_a_full_page_where_it_states_no_total() -> None:
    articles = [{"url": f"/post_{number}.html", "title": "公示"} for number in range(100)]
    assert answered({"articles": articles}).next_page == API + "?page=2&sid=2"
    assert answered({"articles": articles[1:]}).next_page is None
    assert answered({"articles": [], "total": 300}) == ListPage((), None, 300)


@pytest.mark.parametrize(
    ("times", "day"),
    [
        ({"display_publish_time": 1782748800}, dt.date(2026, 6, 30)),
        ({"display_publish_time": 1782748799, "create_time": 1}, dt.date(2026, 6, 29)),
        ({"display_publish_time": "2026-07-03 09:30:00"}, dt.date(2026, 7, 3)),
        ({"display_publish_time": 0, "first_publish_time": 1782748800}, dt.date(2026, 6, 30)),
        ({"display_publish_time": 10**30, "create_time": True, "date": 1782748800}, None),
    ],
)
def test_the_day_is_shanghais(times: dict[str, object], day: dt.date | None) -> None:
    article = {"url": "post_7.html", "title": "公示", **times}
    assert answered({"articles": [article]}).entries == (Entry(f"{HOST}/gkmlpt/api/all/post_7.html", "公示", day),)


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", "1e999", '{"articles": {"url": "/post_1.html"}}', '{"articles": [null, 1, "a", []]}'),
        '{"articles": [{"url": 7}, {"url": "javascript:go(1)"}, {"url": "{{pcUrl}}"}, {"post_url": null}]}',
        "[" * 100_000,
        '{"articles": ' * 100_000,
        '{"total": ' + "9" * 5000 + "}",
        "<html><body><a href=post_1.html>2026-07-03</a></body></html>",
    ],
)
def test_an_answer_of_another_shape_lists_nothing(text: str) -> None:
    assert nfcms.parse(Page(API, text)) == ListPage(())


JSON = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just([{}])
ARTICLES = st.lists(st.dictionaries(st.sampled_from([*ARTICLE, "post_url", "create_time"]), JSON) | JSON, max_size=5)


@given(ARTICLES, JSON, st.text(max_size=20))
def test_no_answer_is_too_strange(articles: list[object], total: object, query: str) -> None:
    assert is_usable(answered({"articles": articles, "total": total}, f"?page={query}"))


@given(st.text())
def test_no_text_is_too_strange(text: str) -> None:
    assert nfcms.parse(Page(API, text)) == ListPage(())
    assert is_usable(read(text))
