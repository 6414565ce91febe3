"""What a CMS family's parser stands on: the page, what is read from it, and the rules that all families share."""

from __future__ import annotations

from archive.models import Entry
from crawler.cms.days import day_in, day_in_address
from crawler.cms.page import ListPage, Page, Parser
from crawler.cms.pager import next_page, stated_pages, stated_total
from crawler.cms.rows import Row, row_of
from crawler.cms.runs import by_day, entries_of_heaviest_run

__all__ = [
    "Entry",
    "ListPage",
    "Page",
    "Parser",
    "Row",
    "by_day",
    "day_in",
    "day_in_address",
    "entries_of_heaviest_run",
    "next_page",
    "row_of",
    "stated_pages",
    "stated_total",
]
