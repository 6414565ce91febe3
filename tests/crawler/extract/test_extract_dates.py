from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.dates import SHANGHAI, Moment, completed, find, in_url, is_date
from crawler.extract.published import Candidate, choose, from_metas

CAPTURED = dt.datetime(2024, 5, 1, 8, 0, tzinfo=SHANGHAI)


def moment(text: str) -> Moment | None:
    """The expected moment, written as the contract writes `published`."""
    if len(text) == 4:
        return Moment(dt.date(int(text), 1, 1), "year")
    if len(text) == 7:
        return Moment(dt.date.fromisoformat(f"{text}-01"), "month")
    if len(text) == 10:
        return Moment(dt.date.fromisoformat(text), "day")
    at = dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    return Moment(at, "second" if len(text) == 19 else "minute")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-06-11 22:00:20", "2023-06-11T22:00:20"),
        ("2022-02-11 08:52", "2022-02-11T08:52"),
        ("2020/12/31 14:29:32", "2020-12-31T14:29:32"),
        ("2022年08月05日 15:40", "2022-08-05T15:40"),
        ("2022年8月5日15时40分", "2022-08-05T15:40"),
        ("2024年05月17日08:25", "2024-05-17T08:25"),
        ("2022年01月28日", "2022-01-28"),
        ("2021-9-24", "2021-09-24"),
        ("2018.04.15", "2018-04-15"),
        ("02.12.2014 04:17", "2014-12-02T04:17"),
        ("[2018-04-15]", "2018-04-15"),
        ("( 2018-04-15)", "2018-04-15"),
        ("2018-04-15|某局", "2018-04-15"),
        ("2018.10.30.", "2018-10-30"),
        ("发布时间：2018-04-15　　", "2018-04-15"),
        ("日期：2021-04-29  来源：某局", "2021-04-29"),
        ("1755592951329", "2025-08-19T16:42:31"),
        ("1755532800000", "2025-08-19"),
        ("2022年8月5日15时40分20秒", "2022-08-05T15:40:20"),
        ("2026-09-28-21:50:00", "2026-09-28T21:50:00"),
        ("2020-12-3114:29:32", "2020-12-31T14:29:32"),
        ("二〇二三年六月十一日", "2023-06-11"),
        ("二○二六年十二月三十一日", "2026-12-31"),
        ("２０２３年６月１１日", "2023-06-11"),
        ("2023年六月", "2023-06"),
        ("2023年6月", "2023-06"),
        ("2022-01-28 00:00:00", "2022-01-28"),
        ("2023-06-11T14:00:20Z", "2023-06-11T22:00:20"),
        ("2023-06-11T22:00:20+08:00", "2023-06-11T22:00:20"),
        ("2023-02-30", None),
        ("06-11", None),
        ("电话：0931-2023061", None),
        ("", None),
    ],
)
def test_every_form_seen(text: str, expected: str | None) -> None:
    assert find(text) == (moment(expected) if expected else None)


NUMERALS = "〇一二三四五六七八九十"
ZEROS = "〇○零０0"
WIDE = str.maketrans("0123456789:", "０１２３４５６７８９：")
MOMENTS = st.integers(915_120_000, 4_000_000_000).map(lambda seconds: dt.datetime.fromtimestamp(seconds, SHANGHAI))
FINE = (  # how a date and its time are written, and the precision of that
    ("{0:%Y-%m-%d %H:%M:%S}", "second"),
    ("{0:%Y/%m/%d %H:%M:%S}", "second"),
    ("{0:%Y.%m.%d %H:%M:%S}", "second"),
    ("{0:%Y年%m月%d日 %H:%M:%S}", "second"),
    ("{0:%Y-%m-%d-%H:%M:%S}", "second"),
    ("{0:%Y-%m-%dT%H:%M:%S}+08:00", "second"),
    ("{0:%Y-%m-%d %H:%M}", "minute"),
    ("{0:%Y年%m月%d日 %H:%M}", "minute"),
    ("{0:%Y年%m月%d日}{0.hour}时{0.minute}分", "minute"),
    ("{0:%Y年%m月%d日}{0.hour}时{0.minute}分{0.second}秒", "second"),
    ("{0:%d.%m.%Y %H:%M}", "minute"),
)
DAYS = (
    "{0:%Y年%m月%d日}",
    "{0.year}年{0.month}月{0.day}日",
    "{0.year}-{0.month}-{0.day}",
    "{0:%Y-%m-%d}",
    "{0:%Y.%m.%d}",
    "{0:%Y/%m/%d}",
    "{0:%d.%m.%Y}",
    "{0:%Y-%m-%d} 00:00:00",
)
AROUND = (
    ("", ""),
    ("[", "]"),
    ("( ", ")"),
    ("发布时间：", "　　"),
    ("日期：", "  来源：某局"),
    ("", "|来源：某局"),
    ("发文日期\t", "\t索引号"),
    ("（", "）点击："),
)


