"""The lock on an archive folder, taken by real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive import Archive
from archive.errors import ArchiveError, ArchiveInUseError
from archive.lock import Lock

HOLD = """
import pathlib, sys
from archive.lock import Lock
with Lock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    input()
"""
NOW = "2026-03-02T10:00:00+08:00"
Holder = subprocess.Popen[str]


@pytest.fixture
def hold(tmp_path: Path) -> Iterator[Callable[[], Holder]]:
    """Start a process that holds the lock of `tmp_path` until it is killed or its input ends."""
    started: list[Holder] = []

    def start() -> Holder:
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "POLICE_PRESS_NOW": NOW},
        )
        started.append(holder)
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        return holder

    yield start
    for holder in started:
        holder.kill()
        holder.communicate()


def test_a_second_process_is_refused_and_told_who_and_since_when(tmp_path: Path, hold: Callable[[], Holder]) -> None:
    holder = hold()
    said = (
        rf"another run holds this archive: process {holder.pid} on \S+, since {NOW.replace('+', '.')} \(-c {tmp_path}\)"
    )
    with pytest.raises(ArchiveInUseError, match=said):
        Lock(tmp_path)
    with pytest.raises(ArchiveInUseError, match=said):
        Archive.open(tmp_path, write=True)
    # Refused again and again: an attempt takes nothing away from the holder.
    with pytest.raises(ArchiveInUseError, match=said):
        Lock(tmp_path)


def test_kill_9_frees_the_archive(tmp_path: Path, hold: Callable[[], Holder]) -> None:
    holder = hold()
    holder.kill()
    holder.wait()
    assert str(holder.pid) in (tmp_path / "press.lock").read_text(), (
        "what a killed process said stays, and binds nobody"
    )
    with Lock(tmp_path), pytest.raises(ArchiveInUseError, match=f"process {os.getpid()} on"):
        Lock(tmp_path)


def test_a_lock_given_back_can_be_taken_at_once(tmp_path: Path) -> None:
    for _ in range(2):
        with Lock(tmp_path / "new" / "folder"):
            assert (tmp_path / "new" / "folder" / "press.lock").read_text().startswith("{")
    assert (tmp_path / "new" / "folder" / "press.lock").read_text() == ""


def test_a_holder_that_has_not_said_its_name_yet(tmp_path: Path, hold: Callable[[], Holder]) -> None:
    hold()
    (tmp_path / "press.lock").write_text('{"pid": 1')
    with pytest.raises(ArchiveInUseError, match="it has only just started"):
        Lock(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArchiveError, match=r"file: the archive folder cannot be written \(.+\)\. Name another one"):
        Lock(tmp_path / "file")


ON_A_FULL_DISC = """
import pathlib, resource, sys
from archive.errors import ArchiveError
from archive.lock import Lock
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
try:
    Lock(pathlib.Path(sys.argv[1]))
except ArchiveError as problem:
    print(problem)
"""


def test_a_full_disc_is_said_in_words_and_holds_nothing(tmp_path: Path) -> None:
    refused = subprocess.run(
        [sys.executable, "-c", ON_A_FULL_DISC, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert "the archive folder cannot be written (File too large)" in refused.stdout, refused.stderr
    with Lock(tmp_path):
        pass
