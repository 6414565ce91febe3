"""The sample province's web servers, on free ports of 127.0.0.1, with their site files."""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from email.utils import format_datetime, parsedate_to_datetime
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Self

from crawler.cms.forms import form_of, with_form
from crawler.demo.answers import HTML, TEMPLATES, Answer
from crawler.demo.families import Department
from crawler.demo.invented import Release
from crawler.demo.pages import department
from crawler.demo.portal import LIST, portal
from crawler.demo.releases import COLUMNS, SampleRelease, in_column, load_releases
from crawler.demo.sample_site import Answers, SampleSite

QINGLING, REXIAN = "qingling", "rexian"


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


class SampleProvince:
    """A department's site and a site that reposts it, and `further` ones, served while the context is open.

    Every change of a page shows at once; `requests` holds what was asked for, in order. The department has all of its
    releases, or those given.
    """

    def __init__(self, releases: Sequence[SampleRelease] | None = None, *, further: Iterable[Department] = ()) -> None:
        self.requests: list[Request] = []
        self._departments: tuple[Department, ...] = (
            partial(_qingling, releases=releases or load_releases()),
            _rexian,
            *further,
        )
        self._sites: dict[str, SampleSite] = {}
        self._opened: dict[str, Answers] = {}
        self._servers: dict[str, _Server] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        for make in self._departments:
            server = self._open.enter_context(_Server(self.requests))
            site = make(server.root)
            server.site = site
            self._sites[site.slug], self._servers[site.slug] = site, server
            self._opened[site.slug] = dict(site.answers)
            serving = Thread(target=server.serve_forever, args=(0.05,), name=f"sample site {site.slug}", daemon=True)
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
        return self._servers[site].root + path

    def paths(self, *, site: str = QINGLING) -> tuple[str, ...]:
        """Every address that has an answer, its query with it where the answer is for that query alone."""
        return tuple(self._sites[site].answers)

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

        A path without an answer, new or removed, gets an HTML page with validators, as articles have them. A path with
        a query is answered so for that query only.
        """
        now, answers = dt.datetime.now(dt.UTC), self._sites[site].answers
        old = answers.get(path)
        if not isinstance(old, Answer):
            old = Answer(b"", HTML, now)
        answers[path] = replace(
            old,
            body=body.encode() if isinstance(body, str) else body,
            modified=old.modified and now,
            status=status,
            headers=headers or {},
        )

    def put(self, path: str, answer: Answer, *, site: str = QINGLING) -> None:
        """Answer with exactly this from now on."""
        self._sites[site].answers[path] = answer

    def remove(self, path: str, *, site: str = QINGLING) -> None:
        """Answer 404 from now on; raises KeyError where there was no such page."""
        del self._sites[site].answers[path]

    def restore(self, path: str, *, site: str = QINGLING) -> None:
        """Answer as when the site was opened."""
        self._sites[site].answers.pop(path, None)
        if path in self._opened[site]:
            self._sites[site].answers[path] = self._opened[site][path]

    def body(self, path: str, *, site: str = QINGLING) -> str:
        """The text that the path answers with."""
        return self._servers[site].answer(path).body.decode()

    def site(self, slug: str) -> SampleSite:
        """The site of that name; the context has to be open."""
        return self._sites[slug]

    def write_sites(self, folder: Path, cms: str | None = None) -> None:
        """Write each site's file with the addresses of this run; the context has to be open.

        With `cms` every list is said to be of that family.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for slug, site in self._sites.items():
            (folder / f"{slug}.toml").write_text(site.declaration(self._servers[slug].root, cms), "utf-8")


def _qingling(_home: str, releases: Sequence[SampleRelease]) -> SampleSite:
    shown = [Release(one.path, one.title, one.published.date()) for one in releases]
    return SampleSite(
        slug=QINGLING,
        name="青岭省公安厅",
        english="Qingling Provincial Public Security Department",
        cms="trs",
        listings=COLUMNS,
        answers={**department(releases)},
        releases=tuple(shown),
        stated_total=sum(len(in_column(releases, column)) for column in COLUMNS),
    )


def _rexian(_home: str) -> SampleSite:
    return SampleSite(
        slug=REXIAN,
        name="青岭热线",
        english="Qingling Hotline",
        cms="auto",
        listings={"今日青岭": LIST},
        answers={**portal()},
        kind="other",
    )


class _Server(ThreadingHTTPServer):
    """One site's server. A visitor who hangs up, as a crawl that is killed does, is no error worth a traceback."""

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
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Answers from the server's table; one request a connection, so that closing the server leaves none open."""

    server: _Server

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
