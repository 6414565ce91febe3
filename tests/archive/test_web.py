from __future__ import annotations

import json
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from archive import Archive
from archive.web.cells import EXCERPT, reading_order
from archive.web.pages import is_link
from archive.web.serving import metadata_file


@pytest.fixture(scope="module")
def site(small_archive: Path, serve) -> Iterator[str]:
    """The small archive as any Datasette user would serve it."""
    datasette = Path(sys.executable).with_name("datasette")
    with serve(datasette, small_archive / "press.db", "-m", metadata_file(), "--port", "0") as address:
        yield f"{address}/press"


def fetch(address: str, **query: str) -> bytes:
    with urllib.request.urlopen(f"{address}?{urllib.parse.urlencode(query)}") as answer:  # noqa: S310 - our own server
        return answer.read()


def page(address: str, **query: str) -> html.HtmlElement:
    return html.fromstring(fetch(address, **query).decode("utf-8"))


def found(site: str, **query: str) -> list[dict[str, Any]]:
    return json.loads(fetch(f"{site}/press_releases.json", _shape="array", **query))


def row_number(archive: Path, path: str) -> int:
    with Archive.open(archive) as opened:
        return opened.db.execute("SELECT id FROM press_releases WHERE url LIKE ?", (f"%{path}",)).fetchone()[0]


def test_newest_first(site):
    assert [row["year"] for row in found(site)] == [2026, 2025, 2024, 2023, None]


def test_facets_on_site_column_and_year(site):
    facets = json.loads(fetch(f"{site}/press_releases.json"))["facet_results"]
    assert set(facets) == {"site", "listing_column", "year"}
    assert {one["label"]: one["count"] for one in facets["site"]["results"]} == {"北京市公安局": 2, "甘肃省公安厅": 3}


@pytest.mark.parametrize(
    ("query", "years"),
    [
        ("民警", [2026]),
        ("夜市", [2026, 2024]),
        ("夜市 -陌生", [2026]),
        ("赛道 OR 商户", [2026, 2025]),
        ('"', []),
        ("a AND (", []),
        ("*", []),
    ],
)
def test_the_search_box_reads_chinese(site, query, years):
    assert [row["year"] for row in found(site, _search=query)] == years


def test_zh_can_be_used_in_sql(site):
    sql = (
        "SELECT title FROM press_releases WHERE id IN (SELECT rowid FROM releases_fts WHERE releases_fts MATCH zh(:q))"
    )
    rows = json.loads(fetch(f"{site}.json", sql=sql, q="赛道", _shape="array"))
    assert rows == [{"title": "马拉松安保工作圆满完成"}]


def test_a_table_begins_with_what_a_reader_looks_for_and_has_every_column(site):
    table = page(f"{site}/press_releases")
    names = table.xpath("//th/@data-column")
    assert names[:7] == ["id", "title", "published", "site", "listing_column", "body", "key"]
    assert len(names) == len(found(site)[0])
    assert table.xpath("//tbody/tr[1]/td[2]//text()") == ["平安夜市守护行动启动"]
    assert 'td:nth-of-type(2):before { content: "title"; }' in "".join(table.xpath("//table/preceding::style/text()"))


def test_a_title_leads_to_the_page_of_its_release(site):
    [newest] = found(site, _size="1")
    link = page(f"{site}/press_releases").xpath("//tbody/tr[1]/td[2]/a/@href")
    assert link == [f"/release/{newest['key']}"]
    without_key = page(f"{site}/press_releases", _nocol="key").xpath("//tbody/tr[1]/td[2]/a/@href")
    assert without_key == [f"/press/press_releases/{newest['id']}"]


def test_a_long_body_is_shortened_in_the_table_and_whole_on_its_page(site, small_archive):
    table = page(f"{site}/press_releases")
    [cell] = table.xpath("//td[starts-with(@class, 'col-body')][contains(., '赛道')]")
    assert cell.text.startswith("第1段")
    assert cell.text.endswith("…")
    assert len(cell.text) == EXCERPT + 1
    release = page(f"{site}/press_releases/{row_number(small_archive, 'a/2.html')}")
    paragraphs = release.xpath("//div[@class='text']/p/text()")
    assert [text[:4] for text in paragraphs] == [f"第{number}段：" for number in range(1, 9)]


