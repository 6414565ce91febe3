"""Listings looked for from a home page: by the words of its links and headings, and never a single article."""

from __future__ import annotations

import datetime as dt

import pytest

from archive.exploration import is_list
from archive.models import Entry
from crawler.cms import Page
from crawler.discover import propose

HOME = "https://gat.qingling.example/"
NEWS, CASES, NOTICES = HOME + "jwzx/gayw/", HOME + "jwzx/jqtb/", HOME + "jwzx/tzgg/"


def found(*body: str) -> list[tuple[str, str]]:
    """Columns and addresses, likeliest first."""
    return [(one.column, one.url) for one in propose(Page(HOME, f"<html><body>{''.join(body)}</body></html>"))]


@pytest.mark.parametrize(
    "link",
    [
        '<a href="/jwzx/gayw/">公安要闻</a>',
        '<a href="jwzx/gayw/">公安要闻</a>',
        '<a href="./jwzx/gayw/">【公安要闻】</a>',
        '<a href="//gat.qingling.example/jwzx/gayw/">· 公安 要闻 &gt;&gt;</a>',
        '<h3><a href="/jwzx/gayw/"><em>公安</em>要闻<span>POLICE NEWS</span></a></h3>',
        '<a href="/jwzx/gayw/">更多公安要闻</a>',
        '<a href="/jwzx/gayw/" title="公安要闻">更多&gt;&gt;</a>',
        '<a href="/jwzx/gayw/"><img src="t1.png" alt="公安要闻"></a>',
        '<a href="/jwzx/gayw/" title="公安要闻"><img src="t1.png"></a>',
        '<a href="/jwzx/gayw/"><img src="t1.png" title="公安要闻" alt=""></a>',
        '<map><area href="/jwzx/gayw/" alt="公安要闻"></map>',
        "<a href='/jwzx/gayw/'>公安要闻<!-- 原为：警务信息 --><script>count('gayw')</script></a>",
        '<base href="https://gat.qingling.example/jwzx/"><a href="gayw/">公安要闻</a>',
    ],
)
def test_a_link_is_known_by_its_words_and_its_pictures(link: str) -> None:
    assert found(link) == [("公安要闻", NEWS)]


@pytest.mark.parametrize(
    ("words", "column"),
    [
        ("警务动态", True),
        ("警务要闻", True),
        ("警情通报", True),
        ("警情发布", True),
        ("新闻发布", True),
        ("部门动态", True),
        ("动态要闻", True),
        ("警务报道", True),
        ("公安新闻", True),
        ("分局警讯", True),
        ("公安部要闻", True),
        ("青岭公安要闻", True),
        ("青警快讯", True),
        ("政策解读", False),
        ("公示公告", False),
        ("网站检查情况通报", False),
        ("时政要闻", False),
        ("县区动态", False),
        ("专题专栏", False),
        ("警务公开", False),
        ("新闻中心", False),
        ("警情通报：两人被依法行政拘留", False),
        ("警情通报〔2026〕第12期", False),
        ("青岭警方召开今年第三场打击电信诈骗新闻发布会", False),
    ],
)
def test_which_words_name_a_column(words: str, column: bool) -> None:
    assert found(f'<a href="/a/b/">{words}</a>') == ([(words, HOME + "a/b/")] if column else [])


@pytest.mark.parametrize(
    "link",
    [
        '<!-- <a href="/jwzx/gayw/">公安要闻</a> -->',
        "<script>document.write('<a href=\"/jwzx/gayw/\">公安要闻</a>')</script>",
        "<a href=\"javascript:go('gayw')\">公安要闻</a>",
        '<a href="#gayw">公安要闻</a>',
        '<a href="">公安要闻</a>',
        "<a>公安要闻</a>",
        '<a href="{{columnUrl}}">公安要闻</a>',
        '<a href="/index.html">公安要闻</a>',
        '<a href="https://www.mps.gov.cn/n2253534/n2253535/index.html">公安要闻</a>',
        '<a href="https://gaj.haixi.example/gayw/">公安要闻</a>',
        '<a href="https://gat.qingling.example:8443/jwzx/gayw/">公安要闻</a>',
        '<a href="https://[gat/gayw/">公安要闻</a>',
    ],
)
def test_what_leads_to_no_column_of_this_site(link: str) -> None:
    assert found(link) == []


