"""Dates as these sites write them, each as precise as it is written."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from archive.models import Precision
from crawler.url_dates import date_in_address

SHANGHAI = ZoneInfo("Asia/Shanghai")
FINER: dict[Precision, int] = {"second": 4, "minute": 3, "day": 2, "month": 1, "year": 0}

_TIME = (
    r"(?P<hour>[01]?\d|2[0-4])\s*[:时點点]\s*(?P<minute>[0-5]?\d)\s*"
    r"(?:[:分]\s*(?P<second>[0-5]?\d)(?:\.\d+)?\s*秒?|分)?"
)
_ZONE = r"(?P<zone>Z|[+-]\d{2}:?\d{2})?"
_FULL = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d{2})\s*(?P<sep>[-/.年_])\s*(?P<month>1[0-2]|0?[1-9])\s*(?:(?P=sep)|月)\s*"
    r"(?P<day>3[01]|[12]\d|0?[1-9])(?!\d)\s*[日号]?"
    rf"(?:[\sT,-]*(?:(?:星期|周)[一二三四五六日天])?[\sT,-]*(?P<clock>{_TIME}){_ZONE})?"
)
_GLUED = re.compile(  # 2020-12-3114:29:32: the white space between day and time was lost
    rf"(?<!\d)(?P<year>20\d{{2}})-(?P<month>0[1-9]|1[0-2])-(?P<day>[0-3]\d)(?P<clock>{_TIME}){_ZONE}"
)
_DAY_FIRST = re.compile(
    rf"(?<!\d)(?P<day>0[1-9]|[12]\d|3[01])\.(?P<month>0[1-9]|1[0-2])\.(?P<year>(?:19|20)\d{{2}})(?!\d)"
    rf"(?:\s+(?P<clock>{_TIME}){_ZONE})?"
)
_SOLID = re.compile(r"(?<!\d)(?P<year>20\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?!\d)")
_MONTH = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})\s*(?:年\s*|[-/.])(?P<month>1[0-2]|0?[1-9])(?:\s*月|(?![\d.-]))")
_SHORT = re.compile(
    rf"(?P<month>1[0-2]|0?[1-9])\s*[-/月.]\s*(?P<day>3[01]|[12]\d|0?[1-9])\s*[日号]?(?:\s*(?P<clock>{_TIME}))?"
)
_DATED = re.compile(r"[\d年]")  # in everything that could be a date
# A Han character that stands in no date. To look for one costs a fraction of what it costs to fold a line's width.
_ANOTHER = re.compile("(?![年月日号星期周天时点點分秒零一二三四五六七八九十])[\u4e00-\u9fff]")
_LONGEST = 60
_EPOCH = re.compile(r"^\d{10}(?:\d{3})?$")
_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_WORDS = re.compile(
    r"((?:19|20)\d{2}|[二一][〇○零0一二三四五六七八九]{3})年([一二三四五六七八九十]{1,3})月(?:([一二三四五六七八九十]{1,3})[日号])?"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as precise as it was written: an aware datetime (Asia/Shanghai) for second and minute, else a date."""

    at: dt.datetime | dt.date
    precision: Precision

    def __str__(self) -> str:
        """As long as it is precise, as in the column `published`."""
        if isinstance(self.at, dt.datetime):
            return self.at.isoformat(timespec="seconds" if self.precision == "second" else "minutes")
        return self.at.isoformat()[: {"month": 7, "year": 4}.get(self.precision, 10)]

    @property
    def day(self) -> dt.date:
        """The day, or the first of the month or year where no day is known."""
        return self.at.date() if isinstance(self.at, dt.datetime) else self.at


