"""What a person or a log sees of a crawl."""

from __future__ import annotations

import sys
import time
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.table import Table

from archive.models import Finding, Page, RunCounts


class Progress:
    """Shows nothing; the others show more. `has_problems`: a site failed, was walled or stopped, or left a finding."""

    def __init__(self) -> None:
        self.has_problems = False

    def say(self, line: str) -> None:
        """Something a person should know."""

    def begun(self, site: str) -> None:
        """A site's run began."""

    def kept(self, site: str, page: Page, counts: RunCounts) -> None:
        """A page was kept."""

    def ended(self, site: str, outcome: str, counts: RunCounts, findings: list[Finding]) -> None:
        """A site's run ended."""
        if outcome not in ("finished", "time_limit") or findings:
            self.has_problems = True

    def close(self, exit_code: int) -> None:
        """The crawl is over."""


class Lines(Progress):
    """Plain lines, one a site at its end and one a finding; with `quiet` only where the exit code asks for eyes."""

    def __init__(self, out: TextIO, *, quiet: bool = False) -> None:
        super().__init__()
        self._out, self._quiet, self._held = out, quiet, list[str]()
        self._started = time.monotonic()

    def say(self, line: str) -> None:
        """Print a line, or hold it back."""
        if self._quiet:
            self._held.append(line)
        else:
            print(line, file=self._out, flush=True)

    def ended(self, site: str, outcome: str, counts: RunCounts, findings: list[Finding]) -> None:
        """One line with the run's counts, then one a finding."""
        super().ended(site, outcome, counts, findings)
        seconds = time.monotonic() - self._started
        self.say(f"{site}: {outcome}: {summary(counts)} ({seconds:.0f} s)")
        for finding in findings:
            self.say(sentence(finding))

    def close(self, exit_code: int) -> None:
        """Print what was held back, unless all is well or another run holds the archive."""
        if exit_code not in (0, 3):
            for line in self._held:
                print(line, file=self._out, flush=True)
        self._held.clear()


class Display(Progress):
    """A table on a terminal, a row a site, kept up to date."""

    def __init__(self) -> None:
        super().__init__()
        self._console = Console(file=sys.stderr)
        self._rows: dict[str, tuple[str, RunCounts, str]] = {}
        self._findings: list[Finding] = []
        self._live = Live(get_renderable=self._table, console=self._console, refresh_per_second=4)
        self._live.start()

    def say(self, line: str) -> None:
        """Print a line above the table."""
        self._console.print(line, markup=False)

    def begun(self, site: str) -> None:
        """A new row."""
        self._rows[site] = ("crawling", RunCounts(), "")

    def kept(self, site: str, page: Page, counts: RunCounts) -> None:
        """The counts, and the page just kept."""
        self._rows[site] = ("crawling", counts, page.url)

    def ended(self, site: str, outcome: str, counts: RunCounts, findings: list[Finding]) -> None:
        """The outcome; findings are printed below the table at the end."""
        super().ended(site, outcome, counts, findings)
        self._rows[site] = (outcome, counts, "")
        self._findings += findings

    def close(self, exit_code: int) -> None:
        """Leave the last state of the table standing, and the findings under it."""
        self._live.stop()
        for finding in self._findings:
            self._console.print(sentence(finding), style="bold red", markup=False)

    def _table(self) -> Table:
        table = Table("site", "state", *(name for name in _SHOWN), "page", box=None, pad_edge=False)
        for site, (state, counts, page) in sorted(self._rows.items()):
            table.add_row(site, state, *(str(getattr(counts, name)) for name in _SHOWN), page[-60:])
        return table


_SHOWN = ("listed", "fetched", "new", "edited", "walled", "failed")


def summary(counts: RunCounts) -> str:
    """`40 listed, 40 fetched, 40 new, 0 edited, 0 walled, 0 failed`."""
    return ", ".join(f"{getattr(counts, name)} {name}" for name in _SHOWN)


def sentence(finding: Finding) -> str:
    """A finding as one line."""
    where = f" at {finding.url}" if finding.url else ""
    return f"{finding.site}: {finding.expectation}: wanted {finding.wanted}, saw {finding.seen}{where}"
