"""An archive folder: batches that are kept whole or not at all, and folders that cannot be opened."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sample_release import ARTICLE, SEEN, answer, declare_site

from archive import Archive, ArchiveError, ArchiveInUseError, connection, folder
from archive.lock import Lock

WARC = "warc/beijing/beijing-20260302-00000.warc.gz"


def keep(archive: Archive, number: int) -> None:
    """Keep one page, as a crawl does."""
    url = f"https://press.example/a/t{number}.html"
    with archive.page_kept():
        capture = archive.captures.keep(answer(url, f"<p>第{number}号通报</p>".encode()))
        archive.store.keep(url, ARTICLE, capture)


def committed(path: Path) -> int:
    """How many releases another reader sees now; each with its capture readable."""
    with Archive.open(path) as archive:
        captures = archive.db.conn.execute("SELECT capture_id FROM press_releases").fetchall()
        assert all(archive.captures.payload(capture_id) for (capture_id,) in captures)
        return len(captures)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Archive]:
    """An archive open to write, its site declared and committed; whether it broke is the test's business."""
    archive = Archive.open(tmp_path, write=True)
    declare_site(archive.store, "beijing", "北京市公安局", "110000")
    archive.commit()
    yield archive
    archive.close()


def test_a_batch_is_committed_after_twenty_pages(writer: Archive) -> None:
    for number in range(1, 46):
        keep(writer, number)
        assert committed(writer.folder) == number // 20 * 20
    writer.commit()
    assert committed(writer.folder) == 45


