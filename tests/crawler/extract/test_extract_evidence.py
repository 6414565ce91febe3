from __future__ import annotations

import datetime as dt

import pytest

from archive.models import Entry, Rejected
from crawler.extract import extract
from crawler.extract.dates import SHANGHAI
from crawler.extract.evidence import Evidence, Offer

URL = "https://gaj.example.gov.cn/jwbd/202406/t20240603_1.html"
TITLE = "某市公安局通报夏季行动战果"
TEXT = "6月3日，某市公安局召开新闻发布会，通报夏季治安打击整治行动阶段性战果。"
OTHERWISE = "another place says otherwise"


@pytest.mark.parametrize(
    ("offers", "chosen", "origin", "rejected"),
    [
        ([("byline", "某局"), ("meta", "某报")], "某局", "byline", [("某报", "meta")]),
        ([("layout", None), ("byline", ""), ("meta", "某报")], "某报", "meta", []),
        ([("byline", "“平安”某局"), ("meta", "平安 某局")], "“平安”某局", "byline", []),
        ([("byline", "某局ＡＢ"), ("meta", "某局ab")], "某局ＡＢ", "byline", []),
        (
            [("byline", "甲"), ("meta", "乙"), ("entry", "乙"), ("x", "丙")],
            "甲",
            "byline",
            [("乙", "meta"), ("丙", "x")],
        ),
        ([("byline", None)], None, None, []),
        ([], None, None, []),
    ],
)
def test_the_first_value_is_chosen_and_those_that_say_something_else_are_rejected(
    offers: list[Offer], chosen: str | None, origin: str | None, rejected: list[tuple[str, str]]
) -> None:
    evidence = Evidence()
    assert evidence.choose("issuer", offers) == chosen
    assert evidence.origins.get("issuer") == origin
    assert evidence.rejected == [Rejected("issuer", value, where, OTHERWISE) for value, where in rejected]


@pytest.mark.parametrize(
    ("one", "other", "is_conflict"),
    [
        ("省政府办公厅", "山西日报", True),
        ("省政府办公厅", "省政府办公厅", False),
        ("省政府 办公厅", "“省政府”办公厅", False),
        ("办公厅", "省政府办公厅", False),
        ("省政府办公厅", "办公厅", False),
        ("省政府办公厅", None, False),
        (None, "山西日报", False),
        ("——", "山西日报", False),
    ],
)
def test_two_places_disagree_unless_one_says_the_other_with_something_added(
    one: str | None, other: str | None, is_conflict: bool
) -> None:
    evidence = Evidence()
    evidence.compare("content_source", one, other)
    assert evidence.conflicts == ({"content_source"} if is_conflict else set())


def page(head: str = "", line: str = "", below: str = "") -> bytes:
    html = f'<head>{head}</head><h1>{TITLE}</h1><p>{line}</p><div class="TRS_Editor"><p>{TEXT}</p></div>{below}'
    return f"<html>{html}</html>".encode()


def meta(name: str, content: str) -> str:
    return f'<meta name="{name}" content="{content}">'


@pytest.mark.parametrize(
    ("payload", "origins"),
    [
        (page(), {"title": "heading", "body": "container", "published": "url"}),
        (
            page(line="2024-06-03 来源：某局 作者：张某 编辑：李某 发布：某处"),
            {
                **dict.fromkeys(("published", "content_source", "author", "editor", "issuer"), "byline"),
                "title": "heading",
                "body": "container",
            },
        ),
        (
            page(meta("PubDate", "2024-06-03 09:10") + meta("ContentSource", "某局") + meta("Author", "张某")),
            {
                "title": "heading",
                "body": "container",
                "published": "meta:pubdate",
                "content_source": "meta:contentsource",
                "author": "meta:author",
            },
        ),
        (
            page(below="<p>来源：某局</p><p>责任编辑：李某</p>"),
            {
                "title": "heading",
                "body": "container",
                "published": "url",
                **dict.fromkeys(("content_source", "editor"), "byline"),
            },
        ),
        (f"<html><p>{TEXT}</p></html>".encode(), {"published": "url", "body": "prose"}),
    ],
)
def test_each_value_says_where_it_stood(payload: bytes, origins: dict[str, str]) -> None:
    found = extract(payload, URL)
    assert found.origins == origins
    assert all(getattr(found, field) for field in origins)


@pytest.mark.parametrize(
    ("payload", "rejected", "conflicts"),
    [
        (page(line="来源：某局 2024-06-03"), [], ()),
        (
            page(meta("ContentSource", "某日报"), "来源：某局"),
            [Rejected("content_source", "某日报", "meta:contentsource", OTHERWISE)],
            ("content_source",),
        ),
        (
            page(meta("ArticleTitle", "关于夏季治安打击整治专项行动情况的报告")),
            [Rejected("title", "关于夏季治安打击整治专项行动情况的报告", "meta:articletitle", OTHERWISE)],
            ("title",),
        ),
        (
            page(line="发布时间：2024-06-01 08:30"),
            [Rejected("published", "2024-06-03", "url", OTHERWISE)],
            ("published",),
        ),
        (
            page(line="发布时间：2024-06-02 08:30"),
            [Rejected("published", "2024-06-03", "url", OTHERWISE)],
            (),
        ),
        (
            page(line="发布时间：2024-07-01 08:30"),
            [Rejected("published", "2024-07-01T08:30+08:00", "byline", "after the capture")],
            (),
        ),
        (
            page(meta("PubDate", "2024-06-30 10:33:59") + meta("others", "页面生成时间 2024-06-30 10:33:59")),
            [
                Rejected(
                    "published",
                    "2024-06-30T10:33:59+08:00",
                    "meta:pubdate",
                    "the time at which the page was made anew",
                )
            ],
            (),
        ),
        (page(line="发布时间：1970-01-01"), [Rejected("published", "1970-01-01", "byline", "before 1999")], ()),
    ],
)
def test_what_was_not_taken_is_kept_with_its_reason(
    payload: bytes, rejected: list[Rejected], conflicts: tuple[str, ...]
) -> None:
    captured = dt.datetime(2024, 6, 30, 12, tzinfo=SHANGHAI)
    found = extract(payload, URL, captured=captured, entry=Entry(URL, TITLE, dt.date(2024, 6, 3)))
    again = ("entry", "page")  # the list says what the address says; a byline's date is also one of the page
    assert [one for one in found.rejected if one.origin not in again] == rejected
    assert found.conflicts == conflicts


def test_a_file_says_that_its_list_or_its_address_named_it() -> None:
    url = "https://gaj.example.gov.cn/jwbd/202406/P020240603.pdf"
    listed = extract(b"%PDF-1.4", url, "application/pdf", entry=Entry(url, TITLE, dt.date(2024, 6, 5)))
    assert listed.origins == {"title": "entry", "published": "entry"}
    assert Rejected("title", "P020240603.pdf", "file name", OTHERWISE) in listed.rejected
    assert extract(b"%PDF-1.4", url, "application/pdf").origins["title"] == "file name"
