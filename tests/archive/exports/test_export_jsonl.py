from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sample_release import ARTICLE

from archive import Archive
from archive.exports.jsonl import export_jsonl
from archive.exports.rows import Rows, Wanted, named_table

ALL = Wanted()


@pytest.fixture(scope="module")
def one_release(tmp_path_factory: pytest.TempPathFactory, keep_release) -> Iterator[Archive]:
    """An archive of one release, open to write, so that its text can be set without another file."""
    with Archive.open(tmp_path_factory.mktemp("one"), write=True) as archive:
        archive.store.declare_site(
            slug="beijing", name="北京市公安局", english="", kind="police", division=None, home="", verified=None
        )
        keep_release(archive, "only.html")
        yield archive


def read(archive: Archive, out: Path, wanted: Wanted = ALL) -> list[dict[str, Any]]:
    """The rows of an export, parted as the most zealous reader parts lines."""
    export_jsonl(archive, out, wanted)
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def test_a_row_has_the_columns_in_order_and_each_value_as_it_is(small_archive, tmp_path):
    with Archive.open(small_archive) as archive:
        rows = read(archive, tmp_path / "a.jsonl")
        releases = named_table(archive, "press_releases")
        names = [column.name for column in releases.columns]
        kept = [dict(zip(names, row, strict=True)) for row in Rows(archive, releases, ALL)]
    assert [list(row) for row in rows] == [names] * 5
    assert rows == kept
    assert {type(row["is_repost"]) for row in rows} == {bool}
    assert {type(row["year"]) for row in rows} == {int, type(None)}
    assert rows[0]["title"] is None


def test_what_is_json_in_the_database_is_an_object_or_a_list(small_archive, tmp_path):
    with Archive.open(small_archive) as archive:
        *_, row = read(archive, tmp_path / "a.jsonl", Wanted(table="readings"))
    assert row["labels"] == ARTICLE.labels
    assert row["origins"] == ARTICLE.origins
    assert [one["field"] for one in row["rejected"]] == ["published"]


@given(st.text())
@example('一\r\n二\n三\u2028四\u2029五\x85六\x0b\x0c\x1c\x1d\x1e\x00七"\\')
@example("👩‍🚒 葛\U000e0100城")
def test_any_text_is_one_line_and_comes_back(one_release, text):
    one_release.db.conn.execute("UPDATE press_releases SET body = ?", (text,))
    [row] = read(one_release, one_release.folder / "a.jsonl")
    assert row["body"] == text


def test_chinese_is_written_as_it_is(small_archive, tmp_path):
    with Archive.open(small_archive) as archive:
        written = export_jsonl(archive, tmp_path / "a.jsonl", Wanted(search="赛道"))
    assert (written.rows, "赛道沿线" in written.path.read_text("utf-8")) == (1, True)
