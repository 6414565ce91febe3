"""The pipeline that keeps: captures first, then what they say, all of a page or nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from archive import clock
from archive.errors import ArchiveError
from archive.models import Answer, Capture, Finding
from archive.store import Kept, MadeBy, Resting
from crawler.extensions import Run
from crawler.extract import extract
from crawler.items import ArticlePage, FailedPage, ListPage

_NOT_THERE = ("gone", "soft_404")

Item = ListPage | ArticlePage | FailedPage


class Keep:
    """Writes every item into the archive's batch."""

    def __init__(self, run: Run) -> None:
        self._run, self._site, self._archive = run, run.site, run.archive

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Find the run that the extension began; without one, for a spider that is not ours, there is no pipeline."""
        run = crawler.get_extension(Run)
        if run is None:
            raise NotConfigured("no run of ours")
        return cls(run)

    def process_item(self, item: Item) -> Item:
        """Keep one item; an archive that can take no more ends the crawl."""
        try:
            match item:
                case ListPage():
                    self._keep_list(item)
                case ArticlePage():
                    self._keep_article(item)
                case FailedPage():
                    self._keep_failure(item)
        except ArchiveError as problem:
            self._archive.broken = self._archive.broken or problem
            self._run.stop("broken")
        else:
            self._run.kept(item)
        return item

    def _keep_list(self, item: ListPage) -> None:
        with self._archive.page_kept():
            self._keep_answers(item.answers)
            self._run.counts.listed += len(item.read.entries)
            self._run.find(self._run.frontier.list_read(item.page, item.read))

    def _keep_article(self, item: ArticlePage) -> None:
        answer = item.answers[-1]
        entry = self._run.frontier.entry(item.page)
        article = extract(item.body, answer.url, item.content_type, self._site, answer.captured, entry)
        before = self._archive.store.resting(item.page.url)
        if before and before.body_kind != "empty" and article.body_kind == "empty":
            emptied = (*item.answers[:-1], replace(answer, outcome="soft_404"))
            self._keep_failure(FailedPage(item.page, emptied, "soft_404", "the page was emptied"))
            return
        with self._archive.page_kept():
            capture = self._keep_answers(item.answers)[-1]
            comparable = before is None or before.extractor == article.extractor or self._reparse(item, before)
            made_by: MadeBy = "crawl" if comparable else "reparse"
            self._run.counts.not_modified += answer.outcome == "not_modified"
            self._count(self._archive.store.keep(item.page.url, article, capture, made_by))
            self._run.frontier.fetched(item.page, answer.status)

    def _count(self, kept: Kept) -> None:
        counts = self._run.counts
        counts.fetched += 1
        counts.new += kept.change == "new"
        counts.edited += kept.change == "edited"
        counts.restored += kept.restored

    def _reparse(self, item: ArticlePage, before: Resting) -> bool:
        """Read the capture that a release rests on with today's extractor, so that only the page's edits are edits.

        False where that capture cannot be read any more: a finding, and nobody can say what is an edit.
        """
        capture = self._archive.captures.row(before.capture_id)
        try:
            payload = self._archive.captures.payload(capture.id)
        except ArchiveError as damage:
            self._run.find([Finding(self._site.slug, "capture", str(damage), "a record that can be read", capture.url)])
            return False
        entry = self._run.frontier.entry(item.page)
        article = extract(payload, capture.url, capture.content_type, self._site, capture.captured, entry)
        self._archive.store.keep(item.page.url, article, capture, made_by="reparse")
        return True

    def _keep_failure(self, item: FailedPage) -> None:
        run = self._run
        walled = run.frontier.is_wall(item.outcome)
        status = item.answers[-1].status if item.answers else None
        with self._archive.page_kept():
            captures = self._keep_answers(item.answers)
            if not item.answers or item.answers[-1].outcome == "ok":
                url = item.page.url
                captures.append(
                    self._archive.captures.attempt(self._site.slug, run.id, url, clock.now(), item.outcome, item.error)
                )
            if item.outcome in _NOT_THERE and self._archive.store.resting(item.page.url):
                self._keep_absence(item, captures[-1])
                return
            run.counts.walled += walled
            run.counts.failed += not walled
            run.find(run.frontier.failed(item.page, item.outcome, status, item.error))

    def _keep_absence(self, item: FailedPage, capture: Capture) -> None:
        """A release's page says clearly that it is not there: a takedown once that stands, unless the site changed."""
        said = f"{item.outcome}: {item.error}"
        absence, since = self._run.frontier.absent(item.page, said, capture.status, capture.id)
        self._run.find(self._run.frontier.missed(item.page, said))
        if absence == "gone" and since:
            self._archive.store.take_down(item.page.url, since, capture, f"{said}, first seen {since}")
            self._run.counts.gone += 1
        if absence == "held":
            self._run.find_site_changed()

    def _keep_answers(self, answers: tuple[Answer, ...]) -> list[Capture]:
        return [self._archive.captures.keep(answer) for answer in answers]
