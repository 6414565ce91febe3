from __future__ import annotations

import csv
import datetime as dt
import io
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import html
from sample_release import ARTICLE

from archive import Archive
from archive.models import Answer
from archive.web.serving import metadata_file

CHINA = dt.timezone(dt.timedelta(hours=8))
ODD = st.lists(
    st.sampled_from(
        ['"', "“", "-", "*", "OR", "AND", "NOT", "NEAR(", ")", "title:", "^", "公安", "G30", "\x00", "%", "'"]
    )
    | st.text(max_size=6)
).map(" ".join)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """120 releases of three sites; 夜市 stands in all of them, 台风 in one, with a title that is markup."""
    folder = tmp_path_factory.mktemp("searched") / "data"
    with Archive.open(folder, write=True) as opened:
        for slug, name, division in (
            ("beijing", "北京市公安局", "110000"),
            ("gansu", "甘肃省公安厅", "620000"),
            ("mps", "某部", None),
        ):
            opened.store.declare_site(
                slug=slug, name=name, english=slug, kind="police", division=division,
                home=f"https://{slug}.example/", verified=None, evidence="invented for a test",
            )  # fmt: skip
        for number in range(120):
            _keep(opened, number)
    return folder


def _keep(opened: Archive, number: int) -> None:
    published: dt.datetime | None = dt.datetime(2020 + number % 6, 1 + number % 12, 1 + number % 28, 9, tzinfo=CHINA)
    title, body = f"第{number}号夜市通报", f"样例{'铺' * 200}夜市守护行动第{number}号启动。"
    if number == 7:
        title, body = "<b onclick=alert(1)>台风</b>", "预警：<script>alert(2)</script>台风来临，夜市停业。"
    if number == 8:
        published = None
    url = f"https://press.example/{number}.html"
    site = ("beijing", "gansu", "mps")[number % 3]
    answer = Answer(site, None, url, dt.datetime(2026, 3, 2, tzinfo=CHINA), 200, (), url.encode(), "ok")
    article = replace(
        ARTICLE, title=title, body=body, published=published, published_precision="second" if published else None
    )
    opened.store.keep(url, article, opened.captures.keep(answer))


@pytest.fixture(scope="module")
def site(archive: Path, serve) -> Iterator[str]:
    datasette = Path(sys.executable).with_name("datasette")
    with serve(datasette, archive / "press.db", "-m", metadata_file(), "--port", "0") as address:
        yield address


def fetch(address: str, **query: str) -> bytes:
    # Surrogates go over the wire as nobody's browser would send them, and as anybody may.
    asked = urllib.parse.urlencode(query, errors="surrogatepass")
    with urllib.request.urlopen(f"{address}?{asked}") as answer:  # noqa: S310 - our own server
        return answer.read()


def page(address: str, **query: str) -> html.HtmlElement:
    return html.fromstring(fetch(address, **query).decode("utf-8"))


def titles(found: html.HtmlElement) -> list[str]:
    return ["".join(one.itertext()).strip() for one in found.xpath("//article/h2")]


def facet(found: html.HtmlElement, name: str) -> dict[str, str]:
    lines = found.xpath("//aside//details[summary=$name]//li", name=name)
    return {line.xpath("string(a)"): line.xpath("string(span[@class='number'])") for line in lines}


def test_an_empty_search_says_how_to_ask(site):
    found = page(f"{site}/search")
    assert found.xpath("//form[@role='search']//input[@name='q']")
    assert len(found.xpath("//table/tbody/tr")) >= 5
    assert not found.xpath("//article")


def test_newest_first_with_marks_and_counts(site):
    found = page(f"{site}/search", q="夜市")
    assert found.xpath("string(//p[@class='count']/strong)") == "120"
    dates = found.xpath("//article//time/@datetime")
    assert len(dates) == 20
    assert dates == sorted(dates, reverse=True)
    assert {"".join(mark.itertext()) for mark in found.xpath("//mark")} == {"夜市"}
    assert facet(found, "Province") == {"北京市 Beijing": "40", "甘肃省 Gansu": "40", "of no province": "40"}
    years = facet(found, "Year")
    assert next(iter(years)) == "2025"
    assert years["without a date"] == "1"
    assert sum(map(int, years.values())) == 120


