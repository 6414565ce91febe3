"""One sample site's web server: answers from the site's table, and a note of every request."""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from crawler.cms.forms import form_of, with_form
from crawler.demo.answers import TEMPLATES, Answer
from crawler.demo.sample_site import SampleSite


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came in; `at` is seconds of the monotonic clock, `status` what it was answered with.

    `path` has the query with it, and of a POST the form, as `crawler.cms.forms` writes it.
    """

    at: float
    site: str
    path: str
    headers: Mapping[str, str]
    status: int


class SiteServer(ThreadingHTTPServer):
    """One site's server on a free port; `root` is its address without a final slash."""

    site: SampleSite  # put in before the server begins to serve: what a site answers may hang on its port

    def __init__(self, requests: list[Request]) -> None:
        self.requests = requests
        super().__init__(("127.0.0.1", 0), _Handler)
        self.root = f"http://127.0.0.1:{self.server_port}"

    def answer(self, address: str) -> Answer:
        """What the site answers; the page of a status 404 where it has nothing for that path."""
        path, asked = form_of(address) or address.partition("?")[::2]
        answers = self.site.answers
        found = answers.get(address) or answers.get(path)
        if found is None:
            return Answer((TEMPLATES / "missing.html").read_bytes(), status=HTTPStatus.NOT_FOUND)
        return found if isinstance(found, Answer) else found(asked)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print a traceback, but not of a visitor who hangs up, as a crawl that is killed does."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Answers from the server's table; one request a connection, so that closing the server leaves none open."""

    server: SiteServer

    def do_GET(self) -> None:
        self._answer(self.path, self.server.answer(self.path))

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers["Content-Length"])).decode("ascii")
        address = with_form(self.path, form)
        self._answer(address, self.server.answer(address))

    def _answer(self, address: str, answer: Answer) -> None:
        status = HTTPStatus.NOT_MODIFIED if self._unchanged(answer) else answer.status
        self.server.requests.append(
            Request(time.monotonic(), self.server.site.slug, address, dict(self.headers.items()), status)
        )
        self.send_response(status)
        if answer.modified:
            self.send_header("ETag", answer.etag)
            self.send_header("Last-Modified", format_datetime(answer.modified.astimezone(dt.UTC), usegmt=True))
        if status == HTTPStatus.NOT_MODIFIED:
            self.end_headers()
            return
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def _unchanged(self, answer: Answer) -> bool:
        """RFC 9110, 13.2.2: If-None-Match is asked first, and If-Modified-Since only without it."""
        if answer.modified is None or answer.status != HTTPStatus.OK:
            return False
        if tags := self.headers["If-None-Match"]:
            return answer.etag in (tag.strip().removeprefix("W/") for tag in tags.split(","))
        since = self.headers["If-Modified-Since"]
        return bool(since) and answer.modified.replace(microsecond=0) <= parsedate_to_datetime(since)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: `requests` keeps what was asked."""
