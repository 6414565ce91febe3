"""How sites stand: what is known of each, and what its last run left to be desired, since when. It only reads."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from archive.addresses import key
from archive.errors import ArchiveError, remedy
from archive.folder import DATABASE, Archive
from archive.frontier import Frontier
from archive.models import Finding

RUN_EVERY = dt.timedelta(days=3)  # a night may be missed, and a weekend pass before somebody looks
_THROUGH = ("finished", "time_limit")
_FLOORS = ("min_listed", "max_silent_days", "fill_rate")
_OF_A_PAGE = ("first list page", "home page", "page")  # findings that a page did not come
_RUN = f"a run every {RUN_EVERY.days} days"


@dataclass(frozen=True, slots=True)
class SiteState:
    """What is known of one site; days and times are the archive's text.

    `last_run` is when its last crawl began; `outcome` is None while that is under way. `last_answered` is when the last
    one began that got through and read a list, `unanswered` how many were walled or failed since. `last_release` is the
    newest day of a release. `discovered` are the lists found from its home page: columns with their first pages.
    """

    last_run: str | None = None
    outcome: str | None = None
    vantage: str | None = None
    last_answered: str | None = None
    unanswered: int = 0
    last_release: str | None = None
    releases: int = 0
    gone: int = 0
    discovered: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """A finding of a site's last run that ended, and since when it has stood.

    `since` is when the first run of the unbroken series with this finding began, `runs` how many had it. `kind` is the
    wall or failure behind it, where one is. `last_answered` is as in SiteState.
    """

    finding: Finding
    since: str | None = None
    runs: int = 0
    kind: str | None = None
    last_answered: str | None = None


def never_ran(site: str) -> Standing:
    """What stands of a site of which there is no run."""
    return Standing(Finding(site, "run", "never ran", _RUN))


def states(archive: Archive, now: dt.datetime) -> dict[str, SiteState]:
    """Every site of an archive opened to read, all of one moment. Raises ArchiveError where it cannot be read."""
    with _one_moment(archive) as db:
        releases = {
            site: {"releases": count, "gone": gone, "last_release": newest}
            for site, count, gone, newest in db.execute(
                "SELECT site, count(*), count(gone_at), max(published_day) FILTER (WHERE published_day <= ?)"
                " FROM press_releases GROUP BY site",
                (now.date().isoformat(),),
            )
        }
        slugs = [slug for (slug,) in db.execute("SELECT slug FROM sites ORDER BY slug").fetchall()]
        found = {slug: tuple(archive.discovered(slug)) for slug in slugs}
        return {slug: _state(db, slug, discovered=found[slug], **releases.get(slug, {})) for slug in slugs}


def health(archive: Archive, sites: Sequence[str], now: dt.datetime) -> list[Standing]:
    """What stands of these sites in an archive opened to read; nothing where all is well.

    A run that is under way is passed over. Raises ArchiveError where the archive cannot be read.
    """
    with _one_moment(archive) as db:
        return [standing for site in sites for standing in _of_site(db, site, now)]


@contextmanager
def _one_moment(archive: Archive) -> Iterator[sqlite3.Connection]:
    db = archive.db.conn
    try:
        db.execute("BEGIN")
        yield db
        db.execute("COMMIT")
    except sqlite3.DatabaseError as problem:
        where = archive.folder / DATABASE
        raise ArchiveError(f"{where}: cannot be read as an archive: {problem}. {remedy(problem)}") from problem


def _state(db: sqlite3.Connection, site: str, **known: Any) -> SiteState:
    started, outcome, vantage = (
        db.execute(
            "SELECT started, outcome, vantage FROM runs WHERE site = ? AND kind = 'crawl' ORDER BY id DESC LIMIT 1",
            (site,),
        ).fetchone()
        or (None,) * 3
    )
    last_answered, unanswered = _answered(db, site)
    return SiteState(started, outcome, vantage, last_answered, unanswered, **known)


def _answered(db: sqlite3.Connection, site: str) -> tuple[str | None, int]:
    """When the last run began that got through and read a list, and how many were walled or failed since."""
    run_id, started = db.execute(
        "SELECT id, started FROM runs WHERE site = ? AND kind = 'crawl' AND outcome IN ('finished', 'time_limit')"
        " AND listed > 0 ORDER BY id DESC LIMIT 1",
        (site,),
    ).fetchone() or (0, None)
    (unanswered,) = db.execute(
        "SELECT count(*) FROM runs WHERE site = ? AND kind = 'crawl' AND id > ? AND outcome IN ('walled', 'failed')",
        (site, run_id),
    ).fetchone()
    return started, unanswered


def _of_site(db: sqlite3.Connection, site: str, now: dt.datetime) -> Iterator[Standing]:
    runs = db.execute(
        "SELECT id, started, outcome FROM runs WHERE site = ? AND kind = 'crawl' ORDER BY id DESC", (site,)
    ).fetchall()
    if not runs:
        yield never_ran(site)
        return
    _, started, outcome = runs[0]
    if now - dt.datetime.fromisoformat(started) > RUN_EVERY:
        ended = "" if outcome else " and never ended"
        yield Standing(Finding(site, "run", f"the last one began {started}{ended}", _RUN), started)
    runs = [run for run in runs if run[2]]
    last_answered, _ = _answered(db, site)
    for standing in _of_last_run(db, site, runs) if runs else ():
        yield replace(standing, last_answered=last_answered)


def _of_last_run(db: sqlite3.Connection, site: str, runs: list[tuple[int, str, str]]) -> Iterator[Standing]:
    """What the newest of these runs found, and its outcome, unless a finding says already why it failed."""
    run_id, _, outcome = runs[0]
    found = db.execute(
        "SELECT site, expectation, seen, wanted, url FROM findings WHERE run_id = ? GROUP BY 2, 3, 4, 5"
        " ORDER BY min(id)",
        (run_id,),
    )
    findings = [Finding(*row) for row in found]
    if outcome not in _THROUGH and not (outcome == "failed" and findings):
        kind = _wall(db, run_id) if outcome == "walled" else None
        since, count = _series([(started, how == outcome, True) for _, started, how in runs])
        wanted = "answers without walls" if outcome == "walled" else "a run that gets through its lists"
        yield Standing(Finding(site, "outcome", outcome, wanted), since, count, kind)
    for finding in findings:
        had = _runs_with(db, finding)
        since, count = _series(
            [(started, one in had, _could_say(finding.expectation, how)) for one, started, how in runs]
        )
        yield Standing(finding, since, count, _kind(db, run_id, finding))


def _runs_with(db: sqlite3.Connection, finding: Finding) -> set[int]:
    """The runs that had such a finding, whatever they saw."""
    rows = db.execute(
        "SELECT run_id FROM findings WHERE site = ? AND expectation = ? AND url IS ?",
        (finding.site, finding.expectation, finding.url),
    )
    return {run_id for (run_id,) in rows}


def _series(runs: list[tuple[str, bool, bool]]) -> tuple[str, int]:
    """When the series of runs began that has no break up to the first given, the newest, and how many had it.

    Of each run: when it began, whether it had the finding, and whether it could have had it.
    """
    since, count = runs[0][0], 0
    for started, had, could in runs:
        if had:
            since, count = started, count + 1
        elif could:
            break
    return since, count


def _could_say(expectation: str, outcome: str) -> bool:
    """Whether a run that ended so says by its silence that an expectation was met: floors are held only by some."""
    return outcome in _THROUGH or (outcome == "failed" and not expectation.startswith(_FLOORS))


def _wall(db: sqlite3.Connection, run_id: int) -> str | None:
    outcomes = db.execute("SELECT outcome FROM captures WHERE run_id = ? ORDER BY id DESC", (run_id,))
    return next((outcome for (outcome,) in outcomes if Frontier.is_wall(outcome)), None)


def _kind(db: sqlite3.Connection, run_id: int, finding: Finding) -> str | None:
    """The wall or failure that a page met in a run, by what was captured last of it."""
    if finding.expectation == "entries":
        return "no_entries"
    if finding.url is None or finding.expectation not in _OF_A_PAGE:
        return None
    row = db.execute(
        "SELECT outcome FROM captures WHERE run_id = ? AND page_id IN"
        " (SELECT id FROM pages WHERE kind IN ('listing', 'article') AND key = ?) ORDER BY id DESC LIMIT 1",
        (run_id, key(finding.url)),
    ).fetchone()
    return row[0] if row and row[0] not in ("ok", "not_modified") else None