@pytest.mark.parametrize(
    "path",
    [
        "/jwzx/jqtb/202607/t20260703_48213.html",
        "/jwzx/jqtb/t10521285.shtml",
        "/art/2026/7/3/art_6372_118346.html",
        "/art/2026/art_0a1b2c3d4e5f60718293a4b5c6d7e8f9.html",
        "/jqtb/202607/0a1b2c3d4e5f60718293a4b5c6d7e8f9.shtml",
        "/gat/c110634/202607/c00_31666174.shtml",
        "/c/2026-07-03/8378604.shtml",
        "/n895440/n895441/c947046/content.html",
        "/jwzx/jqtb/content/post_4281874.html",
        "/info/1016/10914.htm",
        "/gat/jqtb/202607031234567890/index.shtml",
        "/system/2026/07/03/059209787.shtml",
        "/shga/wzXxfbGj/detail?pa=a%2Fb",
        "/default.php?mod=article&do=detail&tid=73",
    ],
)
def test_an_article_that_bears_a_columns_name_is_no_column(path: str) -> None:
    assert found(f'<a href="{path}">警情通报</a>') == []


@pytest.mark.parametrize(
    "path",
    [
        "/col/col6372/index.html",
        "/n2254098/n4904352/index.html",
        "/gat/tzgg/common_list.shtml",
        "/gayw.htm",
        "/28/",
        "/Category_115/Index.aspx",
        "/morelist.aspx?id=7",
    ],
)
def test_the_addresses_columns_have(path: str) -> None:
    assert found(f'<a href="{path}">警务动态</a>') == [("警务动态", HOME + path[1:])]


def test_pages_of_a_topic_are_left_out() -> None:
    topic = '<h3>专题专栏</h3><a href="/ztzl/2026xjxd/gzdt/">工作动态</a><a href="/ztzl/">更多</a>'
    assert found(topic, '<a href="/jwzx/gzdt/">工作动态</a>') == [("工作动态", HOME + "jwzx/gzdt/")]


BOXES = {
    "a heading": '<div><h3>公安要闻</h3><a href="/jwzx/gayw/">更多&gt;&gt;</a></div>',
    "more before its heading": '<div><a class="r" href="/jwzx/gayw/">MORE+</a><h3>公安要闻</h3></div>',
    "a heading of two colours": '<div><h3><em>公安</em>要闻</h3><a href="/jwzx/gayw/">更多</a></div>',
    "a heading with an icon": '<ul><li><i class="ico"></i>公安要闻</li></ul><a href="/jwzx/gayw/">更多</a>',
    "a drawn heading": '<div><img src="h.png" alt="公安要闻"><a href="/jwzx/gayw/">更多</a></div>',
    "a drawn more": '<div><b>公安要闻</b><a href="/jwzx/gayw/"><img src="/images/more.gif"></a></div>',
    "an empty more": '<div><b>公安要闻</b><a class="more" href="/jwzx/gayw/"></a></div>',
    "a sign as more": '<div><b>公安要闻</b><a href="/jwzx/gayw/">»</a></div>',
    "a heading that is a script link": (
        '<div><h3><a href="javascript:;">公安要闻</a></h3><a href="/jwzx/gayw/">查看更多</a></div>'
    ),
    "cells": '<table><tr><td>公安要闻</td><td><a href="/jwzx/gayw/"><span>&gt;&gt; 更多</span></a></td></tr></table>',
    "more beneath the list": (
        '<div><div class="hd"><span>公安要闻</span></div><div class="bd"><ul>'
        '<li><span>[分局]</span><a href="./202607/t20260703_1.html">走访校园</a><span>07-03</span></li>'
        '<li><a href="./202607/t20260702_2.html">警情通报</a>[<a href="./202607/t20260702_2.html">更多</a>]</li></ul>'
        '<p><a href="/jwzx/gayw/">更多</a></p></div></div>'
    ),
    "one more for the tab shown": (
        '<div><ul><li>通知公告</li><li class="tab on">公安要闻</li></ul><a href="/jwzx/gayw/">更多</a></div>'
    ),
}