def test_every_hit_leads_to_its_release(site, archive):
    with Archive.open(archive) as opened:
        keys = {release.key for release in opened.releases(search="夜市")}
    found = page(f"{site}/search", q="夜市")
    links = {link.rpartition("/")[2] for link in found.xpath("//article/h2/a/@href")}
    assert len(links) == 20
    assert links <= keys


def test_pages_hold_each_hit_once(site):
    seen, address = [], f"{site}/search?" + urllib.parse.urlencode({"q": "夜市"})
    while address:
        found = page(address.partition("?")[0], **dict(urllib.parse.parse_qsl(address.partition("?")[2])))
        seen += found.xpath("//article/h2/a/@href")
        later = found.xpath("//a[@rel='next']/@href")
        address = urllib.parse.urljoin(address, later[0]) if later else ""
    assert len(seen) == len(set(seen)) == 120


def test_counts_narrow_and_can_be_undone(site):
    [link] = page(f"{site}/search", q="夜市").xpath("//aside//a[contains(., 'Gansu')]/@href")
    narrowed = page(f"{site}/search", **dict(urllib.parse.parse_qsl(link[1:])))
    assert narrowed.xpath("string(//p[@class='count']/strong)") == "40"
    assert facet(narrowed, "Province") == {"甘肃省 Gansu": "40"}
    [undone] = narrowed.xpath("//ul[@class='chosen']//a/@href")
    assert dict(urllib.parse.parse_qsl(undone[1:])) == {"q": "夜市"}


@pytest.mark.parametrize(
    ("narrowed", "count"),
    [
        ({"site": "mps"}, 40),
        ({"province": "none"}, 40),
        ({"province": "620000"}, 40),
        ({"year": "2021"}, 20),
        ({"year": "none"}, 1),
        ({"from": "2025-01-01"}, 20),
        ({"from": "2021-01-01", "to": "2021-12-31", "site": "gansu"}, 20),
        ({"column": "none"}, 120),
        ({"column": "没有"}, 0),
        ({"site": "nowhere"}, 0),
        ({"year": "２０２１"}, 120),
        ({"from": "2021-02-30"}, 120),
        ({"to": "yesterday"}, 120),
        ({"page": "0"}, 120),
        ({"page": "-1"}, 120),
        ({"page": "9" * 400}, 120),
        ({"order": "worst"}, 120),
    ],
)
def test_filters(site, narrowed, count):
    found = page(f"{site}/search", q="夜市", **narrowed)
    assert found.xpath("string(//p[@class='count']/strong)") == str(count)


def test_a_filter_that_was_not_understood_is_said(site):
    said = page(f"{site}/search", q="夜市", year="x<y", to="2021-02-30").xpath("//p[@class='notice']")
    assert {"x<y", "2021-02-30"} == {one.text_content().split("”")[0].strip("“") for one in said}


def test_filters_without_words_browse(site):
    found = page(f"{site}/search", year="2021")
    assert found.xpath("string(//p[@class='count']/strong)") == "20"
    assert not found.xpath("//mark")


def test_best_first_puts_the_title_before_the_text(site):
    found = page(f"{site}/search", q="夜市 OR 台风", order="best")
    assert titles(found)[0] == "<b onclick=alert(1)>台风</b>"
    assert "best first" in found.xpath("string(//p[@class='count'])")


def test_what_stands_in_a_page_is_shown_as_text(site):
    found = page(f"{site}/search", q="台风")
    assert titles(found) == ["<b onclick=alert(1)>台风</b>"]
    assert "<script>alert(2)</script>" in found.xpath("string(//p[@class='snippet'])")
    assert not found.xpath("//*[@onclick] | //article//script | //article//b")


