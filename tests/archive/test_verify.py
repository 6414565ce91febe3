"""`verify`: a sound archive is clean, also beside a crawl and after a kill; each kind of damage is named."""

from __future__ import annotations

import contextlib
import gzip
import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sample_release import ARTICLE, SEEN, answer, declare_site, unanswered

from archive import Archive, ArchiveError, search, warc
from archive.cli import cli
from archive.faults import Checked, Fault
from archive.verify import verify

WARC = "warc/beijing/beijing-20260302-00000.warc.gz"
LATER = "warc/beijing/beijing-20260304-00000.warc.gz"
CHANCE = random.Random(7)  # noqa: S311 - where bytes are flipped


def page(number: int) -> str:
    return f"https://press.example/a/t{number}.html"


def keep(archive: Archive, number: int, *, day: int = 2, text: str = "通报") -> None:
    with archive.page_kept():
        seen = replace(answer(page(number), f"<p>第{number}号{text}</p>".encode()), captured=SEEN.replace(day=day))
        body = f"第{number}号{text}：{ARTICLE.body}"
        archive.store.keep(page(number), replace(ARTICLE, body=body), archive.captures.keep(seen))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty releases in a WARC file of one day; of another day an edit, a page unchanged, and an attempt in vain."""
    folder = tmp_path_factory.mktemp("made") / "data"
    with Archive.open(folder, write=True) as archive:
        declare_site(archive.store, "beijing", "北京市公安局", "110000")
        for number in range(20):
            keep(archive, number)
        keep(archive, 1, day=4, text="更正通报")
        keep(archive, 2, day=4)
        unanswered(archive, page(90), SEEN.replace(day=4), "timeout", "no answer in 30 s")
    return folder


@pytest.fixture
def sound(made: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    shutil.copytree(made, tmp_path / "data")
    return tmp_path / "data"


def faults(folder: Path, checked: Checked | None = None) -> list[Fault]:
    with Archive.open(folder) as archive:
        return list(verify(archive, checked or Checked()))


def lines(folder: Path) -> list[str]:
    return [str(fault) for fault in faults(folder)]


def change(folder: Path, sql: str, *values: object) -> None:
    """Do to press.db what nobody should; the search index is left to the triggers, foreign keys are off."""
    with closing(sqlite3.connect(folder / "press.db", isolation_level=None)) as db:
        search.register(db)
        assert db.execute(sql, values).rowcount or sql.startswith(("DROP", "INSERT")), "nothing was changed"


def places(folder: Path, name: str = WARC) -> list[tuple[int, int, int]]:
    """Capture, offset and length of each row of a file, in its order."""
    with Archive.open(folder) as archive:
        sql = "SELECT id, warc_offset, warc_length FROM captures WHERE warc_file = ? ORDER BY warc_offset"
        return archive.db.conn.execute(sql, (name.removeprefix("warc/"),)).fetchall()


def members(path: Path) -> list[tuple[int, int]]:
    with path.open("rb") as file:
        return list(warc.whole_records(file))


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--archive", str(folder), "verify", *arguments])


def test_a_sound_archive_is_clean_and_says_how_much_was_looked_at(sound: Path) -> None:
    checked = Checked()
    assert faults(sound, checked) == []
    size = sum(path.stat().st_size for path in sound.glob("warc/*/*"))
    records = 2 + 2 * 22 + 1
    expected = Checked(2, records, size, captures=22, releases=20, versions=21, events=21, unspoken=0, unfinished=0)
    assert checked == expected
    result = run(sound)
    assert result.exit_code == 0
    assert result.stdout.endswith("SQLite, references, full-text index\nsound\n")
    assert f"records {records}, bytes {size:,}, captures 22;" in result.stdout


def test_nothing_is_left_in_the_folder_nor_changed(sound: Path) -> None:
    before = {path: path.read_bytes() for path in sound.rglob("*") if path.is_file()}
    assert faults(sound) == []
    after = {path: path.read_bytes() for path in sound.rglob("*") if path.is_file()}
    assert {path: content for path, content in after.items() if not path.name.endswith(("-wal", "-shm"))} == before
    assert all(content == b"" for path, content in after.items() if path.name.endswith("-wal"))


def test_a_fault_is_one_line_and_one_json_object_and_exit_code_4(sound: Path) -> None:
    capture, offset, length = places(sound)[4]
    spoil(sound / WARC, offset + length // 2)
    result = run(sound)
    assert result.exit_code == 4
    assert result.stdout.splitlines()[0] == (
        f"{WARC}, byte {offset}, capture {capture}: no whole record of {length} bytes stands here."
        " Put this file back from a copy; if it is the right one, press.db from a backup."
    )
    assert result.stdout.splitlines()[-1] == "1 fault"
    found = json.loads((result := run(sound, "--json")).stdout)
    assert result.exit_code == 4
    assert found["sound"] is False
    assert [(one["file"], one["byte"], one["capture"]) for one in found["faults"]] == [(WARC, offset, capture)]
    assert found["checked"]["captures"] == 22


def test_sound_as_json(sound: Path) -> None:
    result = run(sound, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["sound"] is True
    assert json.loads(result.stdout)["faults"] == []


def spoil(path: Path, at: int, mask: int = 0x5A) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= mask
    path.write_bytes(content)


def unpacked(member: bytes) -> bytes | None:
    with contextlib.suppress(OSError, EOFError, zlib.error):
        return gzip.decompress(member)
    return None


def test_a_flipped_byte_anywhere_is_named_at_the_record_it_is_in(sound: Path) -> None:
    """Only some pass, which stand under no checksum and carry nothing: in a gzip header, or filling a last byte."""
    path = sound / WARC
    whole, of_rows = path.read_bytes(), {offset: capture for capture, offset, _ in places(sound)}
    records = members(path)
    named = 0
    for at in sorted(CHANCE.sample(range(len(whole)), 150)):
        start, end = next((start, end) for start, end in records if at < end)
        spoil(path, at, CHANCE.choice([1 << CHANCE.randrange(8), CHANCE.randrange(1, 256)]))
        if found := faults(sound):
            assert [(fault.file, fault.byte, fault.capture) for fault in found] == [(WARC, start, of_rows.get(start))]
            named += 1
        else:
            assert unpacked(path.read_bytes()[start:end]) == unpacked(whole[start:end]) is not None
        path.write_bytes(whole)
    assert named >= 135


# Time, flags of the packer and its system (RFC 1952).
CARRY_NOTHING = range(4, 10)


@pytest.mark.parametrize("at", CARRY_NOTHING)
def test_a_flipped_byte_that_carries_nothing_loses_nothing(sound: Path, at: int) -> None:
    capture, offset, _ = places(sound)[3]
    spoil(sound / WARC, offset + at)
    assert faults(sound) == []
    with Archive.open(sound) as archive:
        assert archive.captures.payload(capture) == "<p>第3号通报</p>".encode()


def test_damage_in_two_places_is_named_twice(sound: Path) -> None:
    rows = places(sound)
    for capture, offset, length in (rows[3], rows[11]):
        spoil(sound / WARC, offset + length // 2)
        assert any(fault.capture == capture for fault in faults(sound))
    checked = Checked()
    assert [fault.capture for fault in faults(sound, checked)] == [rows[3][0], rows[11][0]]
    assert checked.captures == 22


def test_a_cut_file_is_named_from_where_it_is_cut(sound: Path) -> None:
    path, rows = sound / WARC, places(sound)
    whole, ends = path.read_bytes(), [end for _, end in members(path)]
    for cut in [0, 1, rows[7][1], rows[7][1] + 5, len(whole) - 1, *CHANCE.sample(range(len(whole)), 20)]:
        path.write_bytes(whole[:cut])
        lost = {capture for capture, offset, length in rows if offset + length > cut}
        found = faults(sound)
        assert {fault.capture for fault in found} - {None} == lost
        if cut and cut not in ends:
            assert min(fault.byte for fault in found) == max([0, *(end for end in ends if end <= cut)])


def test_a_missing_file_is_one_fault(sound: Path) -> None:
    (sound / WARC).unlink()
    checked = Checked()
    assert [str(fault) for fault in faults(sound, checked)] == [
        f"{WARC}: is missing, and rows speak of 20 captures in it. Put this file back from a copy."
    ]
    assert checked.captures == 22


def test_a_file_that_cannot_be_read_is_one_fault_and_the_others_are_read(sound: Path) -> None:
    (sound / WARC).unlink()
    (sound / WARC).mkdir()
    checked = Checked()
    assert [str(fault) for fault in faults(sound, checked)] == [
        f"{WARC}: cannot be read (Is a directory), and rows speak of 20 captures in it. Put this file back from a copy."
    ]
    assert checked.captures == 22


def test_a_whole_warc_folder_missing(sound: Path) -> None:
    shutil.rmtree(sound / "warc")
    assert [fault.file for fault in faults(sound)] == [WARC, LATER]


def test_swapped_records_are_named(sound: Path) -> None:
    (first, at_first, of_first), (second, at_second, of_second), *_ = places(sound)
    change(sound, "UPDATE captures SET warc_offset = ?, warc_length = ? WHERE id = ?", at_second, of_second, first)
    change(sound, "UPDATE captures SET warc_offset = ?, warc_length = ? WHERE id = ?", at_first, of_first, second)
    found = lines(sound)
    for capture, is_of, row_of in ((first, 1, 0), (second, 0, 1)):
        told = [line for line in found if f"capture {capture}:" in line]
        assert any(f"the record is of {page(is_of)}, and its row of {page(row_of)}." in line for line in told)
        assert any("the body's digest is sha256:" in line for line in told)


def test_a_record_in_another_one_s_place_is_named(sound: Path) -> None:
    capture, offset, length = places(sound)[5]
    where = f"{WARC}, byte {offset}, capture {capture}"
    whole = (sound / WARC).read_bytes()
    other = repacked(whole[offset : offset + length], lambda text: text.replace("第5号".encode(), "第6号".encode()))
    (sound / WARC).write_bytes(whole[:offset] + other + whole[offset + length :])
    assert lines(sound)[0].startswith(f"{where}: the record has another digest than it states. Put")


def repacked(member: bytes, changed: Callable[[bytes], bytes]) -> bytes:
    """A record written anew, changed, and whole as a gzip member."""
    return gzip.compress(changed(gzip.decompress(member)), mtime=0)


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        (b"WARC-Type: response", b"WARC-Type: revisit", "its row refers to no capture, and no body is kept there"),
        (
            b"WARC-Date: 2026-03-02T02",
            b"WARC-Date: 2026-03-02T03",
            "the record is of 2026-03-02T03:00:00Z, and",
        ),
        (b"WARC-Date: 2026-03-02T02", b"WARC-Date: last Monday 12", "the record is of last Monday 12:00:00Z, and its"),
        (b"Target-URI: https://p", b"Target-URI: https://q", "the record is of https://qress.example/a/t5.html, and"),
        (b"WARC-Target-URI:", b"WARC-Source-URI:", "no WARC record that can be read"),
        (b"HTTP/1.1 200 OK", b"no status, at all", "the record has another digest than it states"),
        (b"WARC-Block-Digest: sha1", b"WARC-Block-Digest: sha0", "the record has another digest than it states"),
    ],
)
def test_a_record_written_anew_is_named(sound: Path, was: bytes, becomes: bytes, said: str) -> None:
    capture, offset, length = places(sound)[5]
    whole = (sound / WARC).read_bytes()
    member = repacked(whole[offset : offset + length], lambda text: restated(text.replace(was, becomes)))
    change(sound, "UPDATE captures SET warc_offset = warc_offset + ? WHERE warc_offset > ? AND warc_file = ?",
           len(member) - length, offset, WARC.removeprefix("warc/"))  # fmt: skip
    change(sound, "UPDATE captures SET warc_length = ? WHERE id = ?", len(member), capture)
    (sound / WARC).write_bytes(whole[:offset] + member + whole[offset + length :])
    found = faults(sound)
    assert {(fault.byte, fault.capture) for fault in found} == {(offset, capture)}
    assert any(said in fault.wrong for fault in found), found


def restated(record: bytes) -> bytes:
    """A record whose length is again the one it states."""
    head, _, block = record.partition(b"\r\n\r\n")
    stated = next(line for line in head.split(b"\r\n") if line.startswith(b"Content-Length:"))
    return head.replace(stated, b"Content-Length: %d" % (len(block) - 4)) + b"\r\n\r\n" + block


def test_a_file_unpacked_and_packed_again_holds_no_record(sound: Path) -> None:
    (sound / WARC).write_bytes(gzip.compress(gzip.decompress((sound / WARC).read_bytes())))
    found = faults(sound)
    assert (found[0].byte, found[0].capture) == (0, None)
    assert len(found) == 21


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE captures SET payload_digest = 'sha256:00' WHERE id = 4", "and its row says sha256:00"),
        ("UPDATE captures SET url = url || '?' WHERE id = 4", "and its row of https://press.example/a/t3.html?"),
        ("UPDATE captures SET captured = '2026-03-02T10:00:01+08:00' WHERE id = 4", "its row of 2026-03-02T10:00:01"),
        ("UPDATE captures SET captured = 'soon' WHERE id = 4", "2026-03-02T02:00:00Z, and its row of soon"),
        ("UPDATE captures SET status = 404 WHERE id = 4", "the record has status 200, and its row 404"),
        ("UPDATE captures SET bytes = 1 WHERE id = 4", "bytes, and its row says 1"),
        ("UPDATE captures SET warc_length = warc_length - 1 WHERE id = 4", "bytes, and the record has"),
        ("UPDATE captures SET warc_offset = warc_offset + 1 WHERE id = 4", "no whole record of"),
        ("UPDATE captures SET warc_offset = NULL WHERE id = 4", "no whole record of"),
        ("UPDATE captures SET warc_offset = 'x' WHERE id = 4", "no whole record of"),
        ("UPDATE captures SET warc_offset = 1 << 60 WHERE id = 4", "no whole record of"),
        ("UPDATE captures SET warc_offset = warc_offset + warc_length WHERE id = 4", "a request record stands here"),
        ("UPDATE captures SET refers_to = 3 WHERE id = 4", "its row refers to capture 3, and the record has a body"),
        ("UPDATE captures SET refers_to = NULL WHERE id = 22", "its row refers to no capture, and no body is kept"),
        ("UPDATE captures SET refers_to = 23 WHERE id = 22", "its row refers to capture 23, and no body is kept there"),
        ("UPDATE captures SET refers_to = 4 WHERE id = 22", "its row refers to capture 4, and the record to another"),
        ("UPDATE captures SET payload_digest = 'x' WHERE id = 22", "its row says the digest x, and that of capture 3"),
    ],
)
def test_a_changed_row_of_a_capture_is_named(sound: Path, sql: str, said: str) -> None:
    change(sound, sql)
    (capture,) = {fault.capture for fault in faults(sound)}
    assert sql.endswith(f" {capture}")
    assert any(said in line for line in lines(sound))


CHANGES = [
    ("UPDATE press_releases SET body = '改过' WHERE id = 4", "title and body have another digest than sha256:"),
    ("UPDATE press_releases SET title = '改过' WHERE id = 4", "title and body have another digest than sha256:"),
    (
        "UPDATE kept_versions SET body = '改过' WHERE release_id = 4",
        ", version 1: title and body have another digest than",
    ),
    ("UPDATE kept_versions SET body = NULL WHERE release_id = 2 AND version = 1", "have another digest than sha256:"),
    ("UPDATE kept_versions SET release_id = 99 WHERE release_id = 4", "has the text of a release that is not there"),
    ("UPDATE kept_versions SET text_digest = 'x' WHERE release_id = 4", "has another text than its version 1"),
    ("UPDATE kept_versions SET version = 3 WHERE release_id = 2 AND version = 2", "has 2 versions, from 1 to 3"),
    (
        "DELETE FROM kept_versions WHERE release_id = 2 AND version = 1",
        "is at version 2, and has 1 versions, from 2 to 2",
    ),
    ("DELETE FROM kept_versions WHERE release_id = 4", "is at version 1, and has 0 versions, from None to None"),
    ("UPDATE press_releases SET version = 1 WHERE id = 2", "is at version 1, and has 2 versions, from 1 to 2"),
    (
        "UPDATE kept_versions SET capture_id = 23 WHERE release_id = 4",
        "version 1, rests on capture 23, which has no record",
    ),
    ("UPDATE events SET capture_id = 99 WHERE id = 4", "row 4 of events refers to a row of captures that is not there"),
    ("UPDATE press_releases SET site = 'x' WHERE id = 4", "row 4 of press_releases refers to a row of sites that is"),
    ("UPDATE readings SET release_id = 99 WHERE release_id = 4", "row 99 of readings refers to a row of press_release"),
    ("UPDATE readings SET origins = 'x' WHERE release_id = 4", "the origins of its reading are no JSON"),
    ("UPDATE readings SET rejected = '[' WHERE release_id = 4", "the rejected of its reading are no JSON"),
    ("DROP TABLE readings", "cannot be read through: no such table: readings"),
    ("DELETE FROM captures WHERE id = 4", "row 4 of events refers to a row of captures that is not there"),
    ("DELETE FROM releases_fts_docsize WHERE id = 4", "the full-text index does not agree with the releases"),
    ("DELETE FROM releases_fts_data WHERE id > 10", "the full-text index does not agree with the releases"),
    (
        "INSERT INTO releases_fts(releases_fts, rowid, title) SELECT 'delete', id, title FROM releases_segmented",
        "the full-text index does not agree with the releases",
    ),
    ("DROP TRIGGER press_releases_reindexed", None),
    ("DROP TABLE events", "cannot be read through: no such table: "),
]


@pytest.mark.parametrize(("sql", "said"), CHANGES)
def test_a_changed_database_is_named(sound: Path, sql: str, said: str | None) -> None:
    change(sound, sql)
    if said is None:
        change(sound, "UPDATE press_releases SET body = '改过', text_digest = 'x' WHERE id = 4")
        said = "the full-text index does not agree with the releases"
    found = faults(sound)
    assert {fault.file for fault in found} == {"press.db"}
    assert any(said in line and line.endswith(" Put press.db back from a backup.") for line in map(str, found)), found


def test_an_index_of_sqlite_that_lost_rows_is_named(sound: Path) -> None:
    with closing(sqlite3.connect(sound / "press.db", isolation_level=None)) as db:
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_master SET sql = replace(sql, 'captures(run_id)', 'captures(site)')"
                   " WHERE name = 'captures_run'")  # fmt: skip
    assert any("SQLite says: " in line and "captures_run" in line for line in lines(sound))


# Datasette, once imported, has SQLite report what a function raises; `han` cannot be given bytes that are no text.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <function han:pytest.PytestUnraisableExceptionWarning")
def test_text_that_is_no_utf_8_is_named_by_its_release(sound: Path) -> None:
    change(sound, "DROP TRIGGER press_releases_reindexed")
    change(sound, "UPDATE press_releases SET body = CAST(x'e585' AS TEXT) WHERE id = 4")
    found = lines(sound)
    assert any("title and body have another digest" in line for line in found)
    assert any("the full-text index" in line for line in found)


def test_bytes_overwritten_in_the_database_are_named_and_never_a_traceback(sound: Path) -> None:
    database = sound / "press.db"
    whole = database.read_bytes()
    size = int.from_bytes(whole[16:18], "big")  # of a page, as SQLite's file format has it
    named = 0
    for page_number in CHANCE.sample(range(1, len(whole) // size), 25):
        content = bytearray(whole)
        content[page_number * size : page_number * size + 64] = CHANCE.randbytes(64)
        database.write_bytes(content)
        result = run(sound)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert result.exit_code in (0, 4)
        named += result.exit_code == 4
        for side in sound.glob("press.db-*"):
            side.unlink()
    assert named >= 20, "a page may be free, and what stands there nobody's"


def test_a_closed_and_an_open_file_of_one_name(sound: Path) -> None:
    shutil.copy(sound / WARC, sound / f"{WARC}.open")
    (line,) = lines(sound)
    assert line.startswith(f"{WARC}.open: stands beside a closed file of the same name, which the next crawl would")


@pytest.fixture
def crawled(sound: Path) -> Iterator[Archive]:
    """The archive in the hands of a writer who has committed one page, not committed another, and half written one."""
    with Archive.open(sound, write=True) as archive:
        keep(archive, 50, day=6)
        archive.commit()
        keep(archive, 51, day=6)
        archive.captures.sync()
        yield archive


def test_beside_a_crawl_what_no_row_speaks_of_is_counted_and_no_fault(crawled: Archive) -> None:
    (path,) = crawled.folder.glob("warc/*/*.open")
    half = path.read_bytes()[:100]
    with path.open("ab") as file:
        file.write(half)
    checked = Checked()
    assert faults(crawled.folder, checked) == []
    assert (checked.captures, checked.unspoken, checked.unfinished) == (23, 1, 100)
    result = run(crawled.folder)
    assert result.exit_code == 0
    assert "answers in WARC files that no row speaks of: 1 (a crawl runs, or one was killed)\n" in result.stdout
    assert "bytes of unfinished records: 100 (a crawl runs, or one was killed)\nsound\n" in result.stdout
    with path.open("ab") as file:
        file.truncate(path.stat().st_size - 100)


def test_damage_before_the_last_row_of_an_open_file_is_a_fault(crawled: Archive) -> None:
    (path,) = crawled.folder.glob("warc/*/*.open")
    for start, end in [(start, end) for start, end in members(path)][:2]:
        spoil(path, (start + end) // 2)
        assert [fault.byte for fault in faults(crawled.folder)] == [start]
        spoil(path, (start + end) // 2)
    assert faults(crawled.folder) == []


WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
from test_verify import keep
from archive import Archive
for round in range(10_000):
    with Archive.open(sys.argv[2], write=True) as archive:
        for number in range(30):
            keep(archive, 100 + round * 30 + number, day=6)
        print("closed", flush=True)
"""


def test_beside_a_crawl_that_goes_on_and_after_it_is_killed(sound: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(Path(__file__).parent), str(sound)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writing:
        try:
            assert writing.stdout
            assert writing.stdout.readline() == "closed\n"
            seen = [Checked() for _ in range(6)]
            for checked in seen:
                assert faults(sound, checked) == []
        finally:
            writing.send_signal(signal.SIGKILL)
    assert seen[-1].captures > seen[0].captures > 22, "the writer wrote all the while"
    assert faults(sound) == []
    Archive.open(sound, write=True).close()
    assert faults(sound) == []


def test_no_room_for_the_copy_is_said(sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(ArchiveError, match=r"press\.db could not be checked: no copy of it in .*nowhere: .*TMPDIR"):
        faults(sound)


def test_an_archive_of_nothing_is_sound(empty_archive: Path) -> None:
    checked = Checked()
    assert faults(empty_archive, checked) == []
    assert checked == Checked()


def test_no_archive_is_4(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.exit_code == 4
    assert "there is no archive here" in result.stderr
