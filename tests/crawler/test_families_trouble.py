"""Lists of every family in trouble: pages that are gone, walled, empty, stubs or repeated, and lists that lie.

Each walk ends, what happened is recorded, nothing is lost, and the next run goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from crawler.cms import Page, parse
from crawler.demo.answers import text
from crawler.demo.articles import articles
from crawler.demo.families import DEPARTMENTS, Department, aspx, auto, ucap
from crawler.demo.sample_site import Answers, SampleSite
from crawler.demo.server import QINGLING, REXIAN, SampleProvince
from tests.conftest import Press, asked

SLUGS = (QINGLING, *(make("http://127.0.0.1").slug for make in DEPARTMENTS))
TROUBLES = ("gone", "wall", "empty", "stub", "repeated")
IN = {slug: TROUBLES[number % len(TROUBLES)] for number, slug in enumerate(SLUGS)}
TODAY, TOMORROW = ({"POLICE_PRESS_NOW": f"2026-07-{day}T08:00:00+08:00"} for day in (10, 11))
EMPTY = "<html><body><h1>警务动态</h1><p>暂无内容，敬请期待</p></body></html>"
STUB = f"<html><head><title></title><script>{'var page = 2; ' * 18}</script></head><body></body></html>"


def list_pages(province: SampleProvince, slug: str) -> list[str]:
    """The addresses of the site's longest list, as a walk asks for them."""
    site = province.site(slug)
    root = province.url("", site=slug)
    walks = []
    for first in site.listings.values():
        url: str | None = root + first
        walks.append(walk := list[str]())
        while url is not None:
            walk.append(url.removeprefix(root))
            page = Page(url, province.body(walk[-1], site=slug), site.selectors)
            url = parse(site.cms, page).next_page
    return max(walks, key=len)


def bring(trouble: str, province: SampleProvince, slug: str, address: str, first: str) -> None:
    """Bring trouble to a list page; `first` is the address of the list's first page that has entries."""
    answers = {
        "gone": ("<html><body><p>您访问的页面不存在或已删除</p></body></html>", 404),
        "wall": ("<html><script>document.cookie=('__jsl_clearance_s=1');</script></html>", 521),
        "empty": (EMPTY, 200),
        "stub": (STUB, 200),
        "repeated": (province.body(first, site=slug), 200),
    }
    body, status = answers[trouble]
    province.replace(address, body, status=status, site=slug)


@dataclass(frozen=True)
class Troubled:
    """A province whose lists got into trouble after their first page, crawled on that day and, mended, the day after.

    `troubled` and `listings` map a site to the page in trouble and to the first page of its list.
    """

    press: Press
    troubled: dict[str, str]
    listings: dict[str, str]
    sites: dict[str, SampleSite]
    exit_codes: tuple[int, int]
    findings: list[tuple[object, ...]]
    pages: dict[object, object]
    completed: set[object]
    kept: set[object]
    walls: dict[object, object]


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Troubled]:
    folder = tmp_path_factory.mktemp("trouble")
    with SampleProvince(further=DEPARTMENTS) as province:
        province.write_sites(folder / "sites")
        press = Press(folder / "data", folder / "sites")
        addresses = {slug: list_pages(province, slug) for slug in SLUGS}
        for slug, pages in addresses.items():
            bring(IN[slug], province, slug, pages[-2], first=pages[-3])
        first = press("crawl", **TODAY).returncode
        findings = press.rows("SELECT url, expectation FROM findings")
        states = dict(press.rows("SELECT url, state FROM pages WHERE kind = 'listing'"))  # type: ignore[arg-type]
        completed = {url for (url,) in press.rows("SELECT url FROM listings WHERE completed IS NOT NULL")}
        kept = {url for (url,) in press.rows("SELECT url FROM press_releases")}
        walls = dict(press.rows("SELECT site, walled FROM runs"))  # type: ignore[arg-type]
        for slug, pages in addresses.items():
            province.restore(pages[-2], site=slug)
        second = press("crawl", **TOMORROW).returncode
        yield Troubled(
            press,
            {slug: province.url(pages[-2], site=slug) for slug, pages in addresses.items()},
            {slug: province.url(pages[0], site=slug) for slug, pages in addresses.items()},
            {slug: province.site(slug) for slug in SLUGS},
            (first, second),
            findings,
            states,
            completed,
            kept,
            walls,
        )
