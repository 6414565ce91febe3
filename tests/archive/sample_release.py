"""One invented release of one site, for tests of the archive's core."""

from __future__ import annotations

import datetime as dt

from archive.folder import Archive
from archive.models import Answer, Article, Capture, Fetched, Rejected
from archive.store import Store

SEEN = dt.datetime.fromisoformat("2026-03-02T10:00:00+08:00")
URL = "https://press.example/a/t20260301_7.html"
ARTICLE = Article(
    title="平安夜市守护行动启动",
    published=dt.datetime.fromisoformat("2026-03-01T09:30:05+08:00"),
    published_precision="second",
    content_source="样例市公安局",
    issuer=None,
    author=None,
    editor="小安",
    body="3月1日晚，样例市公安局启动夜市守护行动。\n民警走访商户二十余家，提醒防火防盗。",
    body_kind="text",
    extractor="test-1",
    is_repost=False,
    labels={"通讯员": "小安", "审核": "大安"},
    stripped=("打印本页", "X 关闭"),
    origins={"title": "heading", "published": "meta:pubdate", "content_source": "byline", "body": "container"},
    rejected=(Rejected("published", "2026-12-27", "url", "after the capture"),),
    conflicts=("published",),
    charset="gb18030",
    charset_declared="utf-8",
)


def answer(url: str = URL, body: bytes = b"<html></html>", captured: dt.datetime = SEEN) -> Answer:
    """A page of the site `beijing` as it came."""
    return Answer("beijing", None, url, captured, 200, (("Content-Type", "text/html"),), body, "ok")


def unanswered(archive: Archive, url: str, at: dt.datetime, outcome: str, error: str) -> Capture:
    """Keep that a page of the site `beijing` got no answer."""
    page = archive.frontier("beijing", 0, at).page(url, "article")
    return archive.captures.keep_page(Fetched(None, page, (), outcome, at, error))[0]


def declare_site(store: Store, slug: str, name: str, division: str | None, kind: str = "police") -> None:
    """Put a site into the archive."""
    store.declare_site(
        slug=slug,
        name=name,
        english=slug.title(),
        kind=kind,
        division=division,
        home=f"https://{slug}.example/",
        verified=None,
        evidence="invented for a test",
    )
