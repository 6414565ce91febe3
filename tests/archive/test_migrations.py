"""The schema: the contract's tables and columns, and how an archive of another version is met."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from older_archive import take_back
from sample_release import ARTICLE, SEEN, URL, answer, declare_site
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from archive import Archive, ArchiveError, migrations, search
from archive.addresses import key
from archive.faults import Checked
from archive.readings import Readings
from archive.stats import stats
from archive.verify import verify

# Copied by hand from "Tables" of the contract: columns that stay.
CONTRACT = {
    "sites": "slug name english kind division home verified",
    "divisions": "code name english level parent",
    "press_releases": "id key site division url listing_column title published published_precision published_day year"
    " published_from content_source issuer author editor body body_kind chars is_repost repost_of first_seen last_seen"
    " gone_at same_as version text_digest capture_id extractor",
    "release_columns": "release_id listing_column url",
    "versions": "release_id version title body text_digest captured capture_id made_by extractor",
    "events": "release_id kind at capture_id detail",
    "captures": "id site run_id url captured status content_type bytes payload_digest etag last_modified outcome"
    " warc_file warc_offset warc_length",
    "attachments": "release_id version position kind url name caption capture_id",
    "pages": "url site kind state attempts next_due last_status last_error discovered",
    "runs": "id site started finished outcome vantage listed stated_total fetched new edited gone restored not_modified"
    " walled failed",
    "findings": "run_id site expectation seen wanted",
    "releases_fts": "body title",
}

with Database(memory=True) as nothing:
    TODAYS = migrations.migrations.pending(nothing)
LAST = TODAYS[-1].name


@pytest.fixture
def archive_folder(tmp_path: Path) -> Path:
    """An archive of today's schema with one release."""
    with Archive.open(tmp_path, write=True) as archive:
        declare_site(archive.store, "beijing", "北京市公安局", "110000")
        archive.store.keep(URL, ARTICLE, archive.captures.keep(answer()))
    return tmp_path


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Migrations:
    """The steps of a later version of this program: today's and whatever a test adds."""
    steps = Migrations("police-press-archive")
    for step in TODAYS:
        steps(name=step.name)(step.fn)
    monkeypatch.setattr(migrations, "migrations", steps)
    return steps


def titles(path: Path) -> list[str | None]:
    with Archive.open(path) as archive:
        return [release.title for release in archive.releases()]


def test_every_table_and_column_of_the_contract_is_there(archive_folder: Path) -> None:
    with Archive.open(archive_folder) as archive:
        for table, columns in CONTRACT.items():
            has = {row[1] for row in archive.db.conn.execute(f"PRAGMA table_info({table})")}
            assert set(columns.split()) <= has, table


def test_the_provinces_are_those_of_gb_t_2260(archive_folder: Path) -> None:
    with Archive.open(archive_folder) as archive:
        rows = archive.db.conn.execute("SELECT code, name, english, level, parent FROM divisions").fetchall()
        assert len(rows) == 34
        assert ("110000", "北京市", "Beijing", "municipality", None) in rows
        assert ("620000", "甘肃省", "Gansu", "province", None) in rows
        assert archive.db.conn.execute("PRAGMA foreign_key_check").fetchall() == []


def test_opening_again_changes_nothing_and_copies_nothing(archive_folder: Path) -> None:
    def dump() -> list[str]:
        with Archive.open(archive_folder) as archive:
            return list(archive.db.conn.iterdump())

    before = dump()
    Archive.open(archive_folder, write=True).close()
    assert dump() == before
    assert not list(archive_folder.glob("press.db.before-*"))


def test_an_older_archive_is_brought_forward_after_a_copy_was_made(archive_folder: Path, later: Migrations) -> None:
    @later()
    def with_a_note(db: Database) -> None:
        db.conn.execute("ALTER TABLE press_releases ADD COLUMN note TEXT DEFAULT 'added'")

    with Archive.open(archive_folder, write=True) as archive:
        assert archive.db.conn.execute("SELECT title, note FROM press_releases").fetchall() == [
            (ARTICLE.title, "added")
        ]
    (copy,) = archive_folder.glob("press.db.before-*")
    assert copy.name == f"press.db.before-{LAST}-1"
    with closing(sqlite3.connect(copy)) as kept:
        assert kept.execute("SELECT title FROM press_releases").fetchall() == [(ARTICLE.title,)]
        assert "note" not in [row[1] for row in kept.execute("PRAGMA table_info(press_releases)")]
        assert kept.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    Archive.open(archive_folder, write=True).close()
    assert len(list(archive_folder.glob("press.db.before-*"))) == 1, "once is enough"


def test_a_copy_never_takes_the_place_of_another(archive_folder: Path, later: Migrations) -> None:
    (archive_folder / f"press.db.before-{LAST}-1").write_text("somebody's copy")
    later(name="more")(_add_a_table)
    Archive.open(archive_folder, write=True).close()
    assert (archive_folder / f"press.db.before-{LAST}-1").read_text() == "somebody's copy"
    assert (archive_folder / f"press.db.before-{LAST}-2").exists()


