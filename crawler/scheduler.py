"""The frontier as Scrapy's scheduler: the engine asks for a request, the frontier says which page is due."""

from __future__ import annotations

from collections import deque

from scrapy import Request, Spider
from scrapy.core.scheduler import BaseScheduler

from crawler.spiders.press_releases import PressReleases


class FrontierScheduler(BaseScheduler):
    """Holds nothing but requests on their way: redirects and repeated ones. What waits, waits in SQLite."""

    def __init__(self) -> None:
        self._on_their_way: deque[Request] = deque()
        self._spider: PressReleases | None = None

    def open(self, spider: Spider) -> None:
        """Take the frontier from the spider; one that is not ours (`scrapy shell`'s) has none and asks for its own."""
        self._spider = spider if isinstance(spider, PressReleases) else None

    def has_pending_requests(self) -> bool:
        """Whether there is anything left to do in this run."""
        return bool(self._on_their_way) or (self._spider is not None and self._spider.frontier.has_due())

    def enqueue_request(self, request: Request) -> bool:
        """Take a redirect hop, or a request to be repeated."""
        self._on_their_way.append(request)
        return True

    def next_request(self) -> Request | None:
        """The next request; None while the page before it is not kept yet."""
        if self._on_their_way:
            return self._on_their_way.popleft()
        page = self._spider.frontier.next_page() if self._spider else None
        return self._spider.request(page) if self._spider and page else None
