from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlite_utils import Database

from archive import search
from archive.migrations import migrations

TEXT = "6月11日，兰州公安圆满完成2023兰州马拉松安保工作，“四安”目标（无事故）全部实现。Police Day，ＡＢＣ１２３。"
PARTS = st.lists(
    st.sampled_from([*"公安局马拉松兰州々〇ひカ한，。：“”（）·-*^\n\u3000 ", " 2023 ", " Police ", "Ｄ１，"])
).map("".join)
# What means something to zh(), to FTS5, or to neither.
WORDS = st.one_of(
    st.sampled_from(['"', "-", "*", "OR", "AND", "NOT", "NEAR(", ")", "title:", "^", "公安", "marathon", "\x00"]),
    st.text(max_size=8),
)


@pytest.fixture(scope="module")
def index() -> Iterator[sqlite3.Connection]:
    """The index of a real archive's schema, in memory."""
    db = Database(memory=True, execute_plugins=False)
    search.register(db.conn)
    migrations.apply(db)
    yield db.conn
    db.conn.close()


def finds(index: sqlite3.Connection, text: str, query: str) -> bool:
    """Whether a query finds the one text that is in the index."""
    index.execute("INSERT INTO releases_fts(releases_fts) VALUES ('delete-all')")
    index.execute("INSERT INTO releases_fts(rowid, body) VALUES (1, han(?))", (text,))
    rows = index.execute("SELECT rowid FROM releases_fts WHERE releases_fts MATCH zh(?)", (query,)).fetchall()
    index.rollback()
    return rows == [(1,)]


@pytest.mark.parametrize(
    "query",
    [
        "公安",
        "兰州马拉松",
        "2023兰州",
        "马拉松 公安",
        "马拉松　公安",
        "四安",
        "目标(无事故)",
        "POLICE",
        "police day",
        "poli*",
        "abc123",
        "ａｂｃ123",
        "公安 OR 消防",
        "消防 OR 公安",
        "消防 OR 交警 OR 公安",
        "公安 -消防",
        "公安 NOT 消防",
        "公安 AND 安保",
        '"完成2023兰州"',
        '"公安',
        '-"兰州公交" 公安',
        "公安-圆满",
        "-- 公安",
        "“完成2023兰州”",
        "「公安圆满」 马拉松",
        "公安 －消防",
        "AND 公安",
        "公安 AND",
        "OR 公安",
        '公安 "and"* OR 安保',
    ],
)
def test_a_query_that_finds(index, query):
    assert finds(index, TEXT, query)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   ",
        "消防",
        "州兰",
        "公安 消防",
        "公安 -马拉松",
        "公安 NOT 马拉松",
        '公安 -"马拉松安保"',
        '"公安 完成"',
        "lice",
        "poli",
        "202",
        "-消防",
        "NOT 消防",
        "OR",
        "，。",
        "title:公安",
        "“公安 完成”",
        "公安 －马拉松",
        '"AND" 公安',
    ],
)
def test_a_query_that_does_not_find(index, query):
    assert not finds(index, TEXT, query)


@pytest.mark.parametrize(
    ("text", "query", "is_there"),
    [
        ("民警在G30连霍高速巡逻", "G30", True),
        ("民警在g３０连霍高速巡逻", "G30", True),
        ("民警在G301国道巡逻", "G30", False),
        ("请拨打110报警", "110", True),
        ("编号2110", "110", False),
        ("获奖者迪丽·热巴样例", "迪丽·热巴", True),
        ("获奖者迪丽・热巴样例", "迪丽·热巴", True),
        ("获奖者迪丽•热巴样例", "迪丽热巴", True),
        ("获奖者迪丽热巴样例", "迪丽·热巴", True),
        ("Search AND Rescue", '"and"', True),
        ("Search and rescue", "search AND rescue", True),
        ("COVID-19疫情", "COVID-19", True),
        ("COVID-19疫情", "covid -19", False),
        ("“四安”目标", '"四安"', True),
        ("民警说“四安”是目标", '"民警说“四安”是目标"', True),
        ("民警说四安，目标", '"民警说“四安”是目标"', False),
        ("民警说「四安」是目标", "“民警说「四安」是目标”", True),
        ("第①号", "1", True),
        ("𠮷林", "𠮷", True),
    ],
)
def test_what_people_look_for(index, text, query, is_there):
    assert finds(index, text, query) is is_there


def test_a_long_query_is_read_up_to_a_bound():
    query = search.understood("公安 " * 100)
    assert query.was_cut
    assert sum(len(phrase.tokens) for group in query.wanted for phrase in group) == search.LONGEST
    assert not search.understood("公" * search.LONGEST).was_cut
    [[phrase]] = search.understood("公" * 1000 + "*").wanted
    assert (len(phrase.tokens), phrase.goes_on) == (search.LONGEST, False)


@pytest.mark.parametrize("query", ["-消防", "，。", "", "NOT 消防 -公安"])
def test_a_query_without_a_word_that_is_wanted_says_so(query):
    assert search.understood(query).wanted == ()


def test_a_word_left_out_counts_for_all_that_is_asked(index):
    assert finds(index, "公安 消防", "公安 OR 交警")
    assert not finds(index, "公安 消防", "公安 OR 交警 -消防")


def test_either_binds_closer_than_both(index):
    assert finds(index, "公安 消防", "公安 OR 交警 消防")
    assert not finds(index, "公安 安保", "公安 OR 交警 消防")


@given(before=PARTS, part=PARTS, after=PARTS)
def test_every_part_of_a_text_is_found(index, before, part, after):
    assert finds(index, before + part + after, f'"{part}"') == bool(search.han(part).split())


@given(st.lists(WORDS).map(" ".join))
@example('"')
@example('""')
@example('-""')
@example("a AND (")
@example("*")
@example("NEAR(公安 马拉松)")
@example("a OR " * 5000)
@example("-a " * 5000)
@example('"' * 999 + "公安")
@example("(" * 5000)
def test_no_query_is_a_syntax_error(index, query):
    finds(index, TEXT, query)


@given(st.text(min_size=1))
def test_no_query_of_any_characters_is_a_syntax_error(index, query):
    finds(index, TEXT, query)


@given(st.text())
def test_what_is_folded_once_stays(text):
    assert search.han(search.han(text)).split() == search.han(text).split()


@given(st.text(st.sampled_from("，。：；！？（）、ab1警察か\u3099\u0338")))
def test_wide_signs_part_words_as_the_signs_they_fold_to(text):
    assert search.han(text).split() == search.han(unicodedata.normalize("NFKC", text)).split()


def test_nothing_is_text_too():
    assert search.han(None) == search.han("") == ""
    assert search.zh(None) == search.zh("")
