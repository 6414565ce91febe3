"""The types of Arrow, and so of Parquet, that columns of an export have; pyarrow is an extra, loaded when it is wanted.

A time is a timestamp in microseconds with the zone Asia/Shanghai: a moment. The offset it was written with is not kept;
the archive writes all in Shanghai's. A day is a date32, what is true or false a boolean, a number a 64-bit integer; few
values that come often are a dictionary. All else is a string: `published` too, which is as long as it is precise, and
JSON.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from archive.clock import iso
from archive.errors import ArchiveError
from archive.exports.tables import Column

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class NoPyarrowError(Exception):
    """Parquet is wanted, and pyarrow is not installed; the text says how to get it."""


def pyarrow() -> Any:
    """The module, with its `parquet`; it takes its memory from the system. Raises NoPyarrowError."""
    try:
        import pyarrow.parquet  # type: ignore[import-untyped]  # it ships no types
    except ImportError as problem:
        raise NoPyarrowError('Parquet needs pyarrow: pip install "police-press-archive[parquet]"') from problem
    pyarrow.set_memory_pool(pyarrow.system_memory_pool())  # its own ones keep what is freed: 20 MB more, measured
    return pyarrow


def arrow_type(column: Column) -> Any:
    """The type of a column."""
    pa = pyarrow()
    match column.kind:
        case "datetime":
            return pa.timestamp("us", "Asia/Shanghai")
        case "date":
            return pa.date32()
        case "boolean":
            return pa.bool_()
        case "integer":
            return pa.int64()
        case "string" if column.is_category:
            return pa.dictionary(pa.int32(), pa.string())
        case _:
            return pa.string()


def arrow_array(column: Column, cells: Sequence[Any]) -> Any:
    """A column's cells, as the database holds them, in its type. Raises ArchiveError for what does not fit into it."""
    pa = pyarrow()
    held = {"integer": pa.int64(), "boolean": pa.int8()}.get(column.kind, pa.string())
    try:
        array = pa.array(cells, held)
        return (
            array.dictionary_encode() if column.is_category and held == pa.string() else array.cast(arrow_type(column))
        )
    except (pa.ArrowInvalid, pa.ArrowTypeError) as problem:
        raise ArchiveError(f"press.db: a value of {column.name} is no {column.kind}: {problem}") from problem


def texts(array: Any) -> list[str]:
    """An array's values as CSV has them: NULL is an empty text, a boolean 0 or 1, a time ISO 8601 in Shanghai."""
    pa = pyarrow()
    if pa.types.is_timestamp(array.type):
        moments = array.cast(pa.timestamp("us", array.type.tz)).cast(pa.int64()).to_pylist()
        return ["" if at is None else iso(_EPOCH + dt.timedelta(microseconds=at)) for at in moments]
    if pa.types.is_boolean(array.type):
        array = array.cast(pa.int8())
    found: list[str] = array.cast(pa.string()).fill_null("").to_pylist()
    return found
