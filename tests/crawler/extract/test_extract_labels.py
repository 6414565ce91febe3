from __future__ import annotations

import re

import pytest

from crawler.extract.labels import ALL, FIELD_OF, FIELDS, KEPT, pattern, plain

ANY = re.compile(pattern(ALL))
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
        found = ANY.match(f"{written}：某某")
        assert found
        assert (found[0], plain(found[0])) == (written, label)


@pytest.mark.parametrize("label", [label for label in ALL if label.translate(IN_TRADITIONAL) != label])
def test_every_label_is_read_in_traditional_script(label: str) -> None:
    written = label.translate(IN_TRADITIONAL)
    found = ANY.match(f"{written}：某某")
    assert found
    assert (found[0], plain(found[0])) == (written, label)


@pytest.mark.parametrize("labels", [("来源", "来源地"), ("来源地", "来源"), ("文", "文号", "文/图", "发文"), ("甲",)])
def test_the_longest_of_labels_that_begin_alike_is_read(labels: tuple[str, ...]) -> None:
    for label in labels:
        assert re.fullmatch(pattern(labels), label)
        found = re.match(pattern(labels), f"{label}某")
        assert found
        assert found[0] == label


def test_no_label_means_two_things() -> None:
    assert len(ALL) == len(set(ALL))
    assert sum(map(len, FIELDS.values())) == len(FIELD_OF)
    assert not FIELD_OF.keys() & set(KEPT)
