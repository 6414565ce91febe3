"""Rows written by their columns' names, which are our own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlite_utils import Database


def insert(db: Database, table: str, **columns: Any) -> int:
    """A new row; returns its rowid."""
    places = ", ".join("?" * len(columns))
    cursor = db.conn.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})",  # noqa: S608 - names are our own
        tuple(columns.values()),
    )
    return cast("int", cursor.lastrowid)


def update(db: Database, table: str, row_id: int, columns: Mapping[str, Any]) -> None:
    """Change these columns of one row."""
    pairs = ", ".join(f"{name} = :{name}" for name in columns)
    db.conn.execute(f"UPDATE {table} SET {pairs} WHERE id = :id", {**columns, "id": row_id})  # noqa: S608 - as above
