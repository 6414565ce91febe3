from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive import Archive
from archive.exports.csv import export_csv
from archive.exports.jsonl import export_jsonl
from archive.exports.parquet import export_parquet
from archive.exports.rows import Rows, Wanted, Written
from archive.exports.tables import Table, table

# What a release may say that a reader of tables may take for something else: each is a title and, doubled, a body.
TEXTS = (
    '他说："夜市，平安"，"',
    ',";\t|\\"',
    "一\r\n二\n三\r四\n\r\n",
    "\r\n空行在前",
    *('=HYPERLINK("https://press.example")', "+86", "-1", "@SUM(A1)", "＝1＋1", "'=已有", "'"),
    *("2025-06-11", "2026-03-01T09:30:05+08:00", "1/2", "3月1日", "10:30", "12%", "1e5", "TRUE", "#注释"),
    *("007", "0110000000000123456", "110101199001011234"),
    *("NA", "NULL", "nan", "None", "NaT", "\\N", "-", ""),
    *(" 前后 ", "\t", "\u3000", "\ufeff标", "迪丽·样例", "e\u0301", "葛\U000e0100城", "👩‍🚒𠮷\ue000\uffff"),
    *("\u2028分行\u2029分段\x85", "零\x00字", "\x01\x0b\x0c\x1f\x1a\x7f"),
)
SHEET_CELL = 65_535
LONG = ("长" * 32_768, "长" * SHEET_CELL, "，\n" * 40_000)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, keep_release) -> Iterator[Archive]:
    """An archive of releases that say those texts, and three long ones without a title."""
    with Archive.open(tmp_path_factory.mktemp("hostile"), write=True) as archive:
        archive.store.declare_site(
            slug="beijing", name="北京市公安局", english="", kind="police", division="110000", home="", verified=None
        )
        for number, text in enumerate(TEXTS):
            keep_release(archive, f"{number}.html", title=text, body=text + text)
        for number, text in enumerate(LONG):
            keep_release(archive, f"long/{number}.html", title=None, body=text)
        yield archive


@pytest.fixture(scope="module")
def releases(archive) -> Table:
    return table(archive.db.conn, "press_releases")


@pytest.fixture(scope="module")
def kept(archive, releases) -> list[list[str]]:
    """The rows as the database holds them, as text; NULL is empty."""
    return [["" if cell is None else str(cell) for cell in row] for row in Rows(archive, releases, Wanted())]


