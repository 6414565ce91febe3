from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from archive import search
from archive.migrations import migrations
from archive.web.serving import metadata_file

METADATA: dict[str, Any] = json.loads(metadata_file().read_text(encoding="utf-8"))
TABLES: dict[str, Any] = METADATA["databases"]["press"]["tables"]
SHADOWS = ("releases_fts_config", "releases_fts_data", "releases_fts_docsize", "releases_fts_idx")


@pytest.fixture(scope="module")
def schema() -> Iterator[Database]:
    """A real archive's schema, in memory."""
    db = Database(memory=True, execute_plugins=False)
    search.register(db.conn)
    migrations.apply(db)
    yield db
    db.conn.close()


def test_every_table_and_column_is_described_and_none_that_is_not_there(schema):
    names = {*schema.table_names(), *schema.view_names()} - set(SHADOWS)
    there = {name: {column.name for column in schema[name].columns} for name in names}
    assert {name: set(table["columns"]) for name, table in TABLES.items()} == there


def test_the_columns_of_readings_stand_in_the_document_too(schema):
    document = (Path(__file__).parents[2] / "docs" / "reading.md").read_text("utf-8")
    cells = re.findall(r"^\| (`.+?`) \|", document, re.MULTILINE)
    assert {name.strip("`") for cell in cells for name in cell.split(", ")} >= {
        column.name for column in schema["readings"].columns
    }


def test_no_description_is_empty():
    for table in TABLES.values():
        assert all(text.strip() for text in (table["description"], *table["columns"].values()))


def test_a_column_that_may_be_null_says_when_it_is(schema):
    silent = {
        f"{name}.{column.name}"
        for name in schema.table_names()
        if name in TABLES and not TABLES[name].get("hidden")
        for column in schema[name].columns
        if not column.notnull and not column.is_pk and "NULL" not in TABLES[name]["columns"][column.name]
    }
    assert silent == set()


def test_what_datasette_is_told_to_use_is_there(schema):
    for name, table in TABLES.items():
        columns = {column.name for column in schema[name].columns}
        told = {*table.get("facets", []), *(table[one] for one in ("sort_desc", "label_column") if one in table)}
        assert told <= columns


def test_releases_are_browsed_by_site_column_and_year_newest_first():
    releases = TABLES["press_releases"]
    assert releases["facets"] == ["site", "listing_column", "year"]
    assert releases["sort_desc"] == "published"
    assert releases["label_column"] == "title"
    assert (releases["fts_table"], releases["fts_pk"]) == ("releases_fts", "id")


def test_what_is_internal_is_hidden():
    assert {name for name, table in TABLES.items() if table.get("hidden")} == {
        "releases_fts",
        "releases_segmented",
        "releases_unindexed",
        "kept_versions",
        "_sqlite_migrations",
    }
