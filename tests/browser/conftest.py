"""What the browser's tests share: one browser, one archive that is served, and a page at two widths."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium, living_archive
from tests.browser.serving import served


@pytest.fixture(scope="session")
def program() -> str:
    """Chromium's path. Without one these tests are skipped; with $CI set they fail, as nobody reads what it skips."""
    path = chromium.find()
    if path is None:
        missing = "no browser: install chromium, or name one with $CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return path


@pytest.fixture(scope="module")
def browser(program: str) -> Iterator[Browser]:
    """Chromium, ended with the module: while Playwright runs, no test of this process can run an event loop."""
    with chromium.started(program) as running:
        yield running


@pytest.fixture(scope="session")
def living(program: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive's folder, crawled once by the first test process that comes; to be read only."""
    temporary = tmp_path_factory.getbasetemp()
    shared = (temporary.parent if "PYTEST_XDIST_WORKER" in os.environ else temporary) / "living"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "made").exists():
            living_archive.make(shared, is_hostile=True)
            (shared / "made").touch()
    return shared / "data"


@pytest.fixture(scope="session")
def address(living: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where that archive is served."""
    with served(living, tmp_path_factory.mktemp("server") / "log") as address:
        yield address


@pytest.fixture(params=[1280, 390])
def width(request: pytest.FixtureRequest) -> int:
    """A laptop's and a phone's."""
    return int(request.param)


@pytest.fixture
def room(browser: Browser, address: str, width: int) -> Iterator[chromium.Watched]:
    """The reading room in a browser; whatever it did that it should not fails the test."""
    with chromium.watched(browser, address, width) as page:
        yield page
    assert page.troubles == []
