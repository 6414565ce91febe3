"""WACZ packages: their WARC files are read where they lie, and what no honest tool writes is refused."""

from __future__ import annotations

import gzip
import random
import stat
import struct
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from foreign_files import PAGE, URL, WHEN, answers, package, read, record, said, unpacked, until_damage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive import foreign
from archive.foreign import wacz
from archive.models import Answer

WARC = "archive/data.warc.gz"
OTHER = URL.replace("1001", "1002")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "session.wacz"


@pytest.mark.parametrize("stored", [True, False])
def test_every_warc_file_in_it_is_read(stored: bool, file: Path) -> None:
    members = {
        "pages/pages.jsonl": b'{"format": "json-pages-1.0"}\n',
        "indexes/index.cdx.gz": gzip.compress(b""),
        WARC: record(),
        "archive/more.warc": unpacked(record(url=OTHER)),
        "elsewhere/old.warc.gz": record(url=URL + "?not-looked-at"),
    }
    assert [one.url for one in answers(package(file, members, stored=stored))] == [URL, OTHER]
    assert not [path for path in file.parent.iterdir() if path != file]


def test_requests_and_revisits_reach_across_its_warc_files(file: Path) -> None:
    revisit = record(
        b"",
        kind="revisit",
        url=OTHER,
        WARC_Refers_To_Target_URI=URL,
        WARC_Refers_To_Date=WHEN,
        WARC_Record_ID="<urn:1>",
    )
    asked = record(
        b"", ("Accept", "*/*"), status="GET /a HTTP/1.1", kind="request", url=OTHER, WARC_Concurrent_To="<urn:1>"
    )
    found = answers(package(file, {"archive/1.warc.gz": revisit, "archive/2.warc.gz": record() + asked}))
    assert [(one.url, one.body, one.request_headers) for one in found] == [
        (URL, PAGE, ()),
        (OTHER, PAGE, (("Accept", "*/*"),)),
    ]


def test_a_digest_that_does_not_hold_refuses_the_package(file: Path) -> None:
    package(file, {WARC: record()})
    content = file.read_bytes()
    with zipfile.ZipFile(file) as whole:
        described = whole.read("datapackage.json")
    digest = described[described.index(b"sha256:") + 7 :][:64]
    file.write_bytes(content.replace(digest, bytes(reversed(digest))))
    assert "its zip data is wrong" in until_damage(file)[1]  # that of datapackage.json, which zip itself checks
    with zipfile.ZipFile(file, "w") as changed:
        changed.writestr(WARC, record())
        changed.writestr("datapackage.json", described.replace(digest, bytes(reversed(digest))))
    found, why = until_damage(file)
    assert not found
    assert "another digest than datapackage.json states" in why


@pytest.mark.parametrize(
    "described",
    [b"{", b"[" * 100_000, b"\xff", b"1" * 5_000, b'"text"', b'{"resources": 3}', b'{"resources": [3, {"path": 1}]}'],
)
def test_an_odd_description_is_refused_or_says_nothing(described: bytes, file: Path) -> None:
    with zipfile.ZipFile(file, "w") as made:
        made.writestr(WARC, record())
        made.writestr("datapackage.json", described)
    if described[:1] in b'"{' and described != b"{":
        assert len(answers(file)) == 1
    else:
        assert "no JSON" in until_damage(file)[1]


def test_a_package_without_a_description_is_read(file: Path) -> None:
    assert len(answers(package(file, {WARC: record()}, digests=False))) == 1


@pytest.mark.parametrize(
    "name", ["../a", "/etc/a", "C:/a", "archive/..\\a", "a/../../b", "C:a", "archive/a\nb", "archive/\x7f"]
)
def test_a_name_that_leads_out_is_refused(name: str, file: Path) -> None:
    found, why = until_damage(package(file, {WARC: record(), name: b"x"}))
    assert not found
    assert "zip slip" in why or "control characters" in why


def test_links_twins_and_encrypted_members_are_refused(file: Path) -> None:
    link = zipfile.ZipInfo(WARC)
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(file, "w") as made:
        made.writestr(link, "/etc/passwd")
    assert "symbolic link" in until_damage(file)[1]
    with zipfile.ZipFile(file, "w") as made:
        made.writestr(WARC, record())
        with pytest.warns(UserWarning, match="Duplicate name"):
            made.writestr(WARC, record(url=OTHER))
    assert "is there twice" in until_damage(file)[1]
    content = bytearray(package(file, {WARC: record()}, digests=False).read_bytes())
    content[content.index(b"PK\1\2") + 8] |= 1
    file.write_bytes(content)
    assert "is encrypted" in until_damage(file)[1]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as made:
        made.writestr(WARC, record())
    assert "compressed in a way" in until_damage(file)[1]


