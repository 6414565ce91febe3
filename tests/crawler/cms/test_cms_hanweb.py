from __future__ import annotations

import time
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from walked import HOST, listed, walk

from crawler.cms import ListPage, Page
from crawler.cms.hanweb import parse
from crawler.demo.families import hanweb as hanweb_pages
from crawler.demo.families.hanweb import EMPTY, LIST, PROXY, RELEASES

ASKED = f"{HOST}{PROXY}?page={{page}}&columnid=6372&unitid=59425&webid=7&perpage={{size}}"


def asked(text: str, page: int = 2, size: int = 15) -> ListPage:
    return parse(Page(ASKED.format(page=page, size=size), text))


def answers(target: str, form: str, group_size: int | None = None) -> str:
    return hanweb_pages.answer(target, RELEASES, group_size=group_size)


def test_the_list_page_gives_its_inlined_records_and_leads_to_the_proxy() -> None:
    first = parse(Page(HOST + LIST, hanweb_pages.page(1)))
    assert listed([first]) == list(RELEASES[:15])
    assert (first.stated_total, first.is_frame) == (38, False)
    assert first.next_page == (
        f"{HOST}{PROXY}?page=2&col=1&appid=1&webid=7&path=%2F&columnid=6372&sourceContentType=1&unitid=59425"
        "&webname=%25E9%259D%2592&permissiontype=0&perpage=15"
    )


def test_the_proxy_leads_on_to_its_last_page() -> None:
    second, third = asked(hanweb_pages.page(2)), asked(hanweb_pages.page(3), page=3)
    assert listed([second, third]) == list(RELEASES[15:])
    assert second.next_page == f"{HOST}{PROXY}?page=3&columnid=6372&unitid=59425&webid=7&perpage=15"
    assert (second.stated_total, second.stated_pages, third.next_page) == (38, 3, None)


@pytest.mark.parametrize("group_size", [None, 5, 7, 15, 19, 20, 30, 37, 38, 100])
def test_every_record_is_listed_whatever_the_size_of_the_proxys_pages(group_size: int | None) -> None:
    pages = walk(parse, LIST, partial(answers, group_size=group_size))
    assert sorted(set(listed(pages))) == sorted(RELEASES)
    seen: set[str] = set()
    for page in pages:
        new = {entry.url for entry in page.entries} - seen
        assert new or page.is_frame, "a page with nothing new ends a walk"
        seen |= new


def test_an_empty_set_is_no_entry_and_no_next_page() -> None:
    assert len(EMPTY.encode()) < 60
    assert asked(EMPTY, page=1) == ListPage(())
    assert asked(f'<?xml version="1.0" encoding="UTF-8"?>\n{EMPTY}', page=3) == ListPage(())


def test_a_proxy_that_answers_strangers_with_nothing_is_asked_for_its_first_page_too() -> None:
    pages = walk(parse, LIST, lambda target, _: EMPTY if PROXY in target else hanweb_pages.list_page(RELEASES))
    assert [(len(page.entries), page.is_frame) for page in pages] == [(15, False), (0, True), (0, False)]
    assert pages[1].next_page is not None
    assert "page=1&" in pages[1].next_page
    assert pages[2].next_page is None


def test_a_list_page_that_inlines_nothing_is_a_frame() -> None:
    framed = parse(Page(HOST + LIST, hanweb_pages.list_page(RELEASES, inlined=0)))
    assert framed.is_frame
    assert framed.entries == ()
    assert framed.next_page is not None
    assert framed.next_page.startswith(f"{HOST}{PROXY}?page=1&")
    assert framed.next_page.endswith("&perpage=5")


def test_a_list_page_that_inlines_all_leads_nowhere() -> None:
    whole = parse(Page(HOST + LIST, hanweb_pages.list_page(RELEASES[:9])))
    assert (len(whole.entries), whole.next_page, whole.stated_total) == (9, None, 9)


