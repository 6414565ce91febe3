from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_release import ARTICLE, SEEN

from archive import Archive, search
from archive.addresses import key
from archive.cli import cli
from archive.erasure import erase
from archive.exports.csv import export_csv
from archive.exports.earlier import EarlierExportError, earlier_rows
from archive.exports.jsonl import export_jsonl
from archive.exports.parquet import export_parquet
from archive.exports.rows import Wanted, Written
from archive.exports.since import NOT_COUNTED
from archive.models import Answer, Article

ALL = Wanted()
YEAR = Wanted(published_from=dt.date(2026, 1, 1))
WRITE: dict[str, Callable[..., Written]] = {
    "csv": export_csv,
    "raw.csv": lambda *asked, **options: export_csv(*asked, **options, raw_cells=True, bom=False),
    "jsonl": export_jsonl,
    "parquet": export_parquet,
}
TEXTS = (
    ARTICLE,
    replace(ARTICLE, title="=夜市", editor="+86 13912345678", body="一\r\n二\u2028三"),
    replace(ARTICLE, title=None, published=dt.date(2025, 6, 1), published_precision="month", body="x" * 140_000),
    replace(ARTICLE, title="无日期", published=None, published_precision=None, is_repost=None, body="电话13912345678"),
)


class Story(NamedTuple):
    """An archive open to write, in which things happen later and later, and are undone."""

    archive: Archive
    urls: list[str]

    def visit(self, url: str, article: Article, day: int, made_by: str = "crawl") -> None:
        capture = self.archive.captures.keep(
            Answer("beijing", None, url, SEEN + dt.timedelta(days=day), 200, (), repr(article).encode(), "ok")
        )
        self.archive.store.keep(url, article, capture, made_by)

    def shown(self, url: str) -> Article:
        """The text that a release shows, which a visit to an unchanged page finds again."""
        row = self.archive.db.conn.execute("SELECT title, body FROM press_releases WHERE key = ?", (key(url),))
        title, body = row.fetchone()
        return replace(TEXTS[self.urls.index(url)] if url in self.urls else ARTICLE, title=title, body=body)

    def take_down(self, url: str, day: int) -> None:
        at = SEEN + dt.timedelta(days=day)
        capture = self.archive.captures.keep(Answer("beijing", None, url, at, 404, (), b"", "gone"))
        self.archive.store.take_down(url, at.isoformat(), capture, "gone")

    @contextmanager
    def undone(self) -> Iterator[None]:
        self.archive.db.conn.execute("SAVEPOINT story")
        try:
            yield
        finally:
            self.archive.db.conn.execute("ROLLBACK TO story")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with Archive.open(tmp_path_factory.mktemp("since") / "data", write=True) as archive:
        archive.store.declare_site(
            slug="beijing", name="北京市公安局", english="", kind="police", division="110000", home="", verified=None
        )
        story = Story(archive, [f"https://press.example/{number}.html" for number in range(len(TEXTS))])
        for url, article in zip(story.urls, TEXTS, strict=True):
            story.visit(url, article, 0)
        story.take_down(story.urls[3], 1)
        yield story


@pytest.fixture(scope="module")
def earlier(story, tmp_path_factory) -> dict[tuple[str, bool], Path]:
    """Exports of everything as it was at first, by format and whether numbers are masked."""
    folder = tmp_path_factory.mktemp("earlier")
    made = {(form, mask): folder / f"{mask}.{form}" for form in WRITE for mask in (False, True)}
    for (form, mask), path in made.items():
        WRITE[form](story.archive, path, replace(ALL, mask_numbers=mask))
    return made


def read(path: Path) -> dict[str, dict[str, Any]]:
    """The rows of an export by key, as any program reads that format."""
    if path.suffix == ".csv":
        csv.field_size_limit(1 << 30)
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    elif path.suffix == ".jsonl":
        rows = [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]
    else:
        rows = pyarrow.parquet.read_table(path).to_pylist()
    assert len({row["key"] for row in rows}) == len(rows)
    return {row["key"]: row for row in rows}


def changes(story: Story, earlier: Path, wanted: Wanted = ALL) -> dict[str, str]:
    """What is said to have changed, by address."""
    out = earlier.with_name("changes.csv")
    export_csv(story.archive, out, wanted, since_export=earlier)
    keys = {key(url): url for url in (*story.urls, NEW)}
    return {keys[name]: row["change"] for name, row in read(out).items()}