def counted(number: int) -> str:
    """1 is 一, 10 十, 19 十九, 20 二十, 31 三十一."""
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else NUMERALS[tens]) + ("十" if tens else "") + (NUMERALS[ones] if ones else "")


def as_precise(at: dt.datetime, precision: str) -> Moment:
    """What a reader of the written form knows; midnight is what a CMS writes when it knows the day only."""
    known = at.replace(second=0) if precision == "minute" else at
    if known.time() == dt.time(0):
        return Moment(at.date(), "day")
    return Moment(known, "minute" if precision == "minute" else "second")


@given(MOMENTS, st.sampled_from(FINE), st.booleans(), st.sampled_from(AROUND))
def test_what_is_written_is_read(at: dt.datetime, form: tuple[str, str], wide: bool, around: tuple[str, str]) -> None:
    written = form[0].format(at)
    written = written.translate(WIDE) if wide else written
    assert find(around[0] + written + around[1]) == as_precise(at, form[1])
    assert is_date(written)


@given(MOMENTS, st.sampled_from(DAYS), st.booleans(), st.sampled_from(AROUND))
def test_a_day_that_is_written_is_read(at: dt.datetime, form: str, wide: bool, around: tuple[str, str]) -> None:
    written = form.format(at)
    written = written.translate(WIDE) if wide else written
    assert find(around[0] + written + around[1]) == Moment(at.date(), "day")
    assert is_date(written)


@given(MOMENTS, st.sampled_from(ZEROS), st.sampled_from(AROUND), st.sampled_from(["日", "号"]))
def test_a_day_in_words_is_read(at: dt.datetime, zero: str, around: tuple[str, str], behind: str) -> None:
    year = "".join(NUMERALS[int(digit)] for digit in str(at.year)).replace("〇", zero)
    month = f"{year}年{counted(at.month)}月"
    day = f"{month}{counted(at.day)}{behind}"
    assert find(around[0] + day + around[1]) == Moment(at.date(), "day")
    assert find(month) == Moment(at.date().replace(day=1), "month")
    assert is_date(day)
    assert is_date(month)


@given(MOMENTS, st.sampled_from(["{0:%Y-%m}", "{0.year}年{0.month}月", "{0.year}/{0.month}"]), st.booleans())
def test_a_month_that_is_written_is_read(at: dt.datetime, form: str, wide: bool) -> None:
    written = form.format(at)
    assert find(written.translate(WIDE) if wide else written) == Moment(at.date().replace(day=1), "month")


@given(MOMENTS.filter(lambda at: at.year > 2001), st.sampled_from([1, 1000]))
def test_a_number_of_seconds_or_milliseconds_is_read(at: dt.datetime, unit: int) -> None:
    assert find(str(round(at.timestamp()) * unit)) == as_precise(at, "second")


@given(
    MOMENTS,
    st.integers(-180, 180),
    st.sampled_from(["{0:%m-%d}", "{0:%m/%d}", "{0.month}月{0.day}日", "[{0:%m-%d}]", "{0:%m-%d} 09:20"]),
)
def test_a_date_without_its_year_is_completed_from_a_day_half_a_year_around_it(
    at: dt.datetime, days: int, form: str
) -> None:
    near = Moment(at.date() + dt.timedelta(days), "day")
    found = completed(form.format(at), [near])
    assert found is not None
    assert found.day == at.date()
    assert found.precision == ("minute" if form.endswith("09:20") else "day")
    assert find(form.format(at)) is None


@given(st.text(alphabet="0123456789-/.:年月日时分〇○二三十T Z+", max_size=30))
def test_no_text_of_digits_raises_and_every_date_is_one(text: str) -> None:
    found = find(text)
    if found is not None:
        assert 1900 <= found.day.year < 2100
        assert find(str(found)) == found


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/xxfb/jwbd/202607/t20260703_4746539.html", "2026-07-03"),
        ("https://a.example/art/2026/9/24/art_6372_11834669.html", "2026-09-24"),
        ("https://a.example/2023-12/01/content_1755244.html", "2023-12-01"),
        ("https://a.example/20230611/0a1b2c3d/c.html", "2023-06-11"),
        ("https://a.example/c/2024-03-04/881.shtml", "2024-03-04"),
        ("https://a.example/xwzx/202305/36796cdc82d04268913f2884cf2fe579.shtml", "2023-05"),
        ("https://a.example/c110634/202305/c00_1.shtml", "2023-05"),
        ("https://a.example/art/2026/art_0a1b2c3d4e5f60718293a4b5c6d7e8f9.html", "2026"),
        ("https://a.example/content/post_4281874.html", None),
        ("https://a.example/info/1016/10914.htm", None),
        ("https://2023.a.example/detail?day=20230611", None),
    ],
)
def test_the_date_of_an_address(url: str, expected: str | None) -> None:
    assert in_url(url) == (moment(expected) if expected else None)


def candidate(origin: str, text: str, doubtful: bool = False) -> Candidate:
    found = moment(text)
    assert found is not None
    return Candidate(found, origin, doubtful)


