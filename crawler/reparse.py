"""Today's extraction over archived captures: what a newer extractor, or a mended site file, reads otherwise."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field

from archive.errors import ArchiveError
from archive.folder import Archive
from archive.models import Article, Capture
from archive.store import Resting
from crawler import captured
from crawler.site import Site
from crawler.worker import Worker, WorkFailedError

_AHEAD = 8  # pages given to each worker before the first of them is asked back


@dataclass(slots=True)
class Reparsed:
    """How many releases were read again and how many read otherwise; those that lost their text, by address.

    `faults` are captures that could not be read, in words.
    """

    read: int = 0
    changed: int = 0
    emptied: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def reparse(archive: Archive, sites: Iterable[Site], worker: Worker, workers: int = 1) -> Reparsed:
    """Read the capture that each release of these sites rests on; one that reads otherwise gets a version `reparse`.

    `workers` is how many pages `worker` reads at once; they are kept in one order, however many that are.
    """
    said = Reparsed()
    begun: deque[_Job] = deque()
    for site in sites:
        for url, resting in archive.store.all_resting(site.slug):
            try:
                begun.append(_begin(archive, site, url, resting, worker))
            except ArchiveError as damage:
                said.faults.append(str(damage))
            if len(begun) > _AHEAD * workers:
                _keep(archive, begun.popleft(), said)
    while begun:
        _keep(archive, begun.popleft(), said)
    archive.commit()
    return said


@dataclass(frozen=True, slots=True)
class _Job:
    url: str
    resting: Resting
    capture: Capture
    article: Future[Article | ArchiveError]


def _begin(archive: Archive, site: Site, url: str, resting: Resting, worker: Worker) -> _Job:
    capture = archive.captures.row(resting.capture_id)
    entry = archive.store.entry(resting.release_id)
    held = archive.captures.held(capture.id)
    job = worker.submit(captured.read, held, capture.url, capture.content_type, site, capture.captured, entry)
    return _Job(url, resting, capture, job)


def _keep(archive: Archive, job: _Job, said: Reparsed) -> None:
    try:
        article = job.article.result()
    except WorkFailedError as problem:
        said.faults.append(f"{job.url}: capture {job.capture.id}: {problem}")
        return
    if isinstance(article, ArchiveError):
        said.faults.append(str(article))
        return
    with archive.page_kept():
        kept = archive.store.keep(job.url, article, job.capture, made_by="reparse")
    said.read += 1
    said.changed += kept.change == "reparsed"
    if job.resting.body_kind != "empty" and article.body_kind == "empty":
        said.emptied.append(job.url)
