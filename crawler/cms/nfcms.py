"""NFCMS, Guangdong's common platform (广东集约化): lists numbered from 1, and the JSON of its disclosure pages."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from crawler.cms import json_answer
from crawler.cms.base import (
    Entry,
    ListPage,
    Page,
    day_in,
    entries_of_heaviest_run,
    next_page,
    stated_pages,
    stated_total,
)
from crawler.cms.weights import by_address

_ARTICLE = re.compile(r"/m?post_\d+\.s?html?$")
_NUMBERED = re.compile(r"/index(?:_(?P<number>\d{1,5}))?\.(?P<extension>s?html?)$")
# /gkmlpt/api/all/5?page=2&sid=2 gives `articles` and `total`, a hundred a page; page 0 and page 1 are one.
_API = re.compile(r"/gkmlpt/api/all/\d+$")
_API_PAGE = re.compile(r"(?<![^&])page=(\d{1,5})(?![^&])")
_PAGE_SIZE = 100
# Times are seconds since 1970. `date` is left out: it is the day a document was written.
_API_TIMES = ("display_publish_time", "first_publish_time", "create_time")
_SINCE = dt.datetime(1990, 1, 1, tzinfo=dt.UTC).timestamp()
_UNTIL = dt.datetime(2100, 1, 1, tzinfo=dt.UTC).timestamp()
_SHANGHAI = ZoneInfo("Asia/Shanghai")


def parse(page: Page) -> ListPage:
    """Read a list page, or an answer of the disclosure pages' API where the address is one."""
    if _API.search(urlsplit(page.url).path):
        return _read_api(page)
    entries = entries_of_heaviest_run(page, by_address(page, _ARTICLE))
    pages = stated_pages(page)
    return ListPage(entries, next_page(page) or _next_by_name(page, pages), stated_total(page), pages)


def _next_by_name(page: Page, pages: int | None) -> str | None:
    """Page 2 is index_2.html: where the pager leads on by script, but says how many pages there are."""
    path = urlsplit(page.url).path
    own = _NUMBERED.search(path + "index.html" if path.endswith("/") else path)
    if own is None or pages is None:
        return None
    current = int(own["number"] or 1)
    return page.elsewhere(f"index_{current + 1}.{own['extension']}") if current < pages else None


def _read_api(page: Page) -> ListPage:
    answer = json_answer.read(page.text) or {}
    page = Page(page.url, "")  # the API's address to resolve against: what its JSON quotes of pages is none of it
    articles = [json_answer.members(article) for article in json_answer.items(answer.get("articles"))]
    entries: dict[str, Entry] = {}
    for article in articles:
        if entry := _entry(page, article):
            entries.setdefault(entry.url, entry)
    total = json_answer.count(answer.get("total"))
    return ListPage(tuple(entries.values()), _next_of_api(page, len(articles), total), total)


def _entry(page: Page, article: dict[str, object]) -> Entry | None:
    addresses = (page.elsewhere(json_answer.string(article.get(name))) for name in ("url", "post_url"))
    url = next(filter(None, addresses), None)
    title = re.sub(r"<[^<>]*>", " ", json_answer.string(article.get("title")))
    return None if url is None else Entry(url, " ".join(title.split()), _day(article))


def _day(article: dict[str, object]) -> dt.date | None:
    for name in _API_TIMES:
        time = article.get(name)
        if isinstance(time, str) and (day := day_in(time)):
            return day
        if isinstance(time, int) and _SINCE <= time < _UNTIL:
            return dt.datetime.fromtimestamp(time, _SHANGHAI).date()
    return None


def _next_of_api(page: Page, listed: int, total: int | None) -> str | None:
    """The next page, unless the total is reached by full pages, or, where none is stated, this one was not full."""
    query = urlsplit(page.url).query
    asked = _API_PAGE.search(query)
    current = max(1, int(asked[1])) if asked else 1
    if not listed or (listed < _PAGE_SIZE if total is None else current * _PAGE_SIZE >= total):
        return None
    following = f"page={current + 1}"
    return page.elsewhere("?" + (_API_PAGE.sub(following, query) if asked else f"{query}&{following}".lstrip("&")))
