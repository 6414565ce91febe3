"""Makes the pictures of docs/pictures anew: `python -m tests.browser.pictures`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

from tests.browser import chromium, living_archive
from tests.browser.every_page import release_page
from tests.browser.serving import served

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


def take(folder: Path) -> None:
    """Crawl the sample sites, serve what was kept, and take a picture of each page a reader should know of."""
    path = chromium.find()
    if path is None:
        sys.exit("There is no browser: install chromium, or name one with $CHROMIUM.")
    archive = living_archive.make(folder, is_hostile=False)
    edited = release_page(archive, "version > 1 AND site = 'qingling'")
    pages = {
        "home": "/",
        "search": f"/search?q={quote('公安')}",
        "release": edited,
        "diff": f"{edited}/versions",
        "changes": "/changes",
        "coverage": "/coverage",
        "browse": "/press/press_releases",
    }
    with (
        served(archive, folder / "log") as address,
        chromium.started(path) as browser,
        chromium.watched(browser, address, 1280) as room,
    ):
        for name, page in pages.items():
            room.go(page)
            room.page.screenshot(path=PICTURES / f"{name}.png", scale="css")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        take(Path(folder))