def find(text: str | None) -> Moment | None:
    """The first date written in a text, in any of the forms seen on these sites; None if it holds none."""
    if not text or not _DATED.search(text):
        return None
    text = unicodedata.normalize("NFKC", text).strip()
    if _EPOCH.match(text):
        return _from_epoch(text)
    if "年" in text:
        text = _WORDS.sub(_in_digits, text)
    matches = [m for form in (_GLUED, _FULL, _DAY_FIRST) if (m := form.search(text)) and _moment(m)]
    matches = matches or [m for form in (_SOLID, _MONTH) if (m := form.search(text)) and _moment(m)]
    return _moment(min(matches, key=lambda m: m.start())) if matches else None


def is_date(text: str) -> bool:
    """Is a date all that stands in this text?"""
    if len(text) > _LONGEST or not _DATED.search(text) or _ANOTHER.search(text):
        return False
    text = unicodedata.normalize("NFKC", text).strip(" []()<>|")
    if "年" in text:
        text = _WORDS.sub(_in_digits, text)
    return text[:1].isdecimal() and any(form.fullmatch(text) for form in (_GLUED, _FULL, _DAY_FIRST, _SOLID, _MONTH))


def short(text: str | None) -> re.Match[str] | None:
    """A date without its year, 06-11 or 6月11日 09:20, where that is all that stands in a text."""
    return _SHORT.fullmatch(unicodedata.normalize("NFKC", text or "").strip(" []()<>|"))


def completed(text: str | None, known: Iterable[Moment]) -> Moment | None:
    """A date without its year, in the year in which it comes closest to the days that are known; None without any."""
    written = short(text)
    days = [one.day for one in known if FINER[one.precision] >= FINER["day"]]
    if written is None or not days:
        return None
    years = {day.year + near for day in days for near in (-1, 0, 1)}
    found = [
        moment
        for year in years
        if (moment := find(f"{year}-{written['month']}-{written['day']} {written['clock'] or ''}"))
    ]
    return min(found, key=lambda moment: min(abs((moment.day - day).days) for day in days), default=None)


def in_url(url: str) -> Moment | None:
    """The date in a page's address; only the month, or the year, where the address says no more."""
    named = date_in_address(url)
    return Moment(*named) if named else None


def _moment(match: re.Match[str]) -> Moment | None:
    parts = {name: int(value) for name, value in match.groupdict().items() if value and value.isdigit()}
    try:
        day = dt.date(parts["year"], parts["month"], parts.get("day", 1))
    except ValueError:
        return None
    if "day" not in parts:
        return Moment(day, "month")
    if "hour" not in parts or parts["hour"] == 24:
        return Moment(day, "day")
    clock = dt.time(parts["hour"], parts["minute"], parts.get("second", 0))
    if clock == dt.time(0):
        return Moment(day, "day")  # 00:00:00 is what a CMS writes when it knows the day only
    at = dt.datetime.combine(day, clock, _zone(match)).astimezone(SHANGHAI)
    return Moment(at, "second" if "second" in parts else "minute")


def _zone(match: re.Match[str]) -> dt.tzinfo:
    zone = match.groupdict().get("zone")
    if not zone:
        return SHANGHAI
    if zone == "Z":
        return dt.UTC
    sign = -1 if zone[0] == "-" else 1
    offset = dt.timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return dt.timezone(sign * offset) if offset < dt.timedelta(hours=24) else SHANGHAI


def _from_epoch(text: str) -> Moment | None:
    at = dt.datetime.fromtimestamp(int(text[:10]), SHANGHAI)
    if at.year >= 2100:
        return None
    return Moment(at, "second") if at.time() != dt.time(0) else Moment(at.date(), "day")


def _in_digits(match: re.Match[str]) -> str:
    year, month, day = match.groups()
    numbers = [str(_counted(part)) for part in (month, day) if part]
    return year.translate(_DIGITS) + "年" + "月".join(numbers) + ("日" if day else "月")


def _counted(text: str) -> int:
    """十 is 10, 十九 19, 二十 20, 三十一 31."""
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int(text.translate(_DIGITS))
    return int(tens.translate(_DIGITS) or 1) * 10 + int(ones.translate(_DIGITS) or 0)
