"""Two texts of one release set against each other: paragraphs matched, and in them the characters that differ."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from itertools import accumulate
from typing import Literal

# Steps of difflib's inner loop for one pair of texts; it has no limit of its own, and a hostile text takes it minutes.
STEPS = 3_000_000
_KEPT_BESIDE = 1  # equal paragraphs that stay in sight around a change
_BLOCK = 24  # paragraphs of a rewritten passage that are matched by likeness; in a longer one, by their order
_LIKE = 0.4
_HEAD = 1000  # characters of a paragraph that say which one it is
# What a reader takes for one character: marks, variation selectors and joiners stay with what they belong to.
_CHARACTER = re.compile(
    "\r\n|.(?:[\u0300-\u036f\u20d0-\u20ff\u3099\u309a\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef]|\u200d.)*",
    re.DOTALL,
)
_UNSEEN = {"Cc", "Cf", "Mn", "Zs", "Zl", "Zp"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a paragraph that the other text has too, or has not."""

    text: str
    differs: bool

    @property
    def unseen(self) -> str:
        """The code points of a difference that no reader can see, such as a space of another width; else nothing."""
        if self.differs and all(unicodedata.category(one) in _UNSEEN for one in self.text):
            return " ".join(f"U+{ord(one):04X}" for one in self.text[:8])
        return ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of the two columns: a paragraph and its match; None where it has none.

    `skipped` stands for that many equal paragraphs that are not shown.
    """

    kind: Literal["same", "changed", "added", "removed", "skipped"]
    old: tuple[Piece, ...] | None = None
    new: tuple[Piece, ...] | None = None
    skipped: int = 0


def compare(old: str, new: str) -> list[Pair]:
    """The paragraphs of two texts side by side, long runs of equal ones left out.

    Where telling characters apart would cost more than STEPS, what differs is marked as a whole.
    """
    purse = _Purse()
    before, after = _paragraphs(old), _paragraphs(new)
    pairs = []
    for i1, i2, j1, j2, same in _blocks(before, after, purse):
        if same:
            pairs += [_same(text) for text in before[i1:i2]]
        else:
            pairs += _rewritten(before[i1:i2], after[j1:j2], purse)
    return list(_folded(pairs))


def characters(old: str, new: str, purse: _Purse | None = None) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """The pieces of both texts, those characters marked that are in one of them only."""
    before, after = _CHARACTER.findall(old), _CHARACTER.findall(new)
    left: list[Piece] = []
    right: list[Piece] = []
    for i1, i2, j1, j2, same in _blocks(before, after, purse or _Purse()):
        for pieces, stretch in ((left, before[i1:i2]), (right, after[j1:j2])):
            if stretch:
                pieces.append(Piece("".join(stretch), not same))
    return tuple(left), tuple(right)


def first_difference(old: str, new: str, steps: int) -> tuple[int, int, int, int]:
    """Where two different texts first differ: from and to in the old one, from and to in the new one."""
    blocks = _blocks(old, new, _Purse(steps))
    return next((i1, i2, j1, j2) for i1, i2, j1, j2, same in blocks if not same)


@dataclass(slots=True)
class _Purse:
    left: int = STEPS


class _TooMuchError(Exception):
    """Comparing costs more than there is to spend."""


class _Matcher(SequenceMatcher[str]):
    """difflib's, counting the steps it takes; raises _TooMuchError before it takes more than the purse holds."""

    def __init__(self, old: Sequence[str], new: Sequence[str], purse: _Purse) -> None:
        super().__init__(None, old, new, autojunk=False)
        places = Counter(new)
        self._purse = purse
        self._steps = [0, *accumulate(1 + places[one] for one in old)]

    def find_longest_match(self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None) -> Match:
        self._purse.left -= self._steps[-1 if ahi is None else ahi] - self._steps[alo]
        if self._purse.left < 0:
            raise _TooMuchError
        return super().find_longest_match(alo, ahi, blo, bhi)


def _blocks(old: Sequence[str], new: Sequence[str], purse: _Purse) -> Iterator[tuple[int, int, int, int, bool]]:
    """Stretches of both sequences in order, and whether they are the same; what both begin and end with is free."""
    shorter = min(len(old), len(new))
    front = next((place for place in range(shorter) if old[place] != new[place]), shorter)
    most = shorter - front
    back = next((place for place in range(most) if old[-1 - place] != new[-1 - place]), most)
    i2, j2 = len(old) - back, len(new) - back
    if front:
        yield 0, front, 0, front, True
    try:
        codes = _Matcher(old[front:i2], new[front:j2], purse).get_opcodes()
        yield from ((i + front, k + front, j + front, n + front, tag == "equal") for tag, i, k, j, n in codes)
    except _TooMuchError:
        yield front, i2, front, j2, False
    if back:
        yield i2, len(old), j2, len(new), True


def _paragraphs(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _same(text: str) -> Pair:
    return Pair("same", (Piece(text, False),), (Piece(text, False),))


def _rewritten(old: Sequence[str], new: Sequence[str], purse: _Purse) -> Iterator[Pair]:
    i = j = 0
    for at, beside in [*_matches(old, new), (len(old), len(new))]:
        yield from (Pair("removed", old=(Piece(text, True),)) for text in old[i:at])
        yield from (Pair("added", new=(Piece(text, True),)) for text in new[j:beside])
        if at < len(old):
            yield Pair("changed", *characters(old[at], new[beside], purse))
        i, j = at + 1, beside + 1


def _matches(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Which paragraph of a passage became which one: those most alike, in order."""
    if len(old) > _BLOCK or len(new) > _BLOCK:
        return [(place, place) for place in range(min(len(old), len(new)))]
    heads = [[Counter(text[:_HEAD]) for text in texts] for texts in (old, new)]
    best = [[(0.0, False)] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            alike = _likeness(heads[0][i], heads[1][j])
            apart = max(best[i + 1][j][0], best[i][j + 1][0])
            together = best[i + 1][j + 1][0] + alike
            best[i][j] = (together, True) if alike >= _LIKE and together >= apart else (apart, False)
    found, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        if best[i][j][1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i + 1][j][0] >= best[i][j + 1][0]:
            i += 1
        else:
            j += 1
    return found


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    return 2 * (one & other).total() / (one.total() + other.total())


def _folded(pairs: Sequence[Pair]) -> Iterator[Pair]:
    """Equal paragraphs stay in sight beside a change; more than one further on are counted instead."""
    changed = [place for place, pair in enumerate(pairs) if pair.kind != "same"]
    shown = {place + near for place in changed for near in range(-_KEPT_BESIDE, _KEPT_BESIDE + 1)}
    skipped: list[Pair] = []
    for place, pair in enumerate(pairs):
        if place not in shown:
            skipped.append(pair)
            continue
        yield from _left_out(skipped)
        skipped = []
        yield pair
    yield from _left_out(skipped)


def _left_out(pairs: Sequence[Pair]) -> Sequence[Pair]:
    return pairs if len(pairs) <= 1 else [Pair("skipped", skipped=len(pairs))]
