from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
import yaml
from click.testing import CliRunner
from sample_release import SEEN, declare_site
from storied_archive import REMOVED, make
from visited_pages import HOST, Visits, answered, page

from archive import Archive
from archive.cli import cli
from archive.clock import SHANGHAI
from archive.exports.coverage_table import COVERAGE, coverage_rows
from archive.exports.datapackage import export_datapackage
from archive.exports.rows import Wanted, Written
from archive.exports.tables import TABLES
from archive.frontier import _WALLS
from archive.known_months import SiteCoverage
from archive.metadata import about, described
from archive.models import Finding, RunFacts
from crawler.demo.server import SampleProvince
from crawler.failures import _KINDS
from tests.conftest import Press

HERE = Path(__file__).parent
DAY = dt.date(2026, 3, 1)
DATES = (
    (dt.datetime(1988, 7, 1, 9, 30, tzinfo=SHANGHAI), "minute"),
    (dt.datetime(1900, 7, 1, 9, 30, 5, tzinfo=SHANGHAI), "second"),
    (dt.date(1988, 1, 1), "year"),
    (dt.date(2030, 3, 1), "month"),
    (None, None),
)
SELECTIONS = {
    "all": Wanted(),
    "site": Wanted(site="gansu"),
    "site_words": Wanted(site="gansu", search="通报"),
    "words": Wanted(search="夜市"),
    "days": Wanted(published_from=DAY, published_to=DAY),
    "expression": Wanted(where="gone_at IS NOT NULL"),
    "nothing": Wanted(search="没有这个词"),
}

Package = dict[str, list[dict[str, str]]]


@pytest.fixture(scope="module")
def storied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive.open(make(tmp_path_factory.mktemp("storied") / "data")) as archive:
        yield archive


