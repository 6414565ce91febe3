"""What is exported: which rows of a table, in which order, all of one moment."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.errors import ArchiveError, remedy
from archive.exports.numbers import mask, mask_json
from archive.exports.tables import RELEASES, Table, table
from archive.folder import Archive, selection


class WrongWhereError(ValueError):
    """An expression for `Wanted.where` that SQLite does not take; the text says why."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of which table: those of the releases of one site, with what a person would type into a search box,
    from a day to a day (included); `where` is an SQL expression over the columns of that table.

    Where several tables are exported together, the table is that of the releases, and the others follow it.
    `mask_numbers`: numbers of people are masked in what they say (archive.exports.numbers).
    """

    site: str | None = None
    search: str | None = None
    published_from: dt.date | None = None
    published_to: dt.date | None = None
    where: str | None = None
    table: str = RELEASES
    mask_numbers: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What an export wrote: rows without any header, the SHA-256 in hex, and cells that were changed on the way.

    The digest is the file's; a folder's is that of the list of digests in it, `SHA256SUMS`. `unit` names what was
    counted, where that are no rows of a table; `texts` is how many files of text there are, where each is one.
    """

    path: Path
    rows: int
    sha256: str
    guarded: int = 0
    masked: int = 0
    unit: str = "row"
    texts: int | None = None


# The releases wanted, in a table of this connection's own: what belongs to them is found by joins in this order. In one
# statement SQLite looked for them anew at each row (measured: ten minutes in place of one second).
_WANTED = "CREATE TEMP TABLE IF NOT EXISTS wanted_releases (id INTEGER PRIMARY KEY)"
_IS_WANTED = "release_id IN (SELECT id FROM wanted_releases)"
# The captures that show these releases, or were made on the way: every visit to their pages, redirect hops and all, and
# to their attachments.
_BEHIND = f"""
SELECT c.id FROM wanted_releases AS w CROSS JOIN press_releases AS r ON r.id = w.id
CROSS JOIN pages AS p ON p.kind = 'article' AND p.key = r.key CROSS JOIN captures AS c ON c.page_id = p.id
UNION SELECT capture_id FROM versions WHERE {_IS_WANTED}
UNION SELECT capture_id FROM attachments WHERE {_IS_WANTED} AND capture_id IS NOT NULL
UNION SELECT c.id FROM wanted_releases AS w CROSS JOIN attachments AS a ON a.release_id = w.id
CROSS JOIN captures AS k ON k.id = a.capture_id CROSS JOIN captures AS c ON c.page_id = k.page_id
"""  # noqa: S608 -- our own
_RUNS_BEHIND = f"SELECT run_id FROM captures WHERE id IN ({_BEHIND})"  # noqa: S608 -- our own
_BELONG = {
    **dict.fromkeys(("release_columns", "versions", "events", "attachments", "readings"), _IS_WANTED),
    "captures": f"id IN ({_BEHIND})",
    "runs": f"id IN ({_RUNS_BEHIND})",
    "findings": f"run_id IN ({_RUNS_BEHIND})",
    "removals": "key IN (SELECT key FROM press_releases WHERE id IN (SELECT id FROM wanted_releases))",
    "sites": "slug IN (SELECT site FROM press_releases WHERE id IN (SELECT id FROM wanted_releases))",
}
_OF_SITES = {"captures": "site", "runs": "site", "findings": "site", "removals": "site", "sites": "slug"}


