"""`import`: what a person brought becomes captures with their own dates, and then releases like any other."""

from __future__ import annotations

import datetime as dt
import gzip
import os
import signal
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from brought_pages import (
    COLUMN,
    LIST,
    PICTURE,
    PNG,
    ROOT,
    SITE,
    SLUG,
    WALL,
    Desk,
    address,
    article,
    kept,
    listing,
    title,
)
from click.testing import CliRunner, Result

from archive import clock
from archive.addresses import key
from archive.foreign import ForeignFileError
from crawler.cli import cli
from crawler.worker import Worker
from tests.archive.foreign_files import package
from tests.conftest import Press, wait_until

FIRST, SECOND, THIRD, FOURTH, FIFTH = (address(number) for number in range(1, 6))
MOVED, ABOUT, UNLISTED = f"{ROOT}/jqtb/202603/moved.html", f"{ROOT}/about.html", f"{ROOT}/zt/2026/t20260304_77.html"


@pytest.fixture
def desk(tmp_path: Path, worker: Worker, monkeypatch: pytest.MonkeyPatch) -> Desk:
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / f"{SLUG}.toml").write_text(SITE, "utf-8")
    desk = Desk(tmp_path / "data", tmp_path / "sites", worker, monkeypatch)
    desk.at(20)
    return desk


def a_visit() -> list[bytes]:
    """What a browser recorded in one visit, the articles before the lists that name them."""
    return [
        *(kept(article(number), address(number)) for number in (1, 2, 3)),
        kept(b"", MOVED, 9, ("Location", FOURTH), status="301 Moved Permanently"),
        kept(article(4), FOURTH),
        kept(article(5), FIFTH),
        kept(b"\x89PNG five", PICTURE, 9, PNG),
        kept(b"\x89PNG logo", f"{ROOT}/logo.png", 9, PNG),
        kept(listing([1, 2], 0, 3), LIST),
        kept(listing([3], 1, 3), f"{LIST}index_1.html"),
        kept(listing([5, 6, 7, 8], 2, 3).replace(address(6).encode(), MOVED.encode()), f"{LIST}index_2.html"),
        kept(b"<h1>404</h1>", address(7), 9, status="404 Not Found"),
        kept(WALL, address(8), 9, status="412 Precondition Failed"),
        kept(b"<html><body>friends</body></html>", "https://other.example/", 9),
        kept(listing([1, 2, 3, 5]), f"{ROOT}/tzgg/", 9),
        kept(listing([1, 2, 3, 5]), f"{ROOT}/", 9),
    ]


def test_a_visit_becomes_releases_with_its_own_dates(desk: Desk) -> None:
    said = desk.bring(desk.file("visit.warc.gz", *a_visit()))
    assert said.kept == {"listing": 3, "article": 5, "attachment": 1}
    assert (said.before, said.other_files) == (0, 1)
    assert dict(said.shown) == {
        address(7): "gone: HTTP status 404",
        address(8): "challenge: HTTP status 412",
        f"{ROOT}/tzgg/": "a page without text, picture or file",
        f"{ROOT}/": "the site's home page",
        "other.example: 1 record": "not a host of this site",
    }
    day = "2026-03-09T09:30:05+08:00"
    releases = desk.rows(
        "SELECT url, title, published, content_source, body_kind, listing_column, first_seen FROM press_releases"
        " ORDER BY url"
    )
    assert releases == [
        (url, title(number), f"2026-03-0{number}T09:30+08:00", "城东分局", kind, COLUMN, day)
        for number, url, kind in (
            (4, MOVED, "text"),
            (1, FIRST, "text"),
            (2, SECOND, "text"),
            (3, THIRD, "text"),
            (5, FIFTH, "image"),
        )
    ]
    assert desk.rows("SELECT DISTINCT made_by, captured FROM versions") == [("import", day)]
    assert desk.rows("SELECT DISTINCT kind, at FROM events") == [("first_seen", day)]
    assert desk.rows("SELECT listing_column, url FROM release_columns ORDER BY url") == [
        (COLUMN, url) for url in (MOVED, FIRST, SECOND, THIRD, FIFTH)
    ]
    assert desk.rows(
        "SELECT url, status, captured FROM captures WHERE page_id = (SELECT id FROM pages WHERE key = ?) ORDER BY id",
        key(MOVED),
    ) == [(MOVED, 301, day), (FOURTH, 200, day)]
    assert desk.rows("SELECT a.url, c.url FROM attachments AS a JOIN captures AS c ON c.id = a.capture_id") == [
        (PICTURE, PICTURE)
    ]
    assert desk.rows("SELECT kind, started, finished, outcome, vantage, listed, fetched, new FROM runs") == [
        ("import", "2026-03-20T08:00:00+08:00", "2026-03-20T08:00:00+08:00", "finished", "a desk in Gansu", 7, 5, 5)
    ]
    assert desk.faults() == []


