from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.cms.days import day_in_address
from crawler.extract.dates import in_url
from crawler.url_dates import date_in_address

HEX = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
UUID = "0a1b2c3d-2024-1101-8293-a4b5c6d7e8f9"
# The shapes in which the CMS families write an article's address, and the date each names, as precise as it does.
ADDRESSES = {
    "/xxfb/jwbd/202607/t20260703_4746539.html": "2026-07-03",
    "/gayw/t10521285.shtml": None,
    "/gayw/t20260703.shtml": None,
    "/art/2026/7/3/art_6372_11834669.html": "2026-07-03",
    "/art/2026/7/3/art_20250101_1.html": "2026-07-03",
    "/art/2026/12/31/art_6372_1.html": "2026-12-31",
    f"/art/2026/art_{HEX}.html": "2026",
    "/jx/2026-07/03/content_5501.shtml": "2026-07-03",
    "/jx/2026-07/03/c_1124.htm": "2026-07-03",
    "/20260703/0a1b2c3d/c.html": "2026-07-03",
    "/202607030930151234/index.shtml": "2026-07-03",
    "/202699030930151234/index.shtml": None,
    "/2026/07/03/ARTI1562028.shtml": "2026-07-03",
    "/jrdx/1234567/index.html": None,
    "/jrdx/20130315/index.html": None,
    "/jrdx/201303/index.html": None,
    f"/xwzx/202607/{HEX}.shtml": "2026-07",
    "/c110634/202607/15.shtml": "2026-07",
    "/c110634/202607/c00_12.shtml": "2026-07",
    "/c1178910/content.html": None,
    "/n2254098/n4904352/c20260703/content.html": None,
    "/c/2026-07-03/8378604.html": "2026-07-03",
    "/2026-07-03/8378604": "2026-07-03",
    "/20260703/12.html": "2026-07-03",
    f"/20260703/{HEX}.html": "2026-07-03",
    f"/2026/7/3/{HEX}.shtml": "2026-07-03",
    f"/columns/{UUID}/202607/03/{UUID}.html": "2026-07-03",
    f"/columns/{UUID}/202607/{UUID}.html": "2026-07",
    "/2026/07/12.html": "2026-07",
    "/2026/7/12.html": None,
    "/content/post_4281874.html": None,
    "/info/1016/10914.htm": None,
    "/Pages_12_2026.aspx": None,
    "/default.php?mod=article&do=detail&tid=20260703": None,
    "/detail?pa=/2026/7/3/": None,
    "/202602/t20260230_1.html": "2026-02",
    "/id/20260703415.html": None,
}


@pytest.mark.parametrize("path", ADDRESSES)
def test_list_lines_and_article_pages_read_the_same_date(path: str) -> None:
    url, expected = f"https://2025.a.example{path}", ADDRESSES[path]
    named = date_in_address(url)
    moment = in_url(url)
    assert (moment and (moment.at, moment.precision)) == named
    assert day_in_address(url) == (named[0] if named and named[1] == "day" else None)
    if expected is None:
        assert named is None
    else:
        precision = {4: "year", 7: "month", 10: "day"}[len(expected)]
        assert named == (dt.date.fromisoformat((expected + "-01-01")[:10]), precision)


@given(st.dates(dt.date(1999, 1, 1), dt.date(2099, 12, 31)), st.integers(1, 99_999))
def test_a_running_number_is_no_day(day: dt.date, number: int) -> None:
    month = (day.replace(day=1), "month")
    for address in (f"/{day:%Y/%m}/{number}.html", f"/c1/{day:%Y%m}/{number}.shtml", f"/{day:%Y-%m}/{number}.htm"):
        assert date_in_address(f"https://a.example{address}") == month
    assert date_in_address(f"https://a.example/{day:%Y%m}/t{day:%Y%m%d}_{number}.html") == (day, "day")
