from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st
from walked import HOST, is_usable, shown, walk_pages

from crawler.cms import ListPage, Page, aspx
from crawler.cms.base import Entry
from crawler.demo.families import aspx as aspx_pages

FIRST = HOST + aspx_pages.path(1)


def read(body: str, url: str = FIRST) -> ListPage:
    return aspx.parse(Page(url, f"<html><body>{body}</body></html>"))


def test_a_walk_lists_every_release_once() -> None:
    listed = list(walk_pages(aspx.parse, aspx_pages.site(), aspx_pages.path(1)))
    assert list(chain.from_iterable(map(shown, listed))) == aspx_pages.RELEASES
    assert {(one.stated_total, one.stated_pages) for one in listed} == {(8, 3)}


def test_a_pager_that_posts_back_leads_nowhere_but_says_that_more_was_to_come() -> None:
    listed = aspx.parse(Page(FIRST, aspx_pages.page(1, posts_back=True)))
    assert shown(listed) == aspx_pages.RELEASES[:3]
    assert (listed.next_page, listed.stated_total, listed.stated_pages) == (None, 8, 3)


@pytest.mark.parametrize(
    ("link", "pages"),
    [
        ("""<a href="javascript:__doPostBack('pager','2')">2</a>""", 2),
        ("""<a href="javascript:__doPostBack(&#39;pager&#39;,&#39;29&#39;)">末页</a>""", 29),
        ("""<a href="javascript:__doPostBack('pager','29')">[29]</a>""", 29),
        ("""<a href="#" onclick="__doPostBack('pager','29');return false">29</a>""", 29),
        ("""<a href="javascript:__doPostBack('GridView1','Page$4')">4</a>""", 4),
        ("""<a href="javascript:__doPostBack('GridView1','Page$Next')">下一页</a>""", 2),
        ("""<a href="javascript:__doPostBack('ctl00$lbNext','')">下一页</a>""", 2),
        ("""<a href="javascript:__doPostBack('ctl00$lbLast','')">上一页</a>""", None),
        ("""<a href="javascript:__doPostBack('Calendar1','9678')">8</a>""", None),
        ("""<a href="javascript:__doPostBack('ctl00$btnLogin','')">登录</a>""", None),
        ("""<a href="javascript:__doPostBack('ctl00$btnDownload','')">下载</a>""", None),
        ("""<a href="javascript:__doPostBack('ctl00$Menu','3')">警务公开</a>""", None),
        ("""<a href="javascript:__doPostBack('pager','99999999')">99999999</a>""", None),
        ("""<p>共29页</p><a href="javascript:__doPostBack('pager','10')">10</a>""", 29),
        ("""<p>共2页</p><a href="javascript:__doPostBack('pager','10')">10</a>""", 10),
    ],
)
def test_what_a_pager_says_by_posting_back(link: str, pages: int | None) -> None:
    assert read(link) == ListPage((), stated_pages=pages)


def test_an_address_counts_more_than_what_posts_back() -> None:
    listed = read("""<a href="Index_2.aspx">下一页</a><a href="javascript:__doPostBack('pager','9')">9</a>""")
    assert (listed.next_page, listed.stated_pages) == (HOST + "/news/Index_2.aspx", None)


def test_yunnans_addresses_make_entries_where_no_day_is_shown() -> None:
    listed = read('<ul><li><a href="/Pages_6445_858919.aspx">云岭警事一则</a></li></ul>')
    assert listed.entries == (Entry(HOST + "/Pages_6445_858919.aspx", "云岭警事一则"),)


@given(st.text() | st.from_regex(aspx._POSTS_BACK).map('<a href="{}">下页</a>'.format))
def test_no_text_is_too_strange(text: str) -> None:
    assert is_usable(aspx.parse(Page(FIRST, text)))
