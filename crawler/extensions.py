"""The run of one site: opens the archive where nobody has, begins and ends the run's row, commits its batches."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from scrapy.utils.asyncio import create_looping_call
from scrapy.utils.defer import deferred_from_coro
from twisted.python.failure import Failure

from archive import clock
from archive.folder import Archive
from archive.models import Finding, RunCounts
from archive.store import Store
from crawler.items import ArticlePage, FailedPage, ListPage
from crawler.progress import Progress
from crawler.site import Site
from crawler.spiders.press_releases import PressReleases

TICK = 0.5  # seconds between two looks at whether the batch is due
WALLS_IN_A_ROW = 3
_OUTCOMES = {"closespider_timeout": "time_limit", "walled": "walled", "broken": "broken"}


class Run:
    """One run of one site. Made before Scrapy's other parts, which find archive, frontier and counts here."""

    def __init__(self, crawler: Crawler, spider: PressReleases) -> None:
        self._crawler, self.site = crawler, spider.site
        given: Archive | None = getattr(spider, "archive", None)
        self.archive = given or Archive.open(crawler.settings.get("ARCHIVE_DIR"), write=True)
        self._is_ours = given is None
        self._progress: Progress = getattr(spider, "progress", None) or Progress()
        self.counts = RunCounts()
        self.findings: list[Finding] = []
        self._walls = 0
        with self.archive.page_kept():
            declare(self.archive.store, self.site)
            vantage = crawler.settings.get("VANTAGE") or os.environ.get("POLICE_PRESS_VANTAGE")
            self.id = self.archive.store.begin_run(self.site.slug, clock.now(), vantage)
            revisit_days = self.site.fetch.revisit_days
            self.frontier = self.archive.frontier(self.site.slug, self.id, clock.now(), revisit_days)
            if spider.wanted:
                self.frontier.want(spider.wanted)
            else:
                self._walk(spider)
        self.archive.commit()  # a run that is killed in its first second is on record too
        spider.frontier, spider.run_id = self.frontier, self.id
        self._ticking = create_looping_call(self._tick)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Run:
        """Take part in the crawls of our own spider only."""
        if not isinstance(crawler.spider, PressReleases):
            raise NotConfigured("no site of ours")
        run = cls(crawler, crawler.spider)
        crawler.signals.connect(run._opened, signals.spider_opened)
        crawler.signals.connect(run._closed, signals.spider_closed)
        crawler.signals.connect(run._page_broke_spider, signals.spider_error)
        crawler.signals.connect(run._page_broke_pipeline, signals.item_error)
        return run

    def find(self, findings: list[Finding]) -> None:
        """Write findings down."""
        for finding in findings:
            self.findings.append(finding)
            self.archive.store.find(self.id, finding)

    def find_site_changed(self) -> None:
        """Say once a run that releases are missing in such numbers that it is the site that changed."""
        if any(finding.expectation == "site_changed" for finding in self.findings):
            return
        seen = "so many pages gone at once that the site has changed; none is held to be taken down"
        wanted = f"lists and addresses as before, or a person's word: police-press confirm-gone {self.site.slug}"
        self.find([Finding(self.site.slug, "site_changed", seen, wanted, self.site.home)])

    def kept(self, item: ListPage | ArticlePage | FailedPage) -> None:
        """Show what was done; end the crawl after three walls in a row."""
        walled = isinstance(item, FailedPage) and self.frontier.is_wall(item.outcome)
        self._walls = self._walls + 1 if walled else 0
        self._progress.kept(self.site.slug, item.page, self.counts)
        if self._walls >= WALLS_IN_A_ROW:
            self.stop("walled")

    def stop(self, reason: str) -> None:
        """End this site's crawl once what is under way is kept."""
        if self._crawler.engine.spider is not None:
            deferred_from_coro(self._crawler.engine.close_spider_async(reason=reason))

    def give_up(self, item: FailedPage) -> None:
        """Keep what is known of a page on which the program itself failed."""
        with self.archive.page_kept():
            for answer in item.answers:
                self.archive.captures.keep(answer)
            self.counts.failed += 1
            self.find(self.frontier.failed(item.page, item.outcome, None, item.error))

    def _walk(self, spider: PressReleases) -> None:
        listings = [(listing.column, listing.url) for listing in self.site.listings]
        self.frontier.walk(listings, replace(spider.walk_options, full_walk_days=self.site.fetch.full_walk_days))

    def _opened(self) -> None:
        self._ticking.start(TICK)
        self._progress.begun(self.site.slug)

    def _tick(self) -> None:
        if self.archive.broken:
            self.stop("broken")
        else:
            self.archive.commit_if_due()

    def _closed(self, reason: str) -> None:
        if self._ticking.running:
            self._ticking.stop()
        outcome = _OUTCOMES.get(reason, "finished" if reason == "finished" else "stopped")
        unread = self.frontier.unread
        if outcome in ("finished", "time_limit") and unread:
            outcome = "failed"
        if not self.archive.broken:
            with self.archive.page_kept():
                self._find_unanswered(unread)
                stated = self.frontier.stated_total
                self.archive.store.update_run(self.id, self.counts, stated, finished=clock.now(), outcome=outcome)
            self.archive.commit()
        self._progress.ended(self.site.slug, outcome, self.counts, self.findings)
        if self._is_ours:
            self.archive.close()

    def _find_unanswered(self, unread: list[str]) -> None:
        """Say of each page that had to come, and of which nothing was said yet, that the run ended before it came."""
        said = {finding.url for finding in self.findings}
        seen, wanted = "no answer before the run ended", "a list of entries, or the page asked for"
        self.find([Finding(self.site.slug, "page", seen, wanted, url) for url in unread if url not in said])

    def _page_broke_spider(self, failure: Failure, response: Response | Failure) -> None:
        request = response.request  # type: ignore[union-attr]  # Scrapy gives its failures the request too
        assert request is not None  # noqa: S101 - as above
        error = f"{type(failure.value).__name__}: {failure.value}"
        answers = tuple(request.meta["answers"])
        self.give_up(FailedPage(request.cb_kwargs["page"], answers, "extract_failed", error))

    def _page_broke_pipeline(self, item: ListPage | ArticlePage | FailedPage, failure: Failure) -> None:
        error = f"{type(failure.value).__name__}: {failure.value}"
        self.give_up(FailedPage(item.page, item.answers, "extract_failed", error))


def declare(store: Store, site: Site) -> None:
    """Bring the archive's row of a site up to its file."""
    store.declare_site(
        slug=site.slug,
        name=site.name,
        english=site.english,
        kind=site.kind,
        division=site.division,
        home=site.home,
        verified=site.verified.isoformat() if site.verified else None,
        evidence=site.evidence,
    )


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