class Rows:
    """The rows of a table one by one, in its order, as the database holds them; `masked` counts numbers on the way.

    Releases come oldest first and by key within a moment; those without a date come before all others. All are of one
    moment, whatever a crawl writes meanwhile. Where nothing is masked, texts may be `encoded`: as UTF-8, for whoever
    would encode them again; reading 100,000 releases takes 0.6 s then in place of 1.5 to 2.5, and no other query may be
    asked on the way. Iterating raises ArchiveError where the database cannot be read, and WrongWhereError.
    """

    def __init__(self, archive: Archive, exported: Table, wanted: Wanted, *, encoded: bool = False) -> None:
        if encoded and wanted.mask_numbers:
            raise ValueError("bytes cannot be masked")
        self._archive, self._wanted, self._encoded = archive, wanted, encoded
        self.exported = exported
        self.masked = 0

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        found = self._selected()
        return map(self._mask, found) if self._wanted.mask_numbers else found

    def _selected(self) -> Iterator[tuple[Any, ...]]:
        exported = self.exported
        names = ", ".join(column.name for column in exported.columns)
        condition, values = _condition(self._archive, exported, self._wanted)
        sql = f"SELECT {names} FROM ({exported.rows}) WHERE {condition} ORDER BY {exported.order}"  # noqa: S608 -- ours
        with reading(self._archive):
            connection = self._archive.db.conn
            connection.text_factory = bytes if self._encoded else str
            try:
                with _evaluating(self._wanted.where):
                    yield from connection.execute(sql, values)
            finally:
                connection.text_factory = str

    def _mask(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        cells, count = masked(self.exported, row)
        self.masked += count
        return cells


def masked(exported: Table, row: tuple[Any, ...]) -> tuple[tuple[Any, ...], int]:
    """The row with the numbers masked in what it says in words, and how many there were."""
    cells, numbers = list(row), 0
    for at, column in enumerate(exported.columns):
        if column.is_prose and cells[at]:
            cells[at], count = (mask_json if column.kind in ("object", "array") else mask)(cells[at])
            numbers += count
    return tuple(cells), numbers


def captures_behind(archive: Archive, wanted: Wanted) -> str:
    """A SELECT of the ids of the captures behind the releases wanted. Raises ArchiveError, WrongWhereError."""
    _find_releases(archive, wanted)
    return _BEHIND


def _find_releases(archive: Archive, wanted: Wanted) -> None:
    """Fill the table of the releases wanted."""
    releases = named_table(archive, RELEASES)
    condition, values = selection(wanted.site, wanted.search, wanted.published_from, wanted.published_to)
    if wanted.table == RELEASES:
        condition += _checked_where(archive, releases, wanted.where)
    with reading(archive):
        archive.db.conn.execute(_WANTED)
        archive.db.conn.execute("DELETE FROM wanted_releases")
        chosen = f"SELECT id FROM ({releases.rows}) WHERE {condition}"  # noqa: S608 -- the archive's own reader asks
        with _evaluating(wanted.where):
            archive.db.conn.execute(f"INSERT INTO wanted_releases {chosen}", values)


@contextmanager
def one_moment(archive: Archive) -> Iterator[None]:
    """Whatever is read in it is of one moment, though a crawl writes. Raises ArchiveError."""
    with reading(archive):
        archive.db.conn.execute("BEGIN")
        try:
            yield
        finally:
            archive.db.conn.execute("ROLLBACK")


def named_table(archive: Archive, name: str) -> Table:
    """A table as this archive has it. Raises ArchiveError where it does not have it, or cannot be read."""
    with reading(archive):
        return table(archive.db.conn, name)


def sites(archive: Archive) -> list[str]:
    """The slugs of the sites an archive knows. Raises ArchiveError where the database cannot be read."""
    with reading(archive):
        return [row[0] for row in archive.db.conn.execute("SELECT slug FROM sites ORDER BY slug")]


def _condition(archive: Archive, exported: Table, wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """Which rows of the table, with values."""
    condition, values = selection(wanted.site, wanted.search, wanted.published_from, wanted.published_to)
    is_asked = exported.name == wanted.table
    own = _checked_where(archive, exported, wanted.where) if is_asked else ""
    if exported.name == RELEASES:
        return condition + own, values
    is_narrowed = bool(values or (wanted.where and not is_asked))
    if is_narrowed and exported.name in _OF_SITES and set(values) == {"site"} and (is_asked or not wanted.where):
        return f"{_OF_SITES[exported.name]} = :site{own}", values
    if is_narrowed and exported.name in _BELONG:
        _find_releases(archive, wanted)
        return _BELONG[exported.name] + own, {}
    return f"1{own}", {}


def _checked_where(archive: Archive, exported: Table, where: str | None) -> str:
    """The rest of a condition. Raises WrongWhereError for what is no expression over the table's rows."""
    if not where:
        return ""
    try:  # between CASE WHEN and THEN nothing but an expression fits
        archive.db.conn.execute(f"SELECT CASE WHEN\n{where}\nTHEN 1 END FROM ({exported.rows}) LIMIT 0")  # noqa: S608 -- as above
    except (sqlite3.OperationalError, sqlite3.ProgrammingError) as problem:
        names = ", ".join(column.name for column in exported.columns)
        raise WrongWhereError(f"{problem}. Columns of {exported.name}: {names}.") from problem
    return f" AND (\n{where}\n)"


@contextmanager
def _evaluating(where: str | None) -> Iterator[None]:
    """Raise WrongWhereError where an expression comes to nothing at some row: json_extract of what is no JSON, say."""
    try:
        yield
    except sqlite3.OperationalError as problem:
        if where and problem.sqlite_errorcode == sqlite3.SQLITE_ERROR:
            raise WrongWhereError(f"{problem}.") from problem
        raise


@contextmanager
def reading(archive: Archive) -> Iterator[None]:
    """Raise ArchiveError for what SQLite cannot read."""
    database = archive.folder / "press.db"
    try:
        yield
    except sqlite3.OperationalError as problem:
        if not str(problem).startswith(("no such column", "no such table")):
            raise ArchiveError(f"{database}: cannot be read: {problem}. {remedy(problem)}".rstrip()) from problem
        said = f"{database}: an older version of this program made it ({problem})"
        raise ArchiveError(f"{said}. The next crawl or reparse brings it forward.") from problem
    except sqlite3.DatabaseError as problem:
        raise ArchiveError(f"{database}: cannot be read as an archive: {problem}. {remedy(problem)}") from problem
