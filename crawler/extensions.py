"""A run as Scrapy's extension: opens the archive where nobody has, commits batches, ends the crawl where it has to."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.request import getproxies

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from scrapy.utils.asyncio import create_looping_call
from scrapy.utils.defer import deferred_from_coro
from twisted.python.failure import Failure

from archive import clock
from archive.errors import ArchiveError
from archive.folder import Archive
from archive.models import Answer, Page, RunFacts
from crawler.items import FailedPage, Item
from crawler.keeping import Keeping
from crawler.progress import Progress
from crawler.reading import Reading
from crawler.run import Run
from crawler.spiders.press_releases import PressReleases
from crawler.worker import Worker

TICK = 0.5  # seconds between two looks at whether the batch is due
WALLS_IN_A_ROW = 3
_CREDENTIALS = re.compile(r"(?<=//)[^/]*@|^[^/]*@")
_OUTCOMES = {"closespider_timeout": "time_limit", "walled": "walled", "broken": "broken"}


class CrawlRun:
    """A run as Scrapy conducts it. Made before Scrapy's other parts, which find archive, frontier and keeping here."""

    def __init__(self, crawler: Crawler, spider: PressReleases) -> None:
        self._crawler = crawler
        given: Archive | None = getattr(spider, "archive", None)
        archive = given or Archive.open(crawler.settings.get("ARCHIVE_DIR"), write=True)
        self._is_ours = given is None
        self._progress: Progress = getattr(spider, "progress", None) or Progress()
        seconds = crawler.settings.getfloat("EXTRACT_SECONDS")
        self._worker: Worker = getattr(spider, "worker", None) or Worker(seconds=seconds)
        self._walls = 0
        self.run = Run(archive, spider.site, self._facts(spider))
        self.keeping = Keeping(self.run, self._worker)
        self.keeping.bring_in(one for one in archive.brought_in if one.site == spider.site.slug)
        archive.commit()  # a run that is killed in its first second is on record too
        spider.frontier, spider.run_id = self.run.frontier, self.run.id
        self._ticking = create_looping_call(self._tick)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CrawlRun:
        """Take part in the crawls of our own spider only."""
        if not isinstance(crawler.spider, PressReleases):
            raise NotConfigured("no site of ours")
        crawl = cls(crawler, crawler.spider)
        crawler.signals.connect(crawl._opened, signals.spider_opened)
        crawler.signals.connect(crawl._closed, signals.spider_closed)
        crawler.signals.connect(crawl._page_broke_spider, signals.spider_error)
        crawler.signals.connect(crawl._page_broke_pipeline, signals.item_error)
        return crawl

    def _facts(self, spider: PressReleases) -> RunFacts:
        site = spider.site
        listings = tuple((listing.column, listing.url, listing.cms) for listing in site.listings)
        return RunFacts(
            site=site.slug,
            kind="fetch" if spider.wanted else "crawl",
            started=clock.now(),
            vantage=self._crawler.settings.get("VANTAGE") or os.environ.get("POLICE_PRESS_VANTAGE"),
            proxy=proxies(),
            listings=listings,
            options=None if spider.wanted else replace(spider.walk_options, full_walk_days=site.fetch.full_walk_days),
            wanted=spider.wanted,
        )

    def kept(self, item: Item) -> None:
        """Show what was done; end the crawl after three walls in a row."""
        walled = isinstance(item, FailedPage) and self.run.frontier.is_wall(item.outcome)
        self._walls = self._walls + 1 if walled else 0
        self._progress.kept(self.run.site.slug, item.page, self.run.counts)
        if self._walls >= WALLS_IN_A_ROW:
            self.stop("walled")

    def stop(self, reason: str) -> None:
        """End this site's crawl once what is under way is kept."""
        if self._crawler.engine.spider is not None:
            deferred_from_coro(self._crawler.engine.close_spider_async(reason=reason))

    def _opened(self) -> None:
        self._ticking.start(TICK)
        self._progress.begun(self.run.site.slug)

    def _tick(self) -> None:
        if not self.run.archive.broken:
            with suppress(ArchiveError):  # the archive remembers that it broke
                self.run.archive.commit_if_due()
        if self.run.archive.broken:
            self.stop("broken")

    def _closed(self, reason: str) -> None:
        if self._ticking.running:
            self._ticking.stop()
        outcome = _OUTCOMES.get(reason, "finished" if reason == "finished" else "stopped")
        if not self.run.archive.broken:
            with suppress(ArchiveError):  # as above
                outcome = self.run.end(outcome, clock.now())
        if self.run.archive.broken:
            outcome = "broken"
        self._progress.ended(self.run.site.slug, outcome, self.run.counts, self.run.findings)
        if self._is_ours:
            self._worker.close()
            self.run.archive.close()

    def _give_up(self, page: Page, answers: tuple[Answer, ...], failure: Failure) -> None:
        """Keep what is known of a page on which the program itself failed."""
        error = f"{type(failure.value).__name__}: {failure.value}"
        self.keeping.keep(FailedPage(page, answers, "extract_failed", error), Reading())

    def _page_broke_spider(self, failure: Failure, response: Response | Failure) -> None:
        request = response.request  # type: ignore[union-attr]  # Scrapy gives its failures the request too
        assert request is not None  # noqa: S101 - as above
        self._give_up(request.cb_kwargs["page"], tuple(request.meta["answers"]), failure)

    def _page_broke_pipeline(self, item: Item, failure: Failure) -> None:
        self._give_up(item.page, item.answers, failure)


def proxies() -> str | None:
    """The proxies that the user configured, without names and passwords; None where there is none."""
    found = sorted((kind, url) for kind, url in getproxies().items() if kind in ("http", "https"))
    return " ".join(f"{kind}={_CREDENTIALS.sub('', url)}" for kind, url in found) or None


class QuietFormatter(LogFormatter):
    """Scrapy's log lines, with items named by their page instead of printed with their bytes."""

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> LogFormatterResult:
        """Name the page."""
        return super().scraped(f"{type(item).__name__} {item.page.url}", response, spider)

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """Name the page."""
        return super().item_error(f"{type(item).__name__} {item.page.url}", exception, response, spider)