@pytest.mark.parametrize("box", BOXES)
def test_more_counts_for_the_heading_beside_it(box: str) -> None:
    other = '<div><h3>政策解读</h3><a href="/zcjd/">更多</a></div>'
    [proposal] = propose(Page(HOME, f"<body>{other}<div>{BOXES[box]}</div>{other}</body>"))
    assert (proposal.column, proposal.url, proposal.why) == ("公安要闻", NEWS, "更多 beside the heading 公安要闻")


TABS = ("公安要闻", "通知公告", "警情通报")
MORES = [f'<a href="{url}">更多</a>' for url in (NEWS, NOTICES, CASES)]


@pytest.mark.parametrize("between", ["", "</div><div>"])
@pytest.mark.parametrize(
    "tab", ["<li>{}</li>", '<li><a href="#">{}</a></li>', '<h3><a href="javascript:;">{}</a></h3>']
)
def test_each_tab_has_its_own_more(tab: str, between: str) -> None:
    tabs = "".join(map(tab.format, TABS))
    assert found(f"<div><div>{tabs}</div><div>{between.join(MORES)}</div></div>") == [
        ("公安要闻", NEWS),
        ("警情通报", CASES),
    ]


def test_more_whose_heading_cannot_be_told_is_not_guessed() -> None:
    tabs = "".join(map("<li>{}</li>".format, TABS))
    assert found(f"<div><ul>{tabs}</ul><div>{MORES[0]}{MORES[2]}</div></div>") == []
    drawn = f'<div><div class="bg1"></div>{MORES[1]}</div>'
    assert found(f"<div><div><h3>公安要闻</h3>{MORES[0]}</div>{drawn}</div>") == [("公安要闻", NEWS)]


def test_each_address_once_though_menus_repeat_it() -> None:
    menu = '<ul class="nav"><li><a href="/jwzx/gayw/index.html">部门动态</a></li></ul>'
    box = '<div><h3><a href="/jwzx/gayw/">公安要闻</a></h3><a href="http://gat.qingling.example/jwzx/gayw/">更多</a></div>'
    assert found(menu, box, menu) == [("公安要闻", NEWS)]


def test_the_likeliest_six_come_first() -> None:
    words = ["图片新闻", "公安部要闻", "警情通报", "公安要闻", "警方提示", "青岭特警新闻", "警务动态", "新闻发布"]
    links = [f'<a href="/{number}/">{word}</a>' for number, word in enumerate(words)]
    columns = [column for column, _ in found(*links)]
    assert columns == ["公安要闻", "警务动态", "警情通报", "新闻发布", "警方提示", "图片新闻"]


@pytest.mark.parametrize(
    "text", ["", "<!-- -->", "<html></html>", '<div id="app"></div><script src="/app.js"></script>']
)
def test_a_home_page_without_links_proposes_nothing(text: str) -> None:
    assert propose(Page(HOME, text)) == []


@pytest.mark.parametrize(("dated", "undated", "listing"), [(5, 0, True), (5, 9, True), (4, 9, False), (0, 0, False)])
def test_a_listing_has_five_dated_entries(dated: int, undated: int, listing: bool) -> None:
    days = [dt.date(2026, 7, 1 + number) for number in range(dated)] + [None] * undated
    entries = tuple(Entry(f"{NEWS}{number}.html", "走访校园", day) for number, day in enumerate(days))
    assert is_list(entries) is listing
