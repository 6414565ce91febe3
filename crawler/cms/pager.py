"""How a list page leads on: its next page by words or numbers, and how many entries and pages it says there are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from crawler.cms.page import Page

_NEXT_WORDS = frozenset({"下一页", "下页", "后一页", "下一頁", "下頁", "next", "nextpage"})
_OTHER_WORDS = frozenset({"上一页", "上页", "前一页", "首页", "尾页", "末页"})
_NEXT_SIGNS = frozenset({"›", ">", "»"})
_AROUND = re.compile(r"[\s\[\]【】()（）<>《》〈〉«»›‹→·|]+")
_NUMBER = re.compile(r"[\s\[【(（]*(\d{1,5})[\s\]】)）]*")
_MARKED = re.compile(r"(?:^|[\s_-])(?:cur\w*|active|on|now|selected|this\w*|hover)(?:$|[\s_-])", re.IGNORECASE)
# <input type="button" value="下一页" onclick="location.href=encodeURI('index_7.jhtml')">, seen on a JEECMS list.
_GOES_TO = re.compile(r"location(?:\.href)?\s*=\s*(?:encodeURI\(\s*)?(['\"])(?P<href>[^'\"]+)\1")
_TOTAL = re.compile(r"(?:共|总计|总数[:：]?)\s*有?\s*(\d{1,7})\s*(?:条|篇|项|个?记录)")
_PAGES = re.compile(
    r"共\s*有?\s*(\d{1,5})\s*页|(?:第|页次[:：]?)\s*\d{1,5}\s*/\s*(\d{1,5})|\d{1,5}\s*/\s*(\d{1,5})\s*页"
)
_PAGER_TEXT = 200


def is_pager_text(text: str) -> bool:
    """Is this the text of a pager's link, and so of no entry?"""
    bare = _AROUND.sub("", text).lower()
    return not bare or bare.isdigit() or bare in _NEXT_WORDS | _OTHER_WORDS


def next_page(page: Page) -> str | None:
    """The address of the next list page, by its words, then by its numbers; None on the last page.

    Never script, never this page's own address.
    """
    for element in page.tree.iter("link", "a", "input", "button"):
        if _says_next(element) and (url := page.elsewhere(_goes_to(element))):
            return url
    return _next_by_number(page)


def stated_total(page: Page) -> int | None:
    """How many entries the page says its column has: `共435条`."""
    return next((int(found[1]) for text in _pager_texts(page) if (found := _TOTAL.search(text))), None)


def stated_pages(page: Page) -> int | None:
    """How many list pages the page says there are: `共29页`, `第1/29页`."""
    for text in _pager_texts(page):
        if found := _PAGES.search(text):
            return int(found[1] or found[2] or found[3])
    return None


def _says_next(element: HtmlElement) -> bool:
    if "next" in element.get("rel", "").lower().split():
        return True
    image = element.find(".//img")
    labels = [_text(element), *(element.get(name) for name in ("title", "value", "aria-label"))]
    labels.append(None if image is None else image.get("alt"))
    if any(_AROUND.sub("", label or "").lower() in _NEXT_WORDS for label in labels):
        return True
    return _text(element) in _NEXT_SIGNS and len(_numbers_beside(element)) > 1


def _goes_to(element: HtmlElement) -> str | None:
    written = _GOES_TO.search(element.get("onclick", ""))
    return written["href"] if written else element.get("href")


def _numbers_beside(element: HtmlElement) -> dict[int, HtmlElement]:
    """The pager's elements that hold nothing but a page number, looked for up to three levels above."""
    box: HtmlElement | None = element
    for _ in range(3):
        box = box.getparent() if box is not None else None
        if box is None or len(box) > _PAGER_TEXT:
            break
        numbers = _numbers_in(box)
        if len(numbers) > 1:
            return numbers
    return {}


def _numbers_in(box: HtmlElement) -> dict[int, HtmlElement]:
    found: dict[int, HtmlElement] = {}
    for element in box.iter("a", "span", "b", "strong", "em", "i", "li", "font", "td"):
        number = _NUMBER.fullmatch(_text(element))
        if number and (element.tag == "a" or element.find(".//a") is None):
            found.setdefault(int(number[1]), element)
    return found


def _next_by_number(page: Page) -> str | None:
    seen: set[HtmlElement] = set()
    for link in page.tree.iter("a"):
        if link in seen or not _NUMBER.fullmatch(_text(link)):
            continue
        numbers = _numbers_beside(link)
        seen.update(numbers.values())
        for current in _current(page, numbers):
            following = numbers.get(current + 1)
            if following is not None and (url := page.elsewhere(_goes_to(following))):
                return url
    return None


def _current(page: Page, numbers: dict[int, HtmlElement]) -> Iterator[int]:
    """What may be the number of the page at hand: those not linked, or linked to this very page; then those marked."""
    for number, element in numbers.items():
        if element.tag != "a" or page.elsewhere(_goes_to(element)) is None:
            yield number
    for number, element in numbers.items():
        parent = element.getparent()
        if _is_marked(element) or (parent is not None and parent.tag == "li" and _is_marked(parent)):
            yield number


def _is_marked(element: HtmlElement) -> bool:
    return element.get("aria-current") is not None or bool(_MARKED.search(element.get("class", "")))


def _pager_texts(page: Page) -> Iterator[str]:
    """Short texts outside links that speak of a count, from the foot of the page upwards."""
    for element in reversed(list(page.tree.iter("div", "p", "span", "td", "li", "ul", "form", "b", "em", "font"))):
        own = "".join(element.xpath("text()"))
        if not any(word in own for word in ("共", "总", "页")) or element.xpath("ancestor::a"):
            continue
        text = _text(element)
        if len(text) <= _PAGER_TEXT:
            yield text


def _text(element: HtmlElement) -> str:
    return " ".join("".join(element.itertext()).split())
