from __future__ import annotations

import pytest
from cssselect import SelectorError

from crawler.cms import ListPage, Page, parse

URL = "https://a.example/news/"
HTML = """<html><body>
<a class="line" href="/n/1">一号线地铁警务站启用<i>2026-07-03</i></a>
<a class="line" href="javascript:void(0)">坏链接</a>
<a class="line" href="/n/2">二桥夜间封闭施工<i>2026-07-02</i></a>
<a class="line" href="/n/1">一号线</a>
<div><a href="/news/p2">下一页</a></div></body></html>"""


def test_an_entry_that_is_a_link_needs_no_more_than_its_selector() -> None:
    listed = parse("html", Page(URL, HTML, {"entry": "a.line"}))
    assert [(entry.url, entry.title, str(entry.published)) for entry in listed.entries] == [
        ("https://a.example/n/1", "一号线地铁警务站启用", "2026-07-03"),
        ("https://a.example/n/2", "二桥夜间封闭施工", "2026-07-02"),
    ]
    assert listed.next_page == "https://a.example/news/p2"


def test_a_selector_that_finds_nothing_finds_nothing() -> None:
    selectors = {"entry": "a.line", "link": "b", "next": "a.nxt"}
    assert parse("html", Page(URL, HTML, selectors)) == ListPage(())


def test_a_selector_that_is_not_css_is_an_error() -> None:
    with pytest.raises(SelectorError):
        parse("html", Page(URL, HTML, {"entry": "a[["}))