def test_what_was_typed_is_shown_as_text(site):
    typed = '"><script>alert(1)</script> 夜市'
    found = page(f"{site}/search", q=typed)
    assert found.xpath("//input[@name='q']/@value") == [typed]
    assert not found.xpath("//script[contains(., 'alert')]")


def test_a_search_can_be_taken_away(site):
    found = page(f"{site}/search", q="夜市", year="2021", site="gansu")
    [feed] = found.xpath("//p[@class='count']/a[.='Atom feed']/@href")
    assert urllib.parse.parse_qs(feed.partition("?")[2]) == {"q": ["夜市"]}
    [table] = found.xpath("//p[@class='count']/a[.='CSV']/@href")
    asked = {"search": ["夜市"], "site": ["gansu"], "from": ["2021-01-01"], "to": ["2021-12-31"]}
    assert urllib.parse.parse_qs(table.partition("?")[2]) == asked


@pytest.mark.parametrize("typed", ["-夜市", "，。", "*", '""', "OR"])
def test_a_search_for_nothing_says_so(site, typed):
    found = page(f"{site}/search", q=typed)
    assert "nothing in this to look for" in found.xpath("string(//p[@role='status'])")


def test_a_long_search_is_cut_and_says_so(site):
    found = page(f"{site}/search", q="夜市 " * 300)
    assert "first 60" in found.xpath("string(//p[@role='status'])")
    assert found.xpath("//article")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(ODD)
@example("\x00")
@example("\ud800 公安")
@example("(" * 2000)
@example("a OR " * 1000)
@example("公" * 3000)
@example("-")
@example("'; DROP TABLE press_releases; --")
def test_no_search_is_an_error(site, typed):
    fetch(f"{site}/search", q=typed, order="best", year=typed[:5], page=typed[:3])
    fetch(f"{site}/press/press_releases.json", _search=typed, _size="1", _shape="array")


@settings(max_examples=30)
@given(ODD)
@example("\x00公安")
@example("a OR " * 1000)
def test_no_search_in_sql_is_an_error(site, typed):
    sql = "SELECT count(*) AS count FROM releases_fts WHERE releases_fts MATCH zh(:q)"
    assert len(json.loads(fetch(f"{site}/press.json", sql=sql, q=typed, _shape="array"))) == 1


def keys_found(site: str, typed: str) -> set[str]:
    rows: list[dict[str, Any]] = json.loads(
        fetch(f"{site}/press/press_releases.json", _search=typed, _size="max", _shape="array")
    )
    return {row["key"] for row in rows}


@pytest.mark.parametrize("typed", ["夜市", "台风", "第7号 OR 第8号", "夜市 -台风", '"夜市守护"', "“夜市守护” 11*"])
def test_every_door_finds_the_same(site, archive, typed):
    with Archive.open(archive) as opened:
        in_python = {release.key for release in opened.releases(search=typed)}
    sql = "SELECT key FROM press_releases WHERE id IN (SELECT rowid FROM releases_fts WHERE releases_fts MATCH zh(:q))"
    in_sql = {row["key"] for row in json.loads(fetch(f"{site}/press.json", sql=sql, q=typed, _shape="array"))}
    count = page(f"{site}/search", q=typed).xpath("string(//p[@class='count']/strong)")
    assert in_python
    assert in_python == in_sql == keys_found(site, typed)
    assert count == str(len(in_python))


def test_the_csv_of_a_search_has_its_hits(site):
    [table] = page(f"{site}/search", q="台风").xpath("//p[@class='count']/a[.='CSV']/@href")
    try:
        rows = list(csv.DictReader(io.StringIO(fetch(urllib.parse.urljoin(site, table)).decode("utf-8-sig"))))
    except urllib.error.HTTPError as problem:
        raise AssertionError(f"{table}: {problem}") from problem
    assert len(rows) == 1
