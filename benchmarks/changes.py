#!/usr/bin/env python3
"""Sixty simulated days of a site that changes: is every edit, takedown and restoration found, and none invented?

    python benchmarks/changes.py [--seed N] [--releases 500]

A site on loopback with 500 releases, one more a day, is crawled once a day by the real command under a frozen clock.
25 releases are edited, 15 taken down in every way there is (404, 410, a soft 404, a redirect to the home page, an
emptied page), 5 of those put back, and for three times two days the whole site is out (500s, a wall, no answer). Every
page carries clutter that is new with every request. An event has to be found at the first visit that the schedule of
revisits allows, a takedown a day after that. Exit code 1 if one is missing, late or invented.
"""

from __future__ import annotations

import argparse
import collections
import datetime as dt
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Thread

from archive import Archive

DAYS = 60
REVISITS = (1, 3, 7, 30, 90, 180, 365)
START = dt.datetime.fromisoformat("2026-03-01T08:00:00+08:00")
OUTAGES = {15: "500", 16: "500", 33: "wall", 34: "wall", 48: "silence", 49: "silence"}
ABSENT = ("404", "410", "soft 404", "home", "emptied")
WORDS = "全省公安机关民警开展夏季治安整治专项行动依法查处现场群众安全防范宣传交通管理社区走访调解纠纷电信诈骗预警劝阻"
SITE = """
name = "变化省公安厅"
english = "Changing Province (simulated)"
home = "{home}"
evidence = "simulated on loopback for measuring"
[[listing]]
column = "警务动态"
cms = "trs"
url = "{home}jwdt/"
[fetch]
delay = 0
"""


@dataclass
class Release:
    """One release: the day it appears, what happens to it, and its text then and now."""

    number: int
    day: int
    text: list[str]
    changes: dict[int, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Its address on the site."""
        return f"/jwdt/{self.published:%Y%m}/t{self.published:%Y%m%d}_{self.number}.html"

    @property
    def published(self) -> dt.date:
        """The day it bears: the day it appears, or an older one where it was there from the start."""
        return (START + dt.timedelta(days=self.day)).date() - dt.timedelta(days=0 if self.day else self.number % 400)

    def visits(self) -> list[int]:
        """The days on which the schedule has it visited, its first fetch included."""
        due = [self.day, *(self.day + after for after in REVISITS)]
        return [_first_day_up(day) for day in due if _first_day_up(day) <= DAYS]

    def state(self, today: int) -> str:
        """What its page is on a day: `there`, or a way not to be."""
        states = [change for day, change in sorted(self.changes.items()) if day <= today and change != "edit"]
        return states[-1] if states else "there"


def _first_day_up(day: int) -> int:
    while day in OUTAGES:
        day += 1
    return day


def planned(seed: int, number: int) -> list[Release]:
    """Releases with everything that will happen to them, so that the schedule leaves room to see it."""
    chance = random.Random(seed)  # noqa: S311 - a simulation
    releases = [
        Release(
            one, max(0, one - number), ["".join(chance.choices(WORDS, k=chance.randint(40, 160))) for _ in range(4)]
        )
        for one in range(1, number + DAYS + 1)
    ]
    early = [release for release in releases if release.day < DAYS // 3]
    chosen = chance.sample(early, 40)
    for release in chosen[:25]:
        visits = release.visits()
        release.changes[chance.randint(visits[0] + 1, visits[-1] - 2)] = "edit"
    for place, release in enumerate(chosen[25:]):
        visits = [day for day in release.visits() if day <= release.day + 7]
        taken = chance.randint(visits[0] + 1, visits[-1])
        release.changes[taken] = ABSENT[place % len(ABSENT)]
        if place < 5:
            release.changes[_gone_on(release, taken) + 1] = "there"
    return releases


def _seen_on(release: Release, day: int) -> int:
    """The first visit on or after a day."""
    return next(visit for visit in release.visits() if visit >= day)


def _gone_on(release: Release, taken: int) -> int:
    return _first_day_up(_seen_on(release, taken) + 1)


def expected(releases: list[Release]) -> dict[tuple[str, str], int]:
    """The day on which each event has to be found, by kind and path."""
    found: dict[tuple[str, str], int] = {}
    for release in releases:
        for day, change in release.changes.items():
            if change == "edit":
                found["edited", release.path] = _seen_on(release, day)
            elif change == "there":
                found["restored", release.path] = _seen_on(release, day)
            else:
                found["gone", release.path] = _gone_on(release, day)
    return found


class Site:
    """The site as it is on `today`."""

    def __init__(self, releases: list[Release]) -> None:
        self.releases, self.today, self.asked, self._clutter = releases, 0, 0, count()
        self._by_path = {release.path: release for release in releases}

    def answer(self, path: str) -> tuple[int, str, dict[str, str]]:
        """Status, body, headers."""
        outage = OUTAGES.get(self.today)
        if outage:
            return (521, "<script>var __jsl_clearance</script>", {}) if outage == "wall" else (500, "error", {})
        if path == "/robots.txt":
            return 404, "", {}
        if path.startswith("/jwdt/") and not path.endswith(".html"):
            return 200, self._list(path), {}
        release = self._by_path.get(path)
        if release is None or release.day > self.today:
            return (200, self._framed("首页", "欢迎访问"), {}) if path == "/" else (404, "Not Found", {})
        return {
            "there": (200, self._article(release), {}),
            "404": (404, "<h1>Not Found</h1>", {}),
            "410": (410, "", {}),
            "soft 404": (200, "<html><title>提示</title><body>您访问的页面不存在或已删除</body></html>", {}),
            "home": (302, "", {"Location": "/"}),
            "emptied": (200, "<html><title>变化省公安厅</title><body></body></html>", {}),
        }[release.state(self.today)]

    def _list(self, path: str) -> str:
        shown = sorted(
            (one for one in self.releases if one.day <= self.today),
            key=lambda one: (one.published, one.number),
            reverse=True,
        )
        pages = -(-len(shown) // 20)
        number = int(path.rpartition("_")[2].partition(".")[0]) if "_" in path else 0
        rows = "".join(
            f'<li><a href="{one.path}">关于第{one.number}号警务工作的情况通报</a><span>{one.published}</span></li>'
            for one in shown[number * 20 : number * 20 + 20]
        )
        pager = f'<script>createPageHTML({pages}, {number}, "index", "shtml", "p", {len(shown)});</script>'
        return self._framed("警务动态", f"<ul>{rows}</ul>{pager}")

    def _article(self, release: Release) -> str:
        text = list(release.text)
        if any(change == "edit" and day <= self.today for day, change in release.changes.items()):
            text[1] += "以上数据经复核更正。"
        paragraphs = "".join(f"<p>{paragraph}。</p>" for paragraph in text)
        title = f"关于第{release.number}号警务工作的情况通报"
        byline = f"发布时间：{release.published} 来源：变化省公安厅 浏览次数：{next(self._clutter)}"
        return self._framed(title, f'<h1>{title}</h1><div>{byline}</div><div class="TRS_Editor">{paragraphs}</div>')

    def _framed(self, title: str, body: str) -> str:
        side = "".join(f"<li><a href='/x/{next(self._clutter)}.html'>热点信息</a></li>" for _ in range(3))
        return (
            f"<html><head><title>{title}_变化省公安厅</title></head><body><div>首页 &gt; {title}</div>{body}"
            f"<div class=side><ul>{side}</ul></div><div>页面生成时间 {next(self._clutter)}</div></body></html>"
        )


def serve(site: Site) -> ThreadingHTTPServer:
    """The site on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked += 1
            if OUTAGES.get(site.today) == "silence":
                self.close_connection = True
                return
            status, body, headers = site.answer(self.path)
            self.send_response(status)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *arguments: object) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return server


