"""Archives merged by the real command: what several processes crawled, against what one process did."""

from __future__ import annotations

import csv
import fcntl
import re
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from simulated_days import articles, at_day

from archive import Archive
from crawler.demo.releases import load_releases
from crawler.demo.server import QINGLING, REXIAN, SampleProvince
from tests import warm
from tests.conftest import Press, asked, content, wait_until

MIRROR = "mirror"
# Places too: a record is a few bytes longer or shorter by the identifier in it, compressed.
OF_THIS_FILE = {"id", "capture_id", "warc_file", "warc_offset", "warc_length"}
CAPTURES = "SELECT site, url, captured, status, outcome, payload_digest FROM captures ORDER BY 1, 2, 3, 4, 5, 6"
SAID = {
    "captures": CAPTURES,
    "events": "SELECT key, kind, at, detail FROM events JOIN press_releases AS r ON r.id = release_id ORDER BY 1, 2, 3",
    "versions": "SELECT key, v.version, v.title, v.body, v.captured, made_by, c.url FROM versions AS v"
    " JOIN press_releases AS r ON r.id = release_id JOIN captures AS c ON c.id = v.capture_id ORDER BY 1, 2",
    "attachments": "SELECT key, a.version, position, kind, a.url, c.payload_digest FROM attachments AS a"
    " JOIN press_releases AS r ON r.id = release_id LEFT JOIN captures AS c ON c.id = a.capture_id ORDER BY 1, 2, 3",
    "readings": "SELECT key, labels, origins, stripped FROM readings JOIN press_releases AS r ON r.id = release_id"
    " ORDER BY 1",
    "pages": "SELECT kind, key, url, site, state, next_due, visited, attempts FROM pages ORDER BY 1, 2",
    "entries": "SELECT l.url, e.url, p.key, e.title, e.known FROM entries AS e JOIN listings AS l ON l.id = listing_id"
    " JOIN pages AS p ON p.id = page_id ORDER BY 1, 2",
    "walks": "SELECT l.url, w.started, r.started, w.outcome FROM walks AS w JOIN listings AS l ON l.id = listing_id"
    " JOIN runs AS r ON r.id = run_id ORDER BY 1, 2",
    "absences": "SELECT p.key, first_at, again_at, outcome FROM absences JOIN pages AS p ON p.id = page_id ORDER BY 1",
    "runs": "SELECT site, kind, started, outcome, listed, fetched, new, edited, gone FROM runs ORDER BY 1, 3",
    "findings": "SELECT f.site, r.started, expectation, seen FROM findings AS f JOIN runs AS r ON r.id = run_id"
    " ORDER BY 1, 2, 3, 4",
    "found": "SELECT key FROM press_releases WHERE id IN"
    " (SELECT rowid FROM releases_fts WHERE releases_fts MATCH zh('公安')) ORDER BY 1",
}


def said(press: Press) -> dict[str, list[tuple[object, ...]]]:
    """All that an archive says; ids and names of WARC files aside."""
    return {"content": content(press), **{subject: press.rows(sql) for subject, sql in SAID.items()}}


def kinds(press: Press) -> list[tuple[object, ...]]:
    return press.rows("SELECT key, kind FROM events JOIN press_releases AS r ON r.id = release_id ORDER BY 1, 2")


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def exported(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV export, without numbers of rows and places in WARC files."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [
            {name: value for name, value in row.items() if name not in OF_THIS_FILE} for row in csv.DictReader(file)
        ]
    return sorted(rows, key=lambda row: row["key"])


@pytest.fixture(scope="module")
def province() -> Iterator[SampleProvince]:
    with SampleProvince(load_releases()[:5]) as running:
        yield running


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, province: SampleProvince) -> Callable[[str], Press]:
    """Archives by name, all with the same site files; one that is not there yet, where nobody has crawled into it."""
    folder = tmp_path_factory.mktemp("merge")
    province.write_sites(folder / "sites")
    text = (folder / "sites" / f"{QINGLING}.toml").read_text("utf-8")
    (folder / "sites" / f"{MIRROR}.toml").write_text(re.sub('column = "', 'column = "转载', text), "utf-8")
    return lambda name: Press(folder / name, folder / "sites")


def crawl(press: Press, day: float, *sites: str) -> None:
    done = press("crawl", *sites, **at_day(day))
    assert done.returncode == 0, done.stdout + done.stderr


def merged(press: Press, *others: Press) -> str:
    done = press("merge", *(str(other.archive) for other in others), **at_day(40))
    assert done.returncode == 0, done.stderr
    assert not (press.archive / "merging").exists()
    return done.stdout


