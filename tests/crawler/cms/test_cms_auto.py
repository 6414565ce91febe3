from __future__ import annotations

import pytest

from crawler.cms import ListPage, Page, parse
from crawler.cms.detect import detect

URL = "https://a.example/news/"


def read(html: str) -> ListPage:
    return parse("auto", Page(URL, f"<html><body>{html}</body></html>"))


def titles(html: str) -> list[str]:
    return [entry.title for entry in read(html).entries]


def line(number: int, tag: str = "li", day: str = "<span>2026-07-03</span>") -> str:
    return f'<{tag}><a href="/n/{number}">第{number}号警务简讯</a>{day}</{tag}>'


LIST = "".join(line(number) for number in (1, 2, 3))
TITLES = ["第1号警务简讯", "第2号警务简讯", "第3号警务简讯"]


@pytest.mark.parametrize(
    "html",
    [
        f"<ul>{LIST}</ul>",
        f"<ul>{line(1)}</ul><ul>{line(2)}{line(3)}</ul>",
        "<div>" + "".join(line(number, "p") for number in (1, 2, 3)) + "</div>",
        "<div>" + "".join(line(number, "div") for number in (1, 2, 3)) + "</div>",
        "<table>" + "".join(f"<tr><td>{number}</td>{line(number, 'td')}</tr>" for number in (1, 2, 3)) + "</table>",
        "<table><tr>" + line(1, "td") + line(2, "td") + "</tr><tr>" + line(3, "td") + "</tr></table>",
        "<dl>" + "".join(line(number, "dt", "") + "<dd>2026-07-03</dd>" for number in (1, 2, 3)) + "</dl>",
        "<dl>" + "".join("<dd>2026-07-03</dd>" + line(number, "dt", "") for number in (1, 2, 3)) + "</dl>",
        "<td>" + "".join(f'·<a href="/n/{number}">第{number}号警务简讯</a> (2026-07-03)<br>' for number in (1, 2, 3)),
    ],
    ids=["ul", "two ul", "p", "div", "table", "grid", "dl", "dl day first", "bare"],
)
def test_ways_to_lay_out_a_list(html: str) -> None:
    nav = '<div class="n"><a href="/">首页</a><a href="/a/">机构职能介绍</a><a href="/b/">办事服务指南</a></div>'
    listed = read(f"{nav}<div>{html}</div><div>联系我们 <a href='/map'>网站地图</a></div>")
    assert [(entry.title, str(entry.published)) for entry in listed.entries] == [
        (title, "2026-07-03") for title in TITLES
    ]


def test_the_day_before_the_first_row_belongs_to_it() -> None:
    html = "<dl>" + "".join(f"<dd>2026-07-0{n}</dd>" + line(n, "dt", "") for n in (3, 2, 1)) + "</dl>"
    assert [str(entry.published) for entry in read(html).entries] == ["2026-07-03", "2026-07-02", "2026-07-01"]


def test_an_undated_line_rides_along_and_a_more_link_does_not() -> None:
    assert titles(f"<ul>{LIST}{line(4, day='')}<li><a href='/more'>更多</a></li></ul>") == [*TITLES, "第4号警务简讯"]


def test_links_without_days_are_no_list() -> None:
    assert titles("<ul>" + "".join(line(number, day="") for number in range(9)) + "</ul>") == []


def test_one_line_alone_has_to_show_its_day() -> None:
    assert titles(f"<ul>{line(1)}</ul>") == TITLES[:1]
    assert titles('<ul><li><a href="/a/20260703/1.html">某处的一个横幅链接</a></li></ul>') == []


def test_a_named_sidebar_weighs_half() -> None:
    side = "".join(line(number) for number in (7, 8, 9, 10))
    assert titles(f'<div class="side-hot"><ul>{side}</ul></div><div><h2>x</h2><ul>{LIST}</ul></div>') == TITLES


