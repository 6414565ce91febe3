"""Numbers of people by kind: what each looks like, and what tells it from another number that looks so."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from itertools import cycle
from typing import NamedTuple


class Pattern(NamedTuple):
    """A kind of number: what it looks like in half-width capitals, `-` and blank, and whether what does so is one.

    `digits` is the fewest that such a number has.
    """

    name: str
    description: str
    digits: int
    expression: re.Pattern[str]
    is_valid: Callable[[str], bool] = bool


# What a plate begins with, and what one may end with.
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
ENDINGS = "警学挂港澳使领试超应急"

# A number is not a part of a word, of a longer number or of a fraction; but 甘A00001(0931)2000001 are two.
_LEFT = r"(?:(?=[(+])|(?:(?<![0-9A-Z])|(?<=TEL))(?<![0-9]\.))"
_RIGHT = r"(?![0-9A-Z]|\.[0-9])"
_NO_AMOUNT = r"(?! ?(?:元(?!旦)|[万亿]元))"
# Area codes without their 0, each with what follows: eight digits where the code is short, seven or eight elsewhere.
_AREAS = ((r"(?:10|2\d)", r"[2-8]\d{3}[- ]?\d{4}"), (r"[3-9]\d\d", r"[2-8]\d{2,3}[- ]?\d{4}"))
_FIXED = "|".join(
    rf"(?:\(0{area}\)|0{area}|(?:(?:\+|00)86[- ]?|86-)(?:\(0?{area}\)|0?{area}))[- ]{{0,3}}{number}"
    for area, number in _AREAS
)
_SERIAL = r"(?:[A-HJK][A-HJ-NP-Z\d]\d{4}|\d{5}[A-HJK]|[A-HJ-NP-Z\d]{5})"
_PLATE = rf"[{PROVINCES}][· .-]?[A-Z][· .-]?"


def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.ASCII)


def _is_identity(number: str) -> bool:
    """GB 11643: a place, a day that is in the calendar, and in the longer form a check character (ISO 7064, 11-2)."""
    digits = re.sub("[- ]", "", number).replace("×", "X")
    place = digits[1:3] if digits[0] == "9" else digits[:2]  # permanent residence permits begin with a 9
    born = digits[6:14] if len(digits) == 18 else f"19{digits[6:12]}"
    return place in _PLACES and _is_day(born) and (len(digits) == 15 or _check_character(digits) == digits[17])


_PLACES = frozenset(
    f"{region}{province}"  # the first two digits of a code of GB/T 2260
    for region, provinces in enumerate(("12345", "123", "1234567", "123456", "01234", "12345", "1", "123"), start=1)
    for province in provinces
)


def _is_day(digits: str) -> bool:
    try:
        return 1800 <= dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year < 2100
    except ValueError:
        return False


def _check_character(digits: str) -> str:
    return "10X98765432"[sum(int(digit) * 2 ** (17 - at) for at, digit in enumerate(digits[:17])) % 11]


def _is_card(number: str) -> bool:
    """ISO/IEC 7812: the Luhn check digit is right."""
    doubled = cycle((False, True))
    digits = re.sub("[- ]", "", number)
    return sum(sum(divmod(int(digit) * (1 + next(doubled)), 10)) for digit in reversed(digits)) % 10 == 0


def _has_digits(plate: str) -> bool:
    return sum(map(plate.count, "0123456789")) > 1


# These are looked for in this order; what one has masked is nothing for the next.
IN_RUNS = (
    Pattern(
        "identity card",
        "GB 11643: 18 digits (the last may be X or ×), also parted 6-8-4 or 6-4-4-4, with a day of the calendar and the"
        " right check character; the old 15 digits with a day of the calendar.",
        15,
        _compiled(rf"{_LEFT}(?:\d{{6}}[- ]?\d{{4}}[- ]?\d{{4}}[- ]?\d{{3}}[\dX×]|\d{{15}}){_RIGHT}"),
        _is_identity,
    ),
    Pattern(
        "bank card, in fours",
        "17 to 19 digits in groups of four with blanks or hyphens between, the Luhn check digit right.",
        17,
        _compiled(rf"{_LEFT}[3-69]\d{{3}}([- ])\d{{4}}\1\d{{4}}\1\d{{4}}\1\d{{1,3}}{_RIGHT}"),
        _is_card,
    ),
    Pattern(
        "bank card",
        "16 to 19 digits in one piece, or 16 in groups of four, the Luhn check digit right.",
        16,
        _compiled(rf"{_LEFT}(?:[3-69]\d{{15,18}}|[3-69]\d{{3}}([- ])\d{{4}}\1\d{{4}}\1\d{{4}}){_RIGHT}"),
        _is_card,
    ),
    Pattern(
        "mobile telephone",
        "11 digits from 13 to 19, in one piece or in three (by blanks, hyphens, or two dots), with or without 86 before"
        " them; no amount in 元.",
        11,
        _compiled(
            rf"{_LEFT}(?:(?:\((?:\+|00)?86\)|(?:\+|00)?86)[- ]?)?"
            rf"(?:1[3-9]\d(?: ?-? ?\d{{4}}){{2}}|1[3-9]\d\d[- ]\d{{3}}[- ]\d{{4}}|1[3-9]\d([.·])\d{{4}}\1\d{{4}})"
            rf"{_RIGHT}{_NO_AMOUNT}"
        ),
    ),
    Pattern(
        "fixed telephone",
        "An area code (010, 02x, 03xx to 09xx, or +86 and no 0) and seven or eight digits, an extension with it.",
        11,
        _compiled(rf"{_LEFT}(?:{_FIXED})(?:-\d{{1,5}})?{_RIGHT}"),
    ),
    Pattern(
        "service telephone",
        "400 or 800 and seven digits; no amount in 元.",
        10,
        _compiled(rf"{_LEFT}[48]00[- ]?(?:\d{{3}}[- ]?\d{{4}}|\d{{4}}[- ]?\d{{3}}){_RIGHT}{_NO_AMOUNT}"),
    ),
    Pattern(
        "plate",
        "GA 36: province and letter, then five characters or, for new energy, six, at least two of them digits; or four"
        " and 警, 学, 挂, 港, 澳, 使, 领, 试, 超 or 应急; or 使 and six digits with a dot between.",
        2,
        _compiled(
            rf"(?:{_PLATE}{_SERIAL}|使 ?\d{{3}}·\d{{3}}){_RIGHT}"
            rf"|{_PLATE}[A-Z\d]{{4}}(?:[警学挂港澳使领试超]|应急)"
        ),
        _has_digits,
    ),
)
LOCAL_NUMBER = re.compile(
    r"[2-8２-８][0-9０-９]{2,3}[-－ ]?[0-9０-９]{4}(?![0-9０-９A-Za-z]|[-.－][0-9０-９]| ?[次个起条人件余多万元通年])"
)
# A number, or several that were masked before, with a word on whom or when one reaches there.
_LISTED = rf"(?:\*{{7,}}+|{LOCAL_NUMBER.pattern})(?:[（(][^（()）\n]{{1,12}}[)）])?"
LOCAL = Pattern(
    "local telephone",
    "Seven or eight digits after 电话, 热线, 传真, 座机, 固话, 联系方式 or Tel, several if they are listed; no count of"
    " calls.",
    7,
    re.compile(
        r"(?:电[ \u3000]{0,4}话|热线|传[ \u3000]{0,4}真|座机|固话|联系方式|(?<![A-Za-z])[Tt][Ee][Ll]\.?)(?:号码?)?"
        r"(?:[（(][^（()）\n]{1,12}[)）])?[：:“ \u3000\n为是]{0,4}"
        rf"{_LISTED}(?:[、，；,;/或和 \u3000]{{1,2}}{_LISTED})*+"
    ),
)
PATTERNS: tuple[Pattern, ...] = (*IN_RUNS, LOCAL)
