"""What a reader does here, in a real browser: search, narrow, read, compare, cite, look at changes and coverage."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser import living_archive
from tests.browser.chromium import Watched, watched
from tests.browser.every_page import release, release_page

pytestmark = pytest.mark.browser

_FOCUS = """() => {
    const one = document.activeElement, style = getComputedStyle(one);
    return [document.querySelector("main").contains(one), style.outlineStyle, style.outlineWidth];
}"""


def linked(room: Watched, name: str) -> Locator:
    return room.page.get_by_role("navigation", name="Archive").get_by_role("link", name=name, exact=True)


def heading(room: Watched) -> Locator:
    return room.page.get_by_role("heading", level=1)


def test_from_a_word_to_a_release_and_its_citation(room: Watched) -> None:
    room.go("/")
    room.page.get_by_role("searchbox").fill("公安")
    room.page.get_by_role("button", name="Search").click()
    expect(heading(room)).to_have_text("Search")
    hits = room.page.get_by_role("main").locator("article")
    assert set(hits.locator("mark").all_inner_texts()) == {"公安"}
    all_of_them = int(room.page.get_by_role("status").locator("strong").inner_text())

    facet = room.page.locator("details").filter(has=room.page.locator("summary", has_text="Column"))
    shown = int(facet.get_by_role("listitem").filter(has_text="警情通报").locator(".number").inner_text())
    facet.get_by_role("link", name="警情通报").click()
    room.page.wait_for_url(f"**&column={quote('警情通报')}*")
    assert int(room.page.get_by_role("status").locator("strong").inner_text()) == shown < all_of_them
    assert all("警情通报" in line for line in hits.locator(".byline").all_inner_texts())

    title = hits.first.get_by_role("heading").inner_text()
    hits.first.get_by_role("link").click()
    expect(heading(room)).to_have_text(title)
    permalink = room.page.locator("[rel=bookmark]").inner_text()
    for citation in room.page.locator("#cite ~ .citation").all_inner_texts():
        assert title in citation
        assert permalink in citation


def test_an_edited_release_shows_its_versions_and_captures(room: Watched, living: Path) -> None:
    room.go(release_page(living, "version = 2 AND site = 'qingling'"))
    captures = room.page.get_by_role("table", name="Every time the page was asked for").get_by_role("row")
    assert captures.count() > 2
    for row in captures.all()[1:]:
        assert re.search(r"2026-07-1\d 08:00:00 \+08:00", row.inner_text())
        assert row.get_by_role("link", name="WARC").get_attribute("href")

    room.page.get_by_role("link", name="side by side with 1").click()
    expect(room.page.get_by_role("table", name="Version 1 and version 2")).to_be_visible()
    before, after = (room.page.locator(f".beside {one}").all_inner_texts() for one in ("del", "ins"))
    assert before == ["2", "3"]
    assert after == ["3", "8", living_archive.NOTE]
    marked = room.page.locator(".beside ins").first
    assert marked.evaluate("one => getComputedStyle(one).borderBottomStyle") == "solid"
    room.page.get_by_role("link", name="The release").click()
    expect(heading(room)).to_have_text(living_archive.EDITED.title)


def test_a_capture_can_be_taken_home(room: Watched, living: Path) -> None:
    room.go(release_page(living, "gone_at IS NOT NULL"))
    with room.page.expect_download() as download:
        room.page.get_by_role("link", name="WARC").first.click()
    assert download.value.path().read_bytes().startswith(b"\x1f\x8b")


def test_changes_lead_to_what_changed(room: Watched) -> None:
    room.go("/")
    linked(room, "Changes").click()
    expect(heading(room)).to_have_text("Changes")
    kinds = room.page.locator(".changes .kind")
    assert set(kinds.all_inner_texts()) == {"edited", "gone", "restored"}
    room.page.get_by_label("What").select_option("gone")
    room.page.get_by_role("button", name="Show").click()
    room.page.wait_for_url("**kind=gone*")
    assert set(kinds.all_inner_texts()) == {"gone"}
    titles = {living_archive.GONE.title, living_archive.RESTORED.title}
    assert set(room.page.locator(".changes li > a").all_inner_texts()) == titles
    room.page.get_by_role("link", name=living_archive.GONE.title).click()
    expect(room.page.locator(".badges")).to_contain_text("gone since 2026-07-11")


def test_coverage_tells_unknown_from_zero(room: Watched) -> None:
    room.go("/")
    linked(room, "Coverage").click()
    expect(heading(room)).to_have_text("Coverage")
    looks = {}
    for state, written in (("unknown", "?"), ("none", "0")):
        squares = room.page.locator(f"svg [data-state='{state}']")
        assert set(squares.locator("text").all_text_contents()) == {written}
        looks[state] = squares.first.locator("rect").first.evaluate("one => getComputedStyle(one).fill")
    assert looks["unknown"] != looks["none"]
    walled = room.page.locator("svg g.row", has_text="岚东").locator("[data-month='2026-07']")
    assert walled.get_attribute("data-state") == "unknown"
    assert walled.locator(".bar").count() == 1
    room.page.get_by_role("table", name="What is archived").get_by_role("link", name="岚东省公安厅").click()
    expect(room.page.get_by_role("table", name="Answers that stood before a page")).to_contain_text("challenge")


def test_a_canned_query_is_asked_in_plain_words(room: Watched) -> None:
    room.go("/")
    linked(room, "Queries").click()
    asked = room.page.locator("article", has_text="Releases that mention something")
    asked.get_by_label("words").fill("诈骗")
    asked.get_by_role("button", name="Ask").click()
    expect(heading(room)).to_contain_text("Releases that mention something")
    assert room.page.locator(".rows-and-columns tbody tr").count() > 3
    room.page.get_by_text("Read this in a notebook").click()
    assert room.page.get_by_text("pandas.read_csv").is_visible()


def test_datasettes_own_search_finds_a_word_of_two_characters(room: Watched) -> None:
    room.go("/")
    linked(room, "Tables").click()
    room.page.get_by_role("link", name="press_releases", exact=True).first.click()
    room.page.get_by_label("Search:").fill("江面")
    room.page.get_by_role("button", name="Apply").click()
    titles = room.page.locator(".rows-and-columns tbody td.col-title")
    expect(titles).to_have_text([living_archive.GONE.title])
    titles.get_by_role("link").click()
    expect(heading(room)).to_have_text(living_archive.GONE.title)


def test_an_image_is_kept_and_shown(room: Watched, living: Path) -> None:
    room.go(release_page(living, "body_kind = 'image' AND site = 'qingling'"))
    picture = room.page.get_by_role("figure").get_by_role("img")
    picture.scroll_into_view_if_needed()
    room.page.wait_for_function("one => one.complete", arg=picture.element_handle())
    assert picture.evaluate("one => one.naturalWidth") > 0


def test_a_key_that_is_not_there_says_what_is_known(room: Watched, living: Path) -> None:
    assert room.go("/release/aaaaaaaaaaaa").status == 404
    expect(room.page.get_by_role("main")).to_contain_text("knows nothing of aaaaaaaaaaaa")
    assert room.go(release_page(living, "removed IS NOT NULL")).status == 410
    expect(room.page.get_by_role("main")).to_contain_text("at the request of")


@pytest.fixture
def scriptless(browser: Browser, address: str) -> Iterator[Watched]:
    """A browser that runs no script of a page."""
    with watched(browser, address, 1280, scripts=False) as page:
        yield page
    assert page.troubles == []


def test_nothing_needs_a_script(scriptless: Watched, living: Path) -> None:
    test_from_a_word_to_a_release_and_its_citation(scriptless)
    test_an_edited_release_shows_its_versions_and_captures(scriptless, living)
    test_a_canned_query_is_asked_in_plain_words(scriptless)
    scriptless.go("/press?sql=SELECT+count(*)+FROM+sites")
    assert scriptless.page.get_by_label("SQL").input_value() == "SELECT count(*) FROM sites"


def test_all_can_be_reached_by_keyboard(browser: Browser, address: str, living: Path) -> None:
    with watched(browser, address, 1280) as room:
        room.go(f"/release/{release(living, 'version = 2')[0]}")
        room.page.keyboard.press("Tab")
        skip = room.page.get_by_role("link", name="Skip to the content")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        room.page.keyboard.press("Enter")
        expect(room.page.get_by_role("main")).to_be_focused()
        stops = room.page.locator("main :is(a[href], summary, [tabindex='0']):visible")
        for _ in range(stops.count()):
            room.page.keyboard.press("Tab")
            assert room.page.evaluate(_FOCUS) == [True, "solid", "3px"]
        expect(stops.last).to_be_focused()
