"""WARC files: their names, what a killed writer leaves behind, and what is cut off it."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.recordbuilder import RecordBuilder

from archive import ArchiveError, warc

DAY = dt.date(2026, 3, 2)
NAME = "beijing/beijing-20260302-00000.warc.gz"
NOISE = random.Random(3).randbytes(200_000)  # noqa: S311 - bytes that do not pack
BODIES = [b"", b"<html>short</html>", NOISE, ("夜市守护行动" * 900).encode()]


def nothing_kept(_: str) -> int:
    return 0


def write(file: warc.WarcFile, body: bytes) -> tuple[int, int]:
    record = RecordBuilder(warc_version="1.1").create_warc_record(
        "https://press.example/a", "resource", payload=io.BytesIO(body), length=len(body)
    )
    return file.write(record)


def bodies_in(path: Path) -> list[bytes]:
    """What warcio itself reads, each digest checked."""
    with path.open("rb") as file:
        return [record.content_stream().read() for record in ArchiveIterator(file, check_digests="raise")]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[tuple[int, int]]]:
    """A WARC file's bytes, with offset and length of its records."""
    folder = tmp_path_factory.mktemp("whole")
    file = warc.WarcFile(folder, NAME)
    places = [write(file, body) for body in BODIES]
    file.close()
    return (folder / NAME).read_bytes(), places


def test_a_file_is_named_by_site_day_and_number_and_open_while_written(tmp_path: Path) -> None:
    assert warc.next_name(tmp_path, "beijing", DAY) == NAME
    file = warc.WarcFile(tmp_path, NAME)
    write(file, b"one")
    assert [path.name for path in tmp_path.rglob("*.warc*")] == ["beijing-20260302-00000.warc.gz.open"]
    file.close()
    assert [path.name for path in tmp_path.rglob("*.warc*")] == ["beijing-20260302-00000.warc.gz"]
    assert warc.next_name(tmp_path, "beijing", DAY) == NAME
    assert warc.next_name(tmp_path, "beijing", DAY + dt.timedelta(days=1)) == NAME.replace("0302", "0303")


def test_a_file_closed_cleanly_is_appended_to(tmp_path: Path) -> None:
    places = []
    for body in (b"one", b"two"):
        file = warc.WarcFile(tmp_path, NAME)
        places.append(write(file, body))
        file.close()
    assert bodies_in(tmp_path / NAME) == [b"one", b"two"]
    assert [warc.read_record(tmp_path, NAME, *place)[1] for place in places] == [b"one", b"two"]


def test_a_full_file_is_followed_by_the_next_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc, "LARGEST", 2_000)
    names = []
    for _ in range(3):
        names.append(warc.next_name(tmp_path, "beijing", DAY))
        file = warc.WarcFile(tmp_path, names[-1])
        write(file, NOISE[: 1_000 * len(names)])
        file.close()
    assert [name[-13:] for name in names] == ["00000.warc.gz", "00000.warc.gz", "00001.warc.gz"]
    assert warc.next_name(tmp_path, "beijing", DAY)[-13:] == "00002.warc.gz"


def test_a_record_is_read_while_its_file_is_open_and_after(tmp_path: Path) -> None:
    file = warc.WarcFile(tmp_path, NAME)
    places = [write(file, body) for body in BODIES]
    assert [warc.read_record(tmp_path, NAME, *place)[1] for place in places] == BODIES
    file.close()
    assert [warc.read_record(tmp_path, NAME, *place)[1] for place in places] == BODIES


def test_a_record_that_is_not_there_is_not_read(tmp_path: Path, whole: tuple[bytes, list[tuple[int, int]]]) -> None:
    content, ((start, length), *_) = whole
    (tmp_path / "beijing").mkdir()
    (tmp_path / NAME).write_bytes(content)
    for place in ((start + 1, length), (start, length - 1), (start, length + 1), (len(content), 10), (start, 0)):
        with pytest.raises(ValueError, match="no whole record at byte"):
            warc.read_record(tmp_path, NAME, *place)
    with pytest.raises(FileNotFoundError):
        warc.read_record(tmp_path, NAME.replace("00000", "00009"), start, length)


def test_whole_records_are_those_that_were_written(whole: tuple[bytes, list[tuple[int, int]]]) -> None:
    content, places = whole
    assert list(warc.whole_records(io.BytesIO(content))) == [(start, start + length) for start, length in places]


