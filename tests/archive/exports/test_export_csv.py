from __future__ import annotations

import csv
import hashlib
import io
import os
import shutil
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from archive import Archive
from archive.cli import cli
from archive.exports.csv import export_csv, write_csv
from archive.exports.file import whole_file
from archive.exports.formulas import FORMULA, guard_cells
from archive.exports.rows import Wanted
from archive.exports.tables import Table

ALL = Wanted()
NO_COLUMNS = Table("empty", "", "", (), "", "", (), ())


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "releases.csv"


@pytest.fixture
def archive(small_archive: Path) -> Iterator[Archive]:
    with Archive.open(small_archive) as archive:
        yield archive


@pytest.fixture(scope="module")
def one_release(tmp_path_factory: pytest.TempPathFactory, keep_release) -> Iterator[Archive]:
    """An archive of one release, open to write, so that its text can be set without another file."""
    with Archive.open(tmp_path_factory.mktemp("one"), write=True) as archive:
        archive.store.declare_site(
            slug="beijing", name="北京市公安局", english="", kind="police", division=None, home="", verified=None
        )
        keep_release(archive, "only.html")
        yield archive


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def exported_text(archive: Archive, title: str, body: str, **options: bool) -> tuple[str, str, int]:
    """Title and body of a release after an export and back, and how many cells were guarded."""
    out = archive.folder / "text.csv"
    archive.db.conn.execute("UPDATE press_releases SET title = ?, body = ?", (title, body))
    written = export_csv(archive, out, ALL, **options)
    [row] = read(out)
    return row["title"], row["body"], written.guarded


def test_every_column_in_the_schemas_order_but_integers_of_this_file_and_then_the_capture(archive, out):
    export_csv(archive, out, ALL)
    [schema] = [table.columns for table in archive.db.tables if table.name == "press_releases"]
    header = out.read_text(encoding="utf-8-sig").splitlines()[0].split(",")
    ours = [column.name for column in schema if column.name not in ("id", "capture_id")]
    assert header == [*ours, "captured", "payload_digest", "warc_file", "warc_offset"]
    assert header[0] == "key"


def test_every_value_comes_back_as_it_was(archive, out):
    export_csv(archive, out, ALL, raw_cells=True)
    cursor = archive.db.conn.execute(
        "SELECT r.*, c.captured, c.payload_digest, c.warc_file, c.warc_offset FROM press_releases AS r"
        " JOIN captures AS c ON c.id = r.capture_id ORDER BY published, key"
    )
    names = [column[0] for column in cursor.description]
    kept = [dict(zip(names, row, strict=True)) for row in cursor]
    assert len(kept) == 5
    for row, was in zip(read(out), kept, strict=True):
        del was["id"], was["capture_id"]
        assert row == {name: "" if value is None else str(value) for name, value in was.items()}


def test_oldest_first_and_what_has_no_date_before_all(archive, out):
    export_csv(archive, out, ALL)
    dates = [row["published"] for row in read(out)]
    assert dates == ["", "2023-06-01T08:00:00+08:00", "2024-12", "2025-06-11", "2026-03-01T09:30:05+08:00"]


def test_two_exports_are_the_same_bytes_and_the_digest_is_theirs(archive, out):
    first = export_csv(archive, out, ALL)
    bytes_of_first = out.read_bytes()
    assert export_csv(archive, out, ALL) == first
    assert out.read_bytes() == bytes_of_first
    assert first.sha256 == hashlib.sha256(bytes_of_first).hexdigest()
    assert first.rows == 5


def test_the_mark_for_excel_can_be_left_out_and_changes_nothing_else(archive, out, tmp_path):
    export_csv(archive, out, ALL)
    export_csv(archive, tmp_path / "plain.csv", ALL, bom=False)
    assert out.read_bytes() == b"\xef\xbb\xbf" + (tmp_path / "plain.csv").read_bytes()


def test_lines_end_in_crlf_and_breaks_inside_a_cell_stay(archive, out):
    export_csv(archive, out, Wanted(search="陌生链接"))
    written = out.read_bytes().decode("utf-8-sig")
    assert written.count("\r\n") == 2
    assert '"他说：""不要点击陌生链接""，\n\n再说一遍。"' in written


@pytest.mark.parametrize(
    ("wanted", "rows"),
    [
        (Wanted(site="beijing"), 2),
        (Wanted(search="夜市"), 2),
        (Wanted(search="公安局 夜市"), 1),
        (Wanted(search="夜市 -陌生"), 1),
        (Wanted(site="gansu", search="赛道"), 0),
    ],
)
def test_a_selection(archive, out, wanted, rows):
    assert export_csv(archive, out, wanted).rows == rows
    assert len(read(out)) == rows


def test_an_empty_selection_still_has_its_header(archive, out):
    assert export_csv(archive, out, Wanted(search="没有这个词")).rows == 0
    assert out.read_text(encoding="utf-8-sig").startswith("key,site,division,url,")


@given(title=st.text(), body=st.text())
@example(title='"', body=",\r\n\n\r\x00'")
@example(title="=1+1", body="＝1")
def test_any_text_comes_back_where_cells_are_raw(one_release, title, body):
    assert exported_text(one_release, title, body, raw_cells=True) == (title, body, 0)


