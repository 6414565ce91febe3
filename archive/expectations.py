"""The floors that stand beside a site, held against a run of it: what a run did not bring that the site used to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from sqlite_utils import Database

from archive.clock import SHANGHAI
from archive.models import Finding

# A floor is set at 85 % of what was seen (the design's second habit). So over a window of n releases a column that
# breaks altogether is told after 0.15 n of them: 15 here, some days of a site's work. A column that half the releases
# have would by chance alone fall through such a floor in one window of 15 at n = 100, in one of 4 at n = 20, which is
# the least that is judged: floors that low are for columns nearly every release has.
_NEWEST, _LEAST = 100, 20
_FILLED = ("title", "published", "content_source", "issuer", "author", "editor", "body")
# Newest first as the lists have them, which is the frontier's order too: a release that lost its own date is still
# among the newest, and what a first walk brings from the end of a list is not. SQLite would begin with the releases.
_WINDOW = """
SELECT r.title, r.published, r.content_source, r.issuer, r.author, r.editor, r.chars
FROM pages AS p CROSS JOIN press_releases AS r ON r.key = p.key
WHERE p.site = :site AND p.kind = 'article' AND p.listed_day IS NOT NULL AND r.site = :site AND r.removed IS NULL
ORDER BY p.listed_day DESC, p.id LIMIT :newest
"""
# `pages.listed_day` is the day that the list shows, or the day on which an entry without one was found. `published`
# begins with its day, and sorts as days do.
_LAST_DAY = """
SELECT max(day) FROM (
    SELECT * FROM (
        SELECT published_day AS day FROM press_releases
        WHERE site = :site AND published < :tomorrow AND published_day IS NOT NULL ORDER BY published DESC LIMIT 1
    ) UNION ALL SELECT * FROM (
        SELECT listed_day FROM pages
        WHERE site = :site AND kind = 'article' AND NOT back AND listed_day < :tomorrow ORDER BY listed_day DESC LIMIT 1
    )
)
"""


def missed(
    db: Database,
    site: str,
    now: dt.datetime,
    first_pages: Mapping[str, int | None],
    *,
    min_listed: int | None = None,
    max_silent_days: int | None = None,
    fill_rate: Mapping[str, float] | None = None,
) -> list[Finding]:
    """The floors that a run missed, to be asked at the end of one that got through (`finished` or `time_limit`).

    Not of a run that was walled or failed: what a wall or an outage hides is unknown, and misses no floor.
    `first_pages` says how many entries the first page of each listing had, by its address, None for one that was not
    read; where none was, nothing is missed. The answer rests on the archive alone, so that a rebuild finds the same.
    `fill_rate` maps columns of a release to shares from 0 to 1. Raises KeyError for a column that has no floor.
    """
    read = {url: count for url, count in first_pages.items() if count is not None}
    if not read:
        return []
    findings = [
        Finding(site, "min_listed", f"{count} entries on the first list page", f"at least {min_listed}", url)
        for url, count in read.items()
        if min_listed is not None and count < min_listed
    ]
    if max_silent_days is not None and len(read) == len(first_pages):
        findings += _silence(db, site, now, max_silent_days)
    if fill_rate:
        findings += _unfilled(db, site, fill_rate)
    return findings


def _silence(db: Database, site: str, now: dt.datetime, days: int) -> Iterator[Finding]:
    """A finding where a site has published nothing for longer than that; nobody knows where nothing has a day.

    A day that is still to come is a slip of the pen, and would hide the silence until then.
    """
    today = now.astimezone(SHANGHAI).date()
    tomorrow = today + dt.timedelta(days=1)
    (last,) = db.conn.execute(_LAST_DAY, {"site": site, "tomorrow": tomorrow.isoformat()}).fetchone()
    silent = (today - dt.date.fromisoformat(last)).days if last else 0
    if silent > days:
        yield Finding(site, "max_silent_days", f"{silent} days since {last}, its newest day", f"at most {days} days")


def _unfilled(db: Database, site: str, floors: Mapping[str, float]) -> Iterator[Finding]:
    rows = db.conn.execute(_WINDOW, {"site": site, "newest": _NEWEST}).fetchall()
    if len(rows) < _LEAST:
        return
    filled = dict(zip(_FILLED, (sum(map(bool, column)) for column in zip(*rows, strict=True)), strict=True))
    for column, floor in floors.items():
        if filled[column] < floor * len(rows):
            share = filled[column] * 100 // len(rows) / 100  # rounded down: 0.799 is seen as less than 0.8
            seen = f"{share:.2f} of the newest {len(rows)}"
            yield Finding(site, f"fill_rate {column}", seen, f"at least {floor:g}")
