from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.cms.base import day_in, day_in_address
from crawler.cms.days import day_shown, only_a_day

DAY = dt.date(2026, 7, 3)
PLAIN = "https://a.example/detail?id=7"


@pytest.mark.parametrize(
    "text",
    [
        *("2026-07-03", "2026-7-3", "2026/07/03", "2026.07.03", "2026年7月3日", "[2026-07-03]", "( 2026-07-03)"),
        *("2026-07-03 09:30", "2026-07-03T09:30:05", "2026年07月03日 09:30", "发布时间：2026-07-03　", "2026-07-03|"),
        *("【2026-07-03】", "日期: 2026/7/3", "2026 - 07 - 03"),
    ],
)
def test_spellings_of_a_day(text: str) -> None:
    squeezed = " ".join(text.split())
    assert day_in(text) == DAY
    assert only_a_day(squeezed)
    assert day_shown([squeezed], [], [], PLAIN) == DAY


@pytest.mark.parametrize(
    "text", ["", "2026-13-01", "2026-02-30", "12026-07-031", "1.5.2026", "110", "2026-07", "07-03"]
)
def test_what_names_no_whole_day(text: str) -> None:
    assert day_in(text) is None


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://a.example/xxfb/202607/t20260703_4746539.html", DAY),
        ("https://a.example/art/2026/7/3/art_6372_11834669.html", DAY),
        ("https://a.example/jx/2026-07/03/content_5501.shtml", DAY),
        ("https://a.example/c/2026-07-03/8378604.shtml", DAY),
        ("https://a.example/20260703/9f.html", DAY),
        ("https://a.example/xwzx/202606/9d8e.shtml", None),
        ("https://a.example/xwzx/2026/07/12.html", None),
        ("https://a.example/xwzx/detail?from=/2026/7/3/", None),
        ("https://a.example/art/2026/art_0f.html", None),
        ("https://a.example/gayw/t10521285.shtml", None),
        ("https://a.example/t20269903_1.html", None),
        ("https://a.example/t20260230_1.html", None),
        ("https://a.example/id/20260703415.html", None),
    ],
)
def test_the_day_of_an_address_and_never_that_of_its_month(url: str, day: dt.date | None) -> None:
    assert day_in_address(url) == day


@pytest.mark.parametrize(
    "texts", [["03", "2026-07"], ["2026-07", "03"], ["07-03", "2026"], ["2026", "07-03"], ["3日", "2026年7月"]]
)
def test_a_day_laid_out_over_two_elements(texts: list[str]) -> None:
    assert day_shown(texts, [], [], PLAIN) == DAY
    assert day_shown([], ["标题", *texts], [], PLAIN) == DAY


@pytest.mark.parametrize(
    ("text", "url", "day"),
    [
        ("07-03", "https://a.example/202607/9d8e.shtml", DAY),
        ("7月3日", "https://a.example/2026/88.html", DAY),
        ("[07/03]", "https://a.example/202607/t20260702_1.html", DAY),
        ("12-31", "https://a.example/202601/t20260102_1.html", dt.date(2025, 12, 31)),
        ("02-29", "https://a.example/202607/9d8e.shtml", None),
        ("07-03", PLAIN, None),
    ],
)
def test_a_day_without_a_year_takes_it_from_the_address(text: str, url: str, day: dt.date | None) -> None:
    assert day_shown([text], [], [], url) == day


def test_a_teaser_or_title_is_not_the_day() -> None:
    teaser = "自2025年12月31日起至今，全市公安机关累计出动警力三万余人次，开展清查行动一百余次，成效明显，群众满意。"
    assert day_shown([teaser, "2026-07-03"], [], [], PLAIN) == DAY
    assert day_shown([teaser], ["2025年12月31日警情通报"], [], PLAIN) is None
    assert day_shown(["来源：宣传处 2026-07-03 阅读 12"], [], [], PLAIN) == DAY


@given(st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31)))
def test_every_day_comes_back(day: dt.date) -> None:
    assert day_in(f"发布日期：{day} 08:00") == day
    assert day_in_address(f"https://a.example/{day:%Y%m}/t{day:%Y%m%d}_12.html") == day
    assert day_in_address(f"https://a.example/art/{day.year}/{day.month}/{day.day}/art_1_2.html") == day
