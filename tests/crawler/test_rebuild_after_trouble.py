"""Rebuilt archives with a past of kills, damage, restored copies and shared releases; in one process, by no command."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from brought_pages import COLUMN, LIST, ROOT, SITE, SLUG, Desk, address, article, kept, listing
from click.testing import CliRunner

from archive import Archive, ArchiveError, clock, warc
from archive.models import Answer, Page, RunFacts, WalkOptions
from crawler.cli import cli
from crawler.items import ArticlePage, Item, ListPage
from crawler.keeping import Keeping
from crawler.run import Run
from crawler.site import load_sites
from crawler.worker import Worker

URL = address(1)
OTHER, OTHER_LIST = "anhe", "https://anhe.press.example/jqtb/"
HTML = ("Content-Type", "text/html; charset=utf-8")
FIRST, EDITED = article(1), article(1, "以上数据已更正。")


@pytest.fixture
def desk(tmp_path: Path, worker: Worker, monkeypatch: pytest.MonkeyPatch) -> Desk:
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / f"{SLUG}.toml").write_text(SITE, "utf-8")
    other = SITE.replace(ROOT, "https://anhe.press.example").replace(COLUMN, "各地警讯")
    (tmp_path / "sites" / f"{OTHER}.toml").write_text(other, "utf-8")
    return Desk(tmp_path / "data", tmp_path / "sites", worker, monkeypatch)


def crawling(
    desk: Desk, archive: Archive, pages: Mapping[str, bytes | None], slug: str = SLUG, killed_after: str = ""
) -> Iterator[str]:
    """A run, page by page: the address, when it is asked for. What has None did not change since it was kept."""
    site = load_sites(desk.sites)[slug]
    listings = tuple((one.column, one.url, one.cms) for one in site.listings)
    run = Run(archive, site, RunFacts(slug, "crawl", clock.now(), listings=listings, options=WalkOptions()))
    keeping = Keeping(run, desk.worker)
    keeping.bring_in(archive.brought_in)
    archive.commit()
    while page := run.frontier.next_page():
        yield page.url
        item = came(archive, page, run.id, pages[page.url])
        keeping.keep(item, keeping.reader.begin(item))
        if page.url == killed_after:
            archive.broken = ArchiveError("killed: what is in WARC files stays there, and no row is committed any more")
            return
    run.end("finished", clock.now())


def came(archive: Archive, page: Page, run_id: int, body: bytes | None) -> Item:
    """What the spider yields."""
    status, outcome = (200, "ok") if body is not None else (304, "not_modified")
    answer = Answer(page.site, run_id, page.url, clock.now(), status, (HTML,), body or b"", outcome)
    if body is None:
        shown = archive.captures.shown(page.url)
        assert shown
        body = archive.captures.payload(shown.id)
    if page.kind == "listing":
        return ListPage(page, (answer,), page.url, body.decode("utf-8"))
    return ArticlePage(page, (answer,), body, HTML[1])


def crawl(
    desk: Desk, day: int, release: bytes | None, *, hour: int = 8, slug: str = SLUG, killed_after: str = ""
) -> list[str]:
    """Crawl a site that lists one release; the addresses asked for."""
    desk.at(day, hour)
    with Archive.open(desk.folder, write=True) as archive:
        lists = dict.fromkeys([LIST, OTHER_LIST], listing([1]))
        return list(crawling(desk, archive, {**lists, URL: release}, slug, killed_after))


def test_an_archive_of_a_newer_program_is_not_rebuilt_over(desk: Desk) -> None:
    crawl(desk, 10, FIRST)
    database = desk.folder / "press.db"
    with closing(sqlite3.connect(database)) as newer:
        newer.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('police-press-archive', 'with_places', '2027-01-01')"
        )
        newer.commit()
    before = database.read_bytes()
    arguments = ["--archive", str(desk.folder), "--sites", str(desk.sites), "reparse", "--from-captures"]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 4
    assert "a newer version of this program has worked on this archive (with_places)" in result.stderr
    assert database.read_bytes() == before
    assert sorted(path.name for path in desk.folder.iterdir()) == ["press.db", "press.lock", "warc"]


def test_an_older_database_over_newer_warc_files_goes_on_and_a_rebuild_knows_it_all(desk: Desk) -> None:
    crawl(desk, 10, FIRST)
    database = desk.folder / "press.db"
    older = database.read_bytes()
    assert crawl(desk, 11, EDITED) == [LIST, URL]
    database.write_bytes(older)
    assert crawl(desk, 11, EDITED, hour=9) == [LIST, URL], "what was found later is fetched again"
    assert desk.faults() == []
    assert desk.rebuild() == []
    assert desk.faults() == []
    assert desk.rows("SELECT version, captured FROM versions ORDER BY version") == [
        (1, "2026-03-10T08:00:00+08:00"),
        (2, "2026-03-11T08:00:00+08:00"),
    ]


def test_a_304_that_confirmed_a_damaged_record_is_not_told_as_the_text_before(desk: Desk) -> None:
    crawl(desk, 10, FIRST)
    crawl(desk, 11, EDITED)
    assert crawl(desk, 13, None) == [LIST, URL]
    ((name, at),) = desk.rows(
        "SELECT warc_file, warc_offset FROM captures WHERE url = ? AND captured LIKE '2026-03-11%'", URL
    )
    path = desk.folder / "warc" / str(name)
    content = bytearray(path.read_bytes())
    content[int(str(at)) + 100] ^= 1
    path.write_bytes(content)
    damaged, confirming = desk.rebuild()
    assert damaged.startswith(f"{path}: no whole record at byte {at}")
    assert confirming == f"{URL}: a 304 at 2026-03-13 08:00:00+08:00, and the capture that it confirms cannot be read"
    assert desk.rows("SELECT version, last_seen FROM press_releases") == [(1, "2026-03-10T08:00:00+08:00")]
    assert [fault for fault in desk.faults() if str(at) not in fault] == [], "no row says else than its record"


def test_a_text_that_only_a_killed_run_saw_is_a_version_live_and_rebuilt(desk: Desk) -> None:
    crawl(desk, 10, FIRST)
    assert crawl(desk, 11, EDITED, killed_after=URL) == [LIST, URL]
    assert crawl(desk, 11, FIRST, hour=9) == [LIST], "the page was seen on this day"
    assert crawl(desk, 13, FIRST) == [LIST, URL]
    live = desk.history()
    assert [row[1] for row in live["versions"]] == [1, 2, 3]
    assert desk.rebuild() == []
    assert desk.history() == live


def test_what_a_killed_run_saw_was_seen_on_that_day_and_the_next_visit_is_due_all_the_same(desk: Desk) -> None:
    crawl(desk, 10, FIRST)
    crawl(desk, 11, EDITED, killed_after=URL)
    assert crawl(desk, 13, FIRST) == [LIST, URL], "brought in on day 13, when a visit is due"


def test_a_release_that_two_sites_list_at_once_is_asked_for_once_and_rebuilt_as_it_was(desk: Desk) -> None:
    desk.at(10)
    pages = {LIST: listing([1]), OTHER_LIST: listing([1]), URL: FIRST}
    with Archive.open(desk.folder, write=True) as archive:
        run = crawling(desk, archive, pages)
        assert [next(run), next(run)] == [LIST, URL]
        assert list(crawling(desk, archive, pages, OTHER)) == [OTHER_LIST]
        assert list(run) == []
    live = desk.history()
    assert desk.rows("SELECT site FROM pages WHERE url = ?", URL) == [(SLUG,)]
    assert desk.rebuild() == []
    assert desk.history() == live


def test_of_two_sites_that_list_a_release_a_rebuild_gives_it_to_the_one_that_was_first(desk: Desk) -> None:
    assert crawl(desk, 10, FIRST) == [LIST, URL]
    assert crawl(desk, 11, FIRST, slug=OTHER)[0] == OTHER_LIST
    assert OTHER < SLUG, "the alphabet would have it otherwise"
    live = desk.history()
    assert desk.rows("SELECT site, listing_column FROM press_releases") == [(SLUG, COLUMN)]
    assert desk.rebuild() == []
    assert desk.history() == live


@pytest.mark.parametrize("lost", [1, 4])
def test_an_import_that_was_killed_and_done_again_is_rebuilt_with_each_capture_once(desk: Desk, lost: int) -> None:
    crawl(desk, 10, FIRST)
    database = desk.folder / "press.db"
    before = database.read_bytes()
    desk.at(20)
    pages = [kept(article(number), address(number)) for number in (2, 3)]
    visit = desk.file("visit.warc.gz", kept(listing([2, 3]), LIST), *pages)
    desk.bring(visit)
    # What a kill leaves behind: records, the last of them not written any more, and no row of them.
    database.write_bytes(before)
    path = desk.folder / "warc" / SLUG / f"{SLUG}-20260320-00000.warc.gz"
    with path.open("rb+") as file:
        file.truncate(list(warc.whole_records(file))[-lost - 1][1])
    path.rename(path.with_name(path.name + warc.OPEN))
    desk.at(21)
    assert desk.bring(visit).kept == {"listing": 1, "article": 2}
    twice = "SELECT url, captured FROM captures GROUP BY 1, 2 HAVING count(*) > 1"
    assert desk.rows(twice) == []
    live = desk.history()
    assert desk.rebuild() == []
    assert desk.rows(twice) == []
    assert desk.history() == live
    assert desk.faults() == []
