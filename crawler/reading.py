"""What a page says, read in a worker process: entries of a list page, the article of an article page."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from archive.captures import Captures
from archive.errors import ArchiveError
from archive.models import Article, Capture, Entry, ListRead
from archive.store import Resting
from crawler.extract import extract, extractor_of
from crawler.items import ArticlePage, Item, ListPage
from crawler.listings import listing_of, read_home, read_list
from crawler.run import Run
from crawler.site import Listing
from crawler.worker import Worker


@dataclass(frozen=True, slots=True)
class Reading:
    """What is being read for an item: its own page and, where its release rests on an older extractor, that capture."""

    listed: Future[ListRead] | None = None
    proposed: Future[list[tuple[str, str]]] | None = None
    article: Future[Article] | None = None
    resting: Resting | None = None
    rested: Future[Article] | None = None
    unreadable: ArchiveError | None = None

    @property
    def jobs(self) -> list[Future[Any]]:
        """All that has to be done before the item is kept."""
        return [job for job in (self.listed, self.proposed, self.article, self.rested) if job]


class Reader:
    """Begins to read what items show. `worker` does the work."""

    def __init__(self, run: Run, worker: Worker) -> None:
        self._run, self._site, self._worker = run, run.site, worker

    def begin(self, item: Item) -> Reading:
        """Begin; the reading's jobs raise WorkFailedError where a page cannot be read."""
        match item:
            case ListPage() if self._is_home(item):
                return Reading(proposed=self._worker.submit(read_home, item.url, item.text))
            case ListPage():
                return Reading(
                    listed=self._worker.submit(read_list, self._listing(item), item.page.url, item.url, item.text)
                )
            case ArticlePage():
                return self._article(item)
            case _:
                return Reading()

    def capture(self, capture: Capture, captures: Captures, entry: Entry | None) -> Future[Article]:
        """Begin to read what a capture shows. Raises ArchiveError where its record cannot be read."""
        return self.body(captures.payload(capture.id), capture.url, capture.content_type, capture.captured, entry)

    def body(
        self, body: bytes, url: str, content_type: str | None, captured: dt.datetime, entry: Entry | None
    ) -> Future[Article]:
        """Begin to read an article page."""
        return self._worker.submit(extract, body, url, content_type, self._site, captured, entry)

    def _article(self, item: ArticlePage) -> Reading:
        answer, entry = item.answers[-1], self._run.frontier.entry(item.page)
        article = self.body(item.body, answer.url, item.content_type, answer.captured, entry)
        resting = self._run.archive.store.resting(item.page.url)
        if resting is None:
            return Reading(article=article)
        captures = self._run.archive.captures
        capture = captures.row(resting.capture_id)
        if resting.extractor == extractor_of(self._site, capture.captured):
            return Reading(article=article, resting=resting)
        try:
            rested = self.capture(capture, captures, entry)
        except ArchiveError as damage:
            return Reading(article=article, resting=resting, unreadable=damage)
        return Reading(article=article, resting=resting, rested=rested)

    def _is_home(self, item: ListPage) -> bool:
        exploration = self._run.frontier.exploration
        return exploration is not None and item.page.url == exploration.home

    def _listing(self, item: ListPage) -> Listing:
        return listing_of(self._site, self._run.facts.listings, item.page.listing)
