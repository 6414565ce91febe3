"""What becomes of a page in the archive: captures first, then what they say; all of a page or nothing.

A crawl, an import and a rebuild from the WARC files all go through here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urlsplit

from archive import clock
from archive.errors import ArchiveError
from archive.history import MadeBy
from archive.models import Answer, Article, Capture, Fetched, Finding, Page
from archive.store import Kept
from crawler.items import ArticlePage, AttachmentPage, FailedPage, Item, ListPage
from crawler.reading import Reader, Reading
from crawler.run import Run
from crawler.walls import moved_to
from crawler.worker import Worker, WorkFailedError

EMPTIED = "the page was emptied"
# Images and files of one release that are fetched. Of 151 saved pages no release has over 23; a page of thousands would
# keep its site's crawl from all other pages for hours.
MOST_ATTACHMENTS = 50
_NOT_THERE = ("gone", "soft_404")
_FOR_GOOD = (HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT)


class Keeping:
    """Writes what was fetched in one run into the archive's batch."""

    def __init__(self, run: Run, worker: Worker) -> None:
        self._run, self._site, self._archive = run, run.site, run.archive
        self.reader = Reader(run, worker)
        self._listed: set[tuple[str | None, str]] = set()

    def keep(self, item: Item, reading: Reading, at: dt.datetime | None = None) -> Item:
        """Keep one item, read by now; returns it, or the failure that it turned out to be.

        `at` is when that was, for one that is read back from a WARC file. Raises ArchiveError.
        """
        at = at or clock.now()
        try:
            match item:
                case ListPage():
                    self._keep_list(item, reading, at)
                case ArticlePage():
                    return self._keep_article(item, reading, at)
                case AttachmentPage():
                    self._keep_attachment(item, at)
                case FailedPage():
                    self._keep_failure(item, at)
        except WorkFailedError as problem:
            failure = FailedPage(item.page, item.answers, "extract_failed", str(problem))
            self._keep_failure(failure, at)
            return failure
        return item

    def _keep_list(self, item: ListPage, reading: Reading, at: dt.datetime) -> None:
        if reading.proposed:
            proposed = reading.proposed.result()
            with self._archive.page_kept():
                self._fetched(item.page, item.answers, item.answers[-1].outcome, at)
                self._run.frontier.home_read(item.page, proposed)
            return
        assert reading.listed  # noqa: S101 - the reader gives every list page its job
        read = reading.listed.result()
        is_empty = not read.entries and not read.is_frame and item.page.url == item.page.listing
        if is_empty and self._run.facts.kind == "crawl" and (address := _elsewhere(item)):
            said = f"leads to {address}, where no list is"
            self._keep_failure(FailedPage(item.page, item.answers, "moved", said), at)
            return
        with self._archive.page_kept():
            self._fetched(item.page, item.answers, item.answers[-1].outcome, at)
            self._listed |= {(item.page.listing, entry.url) for entry in read.entries}
            self._run.counts.listed = len(self._listed)
            if self._run.facts.kind == "import":
                column = next(column for column, url, _ in self._run.facts.listings if url == item.page.listing)
                self._run.find(self._run.frontier.list_imported(item.page, column, read))
            elif self._run.frontier.is_proposal(item.page):
                self._run.find(self._run.frontier.proposal_read(item.page, read))
            else:
                self._run.find(self._run.frontier.list_read(item.page, read))

    def _keep_article(self, item: ArticlePage, reading: Reading, at: dt.datetime) -> Item:
        assert reading.article  # noqa: S101 - as above
        article, answer = reading.article.result(), item.answers[-1]
        had_text = reading.resting is not None and reading.resting.body_kind != "empty"
        if had_text and article.body_kind == "empty" and self._run.facts.kind != "import":
            emptied = (*item.answers[:-1], replace(answer, outcome="soft_404"))
            failure = FailedPage(item.page, emptied, "soft_404", EMPTIED)
            self._keep_failure(failure, at)
            return failure
        with self._archive.page_kept():
            capture = self._fetched(item.page, item.answers, answer.outcome, at)[-1]
            self.judge(item.page, article, capture, self._made_by(item, reading))
            self._run.counts.not_modified += answer.outcome == "not_modified"
        return item

    def bring_in(self, captures: Iterable[Capture]) -> None:
        """Make releases, or versions of them, of what a run that was killed had written down: the page may read
        otherwise when it is asked for again. What cannot be read is asked for again.
        """
        for capture in captures:
            page = self._run.frontier.known(capture.page_id) if capture.page_id else None
            is_shown = capture.outcome == "ok" and capture.status in range(200, 300)
            if page and page.kind == "article" and is_shown:
                with suppress(ArchiveError, WorkFailedError):
                    self._bring_in(page, capture)

    def _bring_in(self, page: Page, capture: Capture) -> None:
        answer = Answer(capture.site, capture.run_id, capture.url, capture.captured, 200, (), b"", capture.outcome)
        item = ArticlePage(page, (answer,), self._archive.captures.payload(capture.id), capture.content_type)
        reading = self.reader.begin(item)
        assert reading.article  # noqa: S101 - as below
        article = reading.article.result()
        if reading.resting and article.body_kind == "empty":
            return
        with self._archive.page_kept():
            self.judge(page, article, capture, self._made_by(item, reading), at=capture.captured)

    def judge(
        self, page: Page, article: Article, capture: Capture, made_by: MadeBy, at: dt.datetime | None = None
    ) -> None:
        """Make a release, or a version of it, of what a capture shows; to be called while a page is kept.

        `at` is when the page came, where that was in an earlier run.
        """
        frontier, counts = self._run.frontier, self._run.counts
        kept = self._archive.store.keep(page.url, article, capture, made_by)
        if kept.is_past:
            kept = self._keep_past(page, article, capture, made_by)
        if self._run.facts.kind == "import":
            frontier.imported(page, capture.captured)
        else:
            frontier.fetched(page, capture.status, at)
        counts.fetched += 1
        counts.new += kept.change == "new"
        counts.edited += kept.change == "edited"
        counts.restored += kept.restored
        self._attach(page, article, capture)

    def _made_by(self, item: ArticlePage, reading: Reading) -> MadeBy:
        """Bring the release up to today's extractor first, so that only the page's own edits are edits.

        Where its capture cannot be read any more that is a finding, and nobody can say what is an edit.
        """
        ordinary: MadeBy = "import" if self._run.facts.kind == "import" else "crawl"
        resting = reading.resting
        if resting is None or not (reading.rested or reading.unreadable):
            return ordinary
        capture = self._archive.captures.row(resting.capture_id)
        try:
            if reading.rested:
                self._archive.store.keep(item.page.url, reading.rested.result(), capture, made_by="reparse")
                return ordinary
            said = str(reading.unreadable)
        except WorkFailedError as problem:
            said = str(problem)
        self._find_unreadable(said, capture.url)
        return "reparse"

    def _keep_past(self, page: Page, article: Article, capture: Capture, made_by: MadeBy) -> Kept:
        """Give a capture older than what the release rests on its place in the release's history.

        Where one of those beside it cannot be read any more that is a finding, and nobody can say what its place is. No
        error leaves here: its record is written, and would lose its row.
        """
        captures, entry = self._archive.captures, self._run.frontier.entry(page)
        before, after = captures.neighbours(capture)
        if after is None:
            return Kept("same")
        try:
            was = self.reader.capture(before, captures, entry).result() if before else None
            then = self.reader.capture(after, captures, entry).result()
        except (ArchiveError, WorkFailedError) as problem:
            self._find_unreadable(str(problem), page.url)
            return Kept("same")
        return self._archive.store.keep_past(page.url, article, capture, made_by, was, (then, after))

    def _find_unreadable(self, said: str, url: str) -> None:
        self._run.find([Finding(self._site.slug, "capture", said, "a record that can be read", url)])

    def _attach(self, page: Page, article: Article, capture: Capture) -> None:
        """Have the bytes of a release's images and files fetched, as the site file says; a release that is itself a
        file has come with them.
        """
        fetch = self._site.fetch
        wanted = {"all": True, "none": False, "needed": article.body_kind in ("image", "attachment")}
        if [one.url for one in article.attachments] == [capture.url]:
            self._run.counts.edited += self._archive.store.keep_attachment(capture.url, capture)
            return
        if not wanted[fetch.attachments] or self._run.facts.kind == "import":
            return
        hosts = {*self._site.hosts, urlsplit(page.url).netloc.lower(), *fetch.attachment_hosts}
        ours = [one for one in article.attachments if one.kind != "video" and urlsplit(one.url).netloc.lower() in hosts]
        for one in ours[:MOST_ATTACHMENTS]:
            if self._run.frontier.attach(page, one.url):
                self._archive.store.share_attachment(page, one.url)
        if len(ours) > MOST_ATTACHMENTS:
            seen = f"{len(ours)} images and files on one page"
            most = f"at most {MOST_ATTACHMENTS}, which are fetched"
            self._run.find([Finding(self._site.slug, "attachments", seen, most, page.url)])

    def _keep_attachment(self, item: AttachmentPage, at: dt.datetime) -> None:
        with self._archive.page_kept():
            capture = self._fetched(item.page, item.answers, item.answers[-1].outcome, at)[-1]
            self._run.counts.edited += self._archive.store.keep_attachment(item.page.url, capture)
            self._run.frontier.fetched(item.page, capture.status)

    def _keep_failure(self, item: FailedPage, at: dt.datetime) -> None:
        run = self._run
        walled = run.frontier.is_wall(item.outcome)
        status = item.answers[-1].status if item.answers else None
        with self._archive.page_kept():
            captures = self._fetched(item.page, item.answers, item.outcome, at, item.error)
            if run.facts.kind == "import":
                return
            if (
                item.page.kind == "article"
                and item.outcome in _NOT_THERE
                and self._archive.store.resting(item.page.url)
            ):
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

    def _fetched(
        self, page: Page, answers: tuple[Answer, ...], outcome: str, at: dt.datetime, error: str | None = None
    ) -> list[Capture]:
        fetched = Fetched(self._run.id, page, answers, outcome, at, error, self._run.is_recorded)
        return self._archive.captures.keep_page(fetched)


def _elsewhere(item: ListPage) -> str | None:
    """Where a list without entries is now: by its own words, or by a redirect for good to another host or path."""
    permanent = any(answer.status in _FOR_GOOD for answer in item.answers[:-1])
    asked, answered = urlsplit(item.page.url), urlsplit(item.answers[-1].url)
    left = (asked.hostname, asked.path.rstrip("/")) != (answered.hostname, answered.path.rstrip("/"))
    return moved_to(item.text) or (item.answers[-1].url if permanent and left else None)
