"""`export jsonl`: one JSON object a line and row, in UTF-8, keys in the order of the columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from archive.exports.file import GrowingFile, whole_file
from archive.exports.rows import Wanted, Written
from archive.exports.since import asked
from archive.exports.tables import Kind, Table
from archive.folder import Archive

_AS_JSON: dict[Kind, Callable[[Any], Any]] = {"boolean": bool, "object": json.loads, "array": json.loads}
# Line ends of Unicode that JSON allows in a string, and that some readers part lines at.
_LINE_ENDS = {end: json.dumps(end)[1:-1] for end in ("\x85", "\u2028", "\u2029")}


def export_jsonl(archive: Archive, out: Path, wanted: Wanted, *, since_export: Path | None = None) -> Written:
    """Write a table to `out`: NULL is null, a boolean true or false, what is JSON in the database an object or a list.

    `since_export`: only what differs from that earlier export (archive.exports.since). Raises OSError where `out`
    cannot be written, ArchiveError where the archive cannot be read, WrongWhereError, EarlierExportError.
    """
    rows = asked(archive, wanted, since_export)
    with whole_file(out) as file:
        written = write_jsonl(file, rows.exported, rows)
    return Written(out, written, file.sha256, masked=rows.masked)


def write_jsonl(file: GrowingFile, exported: Table, rows: Iterable[Sequence[Any]]) -> int:
    """Write rows; how many."""
    names = [column.name for column in exported.columns]
    converted = [(at, _AS_JSON[column.kind]) for at, column in enumerate(exported.columns) if column.kind in _AS_JSON]
    encode = json.JSONEncoder(ensure_ascii=False).encode
    written = 0
    for row in rows:
        values = list(row)
        for at, convert in converted:
            if values[at] is not None:
                values[at] = convert(values[at])
        line = encode(dict(zip(names, values, strict=True)))
        for end, escaped in _LINE_ENDS.items():
            line = line.replace(end, escaped)
        file.write(f"{line}\n".encode())
        written += 1
    return written