def as_it_is(desk: Desk, records: list[bytes]) -> Path:
    return desk.file("visit.warc.gz", *records)


def unpacked(desk: Desk, records: list[bytes]) -> Path:
    return desk.file("visit.warc", gzip.decompress(b"".join(records)))


def packed(desk: Desk, records: list[bytes]) -> Path:
    return package(desk.folder.with_name("visit.wacz"), {"archive/data.warc.gz": b"".join(records)})


@pytest.mark.parametrize("form", [as_it_is, unpacked, packed])
def test_a_file_brought_twice_changes_nothing(desk: Desk, form: Callable[[Desk, list[bytes]], Path]) -> None:
    path = form(desk, a_visit())
    first = desk.bring(path)
    before = desk.whole()
    desk.at(21)
    again = desk.bring(path)
    assert (again.before, again.kept) == (first.kept.total(), {})
    assert again.shown == first.shown
    assert desk.whole() == before


def test_what_two_files_share_is_kept_once(desk: Desk) -> None:
    visit = a_visit()
    said = desk.bring(desk.file("a.warc.gz", *visit[:10]), desk.file("b.warc.gz", *visit[4:]))
    assert said.kept == {"listing": 3, "article": 5, "attachment": 1}
    assert said.before == 5, "two articles, a picture, two list pages"
    assert desk.rows("SELECT count(*) FROM captures") == [(10,)]


def test_a_page_that_no_list_names_has_to_read_like_a_release(desk: Desk) -> None:
    undated = article(3).replace(b"2026-03-03 09:30", b"").replace("3月3日".encode(), "近日".encode())
    said = desk.bring(
        desk.file("visit.warc.gz", kept(article(4), UNLISTED), kept(undated, ABOUT), kept(b"<title>x</title>", FIRST))
    )
    assert desk.rows("SELECT url, title, listing_column FROM press_releases") == [(UNLISTED, title(4), None)]
    assert [what for what, _ in said.shown] == [ABOUT, FIRST]


def test_an_index_of_a_column_that_the_site_file_lacks_is_no_release(desk: Desk) -> None:
    items = "".join(
        f"<p>{title(number)}，详情请看<a href='{address(number)}'>{title(number)}</a> 2026-03-0{number}</p>"
        for number in range(1, 8)
    )
    dated = (
        "<meta name='ArticleTitle' content='通知公告'><meta name='PubDate' content='2026-03-01 10:00'><h1>通知公告</h1>"
    )
    page = f"<html><head>{dated}</head><body><div class='TRS_Editor'>{items}</div></body></html>".encode()
    assert desk.bring(desk.file("visit.warc.gz", kept(page, ABOUT))).kept == {}
    assert desk.bring(desk.file("visit.warc.gz", kept(page.replace(b"<a ", b"<b "), ABOUT))).kept == {"article": 1}


def test_a_list_page_without_entries_and_a_wall_in_its_place_are_left_out(desk: Desk) -> None:
    said = desk.bring(desk.file("visit.warc.gz", kept(listing([]), LIST), kept(WALL, LIST, 3)))
    assert said.shown == [(LIST, "a list page without entries"), (LIST, "challenge: HTTP status 200")]
    assert desk.rows("SELECT count(*) FROM runs") == [(0,)]


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found"])
def test_a_release_is_not_emptied_by_what_a_person_brought(desk: Desk, status: str) -> None:
    desk.crawl({LIST: listing([1]), FIRST: article(1)})
    before = desk.whole()
    desk.at(22)
    desk.bring(desk.file("later.warc.gz", kept(b"<html><title>t</title></html>", FIRST, 21, status=status)))
    assert desk.whole() == before


