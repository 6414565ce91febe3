"""Every exit code of the command, as a shell sees it. What else happens on the way stands in the tests of each verb."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, nullcontext
from pathlib import Path

import pytest

from archive import Archive
from archive.lock import Lock
from crawler.demo.portal import LIST
from crawler.demo.server import REXIAN, SampleProvince
from tests.conftest import Press

ROOT = Path(__file__).parents[1]
PAGE = ["fetch", "http://127.0.0.1:9/a.html", "--site", REXIAN]

Case = Callable[[Press, SampleProvince], Lock | None]


def an_empty_archive(press: Press, province: SampleProvince) -> None:
    Archive.open(press.archive, write=True).close()


def a_list_that_is_gone(press: Press, province: SampleProvince) -> None:
    province.remove(LIST, site=REXIAN)


def nothing_yet(press: Press, province: SampleProvince) -> None:
    assert not press.archive.exists()


def a_site_file_that_is_no_toml(press: Press, province: SampleProvince) -> None:
    (press.sites / "gansu.toml").write_text("name = 甘肃", "utf-8")


def a_run_that_holds_it(press: Press, province: SampleProvince) -> Lock:
    an_empty_archive(press, province)
    return Lock(press.archive)


def a_database_that_is_none(press: Press, province: SampleProvince) -> None:
    press.archive.mkdir()
    (press.archive / "press.db").write_bytes(b"not a database, though it has the name of one" * 100)


def an_archive_of_a_newer_program(press: Press, province: SampleProvince) -> None:
    an_empty_archive(press, province)
    with closing(sqlite3.connect(press.archive / "press.db")) as newer, newer:
        newer.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('police-press-archive', 'with_places', '2027-01-01')"
        )


def a_reference_to_nothing(press: Press, province: SampleProvince) -> None:
    an_empty_archive(press, province)
    with closing(sqlite3.connect(press.archive / "press.db")) as damaged, damaged:
        damaged.execute("INSERT INTO runs (site, started) VALUES ('nowhere', '2026-03-02T10:00:00+08:00')")


@pytest.mark.parametrize(
    ("exit_code", "arguments", "case"),
    [
        (0, ["backup", "copy.db"], a_run_that_holds_it),
        (0, ["verify"], a_run_that_holds_it),
        (1, ["crawl", REXIAN], a_list_that_is_gone),
        (2, ["burn"], nothing_yet),
        (2, ["fetch", "http://127.0.0.1:9/a.html"], nothing_yet),
        (2, ["confirm-gone", REXIAN], a_site_file_that_is_no_toml),
        (2, PAGE, an_empty_archive),
        (3, ["crawl"], a_run_that_holds_it),
        (3, PAGE, a_run_that_holds_it),
        (3, ["confirm-gone", REXIAN], a_run_that_holds_it),
        (4, ["stats"], nothing_yet),
        (4, ["crawl"], a_database_that_is_none),
        (4, ["crawl"], an_archive_of_a_newer_program),
        (4, ["verify"], a_reference_to_nothing),
    ],
    ids=lambda value: value.__name__ if callable(value) else " ".join(value) if isinstance(value, list) else None,
)
def test_exit_code(
    press: Press,
    province: SampleProvince,
    monkeypatch: pytest.MonkeyPatch,
    exit_code: int,
    arguments: list[str],
    case: Case,
) -> None:
    monkeypatch.chdir(press.archive.parent)
    with case(press, province) or nullcontext():
        done = press(*arguments)
    assert done.returncode == exit_code, done.stderr
    assert "Traceback" not in done.stderr


def test_there_are_as_many_codes_as_the_readme_says() -> None:
    (said,) = re.findall(r"(?s)Exit codes: (0 done.+?)\.\n", (ROOT / "README.md").read_text("utf-8"))
    assert re.findall(r"(?:^|·)\s*(\d) ", said) == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("verb", [["crawl"], PAGE], ids=lambda verb: verb[0])
def test_a_held_archive_is_found_out_before_scrapy_is_imported(press: Press, verb: list[str]) -> None:
    command = [sys.executable, "-X", "importtime", *press.command(*verb)[1:]]
    with Lock(press.archive):
        done = subprocess.run(command, env=press.environment(), capture_output=True, text=True, timeout=60)
    assert done.returncode == 3
    imported = set(re.findall(r"(?m)^import time:.*\| +(\S+)$", done.stderr))
    assert "crawler.cli" in imported
    assert imported.isdisjoint({"scrapy", "twisted", "trafilatura"})