def assert_sound(press: Press) -> None:
    done = press("verify")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "sound"), done.stdout


def assert_nothing_new(press: Press, *others: Press) -> None:
    done = press("merge", *(str(other.archive) for other in others), **at_day(40))
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch("Nothing new: .*\n", done.stdout)


@pytest.fixture(scope="module")
def apart(made: Callable[[str], Press], province: SampleProvince) -> tuple[Press, Press, Press]:
    """Two archives with a site each, and one with both; crawled at the same moment."""
    north, south, one = made("north"), made("south"), made("one")
    crawl(north, 0, QINGLING)
    crawl(south, 0, REXIAN)
    crawl(one, 0, QINGLING, REXIAN)
    return north, south, one


def test_two_processes_with_a_site_each_equal_one_with_both(
    made: Callable[[str], Press], apart: tuple[Press, Press, Press], province: SampleProvince, tmp_path: Path
) -> None:
    north, south, one = apart
    before = files(north.archive), files(south.archive)
    hub, other_way = made("hub"), made("other-way")
    told = merged(hub, north, south)
    assert f"{north.archive}: {QINGLING}: taken over" in told
    merged(other_way, south)
    merged(other_way, north)
    assert (files(north.archive), files(south.archive)) == before
    assert_sound(hub)
    assert said(hub) == said(other_way) == said(one)
    assert len(content(hub)) > 5
    rows = hub.rows("SELECT id, key FROM press_releases")
    assert_nothing_new(hub, south, north, other_way)
    assert hub.rows("SELECT id, key FROM press_releases") == rows
    for press in (hub, one):
        written = press("export", "csv", "--out", str(tmp_path / f"{press.archive.name}.csv"))
        assert written.returncode == 0, written.stderr
    assert exported(tmp_path / "hub.csv") == exported(tmp_path / "one.csv")
    requests = []
    for press in (hub, one):
        province.requests.clear()
        crawl(press, 1.2, QINGLING, REXIAN)
        requests.append([asked(province, site) for site in (QINGLING, REXIAN)])
    assert requests[0] == requests[1]
    assert said(hub) == said(one)


def test_a_site_that_went_on_elsewhere_is_taken_over_as_it_is(
    made: Callable[[str], Press], apart: tuple[Press, Press, Press], province: SampleProvince
) -> None:
    worker, hub = made("worker"), made("hub-of-worker")
    crawl(worker, 0, QINGLING)
    merged(hub, worker)
    ids = hub.rows("SELECT key, id FROM press_releases ORDER BY 1")
    path = articles(province)[0]
    province.replace(path, province.body(path).replace("</p>", "（更正）</p>", 1))
    crawl(worker, 0.3, QINGLING)  # on the same UTC day: its WARC file has grown
    crawl(worker, 1.3, QINGLING)
    assert "taken over" in merged(hub, worker)
    province.restore(path)
    assert_sound(hub)
    assert said(hub) == said(worker)
    assert ("edited",) in hub.rows("SELECT kind FROM events")
    assert hub.rows("SELECT key, id FROM press_releases ORDER BY 1") == ids
    assert files(hub.archive / "warc") == files(worker.archive / "warc")
    assert_nothing_new(hub, worker)
    assert_nothing_new(worker, hub)


@pytest.fixture(scope="module")
def overlapping(made: Callable[[str], Press], province: SampleProvince) -> tuple[Press, Press, Press]:
    """Two archives that crawled one site at different times, an edit and a takedown between; one that did all of it."""
    early, late, one = made("early"), made("late"), made("one-of-both")
    edited, gone = articles(province)[1:3]
    for press in (early, one):
        crawl(press, 0, QINGLING)
    province.replace(edited, province.body(edited).replace("</p>", "（更正）</p>", 1))
    for press in (late, one):
        crawl(press, 1.5, QINGLING)
    province.remove(gone)
    for press, day in ((early, 4), (late, 4.1), (one, 4), (early, 5.5), (one, 5.5)):
        crawl(press, day, QINGLING)
    province.restore(edited)
    province.restore(gone)
    return early, late, one


def copied(press: Press, name: str) -> Press:
    shutil.copytree(press.archive, press.archive.with_name(name))
    return Press(press.archive.with_name(name), press.sites)


