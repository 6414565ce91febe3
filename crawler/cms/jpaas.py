"""JPAAS (大汉's newer system): list pages that a script fills, from an address that answers HTML within JSON."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qsl, urlencode, urlsplit

from lxml.html import HtmlElement

from crawler.cms import json_answer
from crawler.cms.base import ListPage, Page, entries_of_heaviest_run, next_page, stated_pages, stated_total
from crawler.cms.weights import by_address

# /jwdt/art/2026/art_<32 hex digits>.html names no day; /art/2026/9/24/art_6372_11834669.html is the older system's.
_ARTICLE_ADDRESS = re.compile(r"/art_(?:[0-9a-f]{32}|\d+_\d+)\.html$")
# <script src="…/unitbuild.js" url="/api-gateway/jpaas-publish-server/front/page/build/unit" queryData="{'tagId':…}">
_UNIT_ADDRESS = re.compile(r"/front/page/build/unit$")
_FIELD = re.compile(r"['\"](\w+)['\"]\s*:\s*(?:'([^']*)'|\"([^\"]*)\"|([\w.-]+))")
# Tags seen: 当前栏目list, 当前栏目列表, 信息列表, 概览信息列表, ajax分页 and list; 内容区域, 内容1 and information.
_LISTS = (
    re.compile(r"列表|分页|list|page", re.IGNORECASE),
    re.compile(r"内容|信息|content|info", re.IGNORECASE),
)
_BESIDE = re.compile(r"banner|轮播|导航|nav|位置|头部|底部|友情|移动|手机|侧|图片", re.IGNORECASE)
_PAGE_SIZE = 15


def parse(page: Page) -> ListPage:
    """Read a JPAAS list page, or what its data address answers.

    The page shows entries itself only where it has the pager that comes with them, which states how many there are.
    """
    answer = json_answer.read(page.text)
    if answer is not None:
        return _read_answer(page, answer)
    unit = _unit_of_list(page)
    if unit is None:
        entries = entries_of_heaviest_run(page, by_address(page, _ARTICLE_ADDRESS))
        return ListPage(entries, next_page(page), stated_total(page), stated_pages(page))
    return _read_list(page, unit) if _pager(page) is not None else ListPage((), _asked(unit, 1, None), is_frame=True)


def _read_answer(page: Page, answer: dict[str, object]) -> ListPage:
    text = json_answer.members(answer.get("data")).get("html")
    if answer.get("success") in (False, "false") or not isinstance(text, str):
        return ListPage(())
    return _read_list(Page(page.url, text), page.url)


def _read_list(page: Page, unit: str) -> ListPage:
    """The list itself and its pager, `<div class="pagination" rows="15" count="387">`; `unit` leads to further pages.

    Nothing but `paramJson` turns the page: a `pageNo` of its own in the address is ignored by most sites.
    """
    entries = entries_of_heaviest_run(page, by_address(page, _ARTICLE_ADDRESS))
    pager = _pager(page)
    if pager is None:
        return ListPage(entries)
    asked = json_answer.members(dict(parse_qsl(urlsplit(unit).query)).get("paramJson"))
    number = json_answer.count(asked.get("pageNo")) or 1
    size = json_answer.count(pager.get("rows")) or json_answer.count(asked.get("pageSize")) or len(entries)
    total = json_answer.count(pager.get("count")) or 0
    more = bool(entries) and number * size < total
    return ListPage(entries, _asked(unit, number + 1, size) if more else None, total)


def _pager(page: Page) -> HtmlElement | None:
    return next((element for element in page.tree.iter("div", "ul", "p", "span") if _is_pager(element)), None)


def _is_pager(element: HtmlElement) -> bool:
    return "pagination" in element.get("class", "").split() and json_answer.count(element.get("count")) is not None


def _unit_of_list(page: Page) -> str | None:
    """The data address of the page's list: its units differ in their tag, which names the place they fill.

    Units of a column come before others; of these one whose tag says list or pager, then content, then any; names of
    what stands beside a list come last. Of equals the first.
    """
    units: list[tuple[tuple[bool, ...], str]] = []
    for script in page.tree.iter("script"):
        url = page.absolute(script.get("url"))
        if url is None or not _UNIT_ADDRESS.search(url):
            continue
        fields = {name: one or two or bare for name, one, two, bare in _FIELD.findall(script.get("querydata", ""))}
        tag = fields.get("tagId", "")
        likeness = (
            fields.get("pageType") == "column",
            not _BESIDE.search(tag),
            *(bool(mark.search(tag)) for mark in _LISTS),
        )
        units.append((likeness, f"{url}?{urlencode(fields, errors='replace')}"))
    return max(units, key=lambda unit: unit[0])[1] if units else None


def _asked(unit: str, number: int, size: int | None) -> str:
    """The data address for a page of the list, numbers from 1."""
    window = json.dumps({"pageNo": number, "pageSize": size or _PAGE_SIZE}, separators=(",", ":"))
    address, _, query = unit.partition("?")
    fields = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name != "paramJson"]
    return f"{address}?{urlencode([*fields, ('paramJson', window)], errors='replace')}"
