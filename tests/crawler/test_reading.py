"""Pages that cannot be read: on which reading takes for ever, dies or gives up; each costs one page, and no release."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.conftest import wait_until
from tests.processes import children
from tests.servers import ARTICLE, SITE, listing, sent, server, site_of

# Time goes up with the square of the attributes of an element: some 25 s for these, and 1 s for a fifth of them.
FOR_EVER = f"<p {' '.join(f'a{number}' for number in range(130_000))}>".encode()
FOR_A_SECOND = f"<p {' '.join(f'a{number}' for number in range(25_000))}>".encode()
IMPATIENT = (
    "import crawler.settings; crawler.settings.EXTRACT_SECONDS = 4; from crawler.cli import main; main(['crawl'])"
)
PAGES = {f"/{number}.html": ARTICLE.format(number).encode() for number in range(1, 4)}


def test_a_list_that_takes_for_ever_fails_its_site_while_others_go_on(tmp_path: Path) -> None:
    with (
        server({"/": listing(PAGES) + FOR_EVER, **PAGES}) as hostile,
        server({"/": listing(PAGES), **PAGES}) as well,
    ):
        press = site_of(tmp_path, hostile.home)
        (press.sites / "well.toml").write_text(SITE.format(home=well.home), "utf-8")
        done = subprocess.run(
            [sys.executable, "-c", IMPATIENT], env=press.environment(), capture_output=True, text=True, timeout=120
        )
    assert (done.returncode, done.stderr) == (1, "")
    runs = press.rows("SELECT site, outcome, fetched, failed FROM runs ORDER BY finished")
    assert runs == [("well", "finished", 3, 0), ("test", "failed", 0, 1)]
    said = "extract_failed: took longer than 4 s"
    assert press.rows("SELECT expectation, seen, url FROM findings") == [("first list page", said, hostile.home)]
    pages = press.rows("SELECT url, state, attempts, last_error FROM pages WHERE site = 'test'")
    assert pages == [(hostile.home, "failed", 1, said)]
    kept = press.rows("SELECT outcome, bytes > 800000 FROM captures WHERE url = ? ORDER BY id", hostile.home)
    assert kept == [("ok", 1), ("extract_failed", None)]


def test_a_reader_that_is_killed_costs_a_page_and_one_that_nobody_waits_for_none(tmp_path: Path) -> None:
    """Killed twice, for the first time may be the fault of the page before. ^C for the second time ends at once."""
    slow = {path: FOR_EVER + page for path, page in PAGES.items()}
    answers = {"/": listing(slow), **slow}
    with server(answers) as site:
        press = site_of(tmp_path, site.home)
        running = press.start("crawl")
        wait_until(lambda: "/1.html" in site.paths)
        (first,) = children(running.pid)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: children(running.pid) not in ([], [first]))
        os.kill(children(running.pid)[0], signal.SIGKILL)
        wait_until(lambda: "/2.html" in site.paths)
        for _ in range(2):
            running.send_signal(signal.SIGINT)
            time.sleep(0.3)  # two signals at the same time are one
        output, _ = running.communicate(timeout=30)
        assert "Traceback" not in output
        pages = press.rows("SELECT url, state, attempts, last_error FROM pages WHERE kind = 'article' ORDER BY url")
        died = "extract_failed: its process died (signal 9)"
        assert pages == [
            (f"{site.home}1.html", "failed", 1, died),
            (f"{site.home}2.html", "waiting", 0, None),
            (f"{site.home}3.html", "waiting", 0, None),
        ], output
        answers.update(PAGES)
        assert press("crawl").returncode == 0
        states = press.rows("SELECT state FROM pages WHERE kind = 'article' ORDER BY url")
        assert states == [("failed",), ("fetched",), ("fetched",)]


@pytest.mark.parametrize("how", ["interrupted", "out of time"])
def test_a_crawl_that_is_to_end_first_reads_the_page_it_has(tmp_path: Path, how: str) -> None:
    def late(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(1.7 if how == "out of time" else 0)
        sent("Content-Type: text/html; charset=utf-8", body=[FOR_A_SECOND, PAGES["/1.html"]])(handler)

    with server({"/": listing(PAGES), **PAGES, "/1.html": late}) as site:
        press = site_of(tmp_path, site.home)
        running = press.start("crawl", *(["--for", "2s"] if how == "out of time" else []))
        wait_until(lambda: "/1.html" in site.paths)
        if how == "interrupted":
            running.send_signal(signal.SIGINT)
        output, _ = running.communicate(timeout=60)
    assert "Traceback" not in output
    assert press.rows("SELECT outcome, failed FROM runs") == [("stopped" if how == "interrupted" else "time_limit", 0)]
    states = press.rows("SELECT state, attempts FROM pages WHERE kind = 'article' ORDER BY url")
    assert states == [("fetched", 0), ("waiting", 0), ("waiting", 0)]


def test_a_page_that_its_parser_gives_up_on_is_no_release_that_was_emptied(tmp_path: Path) -> None:
    answers = dict(PAGES)
    with server(answers) as site:
        press = site_of(tmp_path, site.home)
        fetch = ("fetch", f"{site.home}1.html", "--site", "test")
        assert press(*fetch).returncode == 0
        answers["/1.html"] = b"<div>" * 100_000 + PAGES["/1.html"]
        assert press(*fetch).returncode == 1
    said = "extract_failed: UnreadablePageError: the parser gave up: Excessive depth in document: 2048"
    assert press.rows("SELECT state, last_error FROM pages") == [("failed", said)]
    assert press.rows("SELECT count(*) FROM absences") == [(0,)]
    assert press.rows("SELECT body_kind, version FROM press_releases") == [("text", 1)]