def test_a_site_that_both_crawled_is_told_from_the_captures_of_both(
    made: Callable[[str], Press], overlapping: tuple[Press, Press, Press]
) -> None:
    early, late, one = overlapping
    hub, other_way, third = copied(early, "early-hub"), copied(late, "late-hub"), made("third-hub")
    assert "told anew" in merged(hub, late)
    merged(other_way, early)
    merged(third, late, early)
    assert_sound(hub)
    assert said(hub) == said(other_way) == said(third)
    assert content(hub) == content(one)
    assert kinds(hub) == kinds(one)
    assert {kind for _, kind in kinds(hub)} == {"first_seen", "edited", "gone"}
    assert hub.rows(CAPTURES) == sorted([*early.rows(CAPTURES), *late.rows(CAPTURES)], key=str)
    bytes_of = files(hub.archive / "warc").values()
    assert {*files(early.archive / "warc").values(), *files(late.archive / "warc").values()} == {*bytes_of}
    assert_nothing_new(hub, early, late, third)
    before = said(hub)
    assert hub("reparse", "--from-captures", **at_day(41)).returncode == 0
    assert said(hub) == before


def test_two_copies_of_one_archive_that_went_on_apart_count_what_they_share_once(
    made: Callable[[str], Press], overlapping: tuple[Press, Press, Press]
) -> None:
    early = overlapping[0]
    one, other = copied(early, "copy-1"), copied(early, "copy-2")
    crawl(one, 5.51, QINGLING)
    crawl(other, 5.52, QINGLING)
    listed = len(one.rows(CAPTURES)) - len(early.rows(CAPTURES))
    hub = copied(one, "copy-1-hub")
    assert "told anew" in merged(hub, other)
    assert_sound(hub)
    assert len(hub.rows(CAPTURES)) == len(early.rows(CAPTURES)) + 2 * listed
    assert_nothing_new(hub, other, one, early)


def test_sites_that_list_the_same_pages_are_told_together(
    made: Callable[[str], Press], apart: tuple[Press, Press, Press]
) -> None:
    north = apart[0]
    mirror, one, hub, other_way = made("mirror"), made("one-of-mirror"), made("mirror-hub"), copied(north, "north-hub")
    crawl(mirror, 2, MIRROR)
    crawl(one, 0, QINGLING)
    crawl(one, 2, MIRROR)
    merged(hub, mirror)
    assert f"{MIRROR}, {QINGLING}: told anew" in merged(hub, north)
    merged(other_way, mirror)
    assert_sound(hub)
    assert said(hub) == said(other_way)
    assert content(hub) == content(one)
    assert {site for (site,) in hub.rows("SELECT site FROM press_releases")} == {QINGLING}
    assert_nothing_new(hub, mirror, north)


@pytest.fixture(scope="module")
def whole(overlapping: tuple[Press, Press, Press], apart: tuple[Press, Press, Press]) -> Press:
    """The early archive, with the late one and the south merged into it in one go."""
    press = copied(overlapping[0], "whole")
    merged(press, overlapping[1], apart[1])
    return press


def test_a_merge_that_is_killed_goes_on(
    whole: Press, overlapping: tuple[Press, Press, Press], apart: tuple[Press, Press, Press], tmp_path: Path
) -> None:
    hub, others = copied(overlapping[0], "killed-hub"), (overlapping[1], apart[1])
    signs: tuple[Callable[[], bool], ...] = (
        lambda: (hub.archive / "merging" / "told.db").exists(),
        lambda: len(list(hub.archive.glob(f"warc/{QINGLING}/*-00001.warc.gz"))) > 0,
        lambda: (hub.archive / "warc" / REXIAN).exists(),
    )
    codes = set()
    for happens in signs:
        command = ["merge", *(str(other.archive) for other in others)]
        process = warm.start(command, hub.environment(**at_day(40)), tmp_path / "said")
        wait_until(happens)
        process.kill()
        process.join()
        codes.add(process.exitcode)
    assert -signal.SIGKILL in codes
    merged(hub, *others)
    assert_sound(hub)
    assert said(hub) == said(whole)


def test_warc_files_that_came_without_their_rows_are_not_taken_twice(
    whole: Press, overlapping: tuple[Press, Press, Press], apart: tuple[Press, Press, Press]
) -> None:
    """As a kill between the two leaves it."""
    early, late, _ = overlapping
    hub = copied(early, "hub-with-files")
    shutil.copytree(whole.archive / "warc", hub.archive / "warc", dirs_exist_ok=True)
    assert_sound(hub)
    merged(hub, late, apart[1])
    assert said(hub) == said(whole)
    assert files(hub.archive / "warc") == files(whole.archive / "warc")


