"""An invented archive of pages that were visited again: unchanged, edited, moved, gone or removed, with pictures."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sample_release import ARTICLE, SEEN, declare_site

from archive import Archive
from archive.addresses import key
from archive.clock import VARIABLE
from archive.models import Answer, Article, Attachment, Capture, Fetched, RunFacts

HOST = "https://press.example"
NIGHT, MOVED, NEW, GONE = (f"{HOST}/{path}" for path in ("a/1.html", "a/2.html", "b/2.html", "a/3.html"))
ELSEWHERE = "https://gansu.example:8443/%E5%85%AC?b=2&A=1"
REMOVED, LIST = f"{HOST}/a/wangwuliu.html", f"{HOST}/a/"
POSTER, PORTRAIT = f"{HOST}/img/poster.png", f"{HOST}/img/wangwuliu.png"
PNG = b"\x89PNG\r\n\x1a\n poster"
FIRST, SECOND = "民警走访商户二十余家。", "民警走访商户三十余家。"
NAME = "王五六"
_REPLAY = Path(__file__).with_name("replay_with_pywb.py")


def later(**time: int) -> dt.datetime:
    """A moment after the first visit."""
    return SEEN + dt.timedelta(**time)


def page(text: str) -> bytes:
    """A page with a picture."""
    return f"<html><body><p>{text}</p><img src='/img/poster.png'></body></html>".encode()


def answered(url: str, at: dt.datetime, body: bytes, status: int = 200, *headers: tuple[str, str]) -> Answer:
    """An answer whose body came packed, and is kept unpacked; a 304 without any."""
    kind = "image/png" if url.endswith(".png") else "text/html; charset=utf-8"
    wire = ("Content-Type", kind), ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")
    outcome = {404: "gone", 304: "not_modified"}.get(status, "ok")
    return Answer("beijing", None, url, at, status, (*wire, *headers), body, outcome)


class Visits:
    """What is visited: every page leaves captures and what was read on it."""

    def __init__(self, archive: Archive, run: int) -> None:
        self._archive, self._run = archive, run

    def visit(self, url: str, *answers: Answer, kind: str = "article") -> Capture:
        """Keep the answers of one page, redirect hops first; the last of them."""
        pages = self._archive.frontier("beijing", self._run, SEEN)
        asked = pages.page(url, kind)
        told = Fetched(self._run, asked, answers, answers[-1].outcome, answers[-1].captured)
        return self._archive.captures.keep_page(told)[-1]

    def show(self, url: str, text: str, at: dt.datetime, pictures: tuple[str, ...] = ()) -> Capture:
        """A page, and the release on it."""
        capture = self.visit(url, answered(url, at, page(text)))
        self.read(url, capture, body=text, attachments=tuple(Attachment("image", one) for one in pictures))
        return capture

    def read(self, url: str, capture: Capture, **fields: object) -> None:
        """Keep the release that a capture shows."""
        article: Article = replace(ARTICLE, **fields)  # type: ignore[arg-type]  # the fields of Article
        self._archive.store.keep(url, article, capture)

    def fetch(self, url: str, at: dt.datetime) -> None:
        """Fetch a picture."""
        capture = self.visit(url, answered(url, at, PNG + url.encode()), kind="attachment")
        self._archive.store.keep_attachment(url, capture)


def make(folder: Path) -> Path:
    """The archive, closed; its folder. The newest moment in it is when a removal was applied, on the fifth day."""
    with Archive.open(folder, write=True) as archive:
        declare_site(archive.store, "beijing", "北京市公安局", "110000")
        run = archive.store.begin_run(RunFacts("beijing", "crawl", SEEN))
        visits = Visits(archive, run)
        visits.visit(LIST, answered(LIST, SEEN, page(NAME)), kind="listing")
        visits.show(NIGHT, FIRST, later(minutes=1), (POSTER,))
        visits.fetch(POSTER, later(minutes=2))
        visits.show(REMOVED, NAME, later(minutes=3), (POSTER, PORTRAIT))
        visits.fetch(PORTRAIT, later(minutes=4))
        hop = answered(MOVED, later(minutes=5), b"", 301, ("Location", NEW))
        visits.read(MOVED, visits.visit(MOVED, hop, answered(NEW, later(minutes=5), page("新址。"))), body="新址。")
        visits.show(NEW, "新址。", later(minutes=6))
        visits.show(GONE, "警方通报全文。", later(minutes=7))
        visits.show(ELSEWHERE, "出行提示。", later(minutes=8))
        visits.show(NIGHT, FIRST, later(days=1), (POSTER,))
        visits.visit(NIGHT, answered(NIGHT, later(days=2), b"", 304))
        visits.visit(GONE, answered(GONE, later(days=2), b"<h1>404</h1>", 404))
        visits.show(NIGHT, SECOND, later(days=3), (POSTER,))
        asked = archive.frontier("beijing", run, SEEN).page(NIGHT, "article")
        archive.captures.keep_page(Fetched(run, asked, (), "timeout", later(days=4), "no answer in 30 s"))
    removal = f'[[removal]]\nkey = "{key(REMOVED)}"\ndate = 2026-03-05\nreason = "at the request of a person"\n'
    (folder / "removals.toml").write_text(removal, "utf-8")
    with pytest.MonkeyPatch.context() as frozen:
        frozen.setenv(VARIABLE, later(days=5).isoformat())
        Archive.open(folder, write=True).close()
    return folder


def replayed(
    reader: Callable[..., str], folder: Path, export: Path, asked: list[tuple[dt.datetime, str]]
) -> list[tuple[int, str | None, str | None, bytes]]:
    """What pywb shows of an address at a moment: status, the time of what is shown, where it leads, and the body."""
    moments = [part for at, url in asked for part in (at.astimezone(dt.UTC).strftime("%Y%m%d%H%M%S"), url)]
    said = reader(_REPLAY, folder, export, *moments).splitlines()[-1]
    return [(status, at, leads, body.encode("latin-1")) for status, at, leads, body in json.loads(said)]
