"""The sample province: its sites on free ports of 127.0.0.1, with their site files, changed while they run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self

from crawler.demo.answers import HTML, Answer
from crawler.demo.families import Department
from crawler.demo.invented import Release
from crawler.demo.pages import department
from crawler.demo.portal import LIST, portal
from crawler.demo.releases import COLUMNS, SampleRelease, in_column, load_releases
from crawler.demo.sample_site import Answers, SampleSite
from crawler.demo.serving import Request, SiteServer

QINGLING, REXIAN = "qingling", "rexian"


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
        self._servers: dict[str, SiteServer] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with self._open:
            for make in self._departments:
                self._serve(make)
            self._open = self._open.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def _serve(self, make: Department) -> None:
        server = self._open.enter_context(SiteServer(self.requests))
        site = server.site = make(server.root)
        self._sites[site.slug], self._servers[site.slug] = site, server
        self._opened[site.slug] = dict(site.answers)
        serving = Thread(target=server.serve_forever, args=(0.05,), name=f"sample site {site.slug}", daemon=True)
        serving.start()
        self._open.callback(serving.join)
        self._open.callback(server.shutdown)

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
