"""The date that an article's address names, read in one way for list lines and for article pages."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import urlsplit

from archive.models import Precision

_YEAR, _MONTH, _DAY = r"(?P<y>(?:19|20)\d\d)", r"(?P<m>0[1-9]|1[0-2])", r"(?P<d>0[1-9]|[12]\d|3[01])"
_M, _D = r"(?P<m>0?[1-9]|1[0-2])", r"(?P<d>0?[1-9]|[12]\d|3[01])"
# A number counts as a day only where a CMS is known to put one: a whole folder, or the head of a TRS file's name. The
# last number before an ending is a running number (/2026/07/12.html, /202607/15.shtml), a short one before index.html
# a page's own (/20130315/index.html).
_ADDRESSES: tuple[tuple[Precision, re.Pattern[str]], ...] = (
    ("day", re.compile(rf"/t?{_YEAR}{_MONTH}{_DAY}_[^/]*$")),  # /202607/t20260703_4746539.html
    ("day", re.compile(rf"/{_YEAR}-{_MONTH}-{_DAY}/")),  # /c/2026-07-03/8378604.html
    ("day", re.compile(rf"/{_YEAR}-?{_MONTH}/{_DAY}/")),  # /2026-07/03/content_1.shtml, /columns/…/202607/03/…
    ("day", re.compile(rf"/{_YEAR}/{_M}/{_D}/")),  # /art/2026/7/3/art_6372_1.html, /2026/07/03/ARTI1.shtml
    ("day", re.compile(rf"/{_YEAR}{_MONTH}{_DAY}/(?!index\.)")),  # /20260703/1.html, /20260703/0a1b/c.html
    ("day", re.compile(rf"/{_YEAR}{_MONTH}{_DAY}\d{{4,}}/index\.")),  # /202607031234567/index.shtml
    ("month", re.compile(rf"/{_YEAR}[-/]{_MONTH}/")),  # /2026/07/12.html
    ("month", re.compile(rf"/{_YEAR}{_MONTH}/(?!index\.)")),  # /c110634/202607/c00_1.shtml, /202607/0a1b.shtml
    ("year", re.compile(rf"/art/{_YEAR}/art_")),  # JPAAS: /art/2026/art_<32 hex digits>.html
)


def date_in_address(url: str) -> tuple[dt.date, Precision] | None:
    """The date in an address's path and how precise it is: `day`, `month` or `year`; None where it names none.

    A month is given as its first day, a year as its first of January, which is not to be taken for a day.
    """
    path = urlsplit(url).path
    for precision, form in _ADDRESSES:
        for found in form.finditer(path):
            try:
                parts = found.groupdict()
                return dt.date(int(parts["y"]), int(parts.get("m") or 1), int(parts.get("d") or 1)), precision
            except ValueError:  # 30 February
                continue
    return None
