"""Labelled fields of a release: who issued, wrote and edited it, where it came from, when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from crawler.extract import dates

FIELDS: dict[str, tuple[str, ...]] = {
    "content_source": ("来源", "信息来源", "文章来源", "稿件来源", "本文来源", "新闻来源", "内容来源", "文稿来源"),
    "issuer": ("发布", "发布机构", "发布单位", "发布部门", "发文机关", "发文单位", "信息发布", "发布者", "发布人"),
    "author": ("作者", "文章作者", "本文作者", "撰文", "撰稿", "撰稿人"),
    "editor": ("编辑", "责编", "责任编辑", "网络编辑", "值班编辑", "本期编辑", "文字编辑"),
    "published": (
        "发布时间", "发布日期", "发表时间", "发表日期", "发稿时间", "发文日期", "公开日期", "时间", "日期", "发布于",
        "更新时间", "更新日期", "录入时间", "上传时间", "创建时间",
    ),
    "title": ("标题", "名称", "信息名称", "文件名称"),  # only in metadata tables of official documents
    # Fields that are read over, so that their values end the one before them.
    "other": (
        "出处", "转载自", "原标题", "成文日期", "成文时间", "生成日期", "生效日期", "废止日期", "文/图", "图/文",
        "文图", "图文", "文", "图", "供图", "图片", "视频", "制图", "策划", "统筹", "原创", "供稿", "供稿单位",
        "通讯员", "记者", "本报记者", "摄影", "编审", "审核", "审稿", "初审", "复审", "终审", "一审", "二审", "三审",
        "审签", "核稿", "监审", "签发", "校对", "校审", "录入", "监制", "主编", "索引号", "索 引 号", "文号",
        "发文字号", "文件编号", "主题分类", "主题词", "体裁分类", "公开方式", "公开时限", "公开范围", "责任部门",
        "有效性", "效力状态", "信息类别", "所属栏目", "浏览次数", "浏览量", "浏览", "访问量", "访问次数", "点击量",
        "点击数", "点击次数", "点击", "阅读", "阅读量", "阅读次数", "阅读数", "次数", "人气", "字号", "字体",
        "字体大小", "字体颜色", "文字大小", "大小", "视力保护色", "分享", "分享到", "分享至", "标签", "关键词",
        "关键字", "栏目", "分类", "类别", "评论", "收藏", "扫一扫", "打印", "语音播报", "保护视力色",
    ),
}  # fmt: skip
_FIELD_OF = {label: field for field, labels in FIELDS.items() for label in labels}
_LABELS = "|".join(sorted((r"\s*".join(label.replace(" ", "")) for label in _FIELD_OF), key=len, reverse=True))
_BEFORE = r"(?:^|(?<=[\s\[\]【】()（）|丨｜/·,，;；。、>：:\t]))"
_COLON = re.compile(rf"{_BEFORE}(?P<label>{_LABELS})\s*(?P<sep>[：:∶︰])\s*")
_BARRED = re.compile(rf"(?:^|(?<=[\s丨｜|\d]))(?P<label>{_LABELS})(?P<sep>\s*[丨｜|]\s*)(?=\S)")
_SLASHED = re.compile(rf"^[\[【(（]?(?P<label>{_LABELS})(?P<sep>\s*/\s*)(?=\S)")
_SPACED = re.compile(rf"^[\[【(（]?(?P<label>{_LABELS})(?P<sep>\s+)(?=\S)")
_CELL = re.compile(rf"(?:^|(?<=\t))(?P<label>{_LABELS})(?P<sep>\s*\t\s*)")
_GLUED_AFTER_DATE = re.compile(rf"(?<=\d)(?P<label>{_LABELS})\s*(?P<sep>[：:∶︰])\s*")
_BUTTONS = re.compile(
    r"[【\[（(<|]?\s*(?:字体|字号|打印|[XxＸ×✕]?\s*关闭|收藏|分享|(?:我要)?纠错|大 ?中 ?小|浏览|阅读|点击|朗读|扫一扫"
    r"|返回|(?:我要)?评论|下载|转发|订阅|复制链接|A\+|A-|T\|T)(?:[^\u3400-\u9fff]|$|本页|窗口|到|此页|次数|[量数]|全文)"
)
_EDGES = " \t\u3000|丨｜/·,，;；、-—_[]【】()（）<>《》“”\"'：:"
_LONGEST = 60
_LONGEST_LINE = 400  # a longer one is text
_SENTENCE = re.compile(r"[。？?！!；;]")
_HOURS = re.compile(r"[上下中]午|晚上|凌晨|[起至—~－]")


@dataclass(frozen=True, slots=True)
class Mention:
    """One labelled value: `field` is a field of Article, or `other` for one that is only read over."""

    field: str
    label: str
    value: str


def mentions(line: str) -> list[Mention]:
    """Every labelled value in a line, in order; an empty value is kept as an empty text."""
    found = _labels(line)
    ends = [match.start() for match in found] + [len(line)]
    result = []
    for match, end in zip(found, ends[1:], strict=True):
        label = "".join(match["label"].split())
        field = _FIELD_OF.get(label, "other")
        value = line[match.end() : end]
        result.append(Mention(field, label, _value(field, value)))
    return result


@lru_cache(maxsize=2048)
def is_byline(line: str) -> bool:
    """Does the line hold labelled fields and dates, and nothing that could be a sentence?"""
    found = _labels(line)
    if not found:
        return len(line) <= _LONGEST and dates.is_date(line)
    lead = line[: found[0].start()].strip(_EDGES)
    if len(lead) > (30 if dates.find(lead) else 12):
        return False
    return all(_is_value(mention) for mention in mentions(line))


def _is_value(mention: Mention) -> bool:
    """A name or a date, and not a sentence (记者：…？) nor an appointment (时间：6月20日上午9时)."""
    if mention.field == "published" and mention.value:
        return dates.find(mention.value) is not None and not _HOURS.search(mention.value)
    commas = mention.value.count("，") + mention.value.count(",")
    return len(mention.value) <= _LONGEST and not _SENTENCE.search(mention.value) and commas * 15 <= len(mention.value)


def read(lines: Iterable[str]) -> dict[str, str]:
    """The fields named in these lines; of several values for one, the first that is not empty."""
    fields: dict[str, str] = {}
    for mention in _all(lines):
        if mention.value and mention.field != "other":
            fields.setdefault(mention.field, mention.value)
    return fields


def official_issuer(lines: Iterable[str]) -> str | None:
    """Who issued an official document, by its metadata (发文机关, 发布机构): its source too, where none is named."""
    official = ("发文机关", "发文单位", "发布机构", "发布单位")
    return next((m.value for m in _all(lines) if m.label in official and m.value), None)


def _all(lines: Iterable[str]) -> Iterator[Mention]:
    for line in lines:
        yield from mentions(line)


def _labels(line: str) -> list[re.Match[str]]:
    if len(line) > _LONGEST_LINE:
        return []
    matches = list(_COLON.finditer(line))
    if "\t" in line:
        matches += list(_CELL.finditer(line))
    matches += list(_GLUED_AFTER_DATE.finditer(line))
    if matches or (match := _SLASHED.match(line) or _spaced(line)) is None:
        matches += _BARRED.finditer(line)
    else:
        matches.append(match)
    kept: list[re.Match[str]] = []
    for match in sorted(matches, key=lambda m: (m.start(), -m.end())):
        if not kept or match.start() >= kept[-1].end("label"):
            kept.append(match)
    return kept


def _value(field: str, text: str) -> str:
    text = text.split("\t")[0] if text.split("\t")[0].strip() else text.strip("\t").split("\t")[0]
    if field == "published":
        return text.strip(_EDGES)
    if button := _BUTTONS.search(text):
        text = text[: button.start()]
    if (date := _TRAILING_DATE.search(text)) is not None:
        text = text[: date.start()]
    return _balanced(text)


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


def _spaced(line: str) -> re.Match[str] | None:
    """A label parted from its value by a space alone, where a short name or a date follows, as in 编辑 张三."""
    match = _SPACED.match(line)
    if match is None:
        return None
    field, rest = _FIELD_OF.get("".join(match["label"].split()), "other"), line[match.end() :]
    if field == "published":
        return match if dates.is_date(rest[:20].split("来源")[0]) else None
    return match if field in ("content_source", "author", "editor") and len(rest) <= 20 else None
