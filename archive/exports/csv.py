"""`export csv`: RFC 4180 in UTF-8, one row a line of the table, safe to open in a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Any

from archive.exports.file import as_text, whole_file
from archive.exports.formulas import FORMULA
from archive.exports.rows import Wanted, Written
from archive.exports.since import asked
from archive.exports.tables import Table
from archive.folder import Archive

BOM = "\ufeff"
# A cell that goes out as it is: nothing in it that RFC 4180 quotes, no sign before it that begins a formula. Most are,
# and one look is enough: the csv module with a guard before it took half as long again for 100,000 releases.
_is_plain = re.compile(f'[^,"\r\n{re.escape("".join(FORMULA))}][^,"\r\n]*+').fullmatch
_is_quoted = re.compile('[,"\r\n]').search


def export_csv(
    archive: Archive,
    out: Path,
    wanted: Wanted,
    *,
    bom: bool = True,
    raw_cells: bool = False,
    since_export: Path | None = None,
) -> Written:
    """Write a table to `out`, row by row: lines end in CRLF, line breaks inside a cell stay, NULL is an empty cell.

    `bom` lets Excel see that it is UTF-8. An apostrophe goes before a cell that a spreadsheet could run as a formula,
    unless `raw_cells`. `since_export`: only what differs from that earlier export (archive.exports.since). Raises
    OSError where `out` cannot be written, ArchiveError where the archive cannot be read, WrongWhereError,
    EarlierExportError.
    """
    rows = asked(archive, wanted, since_export)
    with whole_file(out) as file, as_text(file) as text:
        text.write(BOM if bom else "")
        written, guarded = write_csv(text, rows.exported, rows, raw_cells=raw_cells)
    return Written(out, written, file.sha256, guarded, rows.masked)


def write_csv(
    text: IO[str], exported: Table, rows: Iterable[Sequence[Any]], *, raw_cells: bool = False
) -> tuple[int, int]:
    """Write header and rows; how many rows, and how many of their cells were guarded."""
    cells = Cells(are_guarded=not raw_cells)
    text.write(cells.line([column.name for column in exported.columns]))
    written = 0
    for row in rows:
        text.write(cells.line(row))
        written += 1
    return written, cells.guarded


class Cells:
    """Rows as RFC 4180 has them; `guarded` counts the cells that an apostrophe was put before."""

    def __init__(self, *, are_guarded: bool) -> None:
        self._are_guarded = are_guarded
        self.guarded = 0

    def line(self, row: Sequence[Any]) -> str:
        """A row, with its line end."""
        cells = [
            "" if cell is None else cell if isinstance(cell, str) and _is_plain(cell) else self._other(cell)
            for cell in row
        ]
        return ",".join(cells) + "\r\n"

    def _other(self, cell: Any) -> str:
        text = str(cell)
        if self._are_guarded and text[:1] in FORMULA and isinstance(cell, str):
            self.guarded += 1
            text = f"'{text}"
        return '"' + text.replace('"', '""') + '"' if _is_quoted(text) else text
