"""Bytes of an article page in, an Article out: a pure function, in parts that each know one concern."""

from __future__ import annotations

import datetime as dt

from archive.models import Article, Entry
from crawler.extract.extractor import EXTRACTOR, extractor_of
from crawler.site import Site

__all__ = ["EXTRACTOR", "extract", "extractor_of"]


def extract(
    payload: bytes,
    url: str,
    content_type: str | None = None,
    site: Site | None = None,
    captured: dt.datetime | None = None,
    entry: Entry | None = None,
) -> Article:
    """Read an article page; what the page does not say stays empty.

    `captured` is aware. `site` gives the layout in force on that day and decides `is_repost`; without `captured` and
    `entry`, the rules about capture time and list entry do not apply.
    Raises cssselect.SelectorError for a layout whose selector is no CSS, and `crawler.markup.UnreadablePageError` for
    a page that the parser gives up on; no other page raises.
    """
    from crawler.extract.article import read  # a crawl extracts in processes of its own, and never loads this itself

    return read(payload, url, content_type, site, captured, entry)
