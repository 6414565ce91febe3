"""Invented releases for the list pages of every CMS family, and a walk over such pages from memory."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import urljoin, urlsplit

from crawler.cms import ListPage, Page

HOST = "https://gaj.haixi.example"
Release = tuple[str, str, dt.date]
"""URL path, title and day, as a list page shows them."""

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


def releases(path: Callable[[int, dt.date], str], count: int = 8) -> list[Release]:
    """The newest first, each some days before the one above it; `path` makes an address of a number and a day."""
    found = []
    for number in range(count):
        day = dt.date(2026, 7, 3) - dt.timedelta(days=3 * number)
        title = f"{_PLACES[number % len(_PLACES)]}{_DEEDS[number % len(_DEEDS)]}（第{count - number}期）"
        found.append((path(count - number, day), title, day))
    return found


def hex_name(number: int) -> str:
    """Thirty-two hexadecimal digits, the same for the same number."""
    return hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()


def parts(releases: Sequence[Release], size: int) -> list[Sequence[Release]]:
    """The releases cut into list pages of that size."""
    return [releases[start : start + size] for start in range(0, len(releases), size)]


def walk(parse: Callable[[Page], ListPage], pages: Mapping[str, str], start: str) -> Iterator[ListPage]:
    """Every list page, from the path `start` on, as long as one leads to another; raises KeyError off the paths."""
    path = start
    for _ in pages:
        listed = parse(Page(urljoin(HOST, path), pages[path]))
        yield listed
        if listed.next_page is None:
            return
        path = listed.next_page.removeprefix(HOST)
    raise AssertionError(f"{path} leads on beyond all pages")


def shown(listed: ListPage) -> list[Release]:
    """The entries of a list page as releases."""
    return [(entry.url.removeprefix(HOST), entry.title, entry.published or dt.date.max) for entry in listed.entries]


def is_usable(listed: ListPage) -> bool:
    """Could a walk go on with this: every address one that can be asked for, every entry once?"""
    urls = [entry.url for entry in listed.entries]
    leads_on = [*urls, *([listed.next_page] if listed.next_page else [])]
    return len(set(urls)) == len(urls) and all(urlsplit(url).scheme in ("http", "https") for url in leads_on)
