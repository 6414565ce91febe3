"""Captures that a person brought: which of them are list pages, releases or files of releases; kept like any other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from archive import clock
from archive.addresses import key
from archive.errors import ArchiveError
from archive.folder import Archive
from archive.foreign import read
from archive.models import Answer, Article, ListRead, Page, PageKind, RunFacts
from archive.removals import tombstone
from crawler.brought import Imported, Redirects, is_further_page, is_page, is_redirect
from crawler.extract import extract
from crawler.extract.charset import decode
from crawler.items import ArticlePage, AttachmentPage, FailedPage, Item, ListPage
from crawler.keeping import Keeping
from crawler.listings import read_list
from crawler.run import Run
from crawler.site import Listing, Site
from crawler.walls import classify
from crawler.worker import Worker, WorkFailedError

# A page whose text is the titles of its own links is an index, whatever else it looks like.
_AN_INDEX = 3
_NO_RELEASE = "neither a list page of this site, nor named by one, nor a page that reads like a release"
_EMPTY = "a page without text, picture or file"


class Import:
    """One import into one site; its run begins with the first capture that was not here before."""

    def __init__(self, archive: Archive, site: Site, worker: Worker, vantage: str | None) -> None:
        self._archive, self._site, self._worker = archive, site, worker
        self._hosts = site.hosts | frozenset(site.fetch.attachment_hosts)
        found = archive.discovered(site.slug) if site.discover else ()
        self._listings = (*site.listings, *(Listing(column, "auto", url) for column, url in found))
        facts = tuple((listing.column, listing.url, listing.cms) for listing in self._listings)
        self._facts = RunFacts(site.slug, "import", clock.now(), vantage, listings=facts)
        self._begun: tuple[Run, Keeping] | None = None
        self._lists = {key(listing.url): listing for listing in self._listings}
        self._redirects = Redirects()
        self.said = Imported()

    def files(self, paths: Sequence[Path], url: str | None = None, captured: dt.datetime | None = None) -> Imported:
        """Import files; `url` and `captured` are those of saved HTML that does not state them.

        They are read four times: to the end, before anything is kept; for list pages, which name releases; for these;
        for files of theirs. Raises ForeignFileError for one that cannot be used, with nothing kept, and ArchiveError.
        """
        with self._archive.writing():
            for answer in self._answers(paths, url, captured):
                self._redirects.note(answer)
            for take in (self._list, self._release if url is None else self._named, self._file):
                for answer in self._answers(paths, url, captured, says_refusals=take == self._file):
                    take(answer)
        if self._begun:
            self._begun[0].end("finished", clock.now())
        return self.said

    def _answers(
        self, paths: Sequence[Path], url: str | None, captured: dt.datetime | None, *, says_refusals: bool = False
    ) -> Iterator[Answer]:
        for path in paths:
            for one in read(path, site=self._site.slug, run_id=None, hosts=self._hosts, url=url, captured=captured):
                if isinstance(one, Answer):
                    yield one
                elif says_refusals:
                    self.said.leave(one.what, one.why)

    def _list(self, answer: Answer) -> None:
        """Keep a list page."""
        trail = self._redirects.trail(answer, lambda url: self._listing(url) is not None)
        if trail is None or is_redirect(answer) or not self._is_shown(answer):
            return
        listing = self._listing(trail[0].url)
        assert listing  # noqa: S101 - the trail begins where there is one
        read = self._read_list(listing, answer)
        if read is None:
            return
        if not (read.entries or read.next_page):
            self.said.leave(answer.url, "a list page without entries")
            return
        if read.next_page:
            with suppress(ValueError):  # an address that nobody can ask for
                self._lists.setdefault(key(read.next_page), listing)
        self._keep(trail, "listing", listing.url)

    def _listing(self, url: str) -> Listing | None:
        """The listing that an address is a page of: its first, one that another page led to, one with a number."""
        if listing := self._lists.get(key(url)):
            return listing
        return next((one for one in self._listings if is_further_page(url, one.url)), None)

    def _release(self, answer: Answer) -> None:
        """Keep a release: an address that a list names, or a page that reads like one."""
        trail = self._redirects.trail(answer, lambda url: self._archive.site_of(url) is not None)
        if trail is not None or (is_page(answer) and not is_redirect(answer)):
            self._keep_release(trail or (answer,), is_named=trail is not None)

    def _named(self, answer: Answer) -> None:
        """Keep a release of which a person gave the address."""
        self._keep_release((answer,), is_named=True)

    def _keep_release(self, trail: tuple[Answer, ...], *, is_named: bool) -> None:
        asked, answer = trail[0], trail[-1]
        if is_redirect(answer) or self._redirects.trail(answer, lambda url: self._listing(url) is not None):
            return
        owner = self._archive.site_of(asked.url)
        if owner and owner != self._site.slug:
            self.said.leave(asked.url, f"a page of the site {owner}")
        elif not is_named and key(answer.url) == key(self._site.home):
            self.said.leave(answer.url, "the site's home page")
        elif self._is_shown(answer) and (article := self._extracted(answer)):
            if article.body_kind == "empty":
                self.said.leave(answer.url, _EMPTY)
            elif is_named or self._reads_like_one(article, answer):
                self._keep(trail, "article")
            else:
                self.said.leave(answer.url, _NO_RELEASE)

    def _reads_like_one(self, article: Article, answer: Answer) -> bool:
        if not article.title or article.published_precision not in ("day", "minute", "second"):
            return False
        read = self._read_list(Listing("", "auto", answer.url), answer)
        return read is not None and sum(entry.title in article.body for entry in read.entries) < _AN_INDEX

    def _file(self, answer: Answer) -> None:
        """Keep an image or a file that a release of ours has."""
        if is_page(answer) or is_redirect(answer) or self._listing(answer.url) or self._archive.site_of(answer.url):
            return
        if not self._archive.store.has_attachment(answer.url):
            self.said.other_files += 1
        elif self._is_shown(answer):
            self._keep((answer,), "attachment")

    def _is_shown(self, answer: Answer) -> bool:
        """Whether the page came, and nothing in its place; what did is said."""
        headers = {name.lower(): value for name, value in answer.headers}
        outcome = classify(answer.status, headers, _text(answer) if is_page(answer) else "", len(answer.body))
        if outcome != "ok":
            self.said.leave(answer.url, f"{outcome}: HTTP status {answer.status}")
        return outcome == "ok"

    def _extracted(self, answer: Answer) -> Article | None:
        content_type = answer.header("content-type")
        job = self._worker.submit(extract, answer.body, answer.url, content_type, self._site, answer.captured)
        try:
            return job.result()
        except WorkFailedError as problem:
            self.said.leave(answer.url, f"cannot be read: {problem}")
            return None

    def _read_list(self, listing: Listing, answer: Answer) -> ListRead | None:
        try:
            return self._worker.submit(read_list, listing, answer.url, answer.url, _text(answer)).result()
        except WorkFailedError as problem:
            self.said.leave(answer.url, f"cannot be read: {problem}")
            return None

    def _keep(self, trail: tuple[Answer, ...], kind: PageKind, listing: str | None = None) -> None:
        """Keep a page with the redirects before it, unless it is here already, or was and has been removed."""
        url, answer = trail[0].url, trail[-1]
        if (stone := tombstone(self._archive.db.conn, key(url))) and stone.site:
            self.said.leave(url, f"removed on {stone.date}: {stone.reason}")
            return
        if self._archive.captures.has(answer):
            self.said.before += 1
            return
        run, keeping = self._begin()
        page = run.frontier.take(url, kind, listing)
        item = _item(page, tuple(replace(one, run_id=run.id) for one in trail))
        try:
            kept = keeping.keep(item, keeping.reader.begin(item))
        except ArchiveError as damage:  # of a capture that this one has to be held against
            if self._archive.broken:
                raise
            self.said.leave(answer.url, str(damage))
            return
        if isinstance(kept, FailedPage):
            self.said.leave(answer.url, f"cannot be read: {kept.error}")
        else:
            self.said.kept[kind] += 1

    def _begin(self) -> tuple[Run, Keeping]:
        if self._begun is None:
            run = Run(self._archive, self._site, self._facts)
            self._begun = run, Keeping(run, self._worker)
        return self._begun


def _item(page: Page, answers: tuple[Answer, ...]) -> Item:
    last = answers[-1]
    if page.kind == "listing":
        return ListPage(page, answers, last.url, _text(last))
    if page.kind == "attachment":
        return AttachmentPage(page, answers)
    return ArticlePage(page, answers, last.body, last.header("content-type"))


def _text(answer: Answer) -> str:
    return decode(answer.body, answer.header("content-type")).text
