"""Releases invented for the sample sites of every CMS family: their addresses, titles and days, and what they say."""

from __future__ import annotations

import datetime as dt
import hashlib
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

HOST = "https://gaj.lanxi.example"

_PLACES = ("云泽市", "白鹭县", "松原区", "清河县", "石门镇", "南屏区", "东港市", "青岭市")
_DEEDS = (
    "公安局通报夏季治安打击整治行动阶段战果",
    "警方破获一起跨省电信网络诈骗案",
    "交警支队发布中秋假期“两公布一提示”",
    "公安机关集中返还群众被骗资金",
    "派出所民警走访独居老人二三事",
    "召开新闻发布会介绍“百日行动”成效",
    "出入境管理部门推出便民利企新措施",
)
_OPENINGS = (
    "{day}，记者从{source}获悉，夏季治安打击整治行动开展以来，全局累计出动警力{many}人次，检查重点场所{some}处，整改安全隐患{few}处。",
    "{day}上午，{source}召开例会，通报近期工作：共接报警情{many}起，现场调解矛盾纠纷{some}起，为群众挽回经济损失{few}万余元。",
    "“终于等到这一天！”{day}，在{source}的办案中心，{few}名群众从民警手中接过被骗的钱款，金额最大的一笔为{some}元。",
)
_MIDDLES = (
    "专班民警逐一走访商铺、出租房屋和物流网点，对照台账核对信息{some}条，当场指出问题{few}个，并约定七日之内再次上门查看整改情况。",
    "经查，犯罪嫌疑人周某某（男，{age}岁）等{few}人以“刷单返利”为名实施诈骗，涉案资金流水{many}元。目前，案件正在进一步办理中。",
    "窗口把办理时限由5个工作日压缩为1个工作日，增设“老年人优先”座席{few}个，上半年受理业务{many}笔，群众满意率达99.{few}%。",
)
_CLOSINGS = (
    "警方提醒：凡是要求转账到“安全账户”的都是诈骗，遇到可疑情况请立即拨打110或96110。",
    "下一步，{source}将继续坚持问题导向，把警力摆到群众身边，让街面见警更多、群众感受更实。",
    "民警说，验证码不要告诉任何人；夜间出行请走主路、结伴而行，遇有紧急情况及时报警。",
)
_EDITORS = ("岑小满", "陆一川", "苏白", "贺青 林越")


class Release(NamedTuple):
    """One release as a list shows it: the path of its page, its title and its day."""

    path: str
    title: str
    day: dt.date


@dataclass(frozen=True, slots=True)
class Told:
    """What the page of a release says beside its title; `published` is precise to the minute, in Shanghai's time."""

    published: dt.datetime
    source: str
    editor: str
    paragraphs: tuple[str, ...]


def releases(path: Callable[[int, dt.date], str], count: int = 8) -> list[Release]:
    """The newest first, each some days before the one above it; `path` makes an address of a number and a day."""
    found = []
    for number in range(count):
        day = dt.date(2026, 6, 28) - dt.timedelta(days=3 * number)
        title = f"{_PLACES[number % len(_PLACES)]}{_DEEDS[number % len(_DEEDS)]}（第{count - number}期）"
        found.append(Release(path(count - number, day), title, day))
    return found


def told(release: Release) -> Told:
    """What its page says: always the same for one title, and not the same for two."""
    seed = zlib.crc32(release.title.encode())
    time = dt.time(8 + seed % 10, 1 + seed % 59, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    place = release.title[:3]
    figures = {
        "source": f"{place}公安局" if place in _PLACES else "岚西省公安厅",
        "day": f"{release.day.month}月{release.day.day}日",
        "many": str(10_000 + seed % 89_999),
        "some": str(120 + seed % 877),
        "few": str(2 + seed % 7),
        "age": str(21 + seed % 40),
    }
    chosen = (part[seed // divisor % 3] for part, divisor in ((_OPENINGS, 1), (_MIDDLES, 3), (_CLOSINGS, 9)))
    return Told(
        published=dt.datetime.combine(release.day, time),
        source=figures["source"],
        editor=_EDITORS[seed % len(_EDITORS)],
        paragraphs=tuple(part.format(**figures) for part in chosen),
    )


def hex_name(number: int) -> str:
    """Thirty-two hexadecimal digits, the same for the same number."""
    return hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()


def parts(releases: Sequence[Release], size: int) -> list[Sequence[Release]]:
    """The releases cut into list pages of that size."""
    return [releases[start : start + size] for start in range(0, len(releases), size)]
