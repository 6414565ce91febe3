from __future__ import annotations

import datetime as dt
import re

import pytest
import trafilatura

from crawler.extract import EXTRACTOR, extract
from crawler.extract.dates import SHANGHAI
from crawler.site import ArticleLayout, Site

URL = "https://gaj.example.gov.cn/jwbd/202406/t20240603_1.html"
FRAME = """<html><head><title>{title}_某市公安局</title></head><body>
<div class="nav"><a href="/">首页</a><a href="/jwbd/">警务报道</a></div>
<h1>{title}</h1><p class="i">发布时间：2024-06-03 来源：某市公安局</p>{body}
<div class="footer"><p>主办：某市公安局</p>
<p>咨询电话工作日上午九时至十二时，下午二时至五时有人接听。</p></div></body></html>"""
FIRST = "6月3日，某市公安局召开新闻发布会，通报夏季治安打击整治行动阶段性战果。"
SECOND = "行动开展以来，全市共破获各类刑事案件321起，抓获犯罪嫌疑人456名。"


def page(body: str, title: str = "某市公安局通报夏季行动战果") -> bytes:
    return FRAME.format(title=title, body=body).encode()


def body_of(html: str) -> list[str]:
    return extract(page(html), URL).body.split("\n")


def site(*layouts: ArticleLayout) -> Site:
    return Site("x", "某市公安局", "X", "https://gaj.example.gov.cn/", "a test", (), articles=layouts)


PATHS = {
    "layout": f'<div class="own"><p>{FIRST}</p></div><div class="TRS_Editor"><p>{SECOND}</p></div>',
    "mark": f'<div class="TRS_Editor"><p>{FIRST}</p><p>{SECOND}</p></div>',
    "prose": f'<div class="x1"><p>{FIRST}</p><p>{SECOND}</p></div>',
    "whole page": "<p>今日平安</p>",
}


