"""`stats`: counts of a small archive, done by hand beforehand."""

from __future__ import annotations

import datetime as dt
import json
import re
import sqlite3
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sample_release import SEEN

from archive import Archive, ArchiveError, clock
from archive.addresses import key
from archive.cli import cli
from archive.models import RunCounts, RunFacts
from archive.readings import Readings
from archive.stats import SiteStats, Stats, stats

DOCUMENT = (Path(__file__).parents[2] / "docs" / "reading.md").read_text("utf-8")


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--archive", str(folder), "stats", *arguments])


def counted(folder: Path) -> Stats:
    with Archive.open(folder) as archive:
        return stats(archive)


def test_counts_of_a_small_archive(small_archive: Path) -> None:
    counts = counted(small_archive)
    assert counts.sites == (
        SiteStats("beijing", "北京市公安局", 2, {"2025": 1, "2026": 1}, 0, "2025-06-11", "2026-03-01T09:30:05+08:00",
                  None, None),
        SiteStats("gansu", "甘肃省公安厅", 3, {"2023": 1, "2024": 1, "undated": 1}, 0, "2023-06-01T08:00:00+08:00",
                  "2024-12", None, None),
    )  # fmt: skip
    assert (counts.releases, counts.versions, counts.captures, counts.events) == (5, 5, 5, {"first_seen": 5})
    assert list(counts.sites[1].years) == ["2023", "2024", "undated"]
    assert counts.warc_files == 2
    assert counts.warc_bytes == sum(path.stat().st_size for path in small_archive.glob("warc/*/*"))
    assert counts.database_bytes >= (small_archive / "press.db").stat().st_size


def test_a_page_for_a_person(small_archive: Path) -> None:
    result = run(small_archive)
    assert result.exit_code == 0
    totals, events, readings, sizes, *tables = result.stdout.splitlines()
    assert totals == "releases 5, versions 5, captures 5"
    assert events == "events: first_seen 5"
    assert readings == "readings 5: conflicts published 4; characters lost in 0"
    assert sizes.startswith("bytes: press.db ")
    assert tables == [
        "",
        "site     releases  gone  oldest                     newest                     last run",
        "beijing         2     0  2025-06-11                 2026-03-01T09:30:05+08:00  never",
        "gansu           3     0  2023-06-01T08:00:00+08:00  2024-12                    never",
        "",
        "site     2023  2024  2025  2026  undated",
        "beijing     0     0     1     1        0",
        "gansu       1     1     0     0        1",
    ]


def test_the_same_as_json(small_archive: Path) -> None:
    result = run(small_archive, "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    expected = json.loads(json.dumps(asdict(counted(small_archive))))
    assert found.pop("database_bytes") > 0
    del expected["database_bytes"]
    assert found == expected
    assert found["sites"][1]["name"] == "甘肃省公安厅"


def test_the_last_run_of_a_site_and_what_is_gone(empty_archive: Path, keep_release) -> None:
    with Archive.open(empty_archive, write=True) as archive:
        keep_release(archive, "a.html")
        keep_release(archive, "b.html")
        archive.db.conn.execute("UPDATE press_releases SET gone_at = ? WHERE id = 1", (clock.iso(SEEN),))
        first = archive.store.begin_run(RunFacts("beijing", "crawl", SEEN))
        archive.store.update_run(first, RunCounts(), None, finished=SEEN, outcome="failed")
        later = archive.store.begin_run(RunFacts("beijing", "crawl", SEEN + dt.timedelta(hours=1)))
    running, never = counted(empty_archive).sites
    assert (running.gone, running.last_run, running.last_outcome) == (1, "2026-03-02T11:00:00+08:00", "not ended")
    assert (never.last_run, never.last_outcome) == (None, None)
    with Archive.open(empty_archive, write=True) as archive:
        archive.store.update_run(later, RunCounts(), None, finished=SEEN, outcome="done")
    assert counted(empty_archive).sites[0].last_outcome == "done"
    assert "2026-03-02T11:00:00+08:00 done" in run(empty_archive).stdout


def test_conflicts_by_field_and_releases_that_lost_characters(empty_archive: Path, keep_release) -> None:
    with Archive.open(empty_archive, write=True) as archive:
        keep_release(archive, "a.html", conflicts=(), characters_lost=0)
        keep_release(archive, "b.html", conflicts=("published", "title"), characters_lost=12)
        keep_release(archive, "c.html", conflicts=("title",), characters_lost=1)
        keep_release(archive, "d.html", conflicts=("title",), characters_lost=0)
    assert counted(empty_archive).readings == Readings(4, {"published": 1, "title": 3}, 2)
    with Archive.open(empty_archive) as archive:
        [sql] = re.findall(r"SELECT r\.key.*\n.*", DOCUMENT)
        disputed = archive.db.conn.execute(sql).fetchall()
    assert [row[0] for row in disputed] == [key("https://press.example/b.html")]
    assert "readings 4: conflicts published 1, title 3; characters lost in 2\n" in run(empty_archive).stdout


def test_an_archive_of_nothing(empty_archive: Path) -> None:
    result = run(empty_archive)
    assert result.exit_code == 0
    said = "releases 0, versions 0, captures 0\nevents: none\nreadings 0: conflicts none; characters lost in 0\n"
    assert said in result.stdout
    assert "undated" not in result.stdout


def test_beside_a_writer_what_is_committed_counts(empty_archive: Path, keep_release) -> None:
    with Archive.open(empty_archive, write=True) as archive:
        keep_release(archive, "kept.html")
        archive.commit()
        keep_release(archive, "not-yet.html")
        counts = counted(empty_archive)
    assert (counts.releases, counts.warc_files) == (1, 1)
    assert counts.warc_bytes > 0


def test_a_database_that_cannot_be_counted_is_4(small_archive: Path, tmp_path: Path) -> None:
    (tmp_path / "press.db").write_bytes((small_archive / "press.db").read_bytes())
    with closing(sqlite3.connect(tmp_path / "press.db")) as db:
        db.execute("DROP TABLE events")
    with pytest.raises(ArchiveError, match=r"press\.db: cannot be read as an archive: no such table: events"):
        counted(tmp_path)
    assert run(tmp_path).exit_code == 4