def test_pages_of_another_site_on_the_same_host_are_not_taken(desk: Desk) -> None:
    other = desk.sites / "other.toml"
    other.write_text(SITE.replace(COLUMN, "别处"), "utf-8")
    desk.bring(desk.file("visit.warc.gz", kept(article(1), FIRST)))
    assert desk.rows("SELECT site FROM press_releases") == [(SLUG,)]
    before = desk.whole()
    said = desk.bring(desk.file("later.warc.gz", kept(article(1, "更正。"), FIRST, 9)), site="other")
    assert said.shown == [(FIRST, f"a page of the site {SLUG}")]
    assert desk.whole() == before


def test_saved_pages_say_where_and_when_they_are_from_or_a_person_does(desk: Desk) -> None:
    saved = desk.file("saved.html", article(1))
    with pytest.raises(ForeignFileError, match="say so with --url"):
        desk.bring(saved)
    with pytest.raises(ForeignFileError, match=r"is on no host of this site \(gaj\.press\.example\)"):
        desk.bring(saved, url="https://other.example/1.html")
    desk.bring(saved, url=FIRST, captured=dt.datetime.fromisoformat("2026-03-05T10:00:00+08:00"))
    saved_at = "Fri Mar 06 2026 11:00:00 GMT+0800 (China Standard Time)"
    comment = f"<!--\n Page saved with SingleFile \n url: {SECOND} \n saved date: {saved_at}\n-->"
    desk.bring(desk.file("single.html", article(2).replace(b"<head>", f"{comment}<head>".encode(), 1)))
    desk.bring(desk.file("list.html", listing([1, 2])), url=LIST, captured=dt.datetime(2026, 3, 7, tzinfo=dt.UTC))
    assert desk.rows("SELECT url, listing_column, first_seen FROM press_releases ORDER BY url") == [
        (FIRST, COLUMN, "2026-03-05T10:00:00+08:00"),
        (SECOND, COLUMN, "2026-03-06T11:00:00+08:00"),
    ]
    assert desk.faults() == []


@pytest.mark.parametrize("name", ["通报 1.html", "%E9%80%9A%E6%8A%A5%201.html"])
def test_an_address_may_be_given_as_a_browser_shows_it(desk: Desk, name: str) -> None:
    saved = dt.datetime(2026, 3, 9, tzinfo=dt.UTC)
    desk.bring(desk.file("saved.html", article(1)), url=f"{LIST}{name}", captured=saved)
    desk.bring(desk.file("saved.warc.gz", kept(article(1), f"{LIST}{name}")))
    escaped = f"{LIST}%E9%80%9A%E6%8A%A5%201.html"
    assert desk.rows("SELECT url, key FROM press_releases") == [(escaped, key(f"{LIST}通报 1.html"))]
    assert desk.rows("SELECT DISTINCT url FROM captures") == [(escaped,)]
    assert desk.faults() == []


def test_nothing_is_kept_of_damaged_files_nor_of_those_beside_them(desk: Desk) -> None:
    desk.crawl({LIST: listing([1]), FIRST: article(1)})
    before = desk.whole()
    sound, visit = desk.file("sound.warc.gz", kept(article(2), SECOND)), b"".join(a_visit())
    for damaged in (visit[:-9], visit[:5000] + b"\0" + visit[5001:]):
        with pytest.raises(ForeignFileError, match="damaged"):
            desk.bring(sound, desk.file("damaged.warc.gz", damaged))
        assert desk.whole() == before