def test_a_title_attribute_counts_where_the_text_was_cut() -> None:
    whole = "全市公安机关夏季治安打击整治行动"
    for title, text in [
        (whole, "全市公安机关夏季…"),
        (whole, "全市公安机关夏季..."),
        (whole, "全市公安机关"),
        ("点击查看", whole),
    ]:
        html = f'<ul><li><a href="/n/1" title="{title}">{text}</a><b>2026-07-03</b></li>{LIST}</ul>'
        assert titles(html)[0] == whole


def test_a_title_is_without_its_day_and_teaser() -> None:
    inside = [
        "<b>03</b><i>2026-07</i>{}",
        "{}<i>2026-07-03</i>",
        "<i>[07-03]</i>{}",
        "·{}",
        "<h4>{}</h4><p>七月以来，警情下降。</p>",
    ]
    for number, pattern in enumerate(inside):
        link = f'<a href="/202607/{number}.html">{pattern.format("110接处警情况")}</a>'
        assert titles(f"<ul><li>{link}<u>2026-07-03</u></li>{LIST}</ul>")[0] == "110接处警情况"


@pytest.mark.parametrize("href", ["javascript:view('a')", "mailto:a@b.example", "#", "{{pcUrl}}", "${url}", "./"])
def test_what_leads_nowhere_is_no_entry(href: str) -> None:
    assert titles(f'<ul><li><a href="{href}">一条打不开的警务简讯</a><i>2026-07-03</i></li>{LIST}</ul>') == TITLES


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<script>createPageHTML(3, 0, "index", "html")</script>', ("trs", "createPageHTML(3,")),
        ("<script>var countPage = 20//共多少页</script>", ("trs", "countPage = 20")),
        (
            f"<ul>{'<li><a href=./t20260703_12.shtml>一则警情通报</a><i>2026-07-03</i></li>'}</ul>",
            ("trs", "/t20260703_12.shtml"),
        ),
        (
            "<script>createPageHTML('page_div',10, 1,'list','shtml',200);</script>",
            ("ucap", "createPageHTML('page_div',1"),
        ),
        ("<script>function createPageHTML(_nPageCount){}</script>", None),
        ("<script>$('#1').jpage({proxyUrl:'/dataproxy.jsp'})</script>", ("hanweb", ".jpage({")),
        ("<script>var proxyUrl = '/dataproxy.jsp'; $('#1').jpage({proxyUrl})</script>", ("hanweb", ".jpage({")),
        ("<script>$('#1').jpage({url:'/list.jsp'})</script>", None),
        ("<script>var p = {webSiteCode:['gat'], channelCode:['col1']}</script>", ("jiangxi", "webSiteCode")),
        ("<script>var p = {channelId:1, webSiteCode:['gat']}</script>", ("jiangxi", "webSiteCode")),
        ("<script>var p = {webSiteCode:['gat'], channel:'col1'}</script>", None),
        (f"<ul>{LIST}</ul><p><a href='./t20260703_12.shtml'>别处的一则</a></p>", None),
    ],
)
def test_families_are_known_by_their_marks(html: str, found: tuple[str, str] | None) -> None:
    assert detect(Page(URL, f"<html><body>{html}</body></html>")) == found


@pytest.mark.parametrize(
    ("beginning", "is_feed"),
    [
        ("", True),
        ("\n<?xml version='1.0'?>\n<!-- written > nightly --><!-- - --->\n<!DOCTYPE rss>", True),
        ("<?xml version='1.0'?><?xml-stylesheet type='text/xsl' href='/feed.xsl'?><!---->", True),
        ("<!-- ", False),
        ("<!-- a --> b -->", False),
        ("<html><body>", False),
    ],
)
def test_a_feed_is_known_by_its_first_element(beginning: str, is_feed: bool) -> None:
    found = detect(Page(URL, f"{beginning}<rss version='2.0'><channel></channel></rss>"))
    assert (found is not None and found[0] == "feed") == is_feed


def test_an_unknown_family_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        parse("nonesuch", Page(URL, ""))
