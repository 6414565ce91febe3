"""`export datapackage`: all tables of a selection in one folder or zip, by the Frictionless Data Package standard."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from archive.coverage import coverage
from archive.exports.citation import citation
from archive.exports.codebook import codebook
from archive.exports.contents import Contents, Resource, newest_moment
from archive.exports.coverage_table import COVERAGE, coverage_rows
from archive.exports.csv import write_csv
from archive.exports.descriptor import descriptor
from archive.exports.file import GrowingFile, as_text
from archive.exports.package import Package, whole_package
from archive.exports.parquet import write_parquet
from archive.exports.rows import Rows, Wanted, Written, named_table, reading
from archive.exports.tables import RELEASES, TABLES, Table
from archive.folder import Archive

DESCRIPTOR = "datapackage.json"


def export_datapackage(
    archive: Archive, out: Path, wanted: Wanted, *, parquet: bool = False, raw_cells: bool = False
) -> Written:
    """Write the releases wanted and all that belongs to them to `out`, a zip where it is named so, else a new folder.

    Tables are CSV in UTF-8 without a byte order mark, or Parquet. An apostrophe goes before a cell of a CSV that a
    spreadsheet could run as a formula, unless `raw_cells`. Nothing in it depends on the time or place of writing.
    Raises OSError where `out` cannot be written, ArchiveError where the archive cannot
    be read, WrongWhereError.
    """
    with whole_package(out) as package:
        contents = _write_tables(archive, package, wanted, is_parquet=parquet, raw_cells=raw_cells)
        package.add(DESCRIPTOR, json.dumps(descriptor(contents), ensure_ascii=False, indent=2) + "\n")
        package.add("CODEBOOK.md", codebook(contents))
        package.add("CITATION.cff", citation(contents, package.members[DESCRIPTOR].sha256))
        package.sums()
    return Written(out, contents.rows[RELEASES], package.sha256, contents.guarded, contents.masked, unit="release")


def _write_tables(archive: Archive, package: Package, wanted: Wanted, *, is_parquet: bool, raw_cells: bool) -> Contents:
    exported = {name: named_table(archive, name) for name in TABLES}
    with reading(archive):
        contents = Contents(wanted, is_parquet, raw_cells, newest_moment(archive.db.conn))
    for name in (name for name in TABLES if name != "sites"):
        rows = Rows(archive, exported[name], wanted)
        _write(package, contents, exported[name], contents.watch(exported[name], rows))
        contents.masked += rows.masked
    sites = _sites(archive, exported["sites"], contents)
    _write(package, contents, exported["sites"], sites)
    with reading(archive):
        covered = coverage(archive.db.conn, wanted.site)
    _write(package, contents, COVERAGE, coverage_rows(covered, contents.newest))
    return contents


def _sites(archive: Archive, exported: Table, contents: Contents) -> list[tuple[Any, ...]]:
    """All sites, since one without a release here may be unknown; or the one asked for and those that rows name."""
    names = [column.name for column in exported.columns]
    rows = list(Rows(archive, exported, Wanted()))
    if contents.wanted.site:
        named = {*contents.slugs, contents.wanted.site}
        rows = [row for row in rows if row[names.index("slug")] in named]
    contents.sites = [dict(zip(names, row, strict=True)) for row in rows]
    return rows


def _write(package: Package, contents: Contents, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
    path = f"data/{table.name}.{'parquet' if contents.is_parquet else 'csv'}"
    with package.member(path) as file:
        written, guarded = _write_rows(file, contents, table, rows)
    contents.resources.append(Resource(table, path, package.members[path], written))
    contents.guarded += guarded


def _write_rows(
    file: GrowingFile, contents: Contents, table: Table, rows: Iterable[tuple[Any, ...]]
) -> tuple[int, int]:
    """How many rows, and how many guarded cells."""
    if contents.is_parquet:
        return write_parquet(file, table, rows), 0
    with as_text(file) as text:
        return write_csv(text, table, rows, raw_cells=contents.raw_cells)
