"""A walk through a list as a crawl makes it, without a network: what each page leads to, until nothing does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urljoin, urlsplit

from crawler.cms import ListPage, Page, Parser
from crawler.cms.forms import form_of
from crawler.demo.invented import HOST, Release


def walk(parse: Parser, start: str, answer: Callable[[str, str], str]) -> list[ListPage]:
    """Every list page from `start` on; `answer` is given path and query, and the form of what is asked for by POST."""
    pages: list[ListPage] = []
    asked: set[str] = set()
    url: str | None = HOST + start
    while url is not None and url not in asked and len(pages) < 50:
        asked.add(url)
        target, form = form_of(url) or (url, "")
        pages.append(parse(Page(url, answer(target.removeprefix(HOST), form))))
        url = pages[-1].next_page
    return pages


def walk_pages(parse: Parser, pages: Mapping[str, str], start: str) -> Iterator[ListPage]:
    """Every list page, from the path `start` on, as long as one leads to another; raises KeyError off the paths."""
    path = start
    for _ in pages:
        listed = parse(Page(urljoin(HOST, path), pages[path]))
        yield listed
        if listed.next_page is None:
            return
        path = listed.next_page.removeprefix(HOST)
    raise AssertionError(f"{path} leads on beyond all pages")


def shown(page: ListPage) -> list[Release]:
    """The entries of a list page as releases."""
    return [
        Release(entry.url.removeprefix(HOST), entry.title, entry.published or dt.date.max) for entry in page.entries
    ]


def listed(pages: list[ListPage]) -> list[Release]:
    """The entries of several list pages as releases."""
    return [release for page in pages for release in shown(page)]


def is_usable(page: ListPage) -> bool:
    """Could a walk go on with this: every address one that can be asked for, every entry once?"""
    urls = [entry.url for entry in page.entries]
    leads_on = [*urls, *([page.next_page] if page.next_page else [])]
    return len(set(urls)) == len(urls) and all(urlsplit(url).scheme in ("http", "https") for url in leads_on)