NEW = "https://press.example/new.html"
EDITED = replace(ARTICLE, body="改过的正文。")


@pytest.mark.parametrize("form", list(WRITE))
@pytest.mark.parametrize("mask", [False, True])
def test_nothing_has_changed_whatever_the_format_and_whether_numbers_are_masked(story, earlier, form, mask):
    assert changes(story, earlier[form, mask]) == {}
    assert changes(story, earlier[form, mask], Wanted(mask_numbers=True)) == {}


def test_what_every_visit_changes_is_no_change(story, earlier):
    with story.undone():
        story.visit(story.urls[0], replace(ARTICLE, extractor="test-2", labels={"审核": "另一人"}), 9)
        [row] = story.archive.db.conn.execute("SELECT last_seen, extractor FROM press_releases WHERE id = 1")
        assert row == ("2026-03-11T10:00:00+08:00", "test-2")
        assert changes(story, earlier["csv", False]) == {}


def test_every_kind_of_change(story, earlier):
    first, second, third, gone = story.urls
    with story.undone():
        story.visit(NEW, ARTICLE, 2)
        story.visit(first, EDITED, 2)
        story.take_down(first, 3)
        story.take_down(second, 3)
        erase(story.archive.db.conn, key(third), "2026-03-05", "2026-03-05T10:00:00+08:00")
        story.visit(gone, TEXTS[3], 4)
        assert changes(story, earlier["csv", False]) == {
            NEW: "new", first: "edited, gone", second: "gone", third: "removed", gone: "restored",
        }  # fmt: skip


def test_edited_and_back_again_is_an_edit(story, earlier):
    with story.undone():
        story.visit(story.urls[0], EDITED, 2)
        story.visit(story.urls[0], ARTICLE, 3)
        assert changes(story, earlier["jsonl", False]) == {story.urls[0]: "edited"}


def test_what_another_extraction_reads_is_no_edit(story, earlier):
    with story.undone():
        story.visit(story.urls[0], replace(EDITED, extractor="test-2"), 0, made_by="reparse")
        dated = {"published": dt.date(2026, 3, 2), "published_precision": "day"}
        story.visit(story.urls[3], replace(TEXTS[3], **dated), 0, made_by="reparse")
        assert changes(story, earlier["parquet", False]) == dict.fromkeys(story.urls[::3], "reread")


def test_gone_again_after_it_was_back(story, earlier):
    with story.undone():
        story.visit(story.urls[3], TEXTS[3], 4)
        story.take_down(story.urls[3], 6)
        assert changes(story, earlier["csv", False]) == {story.urls[3]: "gone"}


def test_what_is_asked_for_no_more_has_left_and_says_nothing_that_was_removed(story, earlier, tmp_path):
    with story.undone():
        erase(story.archive.db.conn, key(story.urls[1]), "2026-03-05", "2026-03-05T10:00:00+08:00")
        search.index(story.archive.db.conn)
        wanted = Wanted(search="夜市 -陌生", where="year = 2026")
        assert changes(story, earlier["csv", False], wanted) == {
            story.urls[1]: "removed, left", story.urls[2]: "left", story.urls[3]: "left",
        }  # fmt: skip
        written = export_jsonl(story.archive, tmp_path / "a.jsonl", wanted, since_export=earlier["csv", False])
        assert read(written.path)[key(story.urls[1])]["url"] == f"removed:{key(story.urls[1])}"
        assert "二" not in written.path.read_text("utf-8")


def test_a_file_of_changes_is_no_dataset_to_be_brought_up_to_date(story, earlier, tmp_path):
    nothing = tmp_path / "nothing.jsonl"
    nothing.touch()
    for form, write in WRITE.items():
        written = write(story.archive, tmp_path / f"changes.{form}", ALL, since_export=nothing)
        with pytest.raises(EarlierExportError, match=f"{written.path}: holds changes only"):
            export_csv(story.archive, tmp_path / "a.csv", ALL, since_export=written.path)