def test_a_step_that_fails_leaves_the_archive_as_it_was(archive_folder: Path, later: Migrations) -> None:
    @later()
    def half(db: Database) -> None:
        db.conn.execute("UPDATE press_releases SET title = 'half done'")
        db.conn.execute("ALTER TABLE no_such_table ADD COLUMN note TEXT")

    with pytest.raises(ArchiveError, match=r"press\.db: the archive cannot be written: no such table: no_such_table"):
        Archive.open(archive_folder, write=True)
    assert titles(archive_folder) == [ARTICLE.title]


def test_an_archive_of_the_first_schema_is_brought_forward_with_all_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "warc").mkdir()
    first = Migrations("police-press-archive")
    first()(migrations.first_schema)
    with closing(sqlite3.connect(tmp_path / "press.db")) as old:
        search.register(old)
        first.apply(Database(old, execute_plugins=False))
        seen = "2026-03-01T10:00:00+08:00"
        old.execute(
            "INSERT INTO sites (slug, name, english, kind, home)"
            " VALUES ('beijing', '北京市公安局', 'Beijing', 'police', 'https://a/')"
        )
        old.execute("INSERT INTO runs (id, site, started) VALUES (1, 'beijing', ?)", (seen,))
        old.execute(
            "INSERT INTO pages (id, key, url, site, kind, state, discovered)"
            " VALUES (7, ?, ?, 'beijing', 'article', 'fetched', ?)",
            (key(URL), URL, seen),
        )
        old.executemany(
            "INSERT INTO captures (site, run_id, url, captured, outcome) VALUES ('beijing', 1, ?, ?, 'timeout')",
            [(URL, seen), (f"{URL}#again", seen), ("https://a/other.html", seen)],
        )
        old.commit()
    with Archive.open(tmp_path, write=True) as archive:
        rows = archive.db.conn.execute
        assert rows("SELECT id, page_id FROM captures ORDER BY id").fetchall() == [(1, 7), (2, 7), (3, None)]
        assert rows("SELECT kind, proxy FROM runs").fetchall() == [("crawl", None)]
        assert rows("SELECT visited FROM pages").fetchall() == [("2026-03-01T10:00:00+08:00",)]
    assert (tmp_path / "press.db.before-first_schema-1").exists()
    with Archive.open(tmp_path) as archive:
        assert list(verify(archive, Checked())) == []


def test_an_archive_without_readings_is_read_as_it_is_and_gets_them_when_its_releases_are_read_again(
    archive_folder: Path,
) -> None:
    take_back(archive_folder, "readings")

    def known() -> Readings:
        with Archive.open(archive_folder) as archive:
            assert list(verify(archive, Checked())) == []
            return stats(archive).readings

    assert known() == Readings(0, {}, 0)
    Archive.open(archive_folder, write=True).close()
    assert known() == Readings(0, {}, 0)
    with Archive.open(archive_folder, write=True) as archive:
        capture = archive.captures.row(1)
        assert archive.store.keep(URL, ARTICLE, capture, made_by="reparse").change == "same"
    assert known() == Readings(1, {"published": 1}, 0)


def test_every_version_reads_as_before_when_texts_are_kept_once(archive_folder: Path) -> None:
    versions = "SELECT * FROM versions ORDER BY release_id, version"
    texts = (ARTICLE.body, "改过的正文。", ARTICLE.body)
    with Archive.open(archive_folder, write=True) as archive:
        for hour, body in enumerate(texts):
            capture = archive.captures.keep(answer(captured=SEEN + dt.timedelta(hours=hour), body=b"%d" % hour))
            archive.store.keep(URL, replace(ARTICLE, body=body), capture)
    take_back(archive_folder, "text_once")
    with Archive.open(archive_folder) as archive:
        before = archive.db.conn.execute(versions).fetchall()
        assert [row[:2] + row[3:4] for row in before] == [(1, 1, texts[0]), (1, 2, texts[1]), (1, 3, texts[2])]
        assert list(verify(archive, Checked())) == []
    with Archive.open(archive_folder, write=True) as archive:
        assert archive.db.conn.execute(versions).fetchall() == before
        kept = archive.db.conn.execute("SELECT body FROM kept_versions ORDER BY version").fetchall()
        assert kept == [(None,), (texts[1],), (None,)]
    with Archive.open(archive_folder) as archive:
        assert list(verify(archive, Checked())) == []


def test_an_archive_whose_making_was_cut_off_is_made_when_it_is_opened_again(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "press.db")) as half:
        Migrations("police-press-archive").ensure_migrations_table(Database(half, execute_plugins=False))
        assert half.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall() == [
            ("_sqlite_migrations",)
        ]
    Archive.open(tmp_path, write=True).close()
    assert titles(tmp_path) == []


@pytest.mark.parametrize("write", [False, True])
def test_an_older_program_stops_at_a_newer_archive(archive_folder: Path, write: bool) -> None:
    with closing(sqlite3.connect(archive_folder / "press.db")) as newer:
        newer.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('police-press-archive', 'with_places', '2027-01-01')"
        )
        newer.commit()
    before = (archive_folder / "press.db").read_bytes()
    said = (
        r"press\.db: a newer version of this program has worked on this archive \(with_places\)\. Install that version"
    )
    with pytest.raises(ArchiveError, match=said):
        Archive.open(archive_folder, write=write)
    assert (archive_folder / "press.db").read_bytes() == before
    assert not list(archive_folder.glob("press.db.before-*"))


def _add_a_table(db: Database) -> None:
    db.conn.execute("CREATE TABLE more (one TEXT)")
