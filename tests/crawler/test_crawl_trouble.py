"""The crawl when things go wrong: killed, refused, misled, walled off. Nothing is lost and nothing is silent."""

from __future__ import annotations

import re

import pytest

from archive import Archive
from crawler.demo.releases import load_releases
from crawler.demo.server import QINGLING, REXIAN, SampleProvince
from tests.conftest import ALL, Press, asked


def test_a_walk_that_was_cut_short_is_completed_though_its_first_page_shows_nothing_new(
    press: Press, province: SampleProvince
) -> None:
    """The oldest mistake of such crawlers: to stop at the first entry seen before."""
    assert press("crawl", QINGLING, "--max-pages", "1").returncode == 0
    assert press.rows("SELECT count(*) FROM press_releases") == [(23,)]
    assert press("crawl", QINGLING).returncode == 0
    assert press.rows("SELECT count(*) FROM press_releases") == [(ALL - 3,)]
    assert press.rows("SELECT count(*) FROM listings WHERE completed IS NULL") == [(0,)]


def test_a_list_page_with_no_entries_is_an_error_with_its_address_and_loses_nothing_else(
    press: Press, province: SampleProvince
) -> None:
    province.replace("/xwzx/jwdt/", "<html><body><h1>警务动态</h1><p>暂无内容，敬请期待</p></body></html>")
    done = press("crawl")
    assert done.returncode == 1
    assert province.url("/xwzx/jwdt/") in done.stdout
    assert press.rows("SELECT expectation, seen, url FROM findings") == [("entries", "0", province.url("/xwzx/jwdt/"))]
    assert press.rows("SELECT count(*) FROM press_releases WHERE site = ?", REXIAN) == [(3,)]
    assert press.rows("SELECT count(*) FROM press_releases WHERE site = ?", QINGLING) == [(16,)]
    assert press.rows("SELECT site, outcome FROM runs ORDER BY 1") == [(QINGLING, "failed"), (REXIAN, "finished")]


def test_a_page_that_fails_is_recorded_and_asked_for_again_when_it_is_due(
    press: Press, province: SampleProvince
) -> None:
    path = next(path for path in province.paths() if re.search(r"/t20260703_", path))
    body = province.body(path)
    province.replace(path, "<html><body>Internal error</body></html>", status=500)
    at = {"POLICE_PRESS_NOW": "2026-07-10T08:00:00+08:00"}
    assert press("crawl", QINGLING, **at).returncode == 0, "a page that fails is no reason for exit 1"
    page = "SELECT state, attempts, last_status, next_due FROM pages WHERE url = ?"
    assert press.rows(page, province.url(path)) == [("failed", 1, 500, "2026-07-10T09:00:00+08:00")]
    province.replace(path, body)
    province.requests.clear()
    press("crawl", QINGLING, **at)
    assert path not in asked(province)
    press("crawl", QINGLING, POLICE_PRESS_NOW="2026-07-10T09:00:00+08:00")
    assert asked(province).count(path) == 1
    assert press.rows("SELECT count(*) FROM press_releases") == [(ALL - 3,)]
    assert press.rows(page, province.url(path)) == [("fetched", 0, 200, "2026-07-11T09:00:00+08:00")]


def test_an_address_that_redirects_for_ever_ends_and_each_hop_is_kept(press: Press, province: SampleProvince) -> None:
    path = next(path for path in province.paths() if re.search(r"/t20260703_", path))
    province.replace(path, "", status=302, headers={"Location": "/loop"})
    province.replace("/loop", "", status=302, headers={"Location": "/loop"})
    assert press("crawl", QINGLING).returncode == 0
    assert press.rows("SELECT last_error LIKE 'redirect_loop:%' FROM pages WHERE url = ?", province.url(path)) == [(1,)]
    hops = press.rows("SELECT count(*) FROM captures WHERE status = 302 AND outcome = 'ok'")
    assert hops == [(11,)]
    given_up = press.rows("SELECT outcome, warc_file FROM captures WHERE status IS NULL")
    assert given_up == [("redirect_loop", None)]
    assert press.rows("SELECT count(*) FROM press_releases") == [(ALL - 4,)]


def test_a_listed_file_that_is_no_page_is_a_release_whose_body_is_that_file(
    press: Press, province: SampleProvince
) -> None:
    path = next(path for path in province.paths() if re.search(r"/t20260703_", path))
    province.replace(path, b"\x00\x01\x02 no page at all " * 40, headers={"Content-Type": "application/octet-stream"})
    assert press("crawl", QINGLING).returncode == 0
    (release,) = press.rows(
        "SELECT id, body, body_kind, published_day FROM press_releases WHERE url = ?",
        province.url(path),
    )
    assert release[1:] == ("", "attachment", "2026-07-03")
    files = press.rows("SELECT kind, url FROM attachments WHERE release_id = ?", release[0])
    assert files == [("file", province.url(path))]
    assert press.rows("SELECT count(*) FROM captures WHERE url = ? AND status = 200", province.url(path)) == [(1,)]


def test_three_walls_in_a_row_end_the_crawl_of_that_site_only(press: Press, province: SampleProvince) -> None:
    for path in province.paths():
        if re.search(r"/t\d{8}_", path):
            province.replace(path, "<html><script>var __jsl_clearance=1</script></html>", status=521)
    done = press("crawl")
    assert done.returncode == 1
    assert press.rows("SELECT site, outcome, walled FROM runs ORDER BY 1") == [
        (QINGLING, "walled", 3),
        (REXIAN, "finished", 0),
    ]
    assert press.rows("SELECT count(*) FROM pages WHERE state = 'walled'") == [(3,)]


