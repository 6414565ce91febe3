"""`export jsonl`: one JSON object a line and row, in UTF-8, keys in the order of the columns."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from archive.exports.file import whole_file
from archive.exports.rows import Rows, Wanted, Written, named_table
from archive.exports.tables import Kind
from archive.folder import Archive

_AS_JSON: dict[Kind, Callable[[Any], Any]] = {"boolean": bool, "object": json.loads, "array": json.loads}


def export_jsonl(archive: Archive, out: Path, wanted: Wanted) -> Written:
    """Write a table to `out`: NULL is null, a boolean true or false, what is JSON in the database an object or a list.

    Raises OSError where `out` cannot be written, ArchiveError where the archive cannot be read, WrongWhereError.
    """
    exported = named_table(archive, wanted.table)
    names = [column.name for column in exported.columns]
    converted = [(at, _AS_JSON[column.kind]) for at, column in enumerate(exported.columns) if column.kind in _AS_JSON]
    encode = json.JSONEncoder(ensure_ascii=False).encode
    rows, written = Rows(archive, exported, wanted), 0
    with whole_file(out) as file:
        for row in rows:
            values = list(row)
            for at, convert in converted:
                if values[at] is not None:
                    values[at] = convert(values[at])
            file.write(f"{encode(dict(zip(names, values, strict=True)))}\n".encode())
            written += 1
    return Written(out, written, file.sha256, masked=rows.masked)
