"""`CODEBOOK.md`: what every table and column of a package means, and what to know before using them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from string import Template

from archive.exports.contents import Contents, Resource, counted
from archive.exports.descriptor import constraints, selection, title
from archive.exports.formulas import FORMULA
from archive.exports.numbers import NOTES
from archive.exports.patterns import PATTERNS
from archive.exports.tables import RELEASES, Column, Table
from archive.metadata import about, described
from archive.records import SOFTWARE

_TEXT = Path(__file__).with_name("codebook.md")
_IN_CSV = {
    "form": (
        'UTF-8 without a byte order mark, parted by commas, quoted by `"`, lines ended by CRLF (RFC 4180); line breaks'
        " inside a quoted cell belong to the text."
    ),
    "missing": (
        "An empty cell is NULL. Only a `body` is never NULL: its empty cell is a page without text, and `body_kind`"
        " says what it holds."
    ),
    "datetime": "ISO 8601 with its offset, 2026-03-01T09:30:05+08:00",
    "boolean": "1 or 0",
}
_IN_PARQUET = {
    "form": "Apache Parquet, a file a table.",
    "missing": "NULL is a missing value; an empty text is none.",
    "datetime": "a timestamp in Asia/Shanghai",
    "boolean": "true or false, where a description says 1 or 0",
}
_SIGNS = {"\t": "tabulator", "\r": "carriage return", "\n": "line feed"}


def codebook(contents: Contents) -> str:
    """The whole text, in Markdown; what it says of columns is what Datasette shows of them."""
    filled = {
        "title": title(contents),
        "description": about()["description"],
        "releases": counted(contents.rows[RELEASES], "press release"),
        "software": SOFTWARE,
        "newest": contents.newest or "not known, since nothing has happened in it",
        "tables": "\n".join(_listed(resource) for resource in contents.resources),
        "selection": _selection(contents),
        "captured": f"from {contents.captured[0]} to {contents.captured[1]}" if contents.captured else "none",
        "vantages": _names(contents.vantages),
        "extractors": _names(contents.extractors),
        **(_IN_PARQUET if contents.is_parquet else _IN_CSV),
        "formulas": _formulas(contents),
        "described": "\n\n".join(_described(resource.table) for resource in contents.resources),
        "masked": _masked(contents),
        "patterns": "\n".join(f"- {pattern.name}: {pattern.description}" for pattern in PATTERNS),
        "notes": "\n".join(f"- {note}" for note in NOTES.splitlines()),
        "rights": about()["license"],
    }
    return Template(_TEXT.read_text("utf-8")).substitute(filled)


def _listed(resource: Resource) -> str:
    return f"- `{resource.path}`: {resource.table.title}, {counted(resource.rows, 'row')}"


def _selection(contents: Contents) -> str:
    asked = {name: value for name, value in selection(contents.wanted).items() if value}
    if not asked:
        return "Everything: all releases of the archive."
    return "\n".join(f"- `--{name}{'' if value is True else f' {value}'}`" for name, value in asked.items())


def _formulas(contents: Contents) -> str:
    if contents.is_parquet:
        return "Nothing is put before any text."
    if contents.raw_cells:
        return "Cells are as they are, though a spreadsheet may run some as formulas: do not open these files in one."
    signs = ", ".join(_SIGNS.get(sign, f"`{sign}`") for sign in sorted(FORMULA))
    return (
        f"A spreadsheet runs a text that begins with {signs} as a formula, so an apostrophe was put before each:"
        f" {counted(contents.guarded, 'cell')} of this package. Take it away again where one of these follows it; a"
        " text that had such an apostrophe itself looks the same, and only `--raw-cells` leaves no doubt."
    )


def _masked(contents: Contents) -> str:
    if not contents.wanted.mask_numbers:
        return "None are masked in this package. With `--mask-numbers` these would be:"
    return f"Masked in this package: {counted(contents.masked, 'number')}, of these kinds."


def _described(table: Table) -> str:
    lines = [f"## `{table.name}`: {table.title}", "", table.description, ""]
    if table.key:
        lines += [f"One row for each {_spelt(table.key)}.", ""]
    if table.references:
        lines += [
            f"{_spelt(columns)} names {_spelt(fields)} of `{other}`.  " for columns, other, fields in table.references
        ]
        lines += [""]
    lines += [_column(table, column) for column in table.columns]
    if left := list(_left_behind(table)):
        lines += ["", "In the archive only:", "", *left]
    return "\n".join(lines)


def _column(table: Table, column: Column) -> str:
    held = constraints(table, column)
    told = [column.kind, *(["never empty"] if "required" in held else [])]
    told += [f"one of {', '.join(f'`{value}`' for value in held['enum'])}"] if "enum" in held else []
    return f"- **`{column.name}`** ({'; '.join(told)}): {column.description}"


def _left_behind(table: Table) -> Iterator[str]:
    """Columns that the archive describes and that are not exported."""
    exported = {column.name for column in table.columns}
    for name, said in described().get(table.name, {"columns": {}})["columns"].items():
        if name not in exported:
            yield f"- `{name}`: {said}"


def _spelt(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _names(values: set[str | None]) -> str:
    return ", ".join(f"`{value}`" for value in sorted(value for value in values if value)) or "none named"
