"""The table `coverage` of a data package: a row a site and month, with what is archived of it and what is unknown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from archive.coverage import months
from archive.exports.tables import Column, Reference, Table
from archive.known_months import SiteCoverage

_YEARS = 40  # a slip of the pen gives a release of the year 202: older months have a row only where something is known
_YEAR, _MONTH = len("2026"), len("2026-03")
_UNDATED = "undated"

COVERAGE = Table(
    "coverage",
    "Coverage by site and month",
    "What this archive has of each site's months, whatever was selected for the other tables. Read it before you count"
    " anything: a month in which nothing was archived is empty only where the site's own lists say so; everything else"
    " is unknown, never zero. Over a site's rows, releases add up to all that the archive has of it.",
    (
        Column("site", "string", "The site.", is_prose=False, is_category=True, is_required=True),
        Column(
            "month",
            "string",
            "The month of publication, YYYY-MM in China Standard Time; YYYY for releases of which only the year is"
            " known, undated for those without a date.",
            is_prose=False,
            is_category=False,
            is_required=True,
        ),
        Column(
            "state",
            "string",
            "archived: everything that the lists show of it; at least: there may be more; gap: the lists name more,"
            " which never came; none: known to be empty; unknown: nothing is archived, and nothing says that there is"
            " nothing; unplaced: releases that belong to a month which is not known.",
            is_prose=False,
            is_category=True,
            is_required=True,
        ),
        Column(
            "releases",
            "integer",
            "How many releases are archived, removed ones included; 0 only where the month is known to be empty, NULL"
            " where there are none and that says nothing.",
            is_prose=False,
            is_category=False,
        ),
        Column(
            "is_certain",
            "boolean",
            "1 if releases is the whole number (archived, none), 0 if there may be more.",
            is_prose=False,
            is_category=False,
            is_required=True,
        ),
        Column(
            "listed_only",
            "integer",
            "How many more articles the lists name whose pages never came; NULL if none is known of.",
            is_prose=False,
            is_category=False,
        ),
        Column(
            "reason",
            "string",
            "Why the number is not certain, or since when it is; NULL where nothing is to be said.",
            is_prose=False,
            is_category=False,
        ),
        Column(
            "run_trouble",
            "string",
            "How many crawls of that month were walled, failed, killed, broken or stopped; NULL if none was.",
            is_prose=False,
            is_category=False,
        ),
    ),
    rows="",
    order="",
    key=("site", "month"),
    references=(Reference(("site",), "sites", ("slug",)),),
)
STATES = ("archived", "at least", "gap", "none", "unknown", "unplaced")

Row = tuple[Any, ...]


def coverage_rows(sites: Iterable[SiteCoverage], newest: str | None) -> Iterator[Row]:
    """The rows of these sites by slug and month, the same months for all of them, up to the archive's newest moment.

    Without such a moment nothing was ever fetched, and nothing can be said of any month.
    """
    if newest is None:
        return
    known = sorted(sites, key=lambda site: site.slug)
    span = _span(known, dt.date.fromisoformat(newest[: len("2026-03-01")]))
    for site in known:
        beyond = {month for month in (*site.archived, *site.missing) if month and len(month) == _MONTH}
        for name in sorted(beyond.union(span)):
            month = site.month(name)
            shown = month.archived if month.archived or month.state == "none" else None
            is_certain = month.state in ("archived", "none")
            said = (month.missing or None, month.reason or None, month.trouble or None)
            yield site.slug, name, month.state, shown, int(is_certain), *said
        yield from _unplaced(site)


def _span(sites: Iterable[SiteCoverage], newest: dt.date) -> Sequence[str]:
    """All months from the oldest that any of the sites knows of, or so many years back, to the newest moment's."""
    named = [month for site in sites for month in (*site.archived, *site.missing) if month]
    first = max(min([newest.isoformat(), *named])[:_YEAR], f"{newest.year - _YEARS:04}")
    return months(dt.date(int(first), 1, 1), newest)


def _unplaced(site: SiteCoverage) -> Iterator[Row]:
    """What has no month."""
    for year in sorted(name for name in site.archived if name and len(name) == _YEAR):
        reason = f"only the year is known: they may belong to any month of {year}"
        yield site.slug, year, "unplaced", site.archived[year], 0, None, reason, None
    if site.undated:
        missing = sum(site.missing.get(None, {}).values())
        reason = "no date is known: they may belong to any month"
        yield site.slug, _UNDATED, "unplaced", site.archived.get(None), 0, missing or None, reason, None