def test_the_change_is_the_first_column_and_described(story, earlier, tmp_path):
    written = export_parquet(story.archive, tmp_path / "a.parquet", ALL, since_export=earlier["csv", True])
    schema = pyarrow.parquet.read_schema(written.path)
    assert (schema.names[0], written.rows) == ("change", 0)
    for said in ("new", "edited", "gone", "restored", "removed", "reread", "left"):
        assert said in schema.field("change").metadata[b"description"].decode()
    digest = earlier["csv", True].with_name("True.csv.sha256").read_text("utf-8")[:64]
    assert digest in schema.metadata[b"description"].decode()


def test_numbers_in_what_is_written_are_masked_and_counted(story, tmp_path):
    nothing = tmp_path / "nothing.jsonl"
    nothing.touch()
    written = export_csv(story.archive, tmp_path / "a.csv", Wanted(mask_numbers=True), since_export=nothing)
    assert (written.rows, written.masked) == (4, 2)
    assert "13912345678" not in written.path.read_text("utf-8")


def act(story: Story, what: str, which: int, day: int) -> None:
    """Something happens to a release."""
    url = story.urls[which]
    match what:
        case "edit":
            story.visit(url, replace(story.shown(url), body=f"第{day}天改过。电话13911111111"), day)
        case "visit":
            story.visit(url, story.shown(url), day)
        case "reread":
            story.visit(url, replace(story.shown(url), published=dt.date(2024, 1, day), editor="另一人"), 0, "reparse")
        case "list":
            story.visit(f"https://press.example/new/{which}.html", ARTICLE, day)
        case "take down":
            story.take_down(url, day)
        case "remove":
            erase(story.archive.db.conn, key(url), f"2026-03-{day:02}", "2026-04-01T10:00:00+08:00")


ACTIONS = st.tuples(st.sampled_from(["edit", "visit", "reread", "list", "take down", "remove"]), st.integers(0, 3))


@settings(max_examples=25)
@given(
    st.lists(ACTIONS, max_size=6),
    st.sampled_from(list(WRITE)),
    st.sampled_from(list(WRITE)),
    st.sampled_from([ALL, YEAR, Wanted(search="夜市"), Wanted(mask_numbers=True)]),
)
def test_an_earlier_export_brought_up_to_date_is_an_export_of_today(story, tmp_path_factory, happens, old, new, wanted):
    folder = tmp_path_factory.getbasetemp() / "updated"
    folder.mkdir(exist_ok=True)
    with story.undone():
        WRITE[old](story.archive, folder / f"old.{old}", wanted)
        WRITE[new](story.archive, folder / f"same.{new}", wanted)
        for day, (what, which) in enumerate(happens, 2):
            act(story, what, which, day)
        WRITE[new](story.archive, folder / f"changed.{new}", wanted, since_export=folder / f"old.{old}")
        WRITE[new](story.archive, folder / f"today.{new}", wanted)
    dataset = read(folder / f"same.{new}")
    for name, row in read(folder / f"changed.{new}").items():
        change = row.pop("change").split(", ")
        assert ("new" in change) == (name not in dataset)
        dataset[name] = row
        if "left" in change:
            del dataset[name]
    assert counted(dataset) == counted(read(folder / f"today.{new}"))


def counted(rows: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {key: {name: cell for name, cell in row.items() if name not in NOT_COUNTED} for key, row in rows.items()}


def table(*lines: str) -> str:
    return "".join(f"{line}\r\n" for line in lines)


ROW = f"{key('https://press.example/0.html')},1,sha256:0"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", ""),
        (table("key,version,text_digest,title,notes", f"{ROW},平安,自己的"), ""),
        (table("key,title", "a,b"), "it has no version and no text_digest"),
        (table("key,version,text_digest", ROW, ROW), "a key stands there twice"),
        (table("key,version,text_digest", "one,1,sha256:0"), "does not know 1 of its releases: one"),
        (table("key,version,text_digest", *(f"{n},1," for n in range(5))), "5 of its releases: 0, 1, 2 …"),
        (table("key,version,text_digest", "one,first,"), "one has a version that is no number: first"),
        (table("key,version,text_digest", "one,1"), "the row that ends in line 2 has 2 cells, not 3"),
        (table("key,version,text_digest", '"one'), "unexpected end of data"),
        ('{"key": "one"', "cannot be read as an export: Expecting ',' delimiter"),
        ('{"key": "one", "version": 1, "text_digest": ""}\n["two"]\n', "line 2 is no object"),
        ('{"key": "one", "version": 1, "text_digest": ""}\n{"key": "two"}\n', "line 2 has no version and no text_di"),
        (
            f'{{"key": "one", "version": {"9" * 30}, "text_digest": ""}}\n',
            "cannot be read as an export: Python int too",
        ),
        ('{"key": "\\ud800", "version": 1, "text_digest": ""}\n', "cannot be read as an export: 'utf-8' codec"),
        ('{"key": ' + "[" * 100_000, "cannot be read as an export: .*recursion"),
        ("PAR1PAR1", "cannot be read as an export"),
        (b"key,\xff", "cannot be read as an export: 'utf-8' codec"),
    ],
)
def test_what_is_no_earlier_export(story, tmp_path, content, says):
    path = tmp_path / "earlier"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    if not says:
        assert export_csv(story.archive, tmp_path / "a.csv", ALL, since_export=path).rows == 4
        return
    with pytest.raises(EarlierExportError, match=f"^{path}: .*{says}"):
        export_csv(story.archive, tmp_path / "a.csv", ALL, since_export=path)
    assert not (tmp_path / "a.csv").exists()