def test_an_older_capture_begins_the_history_and_a_newer_one_goes_on_with_it(desk: Desk) -> None:
    pages = {LIST: listing([1, 2, 3]), FIRST: article(1), SECOND: article(2), THIRD: article(3)}
    desk.at(10)
    desk.crawl(pages)
    desk.at(20)
    said = desk.bring(
        desk.file(
            "past.warc.gz",
            kept(article(1, "以初报为准。"), FIRST, 5),
            kept(article(2, "以续报为准。"), SECOND, 15),
            kept(article(3), THIRD, 4),
        )
    )
    assert said.kept == {"article": 3}
    assert desk.rows("SELECT url, version, first_seen, last_seen FROM press_releases ORDER BY url") == [
        (FIRST, 2, "2026-03-05T09:30:05+08:00", "2026-03-10T08:00:00+08:00"),
        (SECOND, 2, "2026-03-10T08:00:00+08:00", "2026-03-15T09:30:05+08:00"),
        (THIRD, 1, "2026-03-04T09:30:05+08:00", "2026-03-10T08:00:00+08:00"),
    ]
    assert versions(desk, FIRST) == [
        ("2026-03-05T09:30:05+08:00", "import", True),
        ("2026-03-10T08:00:00+08:00", "crawl", False),
    ]
    assert versions(desk, SECOND) == [
        ("2026-03-10T08:00:00+08:00", "crawl", False),
        ("2026-03-15T09:30:05+08:00", "import", True),
    ]
    assert versions(desk, THIRD) == [("2026-03-04T09:30:05+08:00", "crawl", False)]
    assert events(desk, FIRST) == [("first_seen", "2026-03-05T09:30:05+08:00"), ("edited", "2026-03-10T08:00:00+08:00")]
    assert events(desk, SECOND) == [
        ("first_seen", "2026-03-10T08:00:00+08:00"),
        ("edited", "2026-03-15T09:30:05+08:00"),
    ]
    assert events(desk, THIRD) == [("first_seen", "2026-03-04T09:30:05+08:00")]
    assert desk.rows("SELECT new, edited FROM runs ORDER BY id") == [(3, 0), (0, 2)]
    assert desk.faults() == []


def versions(desk: Desk, url: str) -> list[tuple[object, ...]]:
    """When each version of a release was captured, who made it, and whether its text is not the crawl's."""
    return [
        (captured, made_by, "为准" in str(body))
        for captured, made_by, body in desk.rows(
            "SELECT v.captured, made_by, v.body FROM versions AS v JOIN press_releases AS r ON r.id = release_id"
            " WHERE r.url = ? ORDER BY v.version",
            url,
        )
    ]


def events(desk: Desk, url: str) -> list[tuple[object, ...]]:
    return desk.rows(
        "SELECT kind, at FROM events JOIN press_releases AS r ON r.id = release_id WHERE r.url = ? ORDER BY at", url
    )


def test_a_capture_between_two_visits_shows_an_edit_that_was_taken_back(desk: Desk) -> None:
    pages = {LIST: listing([1]), FIRST: article(1)}
    for day in (10, 14):
        desk.at(day)
        desk.crawl(pages)
    desk.at(20)
    desk.bring(desk.file("between.warc.gz", kept(article(1, "以续报为准。"), FIRST, 12)))
    assert versions(desk, FIRST) == [
        ("2026-03-10T08:00:00+08:00", "crawl", False),
        ("2026-03-12T09:30:05+08:00", "import", True),
        ("2026-03-14T08:00:00+08:00", "import", False),
    ]
    assert desk.rows("SELECT kind, at, detail FROM events ORDER BY at") == [
        ("first_seen", "2026-03-10T08:00:00+08:00", None),
        ("edited", "2026-03-12T09:30:05+08:00", "version 2"),
        ("edited", "2026-03-14T08:00:00+08:00", "version 3"),
    ]


def test_an_older_picture_is_no_edit_of_a_newer_one(desk: Desk) -> None:
    desk.at(10)
    desk.crawl({LIST: listing([5]), FIFTH: article(5), PICTURE: b"\x89PNG as crawled"})
    desk.at(20)
    visit = [kept(article(5), FIFTH, 6), kept(b"\x89PNG before", PICTURE, 6, PNG)]
    assert desk.bring(desk.file("past.warc.gz", *visit)).kept == {"article": 1, "attachment": 1}
    assert desk.rows("SELECT kind FROM events") == [("first_seen",)]
    assert desk.rows("SELECT c.captured FROM attachments AS a JOIN captures AS c ON c.id = a.capture_id") == [
        ("2026-03-10T08:00:00+08:00",)
    ]
    desk.bring(desk.file("later.warc.gz", kept(b"\x89PNG after", PICTURE, 15, PNG)))
    assert desk.rows("SELECT kind, at FROM events") == [
        ("first_seen", "2026-03-06T09:30:05+08:00"),
        ("edited", "2026-03-15T09:30:05+08:00"),
    ]
    assert desk.faults() == []


