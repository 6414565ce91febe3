"""`backup`: a copy made while a writer commits is whole, opens, and goes on; a wrong path leaves nothing behind."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from test_folder import keep
from test_verify import faults

from archive import Archive, ArchiveError
from archive.backup import backup
from archive.cli import cli

ONCE = {"POLICE_PRESS_NOW": "2026-03-02T10:00:00+08:00"}


def run(folder: Path, path: Path | str) -> Result:
    return CliRunner(env=ONCE).invoke(cli, ["--archive", str(folder), "backup", str(path)])


def rows(database: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as db:
        return db.execute(sql).fetchall()


RELEASES = "SELECT key, title, body, version, text_digest, capture_id FROM press_releases ORDER BY key"


def test_a_backup_holds_the_same_rows_and_says_how_many(small_archive: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    result = run(small_archive, copy)
    assert result.exit_code == 0
    size = copy.stat().st_size
    said = f"{copy}: {size} bytes, 5 press_releases, 5 versions, 5 events, 5 captures; checked\n"
    assert result.stdout == said
    for sql in (RELEASES, "SELECT * FROM readings ORDER BY release_id"):
        assert len(found := rows(copy, sql)) == 5
        assert found == rows(small_archive / "press.db", sql)
    assert rows(copy, "PRAGMA journal_mode") == [("wal",)]
    assert [path.name for path in tmp_path.iterdir()] == ["copy.db"]


def test_into_a_folder_under_its_date_and_time_and_never_over_another(small_archive: Path, tmp_path: Path) -> None:
    for _ in range(3):
        assert run(small_archive, tmp_path).exit_code == 0
    names = ["press-20260302T100000-2.db", "press-20260302T100000-3.db", "press-20260302T100000.db"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names


def test_a_path_of_this_folder(small_archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for path in ("file:copy.db?mode=memory", ".", "通报.db"):
        assert run(small_archive.absolute(), path).exit_code == 0
    names = ["file:copy.db?mode=memory", "press-20260302T100000.db", "通报.db"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert all(rows(path.absolute(), "SELECT count(*) FROM press_releases") == [(5,)] for path in tmp_path.iterdir())


def test_a_backup_is_an_archive_that_goes_on(small_archive: Path, tmp_path: Path, keep_release) -> None:
    restored = tmp_path / "restored"
    shutil.copytree(small_archive / "warc", restored / "warc")
    assert run(small_archive, restored / "press.db").exit_code == 0
    assert faults(restored) == []
    with Archive.open(restored, write=True) as archive:
        keep_release(archive, "a/1.html")
        keep_release(archive, "new.html", title="新增通报")
    with Archive.open(restored) as archive:
        assert [release.url for release in archive.releases(search="新增")] == ["https://press.example/new.html"]
        assert len(list(archive.releases())) == 6
    assert faults(restored) == []


WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
from sample_release import declare_site
from test_folder import keep
from archive import Archive
with Archive.open(sys.argv[2], write=True) as archive:
    declare_site(archive.store, "beijing", "北京市公安局", "110000")
    for number in range(100_000):
        keep(archive, number)
        if number == 200:
            print("under way", flush=True)
"""


@pytest.fixture
def growing(tmp_path: Path) -> Iterator[Path]:
    """An archive that another process writes into all the while."""
    folder = tmp_path / "data"
    command = [sys.executable, "-c", WRITER, str(Path(__file__).parent), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writing:
        assert writing.stdout
        assert writing.stdout.readline() == "under way\n"
        yield folder
        assert writing.poll() is None, "the writer was not disturbed"
        writing.kill()


def test_while_a_writer_commits(growing: Path, tmp_path: Path) -> None:
    counts = []
    for number in range(3):
        restored = tmp_path / f"restored-{number}"
        restored.mkdir()
        with Archive.open(growing) as archive:
            written = backup(archive, restored / "press.db")
        shutil.copytree(growing / "warc", restored / "warc")
        counts.append(written.rows["press_releases"])
        assert counts[-1] % 20 == 0, "only what was committed"
        assert faults(restored) == []
        with Archive.open(restored, write=True) as archive:
            keep(archive, 200_000)
            keep(archive, 3)
        with Archive.open(restored) as archive:
            assert len(list(archive.releases())) == counts[-1] + 1
    assert faults(restored) == []
    assert counts == sorted(set(counts)), "the archive grew from one to the next"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("there.db", "there.db cannot be written: it is there already, and a backup overwrites nothing."),
        ("dangling", "dangling cannot be written: it is there already"),
        ("no/such/folder.db", "no/such/folder.db cannot be written: No such file or directory."),
        ("there.db/below.db", "there.db/below.db cannot be written: Not a directory."),
        ("/dev/null", "/dev/null cannot be written: it is there already"),
        ("/proc/press.db", "/proc/press.db cannot be written: "),
        ("x" * 300, "cannot be written: File name too long."),
    ],
)
def test_a_path_that_cannot_be_written_is_2_and_leaves_nothing(
    small_archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.db").write_bytes(b"another one's")
    (tmp_path / "dangling").symlink_to("nowhere")
    result = run(small_archive, path)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert sorted(one.name for one in tmp_path.iterdir()) == ["dangling", "there.db"]
    assert (tmp_path / "there.db").read_bytes() == b"another one's"


def test_a_disc_that_is_full_is_2_and_leaves_nothing(small_archive: Path, tmp_path: Path) -> None:
    """A limit on the size of a file stands for the full disc: SQLite is refused in the middle of its copy."""
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000));"
        "from archive.cli import cli; cli()"
    )
    arguments = ["--archive", str(small_archive), "backup", str(tmp_path / "copy.db")]
    ended = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    assert ended.returncode == 2, ended.stderr
    assert "copy.db cannot be written: " in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_archive_is_not_backed_up(small_archive: Path, tmp_path: Path) -> None:
    damaged = spoilt_root_page(small_archive, tmp_path, "kept_versions", bytes(8))
    with Archive.open(damaged) as archive, pytest.raises(ArchiveError, match=r"malformed\. Ask verify what is damaged"):
        backup(archive, tmp_path / "copy.db")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    assert run(damaged, tmp_path / "copy.db").exit_code == 4


def test_a_copy_that_is_not_whole_is_not_kept(small_archive: Path, tmp_path: Path) -> None:
    """An index that says it has four cells for five rows is copied as it is, so only the check finds it."""
    damaged = spoilt_root_page(small_archive, tmp_path, "captures_run", b"\x0a\0\0\0\x04")
    said = r"the copy is not whole \(row 5 missing from index captures_run\)\. Ask verify what is damaged"
    with Archive.open(damaged) as archive, pytest.raises(ArchiveError, match=said):
        backup(archive, tmp_path / "copy.db")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def spoilt_root_page(archive: Path, folder: Path, table: str, content: bytes) -> Path:
    """A copy of an archive in which the first page of a table or an index begins with other bytes."""
    copy = folder / "data"
    shutil.copytree(archive, copy)
    ((root,),) = rows(copy / "press.db", f"SELECT rootpage FROM sqlite_master WHERE name = '{table}'")  # noqa: S608 - our own
    ((size,),) = rows(copy / "press.db", "PRAGMA page_size")
    with (copy / "press.db").open("rb+") as file:
        file.seek((root - 1) * size)
        file.write(content)
    return copy


def test_no_archive_is_4(tmp_path: Path) -> None:
    result = run(tmp_path / "nowhere", tmp_path / "copy.db")
    assert result.exit_code == 4
    assert list(tmp_path.iterdir()) == []
