"""The pages to read before counting anything: what is archived of each site and month, and what is unknown."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from datasette import NotFound, Request, Response  # type: ignore[import-untyped]  # Datasette ships no types

from archive import clock
from archive.coverage import coverage, months, years
from archive.known_months import Month, SiteCoverage
from archive.web.heat_map import LEVELS, HeatMap, heat_map, in_short
from archive.web.pages import Routes, page, read

_SPAN = 3  # years on the page of all sites
_MOST_YEARS = 40  # on the page of one site: a slip of the pen gives a release of the year 202
_YEAR = re.compile(r"[12][0-9]{3}")
_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FILLED = """
SELECT count(*) AS releases, count(published) AS published, count(content_source) AS content_source,
    count(nullif(body_kind = 'text', 0)) AS body, min(published_day) AS first, max(published_day) AS last,
    count(gone_at) AS gone, count(removed) AS removed, count(same_as) AS same_as
FROM press_releases WHERE site = ?
"""
_LAST_FINDINGS = """
SELECT expectation, seen, wanted FROM findings WHERE run_id = (
    SELECT id FROM runs WHERE site = ? AND kind = 'crawl' AND outcome IS NOT NULL ORDER BY id DESC LIMIT 1)
GROUP BY 1, 2, 3 ORDER BY min(id) LIMIT 100
"""
_WALLS = """
SELECT substr(c.captured, 1, 7) AS month, c.outcome, count(*) AS count, count(DISTINCT c.run_id) AS runs
FROM runs AS r JOIN captures AS c ON c.run_id = r.id
WHERE r.site = ? AND (r.walled > 0 OR r.outcome IN ('walled', 'failed', 'killed'))
    AND c.outcome IN ('challenge', 'waf', 'rate_limited', 'captcha', 'maintenance', 'shell')
GROUP BY 1, 2 ORDER BY 1 DESC, 2
"""


@dataclass(frozen=True, slots=True)
class Detail:
    """What the page of one site says besides its months: rows as SQL gives them."""

    filled: sqlite3.Row
    findings: Sequence[sqlite3.Row]
    walls: Sequence[sqlite3.Row]


async def all_sites(datasette: Any, request: Request) -> Response:
    """`/coverage`: all sites by month, three years at a time."""
    today = clock.now().date()
    sites = await read(datasette, coverage)
    known = years(sites, today)
    wanted = request.args.get("year") or ""
    last = min(max(int(wanted), int(known[0])), today.year) if _YEAR.fullmatch(wanted) else today.year
    first = last - _SPAN + 1
    end = today if last == today.year else dt.date(last, 12, 31)
    named = months(dt.date(first, 1, 1), end)
    lines = [
        (site.name, datasette.urls.path(f"/coverage/{site.slug}"), [site.month(one) for one in named]) for site in sites
    ]
    context = {
        "sites": sites,
        "map": _map(lines, named),
        "months": named,
        "lines": lines,
        "earlier": str(first - 1) if int(known[0]) < first else None,
        "later": str(min(last + _SPAN, today.year)) if last < today.year else None,
        **_legend(today),
    }
    return await page(datasette, request, "coverage.html", context)


async def one_site(datasette: Any, request: Request) -> Response:
    """`/coverage/SITE`: a site's months, a year a line, and what its runs met."""
    slug = request.url_vars["site"]
    today = clock.now().date()
    found = await read(datasette, lambda db: _one(db, slug))
    if found is None:
        raise NotFound(f"No site {slug} in this archive; /coverage lists those it has")
    site, detail = found
    shown = years([site], today)[-_MOST_YEARS:]
    lines = [(year, None, _of_year(site, year, today)) for year in shown]
    context = {"site": site, "detail": detail, "map": heat_map(lines, _NAMES), "lines": lines, "names": _NAMES}
    return await page(
        datasette, request, "coverage_site.html", {**context, **_legend(today), **_aside(site, shown[0], today)}
    )


def _one(db: sqlite3.Connection, slug: str) -> tuple[SiteCoverage, Detail] | None:
    sites = coverage(db, slug)
    if not sites:
        return None
    cursor = db.cursor()
    cursor.row_factory = sqlite3.Row
    findings, walls = (cursor.execute(sql, (slug,)).fetchall() for sql in (_LAST_FINDINGS, _WALLS))
    return sites[0], Detail(cursor.execute(_FILLED, (slug,)).fetchone(), findings, walls)


def _of_year(site: SiteCoverage, year: str, today: dt.date) -> list[Month]:
    """The months of a year up to today's."""
    named = months(dt.date(int(year), 1, 1), dt.date(int(year), 12, 31))
    return [site.month(one) for one in named if one <= today.isoformat()]


def _map(lines: Sequence[tuple[str, str, Sequence[Month]]], named: Sequence[str]) -> HeatMap:
    groups = [(place, month[:4]) for place, month in enumerate(named) if month.endswith("-01")]
    return heat_map(lines, [str(int(month[5:])) for month in named], groups)


def _legend(today: dt.date) -> dict[str, Any]:
    return {"levels": LEVELS, "today": today.isoformat(), "in_short": in_short}


def _aside(site: SiteCoverage, first: str, today: dt.date) -> dict[str, int]:
    """Releases that stand in no square: without a date, without a month, of years not drawn, of days still to come."""
    now = today.isoformat()[:7]
    dated = {month: count for month, count in site.archived.items() if month}
    return {
        "coarse": sum(count for month, count in dated.items() if len(month) < len(now)),
        "before": sum(count for month, count in dated.items() if month < first),
        "to_come": sum(count for month, count in dated.items() if month > now),
    }


ROUTES: Routes = ((r"^/coverage$", all_sites), (r"^/coverage/(?P<site>[^/]+)$", one_site))