def test_a_picture_belongs_to_the_version_of_its_time(desk: Desk) -> None:
    desk.at(10)
    desk.crawl({LIST: listing([5]), FIFTH: article(5), PICTURE: b"\x89PNG as crawled"})
    other = article(5).replace(title(5).encode(), "城东分局通报：旧题".encode())
    desk.at(20)
    desk.bring(desk.file("past.warc.gz", kept(other, FIFTH, 6), kept(b"\x89PNG before", PICTURE, 6, PNG)))
    assert desk.rows(
        "SELECT version, c.captured FROM attachments AS a JOIN captures AS c ON c.id = a.capture_id ORDER BY version"
    ) == [(1, "2026-03-06T09:30:05+08:00"), (2, "2026-03-10T08:00:00+08:00")]


@pytest.fixture
def gone(desk: Desk) -> Desk:
    """A release that was crawled on the 10th, and found gone on the 11th and 12th."""
    for day, pages in ((10, {FIRST: article(1)}), (11, {}), (12, {})):
        desk.at(day, 9)
        desk.crawl({LIST: listing([1]), **pages})
    assert desk.rows("SELECT gone_at FROM press_releases") == [("2026-03-11T09:00:00+08:00",)]
    desk.at(20)
    return desk


@pytest.mark.parametrize("day", [4, 11])
def test_what_was_seen_before_a_takedown_does_not_undo_it(gone: Desk, day: int) -> None:
    gone.bring(gone.file("past.warc.gz", record_at(FIRST, day)))
    assert gone.rows("SELECT gone_at FROM press_releases") == [("2026-03-11T09:00:00+08:00",)]
    assert gone.rows("SELECT kind FROM events ORDER BY id") == [("first_seen",), ("gone",)]
    assert gone.rows("SELECT state FROM pages WHERE kind = 'article'") == [("gone",)]


def record_at(url: str, day: int) -> bytes:
    """Seen on that day at 8:30, before the crawls of this test."""
    return kept(article(1), url, day, hour=8)


def test_what_was_seen_after_a_takedown_undoes_it(gone: Desk) -> None:
    gone.bring(gone.file("later.warc.gz", kept(article(1), FIRST, 18)))
    assert gone.rows("SELECT gone_at FROM press_releases") == [(None,)]
    assert gone.rows("SELECT kind, at FROM events ORDER BY id") == [
        ("first_seen", "2026-03-10T09:00:00+08:00"),
        ("gone", "2026-03-12T09:00:00+08:00"),
        ("restored", "2026-03-18T09:30:05+08:00"),
    ]
    assert gone.rows("SELECT state FROM pages WHERE kind = 'article'") == [("fetched",)]
    gone.at(21)
    assert gone.rebuild() == []
    assert gone.rows("SELECT kind FROM events ORDER BY id") == [("first_seen",), ("gone",), ("restored",)]


def test_a_walled_site_is_crawled_later_as_if_nothing_had_been_brought(desk: Desk) -> None:
    desk.at(1)
    assert desk.crawl({LIST: 412}) == [LIST]
    desk.at(8)
    desk.bring(desk.file("visit.warc.gz", kept(listing([1, 2], 0, 2), LIST, 7), kept(article(1), FIRST, 7)))
    assert desk.rows("SELECT known FROM entries") == [(0,), (0,)]
    assert desk.rows("SELECT completed FROM listings") == [(None,)]
    assert desk.rows("SELECT p.next_due FROM pages AS p WHERE p.key = ?", key(FIRST)) == [
        ("2026-03-08T10:00:00+08:00",)
    ]
    desk.at(9)
    pages = {LIST: listing([1, 2], 0, 2), f"{LIST}index_1.html": listing([3, 4], 1, 2)}
    pages |= {address(number): article(number) for number in range(1, 5)}
    assert sorted(desk.crawl(pages)) == sorted(pages)
    assert desk.rows("SELECT count(*), sum(version) FROM press_releases") == [(4, 4)]
    assert desk.rows("SELECT kind, outcome, fetched, new FROM runs ORDER BY id") == [
        ("crawl", "failed", 0, 0),
        ("import", "finished", 1, 1),
        ("crawl", "finished", 4, 3),
    ]
    desk.at(9, 12)
    assert desk.crawl(pages) == [LIST]


