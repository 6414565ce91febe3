from __future__ import annotations

import csv
import http.client
import io
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive import Archive
from archive.exports.csv import export_csv
from archive.exports.rows import Wanted
from archive.web.serving import metadata_file

RELEASES = 120


@pytest.fixture(scope="module")
def long_archive(tmp_path_factory: pytest.TempPathFactory, keep_release) -> Path:
    """The folder of an archive whose releases together are larger than 1 MB as CSV."""
    folder = tmp_path_factory.mktemp("long") / "data"
    with Archive.open(folder, write=True) as archive:
        for slug in ("beijing", "gansu"):
            archive.store.declare_site(
                slug=slug, name=slug, english=slug, kind="police", division=None, home=f"https://{slug}.example/",
                verified=None, evidence="invented for a test",
            )  # fmt: skip
        for number in range(RELEASES):
            keep_release(archive, f"{number}.html", body=f"第{number}段。" * 2500)
    return folder


@pytest.fixture(scope="module")
def host(small_archive: Path, serve) -> Iterator[str]:
    with serve(Path(sys.executable).with_name("datasette"), small_archive / "press.db", "--port", "0") as address:
        yield address


@pytest.fixture(scope="module")
def long_host(long_archive: Path, serve) -> Iterator[str]:
    """A plain Datasette that ends a CSV at 1 MB."""
    datasette = Path(sys.executable).with_name("datasette")
    command = [long_archive / "press.db", "-m", metadata_file(), "--setting", "max_csv_mb", "1", "--port", "0"]
    with serve(datasette, *command) as address:
        yield address


def fetch(address: str) -> tuple[http.client.HTTPMessage, bytes]:
    with urllib.request.urlopen(address) as answer:  # noqa: S310 - our own server
        return answer.headers, answer.read()


@pytest.mark.parametrize(
    ("query", "wanted", "options"),
    [
        ("", Wanted(), {}),
        ("?site=gansu&no_bom=1&raw_cells=1", Wanted(site="gansu"), {"bom": False, "raw_cells": True}),
        ("?search=%E5%A4%9C%E5%B8%82", Wanted(search="夜市"), {}),
        ("?search=%E6%97%A0%E6%AD%A4%E8%AF%8D", Wanted(search="无此词"), {}),
    ],
)
def test_the_stream_is_the_file_of_the_command(host, small_archive, tmp_path, query, wanted, options):
    with Archive.open(small_archive) as archive:
        export_csv(archive, tmp_path / "file.csv", wanted, **options)
    headers, streamed = fetch(f"{host}/export.csv{query}")
    assert streamed == (tmp_path / "file.csv").read_bytes()
    assert headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert re.fullmatch(r'attachment; filename="press-releases-\d{4}-\d\d-\d\d\.csv"', headers["Content-Disposition"])


def test_days_narrow_it(host):
    _, streamed = fetch(f"{host}/export.csv?from=2024-01-01&to=2025-12-31&no_bom=1")
    assert {row["year"] for row in csv.DictReader(io.StringIO(streamed.decode("utf-8")))} == {"2024", "2025"}


def test_all_of_many_releases_come(long_host):
    _, streamed = fetch(f"{long_host}/export.csv?no_bom=1")
    assert len(streamed) > 3_000_000
    assert len(list(csv.DictReader(io.StringIO(streamed.decode("utf-8"), newline="")))) == RELEASES


def test_head_says_what_would_come(host):
    request = urllib.request.Request(f"{host}/export.csv", method="HEAD")  # noqa: S310 - our own server
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - as above
        assert (answer.status, answer.read()) == (200, b"")
        assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("site=nowhere", "known: beijing, gansu"),
        ("from=yesterday", "no day like 2026-03-01"),
        ("from=2025-01-02&to=2025-01-01", "before"),
        ("year=2025", "no parameter here"),
        ("site=gansu&site=beijing", "given twice"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_is_wrong_is_said_before_it_starts(host, query, said, method):
    request = urllib.request.Request(f"{host}/export.csv?{query}", method=method)  # noqa: S310 - our own server
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)  # noqa: S310 - as above
    with caught.value as answer:
        assert answer.code == 400
        assert method == "HEAD" or said in answer.read().decode("utf-8")


def test_a_reader_who_leaves_makes_room_for_the_next(long_host):
    where = urllib.parse.urlsplit(long_host)
    for _ in range(6):
        connection = http.client.HTTPConnection(where.netloc, timeout=20)
        connection.request("GET", "/export.csv")
        answer = connection.getresponse()
        assert answer.status in (200, 503)
        answer.read(10)
        connection.close()
    for _ in range(100):
        connection = http.client.HTTPConnection(where.netloc, timeout=20)
        connection.request("GET", "/export.csv")
        answer = connection.getresponse()
        length = len(answer.read())
        connection.close()
        if answer.status == 200:
            break
        assert answer.status == 503
    assert length > 1_000_000


def test_a_table_that_is_cut_by_datasettes_limit_breaks_off(long_host):
    with pytest.raises(http.client.IncompleteRead):
        fetch(f"{long_host}/press/press_releases.csv?_stream=on")


def test_a_table_within_the_limit_streams_whole(long_host):
    _, streamed = fetch(f"{long_host}/press/captures.csv?_stream=on")
    assert len(list(csv.DictReader(io.StringIO(streamed.decode("utf-8"), newline="")))) == RELEASES


def test_the_command_sets_no_such_limit(long_archive, serve):
    with serve(
        Path(sys.executable).with_name("police-press"), "--archive", long_archive, "serve", "--port", "0"
    ) as host:
        _, streamed = fetch(f"{host}/press/press_releases.csv?_stream=on")
    assert len(list(csv.DictReader(io.StringIO(streamed.decode("utf-8"), newline="")))) == RELEASES
