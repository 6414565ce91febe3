"""No text of an archived page or of an address becomes anything but text, on whatever page it is shown.

The pages are opened with their Content-Security-Policy switched off: it is the second wall, and must not be needed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from archive import Archive
from tests.browser.chromium import Watched, watched
from tests.browser.every_page import hostile_addresses, hostile_data, hostile_pages, hostile_releases
from tests.browser.hostile_site import ATTACKS, SLUG

pytestmark = pytest.mark.browser

# Everything that data could have become: a script that ran, an element or attribute that no template of ours has, or
# a word so long that a phone has to scroll to the side.
_BECAME = """() => [
    ...(window.__xss === undefined ? [] : [`script ${window.__xss} ran`]),
    ...(getComputedStyle(document.querySelector("main")).display == "none" ? ["a style was applied"] : []),
    ...(document.documentElement.scrollWidth > 390 ? [`${document.documentElement.scrollWidth} pixels wide`] : []),
    ...[...document.querySelectorAll("*")].flatMap(one => one.getAttributeNames()
        .filter(name => name.startsWith("on") || (name == "href" || name == "src" || name == "action")
            && !["http:", "https:", "data:"].includes(new URL(one.getAttribute(name), document.baseURI).protocol))
        .map(name => `${one.localName} ${name}=${one.getAttribute(name)}`)),
    ...[...document.querySelectorAll("math, bdo, [src=x], [xmlns\\\\:html], p[style]")].map(one => one.outerHTML),
]"""
# The elements of RFC 4287 that a feed has, of Dublin Core, and of the text in an entry.
_IN_FEEDS = {
    "feed", "id", "title", "updated", "published", "link", "author", "name", "generator", "entry", "summary", "content",
    "date", "div", "p", "del", "ins",
}  # fmt: skip
_ELEMENTS = """text => [...new DOMParser().parseFromString(text, "application/xml").querySelectorAll("*")]
    .map(one => one.localName)"""
# Every column that a hostile page, site file, command line or removal fills.
_FILLED = {
    "press_releases": ("title", "subtitle", "body", "content_source", "author", "editor", "listing_column", "url"),
    "versions": ("title", "body"),
    "attachments": ("name", "caption"),
    "readings": ("labels",),
    "entries": ("title",),
    "sites": ("name", "english"),
    "runs": ("vantage",),
    "removals": ("reason",),
}


@pytest.fixture
def bare(browser: Browser, address: str) -> Iterator[Watched]:
    """A phone's page that heeds no Content-Security-Policy."""
    with watched(browser, address, 390, policy=False) as page:
        yield page
    assert page.troubles == []


def became(room: Watched, pages: Mapping[str, str]) -> Mapping[str, list[str]]:
    """What of each page is more than text, where anything is."""
    found = {}
    for name, path in pages.items():
        room.go(path)
        found[name] = [*room.page.evaluate(_BECAME), *room.troubles]
        room.troubles.clear()
    return {name: said for name, said in found.items() if said}


def test_the_attacks_are_in_the_archive(living: Path) -> None:
    with Archive.open(living) as archive:
        for table, columns in _FILLED.items():
            for column in columns:
                found = f"SELECT count(*) FROM {table} WHERE instr({column}, '__xss')"  # noqa: S608 - the names above
                assert archive.db.conn.execute(found).fetchone() != (0,), f"{table}.{column}"


def test_what_hostile_pages_say_stays_text(bare: Watched, living: Path) -> None:
    assert became(bare, hostile_pages(living)) == {}


def test_what_a_hostile_address_asks_for_stays_text(bare: Watched, living: Path) -> None:
    assert became(bare, hostile_addresses(living)) == {}


def test_an_attack_that_works_is_seen(bare: Watched) -> None:
    bare.go("/")
    bare.page.evaluate("document.querySelector('main').innerHTML = '<img src=data:, onerror=window.__xss=1>'")
    bare.page.wait_for_function("window.__xss === 1")
    assert bare.page.evaluate(_BECAME) == ["script 1 ran", "img onerror=window.__xss=1"]
    bare.troubles.clear()


def test_a_title_is_shown_as_it_was_written(bare: Watched, living: Path) -> None:
    for name, (key, _) in hostile_releases(living).items():
        bare.go(f"/release/{key}")
        said = re.sub("[\u202e\u2066\u2069]", "", ATTACKS[name])  # marks of direction are not kept
        assert bare.page.locator("h1").inner_text().endswith(said)
        described = json.loads(bare.page.locator("script[type='application/ld+json']").text_content() or "")
        assert described["headline"] == bare.page.locator("h1").text_content()


@pytest.mark.parametrize("path", ["releases.atom", "changes.atom", f"{SLUG}.atom", "search.atom?q=攻击"])
def test_a_feed_has_no_elements_of_hostile_pages(bare: Watched, path: str) -> None:
    bare.go("/")
    answer = bare.page.request.get(f"{bare.address}/feeds/{path}")
    names = bare.page.evaluate(_ELEMENTS, answer.text())
    assert "entry" in names
    assert set(names) - _IN_FEEDS == set()
    assert "攻击" in answer.text()


def test_data_is_never_a_page(bare: Watched, living: Path) -> None:
    for name, path in hostile_data(living).items():
        answer = bare.page.request.get(bare.address + path)
        assert not answer.headers["content-type"].startswith(("text/html", "image/svg", "application/xhtml")), name
        assert answer.headers["x-content-type-options"] == "nosniff", name
        assert "default-src 'none'" in answer.headers["content-security-policy"], name


def test_the_policy_stops_a_script_all_the_same(browser: Browser, address: str) -> None:
    with watched(browser, address, 1280) as room:
        room.go("/")
        attack = ATTACKS["image"].replace("src=x", "src=data:,")
        room.page.evaluate("html => { document.querySelector('main').innerHTML = html }", attack)
        room.page.wait_for_function("window.__refused.length > 0")
        assert room.refused() == ["script-src-attr inline"]
        assert room.page.evaluate("window.__xss") is None
