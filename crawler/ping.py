"""A dead-man's switch: an address that hears when a crawl starts and how it ends, and misses the one that never does.

Spoken as Healthchecks has it (healthchecks/healthchecks, `templates/docs/http_api.md`): URL/start, URL for success,
URL/fail, by POST with a few lines of text, of which it keeps 10 kB.
"""

from __future__ import annotations

import sys
import time
from http.client import HTTPException
from itertools import accumulate
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from click.exceptions import Exit

from archive.errors import ArchiveError, ArchiveInUseError
from archive.models import Finding, Page, RunCounts
from crawler.progress import Progress, sentence, summary

SECONDS = 5.0  # one attempt, its name look-up too
PAUSE = 1.0  # between the two attempts
BYTES = 10_000

_READ = ("finished", "time_limit")


def address(url: str) -> str:
    """The address of a switch without a slash at its end; raises ValueError for one that cannot be told anything.

    It is the operator's own, so it may stand in a private network.
    """
    parts = urlsplit(url)  # raises ValueError, as `port` does
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError("not an http or https address")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("it has a user, a query or a fragment, and /start and /fail go to its end")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("it has characters that an address has to escape")
    parts.hostname.encode("idna")  # raises ValueError where the look-up would
    return url.rstrip("/")


class Switch(Progress):
    """The switch of one crawl: a context around it, and a progress that passes everything on to the one a person sees.

    However the crawl ends, the switch hears of it; only not where the archive was held, because the run that holds it
    tells for itself, and not where the process is killed.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url, self._seen = url, Progress()
        self._outcomes = set[str]()
        self._counts, self._findings = list[str](), list[str]()

    def started(self, seen: Progress) -> Progress:
        """Tell of the start; from here on everything is passed on to `seen`."""
        self._seen = seen
        self._tell("/start", [])
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        match error:
            case ArchiveInUseError() | Exit(exit_code=3):
                return
            case Exit():
                self._over(error.exit_code)
            case ArchiveError():
                self._over(4, str(error))
            case _:
                self._over(1, f"{type(error).__name__}: {error}")

    def _over(self, exit_code: int, error: str = "") -> None:
        """Tell of the end; `error` is what broke the crawl, if something did.

        Success says that crawling works: the crawl came to its end, and read one of its sites at least. That one of
        many fails is an ordinary day. A switch that took it for a failure would be down for good, and would say nothing
        new on the day when the disc is full. Which sites failed stands in the text.
        """
        well = not error and "stopped" not in self._outcomes and not self._outcomes.isdisjoint(_READ)
        lines = [f"exit code {exit_code}", *filter(None, [error]), *self._counts, *self._findings]
        self._tell("" if well else "/fail", lines)

    def say(self, line: str) -> None:
        """Pass it on."""
        self._seen.say(line)

    def begun(self, site: str) -> None:
        """Pass it on."""
        self._seen.begun(site)

    def kept(self, site: str, page: Page, counts: RunCounts) -> None:
        """Pass it on."""
        self._seen.kept(site, page, counts)

    def ended(self, site: str, outcome: str, counts: RunCounts, findings: list[Finding]) -> None:
        """Remember it for the text."""
        super().ended(site, outcome, counts, findings)
        self._outcomes.add(outcome)
        self._counts.append(f"{site}: {outcome}: {summary(counts)}")
        self._findings += map(sentence, findings)
        self._seen.ended(site, outcome, counts, findings)

    def close(self, exit_code: int) -> None:
        """Pass it on; the end is told when the archive is closed."""
        self._seen.close(exit_code)

    def _tell(self, what: str, lines: list[str]) -> None:
        """Tell it twice at most; what goes wrong is said on standard error, and is no matter of the crawl's."""
        body = _that_fit(lines)
        problem = _told(self._url + what, body)
        if problem:
            time.sleep(PAUSE)
            problem = _told(self._url + what, body)
        if problem:
            print(f"ping: {self._url}{what}: {problem} (the crawl is as it would be without)", file=sys.stderr)


def _that_fit(lines: list[str]) -> bytes:
    encoded = [line.encode("utf-8", "backslashreplace") + b"\n" for line in lines]  # a path may have lone surrogates
    sizes = accumulate(map(len, encoded))
    return b"".join(line for line, size in zip(encoded, sizes, strict=True) if size <= BYTES)


def _told(url: str, body: bytes) -> str:
    """Send it; what went wrong, or nothing.

    In a thread that is left behind when time is up: a socket's timeout covers neither the look-up of a name nor an
    answer that drips.
    """
    answer = SimpleQueue[str]()
    Thread(target=lambda: answer.put(_answer(url, body)), name="ping", daemon=True).start()
    try:
        return answer.get(timeout=SECONDS)
    except Empty:
        return f"no answer in {SECONDS:.0f} seconds"


def _answer(url: str, body: bytes) -> str:
    headers = {"Content-Type": "text/plain; charset=utf-8", "User-Agent": "police-press-archive"}
    try:
        with urlopen(Request(url, body, headers), timeout=SECONDS):  # noqa: S310 - http or https: `address` saw to it
            return ""
    except (OSError, HTTPException) as problem:
        return str(problem) or type(problem).__name__
