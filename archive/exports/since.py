"""`--since-export`: the releases of which an earlier export says something else than the archive does now.

A row is compared with what stood in that file. What happened and came to nothing before the next export, a page gone
and back again, is in the table `events`.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from archive.exports.earlier import EarlierExportError, digest_of, earlier_rows, is_csv
from archive.exports.formulas import guard_cells
from archive.exports.rows import Rows, Wanted, masked, named_table, reading
from archive.exports.tables import RELEASES, Column, Table
from archive.folder import Archive

# A visit changes the first, a newer program the second; the others are the place of the page in the archive's evidence,
# which a rebuild may change, and name another capture as soon as a neighbour's title on the same page does.
NOT_COUNTED = frozenset({"last_seen", "extractor", "captured", "payload_digest", "warc_file", "warc_offset"})
NEEDED = ("key", "version", "text_digest")
CHANGE = Column(
    "change",
    "string",
    "What has changed since the earlier export, parted by a comma and a space: new (it is not in that one), edited"
    " (text or attachments, as in events), gone, restored, removed, reread (none of these, but the archive now reads"
    " another value on the page, or knows more of it), left (it is in that one, and no more among what was asked for).",
    is_prose=False,
    is_category=True,
)

_EARLIER = "temp.earlier_export"
_MAKE = f"CREATE TABLE {_EARLIER} (key TEXT PRIMARY KEY, version, gone_at, removed, cells) WITHOUT ROWID"
_INSERT = f"INSERT INTO {_EARLIER} VALUES (?, ?, ?, ?, ?)"  # noqa: S608 -- our own
_TAKE = f"DELETE FROM {_EARLIER} WHERE key = ? RETURNING version, gone_at, removed, cells"  # noqa: S608 -- our own
_SEE = f"SELECT version, gone_at, removed, cells FROM {_EARLIER} WHERE key = ?"  # noqa: S608 -- our own
_UNKNOWN = f"SELECT key FROM {_EARLIER} EXCEPT SELECT key FROM press_releases ORDER BY key"  # noqa: S608 -- our own
_REST = Wanted(where=f"key IN (SELECT key FROM {_EARLIER})")  # noqa: S608 -- our own
# A version that `reparse` made is the same page, read by another program.
_IS_EDITED = """
SELECT EXISTS (SELECT 1 FROM press_releases AS r JOIN versions AS v ON v.release_id = r.id
WHERE r.key = ? AND v.version > ? AND v.made_by <> 'reparse')
"""


class _Was(NamedTuple):
    """A release in the earlier export; `cells` is the digest of all that counts."""

    version: int
    gone_at: str
    removed: str
    cells: bytes


def asked(archive: Archive, wanted: Wanted, since_export: Path | None) -> Rows | Changes:
    """The rows of an export, or those of them that have changed since an earlier one.

    Raises ArchiveError, and for the earlier one EarlierExportError, and NoPyarrowError where it is Parquet.
    """
    exported = named_table(archive, wanted.table)
    return Changes(archive, exported, wanted, since_export) if since_export else Rows(archive, exported, wanted)


class Changes:
    """The releases that have changed, each with the column `change` before the others; then those that have left.

    Put in the place of the rows with the same key of the earlier export, those that have left taken out, they make it
    the export of today, made with the same options, but for the columns NOT_COUNTED. Columns that only one of the two
    has are not compared. Numbers masked and cells guarded in one of them only are no change.

    What the earlier export says is kept in a temporary file, so that memory does not grow with it. Iterating once is
    all that it is good for, and raises what `Rows` raises.
    """

    def __init__(self, archive: Archive, exported: Table, wanted: Wanted, earlier: Path) -> None:
        if wanted.table != RELEASES:
            raise EarlierExportError(f"it holds releases: there are none in {wanted.table}")
        self._archive, self._rows, self._wanted = archive, exported, wanted
        said = f"{exported.description} Only what has changed since the export with the SHA-256 {digest_of(earlier)}."
        self.exported = replace(exported, description=said, columns=(CHANGE, *exported.columns))
        self.masked = 0
        self._is_csv = is_csv(earlier)
        self._at = {column.name: at for at, column in enumerate(exported.columns)}
        with reading(archive):
            self._load(earlier)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for row in Rows(self._archive, self._rows, replace(self._wanted, mask_numbers=False)):
            was = self._earlier(_TAKE, row)
            if was is None or not self._is_same(row, was):
                yield self._written(self._happened(row, was) or ["reread"], row)
        for row in Rows(self._archive, self._rows, _REST):
            yield self._written([*self._happened(row, self._earlier(_SEE, row)), "left"], row)

    def _written(self, change: list[str], row: tuple[Any, ...]) -> tuple[Any, ...]:
        if self._wanted.mask_numbers:
            row, count = masked(self._rows, row)
            self.masked += count
        return (", ".join(change), *row)

    def _load(self, earlier: Path) -> None:
        """Note what the earlier export says, and which columns both have."""
        connection = self._archive.db.conn
        connection.execute(f"DROP TABLE IF EXISTS {_EARLIER}")
        connection.execute(_MAKE)
        with closing(earlier_rows(earlier, frozenset((*self._at, CHANGE.name)))) as rows:
            columns = next(rows, [*self._at])
            if CHANGE.name in columns:
                said = "holds changes only: bring the export up to date that they are of, and give that one"
                raise EarlierExportError(f"{earlier}: {said}")
            if missing := [name for name in NEEDED if name not in columns]:
                raise EarlierExportError(f"{earlier}: no export of releases: it has no {' and no '.join(missing)}")
            self._shared = [name for name in columns if name not in NOT_COUNTED]
            try:
                connection.executemany(_INSERT, self._noted(earlier, columns, rows))
            except sqlite3.IntegrityError as problem:
                raise EarlierExportError(f"{earlier}: a key stands there twice") from problem
            except (OverflowError, UnicodeEncodeError) as problem:  # what no database holds
                raise EarlierExportError(f"{earlier}: cannot be read as an export: {problem}") from problem
        if unknown := [key for (key,) in connection.execute(_UNKNOWN)]:
            raise EarlierExportError(
                f"{earlier}: no export of this archive, which does not know {len(unknown)} of its releases:"
                f" {', '.join(unknown[:3])}{' …' if len(unknown) > 3 else ''}"
            )

    def _noted(self, earlier: Path, columns: list[str], rows: Iterator[list[str]]) -> Iterator[tuple[Any, ...]]:
        compared = [columns.index(name) for name in self._shared]
        for cells in rows:
            said = dict(zip(columns, cells, strict=True))
            if not said["version"].isdecimal():
                raise EarlierExportError(f"{earlier}: {said['key']} has a version that is no number: {said['version']}")
            digest = _digest([cells[at] for at in compared])
            yield said["key"], int(said["version"]), said.get("gone_at", ""), said.get("removed", ""), digest

    def _earlier(self, statement: str, row: tuple[Any, ...]) -> _Was | None:
        found = self._archive.db.conn.execute(statement, (row[self._at["key"]],)).fetchone()
        return _Was(*found) if found else None

    def _is_same(self, row: tuple[Any, ...], was: _Was) -> bool:
        places = [self._at[name] for name in self._shared]
        return any(_digest([_text(look[at]) for at in places]) == was.cells for look in self._looks(row))

    def _happened(self, row: tuple[Any, ...], was: _Was | None) -> list[str]:
        if was is None:
            return ["new"]
        now = {name: row[at] for name, at in self._at.items()}
        gone_at, removed = now["gone_at"], now.get("removed")  # an older archive knows no removals
        happened = {
            "edited": now["version"] > was.version and self._is_edited(now["key"], was.version),
            "gone": gone_at and gone_at != was.gone_at,
            "restored": was.gone_at and not gone_at,
            "removed": removed and removed != was.removed,
        }
        return [kind for kind, has_happened in happened.items() if has_happened]

    def _is_edited(self, key: str, version: int) -> bool:
        return bool(self._archive.db.conn.execute(_IS_EDITED, (key, version)).fetchone()[0])

    def _looks(self, row: tuple[Any, ...]) -> Iterator[Sequence[Any]]:
        """What the earlier export may have made of a row: as it is, guarded, masked, both."""
        for mask in (False, True):
            look = masked(self._rows, row)[0] if mask else row
            yield look
            if self._is_csv:
                yield guard_cells(look)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _digest(cells: Sequence[str]) -> bytes:
    lengths = ",".join(str(len(cell)) for cell in cells)
    return hashlib.blake2b(f"{lengths}\n{''.join(cells)}".encode(errors="surrogatepass"), digest_size=16).digest()
