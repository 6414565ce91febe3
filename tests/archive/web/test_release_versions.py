from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_room import Room, Serve, opened
from storied_archive import FIRST, MONTH, NIGHT, SECOND, make

from archive.addresses import key
from archive.web.differences import Pair, Piece, characters, compare

SENTENCES = st.lists(
    st.text(alphabet="警民方公安夜市一二三。，e\u0301👩\u200d🚒\u3000\U000e0100", max_size=12), max_size=8
)

DICE = random.Random(1)  # noqa: S311 - the same text in every run


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> Iterator[Room]:
    with opened(make(tmp_path_factory.mktemp("storied") / "data"), serve) as room:
        yield room


def marked(pieces: tuple[Piece, ...]) -> str:
    return "".join(f"[{piece.text}]" if piece.differs else piece.text for piece in pieces)


def shown(pairs: list[Pair]) -> list[tuple[str, str | None, str | None]]:
    return [(pair.kind, pair.old and marked(pair.old), pair.new and marked(pair.new)) for pair in pairs]


def test_the_characters_that_differ_are_marked_in_their_paragraphs():
    assert shown(compare(FIRST, SECOND)) == [
        ("same", "3月1日晚，样例市公安局启动夜市守护行动。", "3月1日晚，样例市公安局启动夜市守护行动。"),
        ("changed", "民警走访商户[二]十余家，提醒防火防盗。", "民警走访商户[三]十余家，提醒防火防盗[、防诈骗]。"),
        ("same", "市民李女士说：“放心。”", "市民李女士说：“放心。”"),
    ]


def test_paragraphs_that_came_or_went_stand_alone():
    old = "第一段，民警到场处置。\n第二段，伤者已送医。\n第三段，调查仍在进行。"
    new = "第一段，民警到场处理。\n全新的内容与之无关\n第三段，调查仍在进行。"
    assert shown(compare(old, new))[:3] == [
        ("changed", "第一段，民警到场处[置]。", "第一段，民警到场处[理]。"),
        ("removed", "[第二段，伤者已送医。]", None),
        ("added", None, "[全新的内容与之无关]"),
    ]


def test_many_equal_paragraphs_are_counted_instead_of_shown():
    lines = [f"第{number}段。" for number in range(40)]
    pairs = compare("\n".join(lines), "\n".join([*lines[:20], "插入。", *lines[20:]]))
    assert [pair.kind for pair in pairs] == ["skipped", "same", "added", "same", "skipped"]
    assert [pair.skipped for pair in pairs if pair.kind == "skipped"] == [19, 19]


@pytest.mark.parametrize(
    ("old", "new", "left", "right"),
    [
        ("葛\U000e0100城", "葛\U000e0101城", "[葛\U000e0100]城", "[葛\U000e0101]城"),
        ("cafe\u0301店", "cafe店", "caf[e\u0301]店", "caf[e]店"),
        ("👩‍🚒到场", "👨‍🚒到场", "[👩‍🚒]到场", "[👨‍🚒]到场"),
        ("𠮷野家", "吉野家", "[𠮷]野家", "[吉]野家"),
        ("", "新", "", "[新]"),
    ],
)
def test_what_a_reader_takes_for_one_character_is_marked_as_one(old, new, left, right):
    assert tuple(map(marked, characters(old, new))) == (left, right)


def test_a_difference_that_cannot_be_seen_has_its_code_points():
    _, new = characters("甲 乙", "甲\u3000\u200b乙")
    assert [piece.unseen for piece in new if piece.differs] == ["U+3000 U+200B"]
    assert characters("甲", "乙")[1][0].unseen == ""


@given(SENTENCES, SENTENCES)
def test_nothing_is_lost_and_what_is_not_marked_is_in_both(before, after):
    old, new = ("\n".join(lines) for lines in (before, after))
    pairs = compare(old, new)
    for side, text in (("old", old), ("new", new)):
        lines = [line for line in text.split("\n") if line.strip()]
        kept = ["".join(piece.text for piece in getattr(pair, side)) for pair in pairs if getattr(pair, side)]
        assert len(kept) + sum(pair.skipped for pair in pairs) == len(lines)
        assert kept == lines or any(pair.skipped for pair in pairs)
    for pair in pairs:
        if pair.old and pair.new:
            same = ["".join(one.text for one in side if not one.differs) for side in (pair.old, pair.new)]
            assert same[0] == same[1]
        assert pair.kind in ("same", "skipped") or any(one.differs for one in (pair.old or ()) + (pair.new or ()))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("".join(DICE.choices("甲乙", k=5_000)), "".join(DICE.choices("甲乙", k=5_000))),
        ("乙" + "甲" * 300_000 + "丙", "甲" * 299_000 + "乙"),
        ("\n".join(["甲", "乙"] * 3_000), "\n".join(["乙", "甲", "丙"] * 3_000)),
    ],
)
def test_a_text_made_to_be_slow_is_marked_as_a_whole(old, new):
    start = time.process_time()
    assert any(pair.kind == "changed" for pair in compare(old, new))
    assert time.process_time() - start < 5  # without a limit, minutes


def test_two_versions_stand_side_by_side(room):
    page = room.get(f"/release/{key(NIGHT)}/versions").page
    [row] = page.xpath("//tr[@class='changed']")
    assert row.xpath("td[1]/del/text()") == ["二"]
    assert row.xpath("td[2]/ins/text()") == ["三", "、防诈骗"]
    assert page.xpath("//tr[contains(@class, 'title')]//ins/text()") == ["全面"]
    assert [cell.text for cell in page.xpath("//thead[1]/tr/th")][:2] == ["Version 1", "Version 2"]


def test_the_address_says_which(room):
    other = room.get(f"/release/{key(NIGHT)}/versions?from=2&to=1").page
    assert other.xpath("//tr[@class='changed']/td[1]/del/text()") == ["三", "、防诈骗"]
    alone = room.get(f"/release/{key(MONTH)}/versions")
    assert "Only one version is known" in alone.text


@pytest.mark.parametrize("asked", ["from=9", "to=9", "from=0", "to=-1", "from=x", "from=99999999999999999999", "to=①"])
def test_a_version_that_is_not_there_is_a_page_that_says_so(room, asked):
    answer = room.get(f"/release/{key(NIGHT)}/versions?{asked.replace('①', '%E2%91%A0')}")
    assert answer.status == 404
    assert "has no such version" in answer.text
