from __future__ import annotations

import datetime as dt
import gzip
import shutil
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import visited_pages as visited
from click.testing import CliRunner
from visited_pages import ELSEWHERE, GONE, MOVED, NEW, NIGHT, POSTER, later
from warcio.archiveiterator import ArchiveIterator

from archive import Archive, ArchiveError, warc
from archive.addresses import key
from archive.cli import cli
from archive.exports.rows import Wanted
from archive.exports.wacz import export_wacz
from archive.exports.warc import export_warc
from archive.records import warc_date

ALL = Wanted()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive to be read only."""
    return visited.make(tmp_path_factory.mktemp("visited") / "data")


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    """The same archive elsewhere, to be damaged."""
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def exported(folder: Path, out: Path, wanted: Wanted = ALL) -> tuple[int, str]:
    """How many captures were written, and the digest."""
    with Archive.open(folder) as archive:
        written = export_warc(archive, out, wanted)
    return written.rows, written.sha256


def members(path: Path) -> list[bytes]:
    content = path.read_bytes()
    return [content[start:end] for start, end in warc.whole_records(BytesIO(content))]


def heads(path: Path) -> list[tuple[str, str | None, str]]:
    """Type, address and date of every record."""
    with path.open("rb") as file:
        named = [(record.rec_type, record.rec_headers.get_header) for record in ArchiveIterator(file)]
    return [(kind, header("WARC-Target-URI"), header("WARC-Date")) for kind, header in named]


def warcs_of(folder: Path) -> list[Path]:
    """The archive's own files, a day each."""
    return sorted(folder.glob("warc/*/*.warc.gz"))


def place(folder: Path, url: str) -> tuple[int, int]:
    """Where the first record of an address begins, and the byte behind it."""
    with Archive.open(folder) as archive:
        sql = "SELECT warc_offset, warc_offset + warc_length FROM captures WHERE url = ? ORDER BY id LIMIT 1"
        start, end = archive.db.conn.execute(sql, (url,)).fetchone()
    return start, end


def test_answers_in_the_order_captured_with_their_requests_and_none_of_what_is_a_lists_a_note_or_removed(
    folder, tmp_path
):
    captures, _ = exported(folder, out := tmp_path / "x.warc.gz")
    (info, *rest) = heads(out)
    visits = [
        ("response", NIGHT, later(minutes=1)),
        ("response", POSTER, later(minutes=2)),
        ("response", MOVED, later(minutes=5)),
        ("response", NEW, later(minutes=5)),
        ("revisit", NEW, later(minutes=6)),
        ("response", GONE, later(minutes=7)),
        ("response", ELSEWHERE, later(minutes=8)),
        ("revisit", NIGHT, later(days=1)),
        ("revisit", NIGHT, later(days=2)),
        ("response", GONE, later(days=2)),
        ("response", NIGHT, later(days=3)),
    ]
    wanted = [(kind, url, warc_date(at)) for kind, url, at in visits]
    assert (info[0], captures) == ("warcinfo", len(visits))
    assert rest[::2] == wanted
    assert rest[1::2] == [("request", url, date) for _, url, date in wanted]


def test_every_record_but_the_first_is_the_archives_own_byte_by_byte(folder, tmp_path):
    exported(folder, out := tmp_path / "x.warc.gz")
    ours = [member for path in warcs_of(folder) for member in members(path)]
    assert all(member in ours for member in members(out)[1:])
    assert b"".join(members(out)) == out.read_bytes()


def test_nothing_is_said_of_a_removed_release_and_a_picture_of_another_too_stays(folder, tmp_path):
    kept = b"".join(gzip.decompress(path.read_bytes()) for path in warcs_of(folder))
    exported(folder, out := tmp_path / "x.warc.gz")
    said = gzip.decompress(out.read_bytes())
    for name in (visited.NAME.encode(), b"wangwuliu"):
        assert name in kept
        assert name not in said
    assert visited.PNG in said


def test_a_revisit_brings_the_body_it_refers_to_from_beyond_the_selection(folder, tmp_path):
    captures, _ = exported(folder, out := tmp_path / "x.warc.gz", Wanted(where=f"key = '{key(NEW)}'"))
    assert captures == 2
    assert [head[:2] for head in heads(out)[1::2]] == [("response", NEW), ("revisit", NEW)]


