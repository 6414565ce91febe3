from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import storied_archive as storied
from click.testing import CliRunner
from sqlite_utils import Database

from archive import Archive
from archive.cli import cli
from archive.connection import connect
from archive.exports.csv import export_csv
from archive.exports.rows import Rows, Wanted, WrongWhereError, captures_behind, named_table
from archive.exports.tables import RELEASES, TABLES
from archive.metadata import described
from archive.migrations import migrations

OF_RELEASES = ("release_columns", "versions", "events", "attachments", "readings")
FILTERS = (
    Wanted(site="beijing"),
    Wanted(search="夜市"),
    Wanted(published_from=dt.date(2026, 2, 1), published_to=dt.date(2026, 2, 28)),
    Wanted(site="gansu", search="通报", published_from=dt.date(2026, 1, 1)),
    Wanted(search="没有这个词"),
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive.open(storied.make(tmp_path_factory.mktemp("tables") / "data")) as archive:
        yield archive


def rows(archive: Archive, wanted: Wanted, name: str | None = None) -> list[dict[str, object]]:
    """The rows of the table that is wanted, or of another one that follows the releases wanted."""
    exported = named_table(archive, name or wanted.table)
    names = [column.name for column in exported.columns]
    return [dict(zip(names, row, strict=True)) for row in Rows(archive, exported, wanted)]


def asked(wanted: Wanted, name: str) -> Wanted:
    return Wanted(wanted.site, wanted.search, wanted.published_from, wanted.published_to, table=name)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_whole_described_and_names_its_rows(archive, name):
    exported, found = named_table(archive, name), rows(archive, Wanted(table=name))
    assert len(found) == archive.db.conn.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608 - ours
    assert exported.description == described()[name]["description"]
    assert not {column.name for column in exported.columns} & {"id", "release_id", "capture_id", "run_id", "page_id"}
    assert all(column.description.endswith((".", ")")) for column in exported.columns)
    if exported.key:
        keys = Counter(tuple(row[column] for column in exported.key) for row in found)
        assert set(keys.values()) <= {1}


@pytest.mark.parametrize("name", TABLES)
def test_what_a_row_refers_to_is_there(archive, name):
    for columns, other, fields in named_table(archive, name).references:
        there = {tuple(row[field] for field in fields) for row in rows(archive, Wanted(table=other))}
        named = {tuple(row[column] for column in columns) for row in rows(archive, Wanted(table=name))}
        assert {one for one in named if None not in one} <= there


@pytest.mark.parametrize("wanted", FILTERS)
@pytest.mark.parametrize("name", OF_RELEASES)
def test_what_belongs_to_the_releases_wanted_and_nothing_else(archive, wanted, name):
    keys = {row["key"] for row in rows(archive, wanted)}
    found = rows(archive, asked(wanted, name))
    assert found == [row for row in rows(archive, Wanted(table=name)) if row["key"] in keys]
    assert found == rows(archive, wanted, name)


@pytest.mark.parametrize(
    ("wanted", "captures", "runs", "sites"),
    [
        (Wanted(where=f"url = '{storied.NIGHT}'"), 3, 1, ["beijing"]),  # two visits and one that nobody answered
        (Wanted(search="情况通报"), 5, 1, ["gansu"]),  # two clear answers that it is gone, and three visits
        (Wanted(where="body_kind = 'image'"), 3, 1, ["gansu"]),  # two pictures
        (Wanted(search="没有这个词"), 0, 0, []),
    ],
)
def test_the_evidence_behind_releases(archive, wanted, captures, runs, sites):
    found = rows(archive, wanted, "captures")
    assert len(found) == captures == len(archive.db.conn.execute(captures_behind(archive, wanted)).fetchall())
    assert len(rows(archive, wanted, "runs")) == runs
    assert [row["slug"] for row in rows(archive, wanted, "sites")] == sites


@pytest.mark.parametrize("name", ["captures", "runs", "findings", "removals", "sites"])
def test_of_a_site_all_that_it_has(archive, name):
    column = "slug" if name == "sites" else "site"
    whole = rows(archive, Wanted(table=name))
    assert rows(archive, Wanted(table=name, site="gansu")) == [row for row in whole if row[column] == "gansu"]


@pytest.mark.parametrize("name", TABLES)
def test_rows_come_in_their_order_whatever_is_wanted(archive, name):
    whole = rows(archive, Wanted(table=name))
    some = rows(archive, Wanted(table=name, where="1"))
    assert some == whole
    later = rows(archive, Wanted(table=name, site="gansu"))
    assert [whole.index(row) for row in later] == sorted(whole.index(row) for row in later)


@pytest.mark.parametrize(
    ("name", "where", "count"),
    [
        (RELEASES, "gone_at IS NOT NULL", 1),
        (RELEASES, "year = 2026 AND chars > 20 OR body_kind = 'image'", 6),
        (RELEASES, "id IN (SELECT release_id FROM events WHERE kind = 'edited')", 2),
        ("events", "kind IN ('gone', 'restored')", 3),
        ("versions", "version > 1 AND made_by = 'crawl'", 2),
        ("captures", "outcome = 'timeout' AND warc_file IS NULL", 1),
        ("captures", "page_kind = 'attachment'", 3),
        ("readings", "json_extract(origins, '$.title') = 'heading'", 7),
        ("removals", "reason LIKE '%<b>%' -- a remark", 1),
    ],
)  # fmt: skip
def test_an_expression_over_the_columns_of_the_table(archive, name, where, count):
    assert len(rows(archive, Wanted(table=name, where=where))) == count


@pytest.mark.parametrize(
    "where",
    [
        "no_such_column = 1",
        "1; DROP TABLE events",
        "1) OR (1",
        "1 THEN 1 END FROM sites --",
        "year =",
        "1 LIMIT 1",
        "DELETE FROM events",
        "(",
        "/*",
        "year = :site",
        "?",
    ],
)
def test_what_is_no_expression_is_refused_with_the_names_there_are(archive, where, tmp_path):
    with pytest.raises(WrongWhereError, match=r"Columns of press_releases: key, site, "):
        export_csv(archive, tmp_path / "a.csv", Wanted(where=where))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [RELEASES, "versions", "captures"])
