"""Chinese full text: how text is indexed, and what a query means.

Each Han character is a token of its own, and a run of them in a query is a phrase: so every word of two characters is
found, and nothing but what stands in the text. SQLite's own tokenizers find none of these words.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from dataclasses import dataclass

# Han with its extensions and compatibility forms, kana, bopomofo and hangul: scripts written without spaces.
ALONE = (
    "[\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
# A query is read up to here: 60 characters that are in every release take 0.2 s at 100,000 of them (measured).
LONGEST = 60
_ALONE = re.compile(f"{ALONE}+")
_NO_WORD = re.compile(r"[\W_]+")
# No words either, and joined to nothing by NFKC; one of them has it go through all of a text, at 5 times the cost.
_WIDE = re.compile("[，。：；！？（）、]+")
# A minus, words in one of five kinds of quotes, of which the second may be missing; or all up to a space.
_PIECES = re.compile(r'([-－]?)(?:"([^"]*)"?|＂([^＂]*)＂?|“([^”]*)”?|「([^」]*)」?|『([^』]*)』?)|(\S+)')
_MINUS, _GOES_ON = ("-", "－"), ("*", "＊")
_NOTHING = '"' + "\u0001" + '"'


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that have to stand side by side; where `goes_on`, the last one may be the beginning of a longer word."""

    tokens: tuple[str, ...]
    goes_on: bool = False

    def __str__(self) -> str:
        """As FTS5 writes it; tokens hold letters and digits only, so nothing needs escaping."""
        return f'"{" ".join(self.tokens)}"{"*" if self.goes_on else ""}'


@dataclass(frozen=True, slots=True)
class Query:
    """What a person asked for: of each of `wanted` one phrase at least, and none of `without`.

    `was_cut`: what was typed is longer than `LONGEST` tokens, and the rest is not asked for.
    """

    wanted: tuple[tuple[Phrase, ...], ...]
    without: tuple[Phrase, ...] = ()
    was_cut: bool = False

    def __str__(self) -> str:
        """The FTS5 expression; one that matches nothing where nothing is wanted."""
        if not self.wanted:
            return _NOTHING
        wanted = " AND ".join(f"({' OR '.join(map(str, group))})" for group in self.wanted)
        return f"({wanted}) NOT ({' OR '.join(map(str, self.without))})" if self.without else wanted


def han(text: str | None) -> str:
    """`text` folded (NFKC, lower case), each Han character and each run of letters or digits a token of its own."""
    folded = unicodedata.normalize("NFKC", _WIDE.sub(" ", text or "")).lower()
    return _ALONE.sub(lambda run: f" {' '.join(run[0])} ", _NO_WORD.sub(" ", folded))


def understood(query: str | None) -> Query:
    """What a person means who typed this.

    Words parted by spaces all have to stand in the text; `OR` between two means either; `-word` or `NOT word` means
    without it; "in quotes", Chinese ones too, is one phrase; a word that ends in `*` may go on.
    """
    groups: list[list[Phrase]] = []
    without: list[Phrase] = []
    negated = joined = False
    left = LONGEST
    for minus, *quoted, bare in _PIECES.findall(query or ""):
        if bare == "OR":
            joined = True
            continue
        if bare in ("AND", "NOT"):
            negated = negated or bare == "NOT"
            continue
        negated = negated or bool(minus) or (bare.startswith(_MINUS) and len(bare) > 1)
        tokens = tuple(han("".join(quoted) or bare).split())
        phrase = Phrase(tokens[:left], goes_on=bare.endswith(_GOES_ON) and len(tokens) <= left)
        if phrase.tokens:
            if negated:
                without.append(phrase)
            elif joined and groups:
                groups[-1].append(phrase)
            else:
                groups.append([phrase])
        if len(tokens) > left:
            return Query(tuple(map(tuple, groups)), tuple(without), was_cut=True)
        left -= len(tokens)
        negated = joined = False
    return Query(tuple(map(tuple, groups)), tuple(without))


def zh(query: str | None) -> str:
    """An FTS5 expression for what a person typed; it matches nothing where nothing is asked for."""
    return str(understood(query))


def index(connection: sqlite3.Connection) -> None:
    """Take in what the open transaction has written of releases; to be done before each commit."""
    connection.execute(
        "INSERT INTO releases_fts(rowid, title, body) SELECT s.id, s.title, s.body"
        " FROM releases_unindexed JOIN releases_segmented AS s USING (id) ORDER BY s.id"
    )
    connection.execute("DELETE FROM releases_unindexed")


def register(connection: sqlite3.Connection) -> None:
    """Give a connection the functions `han` and `zh`; without them it can neither read nor write the index."""
    connection.create_function("han", 1, han, deterministic=True)
    connection.create_function("zh", 1, zh, deterministic=True)
