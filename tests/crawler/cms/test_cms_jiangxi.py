from __future__ import annotations

import datetime as dt
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from walked import HOST, listed, walk

from crawler.cms import ListPage, Page
from crawler.cms.jiangxi import parse
from crawler.demo.families import jiangxi as jiangxi_pages
from crawler.demo.families.jiangxi import DATA, LIST, RELEASES

ASKED = (
    f"{HOST}{DATA}?__wb_method=POST&current={{page}}&pageSize=15&webSiteCode%5B%5D=qlsgat&channelCode%5B%5D=col42150"
    "&sort=sortNum&order=desc"
)


def asked(text: str, page: int = 1) -> ListPage:
    return parse(Page(ASKED.format(page=page), text))


def result(**source: object) -> ListPage:
    known = {"title": "一则警情通报", "pubDate": "2026-03-01", "urls": '{"pc":"/a/1.html"}'}
    return asked(json.dumps({"data": {"total": 1, "results": [{"source": known | source}]}}))


def test_the_template_page_is_a_frame_that_leads_to_its_own_columns_data() -> None:
    assert parse(Page(HOST + LIST, jiangxi_pages.page(0))) == ListPage((), ASKED.format(page=1), is_frame=True)


def test_the_walk_lists_every_entry_once() -> None:
    pages = walk(parse, LIST, lambda target, form: jiangxi_pages.answer(target, RELEASES, form))
    assert listed(pages) == list(RELEASES)
    assert [len(page.entries) for page in pages] == [0, 15, 15, 10]
    assert [page.next_page for page in pages] == [*(ASKED.format(page=number) for number in (1, 2, 3)), None]
    assert {page.stated_total for page in pages[1:]} == {40}


def test_a_city_government_names_its_channel_by_id() -> None:
    code = "var params = {webSiteCode:'blsgaj', channelId:[\"1996\", '1997'], perPage:8}; loadPageData(params,'5');"
    assert parse(Page(HOST + "/blsgaj/jwdt/index.html", f"<script>{code}</script>")).next_page == (
        f"{HOST}{DATA}?__wb_method=POST&current=1&pageSize=8&webSiteCode%5B%5D=blsgaj&channelId%5B%5D=1996"
        "&channelId%5B%5D=1997&sort=sortNum&order=desc"
    )


def test_a_placeholder_is_no_address() -> None:
    template = jiangxi_pages.page(0).replace("channelCode", "other")
    assert parse(Page(HOST + LIST, template)) == ListPage(())
    assert result(urls='{"pc":"{{pcUrl}}"}').entries == ()


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-03-01 09:30:05", dt.date(2026, 3, 1)),
        ("2026-03-01", dt.date(2026, 3, 1)),
        (1772299800000, dt.date(2026, 3, 1)),  # 1:30 in Shanghai, the day before in Greenwich
        ("1772299800000", dt.date(2026, 3, 1)),
        (10**400, None),
        (-1, None),
        (True, None),
        ("2026-02-30", None),
        ([2026, 3, 1], None),
        (None, None),
    ],
)
def test_days(written: object, day: dt.date | None) -> None:
    assert [entry.published for entry in result(pubDate=written).entries] == [day]


def test_the_day_of_the_address_where_no_other_is_stated() -> None:
    entries = result(pubDate=None, urls='{"pc":"/art/2026/3/4/art_1_2.html"}').entries
    assert [entry.published for entry in entries] == [dt.date(2026, 3, 4)]


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ({"title": " 通报&ldquo;净网&rdquo;\n行动<br>战果 "}, "通报“净网” 行动战果"),
        ({"title": None, "showTitle": "简讯"}, "简讯"),
        ({"title": 7, "showTitle": {}}, ""),
        ({"title": "\ud800半\0个"}, "?半个"),
    ],
)
def test_titles(source: dict[str, object], title: str) -> None:
    assert [entry.title for entry in result(**source).entries] == [title]


@pytest.mark.parametrize(
    "urls",
    [None, "", "{", "[]", '"/a/1.html"', {}, {"pc": 5}, '{"pc":""}', '{"pc":"javascript:void(0)"}', "[" * 50_000],
)
def test_a_result_without_an_address_is_left_out(urls: object) -> None:
    assert result(urls=urls).entries == ()


def test_addresses_need_not_be_json_within_json() -> None:
    assert [entry.url for entry in result(urls={"pc": "//news.example/1.html"}).entries] == [
        "https://news.example/1.html"
    ]


@pytest.mark.parametrize(
    "data",
    [None, [], "x", 5, {}, {"results": None}, {"results": {}}, {"results": [None, 1, [], {"source": "x"}]}],
)
def test_an_answer_of_another_shape_lists_nothing(data: object) -> None:
    assert asked(json.dumps({"data": data})) == ListPage(())


@pytest.mark.parametrize("text", ["{", '{"data":' * 50_000, '{"data":' + "9" * 5000 + "}", '{"data":NaN}', "\ufeff{}"])
def test_broken_json_lists_nothing(text: str) -> None:
    assert asked(text) == ListPage(())


@pytest.mark.parametrize("total", [10**30, "1e3", -4, 2.5, True, None, [40]])
def test_without_a_usable_total_a_full_page_leads_on(total: object) -> None:
    def following(number: int) -> ListPage:
        answer = json.loads(jiangxi_pages.page(number))
        answer["data"]["total"] = total
        return asked(json.dumps(answer), number)

    assert (following(1).stated_total, following(1).next_page) == (None, ASKED.format(page=2))
    assert following(3).next_page is None


def test_a_total_as_text() -> None:
    text = jiangxi_pages.page(1).replace('"total": 40', '"total": "40"')
    assert (asked(text).stated_total, asked(text).next_page) == (40, ASKED.format(page=2))


def test_an_answer_whose_form_is_not_known_leads_nowhere() -> None:
    unknown = parse(Page(HOST + DATA, jiangxi_pages.page(1)))
    assert (len(unknown.entries), unknown.next_page) == (15, None)


def test_an_error_page_lists_nothing() -> None:
    assert asked("<html><body><h1>系统繁忙，请稍后再试</h1></body></html>") == ListPage(())


NAMES = st.sampled_from(["data", "results", "source", "urls", "pc", "title", "pubDate", "total"])
SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=15,
)


@given(
    text=st.text()
    | st.builds(lambda shape: json.dumps({"data": {"results": [{"source": shape}]}}), SHAPES)
    | st.builds(lambda shape: json.dumps({"data": shape}), SHAPES)
    | st.builds(lambda code: f"<script>var params={{webSiteCode:['a'],channelCode:{code}}}</script>", st.text()),
)
@settings(max_examples=100, deadline=None)
def test_no_text_is_too_strange(text: str) -> None:
    for url in (HOST + LIST, ASKED.format(page=1), f"{HOST}{DATA}?__wb_method=POST&current=%ff&pageSize=x"):
        assert isinstance(parse(Page(url, text)), ListPage)


@pytest.mark.parametrize(
    "text",
    [
        jiangxi_pages.data(1, RELEASES * 400, 16_000),
        "<script>" + ("={" + "a" * 3_990 + "}") * 1_000 + "</script>",
        "<script>" + "={" * 1_000_000 + "</script>",
        '{"data":{"results":' + "[" * 2_000_000,
    ],
    ids=["long", "objects", "braces", "brackets"],
)
def test_no_answer_takes_long(text: str) -> None:
    start = time.process_time()
    asked(text)
    assert time.process_time() - start < 10, "seconds; a tenth of it is usual"