@settings(deadline=None)
@given(place=st.floats(0, 1), near=st.none() | st.tuples(st.integers(0, 3), st.integers(-9, 9)))
def test_a_cut_file_is_whole_up_to_its_last_whole_record(
    place: float,
    near: tuple[int, int] | None,
    whole: tuple[bytes, list[tuple[int, int]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    content, places = whole
    ends = [start + length for start, length in places]
    cut = min(len(content), ends[near[0]] + near[1]) if near else round(place * len(content))
    left = [end for end in ends if end <= cut]
    folder = tmp_path_factory.mktemp("cut")
    (folder / "beijing").mkdir()
    opened, closed = folder / (NAME + warc.OPEN), folder / NAME
    opened.write_bytes(content[:cut])

    said = warc.repair(folder, nothing_kept)

    assert not opened.exists()
    assert bool(said) is (cut not in [0, *ends])
    assert closed.exists() is bool(left)
    if left:
        assert closed.read_bytes() == content[: left[-1]]
        assert bodies_in(closed) == BODIES[: len(left)]
    assert warc.repair(folder, nothing_kept) == []


@settings(deadline=None)
@given(place=st.floats(0, 1), bit=st.integers(0, 7))
def test_one_flipped_bit_ends_the_scan_at_its_record(
    whole: tuple[bytes, list[tuple[int, int]]], place: float, bit: int
) -> None:
    content, places = whole
    at = round(place * (len(content) - 1))
    flipped = bytearray(content)
    flipped[at] ^= 1 << bit
    ends = [start + length for start, length in places]
    hit = next(number for number, end in enumerate(ends) if at < end)
    found = [end for _, end in warc.whole_records(io.BytesIO(bytes(flipped)))]
    # A few bits say nothing: time and system in the gzip header, those that fill up the last byte.
    if found != ends[:hit]:
        unpacked = [gzip.decompress(file[places[hit][0] : ends[hit]]) for file in (flipped, content)]
        assert unpacked[0] == unpacked[1]
        assert found == ends


def test_a_member_that_is_no_warc_record_is_not_whole(whole: tuple[bytes, list[tuple[int, int]]]) -> None:
    content, _ = whole
    lying = b"WARC/1.1\r\nContent-Length: 9\r\n\r\nbody\r\n\r\n"
    for member in (b"", b"no record", lying, lying.replace(b"9", b"3")):
        assert list(warc.whole_records(io.BytesIO(gzip.compress(member) + content))) == []


KILLED = """
import io, os, pathlib, signal, sys
from warcio.recordbuilder import RecordBuilder
from archive import ArchiveError, warc
builder = RecordBuilder(warc_version="1.1")
file = warc.WarcFile(pathlib.Path(sys.argv[1]), sys.argv[2])
for number in range(40):
    body = io.BytesIO(os.urandom(4000))
    file.write(builder.create_warc_record("https://press.example/a", "resource", payload=body, length=4000))
    if number == 20:
        file.sync()
        print(file.size, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_synced_before_a_kill_9_is_kept(tmp_path: Path) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), NAME], capture_output=True, text=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with (tmp_path / (NAME + warc.OPEN)).open("ab") as file:
        file.write(gzip.compress(NOISE)[:5000])
    assert warc.repair(tmp_path, nothing_kept) == [
        "beijing-20260302-00000.warc.gz.open: 5000 bytes of an unfinished record cut off"
    ]
    assert (tmp_path / NAME).stat().st_size >= int(killed.stdout)
    assert len(bodies_in(tmp_path / NAME)) >= 21
    again = warc.WarcFile(tmp_path, NAME)
    write(again, b"and on it goes")
    again.close()
    assert bodies_in(tmp_path / NAME)[-1] == b"and on it goes"


def test_repair_leaves_closed_files_and_other_files_alone(tmp_path: Path) -> None:
    (tmp_path / "beijing").mkdir()
    others = ["beijing/beijing-20260301-00000.warc.gz", "beijing/notes.open", "beijing/NOTES"]
    for name in others:
        (tmp_path / name).write_bytes(b"not to be touched")
    assert warc.repair(tmp_path, nothing_kept) == []
    assert [(tmp_path / name).read_bytes() for name in others] == [b"not to be touched"] * 3
    assert sorted((tmp_path / "beijing").iterdir()) == sorted(tmp_path / name for name in others)


def test_damage_before_what_rows_speak_of_is_not_cut_but_said(tmp_path: Path) -> None:
    file = warc.WarcFile(tmp_path, NAME)
    ends = [sum(write(file, body)) for body in BODIES]
    file.close()
    path = tmp_path / (NAME + warc.OPEN)
    (tmp_path / NAME).rename(path)
    rotten = bytearray(path.read_bytes())
    rotten[ends[0] + 40] ^= 1
    path.write_bytes(rotten)
    with pytest.raises(ArchiveError, match=rf"damaged at byte {ends[0]}, and what was kept goes on behind it"):
        warc.repair(tmp_path, {NAME: ends[2]}.__getitem__)
    assert path.read_bytes() == rotten


def test_two_copies_of_one_file_are_not_made_one(tmp_path: Path) -> None:
    file = warc.WarcFile(tmp_path, NAME)
    write(file, b"one")
    file.close()
    (tmp_path / (NAME + warc.OPEN)).write_bytes((tmp_path / NAME).read_bytes()[:-9])
    before = [path.read_bytes() for path in sorted((tmp_path / "beijing").iterdir())]
    with pytest.raises(ArchiveError, match="are both there"):
        warc.repair(tmp_path, nothing_kept)
    assert [path.read_bytes() for path in sorted((tmp_path / "beijing").iterdir())] == before
