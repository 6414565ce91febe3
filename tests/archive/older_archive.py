"""An archive as an older version of this program left it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from archive import search
from archive.migrations import migrations

_TABLES = """
SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
AND name NOT LIKE 'sqlite#_%' ESCAPE '#' AND name <> '_sqlite_migrations'
"""


def take_back(folder: Path, step: str) -> None:
    """Put into the place of an archive's database what it would be, had that step of the schema and those after it not
    come yet: all rows and columns that there was room for.
    """
    database = folder / "press.db"
    older = folder / "older.db"
    with closing(sqlite3.connect(older)) as db:
        search.register(db)
        migrations.apply(Database(db, execute_plugins=False), stop_before=step)
        db.commit()
        db.execute("ATTACH DATABASE ? AS newer", (str(database),))
        for (table,) in db.execute(_TABLES).fetchall():
            has, had = (_columns(db, schema, table) for schema in ("newer", "main"))
            names = ", ".join(name for name in had if name in has)
            db.execute(f"INSERT OR REPLACE INTO main.{table} ({names}) SELECT {names} FROM newer.{table}")  # noqa: S608 - names of our own schema
        db.commit()
    older.replace(database)


def _columns(db: sqlite3.Connection, schema: str, table: str) -> list[str]:
    return [row[0] for row in db.execute("SELECT name FROM pragma_table_info(?, ?)", (table, schema))]
