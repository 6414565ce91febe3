"""The dead-man's switch: what it hears of each way in which a crawl can end; no trouble with it is the crawl's."""

from __future__ import annotations

import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from click.exceptions import Exit

from archive.errors import ArchiveError, ArchiveInUseError
from archive.lock import Lock
from archive.models import Finding, RunCounts
from crawler import ping
from crawler.demo.portal import LIST
from crawler.demo.server import QINGLING, REXIAN, SampleProvince
from crawler.ping import Switch, address
from crawler.progress import Progress
from tests.conftest import Press, asked, wait_until


class Service:
    """A service on loopback that hears pings: path and text of each, in order. `statuses` are its next answers."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/check"
        self.heard: list[tuple[str, str]] = []
        self.statuses: list[int] = []

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.heard]


@contextmanager
def listening() -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
            service.heard.append((self.path, text))
            self.send_response(service.statuses.pop(0) if service.statuses else 200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Be quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service = Service(server.server_port)
        serving = Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        try:
            yield service
        finally:
            server.shutdown()
            serving.join()


@pytest.fixture
def service() -> Iterator[Service]:
    with listening() as running:
        yield running


def test_one_site_that_fails_is_a_success_whose_text_names_it(
    press: Press, province: SampleProvince, service: Service
) -> None:
    rexian = (press.sites / "rexian.toml").read_text("utf-8")
    (press.sites / "part.toml").write_text(rexian.replace(LIST, "/nothing/"), "utf-8")
    done = press("crawl", REXIAN, "part", "--quiet", "--ping", service.url)
    assert (done.returncode, done.stderr) == (1, "")
    assert service.paths == ["/check/start", "/check"]
    said = service.heard[1][1].splitlines()
    assert said[0] == "exit code 1"
    assert "rexian: finished: 3 listed, 3 fetched, 3 new, 0 edited, 0 walled, 0 failed" in said
    assert said[-1].startswith("part: first list page: wanted a list of entries, saw gone: HTTP status 404 at ")
    assert all(line in done.stdout for line in said[1:]), "what is passed on is what a person sees"


def test_no_site_that_could_be_read_is_a_failure(press: Press, province: SampleProvince, service: Service) -> None:
    province.remove(LIST, site=REXIAN)
    assert press("crawl", REXIAN, POLICE_PRESS_PING=f"{service.url}/").returncode == 1
    assert service.paths == ["/check/start", "/check/fail"]


def test_an_archive_that_cannot_be_written_is_a_failure_that_says_why(
    press: Press, tmp_path: Path, service: Service
) -> None:
    (tmp_path / "file").write_text("no folder")
    done = press("--archive", str(tmp_path / "file" / "data"), "crawl", "--ping", service.url)
    assert done.returncode == 4
    (path, said), *more = service.heard
    assert (path, more) == ("/check/fail", [])
    assert said.startswith("exit code 4\n")
    assert "the archive folder cannot be written" in said


def test_a_crawl_that_is_interrupted_says_so_and_one_that_is_killed_nothing(
    press: Press, province: SampleProvince, service: Service
) -> None:
    file = press.sites / "qingling.toml"
    file.write_text(file.read_text("utf-8").replace("delay = 0", "delay = 1"), "utf-8")
    for ending, heard in [(signal.SIGTERM, ["/check/start", "/check/fail"]), (signal.SIGKILL, ["/check/start"])]:
        service.heard.clear()
        before = len(asked(province))
        running = press.start("crawl", QINGLING, "--ping", service.url)
        wait_until(lambda before=before: len(asked(province)) > before)
        running.send_signal(ending)
        running.communicate(timeout=30)
        assert service.paths == heard


def test_a_run_that_finds_the_archive_held_tells_nothing(press: Press, service: Service) -> None:
    with Lock(press.archive):
        for quiet in ([], ["--quiet"]):
            assert press("crawl", *quiet, "--ping", service.url).returncode == 3
    assert service.heard == []


@pytest.mark.parametrize(
    "url",
    [
        "ping.example.org/check",
        "ftp://127.0.0.1/check",
        "http://",
        "http://127.0.0.1:99999/check",
        "http://me:secret@127.0.0.1/check",
        "http://127.0.0.1/check?status=up",
        "http://127.0.0.1/a check",
        "http://127.0.0.1/检查",
        "http://a..b/check",
    ],
)
def test_an_address_that_cannot_be_told_anything_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        address(url)


def test_a_wrong_address_is_exit_2_before_anything_begins(press: Press) -> None:
    done = press("crawl", "--ping", "ftp://127.0.0.1/check")
    assert done.returncode == 2
    assert "'ftp://127.0.0.1/check': not an http or https address." in done.stderr
    assert not press.archive.exists()


@pytest.mark.parametrize(
    ("ending", "heard"),
    [
        (Exit(0), ["/check/start", "/check"]),
        (ArchiveError("no space left on device"), ["/check/start", "/check/fail"]),
        (RuntimeError("a site's crawl could not start"), ["/check/start", "/check/fail"]),
        (KeyboardInterrupt(), ["/check/start", "/check/fail"]),
        (ArchiveInUseError("held"), ["/check/start"]),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_every_end_is_told(service: Service, ending: BaseException, heard: list[str]) -> None:
    def crawl() -> None:
        with Switch(service.url) as switch:
            switch.started(Progress()).ended("gansu", "finished", RunCounts(), [])
            raise ending

    with pytest.raises(type(ending)):
        crawl()
    assert service.paths == heard
    assert str(ending) in service.heard[-1][1] or not str(ending) or heard[-1] == "/check/start"


@pytest.mark.parametrize(
    ("outcomes", "heard"),
    [
        (["walled", "finished", "failed"], "/check"),
        (["failed", "time_limit"], "/check"),
        (["failed", "walled"], "/check/fail"),
        (["finished", "stopped"], "/check/fail"),
        ([], "/check/fail"),
    ],
)
def test_a_crawl_went_well_if_it_came_to_its_end_and_read_a_site(
    service: Service, outcomes: list[str], heard: str
) -> None:
    switch = Switch(service.url)
    for outcome in outcomes:
        switch.ended("gansu", outcome, RunCounts(), [])
    with pytest.raises(Exit), switch:
        raise Exit(1)
    assert service.paths == [heard]


def test_the_text_has_whole_lines_of_ten_kilobytes_counts_first(service: Service) -> None:
    finding = Finding("gansu", "page", "页" * 40, "文", "https://press.example/\udcff")
    switch = Switch(service.url)
    for slug in ("gansu", "jilin"):
        switch.ended(slug, "finished", RunCounts(), [finding] * 100)
    with pytest.raises(Exit), switch:
        raise Exit(1)
    said = service.heard[-1][1]
    assert ping.BYTES - 300 < len(said.encode("utf-8")) <= ping.BYTES
    assert [line.partition(":")[0] for line in said.splitlines()[:3]] == ["exit code 1", "gansu", "jilin"]
    assert said.endswith("at https://press.example/\\udcff\n")


def test_a_ping_is_tried_twice(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ping, "PAUSE", 0)
    service.statuses = [503]
    Switch(service.url).started(Progress())
    assert service.paths == ["/check/start"] * 2
    assert capsys.readouterr().err == ""
    service.statuses = [404, 404]
    Switch(service.url).started(Progress())
    assert len(service.paths) == 4
    assert re.fullmatch(rf"ping: {service.url}/start: HTTP Error 404: Not Found \(.+\)\n", capsys.readouterr().err)


def test_a_service_that_is_not_there_or_never_comes_to_an_end_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ping, "PAUSE", 0)
    monkeypatch.setattr(ping, "SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        began = time.monotonic()
        Switch(f"http://127.0.0.1:{port}").started(Progress())
        assert time.monotonic() - began < 5
    assert re.search(r"/start: (no answer in|timed out)", capsys.readouterr().err)
    Switch(f"http://127.0.0.1:{port}").started(Progress())
    assert "Connection refused" in capsys.readouterr().err
