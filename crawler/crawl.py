"""One crawl: a Scrapy process with a crawler for every site, all writing into one archive."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from archive.errors import ArchiveError
from archive.folder import Archive
from archive.models import WalkOptions
from crawler.progress import Progress
from crawler.site import Site, load_sites
from crawler.worker import Worker

logger = logging.getLogger(__name__)


def crawl(
    archive: Archive,
    slugs: Sequence[str],
    sites: Path,
    progress: Progress,
    *,
    options: WalkOptions,
    seconds: float | None,
    vantage: str | None,
    wanted: str | None = None,
) -> None:
    """Crawl these sites at once, each at its own pace, or fetch one `wanted` page; ends after `seconds` if set.

    Sites that share a host are crawled one after the other: a host is asked one thing at a time.

    Raises ArchiveError where the archive broke on the way; what was kept before is safe.
    """
    declared = load_sites(sites)
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.set("SITES_DIR", str(sites), priority="cmdline")
    settings.set("LOG_LEVEL", "WARNING", priority="cmdline")
    settings.set("VANTAGE", vantage, priority="cmdline")
    groups = by_host([declared[slug] for slug in slugs])
    process = _Process(settings, groups, seconds)
    # What nobody is shown is not to be said either: Scrapy makes two lines a page and drops them by their level.
    logging.getLogger("scrapy").setLevel(settings["LOG_LEVEL"])
    # It warns of each answer that is too large, which the archive says. Only now: the process sets all loggers up.
    logging.getLogger("scrapy.core.downloader.handlers.http11").setLevel(logging.ERROR)
    # Two where there are several sites: while a page of one is read for seconds, the others go on.
    with Worker(min(2, len(groups)), settings.getfloat("EXTRACT_SECONDS")) as worker:
        process.arguments = {
            "archive": archive,
            "walk_options": options,
            "progress": progress,
            "wanted": wanted,
            "worker": worker,
        }
        process.start()
    if archive.broken:
        raise archive.broken
    if process.bootstrap_failed:
        raise RuntimeError("a site's crawl could not start; the reason stands above")


def by_host(sites: Sequence[Site]) -> list[list[str]]:
    """Slugs in groups: sites whose home or lists share a host, through others too, are in one."""
    groups: list[tuple[set[str], list[str]]] = []
    for site in sites:
        hosts, slugs = set(site.hosts), [site.slug]
        apart = []
        for theirs, others in groups:
            if theirs & hosts:
                hosts, slugs = theirs | hosts, others + slugs
            else:
                apart.append((theirs, others))
        groups = [*apart, (hosts, slugs)]
    return [slugs for _, slugs in groups]


class _Process(AsyncCrawlerProcess):
    """A process that crawls groups of sites: the groups at once, the sites of a group one after the other."""

    def __init__(self, settings: Settings, groups: list[list[str]], seconds: float | None) -> None:
        super().__init__(settings)
        self._ends = time.monotonic() + seconds if seconds else None
        self.arguments: dict[str, Any] = {}
        self._groups, self._stopping = groups, False

    async def join(self) -> None:
        """Crawl; complete when every group is through. One that cannot start ends no other."""
        groups = (self._one_after_the_other(group) for group in self._groups)
        for ended in await asyncio.gather(*groups, return_exceptions=True):
            if isinstance(ended, BaseException) and not isinstance(ended, ArchiveError):  # which `crawl` raises
                logger.error("A site's crawl could not start", exc_info=ended)

    async def stop(self) -> None:
        """End the crawls under way and begin no other."""
        self._stopping = True
        await super().stop()

    async def _one_after_the_other(self, slugs: list[str]) -> None:
        for slug in slugs:
            left = self._ends - time.monotonic() if self._ends else 0.0
            if self._stopping or left < 0:
                return
            self.settings.set("CLOSESPIDER_TIMEOUT", left, priority="cmdline")
            await self.crawl(slug, **self.arguments)
