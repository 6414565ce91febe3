"""Lists of every family in trouble: pages that are gone, walled, empty, stubs or repeated, and lists that lie.

Each walk ends, what happened is recorded, nothing is lost, and the next run goes on.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from crawler.cms import Page, parse
from crawler.demo.answers import Answer, text
from crawler.demo.articles import articles
from crawler.demo.families import DEPARTMENTS, Department, aspx, auto, ucap
from crawler.demo.releases import load_releases
from crawler.demo.sample_site import Answers
from crawler.demo.server import QINGLING, SampleProvince
from tests.conftest import Press, asked

SLUGS = (QINGLING, *(make("http://127.0.0.1").slug for make in DEPARTMENTS))
TROUBLES = ("gone", "wall", "empty", "stub", "repeated")
IN = {slug: TROUBLES[number % len(TROUBLES)] for number, slug in enumerate(SLUGS)}
MORNING, NOON = ({"POLICE_PRESS_NOW": f"2026-07-10T{hour}:00:00+08:00"} for hour in ("08", "12"))
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
    """Two crawls of lists whose second page was in trouble and then mended, with the archive as each of them left it.

    `troubled` and `listings` map a site to the page in trouble and to the first page of its list.
    """

    first: Press
    second: Press
    exit_codes: tuple[int, int]
    troubled: dict[str, str]
    listings: dict[str, str]
    releases: dict[str, set[str]]


@pytest.fixture(scope="module")
def crawls(tmp_path_factory: pytest.TempPathFactory) -> Troubled:
    folder = tmp_path_factory.mktemp("trouble")
    press, before = (Press(folder / name, folder / "sites") for name in ("data", "before"))
    with SampleProvince(further=DEPARTMENTS) as province:
        province.write_sites(press.sites)
        lists = {slug: list_pages(province, slug) for slug in SLUGS}
        for slug, pages in lists.items():
            bring(IN[slug], province, slug, pages[-2], first=pages[-3])
        first = press("crawl", **MORNING).returncode
        shutil.copytree(press.archive, before.archive)
        for slug, pages in lists.items():
            province.restore(pages[-2], site=slug)
        return Troubled(
            before,
            press,
            (first, press("crawl", **NOON).returncode),
            {slug: province.url(pages[-2], site=slug) for slug, pages in lists.items()},
            {slug: province.url(pages[0], site=slug) for slug, pages in lists.items()},
            {slug: {province.url(one.path, site=slug) for one in province.site(slug).releases} for slug in SLUGS},
        )


@pytest.mark.parametrize("slug", SLUGS)
def test_what_happened_is_recorded_and_the_walk_does_not_count_as_completed(crawls: Troubled, slug: str) -> None:
    page, trouble = crawls.troubled[slug], IN[slug]
    findings = crawls.first.rows("SELECT expectation FROM findings WHERE site = ?", slug)
    captures = "SELECT count(*) FROM captures AS c JOIN pages AS p ON p.id = c.page_id WHERE p.url = ?"
    states = crawls.first.rows("SELECT state, last_error FROM pages WHERE url = ?", page)
    assert (findings, states) == {
        "gone": ([], [("failed", "gone: HTTP status 404")]),
        "wall": ([], [("walled", "challenge: HTTP status 521")]),
        "empty": ([("entries",)], [("failed", "no_entries: no entries where entries were expected")]),
        "stub": ([("entries",)], [("failed", "no_entries: no entries where entries were expected")]),
        "repeated": ([("list pages",)], [("fetched", None)]),
    }[trouble]
    assert crawls.first.rows("SELECT completed FROM listings WHERE url = ?", crawls.listings[slug]) == [(None,)]
    assert crawls.first.rows(captures, page) == [(1,)], "what came is kept"


@pytest.mark.parametrize("slug", SLUGS)
def test_what_was_listed_before_it_is_archived_all_the_same(crawls: Troubled, slug: str) -> None:
    listed = {
        url
        for (url,) in crawls.first.rows(
            "SELECT url FROM entries WHERE listing_id IN (SELECT id FROM listings WHERE site = ?)", slug
        )
    }
    kept = {url for (url,) in crawls.first.rows("SELECT url FROM press_releases WHERE site = ?", slug)}
    assert kept == listed
    assert len(kept) >= 3


@pytest.mark.parametrize("slug", SLUGS)
def test_once_it_is_mended_the_next_run_completes_the_walk_and_has_everything(crawls: Troubled, slug: str) -> None:
    assert {url for (url,) in crawls.second.rows("SELECT url FROM press_releases WHERE site = ?", slug)} == (
        crawls.releases[slug]
    )
    assert crawls.second.rows("SELECT count(*) FROM listings WHERE site = ? AND completed IS NULL", slug) == [(0,)]


def test_only_findings_make_a_run_amiss_and_none_is_left(crawls: Troubled) -> None:
    assert crawls.exit_codes == (1, 0)
    assert len(crawls.second.rows("SELECT 1 FROM findings")) == len(crawls.first.rows("SELECT 1 FROM findings"))
    assert crawls.second.rows("SELECT url FROM pages WHERE state <> 'fetched'") == []
    assert crawls.second.rows("SELECT DISTINCT kind FROM events") == [("first_seen",)]
    assert crawls.second.rows("SELECT count(*) FROM press_releases WHERE gone_at IS NOT NULL OR version > 1") == [(0,)]


# --- Lists that lie ------------------------------------------------------------------------------------------------


def endless(total: str) -> Answers:
    """Whatever page is asked for, the list gives its first lines and leads on to a further one."""

    def answer(asked: str) -> Answer:
        number = int(asked.rpartition("=")[2])
        further = auto.path(number + 1).replace("&", "&amp;")
        said = re.sub(r"共13条记录.*?</div>", f'{total} <a href="{further}">下一页</a></div>', auto.page(1))
        return text(said)

    return {"/info/iList.jsp": answer, **articles("plain", auto.RELEASES)}


def boastful() -> Answers:
    """The list has three pages and says it has two hundred entries."""
    pages = {ucap.path(number): ucap.page(number).replace("'shtml',8)", "'shtml',200)") for number in (1, 2, 3)}
    return {**{path: text(page) for path, page in pages.items()}, **articles("ucap", [*ucap.RELEASES, ucap.PINNED])}


def by_script() -> Answers:
    """The list leads on by script alone."""
    scripted = re.sub(r'href="/info/iList[^"]*page=\d+"', 'href="javascript:void(0)"', auto.page(1))
    return {auto.path(1): text(scripted), **articles("plain", auto.RELEASES)}


def named(slug: str, make: Department, answers: Answers) -> Department:
    """That department's site under another name and with these answers."""
    return lambda home: replace(make(home), slug=slug, answers=answers)


