"""Where in a text the words of a search stand, shown in the text as it was published."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from archive.search import ALONE, Phrase, Query

WIDTH = 140  # characters of a snippet
BEFORE = 30  # of these, before the first hit
READ = 20_000  # characters of a body that are looked through; 20 hits with 2 MB each take a second else (measured)
_SPACE = re.compile(r"\s+")
_ALONE = re.compile(ALONE)
# Where a token of letters or digits can begin and end, and what of it is still to come.
_BEGINS = re.compile(rf"(?<![^\W_])|(?<={ALONE})")
_ENDS = re.compile(rf"(?![^\W_])|(?={ALONE})")
_REST = re.compile(rf"(?:(?!{ALONE})[^\W_])*")
# A character and what NFKC may join to it: marks, half-width voicing marks, the vowels and finals of Hangul.
_JOINED = "\u0300-\u036f\u0591-\u1abe\u1ac1-\u1acf\u1dc0-\u1dff\u20d0-\u20f0\u3099\u309a\uff9e\uff9f"
# Characters that keep their places when they are folded: ASCII, Han, full-width ASCII, common punctuation.
_PLAIN = "[\n\x20-\x7e\u3000-\u3002\u3008-\u3011\u2018\u2019\u201c\u201d\u2014\u00b7\u4e00-\u9fff\uff01-\uff5e]"
_UNIT = re.compile(rf"(?s)({_PLAIN}+(?![{_JOINED}]))|.[{_JOINED}]*")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, and whether it was searched for."""

    text: str
    is_hit: bool = False


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
    folded, starts, ends = _placed(text)
    phrases = (phrase for group in query.wanted for phrase in group)
    hits = [
        (starts[first], ends[last - 1], number)
        for number, phrase in enumerate(phrases)
        for first, last in _standing(phrase, folded)
    ]
    return sorted(hits, key=lambda hit: (hit[0], -hit[1]))


def _standing(phrase: Phrase, folded: str) -> Iterator[tuple[int, int]]:
    """The places of a phrase in a folded text, which may overlap; its tokens are those that the index has."""
    begins, ends = (not _ALONE.match(phrase.tokens[place]) for place in (0, -1))
    for found in _pattern(phrase.tokens).finditer(folded):
        first, last = found.span(1)
        if ends and phrase.goes_on and (rest := _REST.match(folded, last)):
            last = rest.end()
        if (not begins or _BEGINS.match(folded, first)) and (not ends or _ENDS.match(folded, last)):
            yield first, last


@lru_cache(maxsize=1000)
def _pattern(tokens: tuple[str, ...]) -> re.Pattern[str]:
    """Tokens side by side; two words need something between them. They hold letters and digits only."""
    parts = [tokens[0]]
    for before, token in pairwise(tokens):
        parts += [r"[\W_]*" if _ALONE.match(before) or _ALONE.match(token) else r"[\W_]+", token]
    return re.compile(f"(?=({''.join(parts)}))")


def _placed(text: str) -> tuple[str, list[int], list[int]]:
    """A text folded as in the index, and where in the text each of its characters begins and ends."""
    folded, starts, ends = [], list[int](), list[int]()
    for unit in _UNIT.finditer(text):
        first, last = unit.span()
        if unit[1]:
            folded.append(_folded(unit[0]))
            starts += range(first, last)
            ends += range(first + 1, last + 1)
        else:
            characters = _folded_unit(unit[0])
            folded.append(characters)
            starts += [first] * len(characters)
            ends += [last] * len(characters)
    return "".join(folded), starts, ends


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


_folded_unit = lru_cache(maxsize=10_000)(_folded)  # most units are one of some thousand characters
