"""Lists that no family fits, read by the CSS selectors of the site file."""

from __future__ import annotations

from dataclasses import replace

from lxml.html import HtmlElement

from crawler.cms.base import ListPage, Page, Row, day_in, next_page, row_of, stated_pages, stated_total


def parse(page: Page) -> ListPage:
    """Read a list page by `page.selectors`: `entry`, and where given `link`, `title`, `date` and `next`.

    Without `link` an entry's link is its first, or itself if it is one; without the others the general rules hold.
    Raises cssselect.SelectorError for a selector that is not CSS.
    """
    rows: dict[str, Row] = {}
    for element in page.tree.cssselect(page.selectors["entry"]):
        row = _row(page, element)
        if row is not None:
            rows.setdefault(row.url, row)
    return ListPage(tuple(row.entry for row in rows.values()), _next_page(page), stated_total(page), stated_pages(page))


def _row(page: Page, element: HtmlElement) -> Row | None:
    link = _link(page, element)
    row = row_of(page, element, link) if link is not None else None
    if row is None:
        return None
    title, date = _first(page, element, "title"), _first(page, element, "date")
    if title is not None:
        row = replace(row, title=" ".join(title.text_content().split()))
    if date is not None:
        row = replace(row, day=day_in(date.get("datetime", "")) or day_in(date.text_content()) or row.day)
    return row


def _link(page: Page, element: HtmlElement) -> HtmlElement | None:
    if "link" in page.selectors:
        return _first(page, element, "link")
    return element if element.tag == "a" else element.find(".//a[@href]")


def _first(page: Page, element: HtmlElement, name: str) -> HtmlElement | None:
    return next(iter(element.cssselect(page.selectors[name])), None) if name in page.selectors else None


def _next_page(page: Page) -> str | None:
    if "next" not in page.selectors:
        return next_page(page)
    found = page.tree.cssselect(page.selectors["next"])
    return next((url for element in found if (url := page.elsewhere(element.get("href")))), None)