@pytest.mark.parametrize("path", PATHS)
def test_trafilatura_isolates_the_text_on_every_path(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    layouts = [ArticleLayout(".own")] if path == "layout" else []
    payload = page(PATHS[path]) if path != "whole page" else f"<html><body>{PATHS[path]}</body></html>".encode()
    found = extract(payload, URL, site=site(*layouts)).body
    assert found
    seen: list[str] = []

    def finds_something_else(tree: object, **options: object) -> object:
        seen.append(path)
        return original("<html><body><article><p>别的文字，是另一个库找到的。</p></article></body></html>", **options)

    original = trafilatura.bare_extraction
    monkeypatch.setattr(trafilatura, "bare_extraction", finds_something_else)
    assert extract(payload, URL, site=site(*layouts)).body == "别的文字，是另一个库找到的。"
    assert seen == [path]


def test_the_layout_of_the_day_of_capture_is_used_and_named() -> None:
    old = ArticleLayout(".old", until=dt.date(2024, 6, 30))
    both = site(old, ArticleLayout(".new"))
    payload = page(f'<div class="old"><p>{FIRST}</p></div><div class="new"><p>{SECOND}</p></div>')
    zone = dt.timezone(dt.timedelta(hours=8))
    june = extract(payload, URL, site=both, captured=dt.datetime(2024, 6, 30, 23, tzinfo=zone))
    july = extract(payload, URL, site=both, captured=dt.datetime(2024, 7, 1, 1, tzinfo=zone))
    assert (june.body, july.body) == (FIRST, SECOND)
    assert len({june.extractor, july.extractor, EXTRACTOR}) == 3
    assert extract(payload, URL).extractor == EXTRACTOR


def test_a_layout_says_where_title_date_and_source_stand() -> None:
    layout = ArticleLayout(".b", title=".t", published=".d", content_source=".s")
    payload = page(
        '<div class="t">真正的标题</div><i class="d">2024/06/02 08:01</i><i class="s">来源：网安支队</i>'
        f'<p class="b">{FIRST}</p>'
    )
    found = extract(payload, URL, site=site(layout))
    assert (found.title, found.content_source, found.published) == (
        "真正的标题",
        "网安支队",
        dt.datetime(2024, 6, 2, 8, 1, tzinfo=SHANGHAI),
    )
    assert {found.origins[field] for field in ("title", "content_source", "published", "body")} == {"layout"}


@pytest.mark.parametrize("text", ["今日平安。", "今日全市无重大警情", "经查，网传信息不实。"])
def test_a_short_notice_is_not_lost(text: str) -> None:
    assert body_of(f'<div class="c"><p>{text}</p></div>') == [text]


def test_bare_text_and_breaks_are_paragraphs() -> None:
    assert body_of(f'<div class="c">　　{FIRST}<br/><br>&nbsp;&nbsp;{SECOND}<br></div>') == [FIRST, SECOND]


def test_digits_split_over_spans_are_one_number() -> None:
    split = SECOND.replace("321", "<span>3</span><span lang=EN-US>21<o:p></o:p></span>")
    assert body_of(f'<div class="c"><p>{FIRST}</p><p>{split}</p></div>') == [FIRST, SECOND]


def test_a_table_is_one_line_a_row_its_cells_parted_by_tabs() -> None:
    table = (
        "<table><tr><th>类别</th><th>起数</th></tr><tr><td>盗窃</td><td></td></tr>"
        "<tr><td>诈骗</td><td><p>21</p></td></tr></table>"
    )
    assert body_of(f'<div class="c"><p>{FIRST}</p>{table}<p>{SECOND}</p></div>') == [
        FIRST,
        "类别\t起数",
        "盗窃",
        "诈骗\t21",
        SECOND,
    ]


@pytest.mark.parametrize("other", ['class="mobile"', 'class="pc"', 'style="DISPLAY: none"', "hidden"])
def test_a_second_copy_of_the_text_is_left_out(other: str) -> None:
    text = f"<p>{FIRST}</p><p>{SECOND}</p>"
    assert body_of(f'<div><div class="pc">{text}</div><div {other}>{text}</div></div>') == [FIRST, SECOND]
    assert body_of(f'<div class="TRS_Editor">{text}</div><div class="TRS_Editor">{text}</div>') == [FIRST, SECOND]


def test_the_same_class_in_body_and_foot() -> None:
    foot = '<div class="TRS_Editor"><p>地址：某某路1号，乘车路线，公交一路、二路、三路、四路均可到达。</p></div>'
    assert body_of(f'<div class="TRS_Editor"><p>{FIRST}</p><p>{SECOND}</p></div>{foot}') == [FIRST, SECOND]


def test_a_page_that_goes_on_behind_its_end() -> None:
    assert body_of(f'</body></html><div class="c"><p>{FIRST}</p><p>{SECOND}</p></div>') == [FIRST, SECOND]


def test_a_whole_page_in_one_form() -> None:
    assert body_of(f'<form action="x"><div class="c"><p>{FIRST}</p><p>{SECOND}</p></div>') == [FIRST, SECOND]


def test_each_paragraph_in_a_box_of_its_own() -> None:
    boxes = "".join(f"<section><section><p>{line}</p></section></section>" for line in (FIRST, SECOND))
    assert body_of(f'<div class="c">{boxes}</div>') == [FIRST, SECOND]


def test_many_teasers_do_not_outweigh_a_short_release() -> None:
    teasers = "".join(
        f"<li><a href='/{n}'>另一条消息的标题{n}</a><p>某地某日发生的另一件事情，群众纷纷点赞，这是第{n}条。</p></li>"
        for n in range(20)
    )
    assert body_of(f'<div class="c"><p>{FIRST}</p><p>{SECOND}</p></div><ul class="l">{teasers}</ul>') == [FIRST, SECOND]


CLOSE = '<span onclick="hide()">X 关闭</span>'


@pytest.mark.parametrize(
    "button",
    [
        CLOSE,
        "<a>【关闭】</a>",
        "<a>[ 关闭 ]</a>",
        "<span><i>×</i>关闭</span>",
        "<a>打印</a> <a>关闭</a>",
        f"<b>{CLOSE}</b>",
    ],
)
def test_a_button_in_a_paragraph_is_not_its_text(button: str) -> None:
    text = f"<p>{FIRST}</p><p>{SECOND}{button}</p>"
    assert body_of(f'<div class="c">{text}</div>') == [FIRST, SECOND]
    assert body_of(f'<div class="c"><p>{FIRST}{CLOSE}</p><p>{SECOND}</p></div>') == [FIRST, SECOND]
    assert body_of(f'<div class="c"><p>{CLOSE}{FIRST}</p><p>{SECOND}</p></div>') == [FIRST, SECOND]


BAR = "<a>大</a> <a>中</a> <a>小</a> <b><a>打印</a></b>"


@pytest.mark.parametrize("bar", [f"<p>{FIRST}{BAR}</p>", f"<p>{FIRST}</p><p>{BAR}</p>", f"<p>{FIRST}{CLOSE}{BAR}</p>"])
def test_buttons_in_a_row_stay_one_line_and_go_together(bar: str) -> None:
    assert body_of(f'<div class="c">{bar}<p>{SECOND}</p></div>') == [FIRST, SECOND]


@pytest.mark.parametrize(
    "sentence",
    [
        "对存在隐患的场所，依法予以<span>关闭</span>整顿。",
        "对存在隐患的场所，依法予以<span>关闭</span>",
        "点击页面右上角的<b>【关闭】</b>按钮，即可退出。",
        "请认准官方账号，<a>微信</a> <a>微博</a>均可查询。",
        "<b>关闭</b>涉黄网站12个，查处人员30名。",
        "全市整治违规网吧。<b>关闭</b>12家，处罚30家。",
    ],
)
def test_the_word_of_a_button_stays_where_it_is_part_of_a_sentence(sentence: str) -> None:
    plain = re.sub("<[^>]+>", "", sentence)
    assert body_of(f'<div class="c"><p>{FIRST}</p><p>{sentence}</p><p>{SECOND}</p></div>') == [FIRST, plain, SECOND]


LINKS = "".join(f'<p><a href="/{n}.html">另一条消息的标题，第{n}条</a></p>' for n in range(3))
STORY = "7月5日，某县公安局组织民警走进校园，开展防溺水宣传。"


@pytest.mark.parametrize(
    ("between", "kept"),
    [
        ("<p>推荐</p>", ["推荐"]),
        ("<p>责任编辑：李四</p>", ["责任编辑：李四"]),
        ("<p>标签：反诈 宣传</p>", ["标签：反诈 宣传"]),
        (f"<p>相关链接</p>{LINKS}", []),
    ],
)
@pytest.mark.parametrize("end", ["<p>责任编辑：王五</p>", f"<p>推荐</p>{LINKS}", ""])
def test_what_stands_between_two_stories_does_not_end_the_first_of_them(
    between: str, kept: list[str], end: str
) -> None:
    html = f'<div class="c"><p>{FIRST}</p><p>{SECOND}</p>{between}<p>{STORY}</p>{end}</div>'
    assert body_of(html) == [FIRST, SECOND, *kept, STORY]


def test_readers_comments_below_the_editor_are_not_the_release() -> None:
    comments = "".join(f'<div class="txt">民警辛苦了，为你们点赞！第{n}楼。</div>' for n in range(3))
    html = f'<div class="c"><p>{FIRST}</p><p>{SECOND}</p><p>责任编辑：李四</p><div>{comments}</div></div>'
    assert body_of(html) == [FIRST, SECOND]


@pytest.mark.parametrize("frame", ['<div class="TRS_Editor">{}</div>', "{}"])
@pytest.mark.parametrize("word", ["Email", "Facebook", "打印", "X 关闭", "责任编辑：李四"])
def test_every_line_is_the_title_or_in_the_body_or_stripped(frame: str, word: str) -> None:
    shown = ["今日平安", word, "明日无事"] if frame == "{}" else [FIRST, word, SECOND]
    html = f"<html><body>{frame.format(''.join(f'<p>{line}</p>' for line in shown))}</body></html>"
    found = extract(html.encode(), URL)
    assert found.body
    assert sorted([*filter(None, [found.title]), *found.body.split("\n"), *found.stripped]) == sorted(shown)


@pytest.mark.parametrize(
    ("inside", "kind"),
    [
        ('<p><img src="/upload/tongbao.png"></p>', "image"),
        ('<p><a href="/upload/tongbao.pdf">警情通报.pdf</a></p>', "attachment"),
        ('<video src="/upload/tongbao.mp4"></video>', "video"),
        ("", "empty"),
    ],
)
def test_a_body_without_text_says_what_it_is(inside: str, kind: str) -> None:
    found = extract(page(f'<div class="TRS_Editor">{inside}</div>'), URL)
    assert (found.body, found.body_kind) == ("", kind)
