from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from reading_room import Room, Serve, opened
from storied_archive import FAKE, HOST, NIGHT, PICTURE, POSTER, REMOVED, SVG, make, picture
from warcio.archiveiterator import ArchiveIterator

from archive.addresses import key
from archive.web.warc_record import Records, shown_type

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("storied") / "data")


@pytest.fixture(scope="module")
def room(folder: Path, serve: Serve) -> Iterator[Room]:
    with opened(folder, serve) as room:
        yield room


def captures(folder: Path, where: str, *values: object) -> list[int]:
    with closing(sqlite3.connect(folder / "press.db")) as db:
        return [row[0] for row in db.execute(f"SELECT id FROM captures WHERE {where} ORDER BY id", values)]  # noqa: S608 - our own text


def test_an_image_is_shown_from_its_capture_as_an_image_and_nothing_else(room):
    page = room.get(f"/release/{key(POSTER)}").page
    [image] = page.xpath("//figure/img")
    assert image.get("alt") == "情况通报"
    answer = room.follow(image.get("src"))
    assert answer.body == picture()
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(("url", "address"), [(POSTER, SVG), (FAKE, f"{HOST}/b/fake.png")])
def test_what_only_calls_itself_an_image_is_a_link_and_is_never_served(room, folder, url, address):
    page = room.get(f"/release/{key(url)}").page
    assert len(page.xpath("//figure/img")) == (url == POSTER)
    assert page.xpath(f"//section[@aria-labelledby='files']//a[@href='{address}']")
    [capture] = captures(folder, "url = ?", address)
    answer = room.get(f"/release/{key(url)}/images/{capture}")
    assert answer.status == 415
    assert answer.headers["content-type"].startswith("text/plain")
    assert b"alert" not in answer.body


def test_a_page_is_no_image_whoever_asks(room, folder):
    for capture in captures(folder, "content_type = 'text/html'"):
        for url in (NIGHT, POSTER):
            assert room.get(f"/release/{key(url)}/images/{capture}").status == 404


def test_the_warc_record_of_a_capture_comes_byte_by_byte(room, folder):
    links = room.get(f"/release/{key(NIGHT)}").page.xpath("//section[@aria-labelledby='captures']//a[@download]/@href")
    assert len(links) == 2
    for link in links:
        answer = room.follow(link)
        assert answer.status == 200
        assert answer.headers["content-type"] == "application/warc"
        assert answer.headers["content-disposition"].startswith(f'attachment; filename="{key(NIGHT)}-2026030')
        files = [path.read_bytes() for path in folder.glob("warc/beijing/*.warc.gz")]
        assert any(answer.body in content for content in files)
        assert gzip.decompress(answer.body).startswith(b"WARC/1.1\r\n")
        [record] = ArchiveIterator(BytesIO(answer.body))
        assert record.rec_headers.get_header("WARC-Target-URI") == NIGHT


def test_the_head_of_a_record_says_how_long_it_is(room, folder):
    [first, *_] = captures(folder, "url = ? AND status IS NOT NULL", NIGHT)
    path = f"/release/{key(NIGHT)}/captures/{first}.warc.gz"
    answer = room.get(path, method="HEAD")
    assert answer.body == b""
    assert int(answer.headers["content-length"]) == len(room.get(path).body)


def test_only_captures_of_the_release_are_handed_out(room, folder):
    ours = captures(folder, "url = ?", NIGHT)
    others = [one for one in captures(folder, "warc_file IS NOT NULL") if one not in ours]
    assert others
    for capture in [*others, 999_999_999_999_999]:
        assert room.get(f"/release/{key(NIGHT)}/captures/{capture}.warc.gz").status == 404
    [unanswered] = captures(folder, "url = ? AND status IS NULL", NIGHT)
    assert room.get(f"/release/{key(NIGHT)}/captures/{unanswered}.warc.gz").status == 404


