"""A walk through a list as a crawl makes it, without a network: what each page leads to, until nothing does."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from crawler.cms import ListPage, Page, Parser

HOST = "https://gat.qingling.example"
# Path of the article, title, day; newest first.
Line = tuple[str, str, str]


def walk(parse: Parser, start: str, answer: Callable[[str, str], str]) -> list[ListPage]:
    """Every list page from `start` on; `answer` is given path and query, and the form of what is asked for by POST."""
    pages: list[ListPage] = []
    asked: set[str] = set()
    url: str | None = HOST + start
    while url is not None and url not in asked and len(pages) < 50:
        asked.add(url)
        parts = urlsplit(url)
        form = parts.query.removeprefix("__wb_method=POST&")
        is_post = form != parts.query
        target = parts.path if is_post or not parts.query else f"{parts.path}?{parts.query}"
        pages.append(parse(Page(url, answer(target, form if is_post else ""))))
        url = pages[-1].next_page
    return pages


def listed(pages: list[ListPage]) -> list[Line]:
    return [
        (entry.url.removeprefix(HOST), entry.title, str(entry.published)) for page in pages for entry in page.entries
    ]
