"""Captures that a person brought: which of them are list pages, releases or files of releases; kept like any other."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urljoin

from archive import clock
from archive.addresses import key
from archive.folder import Archive
from archive.foreign import read
from archive.models import Answer, Page, PageKind, RunFacts
from crawler.extract import extract
from crawler.extract.charset import decode
from crawler.items import ArticlePage, AttachmentPage, Item, ListPage
from crawler.keeping import Keeping
from crawler.listings import read_list
from crawler.run import Run
from crawler.site import Listing, Site
from crawler.walls import classify
from crawler.worker import Worker, WorkFailedError

# Under that many dated entries a page is no list: a release links to a few others.
_A_LIST = 5
_SHOWN = 20
_NO_RELEASE = "neither a list page, nor a release, nor a file of one"


@dataclass(slots=True)
class Imported:
    """How many captures were kept, by kind of page, and how many were here before; what was left out, and why."""

    kept: Counter[str] = field(default_factory=Counter)
    before: int = 0
    left_out: list[tuple[str, str]] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """What a person is told."""
        kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(self.kept.items())) or "none"
        yield f"captures kept: {kinds}; here before: {self.before}; left out: {len(self.left_out)}"
        for what, why in self.left_out[:_SHOWN]:
            yield f"left out: {what}: {why}"
        if len(self.left_out) > _SHOWN:
            yield f"left out: {len(self.left_out) - _SHOWN} more"


class Import:
    """One import into one site; its run begins with the first capture that was not here before."""

    def __init__(self, archive: Archive, site: Site, worker: Worker, vantage: str | None) -> None:
        self._archive, self._site, self._worker = archive, site, worker
        listings = tuple((listing.column, listing.url, listing.cms) for listing in site.listings)
        self._facts = RunFacts(site.slug, "import", clock.now(), vantage, listings=listings)
        self._begun: tuple[Run, Keeping] | None = None
        self._hops: dict[str, Answer] = {}
        self._lists = {key(site.home)}
        self.said = Imported()

    def files(self, paths: Sequence[Path], url: str | None, captured: dt.datetime | None) -> Imported:
        """Import files. They are read three times: for list pages, which name releases; for these; for files of theirs.

        Raises ForeignFileError for a file that cannot be used.
        """
        self._read(paths, url, captured, self._list, refusals=True)
        self._read(paths, url, captured, self._article if url is None else self._named)
        self._read(paths, url, captured, self._attachment)
        if self._begun:
            self._begun[0].end("finished", clock.now())
        return self.said

    def _read(
        self,
        paths: Sequence[Path],
        url: str | None,
        captured: dt.datetime | None,
        take: Callable[[Answer], None],
        *,
        refusals: bool = False,
    ) -> None:
        hosts = self._site.hosts | frozenset(self._site.fetch.attachment_hosts)
        for path in paths:
            for one in read(path, site=self._site.slug, run_id=None, hosts=hosts, url=url, captured=captured):
                if isinstance(one, Answer):
                    take(one)
                elif refusals:
                    self.said.left_out.append((one.what, one.why))

    def _list(self, answer: Answer) -> None:
        """Keep a list page; note where redirects lead."""
        if location := answer.header("location") if 300 <= answer.status < 400 else None:
            self._hops[urljoin(answer.url, location)] = answer
        if not _is_page(answer):
            return
        text = _text(answer)
        for listing in self._site.listings:
            is_first = key(listing.url) == key(answer.url)
            if is_first or (_is_beside(answer.url, listing.url) and self._is_list(listing, answer.url, text)):
                self._lists.add(key(answer.url))
                self._keep(answer, "listing", answer.url, listing.url)
                return

    def _is_list(self, listing: Listing, url: str, text: str) -> bool:
        try:
            found = self._worker.submit(read_list, listing, url, url, text).result()
        except WorkFailedError:
            return False
        return sum(1 for entry in found.entries if entry.published) >= _A_LIST

    def _article(self, answer: Answer) -> None:
        """Keep a release: an address that a list names, or a page that reads like one."""
        if 300 <= answer.status < 400 or key(answer.url) in self._lists:
            return
        hop = self._hops.get(answer.url)
        known = [one for one in (answer, hop) if one and self._archive.site_of(one.url) == self._site.slug]
        if known:
            self._named(answer, known[0].url)
        elif _is_page(answer) and self._is_release(answer):
            self._named(answer)
        elif _is_page(answer):
            self.said.left_out.append((answer.url, _NO_RELEASE))

    def _is_release(self, answer: Answer) -> bool:
        content_type = answer.header("content-type")
        try:
            article = self._worker.submit(
                extract, answer.body, answer.url, content_type, self._site, answer.captured
            ).result()
        except WorkFailedError:
            return False
        is_dated = article.published_precision in ("day", "minute", "second")
        return bool(article.title and is_dated and article.body_kind != "empty")

    def _named(self, answer: Answer, url: str | None = None) -> None:
        self._keep(answer, "article", url or answer.url)

    def _attachment(self, answer: Answer) -> None:
        """Keep an image or a file that a release of ours has."""
        if not _is_page(answer) and self._archive.store.has_attachment(answer.url):
            self._keep(answer, "attachment", answer.url)

    def _keep(self, answer: Answer, kind: PageKind, url: str, listing: str | None = None) -> None:
        headers = {name.lower(): value for name, value in answer.headers}
        outcome = classify(answer.status, headers, _text(answer) if _is_page(answer) else "", len(answer.body))
        if outcome != "ok":
            self.said.left_out.append((answer.url, f"{outcome}: HTTP status {answer.status}"))
            return
        if self._archive.captures.has(answer):
            self.said.before += 1
            return
        run, keeping = self._begin()
        page = run.frontier.take(url, kind, listing)
        answer = replace(answer, run_id=run.id)
        hop = self._hops.get(answer.url) if url != answer.url else None
        answers = (replace(hop, run_id=run.id), answer) if hop else (answer,)
        item = _item(page, answers)
        keeping.keep(item, keeping.reader.begin(item), answer.captured)
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


def _is_page(answer: Answer) -> bool:
    content_type = (answer.header("content-type") or "text/html").lower()
    return answer.status == HTTPStatus.OK and ("html" in content_type or content_type.startswith("text/plain"))


def _text(answer: Answer) -> str:
    return decode(answer.body, answer.header("content-type")).text


def _is_beside(url: str, first: str) -> bool:
    """Whether an address lies in the folder of a list's first page, where its other pages are."""
    return url.split("?")[0].rpartition("/")[0] == first.split("?")[0].rpartition("/")[0]
