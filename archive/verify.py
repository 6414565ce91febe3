"""`verify`: an archive held against itself: SQLite, references, the search index, texts, and then the evidence."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from archive import readings, search
from archive.columns import text_digest
from archive.erasure import is_hidden
from archive.errors import ArchiveError
from archive.evidence import faults_of_evidence
from archive.faults import FROM_A_BACKUP, Checked, Fault
from archive.folder import Archive

_DATABASE = "press.db"
_TEXTS = """
SELECT key, NULL, title, body, text_digest FROM press_releases UNION ALL
SELECT r.key, v.version, v.title, v.body, v.text_digest
FROM versions AS v LEFT JOIN press_releases AS r ON r.id = v.release_id
"""
_WRONG_NUMBERS = """
SELECT r.key, r.version, count(v.version), min(v.version), max(v.version)
FROM press_releases AS r LEFT JOIN versions AS v ON v.release_id = r.id GROUP BY r.id
HAVING count(v.version) IS NOT max(v.version) OR min(v.version) IS NOT 1 OR r.version IS NOT max(v.version)
"""
_OTHER_TEXTS = """
SELECT r.key, r.version FROM press_releases AS r JOIN versions AS v ON v.release_id = r.id AND v.version = r.version
WHERE v.text_digest IS NOT r.text_digest
"""
_SHOWN_BY_NOTHING = """
SELECT r.key, v.version, v.capture_id FROM versions AS v JOIN press_releases AS r ON r.id = v.release_id
JOIN captures AS c ON c.id = v.capture_id WHERE c.warc_file IS NULL
"""


def verify(archive: Archive, checked: Checked) -> Iterator[Fault]:
    """Every fault of an archive, as it is found; `checked` counts what was looked at.

    Works beside a crawl. The database is checked on a copy of its very pages in the system's temporary folder: FTS5
    checks only an index that it may write to, and a long read would keep the crawl from emptying its WAL.
    Raises ArchiveError where that copy cannot be made.
    """
    with _copy(archive) as db:
        for faults in (_sqlite(db), _references(db), _index(db), _versions(db), _texts(db, checked), _readings(db)):
            yield from _read_through(faults)
        yield from _read_through(faults_of_evidence(archive.folder / "warc", db, checked))


@contextmanager
def _copy(archive: Archive) -> Iterator[sqlite3.Connection]:
    """A copy page by page, with all that is broken in it."""
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="police-press-verify-"))
            copy = stack.enter_context(closing(sqlite3.connect(Path(folder) / _DATABASE, isolation_level=None)))
            archive.db.conn.backup(copy)
        except (OSError, sqlite3.Error) as problem:
            raise _no_room(problem) from problem
        copy.text_factory = _text
        search.register(copy)
        yield copy


def _text(stored: bytes) -> str:
    """Text as it stands: where it is no UTF-8, its digest tells."""
    return stored.decode("utf-8", "replace")


def _no_room(problem: Exception) -> ArchiveError:
    return ArchiveError(
        f"{_DATABASE} could not be checked: no copy of it in {tempfile.gettempdir()}: {problem}."
        " The copy needs as much room as the file; $TMPDIR names another folder."
    )


def _read_through(faults: Iterator[Fault]) -> Iterator[Fault]:
    """The faults, and one more where SQLite cannot read on."""
    try:
        yield from faults
    except sqlite3.DatabaseError as problem:
        if problem.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise _no_room(problem) from problem
        yield _fault(f"cannot be read through: {problem}")


def _fault(wrong: str) -> Fault:
    return Fault(_DATABASE, " ".join(wrong.split()), FROM_A_BACKUP)


def _sqlite(db: sqlite3.Connection) -> Iterator[Fault]:
    for (said,) in db.execute("PRAGMA integrity_check"):
        if said != "ok":
            yield _fault(f"SQLite says: {said}")


def _references(db: sqlite3.Connection) -> Iterator[Fault]:
    """Foreign keys; tables without row numbers give none."""
    for table, number, parent, _ in db.execute("PRAGMA foreign_key_check"):
        row = "a row" if number is None else f"row {number}"
        yield _fault(f"{row} of {table} refers to a row of {parent} that is not there")


def _index(db: sqlite3.Connection) -> Iterator[Fault]:
    """FTS5's own check; with rank 1 it holds the index against the texts of the releases."""
    try:
        db.execute("INSERT INTO releases_fts(releases_fts, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as problem:
        if problem.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise
        yield _fault(f"the full-text index does not agree with the releases ({problem})")


def _versions(db: sqlite3.Connection) -> Iterator[Fault]:
    for key, version, count, first, last in db.execute(_WRONG_NUMBERS):
        yield _fault(f"release {key} is at version {version}, and has {count} versions, from {first} to {last}")
    for key, version in db.execute(_OTHER_TEXTS):
        yield _fault(f"release {key} has another text than its version {version}")
    for key, version, capture in db.execute(_SHOWN_BY_NOTHING):
        yield _fault(f"release {key}, version {version}, rests on capture {capture}, which has no record")


def _readings(db: sqlite3.Connection) -> Iterator[Fault]:
    for key, column in readings.unreadable(db):
        yield _fault(f"release {key}: the {column} of its reading are no JSON")


def _texts(db: sqlite3.Connection, checked: Checked) -> Iterator[Fault]:
    """Each text under its digest."""
    (checked.events,) = db.execute("SELECT count(*) FROM events").fetchone()
    for key, version, title, body, stated in db.execute(_TEXTS):
        if version is None:
            checked.releases += 1
        else:
            checked.versions += 1
        which = f"release {key}" if version is None else f"release {key}, version {version}"
        if is_hidden(stated):
            if title or body:
                yield _fault(f"{which}: was removed, and has a text")
        elif body is None:
            yield _fault(f"{which}: has the text of a release that is not there")
        elif text_digest(title, body) != stated:
            yield _fault(f"{which}: title and body have another digest than {stated}")
