"""`stats`: the counts a person wants of an archive, as data and as a page of text."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from archive import removals
from archive.errors import ArchiveError, remedy
from archive.folder import Archive
from archive.readings import Readings
from archive.readings import count as count_readings

_SITES = """
SELECT s.slug, s.name, count(r.id), count(r.gone_at), min(r.published), max(r.published),
    (SELECT started FROM runs WHERE site = s.slug ORDER BY id DESC LIMIT 1),
    (SELECT coalesce(outcome, 'not ended') FROM runs WHERE site = s.slug ORDER BY id DESC LIMIT 1)
FROM sites AS s LEFT JOIN press_releases AS r ON r.site = s.slug GROUP BY s.slug ORDER BY s.slug
"""
_UNDATED = "undated"


@dataclass(frozen=True, slots=True)
class SiteStats:
    """One site's releases: how many, in each year (`undated` last), how many are gone, the oldest and the newest.

    `oldest` and `newest` are as long as they are precise; `last_run` is when its last run began, and how that ended.
    """

    site: str
    name: str
    releases: int
    years: dict[str, int]
    gone: int
    oldest: str | None
    newest: str | None
    last_run: str | None
    last_outcome: str | None


@dataclass(frozen=True, slots=True)
class Stats:
    """The counts of one archive at one moment; `events` by their kind, sizes in bytes, the WAL's in the database's.

    `readings` speaks of those releases that were read since that is written down.
    """

    sites: tuple[SiteStats, ...]
    releases: int
    versions: int
    events: dict[str, int]
    captures: int
    readings: Readings
    removed: removals.Removed
    database_bytes: int
    warc_files: int
    warc_bytes: int


def stats(archive: Archive) -> Stats:
    """The counts of an archive opened to read, all of one moment. Raises ArchiveError where it cannot be read."""
    db, database = archive.db.conn, archive.folder / "press.db"
    try:
        db.execute("BEGIN")
        years = _years(db)
        sites = tuple(
            SiteStats(slug, name, releases, years.get(slug, {}), *more)
            for slug, name, releases, *more in db.execute(_SITES)
        )
        counts = [_count(db, table) for table in ("press_releases", "versions", "captures")]
        events = dict(db.execute("SELECT kind, count(*) FROM events GROUP BY kind ORDER BY kind").fetchall())
        read, removed = count_readings(db), removals.count(db)
        db.execute("COMMIT")
    except sqlite3.DatabaseError as problem:
        raise ArchiveError(f"{database}: cannot be read as an archive: {problem}. {remedy(problem)}") from problem
    files = [_size(path) for path in archive.folder.glob("warc/*/*.warc.gz*")]
    return Stats(
        sites=sites,
        releases=counts[0],
        versions=counts[1],
        events=events,
        captures=counts[2],
        readings=read,
        removed=removed,
        database_bytes=sum(_size(database.with_name(name)) for name in ("press.db", "press.db-wal")),
        warc_files=len(files),
        warc_bytes=sum(files),
    )


def as_text(counts: Stats) -> Iterator[str]:
    """Lines for a person: totals, a table of the sites, and one of their releases by year."""
    events = ", ".join(f"{kind} {number:,}" for kind, number in counts.events.items()) or "none"
    yield f"releases {counts.releases:,}, versions {counts.versions:,}, captures {counts.captures:,}"
    conflicts = ", ".join(f"{field} {number:,}" for field, number in counts.readings.conflicts.items()) or "none"
    yield f"events: {events}"
    yield f"readings {counts.readings.known:,}: conflicts {conflicts}; characters lost in {counts.readings.losing:,}"
    if counts.removed.releases:
        yield f"removed, their text not here: {counts.removed.releases:,} of the releases"
    if counts.removed.waiting:
        yield f"to be removed and not here: {', '.join(counts.removed.waiting)}"
    yield f"bytes: press.db {counts.database_bytes:,}, WARC files ({counts.warc_files:,}) {counts.warc_bytes:,}"
    yield ""
    header = ("site", "releases", "gone", "oldest", "newest", "last run")
    yield from _table([header, *(_line(site) for site in counts.sites)])
    years = sorted({year for site in counts.sites for year in site.years})
    if years:
        yield ""
        by_year = ([site.site, *(f"{site.years.get(year, 0):,}" for year in years)] for site in counts.sites)
        yield from _table([["site", *years], *by_year])


def _line(site: SiteStats) -> Sequence[str]:
    run = f"{site.last_run} {site.last_outcome}" if site.last_run else "never"
    return (site.site, f"{site.releases:,}", f"{site.gone:,}", site.oldest or "", site.newest or "", run)


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns side by side, numbers to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell.rjust(width) if cell.replace(",", "").isdigit() else cell.ljust(width)
            for cell, width in zip(row, widths, strict=True)
        )
        yield "  ".join(cells).rstrip()


def _years(db: sqlite3.Connection) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    sql = "SELECT site, year, count(*) FROM press_releases GROUP BY site, year ORDER BY site, year IS NULL, year"
    for site, year, count in db.execute(sql):
        found.setdefault(site, {})[_UNDATED if year is None else str(year)] = count
    return found


def _count(db: sqlite3.Connection, table: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - our own names


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # the WAL is there only while somebody works; a WARC file is renamed when it is closed
        return 0
