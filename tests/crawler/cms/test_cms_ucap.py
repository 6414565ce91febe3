from __future__ import annotations

import datetime as dt
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st
from walked import HOST, is_usable, shown, walk_pages

from crawler.cms import ListPage, Page, ucap
from crawler.cms.base import Entry
from crawler.demo.families import ucap as ucap_pages

COLUMN = HOST + ucap_pages.COLUMN + "/"


def read(body: str, url: str = COLUMN + "common_list.shtml") -> ListPage:
    return ucap.parse(Page(url, f"<html><body>{body}</body></html>"))


def test_a_walk_lists_every_release_once_and_the_pinned_one_on_each_page() -> None:
    listed = list(walk_pages(ucap.parse, ucap_pages.site(), ucap_pages.path(1)))
    assert [shown(one)[0] for one in listed] == [ucap_pages.PINNED] * 3
    assert list(chain.from_iterable(shown(one)[1:] for one in listed)) == ucap_pages.RELEASES
    assert {(one.stated_total, one.stated_pages) for one in listed} == {(8, 3)}


def test_a_list_that_stands_in_a_comment_is_read_where_nothing_else_is_one() -> None:
    hidden = {ucap_pages.path(number): ucap_pages.hidden_page(number) for number in (1, 2, 3)}
    assert all(title not in hidden[ucap_pages.path(1)].split("<!--")[0] for _, title, _ in ucap_pages.RELEASES)
    listed = list(walk_pages(ucap.parse, hidden, ucap_pages.path(1)))
    assert list(chain.from_iterable(map(shown, listed))) == ucap_pages.RELEASES
    assert {(one.stated_total, one.stated_pages) for one in listed} == {(8, 3)}


def test_a_pager_in_a_comment_counts_with_its_list_only() -> None:
    assert read("<!-- <li>略</li><script>createPageHTML('page_div',9,1,'list','shtml',90)</script> -->") == ListPage(())


def test_a_comment_without_lines_of_a_list_stays_closed() -> None:
    link = f'<a href="{ucap_pages.RELEASES[0][0]}">已撤下的旧闻一则</a><span>2026-07-03</span>'
    assert read(f"<!-- <p>{link}</p> --><!--[if IE 8]><li>{link}</li><![endif]-->") == ListPage(())


def test_the_ministry_counts_down() -> None:
    listed = list(walk_pages(ucap.parse, ucap_pages.site(), ucap_pages.ministry_path(1)))
    assert list(chain.from_iterable(map(shown, listed))) == ucap_pages.MINISTRY_RELEASES
    assert [one.stated_pages for one in listed] == [3, None, None]
    assert listed[0].next_page == f"{HOST}{ucap_pages.MINISTRY}/index_{ucap_pages.UNIT}_2.html"


@pytest.mark.parametrize(
    ("call", "next_page", "pages", "total"),
    [
        ("createPageHTML('page_div',10, 1,'zwgklist','shtml',200);", "zwgklist_2.shtml", 10, 200),
        ('createPageHTML( "page_div" , "10" )', None, None, None),
        ("createPageHTML('page_div',84,83,'dc_list','shtml')", "dc_list_84.shtml", 84, None),
        ("createPageHTML('page_div',84,84,'dc_list','shtml',1000)", None, 84, 1000),
        ("createPageHTML('page_div',0,1,'fg','shtml',0)", None, 0, 0),
        ("createPageHTML('page_div',99999999,1,'fg','shtml',9)", None, None, None),
        ("createPageHTML(63, 0, 'index', 'shtml', 435)", None, None, None),
        ("//createPageHTML('page_div',10,1,'list','shtml',200)", None, None, None),
        ("function createPageHTML(divId, _nPageCount, _nCurrIndex, _sPageName){}", None, None, None),
    ],
)
def test_the_call_names_the_next_page(call: str, next_page: str | None, pages: int | None, total: int | None) -> None:
    listed = read(f"<script>{call}</script>")
    assert listed == ListPage((), next_page and COLUMN + next_page, total, pages)


@pytest.mark.parametrize(
    ("url", "script", "next_page"),
    [
        ("index.html", "var maxPageNum7627565 = 857;", "index_7627565_856.html"),
        ("index.html", "document.cookie='maxPageNum7627565=857'", "index_7627565_856.html"),
        ("index.html", "maxPageNum = 857;", None),
        ("index.html", "if (maxPageNum7627565 == 857) go();", None),
        ("index.html", "var maxPageNum7627565 = 1;", None),
        ("index_7627565_856.html", "", "index_7627565_855.html"),
        ("index_7627565_2.html", "var maxPageNum7627565 = 857;", "index_7627565_1.html"),
        ("index_7627565_1.html", "var maxPageNum7627565 = 857;", None),
        ("index_7627565_1.html", "", None),
    ],
)
def test_counting_down(url: str, script: str, next_page: str | None) -> None:
    assert read(f"<script>{script}</script>", COLUMN + url).next_page == (next_page and COLUMN + next_page)


def test_a_page_that_calls_itself_the_next_one_leads_nowhere() -> None:
    listed = read("<script>createPageHTML('page_div',3,1,'list','shtml',60)</script>", COLUMN + "list_2.shtml")
    assert (listed.next_page, listed.stated_pages) == (None, 3)


def test_without_a_script_the_words_lead_on() -> None:
    assert read('<p>共3页 <a href="list_2.shtml">下一页</a></p>').next_page == COLUMN + "list_2.shtml"


@pytest.mark.parametrize(
    "path",
    [
        "/gat/tzgg/202606/0a1b2c3d4e5f60718293a4b5c6d7e8f9.shtml",
        "/jyt/c110634/202511/174240943.shtml",
        "/hlj/c107860/202309/c00_31666174.shtml",
        "/n2254098/n4904352/c9947046/content.html",
    ],
)
def test_addresses_make_entries_where_no_day_is_shown(path: str) -> None:
    lines = f'<ul><li><a href="{path}">公安机关举办警营开放日</a></li></ul>'
    nav = "<ul>" + "".join(f'<li><a href="/gat/c{n}/list.shtml">政务公开栏目之{n}</a></li>' for n in range(9)) + "</ul>"
    assert read(nav + lines).entries == (Entry(HOST + path, "公安机关举办警营开放日"),)


def test_sichuan_names_the_day_in_the_address() -> None:
    path = "/scgat/c103388/2024/9/14/0a1b2c3d4e5f60718293a4b5c6d7e8f9.shtml"
    listed = read(f'<ul><li><a href="{path}">中秋假期交通安全提示</a></li></ul>')
    assert [entry.published for entry in listed.entries] == [dt.date(2024, 9, 14)]


PIECES = st.sampled_from(["<!--", "-->", "<li>", "<a href=1>", "<script>", "2026-07-03", "createPageHTML('a',2,1,'"])


@given(st.text() | st.lists(PIECES).map("".join))
def test_no_text_is_too_strange(text: str) -> None:
    listed = ucap.parse(Page(COLUMN + "index_5_99999.html", text))
    assert is_usable(listed)
    assert listed.entries == () or "<a" in text


def test_comments_without_end_take_no_long() -> None:
    assert read("<!-- <li>" * 200_000) == ListPage(())