@pytest.fixture(scope="module")
def written(archive, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The CSV as anybody gets it who names no option."""
    return export_csv(archive, tmp_path_factory.mktemp("exported") / "releases.csv", Wanted())


def differing(kept: list[list[str]], found: list[list[str]]) -> int:
    """How many cells have an apostrophe before their text; all others have to be the same, in the same rows."""
    assert len(found) == len(kept) == len(TEXTS) + len(LONG)
    guarded = 0
    for row, was in zip(found, kept, strict=True):
        for cell, text in zip(row, was, strict=True):
            assert cell in (text, f"'{text}"), ascii((cell[:80], text[:80]))
            guarded += cell != text
    return guarded


PANDAS_CSV = """
import json, sys, pandas
print(json.dumps(pandas.read_csv(sys.argv[1], dtype=str, keep_default_na=False, encoding="utf-8-sig").values.tolist()))
"""
DUCKDB_CSV = """
import json, sys, duckdb
found = duckdb.sql(f"FROM read_csv('{sys.argv[1]}', header=true, all_varchar=true)")
print(json.dumps([["" if cell is None else cell for cell in row] for row in found.fetchall()]))
"""


@pytest.mark.parametrize("script", [PANDAS_CSV, DUCKDB_CSV], ids=["pandas", "duckdb"])
def test_a_table_reader_finds_the_rows_and_their_text(reader, written, kept, script):
    found = json.loads(reader("-c", script, written.path))
    assert differing(kept, found) == written.guarded > 0


def office(infilter: str, file: Path, folder: Path) -> list[list[str]]:
    """What LibreOffice reads of a CSV, written by it as CSV again."""
    if not (soffice := shutil.which("soffice")):
        if os.environ.get("CI"):
            pytest.fail("LibreOffice is missing: apt-get install libreoffice-calc")
        pytest.skip("needs LibreOffice: apt-get install libreoffice-calc")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    as_text = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false"
    command = [soffice, profile, "--headless", f"--infilter=Text - txt - csv (StarCalc):{infilter}"]
    done = subprocess.run(
        [*command, "--convert-to", as_text, "--outdir", folder, file], capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    with (folder / file.name).open(encoding="utf-8", newline="") as written:
        return list(csv.reader(written))[1:]


def test_libreoffice_finds_the_rows_and_their_text_but_for_what_no_cell_of_its_holds(written, kept, releases, tmp_path):
    """Every column of the type "Text" in its import dialog, as docs/exporting.md says."""
    columns = "/".join(f"{number}/2" for number in range(1, len(releases.columns) + 1))
    found = office(f"44,34,76,1,{columns},0,true,false", written.path, tmp_path)
    assert differing([[in_a_sheet(text) for text in row] for row in kept], found) == written.guarded


def in_a_sheet(text: str) -> str:
    """LibreOffice 7.4: one kind of line break, no NUL, cut at 65,535."""
    return re.sub("\r\n?", "\n", text).replace("\0", "")[:SHEET_CELL]


def test_libreoffice_with_its_own_guesses_changes_only_what_looks_like_a_number_a_date_or_an_hour(
    written, kept, tmp_path
):
    found = office("44,34,76", written.path, tmp_path)
    assert len(found) == len(kept)
    changed = {
        text
        for row, was in zip(found, kept, strict=True)
        for cell, text in zip(row, was, strict=True)
        if cell not in (in_a_sheet(text), f"'{in_a_sheet(text)}")
    }
    assert {"007", "0110000000000123456"} <= changed
    assert all(re.fullmatch(r"[\d/:e%T+-]+", text) for text in changed), changed


PANDAS_JSON = """
import json, sys, pandas
found = pandas.read_json(sys.argv[1], lines=True, dtype=False)
assert found["is_repost"].dtype == bool, found.dtypes
print(json.dumps(found[["key", "title", "body"]].astype(object).where(found.notna(), None).values.tolist()))
"""
DUCKDB_JSON = """
import json, sys, duckdb
found = duckdb.sql(f"SELECT key, title, body, is_repost FROM read_json('{sys.argv[1]}')")
assert str(found.types[3]) == "BOOLEAN", found.types
print(json.dumps([row[:3] for row in found.fetchall()]))
"""


@pytest.fixture(scope="module")
def texts(archive, releases) -> list[list[str | None]]:
    """Key, title and body of each row, NULL as it is."""
    places = [[column.name for column in releases.columns].index(name) for name in ("key", "title", "body")]
    return [[row[place] for place in places] for row in Rows(archive, releases, Wanted())]


@pytest.mark.parametrize("script", [PANDAS_JSON, DUCKDB_JSON], ids=["pandas", "duckdb"])
def test_a_table_reader_finds_every_text_and_every_null_in_json_lines(reader, archive, texts, tmp_path, script):
    out = export_jsonl(archive, tmp_path / "releases.jsonl", Wanted()).path
    assert json.loads(reader("-c", script, out)) == texts


TYPED = ("first_seen", "published_day", "is_repost", "year", "site")
PANDAS_PARQUET = """
import json, sys, pandas
found = pandas.read_parquet(sys.argv[1])
types = [str(found[name].dtype) for name in sys.argv[2:]]
first = found["first_seen"].dt.strftime("%Y-%m-%dT%H:%M:%S%z")[0]
rows = found[["key", "title", "body"]].astype(object).where(found.notna(), None).values.tolist()
print(json.dumps([types, first, rows]))
"""
DUCKDB_PARQUET = """
import json, sys, duckdb
duckdb.sql("SET TimeZone = 'Asia/Shanghai'")
found = duckdb.sql(f"FROM read_parquet('{sys.argv[1]}')")
types = [str(found.select(name).types[0]) for name in sys.argv[2:]]
[[first]] = found.project("first_seen::VARCHAR").limit(1).fetchall()
print(json.dumps([types, first, found.select("key", "title", "body").fetchall()]))
"""


@pytest.mark.parametrize(
    ("script", "types", "first"),
    [
        pytest.param(
            PANDAS_PARQUET,
            ["datetime64[us, Asia/Shanghai]", "object", "bool", "int64", "category"],
            "2026-03-02T10:00:00+0800",
            id="pandas",
        ),
        pytest.param(
            DUCKDB_PARQUET,
            ["TIMESTAMP WITH TIME ZONE", "DATE", "BOOLEAN", "BIGINT", "VARCHAR"],
            "2026-03-02 10:00:00+08",
            id="duckdb",
        ),
    ],
)
def test_a_table_reader_finds_types_and_texts_in_parquet(reader, archive, texts, tmp_path, script, types, first):
    out = export_parquet(archive, tmp_path / "releases.parquet", Wanted()).path
    assert json.loads(reader("-c", script, out, *TYPED)) == [types, first, texts]
