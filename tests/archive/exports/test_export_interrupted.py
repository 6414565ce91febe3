from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from archive import Archive

LIMIT = 2**20


@pytest.fixture(scope="module")
def long_archive(tmp_path_factory: pytest.TempPathFactory, keep_release) -> Path:
    """An archive that takes a while to export: one release in 400,000 columns."""
    folder = tmp_path_factory.mktemp("long") / "data"
    with Archive.open(folder, write=True) as archive:
        archive.store.declare_site(
            slug="beijing", name="北京市公安局", english="", kind="police", division=None, home="", verified=None
        )
        keep_release(archive, "only.html")
        archive.db.conn.execute(
            "WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 400000)"
            " INSERT INTO release_columns SELECT 1, '栏目' || n, 'https://press.example/only.html' FROM many"
        )
    return folder


def interruptible() -> None:
    """What runs in the background of a shell ignores ^C, and so does all that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def export(archive: Path, out: Path, prepare: Callable[[], None] = interruptible) -> subprocess.Popen[str]:
    words = ["export", "csv", "--table", "release_columns", "--out", str(out)]
    command = [sys.executable, "-m", "archive", "--archive", str(archive), *words]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=prepare)


def under_way(running: subprocess.Popen[str], folder: Path) -> None:
    """Return when the export has written something, and is not done."""
    deadline = time.monotonic() + 60
    while not any(part.stat().st_size for part in folder.glob(".*.part")):
        assert running.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_export_leaves_what_was_there(long_archive, tmp_path, number):
    out = tmp_path / "columns.csv"
    out.write_text("before", encoding="utf-8")
    with export(long_archive, out) as running:
        under_way(running, tmp_path)
        running.send_signal(number)
        assert running.wait(30) != 0
        assert "Traceback" not in running.communicate()[1]
    assert out.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [out]


def test_what_a_killed_export_left_is_gone_with_the_next(long_archive, tmp_path):
    out = tmp_path / "columns.csv"
    with export(long_archive, out) as running:
        under_way(running, tmp_path)
        running.kill()
    assert [path.name for path in tmp_path.iterdir()] == [f".columns.csv.{running.pid}.part"]
    with export(long_archive, out) as again:
        assert again.wait(60) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["columns.csv", "columns.csv.sha256"]


def test_a_disc_that_takes_no_more_is_2_and_leaves_nothing(long_archive, tmp_path):
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))

    with export(long_archive, tmp_path / "columns.csv", limit) as running:
        said = running.communicate(timeout=60)[1]
    assert running.returncode == 2
    assert f"columns.csv cannot be written: {os.strerror(27)}." in " ".join(said.split())
    assert list(tmp_path.iterdir()) == []
