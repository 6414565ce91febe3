"""A full disc, a locked or damaged database, a rotten record, a clock set back: said in words, and nothing is lost."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive import Archive, connection
from archive.lock import Lock
from crawler.cli import main
from crawler.demo.releases import load_releases
from crawler.demo.server import REXIAN, SampleProvince
from tests.conftest import Press, content

RELEASES = 30  # and three of the other site: more than one batch
AT = {"POLICE_PRESS_NOW": "2026-07-10T08:00:00+08:00"}


@pytest.fixture(scope="module")
def province() -> Iterator[SampleProvince]:
    """Each article is 100 kB of noise, so that the WARC file grows faster than the database."""
    with SampleProvince(load_releases()[:RELEASES]) as running:
        for number, path in enumerate(path for path in running.paths() if "/t20" in path):
            noise = random.Random(number).randbytes(100_000).hex()  # noqa: S311 - not for secrets
            running.replace(path, f"{running.body(path)}<!--{noise}-->")
        yield running


@pytest.fixture(scope="module")
def undisturbed(province: SampleProvince, tmp_path_factory: pytest.TempPathFactory) -> Press:
    """An archive of all of it, to be copied."""
    there = tmp_path_factory.mktemp("undisturbed")
    province.write_sites(there / "sites")
    press = Press(there / "data", there / "sites")
    assert press("crawl", **AT).returncode == 0
    return press


@pytest.fixture
def copy(undisturbed: Press, tmp_path: Path, province: SampleProvince) -> Press:
    shutil.copytree(undisturbed.archive, tmp_path / "data", ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    province.requests.clear()
    return Press(tmp_path / "data", undisturbed.sites)


def here(press: Press, *arguments: str) -> Result:
    """The command in this process: for what ends before Scrapy is imported."""
    return CliRunner(env=press.environment()).invoke(main, arguments)


def files(press: Press) -> dict[str, bytes]:
    """Every file that holds something; but for the lock, and the index of the WAL, which every reader makes anew."""
    every = {path.name: path.read_bytes() for path in press.archive.rglob("*") if path.is_file()}
    return {name: content for name, content in every.items() if content and name not in ("press.lock", "press.db-shm")}


def kept(press: Press) -> int:
    """How many captures are in an archive; none in one whose making was refused."""
    if "no archive of press releases" in here(press, "stats").stderr or not (press.archive / "press.db").exists():
        return 0
    return int(str(press.rows("SELECT count(*) FROM captures")[0][0]))


# --- A disc that is full -------------------------------------------------------------------------------------------

LIMITED = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
sys.argv[:2] = ["police-press"]
runpy.run_module("crawler", run_name="__main__", alter_sys=True)
"""


@dataclass(frozen=True)
class Limited(Press):
    """The command, no file of which may grow larger than so many bytes."""

    limit: int = 0

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-c", LIMITED, str(self.limit), *arguments]


@dataclass(frozen=True)
class Disc:
    """A small disc in memory and whatever is mounted beside it, which only `press` sees."""

    root: Path
    shell: subprocess.Popen[str]

    def tell(self, command: str) -> None:
        assert self.shell.stdin
        assert self.shell.stdout
        print(f"{command}; echo $?", file=self.shell.stdin, flush=True)
        assert self.shell.stdout.readline() == "0\n", command

    def press(self, sites: Path, archive: Path | None = None) -> Press:
        enter = ["nsenter", "--target", str(self.shell.pid), "--user", "--mount", "--preserve-credentials"]

        class OnDisc(Press):
            def command(self, *arguments: str) -> list[str]:
                return [*enter, "--", *super().command(*arguments)]

        return OnDisc(archive or self.root / "data", sites)

    def copied(self, to: Press) -> Press:
        """What stands on it, where this process can read it: SQLite takes no path through another's namespace."""
        shutil.rmtree(to.archive, ignore_errors=True)
        shutil.copytree(f"/proc/{self.shell.pid}/root{self.root}/data", to.archive)
        return to


@pytest.fixture
def disc(tmp_path: Path) -> Iterator[Disc]:
    root = tmp_path / "disc"
    root.mkdir()
    try:
        command = ["unshare", "--user", "--map-root-user", "--mount", "sh"]
        shell = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    except FileNotFoundError:
        pytest.skip("no unshare here")
    with shell:
        made = Disc(root, shell)
        try:
            made.tell(f"mount -t tmpfs -o size=16k none {root}")
        except (AssertionError, BrokenPipeError):
            pytest.skip("this user may not mount a disc in a namespace of its own")
        try:
            yield made
        finally:
            shell.terminate()