def test_what_one_archive_kept_can_be_brought_into_another(desk: Desk, tmp_path: Path) -> None:
    pages = {LIST: listing([1, 2, 5]), FIRST: article(1), SECOND: article(2), FIFTH: article(5), PICTURE: b"\x89PNG 5"}
    for day in (10, 14):
        desk.at(day)
        desk.crawl(pages)
    files = sorted(desk.folder.rglob("*.warc.gz"))
    one = desk.file("one.warc.gz", *(path.read_bytes() for path in files))
    other = Desk(tmp_path / "other", desk.sites, desk.worker, desk.patch)
    desk.at(20)
    other.bring(one)
    releases = "SELECT key, url, title, published, body, listing_column, first_seen, last_seen FROM press_releases"
    assert other.rows(releases) == desk.rows(releases)
    shown = "SELECT a.url, c.payload_digest FROM attachments AS a JOIN captures AS c ON c.id = a.capture_id"
    assert other.rows(shown) == desk.rows(shown)


def command(desk: Desk, *arguments: object, vantage: tuple[str, ...] = ()) -> Result:
    """`police-press import`, in this process."""
    given = ["--archive", str(desk.folder), "--sites", str(desk.sites), *vantage, "import", "--site", SLUG]
    return CliRunner().invoke(cli, [*given, *map(str, arguments)])


def test_the_command_says_what_it_kept_and_what_not(desk: Desk) -> None:
    path = desk.file("visit.warc.gz", *a_visit())
    done = command(desk, path, vantage=("--vantage", "a flat in Lanzhou"))
    assert done.exit_code == 0
    first, *others = done.output.splitlines()
    assert first == (
        "captures kept: article 5, attachment 1, listing 3; here before: 0; left out: 5; files that no release has: 1"
    )
    assert f"left out: {address(7)}: gone: HTTP status 404" in others
    assert desk.rows("SELECT vantage FROM runs") == [("a flat in Lanzhou",)]
    assert command(desk, path).output.startswith("captures kept: none; here before: 9; left out: 5")


def test_nothing_to_keep_is_exit_1(desk: Desk) -> None:
    done = command(desk, desk.file("wall.warc.gz", kept(WALL, LIST)))
    assert (done.exit_code, done.output.splitlines()[1]) == (1, f"left out: {LIST}: challenge: HTTP status 200")


@pytest.mark.parametrize(
    ("name", "content", "options", "said"),
    [
        ("a.warc.gz", kept(article(1), FIRST), ["--url", FIRST], "leave out --url and --captured"),
        ("a.warc.gz", kept(article(1), FIRST)[:-5], [], "Nothing was imported."),
        ("a.html", article(1), [], "say so with --url"),
        ("a.html", article(1), ["--url", "https://other.example/1.html"], "is on no host of this site"),
        ("a.html", article(1), ["--url", "file:///1.html"], "not an http or https address"),
        ("a.html", article(1), ["--url", FIRST, "--captured", "yesterday"], "'yesterday' is no time"),
        ("a.html", article(1), ["--url", FIRST, "--captured", "2027-03-01"], "its date is in the future"),
        ("a.txt", b"some words", [], "none of the kinds of file that are known here"),
        ("a.bin", b"", [], "an empty file"),
        ("a.warc.gz", kept(article(1), FIRST), ["--site", "nowhere"], "no such site: nowhere. There are: yangli."),
        ("a.warc.gz", kept(article(1), FIRST), ["missing.warc.gz"], "'missing.warc.gz' does not exist"),
    ],
)
def test_wrong_input_is_exit_2_and_a_sentence(
    desk: Desk, name: str, content: bytes, options: list[str], said: str
) -> None:
    done = command(desk, desk.file(name, content), *options)
    assert done.exit_code == 2
    assert said in done.output
    assert not desk.folder.exists() or desk.rows("SELECT count(*) FROM captures") == [(0,)]


def test_one_address_is_not_that_of_two_files(desk: Desk) -> None:
    done = command(desk, desk.file("a.html", article(1)), desk.file("b.html", article(2)), "--url", FIRST)
    assert done.exit_code == 2
    assert "it says where one file is from" in done.output