def test_no_record_of_a_removed_release_is_handed_out_by_any_address(room, folder):
    removed = captures(folder, "url = ?", f"removed:{key(REMOVED)}")
    assert removed
    for url in (REMOVED, NIGHT, POSTER):
        for capture in removed:
            answer = room.get(f"/release/{key(url)}/captures/{capture}.warc.gz")
            assert answer.status in (404, 410)
            assert "王五六" not in answer.body.decode()


def test_without_the_warc_files_pages_say_so_and_lead_nowhere(folder, tmp_path, serve):
    (tmp_path / "press.db").write_bytes((folder / "press.db").read_bytes())
    with opened(tmp_path, serve) as room:
        page = room.get(f"/release/{key(POSTER)}").page
        assert not page.xpath("//figure | //a[@download][contains(@href, 'warc')]")
        assert "not beside the database" in page.text_content()
        [capture] = captures(folder, "url = ?", PICTURE)
        assert room.get(f"/release/{key(POSTER)}/images/{capture}").status == 404
        assert room.get(f"/release/{key(POSTER)}/captures/{capture}.warc.gz").status == 404


def row(**columns: object) -> dict[str, object]:
    place = {"warc_file": "beijing/beijing-20260302-00000.warc.gz", "warc_offset": 0, "warc_length": 10}
    return {**place, **columns}


@pytest.mark.parametrize(
    "name",
    [
        "../press.db",
        "/etc/hostname",
        "beijing/../../press.db",
        "beijing/beijing-20260302-00000.warc.gz/../../../press.db",
        "beijing/secret-20260302-00000.warc.gz",
        "beijing\\beijing-20260302-00000.warc.gz",
        "",
        None,
    ],
)
def test_a_row_leads_to_no_other_file(folder, tmp_path, name):
    secret = tmp_path / "secret"
    secret.write_bytes(b"0123456789" * 10)
    link = folder / "warc" / "beijing" / "secret-20260302-00000.warc.gz"
    if not link.exists():
        link.symlink_to(secret)
    assert Records(folder / "press.db").path(row()) is not None
    assert Records(folder / "press.db").path(row(warc_file=name)) is None


def test_a_capture_of_what_was_removed_has_no_record_whichever_release_it_is_asked_of(folder):
    assert Records(folder / "press.db").path(row(url=NIGHT)) is not None
    assert Records(folder / "press.db").path(row(url=f"removed:{key(REMOVED)}")) is None


@pytest.mark.parametrize("columns", [{"warc_offset": -1}, {"warc_length": 1 << 40}, {"warc_offset": None}])
def test_a_row_leads_to_no_other_place(folder, columns):
    assert Records(folder / "press.db").path(row(**columns)) is None


def test_only_a_whole_record_is_handed_out(folder):
    with closing(sqlite3.connect(folder / "press.db")) as db:
        db.row_factory = sqlite3.Row
        capture = dict(db.execute("SELECT * FROM captures WHERE url = ? AND status = 200", (NIGHT,)).fetchone())
    records = Records(folder / "press.db")
    assert records.whole(capture)
    assert records.whole({**capture, "warc_length": capture["warc_length"] - 1}) is None
    assert records.whole({**capture, "warc_offset": capture["warc_offset"] + 1}) is None
    assert Records(None).whole(capture) is None


@pytest.mark.parametrize(
    ("declared", "body", "shown"),
    [
        ("image/png", PNG, "image/png"),
        ("IMAGE/PNG; charset=utf-8", PNG, "image/png"),
        ("image/jpg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("image/webp", b"RIFF\n\r\n\0WEBPVP8 ", "image/webp"),
        ("image/png", b"GIF89a", None),
        ("image/svg+xml", b"<svg/>", None),
        ("text/html", PNG, None),
        ("image/png", b"<html>", None),
        (None, PNG, None),
    ],
)
def test_an_image_is_what_its_type_and_its_bytes_agree_on(declared, body, shown):
    assert shown_type(declared, body) == shown
