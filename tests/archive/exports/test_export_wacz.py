from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
import shutil
import sqlite3
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import visited_pages as visited
from visited_pages import ELSEWHERE, GONE, MOVED, NEW, NIGHT, POSTER, later
from warcio.archiveiterator import ArchiveIterator

from archive import Archive, ArchiveError, foreign
from archive.addresses import key
from archive.agreement import Row
from archive.captures import digest
from archive.exports.cdxj import gather, write_index
from archive.exports.package import whole_package
from archive.exports.rows import Wanted
from archive.exports.surt import surt
from archive.exports.wacz import export_wacz
from archive.exports.warc import Copied, export_warc
from archive.records import warc_date

MEMBERS = [
    "archive/data.warc.gz", "indexes/index.cdx.gz", "indexes/index.idx", "pages/pages.jsonl", "datapackage.json",
    "datapackage-digest.json",
]  # fmt: skip
# Addresses that sites of these families have, and what else the Internet Archive's package has a rule for.
ADDRESSES = [
    visited.NIGHT,
    "http://gaj.press.example:80/",
    "https://www.gd.press.example/A/B/?Z=1&a=2&=x&b",
    "https://press.example/%E5%85%AC/公?q=公%20x&u=http%3A%2F%2Fb.example%2F%3Fz%3D1%26y",
    "http://127.0.0.1:8080/qingling/x.html",
    "https://press.example",
    "https://press.example?x=1",
    "https://press.example/a//b/../c/./d//",
    "https://press.example/../x?",
    "https://press.example/%2541/%23/x y?y=%",
    "https://公安.example/x?a=1&a=0&a&&",
    "https://press.example/x?jsessionid=0123456789abcdef0123456789ABCDEF&y=1",
    "https://press.example/x?y=1&sid=0123456789abcdef0123456789abcdef",
    "https://press.example/(S(0123456789abcdefghijklmn))/x.aspx?y=1",
    "https://press.example/b/7.html?<script>'\"&amp;=1#frag",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive to be read only."""
    return visited.make(tmp_path_factory.mktemp("visited") / "data")


@pytest.fixture(scope="module")
def package(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("package") / "all.wacz"
    with Archive.open(folder) as archive:
        export_wacz(archive, out, Wanted())
    return out


def member(package: Path, name: str) -> bytes:
    with zipfile.ZipFile(package) as file:
        return file.read(name)


def index(package: Path) -> list[tuple[str, str, dict[str, str]]]:
    """Key, time and the rest of every line."""
    lines = gzip.decompress(member(package, "indexes/index.cdx.gz")).decode().splitlines()
    return [(*line.split(" ", 2)[:2], json.loads(line.split(" ", 2)[2])) for line in lines]


def test_the_package_names_every_member_with_its_digest_and_the_warc_is_that_of_export_warc(folder, package, tmp_path):
    described = json.loads(member(package, "datapackage.json"))
    wanted = {"profile": "data-package", "wacz_version": "1.1.1", "created": warc_date(later(days=5))}
    assert wanted.items() <= described.items()
    for resource, name in zip(described["resources"], MEMBERS[:4], strict=True):
        content = member(package, name)
        assert resource["path"] == name
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert resource["bytes"] == len(content)
    said = json.loads(member(package, "datapackage-digest.json"))
    assert said == {"path": "datapackage.json", "hash": digest(member(package, "datapackage.json"))}
    with Archive.open(folder) as archive:
        export_warc(archive, tmp_path / "x.warc.gz", Wanted())
    assert member(package, "archive/data.warc.gz") == (tmp_path / "x.warc.gz").read_bytes()


def test_members_that_are_packed_themselves_are_stored_so_that_a_viewer_reads_parts_of_them(package):
    with zipfile.ZipFile(package) as file:
        listed = file.infolist()
    assert [info.filename for info in listed] == MEMBERS
    stored = [info.filename for info in listed if info.compress_type == zipfile.ZIP_STORED]
    assert stored == [name for name in MEMBERS if name.endswith(".gz")]


def test_replayweb_page_finds_a_members_content_from_the_list_of_members_alone(package):
    """Where the list has no extra field for a member, its viewer does not look whether the member itself has one."""
    content = package.read_bytes()
    with zipfile.ZipFile(package) as file:
        for info in file.infolist():
            extra = int.from_bytes(content[info.header_offset + 28 : info.header_offset + 30], "little")
            assert info.extra or not extra, info.filename


def test_every_line_of_the_index_leads_to_its_record_and_only_the_304_has_none(package):
    lines, content = index(package), member(package, "archive/data.warc.gz")
    assert lines == sorted(lines, key=lambda line: line[:2])
    assert len(lines) == 10
    for at, timestamp, line in lines:
        start, length = int(line["offset"]), int(line["length"])
        record = next(iter(ArchiveIterator(BytesIO(content[start : start + length]))))
        header = record.rec_headers.get_header
        assert line["recordDigest"] == digest(content[start : start + length])
        assert (line["filename"], line["url"], at) == ("data.warc.gz", header("WARC-Target-URI"), surt(line["url"]))
        assert timestamp == dt.datetime.fromisoformat(header("WARC-Date")).strftime("%Y%m%d%H%M%S")
        assert line["digest"] == header("WARC-Payload-Digest")
        assert (line["mime"] == "warc/revisit") == (record.rec_type == "revisit")
        assert line["status"] == record.http_headers.get_statuscode() != "304"


def test_lines_come_in_blocks_that_the_smaller_index_leads_to(tmp_path):
    urls = [f"https://press.example/a/{number:05}.html" for number in range(3001)]
    answers = (
        Copied(
            Row("", 0, 0, number, url, later().isoformat(), 200, 1, None, None, None, None, None, None),
            "Text/HTML; charset=gbk", False, number, 1, "",
        )
        for number, url in enumerate(urls)
    )  # fmt: skip
    db = sqlite3.connect(":memory:")
    with whole_package(tmp_path / "x.zip", as_zip=True) as package:
        assert gather(db, answers) == len(urls)
        write_index(package, db)
    db.close()
    meta, *blocks = member(tmp_path / "x.zip", "indexes/index.idx").decode().splitlines()
    assert meta == '!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}'
    content, found = member(tmp_path / "x.zip", "indexes/index.cdx.gz"), []
    for block in blocks:
        at, timestamp, place = block.split(" ", 2)
        said: dict[str, Any] = json.loads(place)
        packed = content[said["offset"] : said["offset"] + said["length"]]
        lines = gzip.decompress(packed).decode().splitlines()
        assert said["digest"] == digest(packed)
        assert lines[0].startswith(f"{at} {timestamp} ")
        found.append([json.loads(line.split(" ", 2)[2])["url"] for line in lines])
    assert [len(block) for block in found] == [3000, 1]
    assert [url for block in found for url in block] == urls


def test_a_page_a_release_that_is_not_removed_at_the_time_of_the_text_shown_today(package):
    header, *pages = [json.loads(line) for line in member(package, "pages/pages.jsonl").splitlines()]
    assert header == {"format": "json-pages-1.0", "id": "pages", "title": "Press releases", "hasText": False}
    assert {page["id"]: (page["url"], page["ts"]) for page in pages} == {
        key(NIGHT): (NIGHT, warc_date(later(days=3))),
        key(MOVED): (NEW, warc_date(later(minutes=5))),
        key(NEW): (NEW, warc_date(later(minutes=6))),
        key(GONE): (GONE, warc_date(later(minutes=7))),
        key(ELSEWHERE): (ELSEWHERE, warc_date(later(minutes=8))),
    }
    assert {page["title"] for page in pages} == {"平安夜市守护行动启动"}


def test_the_same_bytes_whenever_and_wherever(folder, package, tmp_path):
    with Archive.open(Path(shutil.copytree(folder, tmp_path / "copy"))) as archive:
        written = export_wacz(archive, tmp_path / "other.wacz", Wanted())
    assert (tmp_path / "other.wacz").read_bytes() == package.read_bytes()
    assert written.sha256 == hashlib.sha256(package.read_bytes()).hexdigest()


def test_an_empty_selection_is_a_package_without_pages(folder, tmp_path):
    with Archive.open(folder) as archive:
        written = export_wacz(archive, out := tmp_path / "x.wacz", Wanted(search="没有这样的词"))
    assert written.rows == 0
    assert index(out) == []
    assert len(member(out, "pages/pages.jsonl").splitlines()) == 1


def test_a_damaged_record_leaves_what_was_there(folder, tmp_path):
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    last = sorted(copy.glob("warc/*/*.warc.gz"))[-2]
    last.write_bytes(last.read_bytes()[:-400])
    (tmp_path / "out").mkdir()
    (out := tmp_path / "out" / "x.wacz").write_bytes(b"earlier")
    with Archive.open(copy) as archive, pytest.raises(ArchiveError, match="no whole record stands there"):
        export_wacz(archive, out, Wanted())
    assert [path.name for path in out.parent.iterdir()] == ["x.wacz"]
    assert out.read_bytes() == b"earlier"


def test_import_reads_the_same_captures_but_those_that_have_no_page_of_their_own(folder, package):
    hosts = frozenset({"press.example", "gansu.example:8443"})
    found = list(foreign.read(package, site="beijing", run_id=None, hosts=hosts))
    [refused] = [one for one in found if isinstance(one, foreign.Refused)]
    assert refused.why.startswith("a 304 says only")
    brought = [(one.url, one.captured, digest(one.body)) for one in found if not isinstance(one, foreign.Refused)]
    with Archive.open(folder) as archive:
        sql = (
            "SELECT url, captured, payload_digest FROM captures WHERE status <> 304 AND url NOT LIKE 'removed:%'"
            " AND url <> ?"
        )
        rows = archive.db.conn.execute(sql, (visited.LIST,)).fetchall()
    assert sorted(brought) == sorted((url, dt.datetime.fromisoformat(at), body) for url, at, body in rows)


def test_keys_are_those_that_pywb_asks_for(reader):
    script = "import json, sys; from surt import surt; print(json.dumps([surt(url) for url in sys.argv[1:]]))"
    assert [surt(url) for url in ADDRESSES] == json.loads(reader("-c", script, *ADDRESSES))


def test_pywb_finds_pages_by_the_index_and_none_that_is_empty_at_the_time_of_a_304(package, tmp_path, reader):
    asked = [(later(hours=47), NIGHT), (later(days=3), NIGHT), (later(minutes=6), NEW), (later(minutes=2), POSTER)]
    removed = (later(minutes=3), visited.REMOVED)
    first, edited, moved, picture, missing = visited.replayed(reader, tmp_path, package, [*asked, removed])
    for (status, *_, body), text in ((first, visited.FIRST), (edited, visited.SECOND), (moved, "新址。")):
        assert status == 200
        assert text.encode() in body
    assert picture[3] == visited.PNG + POSTER.encode()
    assert missing[0] == 404
