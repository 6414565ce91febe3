"""What stands around a release's text: subtitles, tables above the title, players, shelves, columns beside it."""

from __future__ import annotations

import pytest

from crawler.extract import extract
from crawler.extract.document import parse
from crawler.extract.walk import read

URL = "https://gaj.example.gov.cn/jwbd/202406/t20240603_1.html"
TITLE = "某市公安局召开夏季治安打击整治行动新闻发布会"
SUB = "——通报阶段性战果和典型案例"
FIRST = "6月3日，某市公安局召开新闻发布会，通报夏季治安打击整治行动阶段性战果。"
SECOND = "行动开展以来，全市共破获各类刑事案件321起，抓获犯罪嫌疑人456名。"
BOTH = f"{FIRST}\n{SECOND}"
TEXT = f'<div class="c"><p>{FIRST}</p><p>{SECOND}</p></div>'


@pytest.mark.parametrize(
    ("heading", "subtitle"),
    [
        (f"<h1>{TITLE}<div>{SUB}</div></h1>", SUB),
        (f"<h1>{TITLE}<br>{SUB}</h1>", SUB),
        (f"<h1>{TITLE}</h1><p>{SUB}</p>", SUB),
        (f'<h1>{TITLE}</h1><h2 class="subtitle">通报阶段性战果</h2>', "通报阶段性战果"),
        (f'<h1>{TITLE}</h1><div class="fbt">通报阶段性战果</div>', "通报阶段性战果"),
        (f"<h1>{TITLE}</h1>", None),
        (f"<h1>{TITLE}</h1><h2>来源：某市公安局</h2>", None),
        (f"<h1>{TITLE}</h1><p>通报阶段性战果</p>", None),
        (f'<h1>{TITLE}</h1><p class="subtitle"><a href="/">通报阶段性战果</a></p>', None),
    ],
)
def test_a_subtitle_is_kept_apart_from_title_and_text(heading: str, subtitle: str | None) -> None:
    found = extract(f"<html><body>{heading}{TEXT}</body></html>".encode(), URL)
    assert (found.title, found.subtitle, found.body) == (TITLE, subtitle, BOTH)
    inside = extract(f'<html><div class="TRS_Editor">{heading}{TEXT}</div></html>'.encode(), URL)
    assert (inside.title, inside.subtitle) == (TITLE, subtitle)
    assert SUB not in inside.body


@pytest.mark.parametrize("cut", ["…", "...", "……"])
def test_a_heading_that_was_cut_is_completed_and_still_is_the_title_s_line(cut: str) -> None:
    head = f'<meta name="ArticleTitle" content="{TITLE}">'
    html = f'<html><head>{head}</head><div class="TRS_Editor"><h1>{TITLE[:14]}{cut}</h1>{TEXT}</div></html>'
    found = extract(html.encode(), URL)
    assert (found.title, found.origins["title"], found.body) == (TITLE, "meta:articletitle", BOTH)


