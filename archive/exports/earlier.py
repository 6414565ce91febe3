"""An export made before, read again: its columns and its rows as texts, whichever of the formats it is in."""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from archive.exports.arrow import pyarrow, texts

_MAGIC = b"PAR1"
# Of Parquet: rows that are made into texts at once, and bytes read at once. With these, and without threads, reading
# 100,000 releases took 100 MB in place of 190.
_BATCH, _BUFFER = 1024, 1 << 16


class EarlierExportError(ValueError):
    """A file that cannot be taken for an earlier export; the text names it and says why."""


def digest_of(path: Path) -> str:
    """The SHA-256 of an export, in hex.

    Raises EarlierExportError where it cannot be read, or where `PATH.sha256` beside it says another one.
    """
    with _readable(path):
        if path.exists() and not path.is_file():  # a pipe can be read once
            raise EarlierExportError(f"{path}: is no ordinary file")
        target = path.resolve()
        with target.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        beside = target.with_name(f"{target.name}.sha256")
        if beside.exists() and (said := beside.read_bytes()[: len(found)].decode("ascii")) != found:
            raise EarlierExportError(f"{path}: has been changed: its SHA-256 is {found}, {beside} says {said}")
    return found


def is_csv(path: Path) -> bool:
    """Whether an export is CSV, in whose cells formulas may be guarded. Raises EarlierExportError."""
    return _reader(path) is _csv


def earlier_rows(path: Path, known: Collection[str]) -> Generator[list[str]]:
    """First the names of the columns that are `known`, then every row's cells in these.

    JSON lines without a row name no columns, and nothing comes. NULL is an empty text, a boolean 0 or 1, a time ISO
    8601 with Shanghai's offset, all of them as in CSV. Iterating raises EarlierExportError, and NoPyarrowError for a
    Parquet file.
    """
    read = _reader(path)
    with _readable(path):
        yield from read(path, known)


def _reader(path: Path) -> Callable[[Path, Collection[str]], Iterator[list[str]]]:
    with _readable(path), path.open("rb") as file:
        begin = file.read(len(_MAGIC)).removeprefix(b"\xef\xbb\xbf")
    if begin == _MAGIC:
        return _parquet
    return _jsonl if begin[:1] in (b"{", b"") else _csv  # of no rows there is not a byte in JSON lines


def _csv(path: Path, known: Collection[str]) -> Iterator[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file, _cells_of_any_size():
        rows = csv.reader(file, strict=True)
        header = next(rows, [])
        taken = [at for at, name in enumerate(header) if name in known]
        yield [header[at] for at in taken]
        for row in rows:
            if len(row) != len(header):
                raise ValueError(f"the row that ends in line {rows.line_num} has {len(row)} cells, not {len(header)}")
            yield [row[at] for at in taken]


@contextmanager
def _cells_of_any_size() -> Iterator[None]:
    """The reader's limit is 131,072 characters, for the whole process; some releases are longer."""
    limit = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(limit)


def _jsonl(path: Path, known: Collection[str]) -> Iterator[list[str]]:
    names: list[str] | None = None
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError(f"line {number} is no object")
            if names is None:
                names = [name for name in row if name in known]
                yield names
            if missing := [name for name in names if name not in row]:
                raise ValueError(f"line {number} has no {' and no '.join(missing)}")
            yield [_text(row[name]) for name in names]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)


def _parquet(path: Path, known: Collection[str]) -> Iterator[list[str]]:
    pa = pyarrow()
    try:
        with pa.parquet.ParquetFile(path, buffer_size=_BUFFER) as file:
            names = [name for name in file.schema_arrow.names if name in known]
            yield names
            for group in range(file.num_row_groups):
                for batch in file.iter_batches(_BATCH, row_groups=[group], columns=names, use_threads=False):
                    yield from map(list, zip(*map(texts, batch.columns), strict=True))
    except pa.ArrowException as problem:
        raise ValueError(str(problem)) from problem


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Raise EarlierExportError for a file that cannot be read as what it begins like."""
    try:
        yield
    except EarlierExportError:
        raise
    except OSError as problem:
        raise EarlierExportError(f"{path}: cannot be read: {problem.strerror or problem}") from problem
    except (ValueError, csv.Error, RecursionError) as problem:  # the last for JSON that is nested without end
        raise EarlierExportError(f"{path}: cannot be read as an export: {problem}") from problem