def test_a_release_is_read_on_its_page(site, small_archive):
    release = page(f"{site}/press_releases/{row_number(small_archive, 'b/3.html')}")
    assert release.xpath("//h1/text()") == ["平安夜市守护行动启动"]
    assert release.xpath("//div[@class='text']/p/text()") == ['他说："不要点击陌生链接"，', "再说一遍。"]
    assert release.xpath("//dl[@class='record']/dt/text()")[:3] == ["id", "key", "site"]
    assert "12 characters" in release.xpath("//dt[.='key']/@title")[0]
    assert len(release.xpath("//dl[@class='record']/dt")) == len(found(site)[0]) - len(["title", "body"])


def test_a_release_without_text_says_so_and_leads_to_its_picture(site, small_archive):
    number = row_number(small_archive, "b/4.html")
    release = page(f"{site}/press_releases/{number}")
    assert release.xpath("//h1/text()") == ["(no title)"]
    assert release.xpath("//div[@class='text']/p/text()") == ["(no text)"]
    [link] = release.xpath("//a[contains(@href, '/attachments?')]/@href")
    assert link.endswith(f"release_id={number}")


def test_a_version_is_read_on_its_page(site, small_archive):
    number = row_number(small_archive, "a/1.html")
    [link] = page(f"{site}/versions").xpath(f"//td[@class='col-version type-int']/a[contains(@href, 'e_id={number}&')]")
    assert link.get("href") == f"/press/versions?release_id={number}&version=1"
    version = page(f"{site}/versions", release_id=str(number), version="1")
    assert version.xpath("//article/h2/text()") == ["平安夜市守护行动启动"]
    assert len(version.xpath("//div[@class='text']/p")) == 2
    leads = version.xpath("//dt[. = 'release_id' or . = 'capture_id']/following-sibling::dd[1]/a/@href")
    assert leads == [f"/press/press_releases/{number}", f"/press/captures/{number}"]


@pytest.mark.parametrize("where", ["press_releases", "captures"])
def test_what_a_row_has_to_do_with_versions_is_read_in_their_table(site, where):
    links = page(f"{site}/{where}/1").xpath("//h2[. = 'Links from other tables']/following-sibling::ul[1]//@href")
    [link] = [link for link in links if "versions" in link]
    assert link == f"/press/versions?{'release_id' if where == 'press_releases' else 'capture_id'}=1"


@pytest.mark.parametrize(
    "where", ["press_releases", "press_releases/{number}", "versions", "versions?release_id={number}", "attachments"]
)
def test_a_hostile_page_is_shown_as_text(site, small_archive, where):
    number = row_number(small_archive, "b/5.html?<script>")
    path, _, query = where.format(number=number).partition("?")
    hostile = page(f"{site}/{path}", **dict(urllib.parse.parse_qsl(query)))
    assert "alert(" in hostile.text_content()
    assert not hostile.xpath("//script[contains(., 'alert')] | //img | //b | //*[@onclick or @onerror]")
    assert not hostile.xpath("//a[starts-with(@href, 'javascript:')]")


def test_links_out_do_not_say_who_asks(site):
    for where in ("press_releases", "press_releases/1", "captures", "sites", "attachments"):
        out = page(f"{site}/{where}").xpath("//td//a[contains(@href, 'example')] | //dd//a[contains(@href, 'example')]")
        assert out
        assert {link.get("rel") for link in out} == {"noreferrer nofollow"}


@pytest.mark.parametrize("text", ["http://press.example/", "HTTPS://press.example/a?b=c#d"])
def test_a_web_address_is_a_link(text):
    assert is_link(text)


@pytest.mark.parametrize(
    "text",
    ["", "javascript:alert(1)", "data:text/html,x", "//press.example/", "https://press.example/ x", "见http://a.b"],
)
def test_all_else_is_no_link(text):
    assert not is_link(text)


def test_columns_in_reading_order_keep_the_rest_as_it_was():
    columns = [{"name": name} for name in ("key", "body", "url", "title")]
    assert [column["name"] for column in reading_order(columns, "name")] == ["title", "body", "key", "url"]


def test_internal_tables_are_not_listed(site):
    listed = page(site).xpath("//div[@class='db-table']/h3/a/text() | //h2[.='Views']/following::ul[1]/li/a/text()")
    assert "press_releases" in listed
    assert not [name for name in listed if name.startswith(("_", "releases_"))]


def test_internal_rows_are_not_shown(site):
    with pytest.raises(urllib.error.HTTPError, match="403"):
        fetch(f"{site}/releases_segmented")


def test_the_style_sheet_is_found(site):
    [address] = page(f"{site}/press_releases").xpath("//link[contains(@href, 'reading.css')]/@href")
    assert b".reading" in fetch(urllib.parse.urljoin(site, address))


def test_the_licence_is_said(site):
    for where in (site, f"{site}/press_releases"):
        assert "third-party rights" in page(where).text_content()