def test_nothing_that_left_the_list_is_lost(press: Press, province: SampleProvince) -> None:
    press("crawl", REXIAN)
    listed = province.body("/jinri/", site=REXIAN)
    one = re.search(r"<li>.*?</li>", listed, re.DOTALL)
    assert one
    province.replace("/jinri/", listed.replace(one[0], "", 1), site=REXIAN)
    press("crawl", REXIAN)
    assert press.rows("SELECT count(*), count(gone_at) FROM press_releases") == [(3, 0)]


@pytest.mark.parametrize(("status", "kept"), [(404, ALL - 3), (403, ALL - 3), (503, 0)])
def test_a_robots_txt_that_does_not_come_is_read_as_rfc_9309_says(
    press: Press, province: SampleProvince, status: int, kept: int
) -> None:
    province.replace("/robots.txt", "User-agent: *\nDisallow: /\n", status=status)
    done = press("crawl", QINGLING)
    assert done.returncode == (0 if kept else 1)
    assert press.rows("SELECT count(*) FROM press_releases") == [(kept,)]
    if not kept:
        assert set(asked(province)) == set()
        assert f"robots.txt answers with status {status}, so nothing may be fetched" in done.stdout


def test_a_capture_that_rotted_is_a_finding_and_no_edit_of_the_page(press: Press, province: SampleProvince) -> None:
    press("crawl", REXIAN)
    (url, warc_file, offset) = press.rows(
        "SELECT r.url, c.warc_file, c.warc_offset FROM press_releases AS r"
        " JOIN captures AS c ON c.id = r.capture_id LIMIT 1"
    )[0]
    path = press.archive / "warc" / str(warc_file)
    rotten = bytearray(path.read_bytes())
    rotten[int(str(offset)) + 200] ^= 1
    path.write_bytes(rotten)
    with Archive.open(press.archive, write=True) as archive:
        archive.db.conn.execute("UPDATE press_releases SET extractor = '0', body = 'as an older program read it'")
    done = press("fetch", str(url), "--site", REXIAN)
    assert done.returncode == 1
    assert "capture: wanted a record that can be read" in done.stdout
    assert path.name in done.stdout
    assert press.rows("SELECT count(*) FROM events WHERE kind = 'edited'") == [(0,)]


def test_a_link_that_no_host_can_have_is_a_finding_and_holds_nothing_up(press: Press, province: SampleProvince) -> None:
    listed = province.body("/xwzx/jwdt/")
    bad = "".join(
        f'<li><a href="http://{host}/202607/t20260704_{number}.html">关于夏季治安整治的一则通告</a><span>2026-07-04</span></li>'
        for number, host in enumerate(["a..b", f"{'x' * 64}.cn", ".", "a%20b"])
    )
    first = listed.index('<li><a href="./20')
    province.replace("/xwzx/jwdt/", listed[:first] + bad + listed[first:])
    done = press("crawl", QINGLING)
    assert press.rows("SELECT count(*) FROM press_releases") == [(ALL - 3,)]
    assert press.rows("SELECT count(*) FROM pages WHERE state <> 'fetched'") == [(0,)]
    assert done.returncode == 1
    found = press.rows("SELECT expectation, seen LIKE 'no host can have this name: %' FROM findings")
    assert found == [("entry's address", 1)] * 3, "a%20b is no link to the parser already"


@pytest.mark.parametrize("header", ["text/html; charset=utf-8", "text/html; charset=ISO-8859-1", "text/html"])
def test_a_list_whose_header_lies_about_its_characters_is_read_all_the_same(
    press: Press, province: SampleProvince, header: str
) -> None:
    for path in ("/xwzx/jqtb/", "/xwzx/jqtb/index_1.shtml"):
        body = province.body(path).replace("utf-8", "gb2312")
        province.replace(path, body.encode("gb18030"), headers={"Content-Type": header})
    assert press("crawl", QINGLING).returncode == 0
    titles = [str(title) for (title,) in press.rows("SELECT title FROM entries")]
    assert len(titles) == ALL - 3 + 1
    assert {release.title for release in load_releases()} == set(titles)


def test_a_redirect_to_the_home_page_is_no_release(press: Press, province: SampleProvince) -> None:
    path = next(path for path in province.paths() if re.search(r"/t20260703_", path))
    province.replace(path, "", status=302, headers={"Location": "/"})
    assert press("crawl", QINGLING, "--max-pages", "1").returncode == 0
    assert press.rows("SELECT count(*) FROM press_releases WHERE url = ?", province.url(path)) == [(0,)]
    assert press.rows(
        "SELECT outcome FROM captures WHERE url IN (?, ?) ORDER BY id", province.url(path), province.url("/")
    ) == [
        ("ok",),
        ("soft_404",),
    ]


def test_a_page_that_never_came_is_fetched_by_the_site_that_lists_it_now(
    press: Press, province: SampleProvince
) -> None:
    path = next(path for path in province.paths() if re.search(r"/t20260703_", path))
    body = province.body(path)
    province.replace(path, "", status=500)
    press("crawl", QINGLING, POLICE_PRESS_NOW="2026-07-10T08:00:00+08:00")
    (press.sites / "qingling.toml").rename(press.sites / "renamed.toml")
    province.replace(path, body)
    assert press("crawl", "renamed", POLICE_PRESS_NOW="2026-07-11T08:00:00+08:00").returncode == 0
    assert press.rows("SELECT site FROM press_releases WHERE url = ?", province.url(path)) == [("renamed",)]
