"""Conditional requests: a page that was kept with a validator is asked for only if it changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response, TextResponse
from scrapy.responsetypes import responsetypes

from archive.errors import ArchiveError
from crawler.extensions import CrawlRun
from crawler.extract.charset import decode


@dataclass(frozen=True, slots=True)
class Shown:
    """What the last capture of an address showed."""

    content_type: str
    body: bytes


class Conditional:
    """Sends the ETag and Last-Modified of the last capture of an address; a 304 then shows that capture's body.

    So a list that did not change is read like any other. Each redirect hop is asked by its own capture.
    """

    def __init__(self, crawl: CrawlRun) -> None:
        self._run, self._captures = crawl.run, crawl.run.archive.captures

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take part in the runs of our own spider only."""
        crawl = crawler.get_extension(CrawlRun)
        if crawl is None:
            raise NotConfigured("no run of ours")
        return cls(crawl)

    def process_request(self, request: Request) -> None:
        """Add the validators, if there are any."""
        if "answers" not in request.meta or request.method != "GET":
            return
        for name in ("If-None-Match", "If-Modified-Since"):
            request.headers.pop(name, None)
        shown = self._captures.shown(request.url)
        request.meta["shown"] = None
        if shown is None or not (shown.etag or shown.last_modified):
            return
        try:
            request.meta["shown"] = Shown(shown.content_type or "", self._captures.payload(shown.id))
        except ArchiveError as damage:
            self._run.find_rotten(request.url, damage)
            return
        if shown.etag:
            request.headers["If-None-Match"] = shown.etag.encode("latin-1")
        if shown.last_modified:
            request.headers["If-Modified-Since"] = shown.last_modified.encode("latin-1")

    def process_response(self, request: Request, response: Response) -> Response:
        """Put the body that did not change into a 304."""
        shown: Shown | None = request.meta.get("shown")
        if response.status != 304 or shown is None:
            return response
        headers = response.headers.copy()
        headers["Content-Type"] = shown.content_type.encode("latin-1")
        kind = responsetypes.from_args(headers=headers, url=response.url, body=shown.body)
        fields = {name: getattr(response, name) for name in Response.attributes}  # a 304 itself counts as text
        response = kind(**fields | {"body": shown.body, "headers": headers})
        if isinstance(response, TextResponse):
            response = response.replace(encoding=decode(shown.body, shown.content_type).chosen)
        return response