ROWS = (
    ("索引号", "0001/2024-3"),
    ("发布机构", "某市公安局"),
    ("文 号", "某公〔2024〕3号"),
    ("成文日期", "2024年5月30日"),
)
CELLS = [f"<td>{label}：</td><td>{value}</td>" for label, value in ROWS]
TABLES = {
    "table": f"<table><tr>{CELLS[0]}{CELLS[1]}</tr><tr>{CELLS[2]}{CELLS[3]}</tr></table>",
    "dl": f"<dl>{''.join(f'<dt>{label}：</dt><dd>{value}</dd>' for label, value in ROWS)}</dl>",
    "ul": f"<ul>{''.join(f'<li>{label}：<b>{value}</b></li>' for label, value in ROWS)}</ul>",
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
@pytest.mark.parametrize("form", ["{table}<h1>{title}</h1>{text}", "<h1>{title}</h1>{table}{text}"])
def test_a_document_s_table_above_or_below_the_title_is_read(form: str, table: str) -> None:
    html = form.format(table=table, title=TITLE, text=TEXT)
    found = extract(f"<html><body>{html}</body></html>".encode(), URL)
    assert (found.title, found.issuer, found.content_source, found.body) == (TITLE, "某市公安局", "某市公安局", BOTH)
    assert found.labels == {"索引号": "0001/2024-3", "文号": "某公〔2024〕3号", "成文日期": "2024年5月30日"}
    assert found.origins["content_source"] == "document table"


def test_the_table_of_another_release_far_above_the_title_is_not_its_own() -> None:
    between = "<p>首页</p><p>政务公开</p><p>通知公告</p>"
    found = extract(f"<html><body>{TABLES['table']}{between}<h1>{TITLE}</h1>{TEXT}</body></html>".encode(), URL)
    assert (found.issuer, found.labels) == (None, {})


@pytest.mark.parametrize("name", ['class="video-js vjs-big"', 'id="dplayer"', 'class="prism-player"'])
def test_what_a_player_says_is_not_the_text(name: str) -> None:
    player = f"<div {name}><video src='/v/a.mp4'></video><p>播放，暂停，静音，全屏。</p><p>当前时间 00:00</p></div>"
    html = f'<html><h1>{TITLE}</h1><div class="TRS_Editor"><p>{FIRST}</p>{player}<p>{SECOND}</p></div></html>'
    found = extract(html.encode(), URL)
    assert (found.body, [one.kind for one in found.attachments]) == (BOTH, ["video"])


def test_a_player_that_holds_most_of_what_is_told_is_none() -> None:
    beside = "<div><p>6月1日，另一起案件的嫌疑人落网，追回全部赃款。</p></div>"
    html = f'<html><h1>{TITLE}</h1><div class="player">{TEXT}</div>{beside}</html>'
    assert extract(html.encode(), URL).body == BOTH


LINK = '<p><a href="/{0}.html">另一条消息的标题，第{0}条</a></p>'


@pytest.mark.parametrize(
    ("links", "kept"),
    [
        (LINK.format(1) + LINK.format(2), []),
        ("".join(map(LINK.format, range(5))), []),
        ('<p><a href="/1.html">另一条消息</a> 2024-06-01</p><p><a href="/2.html">又一条消息</a> [06-02]</p>', []),
        (LINK.format(1), ["另一条消息的标题，第1条"]),
        (
            '<p><a href="/1.docx">附件1.docx</a></p><p><a href="/2.docx">附件2.docx</a></p>',
            ["附件1.docx", "附件2.docx"],
        ),
        ('<p>详见<a href="/1.html">公告</a></p><p>详见<a href="/2.html">通知</a></p>', ["详见公告", "详见通知"]),
    ],
)
def test_links_to_other_pages_that_close_the_text_are_cut_where_there_are_several(links: str, kept: list[str]) -> None:
    found = extract(f'<html><h1>{TITLE}</h1><div class="TRS_Editor">{TEXT}{links}</div></html>'.encode(), URL)
    assert found.body.split("\n") == [FIRST, SECOND, *kept]


COLUMN = f'<div class="side"><h3>警方提示</h3><p>{FIRST}</p><p>{SECOND}</p></div>'
NOTICE = '<div class="main"><h1>警情通报</h1><p>来源：某市公安局</p><p><img src="/u/tb.png" width="800"></p></div>'


@pytest.mark.parametrize("html", [COLUMN + NOTICE, NOTICE + COLUMN], ids=["column first", "notice first"])
def test_a_release_that_is_a_picture_is_not_taken_for_the_column_beside_it(html: str) -> None:
    found = extract(f"<html><title>警情通报</title><body>{html}</body></html>".encode(), URL)
    assert (found.body, found.body_kind, found.origins["body"]) == ("", "image", "below the title")
    assert [one.url for one in found.attachments] == ["https://gaj.example.gov.cn/u/tb.png"]


@pytest.mark.parametrize("hidden", ['style="display:none"', 'style="VISIBILITY: hidden"', "hidden"])
def test_a_hidden_copy_says_nothing_of_the_release(hidden: str) -> None:
    copy = f"<div {hidden}><h1>旧标题，未经修改的那个</h1><p>来源：某日报</p><p>{FIRST}</p></div>"
    html = f"<html><body>{copy}<h1>{TITLE}</h1><p>来源：某市公安局</p>{TEXT}{copy}</body></html>"
    found = extract(html.encode(), URL)
    assert (found.title, found.content_source, found.body) == (TITLE, "某市公安局", BOTH)


def test_elements_on_one_line_are_parted_by_a_seam_and_read_as_one_text() -> None:
    html = "<p><span>来源：</span><i>某市</i><i>公安局</i><span>06-11</span><span>2056</span></p>"
    (line,) = read(parse(html)).lines
    assert line.text == "来源：某市公安局06-112056"
    assert line.shown.split("\x1f") == ["来源：", "某市", "公安局", "06-11", "2056"]
    found = extract(f"<html><h1>{TITLE}</h1>{html}{TEXT}</html>".encode(), URL)
    assert found.content_source == "某市公安局"
