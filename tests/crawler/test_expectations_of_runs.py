"""Floors and moves as the whole command meets them: what a run finds, that it removes nothing, and what health says."""

from __future__ import annotations

import json

import pytest

from crawler.demo.portal import LIST
from crawler.demo.server import QINGLING, REXIAN, SampleProvince
from tests.conftest import Press

COLUMN = "/xwzx/jwdt/"
NEWEST = "2026-07-10T08:00:00+08:00"  # what the sample province published last is some days old then
EXPECT = """
[expect]
min_listed = 12
max_silent_days = 30
fill_rate = { title = 1.0, body = 0.5, content_source = 0.5 }
"""


def expect(press: Press, site: str, text: str = EXPECT) -> None:
    file = press.sites / f"{site}.toml"
    file.write_text(file.read_text("utf-8") + text, "utf-8")


def said(press: Press, *arguments: str, now: str = NEWEST) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(press("health", "--json", *arguments, POLICE_PRESS_NOW=now).stdout)
    return found


def test_floors_that_are_met_are_no_findings(press: Press) -> None:
    expect(press, QINGLING, EXPECT.replace("12", "3"))
    done = press("crawl", QINGLING, POLICE_PRESS_NOW=NEWEST)
    assert (done.returncode, press.rows("SELECT * FROM findings")) == (0, [])
    assert (press("health", QINGLING, POLICE_PRESS_NOW=NEWEST).returncode, said(press, QINGLING)) == (0, [])


def test_missed_floors_are_findings_and_remove_nothing(press: Press, province: SampleProvince) -> None:
    assert press("crawl", QINGLING, POLICE_PRESS_NOW=NEWEST).returncode == 0
    before = press.rows("SELECT count(*), count(gone_at) FROM press_releases")
    expect(press, QINGLING, EXPECT.replace("12", "13").replace("title = 1.0", "editor = 1.0"))
    late = "2027-07-10T08:00:00+08:00"
    done = press("crawl", QINGLING, "--no-revisit", POLICE_PRESS_NOW=late)
    assert done.returncode == 1
    assert "min_listed: wanted at least 13, saw 12 entries on the first list page" in done.stdout
    expectations = {finding["expectation"] for finding in said(press, QINGLING, now=late)}
    assert {"min_listed", "max_silent_days", "fill_rate editor"} <= expectations
    assert press.rows("SELECT outcome FROM runs") == [("finished",), ("finished",)]
    assert press.rows("SELECT count(*), count(gone_at) FROM press_releases") == before


def test_a_wall_or_an_outage_misses_no_floor(press: Press, province: SampleProvince) -> None:
    expect(press, REXIAN)
    province.replace(LIST, "", status=521, site=REXIAN)
    assert press("crawl", REXIAN, POLICE_PRESS_NOW="2027-07-10T08:00:00+08:00").returncode == 1
    assert press.rows("SELECT DISTINCT expectation FROM findings") == [("first list page",)]


@pytest.mark.parametrize("case", ["home", "elsewhere", "notice"])
def test_a_list_that_moved_says_where_to(press: Press, province: SampleProvince, case: str) -> None:
    home = province.url("/", site=REXIAN)
    if case == "notice":
        new = "https://new.example/"
        province.replace(LIST, f"<p>自2026年7月1日起，本网站迁移至{new}</p>", site=REXIAN)
    elif case == "home":
        new = home
        province.replace(LIST, "", status=301, headers={"Location": new}, site=REXIAN)
    else:
        new = province.url("/new/", site=REXIAN)
        province.replace("/new/", "<p>欢迎</p>", site=REXIAN)
        province.replace(LIST, "", status=301, headers={"Location": new}, site=REXIAN)
    done = press("crawl", REXIAN, POLICE_PRESS_NOW=NEWEST)
    assert done.returncode == 1
    assert "saw moved: " in done.stdout
    assert new in done.stdout
    (finding,) = said(press, REXIAN)
    assert (finding["expectation"], finding["kind"]) == ("first list page", "moved")
    assert "new address" in str(finding["advice"])
    assert press.rows("SELECT count(*) FROM press_releases") == [(0,)]


def test_a_rebuild_finds_the_same(press: Press, province: SampleProvince) -> None:
    expect(press, QINGLING, EXPECT.replace("12", "13"))
    province.replace(LIST, "", status=301, headers={"Location": province.url("/", site=REXIAN)}, site=REXIAN)
    press("crawl", POLICE_PRESS_NOW=NEWEST)
    sql = "SELECT site, expectation, seen, wanted, url FROM findings ORDER BY 1, 2, 5"
    found = press.rows(sql)
    assert len(found) > 1
    press("reparse", "--from-captures")
    assert press.rows(sql) == found
