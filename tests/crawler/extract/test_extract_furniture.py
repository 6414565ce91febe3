from __future__ import annotations

import lxml.html
import pytest

from crawler.extract.furniture import is_control, is_furniture, is_shelf
from crawler.extract.lines import Line
from crawler.extract.trim import trim

BLOCK = lxml.html.fromstring("<p></p>")
TEXT = "6月9日，市公安局召开会议，部署夏季治安打击整治行动。"
MORE = "会议要求，各单位要压实责任，确保社会大局平安稳定。"


def lines(*texts: str) -> list[Line]:
    return [Line(text, 0, BLOCK) for text in texts]


@pytest.mark.parametrize(
    "text", ["X 关闭", "×关闭", "[关闭]", "【打印】【关闭】", "[ 大 中 小 ]", "打印本页 | 返回顶部"]
)
def test_buttons(text: str) -> None:
    assert is_control(text)


@pytest.mark.parametrize(
    "text",
    [
        "标签:",
        "标签：反诈 宣传",
        "当前位置：首页 > 新闻中心 > 正文",
        "扫一扫在手机打开当前页",
        "上一篇：没有了",
        "(资料图片)",
        "【字体：大 中 小】",
        "京ICP备00000000号-1",
        "浏览次数：1024",
        "(此件公开发布)",
        "分享到：微信 微博",
    ],
)
def test_furniture(text: str) -> None:
    assert is_furniture(text)


@pytest.mark.parametrize("text", ["精彩推送", "相关阅读：", "新闻快讯", "热门推荐 更多>>", "猜你喜欢"])
def test_shelves(text: str) -> None:
    assert is_shelf(text)


@pytest.mark.parametrize(
    "text",
    [
        "民警将反诈知识分享到朋友圈。",
        "请扫一扫警务二维码，关闭页面前请核对信息。",
        "上一篇报道引起热烈反响。",
        "推荐典型案例的通知",
        "相关新闻发布会将于近日举行。",
        "关闭涉黄网站12个",
    ],
)
def test_words_of_a_release_are_left_alone(text: str) -> None:
    assert not is_control(text)
    assert not is_furniture(text)
    assert not is_shelf(text)


@pytest.mark.parametrize(
    ("before", "kept"),
    [
        ([TEXT, MORE, "标签:", "精彩推送", "某公司大涨", "某公司股价大涨，收盘价创历史新高，浙江"], [TEXT, MORE]),
        ([TEXT, "发布:某处", "编辑:甲 乙", "X 关闭", "X 关闭"], [TEXT]),
        ([TEXT, "X 关闭", MORE], [TEXT, MORE]),
        ([TEXT, "打印", MORE], [TEXT, "打印", MORE]),
        ([TEXT, "编辑：甲", MORE, TEXT, MORE], [TEXT, "编辑：甲", MORE, TEXT, MORE]),
        ([TEXT, MORE, "相关链接", "夏季行动是每年一次的专项行动，为期百日。"], None),
        (["标题在此", "发布时间：2023-06-11", TEXT], [TEXT]),
        ([TEXT, "某市公安局", "2023年6月11日"], None),
        (["打印"], []),
        (["今日平安"], None),
    ],
)
def test_trimming(before: list[str], kept: list[str] | None) -> None:
    given = lines(*before)
    stay = trim(given, "标题在此")
    assert [line.text for line in stay] == (before if kept is None else kept)


def test_a_teaser_or_a_link_is_no_prose() -> None:
    assert Line(TEXT, 0, BLOCK).is_prose
    assert not Line(TEXT, len(TEXT), BLOCK).is_prose
    assert not Line("近日，教育部等部门联合印发意见...", 0, BLOCK).is_prose
