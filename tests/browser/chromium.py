"""The system's Chromium, and a page of it that notes whatever a page of an archive must not do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, Response, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
# --no-sandbox: it does not run as root otherwise. The rest keeps it from asking its maker's hosts for anything.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# What its policy refuses is an event of the document.
_LISTEN = """
window.__refused = [];
document.addEventListener("securitypolicyviolation", e => __refused.push(e.violatedDirective + " " + e.blockedURI));
"""
_LAPTOP = 900  # pixels high, and at least as wide; what is narrower is a phone


def find() -> str | None:
    """The path of a browser: $CHROMIUM, or the first of the usual names; None where there is none."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)


@contextmanager
def started(path: str) -> Iterator[Browser]:
    """A browser without a window, for as long as the context lasts."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Watched:
    """A browser's page, and what it did that it should not: console errors, dialogs, requests to other hosts.

    `page` is Playwright's; `go` takes an address of the archive without its host.
    """

    page: Page
    address: str
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(_LISTEN)
        self.page.set_default_timeout(10_000)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        self.page.on("dialog", self._asked)
        self.page.on("request", self._requested)

    def go(self, path: str) -> Response:
        """Open a page of the archive, and wait until all it loads is there."""
        answer = self.page.goto(self.address + path, wait_until="load")
        assert answer is not None
        return answer

    def refused(self) -> list[str]:
        """What this page tried against its Content-Security-Policy."""
        refused: list[str] = self.page.evaluate("window.__refused")
        return refused

    def _heard(self, message: ConsoleMessage) -> None:
        # That a page itself is a 404 is said in the console too, and is the answer that was asked for.
        is_page = "Failed to load resource" in message.text and message.location["url"] == self.page.url
        if message.type in ("error", "warning") and not is_page:
            self.troubles.append(f"console: {message.text} {message.location['url']}")

    def _asked(self, dialog: Dialog) -> None:
        self.troubles.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _requested(self, request: Request) -> None:
        if not request.url.startswith((f"{self.address}/", "data:")):
            self.troubles.append(f"another host: {urlsplit(request.url).netloc} {request.url}")


@contextmanager
def watched(
    browser: Browser, address: str, width: int, *, policy: bool = True, scripts: bool = True
) -> Iterator[Watched]:
    """A page of that width in a context of its own; narrow ones are a phone's.

    `policy`: it heeds the Content-Security-Policy. `scripts`: it runs those of its page.
    """
    is_phone = width < _LAPTOP
    context = browser.new_context(
        viewport={"width": width, "height": _LAPTOP},
        is_mobile=is_phone,
        has_touch=is_phone,
        locale="en",
        bypass_csp=not policy,
        java_script_enabled=scripts,
    )
    try:
        yield Watched(context.new_page(), address)
    finally:
        context.close()
