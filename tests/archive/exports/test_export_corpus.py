from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from storied_archive import REMOVED, make

from archive import Archive
from archive.cli import cli
from archive.exports.corpus import as_document, doc_id, export_corpus
from archive.exports.package import SUMS
from archive.exports.rows import Wanted, WrongWhereError
from tests.archive.conftest import Keep
from tests.archive.exports.conftest import Reader

ALL = Wanted()
MASKED = "张某（手机⟦13900000001⟧）驾驶⟦甘A00001⟧逃离。"


@pytest.fixture(scope="module")
def storied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive.open(make(tmp_path_factory.mktemp("storied") / "data")) as archive:
        yield archive


@pytest.fixture(scope="module")
def small(small_archive: Path) -> Iterator[Archive]:
    with Archive.open(small_archive) as archive:
        yield archive


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "corpus"


def known(corpus: Path) -> list[dict[str, str]]:
    with (corpus / "metadata.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def files(corpus: Path) -> dict[str, bytes]:
    return {str(path.relative_to(corpus)): path.read_bytes() for path in corpus.rglob("*") if path.is_file()}


def test_a_file_for_each_text_and_a_row_for_each_release(small: Archive, out: Path) -> None:
    written = export_corpus(small, out, ALL)
    rows = known(out)
    assert (written.rows, written.texts, written.unit) == (5, 4, "release")
    assert sorted(path.name for path in (out / "texts").iterdir()) == sorted(
        filter(None, (row["doc_id"] for row in rows))
    )
    assert [row["doc_id"][:-17] for row in rows] == [
        "",
        "2023-06-01_gansu",
        "2024-12_gansu",
        "2025-06-11_beijing",
        "2026-03-01_beijing",
    ]
    assert [row["body_kind"] for row in rows if not row["doc_id"]] == ["image"]
    assert all(row["doc_id"].endswith(f"_{row['key']}.txt") for row in rows if row["doc_id"])


def test_a_text_is_title_empty_line_and_body(small: Archive, out: Path) -> None:
    export_corpus(small, out, Wanted(search="陌生链接"))
    [row] = known(out)
    text = (out / "texts" / row["doc_id"]).read_bytes().decode("utf-8")
    assert text == '平安夜市守护行动启动\n\n他说："不要点击陌生链接"，\n\n再说一遍。\n'


def test_a_subtitle_is_the_second_line_and_without_a_title_the_empty_line_is_first() -> None:
    release = {"title": "标题", "subtitle": "副题", "body": "一\r\n二\r三\n"}
    assert as_document(release) == "标题\n副题\n\n一\n二\n三\n"
    assert as_document({"title": None, "body": "正文"}) == "\n正文\n"  # an older archive has no subtitles


def test_the_columns_are_those_of_the_releases_but_the_body(small: Archive, out: Path) -> None:
    export_corpus(small, out, ALL)
    columns = list(known(out)[0])
    assert columns[:3] == ["doc_id", "key", "site"]
    assert "body" not in columns
    assert {"title", "published", "chars", "same_as", "text_digest", "captured"} < set(columns)
    assert not (out / "metadata.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_formula_is_guarded_in_the_table_and_as_it_is_in_the_text(small: Archive, out: Path) -> None:
    assert export_corpus(small, out, ALL).guarded == 1
    [row] = [row for row in known(out) if row["title"].startswith("'=")]
    assert (out / "texts" / row["doc_id"]).read_text("utf-8").startswith("=HYPERLINK(")
    assert "before 1 cell that" in (out / "README.txt").read_text("utf-8")


def test_two_corpora_are_the_same_bytes_as_folder_and_as_zip(small: Archive, out: Path, tmp_path: Path) -> None:
    first, zipped = export_corpus(small, out, ALL), tmp_path / "a.zip"
    assert export_corpus(small, tmp_path / "again", ALL).sha256 == first.sha256
    assert files(tmp_path / "again") == files(out)
    assert first.sha256 == hashlib.sha256((out / SUMS).read_bytes()).hexdigest()
    packed = export_corpus(small, zipped, ALL)
    assert packed.sha256 == hashlib.sha256(zipped.read_bytes()).hexdigest()
    assert export_corpus(small, tmp_path / "b.zip", ALL).sha256 == packed.sha256
    with zipfile.ZipFile(zipped) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files(out)


def test_every_file_is_in_the_list_of_digests(small: Archive, out: Path) -> None:
    export_corpus(small, out, ALL)
    listed = dict(reversed(line.split("  ")) for line in (out / SUMS).read_text("utf-8").splitlines())
    there = {name: hashlib.sha256(content).hexdigest() for name, content in files(out).items() if name != SUMS}
    assert listed == there


def test_the_readme_says_what_was_selected(small: Archive, out: Path) -> None:
    export_corpus(small, out, Wanted(site="gansu", published_to=dt.date(2024, 12, 31), where="chars > 0"))
    readme = (out / "README.txt").read_text("utf-8")
    assert "\n2 releases, 2 texts, written by police-press-archive/" in readme
    assert (
        "newest moment is 2026-03-02T10:00:00+08:00. Selected: --site gansu, --to 2024-12-31, --where chars > 0.\n"
        in readme
    )
    assert str(out.parent) not in readme


def test_nothing_selected_is_a_corpus_without_texts(small: Archive, out: Path) -> None:
    written = export_corpus(small, out, Wanted(search="没有这个词"))
    assert (written.rows, written.texts) == (0, 0)
    assert sorted(files(out)) == ["README.txt", SUMS, "metadata.csv"]


def test_a_removed_release_has_a_row_and_no_text(storied: Archive, out: Path) -> None:
    written = export_corpus(storied, out, ALL)
    [row] = [row for row in known(out) if row["removed"]]
    assert written.texts == sum(bool(row["doc_id"]) for row in known(out)) < written.rows
    assert (row["doc_id"], row["title"], row["url"]) == ("", "", f"removed:{row['key']}")
    for said in (REMOVED, "王五六"):
        assert not [name for name, content in files(out).items() if said.encode() in content]


def test_numbers_are_masked_in_text_and_table(empty_archive: Path, keep_release: Keep, out: Path) -> None:
    said, shown = MASKED.replace("⟦", "").replace("⟧", ""), "张某（手机***********）驾驶*******逃离。"
    with Archive.open(empty_archive, write=True) as archive:
        keep_release(archive, "1.html", title=said, body=said)
        assert export_corpus(archive, out, Wanted(mask_numbers=True)).masked == 4
    [row] = known(out)
    assert row["title"] == shown
    assert int(row["chars"]) == len(shown)
    assert (out / "texts" / row["doc_id"]).read_text("utf-8") == f"{shown}\n\n{shown}\n"
    assert "4 numbers masked" in (out / "README.txt").read_text("utf-8")


@given(st.text(min_size=1), st.none() | st.text(), st.text(min_size=1))
def test_a_name_never_leaves_its_folder(site: str, published: str | None, key: str) -> None:
    name = doc_id({"site": site, "published": published, "key": key})
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")
    assert name.count(".") == 1


def test_a_folder_that_holds_something_stays_as_it_is(small: Archive, out: Path) -> None:
    out.mkdir()
    (out / "mine.txt").write_text("mine", "utf-8")
    with pytest.raises(OSError, match="no empty folder"):
        export_corpus(small, out, ALL)
    assert files(out.parent) == {"corpus/mine.txt": b"mine"}


@pytest.mark.parametrize("name", ["corpus", "corpus.zip"])
def test_what_ends_half_way_leaves_nothing(small: Archive, tmp_path: Path, name: str) -> None:
    no_json_after_the_first = "json_extract(CASE WHEN published IS NULL THEN '1' ELSE title END, '$') = 1"
    with pytest.raises(WrongWhereError, match="malformed JSON"):
        export_corpus(small, tmp_path / name, Wanted(where=no_json_after_the_first))
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_how_many(small_archive: Path, out: Path) -> None:
    said = CliRunner().invoke(cli, ["--archive", str(small_archive), "export", "corpus", "--out", str(out)])
    assert said.exit_code == 0, said.output
    assert said.output.startswith(f"5 releases written to {out}\n4 texts, a file each.\nSHA-256 ")


def test_texts_are_not_gathered_in_memory(empty_archive: Path, keep_release: Keep, out: Path) -> None:
    with Archive.open(empty_archive, write=True) as archive:
        for number in range(30):
            keep_release(archive, f"{number}.html", body="x" * 200_000)
        tracemalloc.start()
        export_corpus(archive, out, ALL)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert sum(path.stat().st_size for path in (out / "texts").iterdir()) > 6_000_000
    assert peak < 2_000_000


_READ = """
import json, pathlib, sys
import pandas
known = pandas.read_csv(sys.argv[1] + "/metadata.csv", dtype=str)
texts = [(path.name, path.read_text("utf-8")) for path in pathlib.Path(sys.argv[1], "texts").glob("*.txt")]
joined = pandas.DataFrame(texts, columns=["doc_id", "text"]).merge(known, on="doc_id", validate="one_to_one")
print(json.dumps({"rows": len(known), "joined": sorted(zip(joined.doc_id, joined.title.str[:2]))}))
"""


def test_a_data_frame_joins_texts_and_table(small: Archive, out: Path, reader: Reader) -> None:
    export_corpus(small, out, ALL, raw_cells=True)
    said = json.loads(reader("-c", _READ, out))
    assert said["rows"] == 5
    assert said["joined"] == [[row["doc_id"], row["title"][:2]] for row in known(out) if row["doc_id"]]
