"""Where in a text the words of a search stand, shown in the text as it was published."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from archive.search import ALONE, Phrase, Query

WIDTH = 140  # characters of a snippet
BEFORE = 30  # of these, before the first hit
READ = 20_000  # characters of a body that are looked through; 20 hits with 2 MB each take a second else (measured)
_TOKEN = re.compile(rf"{ALONE}|(?:(?!{ALONE})[^\W_])+")
_SPACE = re.compile(r"\s+")
# Texts of nothing but these keep their places when they are folded: ASCII, Han, full-width ASCII, common punctuation.
_PLAIN = re.compile(
    "[\n\x20-\x7e\u3000-\u3002\u3008-\u3011\u2018\u2019\u201c\u201d\u2014\u00b7\u4e00-\u9fff\uff01-\uff5e]*"
)
# A character and what NFKC may join to it: marks, half-width voicing marks, the vowels and finals of Hangul.
_UNIT = re.compile(r"(?s).[\u0300-\u036f\u0591-\u1abe\u1ac1-\u1acf\u1dc0-\u1dff\u20d0-\u20f0\u3099\u309a\uff9e\uff9f]*")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, and whether it was searched for."""

    text: str
    is_hit: bool = False


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int


def marked(text: str, query: Query) -> list[Piece]:
    """A whole text in pieces, the words of the query among them."""
    return _pieces(text, _hits(text, query), 0, len(text))


def snippet(text: str, query: Query) -> list[Piece]:
    """The part of a text where most different words of the query stand first; its beginning where none does."""
    text = _SPACE.sub(" ", text[:READ]).strip()
    hits = _hits(text, query)
    start = max(0, _best(hits) - BEFORE) if hits else 0
    end = min(len(text), start + WIDTH)
    end = next((first for first, last, _ in hits if start < first < end < last), end)
    pieces = _pieces(text, hits, start, end)
    front, back = "…" if start else "", "…" if end < len(text) else ""
    return [piece for piece in (Piece(front), *pieces, Piece(back)) if piece.text]


def _best(hits: Sequence[tuple[int, int, int]]) -> int:
    """The place of the hit from which the window with most different phrases begins."""

    def phrases(number: int) -> int:
        start = hits[number][0]
        return len({phrase for at, end, phrase in hits[number : number + 50] if end <= start + WIDTH - BEFORE})

    return hits[max(range(len(hits)), key=phrases)][0]


def _pieces(text: str, hits: Sequence[tuple[int, int, int]], start: int, end: int) -> list[Piece]:
    pieces, at = [], start
    for first, last, _ in hits:
        if at < last and first < end:
            pieces += [Piece(text[at:first]), Piece(text[max(first, at) : min(last, end)], is_hit=True)]
            at = min(last, end)
    pieces.append(Piece(text[at:end]))
    return [piece for piece in pieces if piece.text]


def _hits(text: str, query: Query) -> list[tuple[int, int, int]]:
    """Start and end of each place where a phrase stands, with the phrase's number; in the text's order."""
    tokens = list(_tokens(text))
    phrases = list(enumerate(phrase for group in query.wanted for phrase in group))
    first: dict[str, list[tuple[int, Phrase]]] = {}
    for number, phrase in phrases:
        first.setdefault(phrase.tokens[0], []).append((number, phrase))
    open_ended = [(number, phrase) for number, phrase in phrases if phrase.goes_on and len(phrase.tokens) == 1]
    return [
        (token.start, tokens[at + len(phrase.tokens) - 1].end, number)
        for at, token in enumerate(tokens)
        for number, phrase in (*first.get(token.text, ()), *open_ended)
        if _stands(phrase, tokens, at)
    ]


def _stands(phrase: Phrase, tokens: Sequence[_Token], at: int) -> bool:
    *front, last = phrase.tokens
    if at + len(front) >= len(tokens):
        return False
    if any(tokens[at + place].text != token for place, token in enumerate(front)):
        return False
    found = tokens[at + len(front)].text
    return found.startswith(last) if phrase.goes_on else found == last


def _tokens(text: str) -> Iterator[_Token]:
    """The tokens as the index has them, with their places in the text as it stands."""
    if _PLAIN.fullmatch(text):
        for token in _TOKEN.finditer(_folded(text)):
            yield _Token(token[0], token.start(), token.end())
        return
    folded, starts, ends = [], [], []
    for unit in _UNIT.finditer(text):
        characters = _folded_unit(unit[0])
        folded.append(characters)
        starts += [unit.start()] * len(characters)
        ends += [unit.end()] * len(characters)
    for token in _TOKEN.finditer("".join(folded)):
        yield _Token(token[0], starts[token.start()], ends[token.end() - 1])


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


_folded_unit = lru_cache(maxsize=10_000)(_folded)  # most units are one of some thousand characters