@pytest.mark.parametrize("where", ["json_extract(title, '$.a') = 1", "abs(-9223372036854775807 - (title IS NOT NULL))"])
def test_what_fails_at_some_row_is_the_expressions_fault_in_every_table_that_follows(archive, name, where):
    with pytest.raises(WrongWhereError, match=r"malformed JSON|integer overflow"):
        rows(archive, Wanted(where=where), name)


def test_a_removed_release_says_nothing_in_any_table(archive, tmp_path):
    told = ""
    for name in TABLES:
        export_csv(archive, tmp_path / f"{name}.csv", Wanted(table=name))
        told += (tmp_path / f"{name}.csv").read_text(encoding="utf-8-sig")
    assert "王五六" not in told
    assert storied.REMOVED not in told
    assert f"removed:{storied.key(storied.REMOVED)}" in told


def run(archive: Archive, out: Path, *options: str) -> tuple[int, str]:
    environment = {"POLICE_PRESS_ARCHIVE": str(archive.folder)}
    result = CliRunner().invoke(cli, ["export", "csv", "--out", str(out), *options], env=environment)
    return result.exit_code, " ".join(result.output.split())


def test_the_command_takes_a_table_filters_and_an_expression(archive, tmp_path):
    out = tmp_path / "events.csv"
    code, said = run(archive, out, "--table", "events", "--site", "gansu", "--where", "kind <> 'first_seen'")
    assert (code, said[:14]) == (0, "4 rows written")
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert [row["kind"] for row in csv.DictReader(file)] == ["edited", "gone", "gone", "restored"]


def test_the_command_says_what_is_wrong_with_an_expression(archive, tmp_path):
    code, said = run(archive, tmp_path / "a.csv", "--table", "sites", "--where", "division =")
    assert code == 2
    assert "Invalid value for --where: " in said
    assert "Columns of sites: slug, name, english, kind, division, home, verified" in said


@pytest.mark.parametrize("step", ["visits", "origins", "readings", "removals"])
def test_an_archive_from_before_a_step_is_exported_or_a_sentence_says_what_to_do(tmp_path, step):
    with closing(connect(tmp_path / "press.db", write=True).conn) as connection:
        migrations.apply(Database(connection, execute_plugins=False), stop_before=step)
    for command in ("csv", "datapackage", "corpus", "warc", "wacz"):
        arguments = ["--archive", str(tmp_path), "export", command, "--out", str(tmp_path / "out" / command)]
        (tmp_path / "out").mkdir(exist_ok=True)
        done = CliRunner().invoke(cli, arguments)
        assert done.exit_code == (0 if command == "csv" else 4)
        assert ("crawl or reparse" in done.output) == (command != "csv")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["csv", "csv.sha256"]


def test_the_command_names_the_tables_there_are(archive, tmp_path):
    code, said = run(archive, tmp_path / "a.csv", "--table", "pages")
    assert code == 2
    assert all(f"'{name}'" in said for name in TABLES)
