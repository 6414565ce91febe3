"""A row of `make bench`: what was measured beside what, in what unit, how far it has to reach; and the table of rows.

A module that measures offers `measured(quick: bool) -> Iterator[Row | Missing]` and yields each row when it has it;
`quick` is a trial with small sizes, whose numbers say nothing. What it makes for itself goes into a temporary folder,
and large archives into `benchmarks/results/`, where the next run finds them.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Wanted:
    """From where to where the ratio (ours / theirs), the difference (ours - theirs) or our own number may be."""

    of: Literal["ratio", "difference", "ours"]
    least: float | None = None
    most: float | None = None

    def __str__(self) -> str:
        if self.least == self.most is not None:
            return f"= {short(self.most)}"
        return ", ".join(
            f"{sign} {short(one)}" for sign, one in (("≥", self.least), ("≤", self.most)) if one is not None
        )


@dataclass(frozen=True)
class Row:
    """One comparison; `ours` and `theirs` in `unit`, chosen so that the ratio reads as it is wanted.

    `theirs` is None where our own number is judged; `raw` holds every single measurement by name.
    """

    what: str
    beside: str
    unit: str
    ours: float
    theirs: float | None
    wanted: Wanted
    raw: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """Ours / theirs; None where there is no other, or the other is nothing."""
        return self.ours / self.theirs if self.theirs else None

    @property
    def judged(self) -> float:
        """The number that `wanted` speaks of; a ValueError where the row does not have it."""
        if self.wanted.of == "ours":
            return self.ours
        found = self.ratio if self.wanted.of == "ratio" else None if self.theirs is None else self.ours - self.theirs
        if found is None:
            raise ValueError(f"{self.what}: no {self.wanted.of} without another's number")
        return found

    @property
    def judged_in(self) -> str:
        """The unit of what is judged."""
        return "×" if self.wanted.of == "ratio" else self.unit

    @property
    def holds(self) -> bool:
        """Is it where it is wanted?"""
        least, most = self.wanted.least, self.wanted.most
        return (least is None or self.judged >= least) and (most is None or self.judged <= most)

    @property
    def spent(self) -> float:
        """How much of the room there is has been used: 1 is just as wanted, 0.5 twice as good, 2 half as good."""
        least, most = self.wanted.least, self.wanted.most
        parts = [self.judged / most] if most else []
        return max(parts + ([least / self.judged] if least else []), default=0.0)


@dataclass(frozen=True)
class Missing:
    """A row that could not be measured, and why: the run has failed."""

    what: str
    beside: str
    why: str


NO_PAGES = "no folder of saved pages: name it with --pages"
HEAD = ("what", "beside", "ours", "theirs", "ratio", "wanted", "holds")


def table(rows: Iterable[Row | Missing]) -> str:
    """The rows as a Markdown table."""
    lines = [HEAD, ("---", "---", "--:", "--:", "--:", "--:", "---"), *map(cells, rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def told(rows: Iterable[Row | Missing]) -> int:
    """Print the table; the exit code of a program that does: 1 if a row does not hold, or could not be measured."""
    every = list(rows)
    print(table(every))
    return int(not all(isinstance(row, Row) and row.holds for row in every))


def alone(measured: Callable[[bool], Iterable[Row | Missing]], document: str | None) -> int:
    """What a script does that measures by itself; `document` is its own, for `--help`."""
    parser = argparse.ArgumentParser(description=document, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it runs")
    return told(measured(parser.parse_args().quick))


def short(number: float) -> str:
    """A number as a reader wants it: three digits that matter, thousands grouped, no exponent."""
    if abs(number) >= 100 or number == int(number):
        return f"{number:,.0f}"
    return f"{number:.1f}" if abs(number) >= 10 else f"{number:.2f}" if abs(number) >= 1 else f"{number:.3g}"


def cells(row: Row | Missing) -> tuple[str, ...]:
    """What stands under each word of the head."""
    if isinstance(row, Missing):
        return (row.what, row.beside, f"**not measured: {row.why}**", "", "", "", "**no**")
    ours = f"{short(row.ours)} {row.unit}".strip()
    theirs = "" if row.theirs is None else f"{short(row.theirs)} {row.unit}".strip()
    ratio = "" if row.ratio is None else f"{short(row.ratio)} ×"
    wanted = f"{'ours - theirs ' if row.wanted.of == 'difference' else ''}{row.wanted} {row.judged_in}".strip()
    holds = "yes" if row.holds else "**no**"
    return (row.what, row.beside, ours, theirs, ratio, wanted, holds)
