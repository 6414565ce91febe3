from __future__ import annotations

import pytest

from crawler.extract.document import clean, drop_unseen, parse
from crawler.extract.walk import read as lines_of


def read(html: str) -> list[str]:
    tree = parse(html)
    drop_unseen(tree)
    return [line.text for line in lines_of(tree).lines if line.text]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>甲<b>乙</b>丙</p>丁<br>戊", ["甲乙丙", "丁", "戊"]),
        ("<div>甲<p>乙</p>丙</div>", ["甲", "乙", "丙"]),
        ("<p>甲&#1;乙&#xD800;丙\x0c丁</p>", ["甲乙丙 丁"]),
        ("<p>甲\n  乙</p>", ["甲乙"]),
        ("<pre>甲\n乙</pre>", ["甲", "乙"]),
        ("<p>甲</p><script>var a=1</script><style>p{}</style><!-- 乙 -->", ["甲"]),
        ("<p>甲乙丙丁</p><p style='display:none'>戊</p>", ["甲乙丙丁"]),
        ("<p>甲</p><div style='display: none'>一个脚本会显示的长长的正文</div>", ["甲", "一个脚本会显示的长长的正文"]),
        ("<button>关闭</button><select><option>甲</option></select>", []),
        ("", []),
        ("<!-- 只有注释 -->", []),
        ("<?xml version='1.0' encoding='gbk'?><html><body>甲</body></html>", ["甲"]),
    ],
)
def test_the_lines_of_a_page(html: str, expected: list[str]) -> None:
    assert read(html) == expected


def test_the_share_of_links() -> None:
    (line,) = lines_of(parse("<p>甲乙<a href='x'>丙丁</a></p>")).lines
    assert line.link_share == 0.5


def test_white_space_of_all_kinds() -> None:
    assert clean("　　甲\xa0\u2003乙\u200b丙 ") == "甲 乙丙"