def refused(press: Press, done: subprocess.CompletedProcess[str], seen: Press, before: int) -> int:
    """A crawl ended by a full disc: said in a sentence, and what was kept is sound. How many captures are kept now."""
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    said = done.stderr.splitlines()[-1]
    assert said.startswith(f"Error: {press.archive}")
    assert "Make room on the disc, or raise the limit on the size of a file." in said
    now = kept(seen)
    assert now >= before, "nothing that was kept is gone"
    checked = here(seen, "verify")
    assert checked.output.endswith("sound\n") or (now == 0 and "this is no archive of press" in checked.output)
    return now


def test_on_a_disc_too_small_a_crawl_gets_as_far_as_there_is_room(
    disc: Disc, undisturbed: Press, tmp_path: Path, province: SampleProvince
) -> None:
    press, seen = disc.press(undisturbed.sites), Press(tmp_path / "seen", undisturbed.sites)
    captures = 0
    for kib in (150, 300, 2000):
        disc.tell(f"mount -o remount,size={kib}k {disc.root}")
        done = press("crawl", **AT)
        captures = refused(press, done, disc.copied(seen), captures)
    assert captures, "some were kept before it was full"
    disc.tell(f"mount -o remount,size=20m {disc.root}")
    assert press("crawl", **AT).returncode == 0
    assert content(disc.copied(seen)) == content(undisturbed)
    assert here(seen, "verify").exit_code == 0


def test_no_file_may_grow_large(undisturbed: Press, tmp_path: Path) -> None:
    """Where nothing may be mounted: the limit strikes first the schema, then the WARC file."""
    captures = 0
    for limit, said in ((60_000, "disk I/O error"), (1_400_000, "File too large")):
        press = Limited(tmp_path / "data", undisturbed.sites, limit)
        done = press("crawl", **AT)
        captures = refused(press, done, press, captures)
        assert said in done.stderr
    press = Press(tmp_path / "data", undisturbed.sites)
    assert press("crawl", **AT).returncode == 0
    assert content(press) == content(undisturbed)
    assert here(press, "verify").exit_code == 0


def test_no_half_export_and_no_half_backup_is_left_on_a_full_disc(disc: Disc, undisturbed: Press) -> None:
    press = disc.press(undisturbed.sites, undisturbed.archive)
    for arguments in (("export", "csv", "--out", f"{disc.root}/out.csv"), ("backup", f"{disc.root}/copy.db")):
        done = press(*arguments)
        assert done.returncode == 2
        assert f"{disc.root}/" in done.stderr
        assert "cannot be written" in done.stderr
        assert "Traceback" not in done.stderr
    disc.tell(f'test -z "$(ls -A {disc.root})"')


# --- Locked, or only to be read ------------------------------------------------------------------------------------


