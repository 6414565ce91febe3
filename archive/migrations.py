"""The schema's ordered, named steps, and how an archive is brought through them; steps are only ever added."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from archive import schema
from archive.addresses import key
from archive.divisions import DIVISIONS
from archive.errors import ArchiveError, NewerArchiveError
from archive.warc import sync_folder

migrations = Migrations("police-press-archive")


@migrations()
def first_schema(db: Database) -> None:
    """The tables of version 0.1."""
    for script in (schema.EVIDENCE, schema.FRONTIER, schema.RELEASES, schema.SEARCH):
        for statement in _statements(script):
            db.conn.execute(statement)
    db.conn.executemany("INSERT INTO divisions VALUES (?, ?, ?, ?, ?)", DIVISIONS)


@migrations()
def visits(db: Database) -> None:
    """Revisits, takedowns, and the same text found elsewhere; what was fetched before is due at once."""
    for statement in _statements(schema.VISITS):
        db.conn.execute(statement)


@migrations()
def origins(db: Database) -> None:
    """What a capture was asked for, and in what kind of run: so that histories can be read again from the captures."""
    db.conn.create_function("key_of", 1, key, deterministic=True)
    for statement in _statements(schema.ORIGINS):
        db.conn.execute(statement)


@migrations()
def readings(db: Database) -> None:
    """Subtitles, and how each text was read from its page: filled in when a release is read again."""
    for statement in _statements(schema.READINGS):
        db.conn.execute(statement)


@migrations()
def removals(db: Database) -> None:
    """What was removed on request."""
    for statement in _statements(schema.REMOVALS):
        db.conn.execute(statement)


@migrations()
def reading_order(db: Database) -> None:
    """Indexes in the order in which releases and changes are read."""
    for statement in _statements(schema.READING_ORDER):
        db.conn.execute(statement)


@migrations()
def text_first(db: Database) -> None:
    """A smaller full-text index."""
    for statement in _statements(schema.TEXT_FIRST):
        db.conn.execute(statement)


@migrations()
def text_once(db: Database) -> None:
    """A version that reads as its release does today has no text of its own."""
    for statement in _statements(schema.TEXT_ONCE):
        db.conn.execute(statement)


@migrations()
def flat(db: Database) -> None:
    """Indexes for exactly the queries that run."""
    for statement in _statements(schema.FLAT):
        db.conn.execute(statement)


@migrations()
def in_batches(db: Database) -> None:
    """What a batch brings is indexed at once, before it is committed."""
    for statement in _statements(schema.IN_BATCHES):
        db.conn.execute(statement)


def upgrade(db: Database, path: Path) -> None:
    """Bring the schema forward to this program's, after a copy beside it where there is something to lose.

    Raises NewerArchiveError where a newer program has already gone further, ArchiveError where the file is another
    program's.
    """
    applied = steps_taken(db, path)
    if not applied and set(db.table_names()) > {migrations.migrations_table}:
        raise ArchiveError(f"{path}: this is no archive of press releases; nothing was changed")
    if applied and migrations.pending(db):
        _copy(db, _copy_beside(path, applied[-1]))
    with db.atomic():  # the table of steps too, or an archive half made is taken for another program's file
        migrations.apply(db)


def steps_taken(db: Database, path: Path) -> list[str]:
    """The steps that an archive has behind it, none for a file that is no archive.

    Raises NewerArchiveError where a newer program has already gone further.
    """
    applied = [step.name for step in migrations.applied(db)]
    with Database(memory=True) as nothing:
        ours = {step.name for step in migrations.pending(nothing)}
    if unknown := [name for name in applied if name not in ours]:
        raise NewerArchiveError(
            f"{path}: a newer version of this program has worked on this archive ({', '.join(unknown)})."
            " Install that version or a later one; nothing was changed."
        )
    return applied


def _copy(db: Database, copy: Path) -> None:
    """A copy that has its name only when it is whole and on the disc; one cut off by a kill opens, and is empty."""
    unfinished = copy.with_name(f".{copy.name}.part")
    unfinished.unlink(missing_ok=True)
    try:
        db.conn.execute("VACUUM INTO ?", (str(unfinished),))
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.rename(copy)
        sync_folder(copy.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def _copy_beside(path: Path, step: str) -> Path:
    for number in range(1, 1000):
        copy = path.with_name(f"{path.name}.before-{step}-{number}")
        if not copy.exists():
            return copy
    raise ArchiveError(f"{path}: there are 999 copies of this archive beside it; move the old ones away")


def _statements(script: str) -> list[str]:
    """The statements of a script one by one: `executescript` would commit the step half-way."""
    found, statement = [], ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            found.append(statement)
            statement = ""
    return found
