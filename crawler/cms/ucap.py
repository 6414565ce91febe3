"""UCAP (开普): lists numbered from 1, `common_list_2.shtml` being page 2, and the ministry's, which count down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.cms.base import ListPage, Page, entries_of_heaviest_run, next_page, stated_pages, stated_total
from crawler.cms.weights import by_address

# …/202606/<32 hex>.shtml (Xinjiang), /c110634/202511/174240943.shtml (Gansu), /c107860/202309/c00_31666174.shtml
# (Heilongjiang), /c103388/2024/9/14/<32 hex>.shtml (Sichuan), /n2254098/n4904352/c9947046/content.html (the ministry).
_ARTICLE = re.compile(
    r"/(?:(?:19|20)\d{4}/(?:[0-9a-f]{32}|(?:c\d+_)?\d{5,})|(?:19|20)\d\d/\d{1,2}/\d{1,2}/[0-9a-f]{32}|c\d+/content)"
    r"\.s?html?$"
)
# createPageHTML('page_div',10, 1,'zwgklist','shtml',200): container, pages, current page from 1, stem, extension,
# entries. TRS has a function of the same name whose first argument is the number of pages.
_CALL = re.compile(
    r"\bcreatePageHTML\s*\(\s*['\"][\w-]*['\"]\s*,\s*(?P<pages>\d{1,5})\s*,\s*(?P<current>\d{1,5})\s*,"
    r"\s*['\"](?P<stem>[\w-]+)['\"]\s*,\s*['\"](?P<extension>\w+)['\"]\s*(?:,\s*['\"]?(?P<total>\d{1,7})\b)?"
)
_COMMENTED_OUT = re.compile(r"^[ \t]*//.*", re.MULTILINE)
# The ministry's old form: `maxPageNum = 857;` in a script within <div id="pag_5097045">, or the unit's number in the
# variable's name. Page 2 is index_5097045_856.html, the last and oldest one index_5097045_1.html.
_MAX_PAGE = re.compile(r"\bmaxPageNum(?P<unit>\d{1,12})?\s*=\s*['\"]?(?P<pages>\d{1,5})\b")
_UNIT = re.compile(r"pag_(\d{1,12})")
_COUNTS_DOWN = re.compile(r"/index_(?P<unit>\d{1,12})_(?P<number>\d{1,5})\.(?P<extension>s?html?)$")


@dataclass(frozen=True, slots=True)
class _Pager:
    """What a script of the page states: all pages, all entries, and how the page after this one is named."""

    pages: int
    following: str | None
    total: int | None = None


def parse(page: Page) -> ListPage:
    """Read a UCAP list page; where nothing on it is a list, one that stands within an HTML comment.

    On a page of Gansu's education department (2025) all lines of the list and its pager are commented out, and a script
    of the page fills the list in the browser. A commented-out line beside visible ones is no entry.
    """
    listed = _read(page)
    if listed.entries or (opened := "".join(_opened(page.text))) == page.text:
        return listed
    hidden = _read(Page(page.url, opened, page.selectors))
    return hidden if hidden.entries else listed


def _read(page: Page) -> ListPage:
    entries = entries_of_heaviest_run(page, by_address(page, _ARTICLE))
    pager = _find_pager(page)
    if pager is None:
        return ListPage(entries, _down_from_here(page) or next_page(page), stated_total(page), stated_pages(page))
    total = stated_total(page) if pager.total is None else pager.total
    return ListPage(entries, page.elsewhere(pager.following), total, pager.pages)


def _find_pager(page: Page) -> _Pager | None:
    for script in page.tree.iter("script"):
        code = _COMMENTED_OUT.sub("", "".join(script.itertext()))
        if call := _CALL.search(code):
            pages, current = int(call["pages"]), int(call["current"])
            following = f"{call['stem']}_{current + 1}.{call['extension']}" if current < pages else None
            return _Pager(pages, following, int(call["total"]) if call["total"] else None)
        if most := _MAX_PAGE.search(code):
            boxes = (_UNIT.fullmatch(element.get("id", "")) for element in script.iterancestors())
            unit = most["unit"] or next((box[1] for box in boxes if box), None)
            return _Pager(int(most["pages"]), _down_from_here(page, unit, int(most["pages"])))
    return None


def _down_from_here(page: Page, unit: str | None = None, pages: int = 1) -> str | None:
    """The page after this one where they count down, from `pages` on the first page.

    Those after the first are bare fragments without a pager: where one stands, its address alone says.
    """
    own = _COUNTS_DOWN.search(urlsplit(page.url).path)
    number = int(own["number"]) if own else pages
    unit, extension = (own["unit"], own["extension"]) if own else (unit, "html")
    return page.elsewhere(f"index_{unit}_{number - 1}.{extension}") if unit and number > 1 else None


def _opened(text: str) -> Iterator[str]:
    """The text with those comments opened that hold lines of a list."""
    first, *others = text.split("<!--")
    yield first
    for other in others:
        comment, end, rest = other.partition("-->")
        if end and "<li" in comment and not comment.startswith("[if"):
            yield comment + rest
        else:
            yield "<!--" + other
