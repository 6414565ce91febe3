"""What happens to a site as a whole is no takedown: walls, outages and redesigns, over simulated days."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from simulated_days import articles, at_day, events, list_pages, on_day

from crawler.demo.releases import load_releases
from crawler.demo.server import QINGLING, SampleProvince
from tests import warm
from tests.conftest import Press

FEW, MANY = 6, 26
ANSWERS = {
    "wall": (521, "<script>__jsl_clearance</script>"),
    "outage": (500, "error"),
    "lists gone too": (404, "<h1>Not Found</h1>"),
}


@pytest.fixture
def province(request: pytest.FixtureRequest) -> Iterator[SampleProvince]:
    """The department with few releases, or as many as a test asks for."""
    with SampleProvince(load_releases()[: getattr(request, "param", FEW)]) as running:
        yield running


@pytest.mark.parametrize("how", ANSWERS)
def test_a_wall_or_an_outage_over_ten_days_takes_nothing_down(press: Press, province: SampleProvince, how: str) -> None:
    on_day(press, 0)
    status, body = ANSWERS[how]
    before = {path: province.body(path) for path in province.paths() if path.endswith(("/", "html"))}
    for path in before:
        province.replace(path, body, status=status)
    for day in (1, 2, 10):
        assert on_day(press, day) == 1, "a first list page that cannot be read is said"
    assert events(press) == []
    for path, body in before.items():
        province.replace(path, body)
    assert on_day(press, 11) == 0
    assert_all_are_there_on_day_eleven(press)


def test_ten_days_without_names_take_nothing_down(press: Press, province: SampleProvince) -> None:
    file = press.sites / f"{QINGLING}.toml"
    file.write_text(file.read_text("utf-8").replace("127.0.0.1", "localhost"), "utf-8")
    assert on_day(press, 0) == 0
    requests = len(province.requests)
    for day in (1, 2, 10):
        settings = ["-s", "TWISTED_DNS_RESOLVER=tests.crawler.nameless.NoNames", "-s", f"ARCHIVE_DIR={press.archive}"]
        warm.scrapy(["crawl", QINGLING, *settings], press.environment(**at_day(day)), seconds=60).check_returncode()
    assert len(province.requests) == requests
    assert press.rows("SELECT DISTINCT outcome FROM runs WHERE id > 1") == [("failed",)]
    assert press.rows("SELECT count(*) FROM captures WHERE outcome = 'dns_error'") != [(0,)]
    assert events(press) == []
    assert on_day(press, 11) == 0
    assert_all_are_there_on_day_eleven(press)


def assert_all_are_there_on_day_eleven(press: Press) -> None:
    """A visit that was missed is made up for as soon as the site answers."""
    assert events(press) == []
    seen = press.rows("SELECT DISTINCT last_seen, gone_at, version FROM press_releases")
    assert seen == [("2026-07-21T08:00:00+08:00", None, 1)]


@pytest.mark.parametrize("province", [MANY], indirect=True)
def test_a_redesign_is_no_takedown_and_counts_no_release_twice(press: Press, province: SampleProvince) -> None:
    """Half of the old addresses answer 404, half send their visitor to the home page, and so they stay."""
    on_day(press, 0)
    moved = articles(province)
    for number, path in enumerate(moved):
        province.replace(path.replace("/xwzx/", "/new/"), province.body(path))
        status, headers = (404, {}) if number % 2 else (302, {"Location": "/"})
        province.replace(path, "", status=status, headers=headers)
    for path in list_pages(province):
        folder = path.rpartition("/")[0].replace("/xwzx/", "/new/")
        province.replace(path, province.body(path).replace('href="./20', f'href="{folder}/20'))
    assert on_day(press, 1) == 0
    assert on_day(press, 2) == 1
    assert on_day(press, 10) == 1, "more than seven days after the first answers"
    found = press.rows("SELECT run_id, expectation, count(*) FROM findings GROUP BY 1, 2 ORDER BY 1")
    assert found == [(3, "site_changed", 1), (4, "site_changed", 1)]
    assert events(press) == []
    assert press.rows("SELECT count(*) FROM press_releases") == [(2 * MANY,)]
    assert press.rows("SELECT count(*) FROM press_releases WHERE same_as IS NULL") == [(MANY,)]