def test_a_rebuild_gives_what_was_imported(desk: Desk) -> None:
    desk.at(10)
    desk.crawl({LIST: listing([1, 2]), FIRST: article(1, "更正。"), SECOND: article(2)})
    desk.at(20)
    undated = article(3).replace(b"2026-03-03 09:30", b"").replace("3月3日".encode(), "近日".encode())
    desk.bring(
        desk.file("visit.warc.gz", *a_visit()),
        desk.file("older.warc.gz", kept(undated, f"{LIST}202602/9.html", 1), kept(b"\x89PNG old", PICTURE, 1, PNG)),
        desk.file(
            "list.warc.gz", kept(listing([1]).replace(FIRST.encode(), f"{LIST}202602/9.html".encode()), LIST, 12)
        ),
    )
    desk.at(22)
    desk.crawl({LIST: listing([1, 2]), FIRST: article(1, "更正。"), SECOND: article(2), FIFTH: article(5)})
    before = desk.history()
    desk.at(25)
    assert desk.rebuild() == []
    assert desk.history() == before
    assert desk.faults() == []


def test_what_was_brought_hides_nothing_from_a_walk_that_was_cut(desk: Desk) -> None:
    def lists(*pages: list[int]) -> dict[str, bytes | int]:
        """The addresses of so many list pages with what is on them."""
        names = [LIST, *(f"{LIST}index_{number}.html" for number in range(1, len(pages)))]
        shown = [listing(on_it, number, len(pages)) for number, on_it in enumerate(pages)]
        return dict(zip(names, shown, strict=True))

    articles = {address(number): article(number) for number in range(1, 9)}
    desk.at(10)
    desk.crawl({**lists([4], [3], [2], [1]), f"{LIST}index_3.html": 500, **articles})
    desk.at(12)
    grown = lists([6], [5], [4], [3], [2], [1])
    desk.bring(desk.file("first.warc.gz", kept(listing([6], 0, 6), LIST, 11)))
    desk.crawl({**grown, **articles})
    assert desk.rows("SELECT url FROM press_releases ORDER BY url") == [(address(number),) for number in range(1, 7)]


def test_a_release_of_a_web_archive_is_due_for_a_visit_of_our_own(desk: Desk) -> None:
    old = article(1).replace(b"2026", b"2022")
    desk.bring(desk.file("old.warc.gz", kept(old, ABOUT, 2, year=2022)))
    assert desk.crawl({LIST: listing([2]), SECOND: article(2), ABOUT: old}) == [LIST, SECOND, ABOUT]
    assert desk.rows("SELECT count(*) FROM events WHERE kind <> 'first_seen'") == [(0,)]


def test_a_release_that_is_a_file_itself_is_its_own_attachment(desk: Desk) -> None:
    file = f"{LIST}202603/P020260301.png"
    page = listing([1]).replace(FIRST.encode(), file.encode())
    desk.bring(desk.file("visit.warc.gz", kept(page, LIST), kept(b"\x89PNG\r\n\x1a\n notice", file, 9, PNG)))
    assert desk.rows("SELECT r.url, body_kind FROM press_releases AS r") == [(file, "image")]
    assert desk.rows("SELECT a.url, c.url FROM attachments AS a JOIN captures AS c ON c.id = a.capture_id") == [
        (file, file)
    ]


@pytest.mark.parametrize("written", [60_000, 330_000])
def test_a_killed_import_is_made_good_by_the_next(desk: Desk, tmp_path: Path, written: int) -> None:
    numbers = range(1, 29)
    noise = Random(written)  # noqa: S311 - no secret
    filled = {number: f"<!-- {noise.randbytes(9000).hex()} --></body>".encode() for number in numbers}
    pages = [kept(article(number).replace(b"</body>", more), address(number)) for number, more in filled.items()]
    path = desk.file("visit.warc.gz", kept(listing(numbers), LIST), *pages)
    undisturbed = Desk(tmp_path / "whole", desk.sites, desk.worker, desk.patch)
    undisturbed.bring(path)
    press, now = Press(desk.folder, desk.sites), os.environ[clock.VARIABLE]
    with press.start("import", str(path), "--site", SLUG, POLICE_PRESS_NOW=now) as running:
        wait_until(lambda: sum(one.stat().st_size for one in desk.folder.rglob("*.open")) > written)
        running.kill()
    assert running.returncode == -signal.SIGKILL
    assert press("import", str(path), "--site", SLUG, POLICE_PRESS_NOW=now).returncode == 0
    assert desk.history() == undisturbed.history()
    assert desk.faults() == []
    assert desk.rebuild() == []
    assert desk.history() == undisturbed.history()
