"""Rows of another archive's sites put into the place of our own."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from archive.errors import ArchiveError
from archive.folder import Archive
from archive.other import address
from archive.removals_file import read as removals_wanted

# Every table with rows of sites, parents first, and which of its rows those are; `{0}` is the database.
OF_SITES = "site IN (SELECT value FROM json_each(:sites))"
_OF_LISTINGS = f"listing_id IN (SELECT id FROM {{0}}.listings WHERE {OF_SITES})"  # noqa: S608 - our own text
_OF_RELEASES = f"release_id IN (SELECT id FROM {{0}}.press_releases WHERE {OF_SITES})"  # noqa: S608 - our own text
ROWS = {
    "runs": OF_SITES,
    "findings": OF_SITES,
    "pages": OF_SITES,
    "listings": OF_SITES,
    "walks": _OF_LISTINGS,
    "entries": _OF_LISTINGS,
    "captures": OF_SITES,
    "absences": OF_SITES,
    "press_releases": OF_SITES,
    "release_columns": _OF_RELEASES,
    "kept_versions": _OF_RELEASES,
    "events": _OF_RELEASES,
    "attachments": _OF_RELEASES,
    "readings": _OF_RELEASES,
}
# A release keeps the number it has here: the feed of what is new goes by it, and a text that did not change keeps its
# place in the index. Indexing is nearly all that taking a release over costs (1.1 ms of 1.4, measured).
_RELEASE_IDS = f"""
INSERT INTO temp.release_ids
SELECT t.id, coalesce(o.id, t.id + (SELECT coalesce(max(id), 0) FROM main.press_releases))
FROM {{0}}.press_releases AS t LEFT JOIN main.press_releases AS o USING (key) WHERE t.{OF_SITES}
"""  # noqa: S608 - our own text
_NOT_THERE_ANY_MORE = " AND id NOT IN (SELECT ours FROM temp.release_ids)"
_RELEASE_ID = "(SELECT ours FROM temp.release_ids WHERE theirs = {0})"


@contextmanager
def attached(archive: Archive, schema: str, database: Path) -> Iterator[None]:
    """Another database beside that of an archive open to write, under that name, to be read.

    What was not committed when the block ends with an error is undone. References are checked by `take`, and not by
    SQLite meanwhile: without an index on each it would look through whole tables for every row that goes.
    """
    db = archive.db.conn
    archive.commit()
    with archive.writing():
        (checks,) = db.execute("PRAGMA foreign_keys").fetchone()
        db.execute("COMMIT")
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute(f"ATTACH DATABASE ? AS {schema}", (address(database),))
        db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except sqlite3.Error as problem:
        raise ArchiveError(f"{database}: cannot be read beside {archive.folder}: {problem}") from problem
    finally:
        if db.in_transaction:  # SQLite itself ends one that the disc refuses
            db.execute("ROLLBACK")
        db.execute(f"DETACH DATABASE {schema}")
        db.execute(f"PRAGMA foreign_keys = {checks}")
        db.execute("BEGIN IMMEDIATE")


def take(archive: Archive, schema: str, sites: Collection[str], names: Mapping[str, str]) -> None:
    """Put the rows that a database has of these sites into the place of the archive's own, and commit.

    `names` are WARC files with their names here. What a removal of either archive names is taken out before anybody can
    read it. Raises ArchiveError where a reference would lead nowhere; then nothing was changed.
    """
    db = archive.db.conn
    values = {"sites": json.dumps(list(sites)), "names": json.dumps({a: b for a, b in names.items() if a != b})}
    with archive.writing():
        db.execute("CREATE TEMP TABLE IF NOT EXISTS release_ids (theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL)")
        db.execute("DELETE FROM temp.release_ids")
        db.execute(_RELEASE_IDS.format(schema), values)
        copies = [_copy(db, schema, table) for table in ROWS]
        _take_tombstones(archive, values)
        for table in reversed(ROWS):
            kept = _NOT_THERE_ANY_MORE if table == "press_releases" else ""
            db.execute(f"DELETE FROM main.{table} WHERE {ROWS[table].format('main')}{kept}", values)  # noqa: S608 - ours
        db.execute(
            f"INSERT OR REPLACE INTO main.sites SELECT * FROM {schema}.sites"  # noqa: S608 - our own text
            " WHERE slug IN (SELECT value FROM json_each(:sites))",
            values,
        )
        for sql in copies:
            db.execute(sql, values)
        if lost := db.execute("PRAGMA main.foreign_key_check").fetchone():
            raise ArchiveError(f"{archive.folder}: not merged: a row of {lost[0]} would refer to no row of {lost[2]}")
    archive.commit()


def _take_tombstones(archive: Archive, values: Mapping[str, str]) -> None:
    """What was removed there stays so, also where its `removals.toml` does not name it any more."""
    taken = archive.db.conn.execute(
        f"INSERT OR IGNORE INTO main.removals SELECT * FROM theirs.removals WHERE {OF_SITES}",  # noqa: S608 - our own
        values,
    )
    if taken.rowcount:
        archive.removals.take_in(removals_wanted(archive.folder))


def _copy(db: sqlite3.Connection, schema: str, table: str) -> str:
    """The statement that copies a table's rows, every number that counts rows of an archive made one of ours."""
    parents = {row[3]: row[2] for row in db.execute(f"PRAGMA main.foreign_key_list({table})")}
    columns = [row[1] for row in db.execute(f"PRAGMA main.table_info({table})")]
    read = [_as_ours(db, column, table if column == "id" else parents.get(column)) for column in columns]
    changed = ", ".join(f"{column} = excluded.{column}" for column in columns)
    return (
        f"INSERT INTO main.{table} ({', '.join(columns)})"  # noqa: S608 - our own names
        f" SELECT {', '.join(read)} FROM {schema}.{table} WHERE {ROWS[table].format(schema)}"
        + (f" ON CONFLICT (id) DO UPDATE SET {changed}" if table == "press_releases" else "")
    )


def _as_ours(db: sqlite3.Connection, column: str, counted: str | None) -> str:
    if column == "warc_file":
        return "coalesce((SELECT value FROM json_each(:names) WHERE key = warc_file), warc_file)"
    if counted == "press_releases":
        return _RELEASE_ID.format(column)
    if counted not in ROWS:
        return column
    (last,) = db.execute(f"SELECT coalesce(max(id), 0) FROM main.{counted}").fetchone()  # noqa: S608 - our own names
    return f"{column} + {last}"
