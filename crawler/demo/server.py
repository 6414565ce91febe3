"""The sample province's web servers, on free ports of 127.0.0.1, with their site files."""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from crawler.demo.answers import HTML, TEMPLATES, Answer
from crawler.demo.pages import department
from crawler.demo.portal import LIST, portal
from crawler.demo.releases import COLUMNS, SampleRelease, load_releases

QINGLING, REXIAN = "qingling", "rexian"


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came in; `at` is seconds of the monotonic clock, `status` what it was answered with."""

    at: float
    site: str
    path: str
    headers: Mapping[str, str]
    status: int


class SampleProvince:
    """A department's site and a site that reposts it, served while the context is open.

    Every change of a page shows at once; `requests` holds what was asked for, in order. The department has all of its
    releases, or those given.
    """

    def __init__(self, releases: Sequence[SampleRelease] | None = None) -> None:
        self.requests: list[Request] = []
        self._answers = {QINGLING: department(releases or load_releases()), REXIAN: portal()}
        self._servers: dict[str, _Server] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        for slug, answers in self._answers.items():
            server = self._servers[slug] = self._open.enter_context(_Server(slug, answers, self.requests))
            serving = Thread(target=server.serve_forever, args=(0.05,), name=f"sample site {slug}", daemon=True)
            serving.start()
            self._open.callback(serving.join)
            self._open.callback(server.shutdown)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def url(self, path: str = "/", *, site: str = QINGLING) -> str:
        """The absolute address of a path; the context has to be open."""
        return f"http://127.0.0.1:{self._servers[site].server_port}{path}"

    def paths(self, *, site: str = QINGLING) -> tuple[str, ...]:
        """Every path that has an answer."""
        return tuple(self._answers[site])

    def replace(
        self,
        path: str,
        body: str | bytes,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        site: str = QINGLING,
    ) -> None:
        """Answer with this body from now on, with validators of its own where the old answer had some.

        A path without an answer, new or removed, gets an HTML page with validators, as articles have them.
        """
        now = dt.datetime.now(dt.UTC)
        old = self._answers[site].get(path, Answer(b"", HTML, now))
        self._answers[site][path] = replace(
            old,
            body=body.encode() if isinstance(body, str) else body,
            modified=old.modified and now,
            status=status,
            headers=headers or {},
        )

    def put(self, path: str, answer: Answer, *, site: str = QINGLING) -> None:
        """Answer with exactly this from now on."""
        self._answers[site][path] = answer

    def remove(self, path: str, *, site: str = QINGLING) -> None:
        """Answer 404 from now on; raises KeyError where there was no such page."""
        del self._answers[site][path]

    def body(self, path: str, *, site: str = QINGLING) -> str:
        """The text that the path answers with."""
        return self._answers[site][path].body.decode()

    def write_sites(self, folder: Path) -> None:
        """Write `qingling.toml` and `rexian.toml` with the addresses of this run; the context has to be open."""
        folder.mkdir(parents=True, exist_ok=True)
        listings = "".join(_listing(column, "trs", self.url(path)) for column, path in COLUMNS.items())
        head = _head("青岭省公安厅", "Qingling Provincial Public Security Department (sample)", self.url())
        (folder / f"{QINGLING}.toml").write_text(f"{head}{listings}\n[fetch]\ndelay = 0\n", "utf-8")
        listing = _listing("今日青岭", "auto", self.url(LIST, site=REXIAN))
        head = _head("青岭热线", "Qingling Hotline (sample)", self.url(site=REXIAN), kind="other")
        (folder / f"{REXIAN}.toml").write_text(f"{head}{listing}\n[fetch]\ndelay = 0\n", "utf-8")


def _head(name: str, english: str, home: str, kind: str = "police") -> str:
    return (
        f'name = "{name}"\nenglish = "{english}"\nkind = "{kind}"\nhome = "{home}"\n'
        'evidence = "sample province, invented for this project"\n'
    )


def _listing(column: str, cms: str, url: str) -> str:
    return f'\n[[listing]]\ncolumn = "{column}"\ncms = "{cms}"\nurl = "{url}"\n'


class _Server(ThreadingHTTPServer):
    """One site's server. A visitor who hangs up, as a crawl that is killed does, is no error worth a traceback."""

    def __init__(self, slug: str, answers: dict[str, Answer], requests: list[Request]) -> None:
        self.slug, self.answers, self.requests = slug, answers, requests
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Answers from the server's table; one request a connection, so that closing the server leaves none open."""

    server: _Server

    def do_GET(self) -> None:
        missing = Answer((TEMPLATES / "missing.html").read_bytes(), status=HTTPStatus.NOT_FOUND)
        answer = self.server.answers.get(urlsplit(self.path).path, missing)
        status = HTTPStatus.NOT_MODIFIED if self._unchanged(answer) else answer.status
        self.server.requests.append(
            Request(time.monotonic(), self.server.slug, self.path, dict(self.headers.items()), status)
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
