from __future__ import annotations

import datetime as dt
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from sample_release import SEEN, declare_site, unanswered

from archive import Archive
from archive.addresses import key
from archive.models import RunCounts, RunFacts
from archive.web.serving import metadata_file

SITES = {
    "beijing": "北京市公安局",
    "gansu": "甘肃省公安厅",
    "hunan": "湖南省公安厅",
    "hebei": "河北省公安厅",
    "tibet": "西藏自治区公安厅",
}
DATASETTE = Path(sys.executable).with_name("datasette")


def crawled(archive: Archive, site: str, day: int, outcome: str = "finished") -> int:
    """A run of a site on a day after SEEN, as it stands when it has ended."""
    at = SEEN + dt.timedelta(days=day)
    run = archive.store.begin_run(RunFacts(site, "crawl", at))
    counts = RunCounts(listed=30 if outcome == "finished" else 0)
    archive.store.update_run(run, counts, None, finished=at, outcome=outcome)
    return run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, keep_release: Callable[..., str]) -> Path:
    """An archive whose sites are in every state, with an edit, a takedown and a title that is hostile."""
    folder = tmp_path_factory.mktemp("home") / "data"
    with Archive.open(folder, write=True) as archive:
        for slug, name in SITES.items():
            declare_site(archive.store, slug, name, None)
        keep_release(archive, "1.html", title="<script>alert(1)</script>")
        keep_release(archive, "2.html", title="明天的通告", published=dt.date(2999, 1, 1), published_precision="day")
        keep_release(archive, "3.html", title=None, published=None, published_precision=None, origins={}, conflicts=())
        url = keep_release(archive, "4.html", title="撤下的通告")
        missing = unanswered(archive, url, SEEN + dt.timedelta(days=1), "gone", "404")
        archive.store.take_down(url, "2026-03-03T10:00:00+08:00", missing, "404")
        crawled(archive, "beijing", 9)
        crawled(archive, "gansu", 0)
        for day in (7, 8, 9):
            crawled(archive, "gansu", day, "walled")
        crawled(archive, "hebei", 1)
        crawled(archive, "hunan", 9, "failed")
    return folder


@pytest.fixture(scope="module")
def page(folder: Path, serve) -> Iterator[html.HtmlElement]:
    with serve(DATASETTE, folder / "press.db", "-m", metadata_file(), "--port", "0") as address:
        yield fetch(address)


def fetch(address: str) -> html.HtmlElement:
    with urllib.request.urlopen(f"{address}/") as answer:  # noqa: S310 - our own server
        return html.fromstring(answer.read().decode("utf-8"))


def counts(page: html.HtmlElement) -> dict[str, Any]:
    return {term.text: term.getnext().text_content() for term in page.xpath("//dl[@class='counts']//dt")}


def test_it_says_how_much_there_is(page):
    assert counts(page) == {
        "Releases": "4",
        "Sites": "5",
        "Versions": "4",
        "Captures": "5",
        "Years": "2026",
        "Last crawl": "2026-03-11",
    }
    assert "1 release without a date" in page.xpath("string(//main)")


def test_newest_releases_lead_to_their_pages_and_none_is_of_tomorrow(page):
    newest = page.xpath("//section[@aria-labelledby='newest']//li/a")
    assert {link.text for link in newest} == {"<script>alert(1)</script>", "撤下的通告"}
    assert all(link.get("href").startswith("/release/") and link.get("lang") == "zh-Hans" for link in newest)


def test_what_is_gone_is_shown(page):
    [change] = page.xpath("//section[@aria-labelledby='changed']//li")
    assert change.xpath("string(span[1])") == "gone"
    assert change.xpath("string(a)") == "撤下的通告"


def test_sites_that_bring_nothing_are_named_with_what_is_known(page):
    rows = page.xpath("//section[@aria-labelledby='quiet']//tbody/tr")
    said = {row.xpath("string(th/span)"): [cell.text_content().strip() for cell in row.xpath("td")] for row in rows}
    assert said == {
        "甘肃省公安厅": ["behind a wall; last answered 2026-03-02", "2026-03-09"],
        "湖南省公安厅": ["could not be read; it never answered", "2026-03-11"],
        "河北省公安厅": ["not crawled, though others were", "2026-03-03"],
        "西藏自治区公安厅": ["never crawled", "–"],
    }


def test_the_frame_leads_everywhere(page):
    links = page.xpath("//nav[@aria-label='Archive']//a")
    assert [link.text for link in links] == ["Home", "Search", "Changes", "Coverage", "Queries", "Tables"]
    assert [link.text for link in page.xpath("//nav//a[@aria-current='page']")] == ["Home"]
    assert page.get("lang") == "en"
    assert page.xpath("//a[@class='skip']/@href") == ["#main"]
    assert page.xpath("//form[@role='search']/@action") == ["/search"]


def test_an_empty_archive_says_that_it_is(empty_archive, serve):
    with serve(DATASETTE, empty_archive / "press.db", "-m", metadata_file(), "--port", "0") as address:
        page = fetch(address)
    assert counts(page)["Years"] == "unknown"
    assert counts(page)["Last crawl"] == "none yet"
    assert page.xpath("string(//section[@aria-labelledby='newest']/p)") == "None yet."


def test_what_was_removed_is_counted_and_not_named(tmp_path, serve, keep_release):
    with Archive.open(tmp_path / "data", write=True) as archive:
        declare_site(archive.store, "beijing", SITES["beijing"], None)
        removed = keep_release(archive, "1.html", title="要求删除的通告")
        keep_release(archive, "2.html", title="留下的通告")
    note = f'[[removal]]\nkey = "{key(removed)}"\ndate = 2026-03-05\nreason = "asked for"\n'
    (tmp_path / "data" / "removals.toml").write_text(note, "utf-8")
    with serve(DATASETTE.with_name("police-press"), "--archive", tmp_path / "data", "serve", "--port", "0") as address:
        page = fetch(address)
    titles = page.xpath("//section[@aria-labelledby='newest']//li/a/text()")
    assert sorted(titles) == ["(removed on request)", "留下的通告"]
    assert "1 removed on request" in page.xpath("string(//main)")
    assert counts(page)["Releases"] == "2"
