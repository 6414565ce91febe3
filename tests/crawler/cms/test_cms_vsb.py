from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st
from walked import HOST, is_usable, shown, walk_pages

from crawler.cms import ListPage, Page, vsb
from crawler.cms.base import Entry
from crawler.demo.families import vsb as vsb_pages

FIRST = HOST + vsb_pages.COLUMN + ".htm"


def read(body: str, url: str = FIRST) -> ListPage:
    return vsb.parse(Page(url, f"<html><body>{body}</body></html>"))


@pytest.mark.parametrize("older", [False, True])
def test_a_walk_counts_down_and_lists_every_release_once(older: bool) -> None:
    pages = {vsb_pages.path(number): vsb_pages.page(number, older=older) for number in (1, 2, 3)}
    assert list(pages) == ["/jwdt/xstz.htm", "/jwdt/xstz/2.htm", "/jwdt/xstz/1.htm"]
    listed = list(walk_pages(vsb.parse, pages, vsb_pages.path(1)))
    assert list(chain.from_iterable(map(shown, listed))) == vsb_pages.RELEASES
    assert {(one.stated_total, one.stated_pages) for one in listed} == {(8, 3)}


def test_numbers_lead_on_where_no_word_does() -> None:
    numbers = '<span class="p_no_d">1</span><span class="p_no"><a href="xstz/23.htm">2</a></span>'
    assert read(f'<span class="p_pages">{numbers}</span>').next_page == HOST + "/jwdt/xstz/23.htm"


def test_a_list_that_is_not_written_out_to_files() -> None:
    article = "/content.jsp?urltype=news.NewsContentUrl&wbtreeid=1291&wbnewsid=30301"
    following = "?totalpage=236&PAGENUM=2&urltype=tree.TreeTempUrl&wbtreeid=1029"
    listed = read(
        f'<ul><li><a href="..{article}">公安机关公示拟表彰对象</a></li></ul>'
        f'<span class="p_next p_fun"><a href="{following}">下页</a></span>',
        HOST + "/jwdt/list.jsp?urltype=tree.TreeTempUrl&wbtreeid=1029",
    )
    assert listed == ListPage((Entry(HOST + article, "公安机关公示拟表彰对象"),), HOST + "/jwdt/list.jsp" + following)


@pytest.mark.parametrize(
    ("count", "pages"),
    [
        ('<span class="p_t">1/78</span>', 78),
        ('<span class="p_t"> 1 / 78 </span>', 78),
        ('<td id="fanye3942">共1162条&nbsp;&nbsp;1/78&nbsp;</td>', 78),
        ('<span class="p_t">共1162条</span>', None),
        ('<span class="p_t">2026/7/3</span>', None),
        ('<span class="p_t">1/99999999</span>', None),
        ('<span class="date">1/78</span>', None),
    ],
)
def test_how_many_pages_there_are(count: str, pages: int | None) -> None:
    assert read(f"<table><tr>{count}</tr></table>" if count.startswith("<td") else count).stated_pages == pages


@given(st.text())
def test_no_text_is_too_strange(text: str) -> None:
    assert is_usable(vsb.parse(Page(FIRST, text)))


def test_long_addresses_take_no_long() -> None:
    line = f'<li><a href="{"/content.jsp?" * 100_000}">公安机关公示</a><span>2026-07-03</span></li>'
    assert len(read(f"<ul>{line}</ul>").entries) == 1