def test_a_batch_is_committed_when_it_is_old(writer: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(writer, 1)
    writer.commit_if_due()
    assert committed(writer.folder) == 0
    monkeypatch.setattr(folder, "BATCH_SECONDS", 0.0)
    writer.commit_if_due()
    assert committed(writer.folder) == 1


def test_what_is_left_of_a_batch_is_committed_at_the_end(tmp_path: Path) -> None:
    with Archive.open(tmp_path, write=True) as archive:
        declare_site(archive.store, "beijing", "北京市公安局", "110000")
        keep(archive, 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["press.db", "press.lock", "warc"], "no WAL left behind"
    assert committed(tmp_path) == 1


def test_a_page_that_goes_wrong_is_not_kept_by_half(writer: Archive) -> None:
    keep(writer, 1)
    with pytest.raises(ValueError, match="not an http or https address"), writer.page_kept():
        writer.store.keep(
            "no address", ARTICLE, writer.captures.keep(answer("https://press.example/half.html", b"half"))
        )
    assert writer.broken is None
    keep(writer, 2)
    writer.commit()
    assert committed(writer.folder) == 2
    assert writer.db.conn.execute("SELECT count(*) FROM captures").fetchone() == (2,)


KILLED = """
import os, pathlib, signal, sys
sys.path.insert(0, sys.argv[1])
from sample_release import declare_site
from test_folder import keep
from archive import Archive
archive = Archive.open(sys.argv[2], write=True)
declare_site(archive.store, "beijing", "北京市公安局", "110000")
for number in range(int(sys.argv[3])):
    keep(archive, number)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(("pages", "kept"), [(0, 0), (19, 0), (20, 20), (33, 20)])
def test_killed_before_a_commit_nothing_of_the_batch_is_there(tmp_path: Path, pages: int, kept: int) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(tmp_path), str(pages)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert committed(tmp_path) == kept
    with (tmp_path / f"{WARC}.open").open("ab") if pages else (tmp_path / "NOTES").open("ab") as file:
        file.write(b"\x1f\x8b half a record")
    with Archive.open(tmp_path, write=True) as archive:
        assert archive.repaired == (
            [f"{Path(WARC).name}.open: 16 bytes of an unfinished record cut off"] if pages else []
        )
        declare_site(archive.store, "beijing", "北京市公安局", "110000")
        for number in range(40):
            keep(archive, number)
    assert committed(tmp_path) == 40


def test_a_disc_that_is_full_breaks_the_archive_and_leaves_what_was_kept(tmp_path: Path) -> None:
    with Archive.open(tmp_path, write=True) as archive:
        declare_site(archive.store, "beijing", "北京市公安局", "110000")
        keep(archive, 1)
    archive = Archive.open(tmp_path, write=True)
    later = replace(answer(body=b"new"), captured=SEEN.replace(day=4))
    Path(tmp_path / "warc/beijing/beijing-20260304-00000.warc.gz.open").symlink_to("/dev/full")
    said = r"the archive cannot be written: \[Errno 28\] No space left on device\. Make room .+ safe; run again"
    with pytest.raises(ArchiveError, match=said), archive.page_kept():
        archive.captures.keep(later)
    assert archive.broken
    with pytest.raises(ArchiveError, match=said):
        keep(archive, 2)
    with pytest.raises(ArchiveError, match=said):
        archive.commit()
    archive.close()
    assert committed(tmp_path) == 1
    with Archive.open(tmp_path, write=True) as archive:
        keep(archive, 2)
    assert committed(tmp_path) == 2


def test_a_database_that_can_grow_no_more_breaks_the_archive(writer: Archive) -> None:
    keep(writer, 1)
    writer.commit()
    (pages,) = writer.db.conn.execute("PRAGMA page_count").fetchone()
    writer.db.conn.execute("COMMIT")
    writer.db.conn.execute(f"PRAGMA max_page_count = {pages}")
    writer.db.conn.execute("BEGIN")
    with pytest.raises(ArchiveError, match="the archive cannot be written: database or disk is full"):
        deque(keep(writer, number) for number in range(2, 200))
    assert writer.broken
    assert committed(writer.folder) >= 1


def test_a_folder_where_no_warc_file_can_be_made(writer: Archive) -> None:
    (writer.folder / "warc/beijing").write_text("not a folder")
    with pytest.raises(ArchiveError, match=r"the archive cannot be written: .*File exists"):
        keep(writer, 1)
    (writer.folder / "warc/beijing").unlink()
    with pytest.raises(ArchiveError, match="File exists"):
        keep(writer, 1)


def test_a_missing_archive_is_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"nowhere: there is no archive here \(press\.db is missing\)"):
        Archive.open(tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []


def test_a_reader_changes_nothing(tmp_path: Path) -> None:
    with Archive.open(tmp_path, write=True) as archive:
        declare_site(archive.store, "beijing", "北京市公安局", "110000")
    with Archive.open(tmp_path) as archive, pytest.raises(sqlite3.OperationalError, match="readonly"):
        archive.db.conn.execute("DELETE FROM sites")


def test_a_reader_works_beside_a_writer(writer: Archive) -> None:
    keep(writer, 1)
    with Archive.open(writer.folder) as reader:
        assert list(reader.releases()) == []
        writer.commit()
        assert [release.title for release in reader.releases()] == [ARTICLE.title]


@pytest.mark.parametrize("write", [False, True])
@pytest.mark.parametrize(
    "content", [b"This is no database, and nobody's to overwrite.\n" * 99, b"SQLite format 3\0" + b"\xff" * 4096]
)
def test_a_damaged_database_is_named_and_left_as_it_is(tmp_path: Path, content: bytes, write: bool) -> None:
    database = tmp_path / "press.db"
    database.write_bytes(content)
    with pytest.raises(ArchiveError, match=r"press\.db: cannot be opened as an archive: .+"):
        Archive.open(tmp_path, write=write)
    assert database.read_bytes() == content
    with Lock(tmp_path):
        pass


@pytest.mark.parametrize("write", [False, True])
def test_a_folder_in_the_database_s_place(tmp_path: Path, write: bool) -> None:
    (tmp_path / "press.db").mkdir()
    with pytest.raises(ArchiveError, match=r"press\.db: cannot be opened as an archive: .+"):
        Archive.open(tmp_path, write=write)
    with Lock(tmp_path):
        pass


@pytest.mark.parametrize("sql", ["", "CREATE TABLE notes (text TEXT)"])
def test_a_database_that_is_no_archive_is_not_read_as_an_empty_one(tmp_path: Path, sql: str) -> None:
    with closing(sqlite3.connect(tmp_path / "press.db")) as other:
        other.executescript(sql)
    with pytest.raises(ArchiveError, match=r"press\.db: this is no archive of press releases"):
        Archive.open(tmp_path)


def test_a_database_without_its_last_half_is_named(tmp_path: Path) -> None:
    with Archive.open(tmp_path, write=True) as archive:
        declare_site(archive.store, "beijing", "北京市公安局", "110000")
    database = tmp_path / "press.db"
    os.truncate(database, database.stat().st_size // 2)
    for write in (False, True):
        with pytest.raises(ArchiveError, match=r"press\.db: .*database disk image is malformed"):
            Archive.open(tmp_path, write=write)


def test_another_program_that_writes_for_long_is_waited_for_and_then_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "WAIT_SECONDS", 0.05)
    Archive.open(tmp_path, write=True).close()
    with closing(sqlite3.connect(tmp_path / "press.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ArchiveError, match=r"press\.db: the archive cannot be written: database is locked"):
            Archive.open(tmp_path, write=True)
    Archive.open(tmp_path, write=True).close()


def test_a_writer_holds_the_lock_until_it_is_closed(writer: Archive) -> None:
    with pytest.raises(ArchiveInUseError, match=f"process {os.getpid()} on"):
        Archive.open(writer.folder, write=True)


def test_a_lock_already_taken_is_used(tmp_path: Path) -> None:
    with Archive.open(tmp_path, write=True, lock=Lock(tmp_path)), pytest.raises(ArchiveInUseError):
        Lock(tmp_path)
    with Lock(tmp_path) as free:
        assert free, "closing the archive gave the lock free"


def test_an_archive_can_be_moved(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "old", write=True) as archive:
        declare_site(archive.store, "beijing", "北京市公安局", "110000")
        keep(archive, 1)
    shutil.move(tmp_path / "old", tmp_path / "new")
    assert committed(tmp_path / "new") == 1


def test_which_folder_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POLICE_PRESS_ARCHIVE", raising=False)
    assert folder.archive_folder() == Path("data")
    monkeypatch.setenv("POLICE_PRESS_ARCHIVE", "/srv/press")
    assert folder.archive_folder() == Path("/srv/press")
    assert folder.archive_folder("here") == Path("here")