LYING = {
    "endless": named("endless", auto.department, endless("共13条记录")),
    "boundless": named("boundless", auto.department, endless("")),
    "boastful": named("boastful", ucap.department, boastful()),
    "by-script": named("by-script", auto.department, by_script()),
    "posting": named(
        "posting",
        aspx.department,
        {aspx.path(1): text(aspx.page(1, posts_back=True)), **articles("aspx", aspx.RELEASES)},
    ),
    "bare": named("bare", ucap.department, {ucap.path(1): text(EMPTY)}),
}


@pytest.fixture(scope="module")
def lying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Press, SampleProvince]]:
    folder = tmp_path_factory.mktemp("lying")
    press = Press(folder / "data", folder / "sites")
    with SampleProvince(load_releases()[:2], further=LYING.values()) as province:
        province.write_sites(press.sites)
        assert press("crawl", "--full", *LYING).returncode == 1
        yield press, province


@pytest.mark.parametrize(
    ("slug", "walk", "kept", "finding", "asked_for"),
    [
        ("endless", "short", 5, ("list pages", "13 entries, 5 came"), 2),
        ("boundless", "completed", 5, None, 2),
        ("boastful", "short", 9, ("list pages", "200 entries, 9 came"), 3),
        ("by-script", "short", 5, ("list pages", "13 entries, 5 came"), 1),
        ("posting", "short", 3, ("list pages", "3 list pages, 1 came"), 1),
        ("bare", None, 0, ("entries", "at least 1"), 1),
    ],
)
def test_a_list_that_lies_ends_is_recorded_and_loses_nothing(
    lying: tuple[Press, SampleProvince],
    slug: str,
    walk: str | None,
    kept: int,
    finding: tuple[str, str] | None,
    asked_for: int,
) -> None:
    press, province = lying
    walks = "SELECT w.outcome FROM walks AS w JOIN listings AS l ON l.id = w.listing_id WHERE l.site = ?"
    assert press.rows(walks, slug) == [(walk,)]
    assert press.rows("SELECT count(*) FROM press_releases WHERE site = ?", slug) == [(kept,)]
    assert press.rows("SELECT expectation, wanted FROM findings WHERE site = ?", slug) == ([finding] if finding else [])
    assert press.rows("SELECT count(*) FROM pages WHERE kind = 'listing' AND site = ?", slug) == [(asked_for,)]
    assert len(asked(province, slug)) == kept + asked_for
    failed = "failed" if slug == "bare" else "finished"
    assert press.rows("SELECT outcome FROM runs WHERE site = ?", slug) == [(failed,)]