@pytest.mark.parametrize(
    ("candidates", "winner"),
    [
        ([("byline", "2024-04-02"), ("meta:pubdate", "2024-04-02T10:18:30")], "meta:pubdate"),
        ([("byline", "2024-04-02T10:18"), ("meta:pubdate", "2024-04-02T10:18:00")], "byline"),
        ([("byline", "2025-04-02"), ("url", "2024-04-02")], "url"),  # after the capture
        ([("byline", "2024-05-01T08:00:10"), ("url", "2024-05-01")], "byline"),  # clocks differ
        ([("byline", "2024-05-01T09:00:01"), ("url", "2024-05-01")], "url"),
        ([("byline", "1970-01-01"), ("entry", "2024-04-02")], "entry"),  # before there were websites
        ([("meta:pubdate", "2024-04-30"), ("entry", "2024-04-02"), ("url", "2024-04-02")], "entry"),
        ([("byline", "2024-04-30"), ("entry", "2024-04-02"), ("url", "2024-04-02")], "byline"),
        ([("url", "2024-04")], "url"),
        ([("url", "2024-04"), ("closing", "2024-04-02")], "closing"),
        ([], None),
    ],
)
def test_the_choice(candidates: list[tuple[str, str]], winner: str | None) -> None:
    chosen = choose([candidate(origin, text) for origin, text in candidates], CAPTURED).chosen
    assert (chosen.origin if chosen else None) == winner


@pytest.mark.parametrize(
    ("candidates", "is_conflict"),
    [
        ([("byline", "2024-04-02"), ("url", "2024-04-03")], False),
        ([("byline", "2024-04-02"), ("url", "2024-04-04")], True),
        ([("byline", "2024-04-30"), ("url", "2024-04")], False),
        ([("byline", "2024-04-30"), ("url", "2024-03")], True),
        ([("byline", "2024-04-30"), ("url", "2024")], False),
        ([("byline", "2024-04-30"), ("closing", "2024-04-02"), ("written", "2024-03-02")], False),
        ([("byline", "2024-04-30"), ("url", "1970-01-01")], False),  # that is no date of a release at all
    ],
)
def test_places_that_disagree_by_more_than_a_day(candidates: list[tuple[str, str]], is_conflict: bool) -> None:
    choice = choose([candidate(origin, text) for origin, text in candidates], CAPTURED)
    assert choice.is_conflict == is_conflict


def test_what_is_not_believed_says_why() -> None:
    offered = [candidate("byline", "2025-04-02"), candidate("entry", "1970-01-01"), candidate("url", "2024-04-02")]
    offered += [candidate("page", "2024-03-01")]
    choice = choose(offered, CAPTURED)
    assert choice.chosen == offered[2]
    assert [(one.origin, why) for one, why in choice.rejected] == [
        ("byline", "after the capture"),
        ("entry", "before 1999"),
        ("page", "another place says otherwise"),
    ]


def test_a_page_captured_seconds_before_its_own_minute_keeps_it() -> None:
    said = candidate("byline", "2024-05-02T00:30")
    captured = dt.datetime(2024, 5, 1, 23, 59, 50, tzinfo=SHANGHAI)
    assert choose([said, candidate("url", "2024-05")], captured).chosen == said
    assert choose([candidate("url", "2024-05-02")], captured).chosen is not None
    assert choose([candidate("url", "2024-05-03")], captured).chosen is None


@pytest.mark.parametrize("pubdate", ["2023-08-16 10:33:59", "2023-08-16 10:33"])
def test_a_pubdate_that_is_the_time_of_generation_is_doubtful(pubdate: str) -> None:
    metas = {"pubdate": [pubdate], "others": ["页面生成时间 2023-08-16 10:33:59"]}
    (made,) = from_metas(metas)
    assert made.doubtful
    for origin, other in (("byline", "2023-07-12"), ("url", "2023-05")):
        choice = choose([made, candidate(origin, other)], CAPTURED)
        assert choice.chosen == candidate(origin, other)
        assert choice.rejected == [(made, "the time at which the page was made anew")]
        assert not choice.is_conflict
    for said in ([made], [made, candidate("url", "2023-08")]):
        assert choose(said, CAPTURED).chosen == made


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("06-11", "2023-06-11", "2023-06-11"),
        ("6月11日 09:20", "2023-06-12", "2023-06-11T09:20"),
        ("12-31", "2024-01-02", "2023-12-31"),
        ("01-01", "2023-12-30", "2024-01-01"),
        ("06-11", "2023-06", None),
        ("2056", "2023-06-11", None),
        ("06-11起", "2023-06-11", None),
    ],
)
def test_a_date_without_its_year_takes_that_of_the_nearest_known_day(
    text: str, known: str, expected: str | None
) -> None:
    beside = moment(known)
    assert beside is not None
    assert completed(text, [beside]) == (moment(expected) if expected else None)
