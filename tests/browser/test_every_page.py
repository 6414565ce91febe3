"""Every kind of page as it is found on a laptop and on a phone, and by people who use them without eyes or mouse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.chromium import Watched, watched
from tests.browser.every_page import pages

pytestmark = pytest.mark.browser

_SERIOUS = ("serious", "critical")
_ABOUT = """() => ({
    language: document.documentElement.lang,
    titled: document.title.trim() != "",
    headings: document.querySelectorAll("h1").length,
    mains: document.querySelectorAll("main").length,
    width: document.documentElement.scrollWidth,
})"""


def test_every_page_is_sound(room: Watched, living: Path, width: int) -> None:
    wanted = {"language": "en", "titled": True, "headings": 1, "mains": 1, "width": width}
    wrong = {}
    for name, path in pages(living).items():
        room.go(path)
        found = room.page.evaluate(_ABOUT)
        wrong[name] = [*_differences(found, wanted), *_barriers(room), *room.refused(), *room.troubles]
        room.troubles.clear()
    assert {name: said for name, said in wrong.items() if said} == {}


def _differences(found: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    return [f"{name} is {found[name]!r}" for name in wanted if found[name] != wanted[name]]


def _barriers(room: Watched) -> list[str]:
    """What axe-core calls serious or critical, each with the first element that it names."""
    violations = Axe().run(room.page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in violations if one["impact"] in _SERIOUS]


def test_axe_sees_what_is_wrong(room: Watched) -> None:
    room.go("/")
    room.page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"data:,\">')")
    assert [said.partition(":")[0] for said in _barriers(room)] == ["image-alt"]
    room.troubles.clear()  # the picture that is none


def test_pages_flow_into_a_very_narrow_window(browser: Browser, address: str, living: Path) -> None:
    """WCAG 2.2, 1.4.10: what is 1280 pixels wide can be made four times as large; only tables scroll to the side."""
    with watched(browser, address, 320) as room:
        widths = {}
        for name, path in pages(living).items():
            room.go(path)
            widths[name] = room.page.evaluate("document.documentElement.scrollWidth")
    assert {name: width for name, width in widths.items() if width > 320} == {}
