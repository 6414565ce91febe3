"""Labelled values of a release: who issued, wrote and edited it, where it came from, when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from crawler.extract import dates, labelled
from crawler.extract.document import says_nothing
from crawler.extract.labelled import SEAM
from crawler.extract.labels import FIELD_OF, OFFICIAL, PASSED, WRITERS

_BUTTONS = re.compile(
    r"(?:[【\[（(<|]\s*)?(?:[大中小]字体|字体|字号|打印|[XxＸ×✕]\s*关闭|关闭|收藏|分享|(?:我要)?纠错|大 ?中 ?小|浏览"
    r"|阅读|点击|朗读|扫一扫|返回|(?:我要)?评论|下载|转发|订阅|复制链接|举报|参与互动|我来说两句|A\+|A-|T\|T)(?:[^\u3400-\u9fff]|$|本页|窗口|到|此页|次数|[量数]|全文)"
)
_EDGES = " \t\x1f\u3000|丨｜/·,，;；、-—_[]【】()（）<>《》“”\"'：:"
_LONGEST = 60
_LONGEST_NAME = 6
_SPOKEN = re.compile("[的了是吗么呢请什何]")  # in no name of a person, and of few departments
_SENTENCE = re.compile(r"[。？?！!；;]")
_DATED = ("时间", "日期", "时限", "于")  # how the labels end whose values are dates
_BODIES = ("content_source", "issuer")
_PERSONAL = ("content_source", "author", "editor")
_CREDITS = (*WRITERS, "供稿", "供稿单位", "摄影", "供图")
_HOURS = re.compile(r"[上下中]午|晚上|凌晨|[起至—~－]|\d\s*[时点](?!\s*\d)")


@dataclass(frozen=True, slots=True)
class Mention:
    """One labelled value: `field` is a field of Article, `updated`, `kept` for one that stands under its own label, or
    `passed` for one that is only read over.
    """

    field: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Byline:
    """What some lines name: the values of each field in their order, and those that stand under their own labels."""

    fields: Mapping[str, Sequence[str]]
    labels: Mapping[str, str]
    official: str | None

    def first(self, field: str) -> str | None:
        """The first value of a field."""
        return next(iter(self.fields.get(field, ())), None)


def read(lines: Iterable[str]) -> Byline:
    """The values named in these lines, empty ones aside; where nobody is 作者, 记者 or 通讯员 wrote it."""
    fields: dict[str, list[str]] = {}
    labels: dict[str, str] = {}
    official: list[str] = []
    for mention in (mention for line in lines for mention in mentions(line)):
        if says_nothing(mention.value) or _is_spoken(mention):
            continue
        if mention.field == "kept":
            labels.setdefault(mention.label, mention.value)
        elif mention.field != "passed":
            fields.setdefault(mention.field, []).append(mention.value)
        if mention.label in OFFICIAL:
            official.append(mention.value)
    writers = [labels[label] for label in WRITERS if label in labels]
    fields.setdefault("author", writers[:1])
    return Byline(fields, labels, next(iter(official), None))


@lru_cache(maxsize=2048)
def mentions(line: str) -> Sequence[Mention]:
    """Every labelled value in a line, in order; an empty value is kept as an empty text."""
    found = labelled.find(line)
    ends = [place.start for place in found[1:]] + [len(line)]
    return tuple(_mention(place.label, line[place.end : end]) for place, end in zip(found, ends, strict=False))


def _mention(label: str, text: str) -> Mention:
    return Mention(FIELD_OF.get(label, "passed" if label in PASSED else "kept"), label, _value(label, text))


def names_people(line: str) -> bool:
    """Is the line a byline that says where the release is from, or who wrote or edited it?"""
    return is_byline(line) and any(
        one.value and (one.field in _PERSONAL or (line[0] in "（(【[" and one.label in _CREDITS))
        for one in mentions(line)
    )


def unlabelled(line: str) -> str:
    """What stands in a line before its labels and beside the names in it, where a date without a label is found."""
    found = labelled.find(line)
    ends = [place.start for place in found] + [len(line)]
    parts = [line[: ends[0]]]
    for place, end, mention in zip(found, ends[1:], mentions(line), strict=True):
        if mention.field in ("content_source", "issuer", "author", "editor"):
            parts.append(line[place.end : end])
    return " ".join(parts)


@lru_cache(maxsize=2048)
def is_byline(line: str) -> bool:
    """Does the line hold labelled values and dates, and nothing that could be a sentence?"""
    found = labelled.find(line)
    if not found:
        return len(line) <= _LONGEST and dates.is_date(line)
    lead = line[: found[0].start].strip(_EDGES)
    if len(lead) > (30 if dates.find(lead) else 12):
        return False
    return all(_is_value(mention) for mention in mentions(line))


def _is_value(mention: Mention) -> bool:
    """A name or a date, and not a sentence (记者：…？) nor an appointment (时间：6月20日上午9时)."""
    if mention.field in ("published", "updated") and mention.value:
        return (dates.find(mention.value) or dates.short(mention.value)) is not None and not _HOURS.search(
            mention.value
        )
    if _is_spoken(mention):
        return False
    commas = mention.value.count("，") + mention.value.count(",")
    return len(mention.value) <= _LONGEST and not _SENTENCE.search(mention.value) and commas * 15 <= len(mention.value)


def _is_spoken(mention: Mention) -> bool:
    """Is it what somebody says or is said to be, and not a name: 记者：下一步有什么打算, 作者：张三是……的一名民警?"""
    is_person = mention.field in ("author", "editor") or mention.label in WRITERS
    return is_person and len(mention.value) > _LONGEST_NAME and bool(_SPOKEN.search(mention.value))


def _value(label: str, text: str) -> str:
    text = text.split("\t")[0] if text.split("\t")[0].strip() else text.strip("\t").split("\t")[0]
    if label.endswith(_DATED):
        return _date(text)
    if button := _BUTTONS.search(text):
        text = text[: button.start()]
    if (date := _TRAILING_DATE.search(text)) is not None:
        text = text[: date.start()]
    named = _named(text, FIELD_OF.get(label) in _BODIES)
    return _balanced(_UNOPENED.sub(r"\1", named) if "）" in named or ")" in named else named)


def _date(text: str) -> str:
    """The value up to where an element ends behind a date without its year: 06-11 beside a counter."""
    parts = text.strip(_EDGES).split(SEAM)
    whole = " ".join(" ".join(parts).split())
    if dates.find(whole) is None:
        while len(parts) > 1 and not dates.short(" ".join(parts)):
            parts.pop()
    return " ".join(" ".join(parts).split()) if dates.short(" ".join(parts)) else whole


def _named(text: str, is_body: bool) -> str:
    """The value up to an element that holds a date or a number only, its elements joined: names may be in several.

    Of a body's name no part stands behind a gap, as a button does: 样例市公安局 <a>关注</a>.
    """
    first, *others = text.strip().split(SEAM)
    named = [first]
    for other in others:
        said = "".join(named)
        is_apart = is_body and (said[-1:].isspace() or other[:1].isspace())
        if said.strip() and (is_apart or _NUMBER.fullmatch(other.strip())):
            break
        named.append(other)
    return "".join(named)


_NUMBER = re.compile(r"\(?\d[\d.,:\s/年月日时分-]*\)?次?")
_UNOPENED = re.compile(r"(?<=^[^（()）])([^（()）]*)[）)].*$")
_TRAILING_DATE = re.compile(r"[\s\[(（|]*(?:19|20)\d{2}\s*[-/.年]\s*\d{1,2}\s*[-/.月].*$")


def _balanced(text: str) -> str:
    """The value without the brackets and separators around it, but with a bracket that belongs to it."""
    stripped = text.strip(_EDGES)
    for opening, closing in ("（）", "()", "《》", "“”", "【】"):
        if stripped.count(opening) == stripped.count(closing) + 1 and text.strip(" \t").endswith(closing):
            stripped += closing
        if stripped.count(closing) == stripped.count(opening) + 1 and text.strip(" \t").startswith(opening):
            stripped = opening + stripped
    return stripped
