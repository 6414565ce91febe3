"""Buttons and bylines that stand on the line of a sentence."""

from __future__ import annotations

import pytest

from crawler.extract import extract
from crawler.extract.buttons import Run, behind, parted

URL = "https://gaj.example.gov.cn/jwbd/1.html"
FIRST = "6月3日，某市公安局召开新闻发布会，通报夏季治安打击整治行动阶段性战果。"
LAST = "目前，案件正在进一步办理中。"


@pytest.mark.parametrize(
    "rest",
    [
        "【打印】【关闭】",
        " [打印本页] [关闭窗口]",
        "X 关闭",
        "× 关闭",
        "责任编辑：李四",
        "（来源：某局 编辑：赵某）",
        "（记者 张某某 通讯员 李某）",
        "来源：某市公安局",
    ],
)
@pytest.mark.parametrize("sentence", [LAST, "警方提醒：“请勿轻信。”", "他说（已核实。）"])
def test_what_stands_behind_a_whole_sentence_begins_there(sentence: str, rest: str) -> None:
    cut = behind(sentence + rest)
    assert cut is not None
    assert (sentence + rest)[:cut] == sentence


@pytest.mark.parametrize(
    "text",
    [
        LAST,
        "警方提醒：“请勿轻信。”",
        "。",
        "责任编辑：李四",
        "全市整治违规网吧。关闭12家，处罚30家",
        "全市整治违规网吧。【公告】已发布",
        "案件来源清楚。来源：某局的线索经核查属实，民警随即展开调查，并于次日将嫌疑人抓获归案，追回赃款若干",
        "嫌疑人落网。时间：2023年6月20日上午9时",
        f"嫌疑人落网。责任编辑：{'甲' * 120}",
    ],
)
def test_the_rest_of_the_text_is_no_button(text: str) -> None:
    assert behind(text) is None


def run(text: str, wrapped: bool = False) -> Run:
    return text, False, wrapped


CROSS, PRINT, BOLD = run("X 关闭", True), run("打印", True), run("关闭", True)


@pytest.mark.parametrize(
    ("runs", "lines"),
    [
        ([run(FIRST), CROSS], [FIRST, "X 关闭"]),
        ([CROSS, run(FIRST)], ["X 关闭", FIRST]),
        ([run(FIRST), PRINT, run(" "), BOLD], [FIRST, "打印   关闭"]),
        ([run(FIRST), PRINT, run("各类材料。")], [FIRST + "打印各类材料。"]),
        ([run("依法予以"), BOLD, run("整顿。")], ["依法予以关闭整顿。"]),
        ([run("依法予以"), BOLD], ["依法予以关闭"]),
        ([BOLD, run("涉黄网站12个。")], ["关闭涉黄网站12个。"]),
        ([run(FIRST), run("关闭")], [FIRST + "关闭"]),
        ([run(FIRST)], [FIRST]),
    ],
)
def test_the_runs_of_buttons_are_a_line_of_their_own(runs: list[Run], lines: list[str]) -> None:
    assert ["".join(text for text, _, _ in part) for part in parted(runs)] == lines


def test_a_byline_behind_the_last_sentence_is_read_and_not_the_text_s() -> None:
    html = (
        f'<h1>某市公安局通报战果</h1><div class="TRS_Editor"><p>{FIRST}</p><p>{LAST}（来源：某局 编辑：赵某）</p></div>'
    )
    found = extract(html.encode(), URL)
    assert found.body == f"{FIRST}\n{LAST}"
    assert (found.content_source, found.editor) == ("某局", "赵某")
