"""The pipeline that keeps: each item is read in a worker process, then written into the archive."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from archive.errors import ArchiveError
from crawler.extensions import CrawlRun
from crawler.items import Item
from crawler.worker import WorkFailedError


class Keep:
    """Hands every item to the run's keeping; other sites go on while one page is read."""

    def __init__(self, crawl: CrawlRun) -> None:
        self._crawl = crawl

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Find the run that the extension began; without one, for a spider that is not ours, there is no pipeline."""
        crawl = crawler.get_extension(CrawlRun)
        if crawl is None:
            raise NotConfigured("no run of ours")
        return cls(crawl)

    async def process_item(self, item: Item) -> Item:
        """Keep one item; an archive that can take no more ends the crawl."""
        keeping, archive = self._crawl.keeping, self._crawl.run.archive
        reading = keeping.reader.begin(item)
        for job in reading.jobs:
            with suppress(WorkFailedError):  # that is said where the result is asked for
                await asyncio.wrap_future(job)
        try:
            kept = keeping.keep(item, reading)
        except ArchiveError as problem:
            archive.broken = archive.broken or problem
            self._crawl.stop("broken")
            return item
        self._crawl.kept(kept)
        return kept
