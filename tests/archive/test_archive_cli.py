from __future__ import annotations

import csv
import hashlib
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from archive import Archive
from archive.cli import Verbs, cli


def run(archive: Path, *arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["--archive", str(archive), *map(str, arguments)])


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "releases.csv"


def test_export_says_how_many_rows_and_the_digest_of_the_file(small_archive, out):
    result = run(small_archive, "export", "csv", "--out", out)
    digest = hashlib.sha256(out.read_bytes()).hexdigest()
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:2] == [f"5 rows written to {out}", f"SHA-256 {digest}"]
    assert "before 1 cell that a spreadsheet might run as a formula; --raw-cells" in result.stdout


def test_export_as_it_is(small_archive, out):
    result = run(small_archive, "export", "csv", "--out", out, "--raw-cells", "--no-bom")
    assert "formula" not in result.stdout
    assert out.read_bytes().startswith(b"key,")
    assert "=HYPERLINK(<img src=x onerror=alert(1)>)" in {row["title"] for row in rows(out)}


@pytest.mark.parametrize(
    ("options", "published"),
    [
        (["--site", "beijing"], ["2025-06-11", "2026-03-01T09:30:05+08:00"]),
        (["--from", "2025-06-11", "--to", "2026-03-01"], ["2025-06-11", "2026-03-01T09:30:05+08:00"]),
        (["--from", "2025-06-12", "--to", "2026-02-28"], []),
        (["--to", "2023-06-01"], ["2023-06-01T08:00:00+08:00"]),
        (["--search", "夜市 -陌生"], ["2026-03-01T09:30:05+08:00"]),
    ],
)
def test_export_of_a_selection(small_archive, out, options, published):
    result = run(small_archive, "export", "csv", "--out", out, *options)
    assert [row["published"] for row in rows(out)] == published
    assert result.stdout.startswith(f"{len(published)} row{'' if len(published) == 1 else 's'} written to ")


def test_the_archive_may_be_named_by_the_environment(small_archive, out):
    result = CliRunner(env={"POLICE_PRESS_ARCHIVE": str(small_archive)}).invoke(
        cli, ["export", "csv", "--out", str(out)]
    )
    assert result.exit_code == 0
    assert len(rows(out)) == 5


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["export", "csv"], "Missing option '--out'"),
        (["export", "xlsx", "--out", "a.xlsx"], "'xlsx' is not one of 'csv', "),
        (
            ["export", "csv", "--out", "a.csv", "--site", "jilin"],
            "jilin is not in this archive; known: beijing, gansu.",
        ),
        (["export", "csv", "--out", "a.csv", "--from", "1.3.2026"], "'1.3.2026' is no day like 2026-03-01."),
        (["export", "csv", "--out", "a.csv", "--from", "2026-03-02", "--to", "2026-03-01"], "is before --from"),
        (["export", "csv", "--out", "-"], "not to standard output"),
        (["export", "csv", "--out", "no/such/folder/a.csv"], "a.csv cannot be written: No such file or directory."),
        (["export", "csv", "--out", "/"], "/ cannot be written: it is there already, and no ordinary file."),
        (["export", "csv", "--out", "/dev/null"], "/dev/null cannot be written"),
        (["serve", "--port", "http"], "'http' is not a valid"),
        (["burn"], "No such command 'burn'"),
    ],
)
def test_wrong_usage_is_2_and_says_what_is_wrong(small_archive, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    result = run(small_archive, *arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("verb", [["export", "csv", "--out", "a.csv"], ["serve", "--port", "0"]])
def test_no_archive_is_4(tmp_path, monkeypatch, verb):
    monkeypatch.chdir(tmp_path)
    result = run(tmp_path / "nowhere", *verb)
    assert result.exit_code == 4
    assert result.stderr == f"Error: {tmp_path / 'nowhere'}: there is no archive here (press.db is missing)\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("verb", [["export", "csv", "--out", "a.csv"], ["serve", "--port", "0"]])
def test_a_file_that_is_no_database_is_4(tmp_path, monkeypatch, verb):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "press.db").write_bytes(b"not a database, though it has the name of one" * 100)
    result = run(tmp_path, *verb)
    assert result.exit_code == 4
    assert "press.db: cannot be opened as an archive" in result.stderr


def test_a_database_that_is_no_archive_is_4(tmp_path, out):
    with sqlite3.connect(tmp_path / "press.db") as connection:
        connection.execute("CREATE TABLE other (id)")
    connection.close()
    result = run(tmp_path, "export", "csv", "--out", out)
    assert result.exit_code == 4
    assert "press.db: this is no archive of press releases" in result.stderr
    assert not out.exists()


def test_an_archive_in_use_is_3_for_any_verb(empty_archive):
    writing = click.Command("write", callback=lambda: Archive.open(empty_archive, write=True))
    with Archive.open(empty_archive, write=True):
        result = CliRunner().invoke(Verbs(commands=[writing]), ["write"])
    assert result.exit_code == 3
    assert result.stderr.startswith(f"Error: {empty_archive}: another run holds this archive: process ")


def test_an_export_needs_no_writer_to_stop(empty_archive, keep_release, out):
    with Archive.open(empty_archive, write=True) as archive:
        keep_release(archive, "kept.html")
        archive.commit()
        keep_release(archive, "not-yet.html")
        result = run(empty_archive, "export", "csv", "--out", out)
    assert result.exit_code == 0
    assert [row["url"] for row in rows(out)] == ["https://press.example/kept.html"]


def test_python_m_archive_serves(small_archive, serve):
    command = (sys.executable, "-m", "archive", "--archive", small_archive, "serve", "--port", "0")
    with serve(*command) as address, urllib.request.urlopen(f"{address}/press/press_releases") as answer:  # noqa: S310
        assert "平安夜市守护行动启动" in answer.read().decode("utf-8")


def test_a_port_that_is_taken_is_1_and_says_so(small_archive):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = (sys.executable, "-m", "archive", "--archive", str(small_archive), "serve", "--port", port)
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert f"Datasette could not start on 127.0.0.1 port {port}" in ended.stderr
