"""`export parquet`: a table with its types (archive.exports.arrow), in row groups, for pandas, R and DuckDB."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from archive.exports.arrow import arrow_array, arrow_type, pyarrow
from archive.exports.file import GrowingFile, whole_file
from archive.exports.rows import Rows, Wanted, Written, named_table
from archive.exports.since import asked
from archive.exports.tables import Table
from archive.folder import Archive

# A few rows at a time become Arrow's, which take a third of the memory, and these a row group when there are bytes
# enough: by size, so that long texts need no more memory than short ones. 100,000 releases: 133 MB at most, 60 of it
# pyarrow's own.
_BATCH_ROWS = 500
_GROUP_BYTES = 4_000_000


def export_parquet(archive: Archive, out: Path, wanted: Wanted, *, since_export: Path | None = None) -> Written:
    """Write a table to `out`, row group by row group.

    Every field has its description as metadata, the file the table's and the selection. The same pyarrow writes the
    same bytes; another version of it may not. `since_export`: only what differs from that earlier export
    (archive.exports.since). Raises OSError where `out` cannot be written, ArchiveError where the archive cannot be
    read, WrongWhereError, EarlierExportError, NoPyarrowError.
    """
    pyarrow()  # before anything is written
    is_plain = not (since_export or wanted.mask_numbers)
    rows = (
        Rows(archive, named_table(archive, wanted.table), wanted, encoded=True)
        if is_plain
        else asked(archive, wanted, since_export)
    )
    with whole_file(out) as file:
        written = write_parquet(file, rows.exported, rows, {"selection": _selection(wanted)})
    return Written(out, written, file.sha256, masked=rows.masked)


def write_parquet(
    file: GrowingFile, exported: Table, rows: Iterable[Sequence[Any]], about: Mapping[str, str] | None = None
) -> int:
    """Write rows; how many. `about` goes into the file's metadata, after the name and description of the table.

    Raises NoPyarrowError, and ArchiveError for a value that is not what its column says.
    """
    pa = pyarrow()
    said = {"table": exported.name, "title": exported.title, "description": exported.description, **(about or {})}
    columns = exported.columns
    fields = [pa.field(one.name, arrow_type(one), metadata={"description": one.description}) for one in columns]
    schema = pa.schema(fields, metadata=said)
    repeated = [one.name for one in columns if one.is_category]
    written = 0
    with (
        pa.parquet.ParquetWriter(file, schema, compression="zstd", use_dictionary=repeated) as writer,
        ThreadPoolExecutor(1) as aside,  # a row group is pressed and written while the next one is read
    ):
        last: Future[None] | None = None
        for group in _groups(_batches(exported, rows, schema)):
            if last:
                last.result()
            last = aside.submit(writer.write_table, group, row_group_size=group.num_rows)
            written += group.num_rows
        if last:
            last.result()
    return written


def _batches(exported: Table, rows: Iterable[Sequence[Any]], schema: Any) -> Iterator[Any]:
    pa, left = pyarrow(), iter(rows)
    while some := list(islice(left, _BATCH_ROWS)):
        cells = zip(*some, strict=True)
        arrays = [arrow_array(column, values) for column, values in zip(exported.columns, cells, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _groups(batches: Iterable[Any]) -> Iterator[Any]:
    """Tables of some batches, each of which is to be a row group."""
    pa = pyarrow()
    group: list[Any] = []
    size = 0
    for batch in batches:
        group.append(batch)
        size += batch.nbytes
        if size >= _GROUP_BYTES:
            yield pa.Table.from_batches(group)
            group, size = [], 0
    if group:
        yield pa.Table.from_batches(group)


def _selection(wanted: Wanted) -> str:
    """What was asked for, in JSON."""
    return json.dumps({name: value for name, value in asdict(wanted).items() if value}, default=str, ensure_ascii=False)
