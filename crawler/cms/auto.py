"""The general rule, for a list page of no known family: entries by their days, the next page by words or numbers."""

from __future__ import annotations

from crawler.cms.base import ListPage, Page, entries_of_heaviest_run, next_page, stated_pages, stated_total


def parse(page: Page) -> ListPage:
    """Read a list page of which nothing is known: the densest run of links that carry days are its entries."""
    return ListPage(entries_of_heaviest_run(page), next_page(page), stated_total(page), stated_pages(page))