def test_a_program_that_writes_into_the_database_is_waited_for_and_named(
    copy: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "WAIT_SECONDS", 0.05)
    with closing(sqlite3.connect(copy.archive / "press.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        before = files(copy)
        done = here(copy, "crawl")
        assert done.exit_code == 4
        assert "press.db: the archive cannot be written: database is locked. Another program writes" in done.stderr
        assert files(copy) == before
        assert here(copy, "verify").exit_code == 0
    Archive.open(copy.archive, write=True).close()


def test_another_crawl_is_3(copy: Press) -> None:
    before = files(copy)
    with Lock(copy.archive):
        done = here(copy, "crawl")
        assert (done.exit_code, f"process {os.getpid()}" in done.stderr) == (3, True)
        assert here(copy, "stats").exit_code == 0
    assert files(copy) == before


def test_a_reader_in_the_middle_of_a_long_query_holds_no_crawl_up_and_a_damaged_wal_is_crawled_anew(
    undisturbed: Press, tmp_path: Path
) -> None:
    """While the reader is at it, all that is committed stands in the WAL only; a byte of it goes wrong in a copy."""
    press, spoilt = (Press(tmp_path / name, undisturbed.sites) for name in ("data", "spoilt"))
    Archive.open(press.archive, write=True).close()
    with closing(sqlite3.connect(press.archive / "press.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM captures").fetchone() == (0,)
        began = time.monotonic()
        assert press("crawl", **AT).returncode == 0
        assert time.monotonic() - began < connection.WAIT_SECONDS / 2, "nobody waited for the reader to end"
        assert reader.execute("SELECT count(*) FROM captures").fetchone() == (0,)
        shutil.copytree(press.archive, spoilt.archive)
    assert content(press) == content(undisturbed)
    wal = spoilt.archive / "press.db-wal"
    overwritten(wal, wal.stat().st_size // 2, NOISE)
    assert 0 < kept(spoilt) < kept(press)
    assert here(spoilt, "verify").exit_code == 0, "older, and whole"
    assert spoilt("crawl", **AT).returncode == 0
    assert content(spoilt) == content(undisturbed)
    assert here(spoilt, "verify").exit_code == 0


@pytest.mark.parametrize("part", [".", "press.db", "warc"])
def test_what_may_only_be_read_is_read_and_not_crawled_into(
    disc: Disc, copy: Press, province: SampleProvince, part: str
) -> None:
    one = copy.archive / part
    disc.tell(f"mount --bind {one} {one} && mount -o remount,ro,bind {one}")
    press, before = disc.press(copy.sites, copy.archive), files(copy)
    done = press("crawl", REXIAN, **AT)
    assert done.returncode == 4, done.stderr
    assert str(copy.archive) in done.stderr
    assert "Give this user the right to write there." in done.stderr
    assert "Traceback" not in done.stderr
    after = files(copy)
    assert {name: after[name] for name in before if name != "press.db"} == {
        name: content for name, content in before.items() if name != "press.db"
    }
    assert (after["press.db"] == before["press.db"]) or part == "warc", "the run that failed is on record"
    assert press("verify").returncode == 0


# --- A damaged database --------------------------------------------------------------------------------------------


def overwritten(database: Path, at: int, content: bytes) -> None:
    with database.open("rb+") as file:
        file.seek(at)
        file.write(content)


def page_of(table: str, content: bytes) -> Callable[[Path], None]:
    def damage(database: Path) -> None:
        with closing(sqlite3.connect(database)) as db:
            (root,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
            (size,) = db.execute("PRAGMA page_size").fetchone()
        overwritten(database, (root - 1) * size, content)

    return damage


def made_a_folder(database: Path) -> None:
    database.unlink()
    database.mkdir()


NOISE = random.Random(3).randbytes(4096)  # noqa: S311 - as above
FOUND_ON_OPENING: dict[str, Callable[[Path], None]] = {
    "half of it": lambda database: os.truncate(database, database.stat().st_size // 2),
    "a thousand bytes": lambda database: os.truncate(database, 1000),
    "no header": lambda database: overwritten(database, 0, bytes(100)),
    "noise in the header": lambda database: overwritten(database, 16, NOISE[:84]),
    "no schema steps": page_of("_sqlite_migrations", bytes(4096)),
    "a folder": made_a_folder,
    "empty": lambda database: os.truncate(database, 0),
    "text": lambda database: database.write_text("notes of somebody\n" * 400) and None,
}
FOUND_ON_READING = {
    "releases": page_of("press_releases", bytes(4096)),
    "captures": page_of("captures", NOISE),
    "pages": page_of("pages", NOISE),
    "the full-text index": page_of("releases_fts_data", bytes(4096)),
}


@pytest.mark.parametrize("damage", [*FOUND_ON_OPENING, *FOUND_ON_READING])
def test_a_damaged_database_is_named_with_what_to_do_and_left_as_it_is(
    copy: Press, tmp_path: Path, damage: str
) -> None:
    {**FOUND_ON_OPENING, **FOUND_ON_READING}[damage](copy.archive / "press.db")
    before = files(copy)
    verbs = [("verify",), ("crawl",), ("backup", f"{tmp_path}/backup.db")]
    if damage in FOUND_ON_OPENING:
        verbs += [("stats",), ("serve", "--port", "0"), ("export", "csv", "--out", f"{tmp_path}/out.csv")]
    for verb in verbs:
        done = here(copy, *verb)
        assert isinstance(done.exception, SystemExit), done.exception
        assert done.exit_code == 4, done.output
        assert "press.db" in done.output
        remedies = ("back from a backup", "Move it away", "Ask verify what is damaged", "this is no archive")
        assert any(remedy in done.output for remedy in remedies), done.output
    assert files(copy) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


def test_put_back_from_a_copy_a_database_is_crawled_on(copy: Press, undisturbed: Press) -> None:
    FOUND_ON_READING["pages"](copy.archive / "press.db")
    assert here(copy, "crawl").exit_code == 4
    shutil.copy(undisturbed.archive / "press.db", copy.archive / "press.db")
    Archive.open(copy.archive, write=True).close()
    assert content(copy) == content(undisturbed)
    assert here(copy, "verify").exit_code == 0


def test_a_wal_that_is_noise_is_no_part_of_the_database(copy: Press) -> None:
    (copy.archive / "press.db-wal").write_bytes(NOISE * 5)
    assert here(copy, "verify").exit_code == 0
    Archive.open(copy.archive, write=True).close()
    assert here(copy, "verify").exit_code == 0


# --- A record that rotted ------------------------------------------------------------------------------------------


def test_a_flipped_byte_is_named_and_the_page_is_kept_again_when_it_comes(copy: Press, tmp_path: Path) -> None:
    where = "SELECT c.id, c.url, c.warc_file, c.warc_offset, c.warc_length FROM captures AS c JOIN press_releases AS r"
    capture, url, name, offset, length = copy.rows(f"{where} ON r.capture_id = c.id WHERE r.site = ? LIMIT 1", REXIAN)[
        0
    ]
    path = copy.archive / "warc" / str(name)
    rotten = path.read_bytes()[int(str(offset)) + int(str(length)) // 2] ^ 0x10
    overwritten(path, int(str(offset)) + int(str(length)) // 2, bytes([rotten]))
    before = path.read_bytes()
    told = here(copy, "verify")
    assert told.exit_code == 4
    assert told.output.startswith(f"warc/{name}, byte {offset}, capture {capture}: no whole record")
    assert here(copy, "export", "csv", "--out", str(tmp_path / "out.csv")).exit_code == 0
    done = copy("fetch", str(url), "--site", REXIAN, **AT)
    assert done.returncode == 1
    assert f"capture: wanted a record that can be read, saw {path}: capture {capture} cannot be read" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert path.read_bytes().startswith(before), "nothing is rewritten"
    again = copy.rows("SELECT refers_to, outcome FROM captures WHERE url = ? ORDER BY id", url)
    assert again == [(None, "ok"), (None, "ok")], "a rotten record is nothing to refer to"
    assert here(copy, "verify").output.splitlines()[-1] == "1 fault"


# --- A clock that was set back -------------------------------------------------------------------------------------


def test_a_clock_set_back_is_a_finding_and_nothing_else_goes_wrong(
    copy: Press, undisturbed: Press, province: SampleProvince
) -> None:
    one, other = sorted(path for path in province.paths(site=REXIAN) if path.endswith(".html"))[:2]
    was = {path: province.body(path, site=REXIAN) for path in (one, other)}
    before = files(copy)
    province.replace(one, was[one].replace("。", "，情况已经更正。", 1), site=REXIAN)
    province.remove(other, site=REXIAN)
    last = AT["POLICE_PRESS_NOW"]
    for now in ("2026-07-07T08:00:00+08:00", "2025-07-07T08:00:00+08:00"):
        done = copy("crawl", REXIAN, POLICE_PRESS_NOW=now)
        assert done.returncode == 1
        assert f"{REXIAN}: clock: wanted a time after {last}, when the last run began, saw {now}" in done.stdout
        last = now
    assert content(copy) == content(undisturbed)
    after = files(copy)
    assert all(after[name].startswith(bytes_) for name, bytes_ in before.items() if name.endswith(".gz"))
    assert copy.rows("SELECT kind, count(*) FROM events GROUP BY kind") == [("first_seen", RELEASES + 3)]
    assert copy("crawl", REXIAN, POLICE_PRESS_NOW="2026-07-11T08:00:00+08:00").returncode == 0
    assert copy.rows("SELECT kind, count(*) FROM events GROUP BY kind") == [("edited", 1), ("first_seen", RELEASES + 3)]
    assert copy.rows("SELECT count(*) FROM press_releases WHERE gone_at IS NOT NULL") == [(0,)]
    assert here(copy, "verify").exit_code == 0
    for path, body in was.items():
        province.replace(path, body, site=REXIAN)
