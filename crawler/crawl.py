"""One crawl: a Scrapy process with a crawler for every site, all writing into one archive."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from archive.folder import Archive
from archive.models import WalkOptions
from crawler.progress import Progress


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

    Raises ArchiveError where the archive broke on the way; what was kept before is safe.
    """
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.set("SITES_DIR", str(sites), priority="cmdline")
    settings.set("LOG_LEVEL", "WARNING", priority="cmdline")
    settings.set("VANTAGE", vantage, priority="cmdline")
    settings.set("CLOSESPIDER_TIMEOUT", seconds or 0, priority="cmdline")
    logging.getLogger("trafilatura").setLevel(logging.ERROR)  # it warns of each page without text, a picture's too
    process = AsyncCrawlerProcess(settings)
    for slug in slugs:
        process.crawl(slug, archive=archive, walk_options=options, progress=progress, wanted=wanted)
    process.start()
    if archive.broken:
        raise archive.broken
    if process.bootstrap_failed:
        raise RuntimeError("a site's crawl could not start; the reason stands above")
