"""One run of one site in an archive: its row, its frontier, its counts and findings, from its beginning to its end."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from archive.clock import iso
from archive.errors import ArchiveError
from archive.expectations import missed
from archive.folder import Archive
from archive.journal import run_ended
from archive.models import Finding, RunCounts, RunFacts
from crawler.site import Site


class Run:
    """A run that has begun; `is_recorded` for one that is read back from WARC files, which then are not written to."""

    def __init__(self, archive: Archive, site: Site, facts: RunFacts, *, is_recorded: bool = False) -> None:
        self.archive, self.site, self.is_recorded = archive, site, is_recorded
        self.counts = RunCounts()
        self.findings: list[Finding] = []
        with archive.page_kept():
            declare(archive, site)
            behind = [] if is_recorded else self._behind(facts)
            if behind and facts.options:
                facts = replace(facts, options=replace(facts.options, revisits=False))
            if facts.options and site.discover and not facts.listings and not is_recorded:
                found = archive.discovered(site.slug)
                facts = replace(facts, listings=tuple((column, url, "auto") for column, url in found))
            self.id = archive.store.begin_run(facts)
            self.facts = replace(facts, number=self.id)
            if not is_recorded:
                archive.captures.begin(self.facts)
            self.frontier = archive.frontier(site.slug, self.id, facts.started, site.fetch.revisit_days)
            if facts.wanted:
                self.frontier.want(facts.wanted)
            elif facts.options:
                self.frontier.walk([(column, url) for column, url, _ in facts.listings], facts.options)
                if not facts.listings:
                    self.frontier.explore(site.home)
            self.find(behind)

    def _behind(self, facts: RunFacts) -> list[Finding]:
        """A finding where the clock stands before the site's last run: now or then, it is wrong.

        Such a run visits nothing again: the time between two visits by two clocks confirms no takedown.
        """
        now, last = iso(facts.started), self.archive.store.last_start(self.site.slug)
        if last is None or last <= now:
            return []
        return [Finding(self.site.slug, "clock", now, f"a time after {last}, when the last run began")]

    def find(self, findings: list[Finding]) -> None:
        """Write findings down."""
        for finding in findings:
            self.findings.append(finding)
            self.archive.store.find(self.id, finding)

    def find_rotten(self, url: str, damage: ArchiveError) -> None:
        """Say of a capture that its record cannot be read any more; the page is asked for afresh."""
        with self.archive.page_kept():
            self.find([Finding(self.site.slug, "capture", str(damage), "a record that can be read", url)])

    def find_site_changed(self) -> None:
        """Say once a run that releases are missing in such numbers that it is the site that changed."""
        if any(finding.expectation == "site_changed" for finding in self.findings):
            return
        seen = "so many pages gone at once that the site has changed; none is held to be taken down"
        wanted = f"lists and addresses as before, or a person's word: police-press confirm-gone {self.site.slug}"
        self.find([Finding(self.site.slug, "site_changed", seen, wanted, self.site.home)])

    def _missed(self, at: dt.datetime) -> list[Finding]:
        expect = self.site.expect
        return missed(
            self.archive.db,
            self.site.slug,
            at,
            self.frontier.first_pages,
            min_listed=expect.min_listed,
            max_silent_days=expect.max_silent_days,
            fill_rate=expect.fill_rate,
        )

    def end(self, outcome: str, at: dt.datetime) -> str:
        """Write down how the run ended and return that: `failed` for one that is through, but for pages it had to read.

        Each of those of which nothing was said yet is a finding.
        """
        unread, exploration = self.frontier.unread, self.frontier.exploration
        missing = exploration.missing() if exploration else []
        if outcome in ("finished", "time_limit") and (unread or missing):
            outcome = "failed"
        with self.archive.page_kept():
            said = {finding.url for finding in self.findings}
            seen, wanted = "no answer before the run ended", "a list of entries, or the page asked for"
            self.find(missing)
            self.find([Finding(self.site.slug, "page", seen, wanted, url) for url in unread if url not in said])
            if outcome in ("finished", "time_limit") and self.facts.kind == "crawl":
                self.find(self._missed(at))
            stated = self.frontier.stated_total
            self.archive.store.update_run(self.id, self.counts, stated, finished=at, outcome=outcome)
            if not self.is_recorded:
                self.archive.captures.note(self.site.slug, at, run_ended(at, outcome))
        self.archive.commit()
        return outcome


def declare(archive: Archive, site: Site) -> None:
    """Bring the archive's row of a site up to its file."""
    archive.store.declare_site(
        slug=site.slug,
        name=site.name,
        english=site.english,
        kind=site.kind,
        division=site.division,
        home=site.home,
        verified=site.verified.isoformat() if site.verified else None,
        evidence=site.evidence,
    )
