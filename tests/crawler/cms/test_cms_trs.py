from __future__ import annotations

import pytest

from crawler.cms import ListPage, Page, parse

COLUMN = "https://gaj.haixi.example/xxfb/jwbd/"
LINES = "".join(
    f'<li><a href="./202607/t2026070{day}_48{day}.html">第{day}期警务报道</a><span>2026-07-0{day}</span></li>'
    for day in (3, 2, 1)
)


def read(script: str, url: str = COLUMN, lines: str = LINES) -> ListPage:
    return parse("trs", Page(url, f"<html><body><ul>{lines}</ul><script>{script}</script></body></html>"))


@pytest.mark.parametrize(
    ("call", "next_page"),
    [
        ('createPageHTML(63, 0, "index", "shtml", 435)', "index_1.shtml"),
        ("createPageHTML(63,4,'index','html');", "index_5.html"),
        ('createPageHTML( 63 , 61 , "list" , "htm" )', "list_62.htm"),
        ('createPageHTML(63, 62, "index", "shtml")', None),
        ('createPageHTML(1, 0, "index", "shtml", "3")', None),
        ('createPageHTML(0, 0, "index", "shtml")', None),
    ],
)
def test_the_call_names_the_next_page(call: str, next_page: str | None) -> None:
    assert read(call, COLUMN + "index.html").next_page == (next_page and COLUMN + next_page)


@pytest.mark.parametrize(
    "script",
    [
        "function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){ go(1, 2) }",
        "createPageHTML('page_div',10, 1,'zwgklist','shtml',200);",
        'createPageHTML(${PAGE_COUNT}, 0, "index", "html");',
        ' // createPageHTML(63, 0, "index", "shtml", 435)',
    ],
)
def test_what_is_not_the_call(script: str) -> None:
    listed = read(script)
    assert (listed.next_page, listed.stated_pages, listed.stated_total) == (None, None, None)


@pytest.mark.parametrize(
    ("call", "total"),
    [
        ('createPageHTML(63, 0, "index", "shtml", "page", 189)', 189),
        ('createPageHTML(1, 0, "index", "shtml", "3")', 3),
        ('createPageHTML(63, 0, "index", "shtml")', None),
        ('createPageHTML(63, 0, "index", "shtml", "black2")', None),
        ('createPageHTML(2, 0, "index", "shtml", 3)', None),
        ('createPageHTML(63, 0, "index", "shtml", 15)', None),
    ],
)
def test_the_last_number_is_the_total_unless_it_cannot_be(call: str, total: int | None) -> None:
    assert read(call).stated_total == total


def test_the_total_in_words() -> None:
    lines = LINES + "</ul><div>共435条</div><ul>"
    assert read("", lines=lines).stated_total == 435
    assert read('createPageHTML(145, 0, "index", "html")', lines=lines).stated_total == 435


def test_count_page_without_a_written_link_goes_by_this_page() -> None:
    script = "var currentPage = 1;//所在页从0开始\nvar countPage = 20//共多少页"
    assert read(script, COLUMN + "list_1.shtml").next_page == COLUMN + "list_2.shtml"
    assert read("var countPage=20;").next_page == COLUMN + "index_1.html"
    assert read("var countPage=1;").next_page is None


def test_without_a_script_the_words_lead_on() -> None:
    assert read("", lines=LINES + '<li><a href="index_1.html">下一页</a></li>').next_page == COLUMN + "index_1.html"


@pytest.mark.parametrize("query", ["", "?from=list"])
def test_entries_without_days_are_entries(query: str) -> None:
    names = [f"t1052128{number}.shtml{query}" for number in (5, 4)]
    lines = "".join(f'<li><a href="./{name}">八桂警讯一则</a></li>' for name in names)
    assert [(entry.url[len(COLUMN) :], entry.published) for entry in read("", lines=lines).entries] == [
        (name, None) for name in names
    ]


def test_an_entry_is_listed_once_with_its_whole_title() -> None:
    lines = (
        '<li><a href="./202607/t20260703_483.html"><img src="1.jpg"></a>'
        '<a href="./202607/t20260703_483.html">·暑期安全提示发布</a><span>07-03</span></li>' + LINES
    )
    listed = read("", lines=lines)
    assert [entry.title for entry in listed.entries] == ["暑期安全提示发布", "第2期警务报道", "第1期警务报道"]


def test_a_page_of_nothing_lists_nothing() -> None:
    assert parse("trs", Page(COLUMN, "<html><body><ul></ul></body></html>")) == ListPage(())
