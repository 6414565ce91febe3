"""Merging below the command: WARC files put together, sites that belong together, and tables that are not forgotten."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from sample_release import SEEN, URL, answer, declare_site
from warcio.archiveiterator import ArchiveIterator

from archive import Archive, ArchiveError, comparing, merging
from archive.folder import DATABASE
from archive.other import OtherArchive
from archive.removals_added import add
from archive.removals_file import Removal, RemovalsError, read
from archive.uniting import United, Uniting

SITE = "beijing"
_numbers = count()


def written(folder: Path, *bodies: bytes) -> Path:
    """An archive with a capture of each body, written in one go; opened again where it is there already."""
    with Archive.open(folder, write=True) as archive:
        declare_site(archive.store, SITE, "北京市公安局", "110000")
        for body in bodies:
            archive.captures.keep(answer(body=body))
    return folder


def bodies(folder: Path) -> list[bytes]:
    """The bodies in the WARC files of a folder, with repetitions."""
    found = []
    for path in sorted(folder.glob("*/*.warc.gz")):
        with path.open("rb") as file:
            found += [one.content_stream().read() for one in ArchiveIterator(file) if one.rec_type == "response"]
    return found


def united(ours: Path, theirs: Path) -> United:
    uniting = Uniting(ours / "warc", theirs / "warc", ours / f"stage{next(_numbers)}", SITE)
    uniting.move_in()
    return uniting.united


def name(number: int) -> str:
    return f"{SITE}/{SITE}-20260302-{number:05}.warc.gz"


def test_a_file_of_another_archive_gets_the_next_free_number_and_comes_once(tmp_path: Path) -> None:
    ours, theirs = written(tmp_path / "ours", b"1"), written(tmp_path / "theirs", b"2")
    first = united(ours, theirs)
    assert (first.names, first.staged, first.parted) == ({name(0): name(1)}, [name(1)], [])
    assert (ours / "warc" / name(1)).read_bytes() == (theirs / "warc" / name(0)).read_bytes()
    again = united(ours, theirs)
    assert (again.names, again.staged, again.parted) == ({name(0): name(1)}, [], [])


def test_a_file_that_has_grown_takes_the_place_of_what_it_was(tmp_path: Path) -> None:
    theirs = written(tmp_path / "theirs", b"1")
    ours = tmp_path / "ours"
    shutil.copytree(theirs, ours)
    written(theirs, b"2")
    grown = united(ours, theirs)
    assert (grown.names, grown.staged, grown.parted) == ({name(0): name(0)}, [name(0)], [])
    assert bodies(ours / "warc") == [b"1", b"2"]
    assert united(theirs, ours).staged == []
    written(ours, b"3")
    assert united(ours, theirs).names == {name(0): name(0)}
    assert bodies(ours / "warc") == [b"1", b"2", b"3"]


def test_of_a_file_that_went_on_in_two_copies_only_new_records_come(tmp_path: Path) -> None:
    ours, theirs = written(tmp_path / "ours", b"1"), tmp_path / "theirs"
    shutil.copytree(ours, theirs)
    written(ours, b"2")
    written(theirs, b"3")
    assert united(ours, theirs).parted == [name(0)]
    assert bodies(ours / "warc") == [b"1", b"2", b"3"]
    assert united(ours, theirs).staged == []
    written(theirs, b"4")
    united(ours, theirs)
    assert bodies(ours / "warc") == [b"1", b"2", b"3", b"4"]
    assert united(theirs, ours).staged == [name(1)]
    assert sorted(bodies(theirs / "warc")) == [b"1", b"2", b"3", b"4"]


def test_a_damaged_file_is_named_and_nothing_moves(tmp_path: Path) -> None:
    ours, theirs = written(tmp_path / "ours", b"1"), written(tmp_path / "theirs", b"2")
    path = theirs / "warc" / name(0)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ArchiveError, match=r"theirs.*damaged at byte"):
        united(ours, theirs)
    assert bodies(ours / "warc") == [b"1"]


def test_every_table_that_has_rows_of_a_site_is_taken_over(empty_archive: Path) -> None:
    aside = {"sites", "divisions", "removals", "releases_unindexed", "_sqlite_migrations", "sqlite_sequence"}
    with Archive.open(empty_archive) as archive:
        tables = {table for table in archive.db.table_names() if not table.startswith("releases_fts")}
        assert tables - aside == set(merging.ROWS)
        for table in merging.ROWS:
            parents = {key.other_table for key in archive.db.table(table).foreign_keys} - aside - {table}
            before = list(merging.ROWS)[: list(merging.ROWS).index(table)]
            assert parents <= set(before), table


@contextmanager
def beside(ours: Path, theirs: Path) -> Iterator[Archive]:
    with (
        OtherArchive(theirs) as other,
        Archive.open(ours, write=True) as archive,
        merging.attached(archive, "theirs", other.database),
    ):
        yield archive


@pytest.fixture
def two(tmp_path: Path, empty_archive: Path) -> tuple[Path, Path]:
    """Two archives that know the same two sites, and nothing more."""
    shutil.copytree(empty_archive, tmp_path / "other")
    return empty_archive, tmp_path / "other"


def test_sites_belong_together_where_both_archives_have_the_same_release(
    two: tuple[Path, Path], keep_release: Callable[..., str]
) -> None:
    ours, theirs = two
    for folder, site, path in ((ours, "gansu", "1.html"), (theirs, "beijing", "2.html")):
        with Archive.open(folder, write=True) as archive:
            keep_release(archive, path, site)
    with beside(ours, theirs) as archive:
        assert comparing.groups(archive) == [["beijing"], ["gansu"]]
        assert comparing.has_more(archive, "theirs", "main", ["beijing"])
        assert not comparing.has_more(archive, "theirs", "main", ["gansu"])
        assert comparing.has_more(archive, "main", "theirs", ["gansu"])
    with Archive.open(theirs, write=True) as archive:
        keep_release(archive, "1.html", "beijing")
    with beside(ours, theirs) as archive:
        assert comparing.groups(archive) == [["beijing", "gansu"]]


def test_rows_that_would_refer_to_nothing_are_not_taken(
    two: tuple[Path, Path], keep_release: Callable[..., str]
) -> None:
    ours, theirs = two
    with Archive.open(theirs, write=True) as archive:
        keep_release(archive, "1.html")
        archive.db.conn.execute("PRAGMA defer_foreign_keys = ON")
        archive.db.conn.execute("UPDATE captures SET site = 'gansu'")
    before = (ours / DATABASE).read_bytes()
    with pytest.raises(ArchiveError, match="would refer to no row of captures"), beside(ours, theirs) as archive:
        merging.take(archive, "theirs", ["beijing"], {})
    with Archive.open(ours) as archive:
        assert list(archive.releases()) == []
    assert len((ours / DATABASE).read_bytes()) == len(before)


def test_a_person_s_word_given_in_one_archive_is_more_than_the_other_has(two: tuple[Path, Path]) -> None:
    ours, theirs = two
    with Archive.open(theirs, write=True) as archive:
        archive.confirm_gone("gansu", SEEN)
    with beside(ours, theirs) as archive:
        assert comparing.has_more(archive, "theirs", "main", ["gansu"])
        assert not comparing.has_more(archive, "main", "theirs", ["gansu"])
        assert not comparing.has_more(archive, "theirs", "main", ["beijing"])


REMOVAL = Removal("nbaa5c22i5pi", "2026-03-02", 'Er schreibt: "bitte"\\ \n\x7f weg 请')


def test_removals_come_behind_what_a_person_wrote(tmp_path: Path) -> None:
    path, other = tmp_path / "removals.toml", Path('other \\ "archive"')
    by_hand = '# ours\n[[removal]]\nkey = "fi4pg5axthj6"\ndate = 2026-03-01\nreason = "x" # sic'
    path.write_text(by_hand, "utf-8")
    assert add(tmp_path, [REMOVAL, replace(REMOVAL, key="fi4pg5axthj6")], other) == [REMOVAL.key]
    assert path.read_text("utf-8").startswith(by_hand + "\n")
    assert read(tmp_path)[1] == REMOVAL
    assert add(tmp_path, [REMOVAL], other) == []
    assert sorted(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("text", ['removal = [{ key = "fi4pg5axthj6", date = 2026-03-01, reason = "x" }]\n'])
def test_removals_that_cannot_follow_are_for_a_person(tmp_path: Path, text: str) -> None:
    path = tmp_path / "removals.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(RemovalsError, match=f"by hand: {REMOVAL.key}"):
        add(tmp_path, [REMOVAL], Path("other"))
    assert path.read_text("utf-8") == text
    assert tomllib.loads(text)


def test_nothing_is_written_beside_another_archive(tmp_path: Path) -> None:
    folder = written(tmp_path / "other", b"1")
    (folder / "press.lock").unlink()
    before = {path.name for path in folder.iterdir()}
    with OtherArchive(folder), pytest.raises(Exception, match="another run holds this archive"):
        Archive.open(folder, write=True)
    assert {path.name for path in folder.iterdir()} == before | {"press.lock"}
    with Archive.open(folder, write=True) as archive:
        assert archive.captures.shown(URL)


def test_what_is_no_archive_is_said(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"press\.db is missing"):
        OtherArchive(tmp_path)
    (tmp_path / DATABASE).write_text("no database")
    with pytest.raises(ArchiveError, match="cannot be opened as an archive"):
        OtherArchive(tmp_path)