def test_columns_that_an_older_program_did_not_know_are_not_compared(story, earlier, tmp_path):
    rows = read(earlier["jsonl", False])
    for row in rows.values():
        del row["subtitle"], row["removed"], row["same_as"]
    older = tmp_path / "older.jsonl"
    older.write_text("".join(f"{json.dumps(row)}\n" for row in rows.values()), "utf-8")
    assert changes(story, older) == {}
    with story.undone():
        story.archive.db.conn.execute("UPDATE press_releases SET author = '张三' WHERE id = 1")
        assert changes(story, older) == {story.urls[0]: "reread"}


def test_a_row_of_each_format_is_the_same_texts(earlier):
    names = set(read(earlier["jsonl", False])[key("https://press.example/0.html")])
    read_back = {}
    for form in ("raw.csv", "jsonl", "parquet"):
        columns, *rows = earlier_rows(earlier[form, False], names)
        read_back[form] = [dict(zip(columns, row, strict=True)) for row in rows]
    assert read_back["raw.csv"] == read_back["jsonl"] == read_back["parquet"]
    assert {row["is_repost"] for row in read_back["parquet"]} == {"0", ""}


def test_a_file_that_is_not_as_it_was_written_is_named_with_its_digest(story, earlier, tmp_path):
    path = tmp_path / "old.csv"
    export_csv(story.archive, path, ALL)
    path.write_bytes(path.read_bytes().replace(b"beijing", b"nanjing"))
    with pytest.raises(EarlierExportError, match=r"old\.csv: has been changed: .*old\.csv\.sha256 says [0-9a-f]{64}$"):
        export_csv(story.archive, tmp_path / "a.csv", ALL, since_export=path)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["csv", "--out", "a.csv", "--since-export", "none.csv"], "none.csv: cannot be read: No such file"),
        (["csv", "--out", "a.csv", "--since-export", "/dev/null"], "/dev/null: is no ordinary file"),
        (["csv", "--out", "a.csv", "--since-export", "a.csv"], "it would be written over"),
        (["csv", "--out", "b.csv", "--since-export", "a.csv", "--table", "events"], "there are none in events"),
    ],
)
def test_wrong_usage(small_archive, tmp_path, monkeypatch, arguments, says):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["export", *arguments], env={"POLICE_PRESS_ARCHIVE": str(small_archive)})
    assert result.exit_code == 2
    assert says in " ".join(result.output.split())
    assert list(tmp_path.iterdir()) == []


def test_the_command(small_archive, tmp_path):
    def run(*arguments: str | Path) -> str:
        environment = {"POLICE_PRESS_ARCHIVE": str(small_archive)}
        result = CliRunner().invoke(cli, ["export", *map(str, arguments)], env=environment)
        assert result.exit_code == 0, result.output
        return result.output

    run("csv", "--site", "gansu", "--out", tmp_path / "old.csv")
    said = run("parquet", "--out", tmp_path / "new.parquet", "--since-export", tmp_path / "old.csv")
    assert said.startswith("2 rows written")
    rows = pyarrow.parquet.read_table(tmp_path / "new.parquet").to_pylist()
    assert [(row["change"], row["site"]) for row in rows] == [("new", "beijing")] * 2
