"""The first page: what this archive is, what is new in it, and which sites are silent."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datasette import Request, Response  # type: ignore[import-untyped]  # Datasette ships no types

from archive import clock, removals
from archive.web.pages import Routes, page, read

_SHOWN = 8  # newest releases, and newest changes
_LEFT_BEHIND = dt.timedelta(days=3)  # as in archive.health: a night may be missed

_COUNTS = """
SELECT (SELECT count(*) FROM press_releases) AS releases, (SELECT count(*) FROM sites) AS sites,
    (SELECT count(*) FROM versions) AS versions, (SELECT count(*) FROM captures) AS captures,
    (SELECT min(year) FROM press_releases WHERE year <= :year) AS first_year,
    (SELECT max(year) FROM press_releases WHERE year <= :year) AS last_year,
    (SELECT count(*) FROM press_releases WHERE year IS NULL) AS undated
"""
_NEWEST = """
SELECT r.key, r.title, {removed} AS removed, r.published, s.name AS site
FROM press_releases AS r JOIN sites AS s ON s.slug = r.site
WHERE r.published < :tomorrow ORDER BY r.published DESC, r.key LIMIT :shown
"""
_CHANGED = """
SELECT e.kind, e.at, r.key, r.title, {removed} AS removed, s.name AS site
FROM events AS e JOIN press_releases AS r ON r.id = e.release_id JOIN sites AS s ON s.slug = r.site
WHERE e.kind IN ('edited', 'gone', 'restored') ORDER BY e.at DESC, e.id DESC LIMIT :shown
"""
# Of each site its newest run that ended, the newest one that read a list, and the first that read none since: all by
# the index on site and id, however many runs there are.
_SITES = """
WITH crawled AS (
    SELECT slug, name, english,
        (SELECT id FROM runs WHERE site = slug AND kind = 'crawl' AND outcome IS NOT NULL
            ORDER BY id DESC LIMIT 1) AS newest,
        (SELECT id FROM runs WHERE site = slug AND kind = 'crawl' AND outcome IN ('finished', 'time_limit')
            AND listed > 0 ORDER BY id DESC LIMIT 1) AS reading
    FROM sites
)
SELECT c.slug, c.name, c.english, n.started, n.outcome, r.started AS answered,
    (SELECT started FROM runs WHERE site = slug AND kind = 'crawl' AND id > coalesce(c.reading, 0)
        AND outcome IN ('walled', 'failed') ORDER BY id LIMIT 1) AS since,
    (SELECT outcome FROM captures WHERE run_id = c.newest AND outcome IN
        ('challenge', 'waf', 'rate_limited', 'captcha', 'maintenance', 'shell') ORDER BY id DESC LIMIT 1) AS wall,
    (SELECT seen FROM findings WHERE run_id = c.newest AND expectation = 'max_silent_days' LIMIT 1) AS silent
FROM crawled AS c LEFT JOIN runs AS n ON n.id = c.newest LEFT JOIN runs AS r ON r.id = c.reading ORDER BY c.slug
"""
_WALLS = {
    "challenge": "a challenge for browsers",
    "waf": "a firewall for web applications",
    "rate_limited": "a limit on requests",
    "captcha": "a captcha",
    "maintenance": "a notice of maintenance",
    "shell": "a page without its content",
}


@dataclass(frozen=True, slots=True)
class Quiet:
    """A site that brings nothing at present: what is the matter, in words, and since which day where that is known."""

    slug: str
    name: str
    english: str
    matter: str
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the first page shows, all of one moment."""

    counts: Mapping[str, Any]
    removed: int
    newest: Sequence[sqlite3.Row]
    changed: Sequence[sqlite3.Row]
    last_run: str | None
    quiet: Sequence[Quiet]


async def home(datasette: Any, request: Request) -> Response:
    """The first page."""
    today = clock.now().date()
    seen = await read(datasette, lambda connection: _seen(connection, today))
    return await page(datasette, request, "home.html", {"seen": seen, "metadata": datasette.metadata()})


def _seen(connection: sqlite3.Connection, today: dt.date) -> Seen:
    tomorrow = (today + dt.timedelta(days=1)).isoformat()  # a day that is still to come is a slip of the pen
    values = {"tomorrow": tomorrow, "year": today.year, "shown": _SHOWN}
    connection.execute("BEGIN")
    try:
        columns = {row["name"] for row in connection.execute("PRAGMA table_info(press_releases)")}
        removed = "r.removed" if "removed" in columns else "NULL"  # an older archive that is only read stays as it is
        counts, newest, changed, sites = (
            connection.execute(sql.format(removed=removed), values).fetchall()
            for sql in (_COUNTS, _NEWEST, _CHANGED, _SITES)
        )
        taken_out = removals.count(connection).releases
    finally:
        connection.execute("COMMIT")
    last_run = max((site["started"] for site in sites if site["started"]), default=None)
    return Seen(counts[0], taken_out, newest, changed, last_run, list(_quiet(sites, last_run)))


def _quiet(sites: Sequence[sqlite3.Row], last_run: str | None) -> Iterator[Quiet]:
    for site in sites:
        named = (site["slug"], site["name"], site["english"])
        if site["started"] is None or last_run is None:
            yield Quiet(*named, "never crawled")
        elif site["outcome"] == "walled":
            wall = _WALLS.get(site["wall"], "a wall")
            yield Quiet(*named, f"behind {wall}{_answered(site)}", site["since"])
        elif site["outcome"] == "failed":
            yield Quiet(*named, f"could not be read{_answered(site)}", site["since"])
        elif dt.datetime.fromisoformat(last_run) - dt.datetime.fromisoformat(site["started"]) > _LEFT_BEHIND:
            yield Quiet(*named, "not crawled, though others were", site["started"])
        elif site["silent"]:
            yield Quiet(*named, f"silent: {site['silent']}")


def _answered(site: sqlite3.Row) -> str:
    return f"; last answered {site['answered'][:10]}" if site["answered"] else "; it never answered"


ROUTES: Routes = ((r"/$", home),)
