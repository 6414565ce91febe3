"""What is archived of each site and month, read from the tables; `archive.known_months` says what that means."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from archive.known_months import Listing, SiteCoverage

_SITES = "SELECT slug, name, english, division FROM sites ORDER BY division IS NULL, division, slug"
_ARCHIVED = "SELECT site, substr(published, 1, 7), count(*) FROM press_releases GROUP BY 1, 2"
_LISTED = "SELECT DISTINCT listing_id, substr(published_day, 1, 7) FROM entries"
# Articles that a list has named and that never came; said in these words, SQLite uses the index of what is due.
_MISSING = """
SELECT p.site, substr((SELECT min(e.published_day) FROM entries AS e WHERE e.page_id = p.id), 1, 7), p.state, count(*)
FROM pages AS p WHERE p.kind != 'listing' AND p.state IN ('waiting', 'walled', 'failed') AND +p.kind = 'article'
    AND p.visited IS NULL GROUP BY 1, 2, 3
"""
# A list is in use where a walk of it is open, or one ended in its site's last crawl or after it.
_LISTS = """
SELECT l.site, l.id, l.listing_column, l.url, l.completed,
    (SELECT outcome FROM walks WHERE listing_id = l.id AND outcome IS NOT 'import' ORDER BY id DESC LIMIT 1),
    (SELECT stated_total FROM walks WHERE listing_id = l.id AND stated_total IS NOT NULL ORDER BY id DESC LIMIT 1)
FROM listings AS l JOIN walks AS w ON w.listing_id = l.id AND w.outcome IS NOT 'import' GROUP BY l.id
HAVING max(coalesce(w.ended, '9999')) >= coalesce(
    (SELECT started FROM runs WHERE site = l.site AND kind = 'crawl' ORDER BY id DESC LIMIT 1), '')
ORDER BY l.id
"""
_RUNS = """
SELECT site, substr(started, 1, 7), outcome, count(*) FROM runs WHERE kind = 'crawl' GROUP BY 1, 2, 3
"""
_LAST_RUN = "SELECT started, outcome FROM runs WHERE site = ? AND kind = 'crawl' ORDER BY id DESC LIMIT 1"
_STATED = """
SELECT stated_total, started FROM runs
WHERE site = ? AND stated_total IS NOT NULL AND kind = 'crawl'
ORDER BY outcome = 'finished' DESC, id DESC LIMIT 1
"""


def coverage(db: sqlite3.Connection, only: str | None = None) -> list[SiteCoverage]:
    """Every site of an archive, or only one, in the order of division codes."""
    sites = {row[0]: SiteCoverage(*row) for row in db.execute(_SITES) if only in (None, row[0])}
    for site, month, count in db.execute(_ARCHIVED):
        if site in sites:
            sites[site].archived[month] = count
    for site, month, state, count in db.execute(_MISSING):
        if site in sites:
            sites[site].missing.setdefault(month, {})[state] = count
    months = _months_listed(db)
    for site, listing, column, url, completed, outcome, stated in db.execute(_LISTS):
        if site in sites:
            named = months.get(listing, frozenset())
            oldest = min(named, default=None)
            sites[site].lists.append(Listing(column, url, completed, outcome, stated, oldest, named))
    for site, month, outcome, count in db.execute(_RUNS):
        if site in sites:
            sites[site].runs.setdefault(month, {})[outcome or "under way"] = count
    for slug, site in sites.items():
        site.last_run = db.execute(_LAST_RUN, (slug,)).fetchone()
        site.stated = db.execute(_STATED, (slug,)).fetchone()
    return list(sites.values())


def _months_listed(db: sqlite3.Connection) -> Mapping[int, frozenset[str]]:
    """The months that each list shows, by the list's id."""
    found: dict[int, set[str]] = {}
    for listing, month in db.execute(_LISTED):
        if month:
            found.setdefault(listing, set()).add(month)
    return {listing: frozenset(months) for listing, months in found.items()}


def months(first: dt.date, last: dt.date) -> Sequence[str]:
    """The names of all months from one day's to another's."""
    ends = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [f"{one // 12:04}-{one % 12 + 1:02}" for one in ends]


def years(sites: Iterable[SiteCoverage], today: dt.date) -> Sequence[str]:
    """The years in which anything is archived or missing, up to today's, without a break."""
    named = {month[:4] for site in sites for month in (*site.archived, *site.missing) if month}
    first = min((int(one) for one in named), default=today.year)
    return [f"{one:04}" for one in range(min(first, today.year), today.year + 1)]
