"""An archive of five invented sites of which different things are known, made with the real frontier and store."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from sample_release import ARTICLE, declare_site

from archive import Archive
from archive.frontier import Frontier
from archive.models import Answer, Entry, Fetched, Finding, ListRead, Page, RunCounts, RunFacts, WalkOptions

CHINA = dt.timezone(dt.timedelta(hours=8))
NOW = dt.datetime(2026, 3, 2, 10, tzinfo=CHINA)
SITES = (
    ("beijing", "北京市公安局", "110000"),
    ("hebei", "河北省公安厅", "130000"),
    ("henan", "河南省公安厅", "410000"),
    ("gansu", "甘肃省公安厅", "620000"),
    ("jilin", "吉林省公安厅", "220000"),
)


def make(folder: Path) -> None:
    """Beijing was walked to the end, with a gap; Gansu's walk was cut by a wall; Henan has a release without a date;
    Jilin's only run was walled; Hebei was never crawled.
    """
    with Archive.open(folder, write=True) as archive:
        for slug, name, division in SITES:
            declare_site(archive.store, slug, name, division)
        _walled_run(archive, "beijing", NOW - dt.timedelta(days=40))
        _crawl(archive, "beijing", _days("2025-11-03", "2025-11-20", "2026-01-05", "2026-02-27"), walled="2025-11-20")
        _crawl(archive, "gansu", _days("2026-02-11", "2026-02-25", "2025-11-30"), is_cut=True)
        _crawl(archive, "henan", [*_days("2025-10-01", "2026-02-01"), None])
        _walled_run(archive, "jilin", NOW)


def _days(*days: str) -> list[dt.date | None]:
    return [dt.date.fromisoformat(day) for day in days]


def _crawl(
    archive: Archive, site: str, days: list[dt.date | None], *, walled: str | None = None, is_cut: bool = False
) -> None:
    """One run over one list page of these entries; `walled` is the day of the release that did not come."""
    run = archive.store.begin_run(RunFacts(site, "crawl", NOW))
    frontier = archive.frontier(site, run, NOW)
    frontier.walk([("警务动态", f"https://{site}.example/list/")], WalkOptions())
    listing = frontier.next_page()
    assert listing
    entries = [
        Entry(f"https://{site}.example/a/{number}.html", f"第{number}号通报", day) for number, day in enumerate(days)
    ]
    more = f"https://{site}.example/list/2.html" if is_cut else None
    frontier.list_read(listing, ListRead(listing.url, entries, more, stated_total=len(days) + 1))
    while page := frontier.next_page():
        _visit(archive, frontier, run, page, walled)
    counts = RunCounts(listed=len(days), walled=int(is_cut))
    if is_cut:
        archive.store.find(run, Finding(site, "max_silent_days", "40 days", "at most <10> days"))
    archive.store.update_run(
        run, counts, frontier.stated_total, finished=NOW, outcome="walled" if is_cut else "finished"
    )


def _visit(archive: Archive, frontier: Frontier, run: int, page: Page, walled: str | None) -> None:
    entry = frontier.entry(page)
    if page.kind == "listing" or (entry and entry.published and entry.published.isoformat() == walled):
        archive.captures.keep_page(Fetched(run, page, (), "waf", NOW, "stood before the page"))
        frontier.failed(page, "waf", 403, "stood before the page")
        return
    answer = Answer(page.site, run, page.url, NOW, 200, (), page.url.encode(), "ok")
    capture = archive.captures.keep_page(Fetched(run, page, (answer,), "ok", NOW))[-1]
    published = entry.published if entry else None
    article = replace(
        ARTICLE,
        title=entry and entry.title,
        published=published,
        published_precision="day" if published else None,
        body=f"第{page.id}号：民警走访商户，提醒防火防盗。{page.url}",
    )
    archive.store.keep(page.url, article, capture)
    frontier.fetched(page, 200)


def _walled_run(archive: Archive, site: str, at: dt.datetime) -> None:
    run = archive.store.begin_run(RunFacts(site, "crawl", at))
    frontier = archive.frontier(site, run, at)
    frontier.walk([("警务动态", f"https://{site}.example/list/")], WalkOptions())
    listing = frontier.next_page()
    assert listing
    archive.captures.keep_page(Fetched(run, listing, (), "challenge", at, "a challenge"))
    frontier.failed(listing, "challenge", 412, "a challenge")
    archive.store.update_run(run, RunCounts(walled=1), None, finished=at, outcome="walled")
