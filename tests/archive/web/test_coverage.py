from __future__ import annotations

import sqlite3
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import walked_sites
from lxml import etree, html

from archive import Archive
from archive.clock import VARIABLE
from archive.coverage import coverage
from archive.known_months import SiteCoverage
from archive.web.serving import metadata_file

SVG = {"s": "http://www.w3.org/2000/svg"}
NOUGHTS = ("0", "0+")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("walked") / "data"
    walked_sites.make(folder)
    return folder


@pytest.fixture(scope="module")
def site(archive: Path, serve) -> Iterator[str]:
    datasette = Path(sys.executable).with_name("datasette")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(VARIABLE, walked_sites.NOW.isoformat())
        with serve(datasette, archive / "press.db", "-m", metadata_file(), "--port", "0") as address:
            yield address


def fetch(address: str) -> str:
    with urllib.request.urlopen(address) as answer:  # noqa: S310 - our own server
        return answer.read().decode("utf-8")


def drawing(address: str) -> etree._Element:
    """The SVG, read as strictly as a program that is given it alone would."""
    text = fetch(address)
    return etree.fromstring(text[text.index("<svg") : text.index("</svg>") + len("</svg>")])


def squares(row: etree._Element) -> dict[str, tuple[str, str, str]]:
    """A line's months: state, what is written into the square, and its title."""
    return {
        one.get("data-month"): (
            one.get("data-state"),
            one.findtext("s:text", namespaces=SVG),
            one.findtext("s:title", namespaces=SVG),
        )
        for one in row.iterfind("s:g", SVG)
    }


def lines(address: str) -> dict[str, dict[str, tuple[str, str, str]]]:
    return {row.findtext("s:a/s:title", namespaces=SVG): squares(row) for row in drawing(address).iterfind("s:g", SVG)}


def test_every_site_and_month_has_a_square(site):
    drawn = lines(f"{site}/coverage")
    assert list(drawn) == ["北京市公安局", "河北省公安厅", "吉林省公安厅", "河南省公安厅", "甘肃省公安厅"]
    assert {len(row) for row in drawn.values()} == {2 * 12 + 3}


def test_unknown_is_never_drawn_as_zero(site):
    for name, row in lines(f"{site}/coverage").items():
        for month, (state, written, said) in row.items():
            assert (written in NOUGHTS) == (state == "none"), (name, month)
            assert ("unknown" in said) == (written == "?"), (name, month)


def test_the_only_noughts_are_months_that_the_lists_vouch_for(site):
    empty = {
        (name, month) for name, row in lines(f"{site}/coverage").items() for month in row if row[month][0] == "none"
    }
    assert empty == {("北京市公安局", "2025-12")}


@pytest.mark.parametrize(
    ("name", "month", "state", "written", "said"),
    [
        ("北京市公安局", "2025-12", "none", "0", "read through on 2026-03-02 and show nothing"),
        ("北京市公安局", "2025-11", "gap", "1+", "1 archived, 1 missing; listed and not archived: 1 behind a wall"),
        ("北京市公安局", "2026-02", "archived", "1", "1 archived"),
        ("北京市公安局", "2026-01", "archived", "1", "of 1 run in this month: 1 walled"),
        ("北京市公安局", "2025-10", "unknown", "?", "go back to 2025-11 only"),
        ("北京市公安局", "2026-03", "unknown", "?", "known up to 2026-03-02"),
        ("河北省公安厅", "2026-02", "unknown", "?", "never crawled"),
        ("吉林省公安厅", "2026-03", "unknown", "?", "the last run, on 2026-03-02, was walled"),
        ("河南省公安厅", "2025-11", "unknown", "?", "1 release without a date may belong here"),
        ("河南省公安厅", "2026-02", "archived", "1", "1 archived"),
        ("甘肃省公安厅", "2026-02", "at least", "2+", "at least 2; its lists have not all been read to the end"),
        ("甘肃省公安厅", "2025-12", "unknown", "?", "have not all been read to the end"),
    ],
)
def test_a_square_says_what_is_known(site, name, month, state, written, said):
    drawn = lines(f"{site}/coverage")[name][month]
    assert drawn[:2] == (state, written)
    assert drawn[2].startswith(f"{name} {month}: ")
    assert said in drawn[2]


def test_a_gap_with_nothing_archived_is_unknown_and_no_nought():
    one = SiteCoverage("a", "甲", "A", None, missing={"2026-01": {"failed": 3}}, last_run=("2026-03-01", "finished"))
    month = one.month("2026-01")
    assert (month.state, month.archived, month.missing) == ("gap", 0, 3)


def test_walls_and_gaps_are_not_told_by_colour_alone(site):
    marked = drawing(f"{site}/coverage")
    for one in marked.iterfind(".//s:g[@data-state='gap']", SVG):
        assert one.find("s:path[@class='corner']", SVG) is not None
    barred = marked.findall(".//s:rect[@class='bar']", SVG)
    assert len(barred) == 3
    assert all("walled" in one.getparent().findtext("s:title", namespaces=SVG) for one in barred)


