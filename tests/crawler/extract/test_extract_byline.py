from __future__ import annotations

import pytest

from crawler.extract.byline import is_byline, mentions, read


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("时间:2023-06-11 22:00:20 来源: 甘肃公安", {"published": "2023-06-11 22:00:20", "content_source": "甘肃公安"}),
        ("来源: 甘肃公安 作者: 佚名 【字体：大 中 小】", {"content_source": "甘肃公安", "author": "佚名"}),
        ("来源：甘肃公安　　打印　关闭", {"content_source": "甘肃公安"}),
        ("信息来源：省厅宣传处 | 浏览次数：12", {"content_source": "省厅宣传处"}),
        ("文章来源︰人民公安报　2023-06-11", {"content_source": "人民公安报"}),
        ("稿件来源∶本站", {"content_source": "本站"}),
        ("来源丨平安某某", {"content_source": "平安某某"}),
        ("来源 新华社", {"content_source": "新华社"}),
        ("2021-01-18来源：城东分局", {"content_source": "城东分局"}),
        ("发布:甘肃省公安厅政治部宣传处", {"issuer": "甘肃省公安厅政治部宣传处"}),
        ("发布机构：某市公安局\t发布日期：2022年9月15日", {"issuer": "某市公安局", "published": "2022年9月15日"}),
        ("索 引 号：\t0001/2022-3\t发文机关：\t某市公安局", {"索引号": "0001/2022-3", "issuer": "某市公安局"}),
        ("编辑:欣然 佳佳", {"editor": "欣然 佳佳"}),
        ("编辑：欣然　佳佳　审核：张某", {"editor": "欣然　佳佳", "审核": "张某"}),
        ("[责任编辑 范某某 ]", {"editor": "范某某"}),
        ("（责任编辑：周某）", {"editor": "周某"}),
        ("编辑:欣然 佳佳 X 关闭", {"editor": "欣然 佳佳"}),
        ("来源：某报（记者 张某）", {"content_source": "某报", "author": "张某", "记者": "张某"}),
        ("来源：某局\x1f发布时间：06-11\x1f2056", {"content_source": "某局", "published": "06-11"}),
        ("来源：某\x1f市\x1f局\x1f06-11\x1f2056", {"content_source": "某市局"}),
        ("来源：合肥市公安局发布时间：2019-05-15", {"content_source": "合肥市公安局", "published": "2019-05-15"}),
        ("來源：澳門司法警察局 瀏覽次數：3", {"content_source": "澳門司法警察局"}),
        (
            "（来源：某局 记者 李某某 通讯员 王某 编辑：赵某）",
            {
                "content_source": "某局",
                "author": "李某某",
                "editor": "赵某",
                "记者": "李某某",
                "通讯员": "王某",
            },
        ),
        ("供稿单位：某支队　审核：王某　签发：李某", {"供稿单位": "某支队", "审核": "王某", "签发": "李某"}),
        ("审核　王某", {"审核": "王某"}),
        ("文/图：张某", {"author": "张某"}),
        ("（文/图 张某）", {"author": "张某"}),
        ("通訊員：李某　攝影：王某", {"通讯员": "李某", "author": "李某", "摄影": "王某"}),
        ("来源：", {}),
    ],
)
def test_the_fields_of_a_line(line: str, fields: dict[str, str]) -> None:
    said = read([line])
    assert {field: values[0] for field, values in said.fields.items() if values} | said.labels == fields
    assert is_byline(line)


@pytest.mark.parametrize(
    "line",
    [
        "记者：今年以来，反诈工作成效如何？",
        "时间：2023年6月20日上午9时",
        "来源：6月11日，警方接到报警，称有人冒充客服实施诈骗，随即展开调查，并于次日将嫌疑人抓获，追回赃款。",
        "他说，线索来源可靠，编辑 部已经核实，并在第一时间发布了通报",
        "发布会现场",
        "编辑部的故事",
        "时间 就是生命",
    ],
)
def test_a_sentence_is_no_byline(line: str) -> None:
    assert not is_byline(line)


def test_an_empty_value_does_not_hide_a_later_one() -> None:
    assert read(["来源：", "来源：某市公安局"]).fields["content_source"] == ["某市公安局"]
    assert [m.value for m in mentions("来源： 作者：")] == ["", ""]
