from __future__ import annotations

import pytest

from crawler.cms import Page
from crawler.cms.base import next_page, stated_pages, stated_total

HERE = "https://a.example/list/index_2.html"
THIRD = "https://a.example/list/index_3.html"


def page(html: str, url: str = HERE) -> Page:
    return Page(url, f"<html><body>{html}</body></html>")


@pytest.mark.parametrize(
    "link",
    [
        '<a href="index_3.html">下一页</a>',
        '<a href="index_3.html">[ 下页 ]</a>',
        '<a href="index_3.html">后一页&gt;&gt;</a>',
        '<a href="index_3.html"><span>下一页</span> ›</a>',
        '<a href="index_3.html"><img src="n.gif" alt="下一页"></a>',
        '<a href="index_3.html" title="下一页"></a>',
        '<a href="index_3.html">Next »</a>',
        '<a rel="next nofollow" href="index_3.html">往后</a>',
        '<input type="button" value="下一页" onclick="location.href=encodeURI(\'index_3.html\');">',
        '<a href="#" onclick="window.location=\'index_3.html\'">下一页</a>',
        '<a href="index_1.html">1</a> <b>2</b> <a href="index_3.html">›</a>',
    ],
)
def test_the_next_page_by_its_words(link: str) -> None:
    assert (
        next_page(page(f'<div><a href="index_1.html">上一页</a>{link}<a href="index_9.html">尾页</a></div>')) == THIRD
    )


@pytest.mark.parametrize(
    "pager",
    [
        '<a href="index_1.html">1</a> <span>2</span> <a href="index_3.html">3</a>',
        '<a href="index_1.html">1</a><a class="cur-page" href="index_2.html">2</a><a href="index_3.html">3</a>',
        '<a href="index_1.html">1</a><a href="javascript:;">2</a><a href="index_3.html">[3]</a>',
        '<ul><li><a href="p1">1</a><li class="active"><a href="p2">2</a><li><a href="index_3.html">3</a></ul>',
        '共<b>9</b>页 <a href="index_1.html">1</a> <b>2</b> <a href="index_3.html">3</a>',
        '<a href="x">1</a><a aria-current="1" href="y">2</a><a href="index_3.html">3</a><a href="#">下页</a>',
    ],
)
def test_the_next_page_by_its_number(pager: str) -> None:
    assert next_page(page(f"<table><tr><td>12</td></tr></table><div class='page'>{pager}</div>")) == THIRD


@pytest.mark.parametrize(
    "pager",
    [
        '<a href="javascript:goPage(3)">下一页</a>',
        '<a href="#">下一页</a><span>下一页</span>',
        '<a href="index_2.html">下一页</a>',
        '<a href="{{next}}">下一页</a>',
        '<a href="index_1.html">1</a> <b>2</b>',
        '<a href="prev.html">上一篇</a><a href="c3.html">下一篇：暑期安全提示</a>',
        '<a href="c3.html">&gt;</a>',
        "",
    ],
)
def test_where_nothing_leads_on(pager: str) -> None:
    assert next_page(page(f"<div>{pager}</div>")) is None


def test_numbers_that_are_queries() -> None:
    html = '<p><b>1</b><a href="?page=2">2</a><a href="?page=3">3</a></p>'
    assert next_page(page(html, "https://a.example/list.aspx")) == "https://a.example/list.aspx?page=2"


@pytest.mark.parametrize(
    ("html", "total", "pages"),
    [
        ('<span class="p_t">共435条</span>', 435, None),
        ("<div>共<b>435</b>条记录 第1/29页</div>", 435, 29),
        ("<div>共 29 页 435 条</div>", None, 29),
        ("<div>总数：435条 页次：1/29</div>", 435, 29),
        ('<ul><li><a href="a.html">我市推出共120条便民措施</a></li></ul>', None, None),
        (f"<p>会议指出，全市公安机关共300条战线{'，砥砺前行' * 60}</p>", None, None),
    ],
)
def test_what_the_page_says_it_has(html: str, total: int | None, pages: int | None) -> None:
    assert (stated_total(page(html)), stated_pages(page(html))) == (total, pages)
