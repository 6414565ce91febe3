"""Downloader middlewares: robots.txt obeyed with its delay, and every answer taken down as it came."""

from __future__ import annotations

from typing import Self, cast

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response, TextResponse
from scrapy.http.headers import Headers
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser, RobotParser

from archive import clock
from archive.models import Answer
from crawler.extract.charset import decode
from crawler.failures import NO_ANSWER, RefusedAddressError, RobotsDeniedError, TooLargeError
from crawler.spiders.press_releases import PressReleases
from crawler.walls import classify


class Robots(RobotsTxtMiddleware):
    """Scrapy's robots.txt middleware with RFC 9309's rules for a robots.txt that does not come, and Crawl-delay kept.

    4xx: there are no rules. 5xx: nothing may be fetched (521 aside, a wall: the page's own answer will show it).
    No answer at all: every page of the host fails for the same reason in this run. The delay between two requests to a
    host is the larger of the site's and the host's own.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._rules: dict[str, RobotParser | None] = {}
        self._unread: dict[str, Exception] = {}

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The rules of a request's host, None where it has none. Raises RobotsDeniedError, or what the network says."""
        scheme, _, netloc, *_ = request.url.split("/", 3)
        if netloc in self._unread:
            raise self._unread[netloc]
        if netloc not in self._rules:
            try:
                self._rules[netloc] = await self._ask(f"{scheme}//{netloc}/robots.txt")
            except NO_ANSWER as problem:
                self._unread[netloc] = problem
                raise
        rules = self._rules[netloc]
        if rules:
            self._slow_down(rules, request)
        return rules

    async def _ask(self, address: str) -> RobotParser | None:
        asked = Request(address, meta={"dont_obey_robotstxt": True}, callback=NO_CALLBACK)
        try:
            answer = await self.crawler.engine.download_async(asked)
        except RefusedAddressError:
            raise  # the pages are where their robots.txt is
        except IgnoreRequest as problem:
            raise RobotsDeniedError(f"{address} cannot be read ({problem}), so nothing may be fetched") from problem
        if answer.status >= 500 and answer.status != 521:
            raise RobotsDeniedError(f"{address} answers with status {answer.status}, so nothing may be fetched")
        found = 200 <= answer.status < 300
        return ProtegoRobotParser.from_crawler(self.crawler, answer.body) if found else None

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Let a request pass or raise RobotsDeniedError."""
        if rp and not rp.allowed(request.url, self._robotstxt_useragent or self._default_useragent):
            raise RobotsDeniedError(f"robots.txt forbids {request.url}")

    def _slow_down(self, rules: RobotParser, request: Request) -> None:
        delay = rules.crawl_delay(self._robotstxt_useragent or self._default_useragent)
        downloader = self.crawler.engine.downloader
        slot = downloader.slots.get(downloader.get_slot_key(request))
        if delay and slot:
            slot.delay = max(slot.delay, delay)


class AnswerKept(HttpCompressionMiddleware):
    """Scrapy's decompression, which then notes every answer, redirect hops too, in the request's `meta["answers"]`."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler=crawler)
        self._spider = cast("PressReleases", crawler.spider)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Decompression is not optional here."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:  # type: ignore[override]  # Scrapy's own takes a spider for old callers
        """Decode the body; raise TooLargeError for one that unpacks to more than the cap."""
        as_sent = _headers(response.headers)
        try:
            decoded = super().process_response(request, response)
        except IgnoreRequest as refusal:
            raise TooLargeError(str(refusal)) from refusal
        assert isinstance(decoded, Response)  # noqa: S101 - Scrapy's never gives a request
        text = ""
        if isinstance(decoded, TextResponse):
            # Scrapy believes any charset: `hex` is none of text, and `punycode` takes minutes for a page.
            content_type = (decoded.headers.get("Content-Type") or b"").decode("latin-1")
            read = decode(decoded.body, content_type)
            decoded, text = decoded.replace(encoding=read.chosen), read.text
        if "answers" in request.meta:
            request.meta["answers"].append(self._answer(request, decoded, text, as_sent))
        return decoded

    def _answer(self, request: Request, response: Response, text: str, headers: tuple[tuple[str, str], ...]) -> Answer:
        by_name = {name.lower(): value for name, value in headers}
        return Answer(
            site=self._spider.site.slug,
            run_id=self._spider.run_id,
            url=request.url,
            captured=clock.now(),
            status=response.status,
            headers=headers,
            body=response.body,
            outcome=classify(response.status, by_name, text, len(response.body)),
            ip=str(response.ip_address) if response.ip_address else None,
            protocol=response.protocol or "HTTP/1.1",
            method=request.method,
            request_headers=_headers(request.headers),
            request_body=request.body,
        )


def _headers(headers: Headers) -> tuple[tuple[str, str], ...]:
    """Header names and values as text; bytes beyond ASCII are Latin-1, the encoding of HTTP's own headers."""
    pairs = ((name, value) for name in headers for value in headers.getlist(name))
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs)
