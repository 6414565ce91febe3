from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from click.testing import CliRunner

from archive import Archive
from archive.cli import cli
from archive.errors import ArchiveError
from archive.exports.file import GrowingFile
from archive.exports.parquet import export_parquet, write_parquet
from archive.exports.rows import Wanted, named_table
from archive.exports.tables import TABLES

ALL = Wanted()


@pytest.fixture
def archive(small_archive: Path) -> Iterator[Archive]:
    with Archive.open(small_archive) as archive:
        yield archive


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "releases.parquet"


def test_types(archive, out):
    assert export_parquet(archive, out, ALL).rows == 5
    types = {field.name: field.type for field in pyarrow.parquet.read_schema(out)}
    moment = pa.timestamp("us", "Asia/Shanghai")
    assert [types[name] for name in ("first_seen", "last_seen", "gone_at", "captured")] == [moment] * 4
    assert (types["published_day"], types["removed"]) == (pa.date32(), pa.date32())
    assert (types["year"], types["chars"], types["version"]) == (pa.int64(),) * 3
    assert types["is_repost"] == pa.bool_()
    assert [types[name] for name in ("site", "body_kind", "issuer")] == [pa.dictionary(pa.int32(), pa.string())] * 3
    assert [types[name] for name in ("key", "published", "body", "text_digest")] == [pa.string()] * 4


def test_every_value_comes_back_as_it_was(archive, out):
    export_parquet(archive, out, ALL)
    rows = pyarrow.parquet.read_table(out).to_pylist()
    held = archive.db.conn.execute(
        "SELECT key, title, published, published_day, first_seen, is_repost, year, body FROM press_releases"
        " ORDER BY published, key"
    )
    for row, (key, title, published, day, first_seen, is_repost, year, body) in zip(rows, held, strict=True):
        assert (row["key"], row["title"], row["published"], row["year"]) == (key, title, published, year)
        assert row["published_day"] == (dt.date.fromisoformat(day) if day else None)
        assert row["first_seen"] == dt.datetime.fromisoformat(first_seen)
        assert row["is_repost"] is {0: False, 1: True, None: None}[is_repost]
        assert row["body"] == body


def test_descriptions_and_selection_travel_with_the_file(archive, out):
    export_parquet(archive, out, Wanted(site="gansu", published_from=dt.date(2023, 1, 1), where="chars > 0"))
    schema = pyarrow.parquet.read_schema(out)
    releases = named_table(archive, "press_releases")
    said = {field.name: field.metadata[b"description"].decode() for field in schema}
    assert said == {column.name: column.description for column in releases.columns}
    assert schema.metadata[b"table"] == b"press_releases"
    assert schema.metadata[b"description"].decode() == releases.description
    assert json.loads(schema.metadata[b"selection"]) == {
        "site": "gansu", "published_from": "2023-01-01", "where": "chars > 0", "table": "press_releases",
    }  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_a_type_for_each_column(archive, out, name):
    written = export_parquet(archive, out, Wanted(table=name))
    table = pyarrow.parquet.read_table(out)
    assert table.num_rows == written.rows == archive.db.conn.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608 - ours
    assert table.column_names == [column.name for column in named_table(archive, name).columns]


def test_two_exports_are_the_same_bytes(archive, out):
    first = export_parquet(archive, out, ALL)
    bytes_of_first = out.read_bytes()
    assert export_parquet(archive, out, ALL) == first
    assert out.read_bytes() == bytes_of_first


def test_an_empty_selection_still_has_its_columns(archive, out):
    assert export_parquet(archive, out, Wanted(search="没有这个词")).rows == 0
    assert pyarrow.parquet.read_table(out).column("is_repost").type == pa.bool_()


def test_a_row_group_ends_where_there_are_bytes_enough(archive, out):
    divisions = named_table(archive, "divisions")
    row = ("110000", "北" * 7000, "Beijing", "province", None)
    with out.open("wb") as file:
        assert write_parquet(GrowingFile(file), divisions, iter([row] * 600)) == 600
    about = pyarrow.parquet.read_metadata(out)
    assert [about.row_group(group).num_rows for group in range(about.num_row_groups)] == [500, 100]


def test_what_cannot_be_written_is_said(archive):
    with Path("/dev/full").open("wb", buffering=0) as full, pytest.raises(OSError, match="No space left"):
        write_parquet(GrowingFile(full), named_table(archive, "divisions"), [("1", "北" * 99_999, "", "", None)] * 999)


def test_a_value_that_is_not_what_its_column_says_is_named(empty_archive, keep_release, out):
    with Archive.open(empty_archive, write=True) as archive:
        keep_release(archive, "1.html")
        archive.db.conn.execute("UPDATE press_releases SET gone_at = '昨天'")
        with pytest.raises(ArchiveError, match=r"a value of gone_at is no datetime: .*昨天"):
            export_parquet(archive, out, ALL)
    assert list(out.parent.glob("*.parquet*")) == []


def test_without_pyarrow_a_sentence_says_what_to_install(small_archive, out, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    environment = {"POLICE_PRESS_ARCHIVE": str(small_archive)}
    result = CliRunner().invoke(cli, ["export", "parquet", "--out", str(out)], env=environment)
    assert result.exit_code == 2
    assert 'Parquet needs pyarrow: pip install "police-press-archive[parquet]".' in result.output
    assert not out.exists()