def test_a_revisit_of_what_was_asked_for_as_a_removed_release_stays_behind_with_it(copy, tmp_path):
    removals = (copy / "removals.toml").read_text("utf-8")
    (copy / "removals.toml").write_text(removals + removals.replace(key(visited.REMOVED), key(MOVED)), "utf-8")
    exported(copy, out := tmp_path / "x.warc.gz")
    assert {MOVED, NEW}.isdisjoint(url for _, url, _ in heads(out))


NAMED, OLD, SEAL = (f"{visited.HOST}/{path}" for path in ("c/zhaoliuqi.html", "c/old.html", "img/seal.png"))


@pytest.fixture(scope="module")
def led_to(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive in which a picture was fetched from the page of a removed release, and a redirect leads to it."""
    copy = Path(shutil.copytree(folder, tmp_path_factory.mktemp("led_to") / "data"))
    spelt = f"{NAMED}?utm_source=feed"
    with Archive.open(copy, write=True) as archive:
        visits = visited.Visits(archive, 1)
        visits.show(NAMED, "赵六七的全文", later(days=6), (SEAL,))
        visits.show(NIGHT, visited.SECOND, later(days=6), (POSTER, SEAL))
        seal = replace(visited.answered(SEAL, later(days=6), visited.PNG), request_headers=(("Referer", NAMED),))
        archive.store.keep_attachment(SEAL, visits.visit(SEAL, seal, kind="attachment"))
        for day, leads_to in ((7, "/c/zhaoliuqi.html?utm_source=feed"), (8, NEW)):
            hop = visited.answered(OLD, later(days=day), b"", 301, ("Location", leads_to))
            body = visited.page(f"赵六七的全文。{day}" if day == 7 else "新址。")
            there = visited.answered(spelt if day == 7 else NEW, later(days=day), body)
            visits.read(OLD, visits.visit(OLD, hop, there), body=f"第{day}天")
    removals = (copy / "removals.toml").read_text("utf-8")
    (copy / "removals.toml").write_text(removals + removals.replace(key(visited.REMOVED), key(NAMED)), "utf-8")
    Archive.open(copy, write=True).close()
    return copy


@pytest.mark.parametrize("export", [export_warc, export_wacz])
def test_what_leads_to_a_removed_release_stays_behind_in_whatever_spelling(led_to, tmp_path, export):
    with Archive.open(led_to) as archive:
        export(archive, tmp_path / "x", ALL)
    said = b""
    if export is export_wacz:
        with zipfile.ZipFile(tmp_path / "x") as package:
            contents = [package.read(name) for name in package.namelist()]
    else:
        contents = [(tmp_path / "x").read_bytes()]
    for content in contents:
        said += gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    assert SEAL.encode() in said
    for name in (b"zhaoliuqi", "赵六七".encode()):
        assert name not in said


def test_what_a_record_refers_to_is_there_and_no_id_comes_twice(led_to, tmp_path):
    exported(led_to, out := tmp_path / "x.warc.gz")
    with out.open("rb") as file:
        found = [(record.rec_type, record.rec_headers.get_header) for record in ArchiveIterator(file)]
    ids = [header("WARC-Record-ID") for _, header in found]
    held = {(header("WARC-Target-URI"), header("WARC-Date")) for kind, header in found if kind == "response"}
    assert len(set(ids)) == len(ids)
    assert {header("WARC-Concurrent-To") for kind, header in found if kind == "request"} <= set(ids)
    referred = [
        (header("WARC-Refers-To-Target-URI"), header("WARC-Refers-To-Date"))
        for kind, header in found
        if kind == "revisit"
    ]
    assert len(referred) > 3
    assert set(referred) <= held
    assert ("response", SEAL, warc_date(later(days=6))) in heads(out)
    assert ("request", SEAL, warc_date(later(days=6))) not in heads(out)


def test_the_same_bytes_elsewhere_and_another_first_record_for_another_selection(folder, copy, tmp_path):
    first = exported(folder, tmp_path / "one.warc.gz")
    second = exported(copy, tmp_path / "two.warc.gz")
    assert first == second
    assert (tmp_path / "one.warc.gz").read_bytes() == (tmp_path / "two.warc.gz").read_bytes()
    exported(folder, tmp_path / "three.warc.gz", Wanted(site="beijing"))
    one, three = (gzip.decompress(members(tmp_path / f"{name}.warc.gz")[0]) for name in ("one", "three"))
    assert b"selection: all\r\n" in one
    assert b'selection: {"site": "beijing"}\r\n' in three
    assert one.split(b"WARC-Record-ID: ")[1][:60] != three.split(b"WARC-Record-ID: ")[1][:60]
    assert f"WARC-Date: {warc_date(later(days=5))}\r\n".encode() in one


def test_an_empty_selection_is_a_warc_that_says_so(folder, tmp_path):
    captures, _ = exported(folder, out := tmp_path / "x.warc.gz", Wanted(search="没有这样的词"))
    assert captures == 0
    assert [kind for kind, _, _ in heads(out)] == ["warcinfo"]


def test_what_a_crawl_is_writing_goes_out_too(copy, tmp_path):
    with Archive.open(copy, write=True) as crawling:
        visits = visited.Visits(crawling, 1)
        visits.show(f"{visited.HOST}/a/9.html", "还在写。", later(days=9))
        crawling.commit()
        assert list(copy.glob("warc/*/*.open"))
        captures, _ = exported(copy, tmp_path / "x.warc.gz")
    assert captures == 12


def test_a_request_that_a_killed_run_did_not_write_any_more_is_missing_and_no_fault(copy, tmp_path):
    before, _ = exported(copy, tmp_path / "before.warc.gz")
    last = next(path for path in warcs_of(copy) if path.stem.startswith("beijing-20260305-"))
    with Archive.open(copy) as archive, last.open("rb+") as file:
        file.truncate(archive.captures.kept_up_to(f"beijing/{last.name}"))
    assert exported(copy, out := tmp_path / "after.warc.gz")[0] == before
    assert members(out) == members(tmp_path / "before.warc.gz")[:-1]


@pytest.mark.parametrize("where", ["answer", "request"])
def test_a_damaged_record_is_named_and_nothing_is_left(copy, tmp_path, where):
    at = place(copy, POSTER)[where == "request"]
    content = bytearray(warcs_of(copy)[0].read_bytes())
    content[at + 40] ^= 1
    warcs_of(copy)[0].write_bytes(content)
    (tmp_path / "out").mkdir()
    with pytest.raises(ArchiveError, match=rf"beijing-20260302-00000\.warc\.gz: byte {at} \(capture 3\): .*verify"):
        exported(copy, tmp_path / "out" / "x.warc.gz")
    assert not list((tmp_path / "out").iterdir())


def test_another_record_than_the_row_says_is_an_error(copy, tmp_path):
    with Archive.open(copy, write=True) as archive:
        archive.db.conn.execute("UPDATE captures SET payload_digest = ? WHERE url = ?", (f"sha256:{64 * '0'}", POSTER))
    with pytest.raises(ArchiveError, match=r"the body's digest is sha256:.*, and its row says sha256:000"):
        exported(copy, tmp_path / "x.warc.gz")


def test_a_missing_file_is_an_error_of_the_archive_not_of_out(copy, tmp_path):
    warcs_of(copy)[0].unlink()
    with pytest.raises(ArchiveError, match="No such file"):
        exported(copy, tmp_path / "x.warc.gz")


def test_the_verb_counts_captures_and_masks_nothing(folder, tmp_path):
    def run(*more: str) -> Any:
        out = ["--out", str(tmp_path / "x.warc.gz")]
        return CliRunner().invoke(cli, ["--archive", str(folder), "export", "warc", *out, *more])

    done = run("--search", "出行提示")
    assert done.stdout.startswith("1 capture written to "), done.stderr
    refused = run("--mask-numbers")
    assert (refused.exit_code, "as they came" in refused.stderr) == (2, True)


def test_pywb_shows_the_pages_as_they_were(folder, tmp_path, reader):
    exported(folder, out := tmp_path / "x.warc.gz")
    visits = [
        (later(minutes=1), NIGHT, visited.FIRST),
        (later(days=1), NIGHT, visited.FIRST),
        (later(days=3), NIGHT, visited.SECOND),
        (later(minutes=6), NEW, "新址。"),
        (later(days=2), GONE, "404"),
        (later(minutes=8), ELSEWHERE, "出行提示。"),
    ]
    asked = [(at, url) for at, url, _ in visits] + [(later(minutes=2), POSTER), (later(minutes=5), MOVED)]
    *shown, picture, moved = visited.replayed(reader, tmp_path, out, asked)
    for (at, url, text), (status, captured, _, body) in zip(visits, shown, strict=True):
        assert text.encode() in body, (at, url)
        assert status == (404 if text == "404" else 200)
        assert captured == f"{at.astimezone(dt.UTC):%a, %d %b %Y %H:%M:%S GMT}"
    assert picture[3] == visited.PNG + POSTER.encode()
    assert (moved[0], str(moved[2]).rpartition("mp_/")[2]) == (301, NEW)
