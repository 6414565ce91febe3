"""`export csv`: RFC 4180 in UTF-8, one row a release, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.exports.file import whole_file
from archive.exports.rows import Wanted, columns, rows
from archive.folder import Archive

BOM = "\ufeff"
# A cell that begins so may be run as a formula: OWASP, "CSV Injection", whose list has the full-width forms too.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """What an export wrote: rows without the header, cells that were guarded, and the file's SHA-256 in hex."""

    rows: int
    guarded: int
    sha256: str


def export_csv(archive: Archive, out: Path, wanted: Wanted, *, bom: bool = True, raw_cells: bool = False) -> Written:
    """Write releases to `out`, row by row: lines end in CRLF, line breaks inside a cell stay, NULL is an empty cell.

    `bom` lets Excel see that it is UTF-8. An apostrophe goes before a cell that a spreadsheet could run as a formula,
    unless `raw_cells`. Raises OSError where `out` cannot be written, ArchiveError where the archive cannot be read.
    """
    written = guarded = 0
    with whole_file(out) as file:
        file.write(BOM if bom else "")
        writer = csv.writer(file)
        writer.writerow(columns(archive))
        for row in rows(archive, wanted):
            cells = row if raw_cells else guard_cells(row)
            guarded += sum(cell is not was for cell, was in zip(cells, row, strict=True))
            writer.writerow(cells)
            written += 1
    return Written(written, guarded, file.sha256)


def guard_cells(row: Sequence[Any]) -> list[Any]:
    """The cells of a row, those in which a spreadsheet would see a formula begun with an apostrophe."""
    return [f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell for cell in row]
