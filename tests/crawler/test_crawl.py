"""The crawl end to end: the real command, a real HTTP server on loopback, a real archive."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive import Archive
from crawler.demo.server import QINGLING, REXIAN, SampleProvince
from tests.conftest import ALL, Press, asked, content

LISTS = {"/xwzx/jwdt/", "/xwzx/jqtb/", "/jinri/"}


@dataclass(frozen=True)
class Crawled:
    """An archive after one crawl of both sites, for tests that only read; `asked` are sites and paths, in order."""

    press: Press
    asked: list[tuple[str, str]]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    folder = tmp_path_factory.mktemp("crawled")
    with SampleProvince() as province:
        province.write_sites(folder / "sites")
        press = Press(folder / "data", folder / "sites")
        assert press("crawl").returncode == 0
        yield Crawled(press, [(one.site, one.path) for one in province.requests if one.path != "/robots.txt"])


def test_a_crawl_keeps_every_release_and_run_again_at_once_asks_for_list_pages_only(
    press: Press, province: SampleProvince
) -> None:
    first = press("crawl")
    assert (first.returncode, first.stderr) == (0, "")
    assert press.rows("SELECT count(*), count(DISTINCT key) FROM press_releases") == [(ALL, ALL)]
    assert len(asked(province)) == len(set(asked(province))), "a page was asked for twice"
    before = content(press)
    province.requests.clear()
    again = press("crawl")
    assert again.returncode == 0
    assert set(asked(province)) == LISTS
    assert len(asked(province)) == len(LISTS)
    assert content(press) == before
    assert press.rows("SELECT sum(new), sum(fetched), count(*) FROM runs") == [(ALL, ALL, 4)]


def test_the_release_of_the_seed_comes_out_clean(crawled: Crawled) -> None:
    press = crawled.press
    with Archive.open(press.archive) as archive:
        (release,) = archive.releases(search="兰州马拉松")
    assert release.title == "兰州公安圆满完成2023兰州马拉松安保工作"
    assert (release.published, release.published_precision) == ("2023-06-11T22:00:20+08:00", "second")
    assert (release.content_source, release.issuer) == ("甘肃公安", "甘肃省公安厅政治部宣传处")
    assert (release.editor, release.is_repost) == ("欣然 佳佳", True)
    assert release.body.startswith("6月11日7:30,2023兰州马拉松")
    assert release.body.endswith("就超过429万人次。")
    assert "关闭" not in release.body
    images = press.rows("SELECT kind, caption FROM attachments WHERE release_id = ?", release.id)
    assert images == [("image", "(资料图片)")]


def test_new_releases_come_newest_first_after_the_list_pages(crawled: Crawled) -> None:
    paths = [path for site, path in crawled.asked if site == QINGLING]
    lists = [path for path in paths if path.endswith("/") or "index" in path]
    assert paths[: len(lists)] == lists
    days = [found[1] for path in paths if (found := re.search(r"/t(\d{8})_", path))]
    assert days == sorted(days, reverse=True)


def test_every_capture_is_in_a_closed_warc_file_with_a_true_digest(crawled: Crawled) -> None:
    press = crawled.press
    assert not list(press.archive.rglob("*.open"))
    seen = 0
    for path in press.archive.rglob("*.warc.gz"):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, check_digests=True):
                record.content_stream().read()
                assert record.digest_checker.passed is not False, record.digest_checker.problems
                seen += record.rec_type == "response"
    rows = press.rows("SELECT id, payload_digest FROM captures WHERE warc_file IS NOT NULL")
    assert seen == len(rows) == ALL + 7  # six list pages, one picture
    with Archive.open(press.archive) as archive:
        for capture_id, _ in rows:
            assert archive.captures.payload(int(str(capture_id)))  # raises where the digest is wrong


def test_an_unchanged_list_page_is_a_revisit_that_reads_back_the_same(press: Press) -> None:
    press("crawl", REXIAN)
    press("crawl", REXIAN)
    (revisit, original) = press.rows(
        "SELECT id, refers_to FROM captures WHERE refers_to IS NOT NULL AND url LIKE '%/jinri/'"
    )[0]
    with Archive.open(press.archive) as archive:
        assert archive.captures.payload(int(str(revisit))) == archive.captures.payload(int(str(original)))


def test_since_stops_at_older_entries(press: Press) -> None:
    assert press("crawl", QINGLING, "--since", "2026-06-01").returncode == 0
    listed = len(press.rows("SELECT 1 FROM pages WHERE kind = 'article'"))
    assert 0 < listed < ALL - 3
    oldest, kept = press.rows("SELECT min(published_day), count(*) FROM press_releases")[0]
    assert str(oldest) >= "2026-06-01"
    assert 0 < int(str(kept)) < listed, "older entries of a list page that was read are known, and wait"
    assert ("since",) in press.rows("SELECT outcome FROM walks")


def test_a_page_that_changed_is_a_second_version_and_an_event(press: Press, province: SampleProvince) -> None:
    press("crawl", QINGLING)
    path = next(path for path in asked(province) if re.search(r"/t20260703_", path))
    text = province.body(path)
    # Clutter changes with every visit and is no edit.
    province.replace(path, text.replace("</body>", "<div class='footer'>您是第 90210 位访客</div></body>"))
    assert press("fetch", province.url(path), "--site", QINGLING).returncode == 0
    assert press.rows("SELECT kind FROM events WHERE kind <> 'first_seen'") == []
    paragraph = re.search(r"<p[^>]*>([^<]{40,})</p>", text)
    assert paragraph
    province.replace(path, text.replace(paragraph[1], paragraph[1] + "经复核，此数据已更正。"))
    assert press("fetch", province.url(path), "--site", QINGLING).returncode == 0
    ((release_id, version, body),) = press.rows(
        "SELECT id, version, body FROM press_releases WHERE url = ?", province.url(path)
    )
    assert version == 2
    assert "经复核，此数据已更正。" in str(body)
    kept = press.rows("SELECT version, body LIKE '%已更正%' FROM versions WHERE release_id = ?", release_id)
    assert kept == [(1, 0), (2, 1)]
    assert press.rows("SELECT kind FROM events WHERE release_id = ?", release_id) == [("first_seen",), ("edited",)]
    with Archive.open(press.archive) as archive:
        assert [one.body for one in archive.releases(search="此数据已更正")] == [body]


def test_an_upgraded_extractor_makes_no_edit_of_what_did_not_change(press: Press, province: SampleProvince) -> None:
    press("crawl", REXIAN)
    (url,) = press.rows("SELECT url FROM press_releases WHERE title LIKE '%马拉松%'")[0]
    with Archive.open(press.archive, write=True) as archive:
        archive.db.conn.execute("UPDATE press_releases SET extractor = '0', body = 'as an older program read it'")
        archive.db.conn.execute("UPDATE kept_versions SET extractor = '0', body = 'as an older program read it'")
        archive.db.conn.execute("UPDATE press_releases SET text_digest = 'sha256:0'")
    assert press("fetch", str(url), "--site", REXIAN).returncode == 0
    assert press.rows("SELECT made_by FROM versions WHERE version = 2") == [("reparse",)]
    assert press.rows("SELECT count(*) FROM events WHERE kind = 'edited'") == [(0,)]


def test_one_article_in_two_columns_is_one_release(crawled: Crawled) -> None:
    twice = crawled.press.rows(
        "SELECT group_concat(listing_column, ' ') FROM (SELECT * FROM release_columns ORDER BY listing_column)"
        " GROUP BY release_id HAVING count(*) > 1"
    )
    assert twice == [("警务动态 警情通报",)]
    assert crawled.press.rows("SELECT count(*) FROM release_columns") == [(ALL + 1,)]


def test_a_moved_article_keeps_the_key_of_the_address_that_was_listed(press: Press, province: SampleProvince) -> None:
    path = next(path for path in province.paths() if re.search(r"/t20260703_", path))
    province.replace("/new/place.html", province.body(path))
    province.replace(path, "", status=301, headers={"Location": "/new/place.html"})
    press("crawl", QINGLING)
    ((url, captured),) = press.rows(
        "SELECT r.url, c.url FROM press_releases AS r JOIN captures AS c ON c.id = r.capture_id WHERE r.url = ?",
        province.url(path),
    )
    assert (url, captured) == (province.url(path), province.url("/new/place.html"))


def test_robots_txt_is_obeyed_and_its_delay_kept(press: Press, province: SampleProvince) -> None:
    path = next(path for path in province.paths() if re.search(r"/t20260703_", path))
    robots = f"User-agent: *\nCrawl-delay: 0.2\nDisallow: {path}\n"
    province.replace("/robots.txt", robots, headers={"Content-Type": "text/plain"})
    assert press("crawl", QINGLING, "--since", "2026-06-25").returncode == 0
    assert path not in asked(province)
    denied = press.rows("SELECT outcome FROM captures WHERE url = ?", province.url(path))
    assert denied == [("robots_denied",)]
    times = [one.at for one in province.requests if one.site == QINGLING][2:]
    # All gaps together, because one request may be late to arrive and the next one not.
    assert times[-1] - times[0] > 0.2 * (len(times) - 2)


def test_requests_say_who_is_asking_and_from_which_list(press: Press, province: SampleProvince) -> None:
    press("crawl", QINGLING, "--max-pages", "1", POLICE_PRESS_CONTACT="mailto:archive@example.org")
    agents = {one.headers["User-Agent"] for one in province.requests}
    assert len(agents) == 1
    assert re.fullmatch(r"police-press-archive/[\d.]+ \(\+mailto:archive@example\.org\)", agents.pop())
    referers = {one.headers.get("Referer") for one in province.requests if re.search(r"/t\d{8}_", one.path)}
    assert referers == {province.url("/xwzx/jwdt/"), province.url("/xwzx/jqtb/")}


def test_a_run_s_row_says_what_the_site_says_it_has(crawled: Crawled) -> None:
    assert crawled.press.rows("SELECT listed, stated_total FROM runs WHERE site = ?", QINGLING) == [(47, 47)]
    counts = crawled.press.rows("SELECT fetched, new, edited, walled, failed FROM runs WHERE site = ?", QINGLING)
    assert counts == [(46, 46, 0, 0, 0)]
