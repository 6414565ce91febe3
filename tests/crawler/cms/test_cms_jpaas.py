from __future__ import annotations

import datetime as dt
import json
import time
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from walked import HOST, listed, walk

from crawler.cms import ListPage, Page
from crawler.cms.jpaas import parse
from crawler.demo.families import jpaas as jpaas_pages
from crawler.demo.families.jpaas import LIST, RELEASES, UNIT

ASKED = f"{HOST}{UNIT}?pageId=82&tagId=list&paramJson=%7B%22pageNo%22%3A{{page}}%2C%22pageSize%22%3A15%7D"


def asked(html: object, page: int = 1, **more: object) -> ListPage:
    return parse(Page(ASKED.format(page=page), json.dumps({"success": True, "data": {"html": html}, **more})))


def tag_chosen(*units: str) -> str:
    scripts = "".join(f'<script url="{UNIT}" queryData="{unit}"></script>' for unit in units)
    following = parse(Page(HOST + LIST, scripts)).next_page
    assert following is not None
    return dict(parse_qsl(urlsplit(following).query))["tagId"]


def test_the_list_page_is_a_frame_that_leads_to_its_data() -> None:
    framed = parse(Page(HOST + LIST, jpaas_pages.page(0)))
    assert (framed.entries, framed.is_frame, framed.stated_total) == ((), True, None)
    assert framed.next_page is not None
    assert framed.next_page.startswith(
        f"{HOST}{UNIT}?parseType=bulidstatic&webId=31&tplSetId=qKz7&pageType=column&tagId="
    )
    assert framed.next_page.endswith("&editType=null&pageId=82&paramJson=%7B%22pageNo%22%3A1%2C%22pageSize%22%3A15%7D")


def test_the_walk_lists_every_entry_once() -> None:
    pages = walk(parse, LIST, lambda target, _: jpaas_pages.answer(target, RELEASES))
    assert listed(pages) == list(RELEASES)
    assert [len(page.entries) for page in pages] == [0, 15, 15, 7]
    assert {page.stated_total for page in pages[1:]} == {37}
    assert [page.is_frame for page in pages] == [True, False, False, False]


def test_a_page_that_the_server_has_filled_leads_to_the_second() -> None:
    filled = parse(Page(HOST + LIST, jpaas_pages.list_page(jpaas_pages.unit(1, RELEASES, 5))))
    assert listed([filled]) == list(RELEASES[:5])
    assert (filled.is_frame, filled.stated_total) == (False, 37)
    assert filled.next_page is not None
    assert filled.next_page.endswith("paramJson=%7B%22pageNo%22%3A2%2C%22pageSize%22%3A5%7D")


@pytest.mark.parametrize(
    ("tags", "chosen"),
    [
        (["当前位置", "内容区域", "信息列表"], "信息列表"),
        (["移动端列表1", "当前栏目列表"], "当前栏目列表"),
        (["列表导航", "内容1"], "内容1"),
        (["轮播图", "zw"], "zw"),
        (["右侧内容"], "右侧内容"),
        (["list", "信息列表"], "信息列表"),
        (["ajax分页", "list"], "ajax分页"),
    ],
)
def test_of_several_units_the_tag_tells_the_list(tags: list[str], chosen: str) -> None:
    assert tag_chosen(*(f"{{'pageType':'column','tagId':'{tag}'}}" for tag in tags)) == chosen


def test_a_unit_of_the_column_comes_before_others() -> None:
    assert tag_chosen("{'pageType':'site','tagId':'信息列表'}", "{'pageType':'column','tagId':'a'}") == "a"
    assert tag_chosen("{&quot;tagId&quot;:&quot;b&quot;,&quot;pageType&quot;:null}") == "b"


@pytest.mark.parametrize(
    "text",
    [
        '{"success":false,"data":{"html":"<ul><li><a href=/a/1.html>一则通报</a>2026-07-03</li></ul>"}}',
        '{"success":true,"data":{"html":null}}',
        '{"success":true,"data":[]}',
        '{"success":true,"data":"<ul></ul>"}',
        '{"success":true}',
        '{"success":tru',
        '{"data":' * 50_000,
        '{"data":{"html":' + "9" * 5000 + "}}",
        "\ufeff {}",
    ],
)
def test_an_answer_of_another_shape_lists_nothing(text: str) -> None:
    assert parse(Page(ASKED.format(page=1), text)) == ListPage(())


def test_numbers_as_text_and_totals_beyond_reason() -> None:
    items = jpaas_pages.unit(1, RELEASES)
    assert asked(items, success="true").stated_total == 37
    absurd = asked(items.replace('count="37"', 'count="' + "9" * 400 + '"'))
    assert (len(absurd.entries), absurd.stated_total, absurd.next_page) == (15, None, None)
    assert asked(items.replace('rows="15"', 'rows="x"')).next_page == ASKED.format(page=2)
    assert asked(items.replace('rows="15"', 'rows="0"'), page=3).next_page is None


def test_without_a_unit_the_general_rules_hold() -> None:
    text = f'<ul><li><a href="{RELEASES[0][0]}">一则警情通报</a>2026-08-24</li></ul><a href="index_2.html">下一页</a>'
    found = parse(Page(HOST + LIST, text))
    assert listed([found]) == [(RELEASES[0][0], "一则警情通报", dt.date(2026, 8, 24))]
    assert (found.next_page, found.is_frame) == (HOST + "/jwdt/jwyw/index_2.html", False)


SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["html", "data", "success"]), inner),
    max_leaves=10,
)


@given(
    text=st.text()
    | st.builds(lambda shape: json.dumps({"data": shape}), SHAPES)
    | st.builds(lambda html: json.dumps({"data": {"html": html}}), st.text())
    | st.builds(lambda query: f'<script url="{UNIT}" queryData="{query}">', st.text()),
)
@settings(max_examples=100, deadline=None)
def test_no_text_is_too_strange(text: str) -> None:
    for url in (HOST + LIST, ASKED.format(page=1), f"{HOST}{UNIT}?paramJson=%ff[[{{"):
        assert isinstance(parse(Page(url, text)), ListPage)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"data": {"html": jpaas_pages.unit(1, RELEASES * 1000, 10_000)}}),
        '{"data":{"html":"' + "<" * 5_000_000 + '"}}',
        f'<script url="{UNIT}" queryData="' + "'a" * 1_000_000 + '">',
    ],
    ids=["long", "brackets", "query"],
)
def test_no_answer_takes_long(text: str) -> None:
    start = time.process_time()
    parse(Page(ASKED.format(page=1), text))
    assert time.process_time() - start < 10, "seconds; a fifth of it is usual"
