"""Which day a line of a list names: in a text beside the link, or in the link's address."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from crawler.url_dates import date_in_address

_YEAR = r"(?P<y>(?:19|20)\d\d)"
_MONTH = r"(?P<m>0?[1-9]|1[0-2])"
_DAY = r"(?P<d>0?[1-9]|[12]\d|3[01])"
_FULL = re.compile(rf"(?<!\d){_YEAR}\s?[-./年]\s?{_MONTH}\s?[-./月]\s?{_DAY}(?!\d)")
_TIME = r"(?:日?\s*T?\d{1,2}:\d\d(?::\d\d)?)?"
_LABEL = r"(?:(?:发布|发文|更新|成文)?(?:时间|日期)\s*[:：]?)?"
_OPEN, _CLOSE = r"[\s\[(（【〔|]*", r"[\s\])）】〕|]*"
# A text that is nothing but a day: `[2018-04-15]`, `( 2018-04-15)`, `发布时间：2018-04-15 09:30`, `2018年4月15日`.
_ONLY_FULL = re.compile(rf"{_OPEN}{_LABEL}{_OPEN}{_FULL.pattern}日?\s*{_TIME}{_CLOSE}")
_ONLY_MONTH_DAY = re.compile(rf"{_OPEN}{_LABEL}{_OPEN}{_MONTH}\s?[-./月]\s?{_DAY}日?\s*{_TIME}{_CLOSE}")
# A day laid out over two elements, a large `03` over a small `2026-07`.
_SPLIT = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_DAY}日? {_YEAR}[-./年]{_MONTH}月?",
        rf"{_YEAR}[-./年]{_MONTH}月? {_DAY}日?",
        rf"{_MONTH}[-./月]{_DAY}日? {_YEAR}年?",
        rf"{_YEAR}年? {_MONTH}[-./月]{_DAY}日?",
    )
)
_DIGITS_OF_A_DAY = re.compile(r"[\d./年月日-]{1,12}")
# A year alone is no date, but enough for a day and month that the list shows without their year.
_ADDRESS_YEAR = re.compile(r"/(?P<y>(?:19|20)\d\d)(?:-?(?:0[1-9]|1[0-2]))?(?=/|-)")
_BRIEF = 40


def day_in(text: str) -> dt.date | None:
    """The first day with its year in a text: 2026-07-03, 2026/7/3, 2026.07.03, 2026年7月3日; None if there is none."""
    for found in _FULL.finditer(text):
        if day := _date(found):
            return day
    return None


def day_in_address(url: str) -> dt.date | None:
    """The day an address names; None where it names only a month or nothing: a month is not its first day."""
    named = date_in_address(url)
    return named[0] if named and named[1] == "day" else None


def only_a_day(text: str) -> bool:
    """Is this text a day, with or without its year, and nothing else?"""
    return len(text) <= _BRIEF and bool(_ONLY_FULL.fullmatch(text) or _ONLY_MONTH_DAY.fullmatch(text))


def day_shown(outside: Sequence[str], inside: Sequence[str], beside: Sequence[str], url: str) -> dt.date | None:
    """The day that a line shows.

    `outside` are its texts outside the link, `inside` those of the link, `beside` those between its row and the next.
    A text that is nothing but a day wins over one that merely holds a day, which may be a teaser or a title. A day
    without a year takes the year of the address, and is None where the address has none.
    """
    apart = [text for text in (*outside, *inside, *beside) if len(text) <= _BRIEF]
    for text in apart:
        if found := _ONLY_FULL.fullmatch(text):
            return _date(found)
    if day := _split_day(outside) or _split_day(inside) or _split_day(beside):
        return day
    for text in (*outside, *beside):
        if len(text) <= _BRIEF and (day := day_in(text)):
            return day
    return _day_of_year_in(url, apart)


def without_days(texts: Iterable[str]) -> list[str]:
    """The texts that are not a day, nor a part of one laid out over two."""
    left = [text for text in texts if not only_a_day(text)]
    return [text for text in left if not _DIGITS_OF_A_DAY.fullmatch(text)] if _split_day(left) else left


def _split_day(texts: Iterable[str]) -> dt.date | None:
    joined = " ".join(text for text in texts if _DIGITS_OF_A_DAY.fullmatch(text))
    for pattern in _SPLIT:
        if found := pattern.fullmatch(joined):
            return _date(found)
    return None


def _day_of_year_in(url: str, texts: Iterable[str]) -> dt.date | None:
    named = day_in_address(url)
    year = _ADDRESS_YEAR.search(urlsplit(url).path)
    if named is None and year is None:
        return None
    for text in texts:
        if not (found := _ONLY_MONTH_DAY.fullmatch(text)):
            continue
        if named is None:
            return _date(found, year=int(year["y"])) if year else None
        near = [day for offset in (-1, 0, 1) if (day := _date(found, year=named.year + offset))]
        return min(near, key=lambda day: abs(day - named), default=None)
    return None


def _date(found: re.Match[str], year: int | None = None) -> dt.date | None:
    try:
        return dt.date(year or int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:  # 30 February
        return None
