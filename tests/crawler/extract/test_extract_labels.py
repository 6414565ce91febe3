from __future__ import annotations

import pytest

from crawler.extract.labelled import Place, find
from crawler.extract.labels import ALL, FIELD_OF, FIELDS, KEPT, plain

# The characters of the labels that traditional script writes otherwise, as an edition for Hong Kong or Macao has them.
SIMPLE = (
    "于传体关内击划创别务单发号后员围图处复实审对属布废开录态扫护报摄数时机来构标"
    "栏气浏点热状监称筹签类组终络统编网范视览讯记论访评词语读责赞转载辑链键门问间闻阅频题颜"
)
TRADITIONAL = (
    "於傳體關內擊劃創別務單發號後員圍圖處復實審對屬佈廢開錄態掃護報攝數時機來構標"
    "欄氣瀏點熱狀監稱籌簽類組終絡統編網範視覽訊記論訪評詞語讀責讚轉載輯鏈鍵門問間聞閱頻題顏"
)
IN_TRADITIONAL = str.maketrans(SIMPLE, TRADITIONAL)


@pytest.mark.parametrize("label", ALL)
def test_every_label_is_read_whole_and_spaced(label: str) -> None:
    for written in (label, " ".join(label), "　".join(label)):
        assert find(f"{written}：某某") == (Place(label, 0, len(written) + 1),)
        assert plain(written) == label


@pytest.mark.parametrize("label", [label for label in ALL if label.translate(IN_TRADITIONAL) != label])
def test_every_label_is_read_in_traditional_script(label: str) -> None:
    written = label.translate(IN_TRADITIONAL)
    assert find(f"{written}：某某") == (Place(label, 0, len(written) + 1),)
    assert plain(written) == label


@pytest.mark.parametrize("label", [label for label in ALL if any(label != one and label.endswith(one) for one in ALL)])
def test_the_longest_of_labels_that_end_alike_is_read(label: str) -> None:
    assert find(f"某某 {label}：某某") == (Place(label, 3, 4 + len(label)),)


@pytest.mark.parametrize(
    ("line", "labels"),
    [
        ("线索来源：某某", []),  # 来源 within a word
        ("合肥市公安局发布时间：某日", ["发布时间"]),  # no word ends in so long a label
        ("2023-06-11来源：某某", ["来源"]),
        ("某某\t来源\t某局", ["来源"]),
        ("某某来源\t某局", []),
        ("来源丨", []),
        ("编辑 张三", ["编辑"]),
        ("某局 编辑 张三", []),
        ("（某局 编辑 张三）", []),
        ("某局 （编辑 张三）", ["编辑"]),
    ],
)
def test_where_a_label_stands(line: str, labels: list[str]) -> None:
    assert [place.label for place in find(line)] == labels


def test_no_label_means_two_things() -> None:
    assert len(ALL) == len(set(ALL))
    assert sum(map(len, FIELDS.values())) == len(FIELD_OF)
    assert not FIELD_OF.keys() & set(KEPT)
