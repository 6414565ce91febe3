"""An invented archive in which things have happened: edits, takedowns, a repost, a copy, pictures, hostile pages."""

from __future__ import annotations

import datetime as dt
import struct
import zlib
from dataclasses import replace
from pathlib import Path

from sample_release import ARTICLE, SEEN, declare_site

from archive import Archive
from archive.addresses import key
from archive.models import Answer, Article, Attachment, Capture, Fetched, RunFacts

HOST = "https://press.example"
NIGHT, MONTH, POSTER, GONE, COPY, REPOST, FAKE = (
    f"{HOST}/{path}" for path in ("a/1.html", "b/2.html", "b/3.html", "b/4.html", "c/1.html", "b/5.html", "b/6.html")
)
HOSTILE = f"{HOST}/b/7.html?<script>'\"&amp;=1"
WAITING, REMOVED = f"{HOST}/b/8.html", f"{HOST}/b/9.html"
PICTURE, SVG = f"{HOST}/b/poster.png", f"{HOST}/b/drawing.svg"
FIRST = "3月1日晚，样例市公安局启动夜市守护行动。\n民警走访商户二十余家，提醒防火防盗。\n市民李女士说：“放心。”"
SECOND = (
    "3月1日晚，样例市公安局启动夜市守护行动。\n民警走访商户三十余家，提醒防火防盗、防诈骗。\n市民李女士说：“放心。”"
)
ODD = '第一行\u3000\u200b零宽\u202e反向\u2028分行 葛\U000e0100城 𠮷野家 e\u0301 👩‍🚒\nA<b>B</b> & "C" ]]> <!--'
EVIL = "</title><script>alert(1)</script>\"'><img src=x onerror=alert(2)> {{ 7*7 }} ]]> --> \x01\x0b\ufffe"


def later(**time: int) -> dt.datetime:
    """A moment after the first visit."""
    return SEEN + dt.timedelta(**time)


def picture(width: int = 48, height: int = 32) -> bytes:
    """A small PNG."""
    rows = b"".join(
        b"\0" + bytes((x * 5 % 256, y * 7 % 256, 160)[c] for x in range(width) for c in range(3)) for y in range(height)
    )

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Storied:
    """An archive being told its story: every visit leaves a capture, a WARC record and what it shows."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        declare_site(archive.store, "beijing", "北京市公安局", "110000")
        declare_site(archive.store, "gansu", "甘肃省公安厅", "620000")
        declare_site(archive.store, "shanxi", "山西省公安厅", "140000")
        self.run = {
            site: archive.store.begin_run(RunFacts(site, "crawl", SEEN, vantage="兰州 <test>"))
            for site in ("beijing", "gansu")
        }

    def capture(
        self, url: str, at: dt.datetime, *, site: str = "gansu", body: bytes = b"<p>page</p>", status: int = 200,
        outcome: str = "ok", kind: str = "text/html", error: str | None = None,
    ) -> Capture:  # fmt: skip
        """Fetch a page; without a status nobody answered."""
        frontier = self.archive.frontier(site, self.run[site], at)
        page = frontier.page(url, "article" if kind == "text/html" else "attachment")
        answer = Answer(site, self.run[site], url, at, status, (("Content-Type", kind),), body, outcome)
        answers = (answer,) if status else ()
        return self.archive.captures.keep_page(Fetched(self.run[site], page, answers, outcome, at, error))[-1]

    def visit(self, url: str, article: Article, at: dt.datetime = SEEN, site: str = "gansu") -> Capture:
        """Fetch a page and keep the release it shows."""
        capture = self.capture(url, at, site=site, body=f"<p>{article.title}{article.body}</p>".encode())
        self.archive.store.keep(url, article, capture)
        return capture

    def tell(self) -> None:
        """The whole story."""
        night = replace(ARTICLE, body=FIRST, subtitle="副题")
        self.visit(NIGHT, night, site="beijing")
        self.visit(NIGHT, replace(night, body=SECOND, title="平安夜市守护行动全面启动"), later(days=1), "beijing")
        self.capture(NIGHT, later(days=2), site="beijing", status=0, outcome="timeout", error="no answer in 30 s")
        self.visit(
            MONTH, replace(ARTICLE, title="春季行动", published=dt.date(2026, 2, 1), published_precision="month")
        )
        files = (
            Attachment("image", PICTURE, "海报", "情况通报"),
            Attachment("image", SVG),
            Attachment("file", "javascript:alert(6)"),
        )
        undated = replace(
            ARTICLE, title=None, published=None, published_precision=None, content_source=None, origins={}
        )
        self.visit(POSTER, replace(undated, body="", body_kind="image", attachments=files))
        for url, kind, body in ((PICTURE, "image/png", picture()), (SVG, "image/svg+xml", b"<svg onload='alert(1)'/>")):
            self.archive.store.keep_attachment(url, self.capture(url, later(minutes=1), body=body, kind=kind))
        self.visit(GONE, replace(ARTICLE, title="情况通报", body="警方通报全文。"))
        for day in (3, 4):
            absent = self.capture(GONE, later(days=day), status=404, outcome="gone", error="HTTP 404")
        self.archive.store.take_down(GONE, later(days=3).isoformat(), absent, "gone: HTTP 404, first seen 2026-03-05")
        self.visit(COPY, replace(ARTICLE, title="情况通报", body="警方通报全文。"))
        self.archive.store.take_down(COPY, later(days=3).isoformat(), absent, "gone: HTTP 404")
        self.visit(COPY, replace(ARTICLE, title="情况通报", body="警方通报全文。"), later(days=5))
        self.visit(REPOST, replace(ARTICLE, title="转载：平安出行", is_repost=True, repost_of="新华社", body=ODD))
        fake = f"{HOST}/b/fake.png"
        self.visit(FAKE, replace(ARTICLE, title="伪图", attachments=(Attachment("image", fake),)))
        self.archive.store.keep_attachment(
            fake, self.capture(fake, later(minutes=2), kind="image/png", body=b"<html><script>alert(9)</script></html>")
        )
        evil = replace(
            ARTICLE, title=EVIL, subtitle=EVIL, content_source=EVIL, editor=EVIL, body=EVIL, labels={EVIL: EVIL}
        )
        self.visit(HOSTILE, evil)
        self.visit(HOSTILE, replace(evil, body=EVIL + EVIL), later(days=1))
        self.visit(REMOVED, replace(ARTICLE, title="王五六案", body="王五六的全文"))
        self.archive.frontier("gansu", self.run["gansu"], SEEN).page(WAITING, "article")


def make(folder: Path) -> Path:
    """The archive, told to its end and closed; its folder."""
    with Archive.open(folder, write=True) as archive:
        Storied(archive).tell()
    reason = "at the request of a person named in it <b>"
    removal = f'[[removal]]\nkey = "{key(REMOVED)}"\ndate = 2026-03-05\nreason = "{reason}"\n'
    (folder / "removals.toml").write_text(removal, "utf-8")
    Archive.open(folder, write=True).close()
    return folder