def test_bombs_are_refused_before_anything_is_unpacked(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grown = package(file, {"archive/a.warc": bytes(30 << 20)}, stored=False)
    assert "zip bomb" in until_damage(grown)[1]
    monkeypatch.setattr(wacz, "_MOST_MEMBERS", 3)
    assert "more than 3 are refused" in until_damage(package(file, {f"a/{number}": b"" for number in range(4)}))[1]
    monkeypatch.setattr(wacz, "LARGEST", 1 << 10)
    assert "import it in parts" in until_damage(package(file, {WARC: bytes(2 << 10)}))[1]


def test_members_that_overlap_are_refused(file: Path) -> None:
    """Two names for the same bytes: the quoted overlap of better zip bombs, made by hand in the list of members."""
    package(file, {"archive/1.warc.gz": record(), "archive/2.warc.gz": record(url=OTHER)}, digests=False)
    content = bytearray(file.read_bytes())
    first = content.index(b"PK\1\2")
    second = content.index(b"PK\1\2", first + 1)
    content[second + 42 : second + 46] = struct.pack("<I", 0)
    file.write_bytes(content)
    assert "overlaps" in until_damage(file)[1]


def test_a_list_of_members_too_long_to_read_is_refused(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as made:
        for number in range(200):
            made.writestr(f"{number:05}" + "a" * 60_000, b"")
    assert "its list of members is larger" in until_damage(file)[1]


def test_zip_files_of_other_things_are_named(file: Path) -> None:
    assert "unpack it and import those" in until_damage(package(file, {"one.wacz": b"", "two.wacz": b""}))[1]
    assert "no WACZ" in until_damage(package(file, {"word/document.xml": b""}))[1]
    with zipfile.ZipFile(file, "w"):
        pass
    assert "no WACZ" in until_damage(file)[1]


def test_nothing_comes_of_a_damaged_package_and_what_is_whole_of_a_cut_warc_file_in_it(file: Path) -> None:
    whole = package(file, {WARC: record() + record(url=OTHER)}, digests=False).read_bytes()
    file.write_bytes(whole[:-30])
    assert until_damage(file)[0] == []
    content = bytearray(whole)
    content[whole.index(record(url=OTHER)[:3], 200) + 40] ^= 4
    file.write_bytes(content)
    found, why = until_damage(file)
    assert not found
    assert "its zip data is wrong" in why
    found, why = until_damage(package(file, {WARC: record() + record(url=OTHER)[:-9]}))
    assert [one.url for one in found if isinstance(one, Answer)] == [URL]
    assert "damaged; the records before that were read (1)" in why


def test_no_flipped_byte_makes_it_fall_over(file: Path) -> None:
    chance = random.Random(7)  # noqa: S311 - which bytes to flip
    whole = package(file, {WARC: record() + record(url=OTHER)}).read_bytes()
    for at in chance.sample(range(len(whole)), min(300, len(whole))):
        content = bytearray(whole)
        content[at] ^= 1 << chance.randrange(8)
        file.write_bytes(content)
        with suppress(foreign.ForeignFileError):
            assert all(one.body == PAGE for one in read(file) if isinstance(one, Answer))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4)), max_size=8), cut=st.integers(0, 60))
def test_no_bytes_make_it_fall_over(edits: list[tuple[float, bytes]], cut: int, tmp_path: Path) -> None:
    path = package(tmp_path / "fuzzed", {WARC: record()}, digests=False)
    content = bytearray(path.read_bytes())
    for place, new in edits:
        at = int(place * len(content))
        content[at : at + len(new)] = new
    path.write_bytes(content[: len(content) - cut])
    with suppress(foreign.ForeignFileError):
        assert all(isinstance(one, Answer | foreign.Refused) for one in read(path))


def test_records_of_other_hosts_are_counted_over_the_whole_package(file: Path) -> None:
    other = record(url="https://cdn.example/a.js")
    assert said(read(package(file, {"archive/1.warc.gz": other, "archive/2.warc.gz": other * 2}))) == {
        "cdn.example: 3 records": "not a host of this site"
    }
