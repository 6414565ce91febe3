"""TRS WCM (拓尔思): directory lists whose page 2 is `index_1`, as a script call in the page says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.cms.base import ListPage, Page, entries_of_heaviest_run, next_page, stated_pages, stated_total
from crawler.cms.weights import by_address

# …/202607/t20260703_4746539.html; Guangxi's …/gayw/t10521285.shtml names no day. A query may follow.
_ARTICLE_ADDRESS = re.compile(r"/t(?:(?:19|20)\d{6}_)?\d+\.s?html?(?:\?|$)")
# createPageHTML(63, 0, "index", "shtml", …, 435): pages, current page from 0, stem, extension, …, entries.
# A text in place of the first number is another vendor's function of the same name; names are its definition.
_CALL = re.compile(
    r"\bcreatePageHTML\s*\(\s*(?P<pages>\d{1,5})\s*,\s*(?P<current>\d{1,5})\s*,"
    r"\s*['\"](?P<stem>[\w-]+)['\"]\s*,\s*['\"](?P<extension>\w+)['\"](?P<more>[^()]*)\)"
)
# var currentPage = 0; var countPage = 20//共多少页, with the links written out by the script beneath.
_COUNT, _CURRENT = re.compile(r"\bcountPage\s*=\s*(\d{1,5})\b"), re.compile(r"\bcurrentPage\s*=\s*(\d{1,5})\b")
_WRITTEN_STEM = re.compile(r"href=\\?['\"]([\w-]+)\\?['\"]?\s*\+\s*\\?['\"]_")
_WRITTEN_EXTENSION = re.compile(r"\.['\"]?\s*(?:\+\s*)?\\?['\"]?(s?html?)\b")
_LATER_NUMBER = re.compile(r",\s*['\"]?(\d{1,7})['\"]?\s*(?=,|$)")
_COMMENTED_OUT = re.compile(r"^[ \t]*//.*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Pager:
    """What the page's script knows: pages in all, the current one from 0, how further ones are named, all entries."""

    pages: int
    current: int
    stem: str
    extension: str
    total: int | None = None


def parse(page: Page) -> ListPage:
    """Read a TRS list page; the next page is what its script names, else what its words say."""
    entries = entries_of_heaviest_run(page, by_address(page, _ARTICLE_ADDRESS))
    pager = _find_pager(page)
    if pager is None:
        return ListPage(entries, next_page(page), stated_total(page), stated_pages(page))
    following = None
    if pager.current + 1 < pager.pages:
        following = page.elsewhere(f"{pager.stem}_{pager.current + 1}.{pager.extension}")
    total = pager.total if _is_total(pager, len(entries)) else stated_total(page)
    return ListPage(entries, following, total, pager.pages)


def _find_pager(page: Page) -> _Pager | None:
    """The pager a script of the page states; None where none does."""
    for script in page.tree.iter("script"):
        code = _COMMENTED_OUT.sub("", "".join(script.itertext()))
        if call := _CALL.search(code):
            more = _LATER_NUMBER.findall(call["more"])
            total = int(more[-1]) if more else None
            return _Pager(int(call["pages"]), int(call["current"]), call["stem"], call["extension"], total)
        if count := _COUNT.search(code):
            current = _CURRENT.search(code)
            return _Pager(int(count[1]), int(current[1]) if current else 0, *_naming(page, code))
    return None


def _naming(page: Page, code: str) -> tuple[str, str]:
    """Stem and extension of further pages: as the script writes them, else as this page is named, else index.html."""
    stem, extension = _WRITTEN_STEM.search(code), _WRITTEN_EXTENSION.search(code)
    own = re.search(r"/([\w-]+?)(?:_\d+)?\.(s?html?)$", urlsplit(page.url).path)
    return (
        stem[1] if stem else own[1] if own else "index",
        extension[1] if extension else own[2] if own else "html",
    )


def _is_total(pager: _Pager, listed: int) -> bool:
    """Is the call's last number how many entries there are? Some templates give the entries of a page there."""
    if pager.total is None or pager.total < pager.pages:
        return False
    return pager.total > listed if pager.pages > 1 else pager.total >= listed
