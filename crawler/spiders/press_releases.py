"""The one spider: asks for the pages the frontier hands out and says what came back. It yields, it never writes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.http import HtmlResponse, Response, TextResponse
from twisted.python.failure import Failure

from archive.addresses import canonical
from archive.frontier import Frontier
from archive.models import Answer, Page, WalkOptions
from crawler.cms.forms import form_of
from crawler.extract.files import as_file
from crawler.failures import outcome_of
from crawler.items import ArticlePage, AttachmentPage, FailedPage, Item, ListPage
from crawler.site import Site
from crawler.walls import leads_home, moved_to, wants_login

_LARGEST = dict.fromkeys(("listing", "article"), "DOWNLOAD_MAXSIZE") | {"attachment": "ATTACHMENT_MAXSIZE"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
_INDEX = re.compile(r"/(?:index|default|home)\.\w+", re.IGNORECASE)


class PressReleases(Spider):
    """The press section of one site, or the one page of it that is `wanted`.

    `site` comes from its file, `frontier` and `run_id` from the run of it.
    """

    site: Site
    frontier: Frontier
    run_id: int
    walk_options = WalkOptions()
    wanted: str | None = None

    async def start(self) -> AsyncIterator[Any]:
        """Nothing to start with: the scheduler takes every page from the frontier."""
        for nothing in list[Any]():
            yield nothing

    def request(self, page: Page) -> Request:
        """Ask for a page; the list page that linked to it is its true referrer, and some hosts answer 404 without."""
        url, form = form_of(page.url) or (page.url, None)
        headers = {"Referer": page.found_on} if page.found_on else {}
        return Request(
            url,
            method="GET" if form is None else "POST",
            body=form or "",
            callback=self.parse,
            errback=self.failed,
            cb_kwargs={"page": page},
            headers=headers if form is None else headers | _FORM,
            meta={"answers": [], "download_maxsize": self.settings.getint(_LARGEST[page.kind])},
            dont_filter=True,
        )

    def parse(self, response: Response, page: Page) -> Iterator[Item]:
        """Say what an answer is: a list page, an article page, an attachment, or none of them."""
        answers = tuple(response.meta["answers"])
        outcome = answers[-1].outcome
        if outcome == "ok" and 300 <= response.status < 400:
            # Scrapy follows http and https only, and hands any other redirect on.
            target = (response.headers["Location"] or b"").decode("latin-1")
            yield FailedPage(page, answers, "refused_address", f"redirect to {target!r}")
        elif outcome == "not_modified" and not response.meta.get("shown"):
            yield FailedPage(page, answers, "client_error", "not modified, without having been asked whether it was")
        elif outcome not in ("ok", "not_modified"):
            yield FailedPage(page, answers, outcome, _said(outcome, response))
        elif len(answers) > 1 and (led := self._led_away(page, response.url)):
            yield FailedPage(page, _as(answers, led[0]), *led)
        elif page.kind == "attachment" and self._is_web_page(response):
            yield FailedPage(
                page, _as(answers, "soft_404"), "soft_404", "a web page where an image or a file was asked for"
            )
        elif page.kind == "attachment":
            yield AttachmentPage(page, answers)
        elif page.kind == "article":
            content_type = response.headers.get("Content-Type")
            yield ArticlePage(page, answers, response.body, content_type.decode("latin-1") if content_type else None)
        elif not isinstance(response, TextResponse):
            yield FailedPage(page, answers, "extract_failed", "the list page is not text")
        else:
            yield ListPage(page, answers, page.url if form_of(page.url) else response.url, response.text)

    def failed(self, failure: Failure) -> Iterator[FailedPage]:
        """Say that a page got no answer that could be kept."""
        request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it before it calls an errback
        error: BaseException = failure.value  # type: ignore[assignment]  # a failure that was raised has one
        answers = tuple(request.meta["answers"])
        yield FailedPage(request.cb_kwargs["page"], answers, outcome_of(error), f"{type(error).__name__}: {error}")

    @staticmethod
    def _is_web_page(response: Response) -> bool:
        """Whether an answer is a page where an image or a file was asked for; some servers call any file a page."""
        return isinstance(response, HtmlResponse) and not as_file(response.body, response.url, None)

    def _led_away(self, page: Page, answered: str) -> tuple[str, str] | None:
        """The outcome, and why, where a redirect led to something that is not the page; None where it may be."""
        if wants_login(page.url, answered):
            return "captcha", "redirect to a login"
        if page.url == page.listing and leads_home(page.url, answered):
            return "moved", f"redirect to the first page {answered}"
        if page.kind != "listing" and self._is_home(answered):
            return "soft_404", "redirect to the home page or a list"
        return None

    def _is_home(self, url: str) -> bool:
        """Whether an address is the site's home page or one of its lists, or the first page of any host."""
        ours = {canonical(one) for one in (self.site.home, *(listing.url for listing in self.site.listings))}
        path = urlsplit(url).path
        return canonical(url) in ours or path in ("", "/") or bool(_INDEX.fullmatch(path))


def _said(outcome: str, response: Response) -> str:
    if outcome == "moved" and isinstance(response, TextResponse):
        return f"the page says that the site is at {moved_to(response.text)} now"
    return f"HTTP status {response.status}"


def _as(answers: tuple[Answer, ...], outcome: str) -> tuple[Answer, ...]:
    return (*answers[:-1], replace(answers[-1], outcome=outcome))
