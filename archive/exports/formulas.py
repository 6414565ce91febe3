"""Cells that a spreadsheet would run as formulas, and the apostrophe that keeps it from doing so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# A cell that begins so may be run as a formula: OWASP, "CSV Injection", whose list has the full-width forms too.
FORMULA = frozenset("=+-@\t\r\n＝＋－＠")


def guard_cells(row: Sequence[Any]) -> Sequence[Any]:
    """The row, or a new one in which each cell that a spreadsheet would see as a formula begins with an apostrophe."""
    found = [at for at, cell in enumerate(row) if isinstance(cell, str) and cell[:1] in FORMULA]
    if not found:
        return row
    cells = list(row)
    for at in found:
        cells[at] = f"'{cells[at]}"
    return cells