def test_the_table_behind_says_the_same(site):
    page = html.fromstring(fetch(f"{site}/coverage"))
    drawn = lines(f"{site}/coverage")
    [table] = page.xpath("//table[contains(caption, 'by site and month')]")
    for row in table.xpath("tbody/tr"):
        cells = [cell.text for cell in row.xpath("td")]
        states = list(drawn[row.xpath("string(th)")].values())
        assert [cell == "unknown" for cell in cells] == [written == "?" for _, written, _ in states]
        assert [cell == "0" for cell in cells] == [state == "none" for state, _, _ in states]


def test_totals_stand_beside_what_the_site_says(site):
    page = html.fromstring(fetch(f"{site}/coverage"))
    rows = {row.xpath("string(th//span)"): row.xpath("td") for row in page.xpath("//table[@class='sites']/tbody/tr")}
    said = {name: [cell.text_content().strip() for cell in cells] for name, cells in rows.items()}
    assert said["北京市公安局"] == ["3", "1", "5", "2026-03-02", "2026-03-02, finished"]
    assert said["河北省公安厅"] == ["none yet", "unknown", "not stated", "never", "never"]
    assert said["甘肃省公安厅"] == ["3", "unknown", "4", "never", "2026-03-02, walled"]


@pytest.mark.parametrize(
    ("year", "first", "last"),
    [
        ("2025", "2023-01", "2025-12"),
        ("1066", "2023-01", "2025-12"),
        ("9999", "2024-01", "2026-03"),
        ("x", "2024-01", "2026-03"),
    ],
)
def test_other_years_can_be_asked_for(site, year, first, last):
    months = list(lines(f"{site}/coverage?year={year}")["北京市公安局"])
    assert (months[0], months[-1]) == (first, last)


def test_the_page_of_a_site(site):
    page = html.fromstring(fetch(f"{site}/coverage/beijing"))
    facts = {one.xpath("string(dt)"): " ".join(one.xpath("string(dd)").split()) for one in page.xpath("//dl/div")}
    assert facts["Archived"] == "3 releases"
    assert facts["The site's own total"] == "5 on 2026-03-02"
    assert facts["First and last day"] == "2025-11-03 to 2026-02-27"
    assert facts["With a text"] == "100.0 % (3)"
    [wall] = page.xpath("//table[contains(caption, 'stood before a page')]/tbody/tr")
    assert [cell.text for cell in wall] == ["2026-01", "challenge", "1", "1"]
    years = drawing(f"{site}/coverage/beijing").findall("s:g", SVG)
    assert [next(iter(squares(row)))[:4] for row in years] == ["2025", "2026"]


def test_the_page_of_a_site_that_was_never_crawled_knows_nothing(site):
    page = html.fromstring(fetch(f"{site}/coverage/hebei"))
    facts = {one.xpath("string(dt)"): " ".join(one.xpath("string(dd)").split()) for one in page.xpath("//dl/div")}
    assert facts["Archived"] == "none yet"
    assert {facts[name] for name in ("With a date", "With a text", "Listed, not archived")} == {"unknown"}
    assert {
        one[1] for row in drawing(f"{site}/coverage/hebei").iterfind("s:g", SVG) for one in squares(row).values()
    } == {"?"}


def test_findings_are_shown_as_text(site):
    page = html.fromstring(fetch(f"{site}/coverage/gansu"))
    assert "at most <10> days" in page.xpath("string(//ul[@class='findings'])")


def test_releases_without_a_place_in_the_drawing_are_counted_beside_it(site):
    assert "1 without a date" in html.fromstring(fetch(f"{site}/coverage/henan")).text_content()


@pytest.mark.parametrize("name", ["nowhere", "%3Cscript%3E", "a%00b"])
def test_a_site_that_is_not_here(site, name):
    with pytest.raises(urllib.error.HTTPError) as refused:
        fetch(f"{site}/coverage/{name}")
    with refused.value as answer:
        assert answer.code in (400, 404)
        assert b"<script>" not in answer.read().replace(b"<script nonce", b"")


def test_a_month_whose_entries_bear_another_date_on_their_page_is_unknown(archive):
    with Archive.open(archive) as opened:
        [beijing] = coverage(opened.db.conn, "beijing")
        copy = sqlite3.connect(":memory:")
        opened.db.conn.backup(copy)
    copy.execute("UPDATE press_releases SET published = '2025-10-31' WHERE published = '2025-11-03'")
    copy.execute("UPDATE pages SET state = 'fetched', visited = discovered")
    [moved] = coverage(copy, "beijing")
    copy.close()
    assert beijing.month("2025-11").state == "gap"
    assert moved.month("2025-11").state == "unknown"
    assert "another date" in moved.month("2025-11").reason


def test_a_year_of_which_a_release_names_no_month_has_no_noughts(archive):
    with Archive.open(archive) as opened:
        [beijing] = coverage(opened.db.conn, "beijing")
    assert beijing.month("2025-12").state == "none"
    beijing.archived["2025"] = 2
    assert beijing.month("2025-12").state == "unknown"
    assert beijing.month("2025-12").reason == "2 releases of 2025 name no month"


def test_an_empty_archive_has_a_page(tmp_path, serve):
    with Archive.open(tmp_path / "data", write=True):
        pass
    datasette = Path(sys.executable).with_name("datasette")
    with serve(datasette, tmp_path / "data" / "press.db", "-m", metadata_file(), "--port", "0") as address:
        assert "knows no site yet" in fetch(f"{address}/coverage")
