"""The command as people and cron meet it: exit codes, what is said, Scrapy's own commands."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.demo.server import QINGLING, REXIAN, SampleProvince
from tests.conftest import ALL, Press, asked, wait_until


def test_a_second_crawl_exits_3_at_once_and_says_who_holds_the_archive(press: Press, province: SampleProvince) -> None:
    file = press.sites / "qingling.toml"
    file.write_text(file.read_text("utf-8").replace("delay = 0", "delay = 0.5"), "utf-8")
    running = press.start("crawl", QINGLING)
    try:
        wait_until(lambda: bool(asked(province)))
        second, quiet = press("crawl"), press("crawl", "--quiet")
    finally:
        running.terminate()
        running.communicate()
    assert second.returncode == 3
    assert re.search(rf"process {running.pid} on \S+, since \d{{4}}-\d\d-\d\dT", second.stderr)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (3, "", "")
    assert press.rows("SELECT outcome FROM runs") == [("stopped",)]


def test_the_lock_is_looked_at_before_scrapy_is_imported() -> None:
    loaded = "import sys, crawler.cli; print([name for name in sys.modules if name in ('scrapy', 'trafilatura')])"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (["crawl", "nowhere"], 2, "no such site: nowhere. There are: qingling, rexian."),
        (["crawl", "--for", "soon"], 2, "'soon' is no length of time"),
        (["crawl", "--since", "yesterday"], 2, "'yesterday' is no day"),
        (["fetch", "ftp://127.0.0.1/x", "--site", "qingling"], 2, "not an http or https address"),
    ],
)
def test_wrong_usage_is_exit_2_and_a_sentence(press: Press, arguments: list[str], exit_code: int, said: str) -> None:
    done = press(*arguments)
    assert done.returncode == exit_code
    assert said in done.stderr
    assert not press.archive.exists()


def test_a_site_file_with_a_typo_is_exit_2_and_names_file_and_key(press: Press) -> None:
    file = press.sites / "qingling.toml"
    file.write_text(file.read_text("utf-8").replace("cms =", "csm ="), "utf-8")
    done = press("crawl", REXIAN)
    assert done.returncode == 2
    assert "qingling.toml: listing[1].cms: missing" in done.stderr


def test_an_archive_that_cannot_be_written_is_exit_4_and_a_sentence(press: Press, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    done = press("--archive", str(tmp_path / "file" / "data"), "crawl")
    assert done.returncode == 4
    assert "the archive folder cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_scrapy_s_own_commands_work_as_its_users_expect(press: Press, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]

    def scrapy(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "scrapy", *arguments]
        return subprocess.run(command, cwd=root, env=press.environment(), capture_output=True, text=True, timeout=120)

    assert scrapy("list").stdout.split() == [QINGLING, REXIAN]
    done = scrapy("crawl", REXIAN)
    assert done.returncode == 0, done.stderr
    assert press.rows("SELECT count(*) FROM press_releases") == [(3,)]
    assert "DOCTYPE" not in done.stderr, "whole pages in the log"
    (url,) = press.rows("SELECT url FROM press_releases")[0]
    fetched = scrapy("fetch", "--nolog", str(url))
    assert (fetched.returncode, fetched.stderr) == (0, "")
    assert "</html>" in fetched.stdout
    assert press.rows("SELECT count(*) FROM runs") == [(1,)]


def test_quiet_prints_nothing_when_all_is_well_and_all_when_not(press: Press, province: SampleProvince) -> None:
    well = press("crawl", "--quiet")
    assert (well.returncode, well.stdout, well.stderr) == (0, "", "")
    province.remove("/xwzx/jwdt/")
    failed = press("crawl", "--quiet")
    assert failed.returncode == 1
    assert f"first list page: wanted a list of entries, saw gone: HTTP status 404 at {province.url('/xwzx/jwdt/')}" in (
        failed.stdout
    )


def test_two_runs_at_one_frozen_moment_do_not_collide(press: Press) -> None:
    now = "2026-07-10T08:00:00+08:00"
    for _ in range(2):
        assert press("crawl", REXIAN, POLICE_PRESS_NOW=now, POLICE_PRESS_VANTAGE="test bench").returncode == 0
    assert press.rows("SELECT id, started, finished, vantage FROM runs") == [
        (1, now, now, "test bench"),
        (2, now, now, "test bench"),
    ]
    assert press.rows("SELECT DISTINCT captured FROM captures") == [(now,)]


def test_for_ends_politely_and_the_next_run_goes_on(press: Press, province: SampleProvince) -> None:
    file = press.sites / "qingling.toml"
    file.write_text(file.read_text("utf-8").replace("delay = 0", "delay = 0.2"), "utf-8")
    ended = press("crawl", QINGLING, "--for", "2s")
    assert ended.returncode == 0
    assert "time_limit" in ended.stdout
    assert press.rows("SELECT outcome FROM runs") == [("time_limit",)]
    file.write_text(file.read_text("utf-8").replace("delay = 0.2", "delay = 0"), "utf-8")
    assert press("crawl", QINGLING).returncode == 0
    assert press.rows("SELECT count(*) FROM press_releases") == [(ALL - 3,)]
    articles = [path for path in asked(province) if re.search(r"/t\d{8}_", path)]
    assert len(articles) == len(set(articles)) == ALL - 3


def test_a_division_that_gb_t_2260_lacks_is_exit_2(press: Press) -> None:
    file = press.sites / "qingling.toml"
    file.write_text(f'division = "110100"\n{file.read_text("utf-8")}', "utf-8")
    done = press("crawl")
    assert done.returncode == 2
    assert "qingling.toml: division: 110100 is no provincial-level code" in done.stderr


def test_fetch_keeps_no_page_of_another_site(press: Press, province: SampleProvince) -> None:
    press("crawl", REXIAN)
    (url,) = press.rows("SELECT url FROM press_releases")[0]
    before = press.rows("SELECT * FROM press_releases")
    for address, said in [
        (str(url), "belongs to the site rexian"),
        ("http://127.0.0.1:9/other.html", "is on no host of qingling"),
    ]:
        done = press("fetch", address, "--site", QINGLING)
        assert done.returncode == 2
        assert said in done.stderr
    assert press.rows("SELECT * FROM press_releases") == before


def test_a_crawl_that_was_interrupted_is_not_done(press: Press, province: SampleProvince) -> None:
    file = press.sites / "qingling.toml"
    file.write_text(file.read_text("utf-8").replace("delay = 0", "delay = 0.5"), "utf-8")
    running = press.start("crawl", QINGLING)
    wait_until(lambda: len(asked(province)) > 1)
    running.send_signal(signal.SIGINT)
    said, _ = running.communicate(timeout=30)
    assert running.returncode == 1
    assert "qingling: stopped" in said
    assert not list(press.archive.rglob("*.open"))
    assert press.rows("SELECT outcome FROM runs") == [("stopped",)]


def test_sites_on_one_host_are_crawled_one_after_the_other(press: Press, province: SampleProvince) -> None:
    text = (press.sites / "qingling.toml").read_text("utf-8").replace("delay = 0", "delay = 0.05")
    listings = text.split("[[listing]]")
    for number in (1, 2):
        one = f"{listings[0]}[[listing]]{listings[number].partition('[fetch]')[0]}[fetch]\ndelay = 0.05\n"
        (press.sites / f"part{number}.toml").write_text(one, "utf-8")
    assert press("crawl", "part1", "part2").returncode == 0
    times = [one.at for one in province.requests]
    # Together the two keep the pace of one: all gaps, because one request may be late to arrive and the next one not.
    assert times[-1] - times[0] > 0.05 * (len(times) - 4)
    runs = press.rows("SELECT site, outcome FROM runs ORDER BY id")
    assert sorted(runs) == [("part1", "finished"), ("part2", "finished")]
    assert press.rows("SELECT count(*) FROM press_releases") == [(ALL - 3,)]
