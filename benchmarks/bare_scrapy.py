#!/usr/bin/env python3
"""Bare Scrapy: walk a TRS list, fetch what it names, drop it. What a crawl costs where nothing is kept.

    python benchmarks/bare_scrapy.py LISTING COUNT

Scrapy as it comes, but one request at a time as the project does it, robots.txt obeyed and no telnet; the links and the
next page are found the cheapest way. Exit code 1 if not COUNT pages came.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response, TextResponse


class Bare(scrapy.Spider):
    """Fetches and drops."""

    name = "bare"
    came = 0

    def parse(self, response: Response, **_: Any) -> Iterator[scrapy.Request]:
        """Follow a list page."""
        assert isinstance(response, TextResponse)  # noqa: S101 - the server says text/html
        for address in response.css("ul a::attr(href)").getall():
            yield response.follow(address, self.drop)
        pages, number = map(int, re.findall(r"createPageHTML\((\d+), (\d+)", response.text)[0])
        if number + 1 < pages:
            yield response.follow(f"index_{number + 1}.html")

    def drop(self, response: Response) -> None:
        """Count a page."""
        Bare.came += 1


if __name__ == "__main__":
    _, listing, count = sys.argv
    crawl = CrawlerProcess(
        {
            "LOG_LEVEL": "WARNING",
            "ROBOTSTXT_OBEY": True,
            "DOWNLOAD_DELAY": 0,
            "CONCURRENT_REQUESTS": 1,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "TELNETCONSOLE_ENABLED": False,
        }
    )
    crawl.crawl(Bare, start_urls=[listing])
    crawl.start()
    sys.exit(Bare.came != int(count))
