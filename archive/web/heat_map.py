"""Months as an SVG heat map that is drawn on the server: where its squares stand, what is written in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archive.known_months import Month

WIDTH, HEIGHT, GAP, LINE = 24, 22, 1, 18  # pixels: 36 months fit into a window of 1280
NAME, YEAR = 118, 38  # room for the name of a site, or for a year
LEVELS = (1, 5, 20, 80, 200)  # releases a month from which on a square is a shade darker; the same for every site
_THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class Square:
    """One month where it is drawn; `said` is all that a reader is told of it, `written` what fits into the square."""

    x: int
    y: int
    month: Month
    level: int
    written: str
    said: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of squares: its name, the page it leads to, where it stands."""

    label: str
    address: str | None
    y: int
    squares: tuple[Square, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """A heat map with its size in pixels; `heads` are the columns' names with their places, `head` their height."""

    width: int
    height: int
    square: tuple[int, int]
    head: int
    heads: tuple[tuple[int, str], ...]
    groups: tuple[tuple[int, str], ...]
    rows: tuple[Row, ...]


def heat_map(
    rows: Sequence[tuple[str, str | None, Sequence[Month]]],
    heads: Sequence[str],
    groups: Sequence[tuple[int, str]] = (),
) -> HeatMap:
    """Lay out rows: names, addresses they lead to, months.

    `groups` name the years of columns that are months, from the column given on; without them rows are years.
    """
    top, left = LINE * (2 if groups else 1), NAME if groups else YEAR
    drawn = []
    for number, (label, address, months) in enumerate(rows):
        y = top + number * (HEIGHT + GAP)
        squares = tuple(_square(_x(left, place), y, label, month) for place, month in enumerate(months))
        drawn.append(Row(label, address, y, squares))
    return HeatMap(
        width=_x(left, len(heads)),
        height=top + len(rows) * (HEIGHT + GAP),
        square=(WIDTH, HEIGHT),
        head=top - LINE // 3,
        heads=tuple((_x(left, place) + WIDTH // 2, head) for place, head in enumerate(heads)),
        groups=tuple((_x(left, place), group) for place, group in groups),
        rows=tuple(drawn),
    )


def _x(left: int, place: int) -> int:
    return left + place * (WIDTH + GAP)


def _square(x: int, y: int, label: str, month: Month) -> Square:
    level = sum(month.archived >= floor for floor in LEVELS)
    where = month.name if label == month.name[:4] else f"{label} {month.name}"
    return Square(x, y, month, level, _written(month), f"{where}: {in_words(month)}")


def _written(month: Month) -> str:
    """The count, with a plus where it may be more; never a nought for what is unknown."""
    if month.state == "unknown" or (month.state == "gap" and not month.archived):
        return "?"
    count = str(month.archived) if month.archived < _THOUSAND else f"{month.archived // _THOUSAND}k"
    return count if month.state in ("archived", "none") else f"{count}+"


def in_words(month: Month) -> str:
    """All that is known of a month, in a sentence without its name."""
    count = {
        "archived": f"{month.archived:,} archived",
        "at least": f"at least {month.archived:,}",
        "gap": f"{month.archived:,} archived, {month.missing:,} missing" if month.archived else "unknown",
        "none": "none",
        "unknown": "unknown",
    }[month.state]
    return "; ".join(part for part in (count, month.reason, month.trouble) if part)


def in_short(month: Month) -> str:
    """What stands in the table behind the drawing."""
    if month.state == "unknown" or (month.state == "gap" and not month.archived):
        return "unknown"
    count = f"{month.archived:,}"
    return count if month.state in ("archived", "none") else f"at least {count}"
