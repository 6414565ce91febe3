"""`discover = true`: lists are found from the home page, used, and looked for again when they are gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Press
from tests.servers import ARTICLE, Served, listing, server

SITE = """
name = "样例市公安局"
english = "Sample Municipal Public Security Bureau"
home = "{home}"
evidence = "invented for a test"
discover = true
[fetch]
delay = 0
"""
HOME = """<title>样例市公安局</title>
<div class="nav"><a href="/gk/">政务公开</a><a href="/jwdt/">警务动态</a><a href="/jqtb/">警情通报</a>
<a href="/gone/">公安要闻</a></div>"""


def articles(folder: str, numbers: range) -> dict[str, bytes]:
    return {f"/{folder}/t202606{number:02}_{number}.html": ARTICLE.format(number).encode() for number in numbers}


PAGES = {
    **articles("jwdt", range(1, 8)),
    **articles("jqtb", range(8, 10)),
    "/": HOME.encode(),
    "/jwdt/": listing(articles("jwdt", range(1, 8))),
    "/jqtb/": listing(articles("jqtb", range(8, 10))),
    "/gk/": "政务公开目录".encode(),
}


@pytest.fixture
def pages() -> dict[str, bytes]:
    return dict(PAGES)


@pytest.fixture
def web(pages: dict[str, bytes]) -> Iterator[Served]:
    with server(pages) as served:
        yield served


@pytest.fixture
def press(tmp_path: Path, web: Served) -> Press:
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "sample.toml").write_text(SITE.format(home=web.home), "utf-8")
    return Press(tmp_path / "data", tmp_path / "sites")


def on_day(press: Press, day: int, *verb: str) -> tuple[int, str]:
    done = press(*(verb or ("crawl",)), POLICE_PRESS_NOW=f"2026-07-{day:02}T08:00:00+08:00")
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


def lists(press: Press) -> list[tuple[object, ...]]:
    return press.rows("SELECT listing_column, url, discovered IS NOT NULL FROM listings ORDER BY url")


def test_lists_found_from_the_home_page_are_used_and_begun_with_from_then_on(
    press: Press, web: Served, pages: dict[str, bytes]
) -> None:
    assert on_day(press, 1)[0] == 0
    assert lists(press) == [("警务动态", f"{web.home}jwdt/", 1)], "two dated entries are no list, and a 404 is none"
    assert press.rows("SELECT count(*), min(listing_column) FROM press_releases") == [(7, "警务动态")]
    assert "/gk/" not in web.paths
    said = press.rows("SELECT key, title, body, version FROM press_releases ORDER BY key")
    assert on_day(press, 1, "reparse", "--from-captures")[0] == 0
    assert press.rows("SELECT key, title, body, version FROM press_releases ORDER BY key") == said
    assert lists(press) == [("警务动态", f"{web.home}jwdt/", 1)]
    web.paths.clear()
    assert on_day(press, 2, "crawl", "--no-revisit")[0] == 0
    assert web.paths == ["/robots.txt", "/jwdt/"]
    pages["/news/"] = pages.pop("/jwdt/")
    pages["/"] = HOME.replace("/jwdt/", "/news/").encode()
    code, said_then = on_day(press, 3, "crawl", "--no-revisit")
    assert (code, "first list page" in said_then) == (1, True)
    assert on_day(press, 4, "crawl", "--no-revisit")[0] == 0
    assert lists(press) == [("警务动态", f"{web.home}jwdt/", 0), ("警务动态", f"{web.home}news/", 1)]
    assert press.rows("SELECT count(*) FROM press_releases") == [(7,)], "the same articles, listed elsewhere"
    assert press("verify").returncode == 0


def test_a_home_page_that_leads_to_no_list_is_a_finding_and_looked_at_again(
    press: Press, web: Served, pages: dict[str, bytes]
) -> None:
    del pages["/jwdt/"]
    for day in (1, 2):
        code, said = on_day(press, day)
        assert code == 1
        assert "listings: wanted a list of press releases" in said
        assert "警情通报" in said
    assert web.paths.count("/") == 2
    del pages["/"]
    code, said = on_day(press, 3)
    assert (code, "home page: wanted a page that leads to lists, saw gone" in said) == (1, True)
    assert press.rows("SELECT outcome FROM runs ORDER BY id") == [("failed",), ("failed",), ("failed",)]
