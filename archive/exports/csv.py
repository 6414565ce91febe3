"""`export csv`: RFC 4180 in UTF-8, one row a line of the table, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Any

from archive.exports.file import as_text, whole_file
from archive.exports.rows import Rows, Wanted, Written, named_table
from archive.exports.tables import Table
from archive.folder import Archive

BOM = "\ufeff"
# A cell that begins so may be run as a formula: OWASP, "CSV Injection", whose list has the full-width forms too.
FORMULA = frozenset("=+-@\t\r\n＝＋－＠")


def export_csv(archive: Archive, out: Path, wanted: Wanted, *, bom: bool = True, raw_cells: bool = False) -> Written:
    """Write a table to `out`, row by row: lines end in CRLF, line breaks inside a cell stay, NULL is an empty cell.

    `bom` lets Excel see that it is UTF-8. An apostrophe goes before a cell that a spreadsheet could run as a formula,
    unless `raw_cells`. Raises OSError where `out` cannot be written, ArchiveError where the archive cannot be read,
    WrongWhereError.
    """
    exported = named_table(archive, wanted.table)
    with whole_file(out) as file, as_text(file) as text:
        text.write(BOM if bom else "")
        rows = Rows(archive, exported, wanted)
        written, guarded = write_csv(text, exported, rows, raw_cells=raw_cells)
    return Written(out, written, file.sha256, guarded, rows.masked)


def write_csv(
    text: IO[str], exported: Table, rows: Iterable[Sequence[Any]], *, raw_cells: bool = False
) -> tuple[int, int]:
    """Write header and rows; how many rows, and how many of their cells were guarded."""
    writer = csv.writer(text)
    writer.writerow([column.name for column in exported.columns])
    written = guarded = 0
    for row in rows:
        cells = row if raw_cells else guard_cells(row)
        if cells is not row:
            guarded += sum(cell is not was for cell, was in zip(cells, row, strict=True))
        writer.writerow(cells)
        written += 1
    return written, guarded


def guard_cells(row: Sequence[Any]) -> Sequence[Any]:
    """The row, or a new one in which each cell that a spreadsheet would see as a formula begins with an apostrophe."""
    found = [at for at, cell in enumerate(row) if isinstance(cell, str) and cell[:1] in FORMULA]
    if not found:
        return row
    cells = list(row)
    for at in found:
        cells[at] = f"'{cells[at]}"
    return cells
