from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.search import han, understood
from archive.snippets import BEFORE, WIDTH, Piece, marked, snippet

WIDE = st.text(st.sampled_from("公安局民警G３０ｇ０é́ｶﾞ가각①㎏·，。 \n<&"), max_size=60)


def hits(text: str, query: str) -> list[str]:
    return [piece.text for piece in marked(text, understood(query)) if piece.is_hit]


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [
        ("兰州公安，公安机关", "公安", ["公安", "公安"]),
        ("完成２０２３兰州马拉松安保", "2023兰州马拉松", ["２０２３兰州马拉松"]),
        ("迪丽·热巴来访", "迪丽热巴", ["迪丽·热巴"]),
        ("第①号与第1号", "1", ["①", "1"]),
        ("重㎏五", "kg", ["㎏"]),
        ("ｶﾞｽ漏れ", "ガス", ["ｶﾞｽ"]),
        ("cafe\u0301营业", "café", ["cafe\u0301"]),
        ("G30与G301", "g30", ["G30"]),
        ("police policy post", "poli*", ["police", "policy"]),
        ("policy公安", "poli*", ["policy"]),
        ("policeday，police　day，police days", '"police day"', ["police　day"]),
        ("请拨110，不是2110和1101", "拨110", ["拨110"]),
        ("公安民警", "公安 民警 -消防", ["公安", "民警"]),
        ("公安民警", "消防", []),
        ("公安安", "公安安 OR 公安", ["公安安"]),
        ("", "公安", []),
    ],
)
def test_hits_are_marked_in_the_text_as_it_stands(text, query, found):
    marks = hits(text, query)
    assert "".join(piece.text for piece in marked(text, understood(query))) == text
    assert "".join(marks) == "".join(found)


@given(text=WIDE, query=WIDE)
def test_pieces_are_the_text_and_marks_are_what_was_asked_for(text, query):
    pieces = marked(text, understood(query))
    assert "".join(piece.text for piece in pieces) == text
    asked = {token for group in understood(query).wanted for phrase in group for token in phrase.tokens}
    for piece in pieces:
        if piece.is_hit:
            assert set(han(piece.text).split()) <= asked


@given(text=st.text(st.sampled_from("公安局民警３G，。 \n"), max_size=60), place=st.integers(0, 59))
def test_whatever_is_cut_out_of_a_text_is_marked_in_it(text, place):
    words = han(text[place : place + 2]).split()
    alone = [word for word in words if not word.isascii()]
    for word in alone:
        assert hits(text, word)


def test_a_snippet_begins_shortly_before_the_hit():
    text = "前" * 500 + "公安" + "后" * 500
    pieces = snippet(text, understood("公安"))
    assert pieces == [
        Piece("…"),
        Piece("前" * BEFORE),
        Piece("公安", is_hit=True),
        Piece("后" * (WIDTH - BEFORE - 2)),
        Piece("…"),
    ]


def test_a_snippet_prefers_the_place_with_most_different_words():
    text = "公安" + "。" * 300 + "公安与民警" + "。" * 300
    assert [piece.text for piece in snippet(text, understood("公安 民警")) if piece.is_hit] == ["公安", "民警"]


def test_a_snippet_without_a_hit_is_the_beginning_of_the_text():
    assert snippet("某地\n　通报", understood("公安")) == [Piece("某地 通报")]
    assert snippet("", understood("公安")) == []


def test_a_hit_at_the_end_of_a_snippet_is_shown_whole_or_not():
    text = "公安" + "后" * (WIDTH - 3) + "公安尾"
    assert [piece.text for piece in snippet(text, understood("公安")) if piece.is_hit] == ["公安"]


@given(st.text(), st.text())
def test_no_text_and_no_query_is_too_odd_for_a_snippet(text, query):
    assert len("".join(piece.text for piece in snippet(text, understood(query)))) <= WIDTH + len("……")