@pytest.fixture(scope="module")
def packages(storied: Archive, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A package of the storied archive for each selection."""
    folder = tmp_path_factory.mktemp("packages")
    for name, wanted in SELECTIONS.items():
        export_datapackage(storied, folder / name, wanted)
    return {name: folder / name for name in SELECTIONS}


@pytest.fixture(scope="module")
def whole(packages: dict[str, Path]) -> Path:
    return packages["all"]


def descriptor(folder: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((folder / "datapackage.json").read_text("utf-8"))
    return said


def tables(folder: Path) -> Package:
    """The rows of every table, by the paths that the descriptor names."""
    found = {}
    for resource in descriptor(folder)["resources"]:
        with (folder / resource["path"]).open(encoding="utf-8", newline="") as file:
            found[resource["name"]] = list(csv.DictReader(file))
    return found


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package of a crawled archive, `first`, and of the same rebuilt from its captures, `again`."""
    folder = tmp_path_factory.mktemp("crawled")
    with SampleProvince() as province:
        province.write_sites(folder / "sites")
        press = Press(folder / "data", folder / "sites")
        assert press("crawl", "rexian").returncode == 0
    with Archive.open(press.archive) as archive:
        export_datapackage(archive, folder / "first", Wanted())
    assert press("reparse", "--from-captures").returncode == 0
    with Archive.open(press.archive) as archive:
        export_datapackage(archive, folder / "again", Wanted())
    return folder


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """What is rare: dates of other offsets, no division, a site of reposts, two runs of one second, a wall."""
    with Archive.open(tmp_path_factory.mktemp("odd") / "data", write=True) as archive:
        for slug, name, kind in (
            ("beijing", "北京市公安局", "police"),
            ("mps", "公安部", "police"),
            ("elsewhere", "=转载", "other"),
        ):
            declare_site(archive.store, slug, name, None, kind)
        for site, kind in (("mps", "import"), ("mps", "fetch"), ("elsewhere", "crawl"), ("beijing", "crawl")):
            run = archive.store.begin_run(RunFacts(site, kind, SEEN))  # type: ignore[arg-type]  # kinds of runs
        visits = Visits(archive, run)
        for number, (published, precision) in enumerate(DATES):
            url = f"{HOST}/odd/{number}.html"
            capture = visits.visit(url, answered(url, SEEN, page(str(number))))
            visits.read(url, capture, title="+1", body=str(number), published=published, published_precision=precision)
        visits.visit(
            f"{HOST}/wall.html", replace(answered(f"{HOST}/wall.html", SEEN, b"", 403), outcome="waf", headers=())
        )
        archive.store.find(run, Finding("beijing", "min_listed", "", "15"))
        archive.db.conn.execute(
            "INSERT INTO removals (key, date, reason) VALUES ('aaaaaaaaaaaa', '2026-03-05', 'unknown')"
        )
        yield archive


def test_frictionless_finds_nothing_wrong_and_sees_what_is(reader, packages, storied, odd, crawled, tmp_path):
    export_datapackage(storied, tmp_path / "all.zip", Wanted())
    export_datapackage(odd, tmp_path / "odd.zip", Wanted(mask_numbers=True), raw_cells=True)
    folders = [packages["nothing"], crawled / "first"]
    sound = [*(folder / "datapackage.json" for folder in folders), *sorted(tmp_path.glob("*.zip"))]
    shutil.copytree(packages["all"], tmp_path / "broken")
    broken, sites = tmp_path / "broken" / "datapackage.json", tmp_path / "broken" / "data" / "sites.csv"
    lines = sites.read_bytes().splitlines(keepends=True)
    sites.write_bytes(b"".join(line for line in lines if not line.startswith(b"gansu,")))
    found = json.loads(reader(HERE / "read_with_frictionless.py", *sound, broken))
    wrong = {title for title, _ in found.pop(str(broken))[1]}
    assert found == {str(path): [13, []] for path in sound}
    assert wrong == {"ForeignKey Error", "Hash Count Error", "Byte Count Error"}


def test_a_rebuilt_archive_makes_the_same_package(crawled):
    assert len(tables(crawled / "first")["press_releases"]) == 3
    assert files(crawled / "first") == files(crawled / "again")


@pytest.mark.parametrize("selection", SELECTIONS)
def test_every_reference_holds_whatever_is_selected(packages, selection):
    rows = tables(packages[selection])
    followed = 0
    for resource in descriptor(packages[selection])["resources"]:
        for key in resource["schema"].get("foreignKeys", []):
            other = rows[key["reference"]["resource"] or resource["name"]]
            there = {tuple(row[name] for name in key["reference"]["fields"]) for row in other}
            named = {tuple(row[name] for name in key["fields"]) for row in rows[resource["name"]]}
            assert {one for one in named if all(one)} <= there, (resource["name"], key)
            followed += len(named)
    assert followed > (1 if selection == "nothing" else 12)


@pytest.mark.parametrize(
    ("selection", "releases", "sites"),
    [("all", 9, 3), ("site", 8, 1), ("words", 3, 3), ("expression", 1, 3), ("nothing", 0, 3)],
)
def test_a_selection_takes_what_belongs_to_its_releases(packages, selection, releases, sites):
    rows = tables(packages[selection])
    keys = {row["key"] for row in rows["press_releases"]}
    assert (len(keys), len(rows["sites"]), len(rows["divisions"])) == (releases, sites, 34)
    for name in ("versions", "events"):
        assert {row["key"] for row in rows[name]} == keys
    said = descriptor(packages[selection])["policePress"]
    assert said["rows"] == {name: len(of_table) for name, of_table in rows.items()}


def test_the_descriptor_says_what_was_asked_for_and_where_it_comes_from(packages, storied):
    said = descriptor(packages["site"])
    ours = said["policePress"]
    assert ours["selection"] == {
        "site": "gansu", "search": None, "from": None, "to": None, "where": None, "mask-numbers": False,
    }  # fmt: skip
    assert (said["name"], said["title"]) == ("police-press-archive-gansu", "Police press archive: 甘肃省公安厅")
    assert said["sources"] == [{"title": "甘肃省公安厅", "path": "https://gansu.example/"}]
    assert (ours["vantages"], ours["extractors"]) == (["兰州 <test>"], ["test-1"])
    [captured] = storied.db.conn.execute("SELECT min(captured), max(captured) FROM captures WHERE site = 'gansu'")
    assert tuple(ours["captured"].values()) == captured
    assert said["created"] == storied.db.conn.execute("SELECT max(applied) FROM removals").fetchone()[0]
    assert "licenses" not in said


def test_files_are_what_the_digests_say_and_headers_what_the_schema_says(whole):
    listed = dict(reversed(line.split("  ")) for line in (whole / "SHA256SUMS").read_text("utf-8").splitlines())
    assert listed == {
        name: hashlib.sha256(content).hexdigest() for name, content in files(whole).items() if name != "SHA256SUMS"
    }
    for resource in descriptor(whole)["resources"]:
        content = (whole / resource["path"]).read_bytes()
        assert (len(content), f"sha256:{listed[resource['path']]}") == (resource["bytes"], resource["hash"])
        header = content.decode("utf-8").split("\r\n", 1)[0]
        assert header == ",".join(field["name"] for field in resource["schema"]["fields"])


def test_the_same_bytes_at_another_time_and_as_a_zip(whole, storied, tmp_path, monkeypatch):
    for year in (2031, 2043):
        monkeypatch.setenv("POLICE_PRESS_NOW", f"{year}-01-01T00:00:00+08:00")
        monkeypatch.chdir(tmp_path)
        export_datapackage(storied, Path(f"{year}.zip"), Wanted())
        export_datapackage(storied, Path(f"{year}"), Wanted())
        assert files(tmp_path / str(year)) == files(whole)
    assert (tmp_path / "2031.zip").read_bytes() == (tmp_path / "2043.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "2031.zip") as zipped:
        assert {name: zipped.read(name) for name in zipped.namelist()} == files(whole)


def test_the_codebook_has_every_description_word_for_word_and_nothing_undescribed_leaves(whole):
    codebook = (whole / "CODEBOOK.md").read_text("utf-8")
    parts = {part.split("`", 1)[0]: part for part in codebook.split("\n## `")[1:]}
    for name in TABLES:
        said = described()[name]
        assert f"{said['title']}\n\n{said['description']}\n" in parts[name]
        for column, description in said["columns"].items():
            assert any(
                line.startswith((f"- **`{column}`** (", f"- `{column}`: ")) and line.endswith(f": {description}")
                for line in parts[name].splitlines()
            ), (name, column)
    for resource in descriptor(whole)["resources"]:
        assert resource["description"] in parts[resource["name"]]
        for field in resource["schema"]["fields"]:
            assert field["description"]
            assert f"- **`{field['name']}`** ({field['type']}" in parts[resource["name"]]
            assert f": {field['description']}\n" in parts[resource["name"]]
    for sentence in (about()["description"], about()["license"], "兰州 <test>", "test-1", "`2026-03`", "removed:KEY"):
        assert sentence in codebook


def test_a_removed_release_keeps_its_place_and_says_nothing(whole):
    everything = b"".join(files(whole).values()).decode()
    assert REMOVED not in everything
    assert "王五六" not in everything
    rows = tables(whole)
    [tombstone] = rows["removals"]
    [release] = [row for row in rows["press_releases"] if row["key"] == tombstone["key"]]
    assert (release["removed"], release["title"], release["url"]) == ("2026-03-05", "", f"removed:{release['key']}")


def test_coverage_adds_up_and_no_unknown_month_is_zero(whole):
    rows = tables(whole)
    counted = Counter(row["site"] for row in rows["press_releases"])
    added = Counter(dict.fromkeys(counted, 0))
    for row in rows["coverage"]:
        added[row["site"]] += int(row["releases"] or 0)
        assert (row["releases"] == "0") <= (row["state"] == "none")
        assert (row["is_certain"] == "1") == (row["state"] in ("archived", "none"))
        assert row["reason"] or row["state"] == "archived"
    assert added == counted
    assert {row["site"] for row in rows["coverage"]} == {"beijing", "gansu", "shanxi"}
    [never] = {row["reason"] for row in rows["coverage"] if row["site"] == "shanxi"}
    assert never == "never crawled"


def test_releases_without_a_month_have_rows_of_their_own_and_a_year_202_makes_no_thousand_rows():
    archived = {"2026-03": 2, "2025": 3, None: 4, "0202-05": 1}
    site = SiteCoverage("gansu", "甘肃省公安厅", "Gansu", None, archived=archived, missing={"2026-02": {"failed": 5}})
    rows = [
        dict(zip([column.name for column in COVERAGE.columns], row, strict=True))
        for row in coverage_rows([site], "2026-03-08T10:00:00+08:00")
    ]
    known = {
        row["month"]: (row["state"], row["releases"], row["listed_only"]) for row in rows if row["state"] != "unknown"
    }
    assert known == {
        "0202-05": ("at least", 1, None),
        "2026-02": ("gap", None, 5),
        "2026-03": ("at least", 2, None),
        "2025": ("unplaced", 3, None),
        "undated": ("unplaced", 4, None),
    }
    assert [row["month"] for row in rows[:2]] == ["0202-05", "1986-01"]
    beyond = SiteCoverage("gansu", "甘肃省公安厅", "Gansu", None, archived={"2031-01": 1})
    months = [row[1] for row in coverage_rows([beyond], "2026-03-08T10:00:00+08:00")]
    assert months == ["2026-01", "2026-02", "2026-03", "2031-01"]
    assert {row["releases"] for row in rows if row["state"] == "unknown"} == {None}


def test_the_citation_is_of_a_dataset_and_claims_nothing_unknown(packages):
    said = yaml.safe_load((packages["words"] / "CITATION.cff").read_text("utf-8"))
    of_repository = yaml.safe_load((HERE.parents[2] / "CITATION.cff").read_text("utf-8"))
    assert (said["cff-version"], said["type"]) == ("1.2.0", "dataset")
    assert {"message", "title", "authors"} <= said.keys()
    assert not {"license", "date-released", "doi"} & said.keys()
    assert said["abstract"].startswith("3 press releases of police departments in China, of all sites known to it, as")
    assert said["abstract"].endswith("4 versions, 4 events, 6 captures. It is a selection: the codebook says which.")
    digest = hashlib.sha256((packages["words"] / "datapackage.json").read_bytes()).hexdigest()
    assert [one["value"] for one in said["identifiers"]] == [f"sha256:{digest}"]
    [software] = said["references"]
    assert {name: software[name] for name in ("title", "version", "authors")} == {
        name: of_repository[name] for name in ("title", "version", "authors")
    }


def test_pandas_loads_a_table_with_the_types_of_the_schema(reader, whole):
    said = json.loads(reader(HERE / "read_with_pandas.py", whole, "press_releases"))
    kinds = said["types"]
    assert {name: kinds[name] for name in ("title", "year", "chars", "is_repost")} == {
        "title": "string", "year": "Int64", "chars": "Int64", "is_repost": "boolean",
    }  # fmt: skip
    assert kinds["first_seen"].startswith("datetime64[")
    assert kinds["first_seen"].endswith("UTC+08:00]")
    assert kinds["published_day"].startswith("datetime64[")
    [repost] = [row for row in said["rows"] if row["is_repost"]]
    assert (repost["repost_of"], repost["year"]) == ("新华社", 2026)
    [month] = [row for row in said["rows"] if row["published"] == "2026-02"]
    assert (month["published_day"], month["published_precision"]) == (None, "month")


def test_as_parquet_the_tables_are_the_same_with_their_types(whole, storied, tmp_path):
    export_datapackage(storied, tmp_path / "typed", Wanted(), parquet=True)
    rows = tables(whole)
    for resource in descriptor(tmp_path / "typed")["resources"]:
        table = pyarrow.parquet.read_table(tmp_path / "typed" / resource["path"])
        assert (resource["format"], table.num_rows) == ("parquet", len(rows[resource["name"]]))
        assert resource["schema"]["missingValues"] == []  # an empty text is one there, and NULL is none
        assert table.column_names == [field["name"] for field in resource["schema"]["fields"]]
    coverage = pyarrow.parquet.read_table(tmp_path / "typed" / "data" / "coverage.parquet").to_pylist()
    assert Counter(row["is_certain"] for row in coverage).keys() <= {True, False}
    assert {row["releases"] for row in coverage if row["state"] == "unknown"} == {None}


@pytest.fixture(scope="module")
def small(small_archive: Path) -> Iterator[Archive]:
    with Archive.open(small_archive) as archive:
        yield archive


@pytest.mark.parametrize(("raw_cells", "guarded", "title"), [(False, 2, "'=HYPER"), (True, 0, "=HYPERL")])
def test_formulas_are_guarded_in_every_table_and_the_codebook_says_how_many(small, tmp_path, raw_cells, guarded, title):
    written = export_datapackage(small, tmp_path / "small", Wanted(), raw_cells=raw_cells)
    assert written == Written(tmp_path / "small", 5, written.sha256, guarded, 0, unit="release")
    rows = tables(tmp_path / "small")
    for name in ("press_releases", "versions"):
        assert [row["title"][:7] for row in rows[name] if "HYPERLINK" in row["title"]] == [title]
    codebook = (tmp_path / "small" / "CODEBOOK.md").read_text("utf-8")
    assert ("before each: 2 cells of this package" in codebook) == (not raw_cells)
    assert descriptor(tmp_path / "small")["policePress"]["guardedCells"] == guarded


def test_numbers_are_masked_in_every_table_and_counted(empty_archive, keep_release, tmp_path):
    with Archive.open(empty_archive, write=True) as archive:
        keep_release(archive, "a/1.html", body="联系电话：13800138000。")
        written = export_datapackage(archive, tmp_path / "masked", Wanted(mask_numbers=True))
    assert (written.masked, descriptor(tmp_path / "masked")["policePress"]["maskedNumbers"]) == (2, 2)
    assert b"13800138000" not in b"".join(files(tmp_path / "masked").values())
    assert "Masked in this package: 2 numbers" in (tmp_path / "masked" / "CODEBOOK.md").read_text("utf-8")


def test_an_archive_in_which_nothing_has_happened_has_no_moment_and_no_known_month(empty_archive, tmp_path):
    with Archive.open(empty_archive) as archive:
        export_datapackage(archive, tmp_path / "empty", Wanted())
    said = descriptor(tmp_path / "empty")
    assert not {"created", "version"} & said.keys()
    assert tables(tmp_path / "empty")["coverage"] == []


def test_the_values_a_capture_may_have_are_all_that_a_crawl_gives(whole):
    [captures] = [one for one in descriptor(whole)["resources"] if one["name"] == "captures"]
    [outcome] = [field for field in captures["schema"]["fields"] if field["name"] == "outcome"]
    assert {*_WALLS, *(kind for _, kind in _KINDS), "connection_error"} <= set(outcome["constraints"]["enum"])


def test_the_verb_says_how_many_releases_and_does_not_write_over_a_folder(small_archive, tmp_path):
    command = ["--archive", str(small_archive), "export", "datapackage", "--out", str(tmp_path / "out.zip")]
    first = CliRunner().invoke(cli, command)
    digest = hashlib.sha256((tmp_path / "out.zip").read_bytes()).hexdigest()
    assert (first.exit_code, first.stderr) == (0, "")
    assert first.stdout.splitlines()[:2] == [f"5 releases written to {tmp_path / 'out.zip'}", f"SHA-256 {digest}"]
    refused = CliRunner().invoke(cli, [*command[:-1], str(tmp_path)])
    assert refused.exit_code == 2
    assert "no empty folder" in refused.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.zip", "out.zip.sha256"]
