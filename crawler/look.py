"""One look at a list page and a release of it, by the rules of a crawl (robots.txt, guard, walls), into no archive."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from archive.addresses import key
from archive.models import Entry, Page, PageKind
from crawler.failures import NO_ANSWER, outcome_of
from crawler.items import ArticlePage, FailedPage, Item, ListPage
from crawler.site import Site
from crawler.spiders.press_releases import PressReleases
from crawler.survey import Survey, printable, survey
from crawler.worker import Worker, WorkFailedError

NO_ENTRIES = "no_entries"


class NotSeenError(Exception):
    """A page did not show what it was asked for. `outcome` as the archive has it, or `no_entries`."""

    def __init__(self, url: str, outcome: str, seen: str) -> None:
        super().__init__(printable(f"{url}: {outcome}: {seen}"))
        self.outcome = outcome


class CutShortError(Exception):
    """The look ended before it was through."""


@dataclass(frozen=True, slots=True)
class Seen:
    """`lists`: the list page asked for and, where that is a frame which a browser fills, what fills it.

    `survey` has family and names from the first of them, the entries from the last. `entry` is the release looked at.
    """

    lists: tuple[ListPage, ...]
    survey: Survey
    entry: Entry
    article: ArticlePage


def look(site: Site, article: str | None, worker: Worker) -> Seen:
    """Ask for the first listing of a site and for one release: `article`, else the first on the list's own host.

    Raises NotSeenError, and CutShortError where somebody or something ended the look. Once a process: Scrapy's
    reactor does not start again.
    """
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    for name, value in {
        "LOG_LEVEL": "WARNING",
        "DOWNLOAD_DELAY": site.fetch.delay,
        "SPIDER_LOADER_CLASS": "scrapy.spiderloader.DummySpiderLoader",  # the folder may hold no site yet
        "SCHEDULER": "scrapy.core.scheduler.Scheduler",  # ours, the pipeline and the extension are an archive's
        "ITEM_PIPELINES": {},
        "EXTENSIONS": {},
        "DOWNLOADER_MIDDLEWARES": settings.getdict("DOWNLOADER_MIDDLEWARES")
        | {"crawler.conditional.Conditional": None},
    }.items():
        settings.set(name, value, priority="cmdline")
    logging.getLogger("trafilatura").setLevel(logging.ERROR)
    seen: Future[Seen] = Future()
    process = AsyncCrawlerProcess(settings)
    process.crawl(_Look, site=site, run_id=None, article=article, worker=worker, seen=seen)
    process.start()
    if not seen.done():
        raise CutShortError("the look was cut short; what went wrong stands above, unless somebody ended it")
    return seen.result()


class _Look(PressReleases):
    name = "look"
    article: str | None
    worker: Worker
    seen: Future[Seen]

    async def start(self) -> AsyncIterator[Any]:
        """Look; nothing is left for Scrapy to schedule."""
        try:
            self.seen.set_result(await self._look())
        except NotSeenError as problem:
            self.seen.set_exception(problem)
        for nothing in list[Any]():
            yield nothing

    async def _look(self) -> Seen:
        first = await self._list(self.site.listings[0].url)
        found = await self._read(first)
        lists = [first]
        if found.read.is_frame and found.read.next_page:
            lists.append(await self._list(found.read.next_page, first.url))
            found = replace(found, read=(await self._read(lists[1], found.family)).read)
        if not found.read.entries:
            raise NotSeenError(first.url, NO_ENTRIES, _seen_of(found))
        entry = self._chosen(found.read.entries, first.url)
        return Seen(tuple(lists), found, entry, await self._article(entry.url, lists[-1].url))

    def _chosen(self, entries: tuple[Entry, ...], url: str) -> Entry:
        if self.article:
            wanted = key(self.article)
            return next((entry for entry in entries if key(entry.url) == wanted), Entry(self.article, ""))
        own = (entry for entry in entries if urlsplit(entry.url).netloc == urlsplit(url).netloc)
        return next(own, entries[0])

    async def _list(self, url: str, found_on: str | None = None) -> ListPage:
        item = await self._ask(url, "listing", found_on)
        assert isinstance(item, ListPage)  # noqa: S101 - what `parse` gives for a listing
        return item

    async def _article(self, url: str, found_on: str) -> ArticlePage:
        item = await self._ask(url, "article", found_on)
        assert isinstance(item, ArticlePage)  # noqa: S101 - what `parse` gives for an article
        return item

    async def _ask(self, url: str, kind: PageKind, found_on: str | None) -> Item:
        page = Page(0, key(url), url, self.site.slug, kind, found_on)
        request = self.request(page)
        try:
            response = await self.crawler.engine.download_async(request)
        except NO_ANSWER as problem:
            raise NotSeenError(url, outcome_of(problem), f"{type(problem).__name__}: {problem}") from problem
        item = next(self.parse(response, page))
        if isinstance(item, FailedPage):
            raise NotSeenError(url, item.outcome, item.error or "")
        return item

    async def _read(self, item: ListPage, family: str | None = None) -> Survey:
        try:
            return await asyncio.wrap_future(self.worker.submit(survey, item.url, item.text, family))
        except WorkFailedError as problem:
            raise NotSeenError(item.url, "extract_failed", str(problem)) from problem


def _seen_of(found: Survey) -> str:
    family = f"the family {found.family} by its mark {found.mark}" if found.mark else "no mark of a known family"
    return f"{family}; {found.name or 'a site without a name'}, {found.column or 'a page without a name'}"
