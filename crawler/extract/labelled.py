"""Where labels stand in a line: each is looked up before a colon, a bar, a tab or a gap, and not searched for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from crawler.extract import dates
from crawler.extract.labels import ALL, FIELD_OF, SIMPLE, WRITERS, plain

# Stands between two elements on one line, where a reader sees a gap: 来源：<i>某局</i><i>浏览</i>. It is white space.
SEAM = "\x1f"
_NAMES = frozenset(ALL)
_BEGINNINGS = frozenset(label[0] for label in ALL)
_ENDINGS = frozenset(label[start:] for label in ALL for start in range(len(label)))
_WIDEST = 24  # characters of a label with the white space in it
_LONGEST_LINE = 400  # a longer one is text
_LONGEST_NAMES = 20  # a line of a label and a name, with nothing but a space between them
_GLUED = 4  # characters of a label that is known as one in the middle of a line: 合肥市公安局发布时间：…
_OPENING = "（([【"
_BARS = "丨｜|"
_BEFORE = "[]【】()（）丨｜|/·,，;；。、>：:"
_COLONS = "：:∶︰"
_SEPARATOR = re.compile(rf"([{_COLONS}{_BARS}\t/])\s*")
_SPACE = re.compile(r"\s+(?=\S)")
_SLASH = re.compile(r"\s*/\s*(?=\S)(?![图文圖])")
_NAME_BEHIND = re.compile(r"[\s/]+(?=[\u4e00-\u9fff·]{2,5}(?:[\s、，,）)\]】]|$))")  # 记者 张某某 通讯员 李某
_PEOPLE = frozenset(("作者", "撰文", "摄影", "编辑", "责编", "责任编辑", "审核", "校对", *WRITERS))
# A label that is not listed, which begins an element, between others that are: <i>来源：某局</i><i>信息分类：交通</i>
_UNLISTED = re.compile(r"(?<=[\x1f\t])(?P<label>[\u4e00-\u9fff]{2,6})(?P<sep>[：:])\s*(?!\d+\s*(?:[\x1f次]|$))")


class Place(NamedTuple):
    """A label as it is listed, where it begins in its line, and where its value does."""

    label: str
    start: int
    end: int


@lru_cache(maxsize=2048)
def find(line: str) -> Sequence[Place]:
    """The labels of a line in their order, none within another."""
    if len(line) > _LONGEST_LINE:
        return ()
    separators = list(_SEPARATOR.finditer(line))
    if not separators and len(line.split(maxsplit=1)) < 2:
        return ()
    places = _before(line, separators, _COLONS + "\t")
    spaced = None if places else _leading(line, _SPACE)
    leading = None if places else (spaced if spaced and _introduces(spaced, line) else _leading(line, _SLASH))
    places += [leading] if leading else _before(line, separators, _BARS)
    if places or line[0] in _OPENING or len(line) <= _LONGEST_NAMES:
        people = list(_people(line))
        begins = spaced or any(not one.start or line[one.start - 1] in _OPENING for one in people)
        places += people if places or separators or begins else ()
    if places:
        places += [Place(plain(one["label"]), one.start(), one.end()) for one in _UNLISTED.finditer(line)]
    return tuple(_apart(places))


def _apart(places: Iterable[Place]) -> Iterator[Place]:
    end = 0
    for place in sorted(places, key=lambda place: (place.start, -place.end)):
        if place.start >= end:
            yield place
            end = place.end


def _before(line: str, separators: Iterable[re.Match[str]], among: str) -> list[Place]:
    """The labels before those separators that are among these characters; a bar has something behind it, too."""
    found = [_place(line, one, one[1]) for one in separators if one[1] in among]
    return [place for place in found if place and (place.end < len(line) or among != _BARS)]


def _people(line: str) -> Iterator[Place]:
    """The labels of people before a space or a slash and a name."""
    for gap in _NAME_BEHIND.finditer(line):
        if place := _place(line, gap, ""):
            yield place


def _place(line: str, gap: re.Match[str], separator: str) -> Place | None:
    """The longest label that ends at a gap, which holds a separator or '' where a name follows."""
    label, found = "", None
    for start in range(gap.start() - 1, max(gap.start() - _WIDEST, 0) - 1, -1):
        if line[start].isspace():
            continue
        label = SIMPLE.get(line[start], line[start]) + label
        if label not in _ENDINGS:
            break
        if label in _NAMES and _stands(label, line[start - 1] if start else "", separator):
            found = Place(label, start, gap.end())
    return found


def _stands(label: str, behind: str, separator: str) -> bool:
    """May a label stand behind this character, '' where it begins the line, and before this separator?"""
    if not separator:
        return label in _PEOPLE and (behind in _OPENING or behind.isspace())
    if separator == "\t":
        return behind in ("", "\t")
    if behind.isspace() or behind.isdecimal():  # 2023-06-11来源：…
        return True
    return behind in _BARS if separator in _BARS else behind in _BEFORE or len(label) >= _GLUED


def _leading(line: str, gaps: re.Pattern[str]) -> Place | None:
    """The longest label with which a line begins, if need be behind a bracket, before a gap."""
    begin = 1 if line[0] in _OPENING else 0
    if plain(line[begin : begin + 1]) not in _BEGINNINGS:
        return None
    gaps_near = gaps.finditer(line, begin, begin + _WIDEST)
    found = [Place(label, 0, gap.end()) for gap in gaps_near if (label := plain(line[begin : gap.start()])) in _NAMES]
    return found[-1] if found else None


def _introduces(place: Place, line: str) -> bool:
    """Is what follows a label and a space alone its value: a short name or a date, as in 编辑 张三?"""
    field, rest = FIELD_OF.get(place.label), line[place.end :]
    if field == "published":
        return dates.is_date(rest[:20].split("来源")[0])
    return field in ("content_source", "author", "editor") and len(rest) <= 40