def main() -> int:
    """Simulate, compare, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--releases", type=int, default=500)
    given = parser.parse_args()
    releases = planned(given.seed, given.releases)
    site, started = Site(releases), time.monotonic()
    server = serve(site)
    home = f"http://127.0.0.1:{server.server_port}/"
    with tempfile.TemporaryDirectory() as work:
        (Path(work) / "sites").mkdir()
        (Path(work) / "sites" / "changing.toml").write_text(SITE.format(home=home), "utf-8")
        for site.today in range(DAYS + 1):
            command = ["--archive", f"{work}/data", "--sites", f"{work}/sites", "crawl", "--quiet"]
            environment = {"POLICE_PRESS_NOW": (START + dt.timedelta(days=site.today)).isoformat()}
            done = subprocess.run([sys.executable, "-m", "crawler", *command], env=environment, capture_output=True)  # noqa: S603 - our own command; its exit code is looked at
            if done.returncode != (1 if site.today in OUTAGES else 0):
                print(f"day {site.today}: exit {done.returncode}\n{done.stdout.decode()}{done.stderr.decode()[-2000:]}")
                return 1
        server.shutdown()
        with Archive.open(f"{work}/data") as archive:
            rows = archive.db.conn.execute(
                "SELECT e.kind, r.url, e.at FROM events AS e JOIN press_releases AS r ON r.id = e.release_id"
                " WHERE e.kind <> 'first_seen'"
            ).fetchall()
            kept = archive.db.conn.execute("SELECT count(*) FROM press_releases").fetchone()[0]
    found = collections.Counter((kind, url.removeprefix(home.rstrip("/"))) for kind, url, _ in rows)
    days = {
        (kind, url.removeprefix(home.rstrip("/"))): (dt.datetime.fromisoformat(at) - START).days
        for kind, url, at in rows
    }
    wanted = expected(releases)
    seconds = time.monotonic() - started
    print(f"{kept} of {len(releases)} releases kept; {DAYS} days, {site.asked} requests, {seconds:.0f} s")
    print(f"{'':10}{'happened':>10}{'found':>10}{'on time':>10}{'invented':>10}")
    for kind in ("edited", "gone", "restored"):
        happened = {event for event in wanted if event[0] == kind}
        seen = {event for event in found if event[0] == kind}
        on_time = {event for event in happened & seen if days[event] == wanted[event]}
        extra = sum(found[event] for event in seen) - len(happened & seen)
        print(f"{kind:10}{len(happened):>10}{len(happened & seen):>10}{len(on_time):>10}{extra:>10}")
        for event in sorted(happened - on_time):
            print(f"   {event}: wanted on day {wanted[event]}, found on {days.get(event)}")
    good = set(found) == set(wanted) and max(found.values()) == 1 and kept == len(releases)
    return 0 if good and all(days[event] == wanted[event] for event in wanted) else 1


if __name__ == "__main__":
    sys.exit(main())
