"""What is exported: which releases, which columns, in which order."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from archive.errors import ArchiveError, remedy
from archive.folder import Archive, selection

# Integers of one file, which another archive of the same releases has otherwise; the capture that shows a release's
# text is named by its time and digest instead.
_OF_THIS_FILE = {"id", "capture_id"}
_CAPTURE = ("captured", "payload_digest")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which releases: of one site, with what a person would type into a search box, from a day to a day (included)."""

    site: str | None = None
    search: str | None = None
    published_from: dt.date | None = None
    published_to: dt.date | None = None


def columns(archive: Archive) -> list[str]:
    """Every column of `press_releases` in the schema's order, `key` first, then time and digest of its capture."""
    with _reading(archive):
        named = [row[1] for row in archive.db.conn.execute("PRAGMA table_info(press_releases)")]
    return [*(name for name in named if name not in _OF_THIS_FILE), *_CAPTURE]


def rows(archive: Archive, wanted: Wanted) -> Iterator[tuple[Any, ...]]:
    """Releases one by one, oldest first and by key within a moment; those without a date come before all others.

    All are of one moment, whatever a crawl writes meanwhile. Raises ArchiveError where the database cannot be read.
    """
    where, values = selection(wanted.site, wanted.search, wanted.published_from, wanted.published_to)
    ours = (
        f"(SELECT {name} FROM captures WHERE id = capture_id)" if name in _CAPTURE else name  # noqa: S608 - our own
        for name in columns(archive)
    )
    names = ", ".join(ours)
    with _reading(archive):
        yield from archive.db.conn.execute(
            f"SELECT {names} FROM press_releases WHERE {where} ORDER BY published, key",  # noqa: S608 - our own names
            values,
        )


def sites(archive: Archive) -> list[str]:
    """The slugs of the sites an archive knows. Raises ArchiveError where the database cannot be read."""
    with _reading(archive):
        return [row[0] for row in archive.db.conn.execute("SELECT slug FROM sites ORDER BY slug")]


@contextmanager
def _reading(archive: Archive) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as problem:
        raise ArchiveError(
            f"{archive.folder / 'press.db'}: cannot be read as an archive: {problem}. {remedy(problem)}"
        ) from problem