@given(
    title=st.text().filter(lambda text: text[:1] not in FORMULA),
    formula=st.sampled_from(sorted(FORMULA)),
    rest=st.text(),
)
def test_a_cell_that_begins_like_a_formula_is_guarded_and_no_other_is_changed(one_release, title, formula, rest):
    assert exported_text(one_release, title, formula + rest) == (title, "'" + formula + rest, 1)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_the_signs_that_begin_a_formula(one_release, sign):
    assert exported_text(one_release, f"{sign}SUM(A1)", "正文") == (f"'{sign}SUM(A1)", "正文", 1)


@given(cells=st.lists(st.none() | st.integers() | st.text(), min_size=2), is_raw=st.booleans())
@example(cells=[-1, "=", "", None, '"', "\n", "\r", "a,", "'", "＋平安"], is_raw=False)
def test_a_line_is_the_one_that_the_csv_module_writes(cells, is_raw):
    ours, theirs = io.StringIO(), io.StringIO()
    expected = cells if is_raw else guard_cells(cells)
    csv.writer(theirs).writerow(expected)
    written = write_csv(ours, NO_COLUMNS, [cells], raw_cells=is_raw)
    assert ours.getvalue() == "\r\n" + theirs.getvalue()
    assert written == (1, sum(cell is not was for cell, was in zip(expected, cells, strict=True)))


def test_only_what_is_text_is_guarded(archive, out):
    written = export_csv(archive, out, ALL)
    assert written.guarded == 1
    assert [row["title"][:2] for row in read(out) if row["title"].startswith("'")] == ["'="]


def write_half(path: Path) -> None:
    with whole_file(path) as file:
        file.write(b"half")
        raise KeyboardInterrupt


def test_an_interrupted_file_leaves_what_was_there(out):
    out.write_text("before", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        write_half(out)
    assert out.read_text(encoding="utf-8") == "before"
    assert list(out.parent.iterdir()) == [out]


def test_nothing_has_the_name_before_it_is_whole(out):
    with whole_file(out) as file:
        file.write(b"whole")
        assert not out.exists()
    assert out.read_text(encoding="utf-8") == "whole"


def test_a_symbolic_link_is_followed(out, tmp_path):
    link = tmp_path / "latest.csv"
    link.symlink_to(out)
    with whole_file(link) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert out.read_text(encoding="utf-8") == "new"


@pytest.mark.parametrize("name", [b"a**b.csv", b"[1]?.csv", b"\xff\xfe.csv"])
def test_any_name_will_do_and_is_in_the_digests_file(tmp_path, name):
    out = tmp_path / os.fsdecode(name)
    for content in (b"one", b"two"):
        with whole_file(out) as file:
            file.write(content)
    beside = out.with_name(f"{out.name}.sha256")
    assert beside.read_bytes() == hashlib.sha256(b"two").hexdigest().encode() + b"  " + name + b"\n"
    assert sorted(tmp_path.iterdir()) == [out, beside]


def test_where_the_digest_cannot_be_written_the_file_is_what_it_was(out):
    out.write_text("before", encoding="utf-8")
    out.with_name("releases.csv.sha256").mkdir()
    with pytest.raises(OSError, match=r"releases\.csv\.sha256"), whole_file(out) as file:
        file.write(b"after")
    assert out.read_text(encoding="utf-8") == "before"
    assert len(list(out.parent.iterdir())) == 2


@pytest.mark.parametrize(
    "name", ["press.db", "press.db-wal", "press.lock", "removals.toml", "warc/beijing/a.csv", "link"]
)
def test_no_export_is_written_over_the_archive_itself(small_archive, tmp_path, name):
    folder = shutil.copytree(small_archive, tmp_path / "data")
    (folder / "link").symlink_to("press.db")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    done = CliRunner().invoke(cli, ["--archive", str(folder), "export", "csv", "--out", str(folder / name)])
    assert done.exit_code == 2
    assert "is a part of the archive" in " ".join(done.output.split())
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_masking_says_how_many_though_it_be_none(small_archive, out):
    arguments = ["--archive", str(small_archive), "export", "csv", "--out", str(out)]
    assert "masked" not in CliRunner().invoke(cli, arguments).output
    assert "\n0 numbers masked.\n" in CliRunner().invoke(cli, [*arguments, "--mask-numbers"]).output


@pytest.mark.parametrize(
    ("option", "given", "says"),
    [
        ("--search", "夜市" * 31, "longer than the 60"),
        ("--search", "\udcff", "not written in the characters"),
        ("--where", "title = '\udcff'", "not written in the characters"),
    ],
)
def test_what_cannot_be_asked_for_as_it_stands_is_wrong_usage(small_archive, out, option, given, says):
    arguments = ["--archive", str(small_archive), "export", "csv", "--out", str(out), option, given]
    done = CliRunner().invoke(cli, arguments)
    assert (done.exit_code, out.exists()) == (2, False)
    assert says in " ".join(done.output.split())


def test_a_device_is_not_replaced():
    with pytest.raises(OSError, match="no ordinary file"), whole_file(Path("/dev/null")) as file:
        file.write("lost")
    assert Path("/dev/null").is_char_device()


def test_rows_are_not_gathered_in_memory(empty_archive, keep_release, out):
    with Archive.open(empty_archive, write=True) as archive:
        for number in range(30):
            keep_release(archive, f"{number}.html", body="x" * 200_000)
        tracemalloc.start()
        written = export_csv(archive, out, ALL)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert written.rows == 30
    assert out.stat().st_size > 6_000_000
    assert peak < 2_000_000
