"""The database made anew from what the WARC files say: each run told again, through the same keeping as a crawl."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus

from archive.addresses import key
from archive.errors import ArchiveError
from archive.folder import Archive
from archive.journal import PageTold, Place, RunTold, first_run, runs_told
from archive.models import Answer, Page, RunFacts
from crawler.cms.forms import form_of
from crawler.extract.charset import decode
from crawler.items import ArticlePage, AttachmentPage, FailedPage, Item, ListPage
from crawler.keeping import EMPTIED, Keeping
from crawler.reading import Reading
from crawler.run import Run
from crawler.site import Site
from crawler.worker import Worker

_AHEAD = 8  # pages given to each worker before the first of them is kept


@dataclass(frozen=True, slots=True)
class _Begun:
    """An article page that is being read; `names` are the key of its address and the addresses that answered."""

    told: PageTold
    names: frozenset[str | None]
    item: Item
    reading: Reading


class Rebuild:
    """Tells an empty archive, run by run, what its WARC files say. `faults` are records that could not be read.

    `workers` is how many pages `worker` reads at once; they are kept in the order in which they came.
    """

    def __init__(
        self,
        archive: Archive,
        sites: Mapping[str, Site],
        worker: Worker,
        say: Callable[[str], None],
        workers: int = 1,
    ) -> None:
        self._archive, self._sites, self._worker, self._say = archive, sites, worker, say
        self._ahead = _AHEAD * workers
        self._begun: deque[_Begun] = deque()
        self.faults: list[str] = []

    def all(self) -> None:
        """Every site that has WARC files, in the order in which they were first crawled: of two that list one release
        the first gives it its column. Raises ArchiveError where one has no site file.
        """
        warc = self._archive.folder / "warc"
        slugs = sorted((path.name for path in warc.iterdir() if path.is_dir()), key=lambda slug: first_run(warc, slug))
        if missing := [slug for slug in slugs if slug not in self._sites]:
            raise ArchiveError(
                f"{self._archive.folder / 'warc'}: there is no site file for {', '.join(missing)}, so nobody can say"
                " what these captures are. Put the file back, or name the folder that has it with --sites."
            )
        for slug in slugs:
            for told in runs_told(self._archive.folder / "warc", slug, self._damaged):
                self._tell(self._sites[slug], told)
            self._archive.commit()

    def _damaged(self, place: Place) -> None:
        where = self._archive.folder / "warc" / place.file
        self.faults.append(f"{where}: no whole record at byte {place.offset}, {place.length} bytes are passed over")

    def _tell(self, site: Site, told: RunTold) -> None:
        if told.confirmed:
            self._archive.confirm_gone(site.slug, told.confirmed, is_recorded=True)
            return
        if told.facts is None:
            self._say(
                f"{site.slug}: {len(told.pages)} answers of no run are kept as captures, and say nothing of releases"
            )
        facts = told.facts or RunFacts(site.slug, "import", told.started)
        run = Run(self._archive, site, facts, is_recorded=True)
        keeping = Keeping(run, self._worker)
        for page in told.pages:
            with self._noted():
                self._tell_page(keeping, run, page if told.facts else replace(page, kind=None))
        self._keep_begun(keeping)
        if told.ended:
            at, outcome = told.ended
            run.end(outcome, at)

    @contextmanager
    def _noted(self) -> Iterator[None]:
        """A record that cannot be read is a fault; an archive that can take no more is the end."""
        try:
            yield
        except ArchiveError as damage:
            if self._archive.broken:
                raise
            self.faults.append(str(damage))

    def _keep_begun(self, keeping: Keeping, left: int = 0) -> None:
        """Keep what was begun first, until so many are left."""
        while len(self._begun) > left:
            one = self._begun.popleft()
            with self._noted():
                keeping.keep(one.item, one.reading, one.told.at)

    def _tell_page(self, keeping: Keeping, run: Run, told: PageTold) -> None:
        """Keep a page, or begin to read it: an article needs nothing of those before it that is not of its address."""
        waits = told.kind == "article" and run.facts.kind != "import"
        names = frozenset((key(told.url), *(place.url for place, _ in told.answers)) if waits else ())
        if not waits or any(not names.isdisjoint(one.names) for one in self._begun):
            self._keep_begun(keeping)
        answers = self._archive.answers(told, run.site.slug, run.id)
        if run.facts.kind == "import" and answers and self._archive.captures.has(answers[-1]):
            return  # an import that was killed wrote it down, and the one after that again
        if told.kind is None:
            with self._archive.page_kept():
                for answer in answers:
                    self._archive.captures.keep(answer)
            return
        item = self._item(run.frontier.take(told.url, told.kind, told.listing), answers, told)
        self._begun.append(_Begun(told, names, item, keeping.reader.begin(item)))
        self._keep_begun(keeping, self._ahead if waits else 0)

    def _item(self, page: Page, answers: tuple[Answer, ...], told: PageTold) -> Item:
        """What the spider yielded, and for an article that could not be read, or was empty, what it would yield."""
        outcome, last = told.outcome, answers[-1] if answers else None
        if last and page.kind == "article" and (outcome == "extract_failed" or told.error == EMPTIED):
            outcome = "not_modified" if last.status == HTTPStatus.NOT_MODIFIED else "ok"
            answers = (*answers[:-1], replace(last, outcome=outcome))
        if last is None or outcome not in ("ok", "not_modified"):
            return FailedPage(page, answers, outcome, told.error or "")
        if page.kind == "attachment":
            return AttachmentPage(page, answers)
        body, content_type = self._shown(last)
        if page.kind == "article":
            return ArticlePage(page, answers, body, content_type)
        url = page.url if form_of(page.url) else last.url
        return ListPage(page, answers, url, decode(body, content_type).text)

    def _shown(self, answer: Answer) -> tuple[bytes, str | None]:
        """What an answer shows: its own body, that of an earlier capture after a 304."""
        if answer.status != HTTPStatus.NOT_MODIFIED:
            return answer.body, answer.header("content-type")
        shown = self._archive.captures.shown(answer.url, answer.refers_to)
        if shown is None:
            raise ArchiveError(
                f"{answer.url}: a 304 at {answer.captured}, and the capture that it confirms cannot be read"
            )
        return self._archive.captures.payload(shown.id), shown.content_type
