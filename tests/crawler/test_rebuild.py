"""The database made anew from the WARC files, and read again by a newer extractor; by the real command."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest
from simulated_days import articles, at_day, on_day

from archive import Archive
from archive.columns import text_digest
from crawler.demo.releases import load_releases
from crawler.demo.server import QINGLING, REXIAN, SampleProvince
from tests.conftest import Press, asked

# Everything that an archive says, row ids replaced by what they name.
SAID = {
    "releases": "SELECT r.*, c.url, c.captured, c.outcome FROM press_releases AS r"
    " JOIN captures AS c ON c.id = r.capture_id ORDER BY r.key",
    "readings": "SELECT r.key, d.* FROM readings AS d JOIN press_releases AS r ON r.id = d.release_id ORDER BY r.key",
    "columns": "SELECT r.key, o.listing_column, o.url FROM release_columns AS o"
    " JOIN press_releases AS r ON r.id = o.release_id ORDER BY 1, 2, 3",
    "versions": "SELECT r.key, v.*, c.url, c.captured FROM versions AS v"
    " JOIN press_releases AS r ON r.id = v.release_id JOIN captures AS c ON c.id = v.capture_id"
    " ORDER BY r.key, v.version",
    "events": "SELECT r.key, e.*, c.url, c.captured FROM events AS e JOIN press_releases AS r ON r.id = e.release_id"
    " JOIN captures AS c ON c.id = e.capture_id ORDER BY r.key, e.at, e.kind",
    "attachments": "SELECT r.key, a.*, c.captured, c.payload_digest FROM attachments AS a"
    " JOIN press_releases AS r ON r.id = a.release_id LEFT JOIN captures AS c ON c.id = a.capture_id"
    " ORDER BY r.key, a.version, a.position",
    "captures": "SELECT c.*, p.kind, p.url AS page, h.warc_file AS held, h.warc_offset AS held_at FROM captures AS c"
    " LEFT JOIN pages AS p ON p.id = c.page_id LEFT JOIN captures AS h ON h.id = c.refers_to"
    " ORDER BY c.site, c.captured, c.warc_file, c.warc_offset, c.url",
    "pages": "SELECT * FROM pages ORDER BY kind, key",
    "runs": "SELECT * FROM runs ORDER BY id",
    "findings": "SELECT * FROM findings ORDER BY run_id, expectation, url",
    "absences": "SELECT p.url, a.first_at, a.again_at, a.ended, a.outcome FROM absences AS a"
    " JOIN pages AS p ON p.id = a.page_id ORDER BY 1, 2",
    "listings": "SELECT site, listing_column, url, completed, walked_full FROM listings ORDER BY url",
    "entries": "SELECT l.url AS listing, e.url, e.title, e.published_day, e.known FROM entries AS e"
    " JOIN listings AS l ON l.id = e.listing_id ORDER BY 1, 2",
    "sites": "SELECT * FROM sites ORDER BY slug",
}
OF_THIS_FILE = {"id", "release_id", "capture_id", "refers_to", "page_id", "again_capture_id"}


def said(press: Press) -> dict[str, list[dict[str, object]]]:
    """What the archive says, by subject."""
    told = {}
    with Archive.open(press.archive) as archive:
        for subject, sql in SAID.items():
            cursor = archive.db.conn.execute(sql)
            names = [column[0] for column in cursor.description]
            told[subject] = [
                {name: value for name, value in zip(names, row, strict=True) if name not in OF_THIS_FILE}
                for row in cursor
            ]
    return told


@pytest.fixture
def province() -> Iterator[SampleProvince]:
    with SampleProvince(load_releases()[:8]) as running:
        yield running


@pytest.fixture
def lived_in(press: Press, province: SampleProvince) -> Press:
    """An archive with a past: edits, takedowns, a return, failures, a redirect, a picture replaced, a killed run."""
    edited, gone, back, moved, broken = articles(province)[:5]
    assert press("crawl", **at_day(0)).returncode == 0
    text = province.body(edited)
    sentence = re.search(r"<p[^>]*>([^<]{40,})</p>", text)
    assert sentence
    province.replace(edited, text.replace(sentence[1], sentence[1] + "以上数据已更正。"))
    restored = province.body(back)
    province.remove(gone)
    province.remove(back)
    province.replace(moved, "", status=302, headers={"Location": f"{edited}?from={moved}"})
    province.replace(broken, "<h1>Internal Server Error</h1>", status=500)
    on_day(press, 1)
    on_day(press, 2)
    province.replace(back, restored)
    province.replace(broken, "<html><body></body></html>")
    on_day(press, 7.5)
    assert press("confirm-gone", QINGLING, **at_day(7.6)).returncode == 0
    on_day(press, 8.6)
    return press


def test_the_database_is_made_anew_from_the_warc_files_and_the_crawl_goes_on(
    lived_in: Press, province: SampleProvince
) -> None:
    press = lived_in
    before = said(press)
    assert {event["kind"] for event in before["events"]} == {"first_seen", "edited", "gone", "restored"}
    assert len(before["readings"]) == len(before["releases"])
    copy = Press(press.archive.with_name("copy"), press.sites)
    shutil.copytree(press.archive, copy.archive)
    (press.archive / "press.db").unlink()
    warc = {path: path.read_bytes() for path in press.archive.rglob("*.warc.gz")}
    made = press("reparse", "--from-captures", **at_day(9))
    assert (made.returncode, made.stderr) == (0, "")
    assert "press.db was made anew" in made.stdout
    assert {path: path.read_bytes() for path in press.archive.rglob("*.warc.gz")} == warc
    after = said(press)
    for subject, rows in before.items():
        assert after[subject] == rows, subject
    assert press("verify").returncode == 0
    requests = []
    for archive in (press, copy):
        province.requests.clear()
        assert archive("crawl", **at_day(31)).returncode in (0, 1)
        requests.append({site: asked(province, site) for site in (QINGLING, REXIAN)})
    assert requests[0] == requests[1]
    assert requests[0][QINGLING]


def test_a_rebuild_leaves_the_old_database_beside_the_new_one_and_can_be_done_again(
    press: Press, province: SampleProvince
) -> None:
    on_day(press, 0)
    before = said(press)
    for number in (1, 2):
        assert press("reparse", "--from-captures", "--workers", str(number), **at_day(1)).returncode == 0
        assert said(press) == before
        assert (press.archive / f"press.db.before-rebuild-{number}").exists()
    assert not list(press.archive.glob("press.db.rebuilding*"))


def test_a_release_read_by_an_older_extractor_gets_a_version_and_no_event_however_many_workers_read(
    press: Press, province: SampleProvince
) -> None:
    on_day(press, 0)
    events = press.rows("SELECT kind, count(*) FROM events GROUP BY 1")
    readings = said(press)["readings"]
    with Archive.open(press.archive, write=True) as archive:
        ((title, body),) = archive.db.conn.execute("SELECT title, body FROM press_releases WHERE id = 2")
        body = f"{body}\nX 关闭"
        older = {"body": body, "digest": text_digest(title, body), "chars": len(body)}
        change = "SET extractor = 'older', body = :body, text_digest = :digest"
        archive.db.conn.execute(f"UPDATE press_releases {change}, chars = :chars WHERE id = 2", older)
        archive.db.conn.execute(f"UPDATE kept_versions {change} WHERE release_id = 2", older)
        archive.db.conn.execute("DELETE FROM readings")
    other = Press(press.archive.with_name("other"), press.sites)
    shutil.copytree(press.archive, other.archive)
    told = press("reparse", QINGLING, **at_day(1))
    assert told.returncode == 0, told.stderr
    (changed,) = re.findall(r"(\d+) of them read otherwise", told.stdout)
    assert changed == "1"
    assert press.rows("SELECT version, made_by FROM versions WHERE release_id = 2 ORDER BY version") == [
        (1, "crawl"),
        (2, "reparse"),
    ]
    assert press.rows("SELECT count(*) FROM press_releases WHERE body LIKE '%X 关闭%' OR extractor = 'older'") == [(0,)]
    assert press.rows("SELECT kind, count(*) FROM events GROUP BY 1") == events
    assert other("reparse", QINGLING, "--workers", "3", **at_day(1)).stdout == told.stdout
    assert said(other) == said(press)
    again = press("reparse", **at_day(1))
    assert "0 of them read otherwise" in again.stdout
    assert said(press)["readings"] == readings
    database = (press.archive / "press.db").read_bytes()
    assert press("reparse", **at_day(1)).returncode == 0
    assert (press.archive / "press.db").read_bytes() == database, "what reads the same is not written"
    assert asked(province), "the crawl asked"
    assert press("verify").returncode == 0


def test_a_damaged_record_is_named_and_the_rest_is_there(press: Press, province: SampleProvince) -> None:
    on_day(press, 0)
    ((name, offset, url),) = press.rows(
        "SELECT warc_file, warc_offset, url FROM captures WHERE url LIKE '%/t2026%' ORDER BY id LIMIT 1"
    )
    path = press.archive / "warc" / str(name)
    content = bytearray(path.read_bytes())
    content[int(str(offset)) + 200] ^= 1
    path.write_bytes(content)
    told = press("reparse", **at_day(1))
    assert told.returncode == 4
    assert str(name) in told.stderr
    assert "Traceback" not in told.stderr
    assert press.rows("SELECT count(*) FROM press_releases WHERE url = ?", url) == [(1,)]
    rebuilt = press("reparse", "--from-captures", **at_day(1))
    assert rebuilt.returncode == 4
    assert str(name) in rebuilt.stderr
    assert "bytes are passed over" in rebuilt.stderr
    assert press.rows("SELECT count(*) FROM press_releases") == [(7,)]
    assert press("verify").returncode == 4
    assert on_day(press, 1.1) == 0, "what cannot be read is asked for again"
    assert press.rows("SELECT count(*) FROM press_releases") == [(8,)]


def test_what_has_no_site_file_any_more_is_said_before_anything_is_changed(
    press: Press, province: SampleProvince
) -> None:
    on_day(press, 0)
    before = (press.archive / "press.db").read_bytes()
    site = press.sites / f"{QINGLING}.toml"
    text = site.read_text("utf-8")
    site.unlink()
    told = press("reparse", "--from-captures", **at_day(1))
    assert told.returncode == 4
    assert f"there is no site file for {QINGLING}" in told.stderr
    assert (press.archive / "press.db").read_bytes() == before
    site.write_text(text, "utf-8")
    assert press("reparse", "--from-captures", **at_day(1)).returncode == 0


def test_where_there_is_no_archive_none_is_made(press: Press) -> None:
    for option in ((), ("--from-captures",)):
        told = press("reparse", *option)
        assert (told.returncode, str(press.archive) in told.stderr) == (4, True)
        assert not press.archive.exists()
