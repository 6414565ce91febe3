"""What went into a data package: its tables, and what their rows say about where they come from."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from archive.exports.package import Member
from archive.exports.rows import Wanted
from archive.exports.tables import Table

# Every moment that the archive itself has written down; their texts sort as times.
_NEWEST = """
SELECT max(at) FROM (
    SELECT max(captured) AS at FROM captures UNION ALL SELECT max(coalesce(finished, started)) FROM runs
    UNION ALL SELECT max(gone_confirmed) FROM sites UNION ALL SELECT max(applied) FROM removals)
"""


@dataclass(frozen=True, slots=True)
class Resource:
    """A table in its file of the package: where it is, what it weighs, how many rows it has."""

    table: Table
    path: str
    member: Member
    rows: int


@dataclass(slots=True)
class Contents:
    """What a package holds, gathered while it is written.

    `newest` is the newest moment of the archive, ISO 8601; None where nothing has happened in it. `sites` are rows of
    that table by column. The sets hold what the rows name; `captured` is the first and the last time of a capture.
    """

    wanted: Wanted
    is_parquet: bool
    raw_cells: bool
    newest: str | None
    resources: list[Resource] = field(default_factory=list)
    sites: list[dict[str, Any]] = field(default_factory=list)
    slugs: set[str | None] = field(default_factory=set)
    vantages: set[str | None] = field(default_factory=set)
    extractors: set[str | None] = field(default_factory=set)
    captured: tuple[str, str] | None = None
    guarded: int = 0
    masked: int = 0

    @property
    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        return {resource.table.name: resource.rows for resource in self.resources}

    @property
    def version(self) -> str | None:
        """The day of the newest moment as a semantic version, 2026.3.5; None where nothing has happened."""
        return ".".join(str(int(part)) for part in self.newest[:10].split("-")) if self.newest else None

    @property
    def only_site(self) -> dict[str, Any] | None:
        """The row of the one site that was asked for; None where none was."""
        return next((site for site in self.sites if site["slug"] == self.wanted.site), None)

    def watch(self, table: Table, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        """The rows as they are; what they name is gathered on the way."""
        gathered = {"site": self.slugs, "vantage": self.vantages, "extractor": self.extractors}
        names = [column.name for column in table.columns]
        sets = [(at, gathered[name]) for at, name in enumerate(names) if name in gathered]
        captured = names.index("captured") if table.name == "captures" else None
        for row in rows:
            for at, values in sets:
                values.add(row[at])
            if captured is not None:  # these are in the order of their time
                self.captured = (self.captured[0] if self.captured else row[captured], row[captured])
            yield row


def newest_moment(db: sqlite3.Connection) -> str | None:
    """The newest moment that an archive has written down, ISO 8601; None where nothing has happened in it."""
    found: str | None = db.execute(_NEWEST).fetchone()[0]
    return found


def counted(number: int, what: str) -> str:
    """`1 row`, `2,000 rows`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