def test_what_was_removed_in_either_archive_is_removed_in_the_merged_one(
    overlapping: tuple[Press, Press, Press],
) -> None:
    hub, other = copied(overlapping[0], "removing-hub"), copied(overlapping[1], "removing-other")
    rows = hub.rows("SELECT key, title, body FROM press_releases WHERE gone_at IS NULL AND body <> '' LIMIT 3")
    keys, titles, bodies = zip(*sorted(tuple(map(str, row)) for row in rows), strict=True)
    entry = '[[removal]]\nkey = "{}"\ndate = 2026-07-15\nreason = "{}"\n'
    (hub.archive / "removals.toml").write_text(entry.format(keys[0], "Wunsch der Person"), "utf-8")
    (other.archive / "removals.toml").write_text(
        entry.format(keys[1], r"本人\"请求\"") + entry.format(keys[2], "x"), "utf-8"
    )
    assert other("stats", **at_day(10)).returncode == 0
    (other.archive / "removals.toml").write_text(entry.format(keys[1], r"本人\"请求\""), "utf-8")
    told = hub("merge", str(other.archive), **at_day(40))
    assert told.returncode == 0, told.stderr
    assert f"1 removals taken over into removals.toml: {keys[1]}" in told.stdout
    text = (hub.archive / "removals.toml").read_text("utf-8")
    assert text.startswith(entry.format(keys[0], "Wunsch der Person"))
    assert 'reason = "本人\\"请求\\""' in text
    assert hub.rows("SELECT key FROM press_releases WHERE removed IS NOT NULL ORDER BY 1") == [(key,) for key in keys]
    database = (hub.archive / "press.db").read_bytes()
    assert not [title for title in titles if title.encode() in database]
    assert not [body for body in bodies if body.encode() in database]
    again = hub("merge", str(other.archive), **at_day(40))
    assert "Nothing new" in again.stdout
    assert_sound(hub)


def _change(other: Path, sql: str) -> None:
    with closing(sqlite3.connect(other / "press.db")) as db, db:
        db.execute(sql)


def _newer(other: Path) -> None:
    _change(other, "UPDATE _sqlite_migrations SET name = 'of_next_year' WHERE name = 'removals'")


def _elsewhere(other: Path) -> None:
    _change(other, "UPDATE sites SET division = '620000'")


def _moved(other: Path) -> None:
    _change(other, "UPDATE sites SET home = 'https://press.example/'")


def _short(other: Path) -> None:
    (path,) = other.glob("warc/*/*.warc.gz")
    path.write_bytes(path.read_bytes()[:-4000])


def _rotten(other: Path) -> None:
    (path,) = other.glob("warc/*/*.warc.gz")
    found = bytearray(path.read_bytes())
    found[len(found) // 2] ^= 1
    path.write_bytes(found)


def _killed(other: Path) -> None:
    (path,) = other.glob("warc/*/*.warc.gz")
    path.rename(f"{path}.open")


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        (_newer, 4, "a newer version of this program"),
        (_elsewhere, 2, "620000"),
        (_moved, 2, "press.example"),
        (_short, 4, "shorter than its rows say"),
        (_rotten, 4, "damaged at byte"),
        (_killed, 4, "was not closed"),
    ],
)
def test_what_cannot_be_merged_is_said_with_both_folders(
    change: Callable[[Path], None], code: int, says: str, apart: tuple[Press, Press, Press], tmp_path: Path
) -> None:
    south = apart[1]
    hub, other = Press(tmp_path / "hub", south.sites), Press(tmp_path / "other", south.sites)
    shutil.copytree(south.archive, other.archive)
    if code == 2:
        shutil.copytree(south.archive, hub.archive)
    change(other.archive)
    told = hub("merge", str(other.archive))
    assert told.returncode == code, told.stderr
    for text in (says, str(hub.archive), str(other.archive)):
        assert text in told.stderr
    assert not (hub.archive / "merging").exists()
    assert code == 2 or not list(hub.archive.glob("warc/*/*"))


def test_an_archive_in_use_is_left_alone(apart: tuple[Press, Press, Press], tmp_path: Path) -> None:
    north, south, _ = apart
    hub = Press(tmp_path / "hub", south.sites)
    with (south.archive / "press.lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = hub("merge", str(north.archive), str(south.archive))
    assert told.returncode == 3
    assert str(south.archive) in told.stderr
    assert not hub.archive.exists()
    same = south("merge", str(south.archive))
    assert same.returncode == 2
    with Archive.open(south.archive) as archive:
        assert list(archive.releases())