def test_the_pagers_own_links_are_never_followed() -> None:
    static = f'<ul><li><a href="{RELEASES[0][0]}">青岭公安发布暑期提示</a> 2026-07-03</li></ul>'
    link = '<a href="index.html?uid=59425&pageNum=2">下一页</a>'
    assert parse(Page(HOST + LIST, static + link)).next_page is None
    inlined = f"<script><datastore><recordset>{hanweb_pages.records(RELEASES, 0, 3)}</recordset></datastore></script>"
    assert parse(Page(HOST + LIST, inlined + link)).next_page is None
    older = parse(Page(HOST + LIST, static + '<a href="index_1.html">下一页</a>'))
    assert older.next_page == HOST + "/col/col6372/index_1.html"
    assert [entry.title for entry in older.entries] == ["青岭公安发布暑期提示"]


def test_an_encrypted_next_group_is_taken_as_it_stands() -> None:
    text = (
        f"<datastore><nextgroup><![CDATA[<a href='{PROXY}?q=c2VjcmV0%3D'></a>]]></nextgroup>"
        f"<recordset>{hanweb_pages.records(RELEASES, 0, 3)}</recordset></datastore>"
    )
    assert parse(Page(HOST + LIST, f"<html><script>{text}</script></html>")).next_page == f"{HOST}{PROXY}?q=c2VjcmV0%3D"
    assert parse(Page(f"{HOST}{PROXY}?q=b25l", text)).next_page == f"{HOST}{PROXY}?q=c2VjcmV0%3D"


def test_records_that_lead_nowhere_are_left_out_and_an_address_stands_once() -> None:
    path, title, day = RELEASES[0]
    text = (
        "<datastore><recordset><record><![CDATA[<li>暂无内容</li>]]></record><record></record>"
        "<record><![CDATA[<a href='javascript:void(0)'>更多</a>]]></record>"
        f"<record><![CDATA[<tr><td><a href='{path}'>{title}</a></td><td>{day}</td></tr>]]></record>"
        f"<record><![CDATA[<li><a href='{path}'>{title}</a></li>]]></record></recordset></datastore>"
    )
    assert listed([asked(text)]) == [(path, title, day)]


@pytest.mark.parametrize("number", ["99999999", "-1", "1e9", ""])
def test_a_total_that_is_none_is_not_stated(number: str) -> None:
    text = hanweb_pages.page(2).replace("<totalrecord>38", f"<totalrecord>{number}")
    assert asked(text).stated_total is None
    assert len(asked(text).entries) == 15


PIECES = st.sampled_from(
    [
        *("<datastore>", "</datastore>", "<record>", "</record>", "<![CDATA[", "]]>", "<nextgroup>", "</nextgroup>"),
        *("<a href='/a/1.html'>", "<a href='dataproxy.jsp?page=", "&", "%", "<totalrecord>7</totalrecord>", "\ud800"),
        *(".jpage({", "totalRecord:9,", "ajaxParam:{", "proxyUrl:'/p'", "}", "unitid:'", "&lt;a href=//[&gt;", "\0"),
        *("<totalpage>2</totalpage>", "<li>2026-02-30</li>", "第一条通报", hanweb_pages.record(RELEASES[0], 1)),
    ]
)


@pytest.mark.parametrize("url", [HOST + LIST, ASKED.format(page=2, size=1), f"{HOST}{PROXY}?page=%ff&perpage=x"])
@given(text=st.text() | st.lists(PIECES, max_size=30).map("".join))
@settings(max_examples=60, deadline=None)
def test_no_text_is_too_strange(url: str, text: str) -> None:
    found = parse(Page(url, text))
    assert isinstance(found, ListPage)
    assert all(entry.url.startswith("http") and entry.url.isprintable() for entry in found.entries)
    assert found.next_page is None or found.next_page != url


@pytest.mark.parametrize(
    "text",
    [
        "<datastore>" * 100_000,
        "<datastore>" + "<record>" * 30_000,
        "<datastore><nextgroup>" + "<a href='" * 100_000,
        ".jpage({" * 100_000,
        ".jpage({ajaxParam:{" + "a" * 4_000_000,
        ".jpage({ajaxParam:{" + ("a" * 3_900 + "}.jpage({ajaxParam:{") * 300,
        " " * 1_000_000 + "<datastore" + " " * 1_000_000,
        "<datastore><totalrecord>" + " " * 1_000_000,
    ],
    ids=["stores", "records", "group", "calls", "form", "forms", "blank", "total"],
)
def test_no_page_takes_long(text: str) -> None:
    start = time.process_time()
    parse(Page(HOST + LIST, text))
    assert time.process_time() - start < 10, "seconds; a tenth of it is usual"
