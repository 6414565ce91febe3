"""Edits, takedowns and what only looks like one: a site that changes over simulated days, and the real command.

What happens to a site as a whole is in `test_site_changes.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

import cluttered_pages
import pytest
from simulated_days import articles, at_day, events, list_pages, on_day

from crawler.demo.releases import load_releases
from crawler.demo.server import QINGLING, SampleProvince
from tests.conftest import Press, asked

FEW, MANY = 6, 26


@pytest.fixture
def province(request: pytest.FixtureRequest) -> Iterator[SampleProvince]:
    """The department with few releases, or as many as a test asks for: each is visited again and again."""
    with SampleProvince(load_releases()[: getattr(request, "param", FEW)]) as running:
        yield running


def test_releases_are_visited_on_schedule_and_cost_no_copy(press: Press, province: SampleProvince) -> None:
    assert on_day(press, 0) == 0
    for day, visits in [(0.5, 0), (1, FEW), (2, 0), (3, FEW)]:
        province.requests.clear()
        assert on_day(press, day) == 0
        assert len([path for path in asked(province) if path in articles(province)]) == visits, day
    answered = [one.status for one in province.requests if one.path in articles(province)]
    assert set(answered) == {304}
    assert press.rows("SELECT not_modified FROM runs WHERE not_modified > 0") == [(FEW,), (FEW,)]
    assert press.rows("SELECT DISTINCT outcome, bytes FROM captures WHERE status = 304") == [("not_modified", 0)]
    assert press.rows("SELECT count(*) FROM captures WHERE status = 304 AND refers_to IS NULL") == [(0,)]
    assert events(press) == []
    assert press.rows("SELECT DISTINCT last_seen FROM press_releases") == [("2026-07-13T08:00:00+08:00",)]


def test_no_revisit_leaves_them_for_the_next_run(press: Press, province: SampleProvince) -> None:
    on_day(press, 0)
    province.requests.clear()
    assert on_day(press, 1, "--no-revisit") == 0
    assert [path for path in asked(province) if path in articles(province)] == []
    on_day(press, 1.1)
    assert len([path for path in asked(province) if path in articles(province)]) == FEW


def test_an_edit_is_found_by_a_visit_and_clutter_is_none(press: Press, province: SampleProvince) -> None:
    on_day(press, 0)
    edited, *others = articles(province)
    for number, path in enumerate(others):
        clutter = f"<div class='side'>热点 {number}</div><!-- 生成时间 2026-07-11 0{number % 10}:00 --></body>"
        province.replace(path, province.body(path).replace("</body>", clutter))
    text = province.body(edited)
    sentence = re.search(r"<p[^>]*>([^<]{40,})</p>", text)
    assert sentence
    province.replace(edited, text.replace(sentence[1], sentence[1] + "以上数据已更正。"))
    on_day(press, 1)
    assert events(press) == [("edited", 1)]
    assert press.rows("SELECT url, version FROM press_releases WHERE version > 1") == [(province.url(edited), 2)]
    kept = press.rows("SELECT count(*) FROM captures WHERE url = ? AND refers_to IS NULL", province.url(edited))
    assert kept == [(2,)]


@dataclass(frozen=True)
class Answer:
    """What a page that was taken down answers."""

    status: int
    body: str = ""
    headers: Mapping[str, str] | None = None


TAKEDOWNS = {
    "404": Answer(404, "<h1>Not Found</h1>"),
    "410": Answer(410),
    "soft 404": Answer(200, "<html><title>提示</title><body>您访问的页面不存在或已删除</body></html>"),
    "redirect to the home page": Answer(302, headers={"Location": "/"}),
    "emptied": Answer(200, "<html><head><title>青岭省公安厅</title></head><body></body></html>"),
}


def test_a_takedown_is_one_once_it_stood_for_a_day_and_it_can_be_undone(press: Press, province: SampleProvince) -> None:
    on_day(press, 0)
    before = {path: province.body(path) for path in articles(province)[: len(TAKEDOWNS)]}
    bodies = press.rows("SELECT url, body FROM press_releases ORDER BY url")
    for path, answer in zip(before, TAKEDOWNS.values(), strict=True):
        province.replace(path, answer.body, status=answer.status, headers=answer.headers)
    on_day(press, 1)
    assert events(press) == [], "one answer is not enough"
    on_day(press, 1.5)
    assert events(press) == [], "twelve hours are not enough"
    on_day(press, 2)
    assert events(press) == [("gone", len(TAKEDOWNS))]
    taken = press.rows("SELECT url, gone_at FROM press_releases WHERE gone_at IS NOT NULL ORDER BY url")
    assert taken == [(province.url(path), "2026-07-11T08:00:00+08:00") for path in before]
    assert press.rows("SELECT url, body FROM press_releases ORDER BY url") == bodies, "the texts stay"
    assert press.rows("SELECT gone FROM runs ORDER BY id DESC LIMIT 1") == [(len(TAKEDOWNS),)]
    on_day(press, 3)
    assert events(press) == [("gone", len(TAKEDOWNS))]
    for path, body in before.items():
        province.replace(path, body)
    on_day(press, 7)
    assert events(press) == [("gone", len(TAKEDOWNS)), ("restored", len(TAKEDOWNS))]
    assert press.rows("SELECT count(*) FROM press_releases WHERE gone_at IS NOT NULL OR version > 1") == [(0,)]


LOGIN = "<title>统一身份认证平台</title><form><input name='username'><input type='password' name='password'></form>"
NO_TAKEDOWNS = {
    "redirect to a login": Answer(302, headers={"Location": "/cas/login?service=%2Fxwzx%2F"}),
    "401": Answer(401, "<h1>Unauthorized</h1>"),
    "a login page in its place": Answer(200, LOGIN),
    "500": Answer(500, "error"),
    "403": Answer(403, "<h1>403 Forbidden</h1>"),
    "moved, as its server says": Answer(302, headers={"Location": "/new/1.html"}),
    "a server that wants patience": Answer(503, "<p>系统维护，请稍后再来</p>"),
}


@pytest.mark.parametrize("province", [len(NO_TAKEDOWNS) + 2], indirect=True)
def test_what_only_looks_like_a_takedown_or_an_edit_is_none(press: Press, province: SampleProvince) -> None:
    """A wall, a failure, an article that left its list, and one around which all changes from day to day."""
    on_day(press, 0)
    cluttered, unlisted, *others = articles(province)
    province.replace("/cas/login", LOGIN)
    province.replace("/new/1.html", province.body(others[5]))
    for path, answer in zip(others, NO_TAKEDOWNS.values(), strict=True):
        province.replace(path, answer.body, status=answer.status, headers=answer.headers)
    before = province.body(cluttered)
    for path in list_pages(province):
        name = unlisted.rpartition("/")[2]
        province.replace(path, re.sub(rf"<li><a href=[^>]*{name}.*?</li>", "", province.body(path)))
    for day in (1, 2, 3):
        around = cluttered_pages.sidebar(Random(day)) + cluttered_pages.foot(Random(day))  # noqa: S311 - variety
        province.replace(cluttered, before.replace("</body>", f"{around}</body>"))
        assert on_day(press, day) == 0
    assert events(press) == []
    assert press.rows("SELECT count(*) FROM press_releases WHERE gone_at IS NOT NULL OR version > 1") == [(0,)]
    seen = press.rows("SELECT url, last_seen FROM press_releases WHERE last_seen > '2026-07-13' ORDER BY url")
    assert [url for url, _ in seen] == [province.url(path) for path in (cluttered, unlisted, others[5])]


def test_a_page_that_is_back_within_the_day_was_never_gone(press: Press, province: SampleProvince) -> None:
    on_day(press, 0)
    path = articles(province)[0]
    before = province.body(path)
    province.replace(path, "", status=404)
    on_day(press, 1)
    province.replace(path, before)
    on_day(press, 2)
    province.replace(path, "", status=404)
    on_day(press, 3)
    assert events(press) == [], "the first answer of a second absence, not the second of the first"


@pytest.mark.parametrize("province", [MANY], indirect=True)
def test_a_person_can_say_that_a_mass_takedown_is_one(press: Press, province: SampleProvince) -> None:
    on_day(press, 0)
    taken = articles(province)[:22]
    for path in taken:
        province.replace(path, "", status=404)
    on_day(press, 1)
    assert on_day(press, 2) == 1
    assert events(press) == []
    said = press("confirm-gone", QINGLING, **at_day(2.1))
    assert (said.returncode, said.stdout.split(" ")[0]) == (0, "22")
    assert events(press) == [("gone", 22)]
    assert on_day(press, 3) == 0
    assert press("confirm-gone", "nowhere").returncode == 2


def test_two_listed_addresses_of_one_page_are_both_kept_and_both_see_its_edits(
    press: Press, province: SampleProvince
) -> None:
    """The second is asked for with the validators of the first: its 304 says what that capture shows, and no more."""
    old, new, *_ = articles(province)[::-1]
    province.replace(old, "", status=302, headers={"Location": new})
    assert on_day(press, 0) == 0
    assert press.rows("SELECT count(*) FROM press_releases") == [(FEW,)]
    assert press.rows("SELECT outcome FROM runs") == [("finished",)]
    same = "SELECT count(DISTINCT text_digest), min(version), max(version) FROM press_releases WHERE url IN (?, ?)"
    assert press.rows(same, province.url(old), province.url(new)) == [(1, 1, 1)]
    sentence = re.search(r"<p[^>]*>([^<]{40,})</p>", province.body(new))
    assert sentence
    province.replace(new, province.body(new).replace(sentence[1], sentence[1] + "以上数据已更正。"))
    assert on_day(press, 1) == 0
    assert press.rows(same, province.url(old), province.url(new)) == [(1, 2, 2)]
    assert events(press) == [("edited", 2)]
