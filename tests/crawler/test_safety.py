"""What a hostile page, server or link can make the crawl do: nothing but be recorded."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from threading import Event

import pytest

from crawler.demo.server import QINGLING, SampleProvince
from tests import warm
from tests.conftest import ALL, Press, asked, wait_until
from tests.servers import ARTICLE, listing, server, site_of


def newest(province: SampleProvince) -> str:
    return next(path for path in province.paths() if re.search(r"/t20260703_", path))


def test_a_body_over_the_cap_is_recorded_and_not_kept(press: Press, province: SampleProvince) -> None:
    path = newest(province)
    province.replace(path, b"<p>" + b"x" * (9 * 1024 * 1024))
    assert press("crawl", QINGLING).returncode == 0
    assert press.rows("SELECT outcome, bytes FROM captures WHERE url = ?", province.url(path)) == [("too_large", None)]
    assert press.rows("SELECT count(*) FROM press_releases") == [(ALL - 4,)]


@pytest.mark.parametrize("target", ["file:///etc/hostname", "ftp://127.0.0.1/x", "data:text/html,x", "javascript:1"])
def test_a_redirect_out_of_http_is_not_followed(press: Press, province: SampleProvince, target: str) -> None:
    path = newest(province)
    province.replace(path, "", status=302, headers={"Location": target})
    assert press("crawl", QINGLING, "--max-pages", "1").returncode == 0
    ((state, error),) = press.rows("SELECT state, last_error FROM pages WHERE url = ?", province.url(path))
    assert (state, str(error).split(":")[0]) == ("failed", "refused_address")
    assert press.rows("SELECT count(*) FROM press_releases WHERE url = ?", province.url(path)) == [(0,)]


def test_a_meta_refresh_is_kept_as_the_page_it_is(press: Press, province: SampleProvince) -> None:
    path = newest(province)
    body = province.body(path).replace(
        "<head>", f'<head><meta http-equiv="refresh" content="0;url={province.url("/elsewhere")}">'
    )
    province.replace(path, body)
    assert press("crawl", QINGLING, "--max-pages", "1").returncode == 0
    assert "/elsewhere" not in asked(province)
    assert press.rows("SELECT count(*) FROM press_releases WHERE url = ?", province.url(path)) == [(1,)]


def test_links_that_are_no_pages_are_no_entries(press: Press, province: SampleProvince) -> None:
    listed = province.body("/xwzx/jwdt/")
    hostile = "".join(
        f'<li><a href="{target}" title="点击查看这一条通知公告">点击查看这一条通知公告</a><span>2026-07-04</span></li>'
        for target in (
            "file:///etc/passwd",
            "javascript:alert(1)",
            "ftp://127.0.0.1/a",
            "{{pcUrl}}",
            "http://[::1",
            "#",
        )
    )
    first = re.search(r"<li><a href=\"\./20", listed)
    assert first
    province.replace("/xwzx/jwdt/", listed[: first.start()] + hostile + listed[first.start() :])
    assert press("crawl", QINGLING).returncode == 0
    assert press.rows("SELECT count(*) FROM press_releases") == [(ALL - 3,)]
    assert press.rows("SELECT count(*) FROM pages WHERE kind = 'article'") == [(ALL - 3,)]


def test_a_crawl_listens_on_no_port(press: Press, province: SampleProvince) -> None:
    """Scrapy's telnet console and remote control are on by default, and run code."""
    file = press.sites / "qingling.toml"
    file.write_text(file.read_text("utf-8").replace("delay = 0", "delay = 0.5"), "utf-8")
    running = press.start("crawl", QINGLING)
    try:
        wait_until(lambda: len(asked(province)) > 1)
        listening = listening_sockets(running.pid)
    finally:
        running.terminate()
        running.communicate()
    assert listening == set()


def listening_sockets(pid: int) -> set[str]:
    """Inodes of the sockets on which a process listens, as Linux lists them."""
    opened = {link.readlink().name for link in Path(f"/proc/{pid}/fd").iterdir()}
    lines = [
        line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/{pid}/net/{name}").read_text().splitlines()
    ]
    return {line[9] for line in lines if line[3] == "0A" and f"socket:[{line[9]}]" in opened}


def test_a_site_that_has_only_ipv6_is_reached(tmp_path: Path) -> None:
    if not socket.has_ipv6 or not Path("/proc/net/if_inet6").exists():
        pytest.skip("this machine has no IPv6")
    pages = {f"/{number}.html": ARTICLE.format(number).encode() for number in (1, 2, 3)}
    with server({"/": listing(pages), **pages}, host="::1") as site:
        press = site_of(tmp_path, site.home)
        done = press("crawl")
    assert done.returncode == 0, done.stdout + done.stderr
    assert press.rows("SELECT count(*) FROM press_releases") == [(3,)]
    assert press.rows("SELECT DISTINCT ip FROM captures") == [("::1",)]


def test_a_server_that_never_answers_is_a_timeout_and_ends_nothing(tmp_path: Path) -> None:
    hang = Event()
    pages = {f"/{number}.html": lambda _: bool(hang.wait(30)) for number in (1, 2, 3)}
    with server({"/": listing(pages), **pages}) as site:
        press = site_of(tmp_path, site.home)
        settings = ["-s", "DOWNLOAD_TIMEOUT=0.5", "-s", "RETRY_TIMES=0"]
        warm.scrapy(["crawl", "test", *settings], press.environment(), seconds=60).check_returncode()
        hang.set()
    assert press.rows("SELECT outcome, count(*) FROM captures WHERE warc_file IS NULL GROUP BY 1") == [("timeout", 3)]
    assert press.rows("SELECT outcome, failed FROM runs") == [("finished", 3)]


def test_a_refused_connection_fails_the_site_in_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        home = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    press = site_of(tmp_path, home)
    done = press("crawl")
    assert done.returncode == 1
    assert "test: first list page: wanted a list of entries, saw connection_error" in done.stdout
    assert home in done.stdout
    assert done.stderr == ""
    assert press.rows("SELECT outcome FROM runs") == [("failed",)]


def test_a_proxy_of_the_users_is_used_and_told_with_the_run_but_not_its_password(tmp_path: Path) -> None:
    home = "http://127.0.0.7:8/"
    pages = [f"{home}{number}.html" for number in range(3)]
    answers = {home: listing(pages), **{page: ARTICLE.format(page[-6]).encode() for page in pages}}
    with server(answers) as proxy:
        press = site_of(tmp_path, home)
        through = proxy.home.replace("//", "//user:secret@")
        done = press("crawl", http_proxy=through, no_proxy="")
    assert done.returncode == 0, done.stdout
    assert set(proxy.paths) == {f"{home}robots.txt", *answers}
    assert press.rows("SELECT proxy FROM runs") == [(f"http={proxy.home}",)]
    assert not any(b"secret" in path.read_bytes() for path in press.archive.rglob("*") if path.is_file())
