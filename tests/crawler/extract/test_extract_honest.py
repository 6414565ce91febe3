"""What is not the release's own is not taken for it, and what is its own is not cut."""

from __future__ import annotations

import datetime as dt

import pytest

from archive.models import Entry
from crawler.extract import extract
from crawler.worker import Worker

URL = "https://gaj.example.gov.cn/jwbd/1.html"
TOLD = "6月3日，某市公安局召开新闻发布会，通报夏季治安打击整治行动阶段性战果。"
MORE = "行动开展以来，全市共破获各类刑事案件321起，抓获犯罪嫌疑人456名。"
TITLE = "某市公安局通报夏季行动战果"

NEIGHBOUR = """<h3>警务要闻</h3><a href="/2.html">城西警方开展夜查行动</a><p>来源：样例晚报 作者：王五</p>
<p>发布时间：2025-12-01</p>"""


def page(
    below: str = "", above: str = "", head: str = f"<h1>{TITLE}</h1>", title: str = f"{TITLE}_某市公安局"
) -> bytes:
    text = f'<div class="c">{above}<p>{TOLD}</p><p>{MORE}</p>{below}</div>'
    return f"<html><head><title>{title}</title></head><body>{head}{text}</body></html>".encode()


@pytest.mark.parametrize(
    "below",
    [
        NEIGHBOUR,
        "<p>来源：{{source}}</p>",
        "<p>来源：${source}　作者：null</p>",
        "<p>来源：undefined</p>",
    ],
)
def test_a_neighbour_s_byline_and_a_placeholder_are_no_values(below: str) -> None:
    found = extract(page(below), URL)
    assert (found.content_source, found.author, found.published) == (None, None, None)


@pytest.mark.parametrize("button", ["关注", "语音播报", "收听"])
def test_a_button_behind_a_gap_is_no_part_of_a_body_s_name(button: str) -> None:
    found = extract(page(above=f"<p>来源：样例市公安局 <a>{button}</a></p>"), URL)
    assert found.content_source == "样例市公安局"


@pytest.mark.parametrize(
    "lines",
    [
        ["附件：", "1.名单", "样例市公安局", "2026年3月1日"],
        ["扫描下方二维码提交线索", "样例市公安局", "2026年3月1日"],
        ["时间：2026年3月5日9时", "地点：市民广场"],
        ["下一条路，还要继续走"],
        ["未经许可，任何单位不得携带"],
        ["记者：请介绍今年打击电信诈骗的情况", "局长：今年以来共破案321起"],
    ],
)
def test_the_last_lines_of_a_release_are_its_own(lines: list[str]) -> None:
    found = extract(page("".join(f"<p>{line}</p>" for line in lines)), URL)
    assert found.body.split("\n") == [TOLD, MORE, *lines]
    assert (found.author, found.editor) == (None, None)


def test_a_list_of_links_that_the_text_announces_is_the_release() -> None:
    names = [f"样例市第{number}批通缉人员名单" for number in range(4)]
    links = "".join(f'<li><a href="/{number}.html">{name}</a></li>' for number, name in enumerate(names))
    found = extract(page(f"<p>现将名单公布如下：</p><ul>{links}</ul>"), URL)
    assert found.body.split("\n") == [TOLD, MORE, "现将名单公布如下：", *names]


@pytest.mark.parametrize(
    ("head", "title", "expected"),
    [
        ("<h1>通告</h1>", "通告_样例市公安局", "通告"),
        ("", "守护——记城东分局民警李某_样例市公安局", "守护——记城东分局民警李某"),
        ("", "警情通报｜城东警方破获系列盗窃案", "警情通报｜城东警方破获系列盗窃案"),
        ("<h1>样例市公安局</h1><div class='bt'>城东警方破获系列盗窃案</div>", "警务动态", "城东警方破获系列盗窃案"),
        ("<h1>{{title}}</h1>", "城东警方破获系列盗窃案", "城东警方破获系列盗窃案"),
    ],
)
def test_a_title_is_neither_a_site_nor_half_of_itself(head: str, title: str, expected: str) -> None:
    assert extract(page(head=head, title=title), URL).title == expected


@pytest.mark.parametrize("line", ["2024-06-03 11:10 某某 评论", "原创 2024-06-03 11:10:05", "2024年6月3日 某某支队"])
def test_a_date_shown_without_a_label_outranks_the_list_s(line: str) -> None:
    entry = Entry(URL, TITLE, dt.date(2024, 6, 30))
    found = extract(page(head=f"<h1>{TITLE}</h1><p>{line}</p>"), URL, entry=entry)
    assert str(found.published).startswith("2024-06-03")
    assert found.conflicts == ("published",)


def test_an_appointment_is_not_when_a_release_was_published() -> None:
    found = extract(page(above="<p>时间：2026年3月5日9时</p>"), URL, captured=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
    assert found.published is None


@pytest.mark.parametrize(
    "payload",
    [
        f"<p>{'<a href=/1.html>另一条消息的标题</a><br>' * 30_000}".encode(),
        f"<p>{'字<b>关闭</b>' * 50_000}".encode(),
        f"<p>编辑：张{'<b> </b>' * 5_000}".encode(),
        b"".join(
            b'<meta name="pubdate" content="2024-01-01 00:%02d:%02d">' % divmod(n % 3600, 60) for n in range(5_000)
        ),
    ],
    ids=["links", "buttons", "gaps", "metas"],
)
def test_many_of_one_thing_take_no_time(payload: bytes) -> None:
    with Worker(seconds=20) as worker:
        assert worker.submit(extract, payload, URL).result()
