"""WARC files of others: what is taken, what is refused and in which words, and that no bytes make it fall over."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import gzip
import hashlib
import random
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import brotli
import pytest
from foreign_files import (
    HOST,
    HTML,
    PAGE,
    URL,
    WHEN,
    answers,
    by_hand,
    http,
    read,
    record,
    said,
    unpacked,
    until_damage,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scrapy.utils._compression import zstd

from archive import Archive, foreign
from archive.foreign import payload, stream
from archive.models import Answer

OTHER = f"https://{HOST}/xxfb/jwbd/202603/t20260303_1002.html"
HTML_LINE = "Content-Type: text/html"
EDITED = PAGE.replace("三处".encode(), "四处".encode())
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def of(path: Path, *records: bytes) -> Path:
    """A WARC file of these records."""
    path.write_bytes(b"".join(records))
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "session.warc.gz"


def test_an_answer_comes_with_all_that_is_known_of_it(file: Path) -> None:
    response = record(PAGE, HTML, ("ETag", '"a1"'), WARC_IP_Address="192.0.2.7", WARC_Record_ID="<urn:uuid:1>")
    agent = ("User-Agent", "Mozilla/5.0 (invented)")
    secret = ("Cookie", "session=of-a-person")
    asked = record(
        b"", ("Host", HOST), agent, secret, status="GET /a HTTP/1.1", kind="request", WARC_Concurrent_To="<urn:uuid:1>"
    )
    [answer] = answers(of(file, asked, response))
    assert answer == Answer(
        site="beijing",
        run_id=7,
        url=URL,
        captured=dt.datetime(2026, 3, 2, 1, 30, 5, tzinfo=dt.UTC),
        status=200,
        headers=(HTML, ("ETag", '"a1"')),
        body=PAGE,
        outcome="ok",
        ip="192.0.2.7",
        request_headers=(agent,),
    )


@pytest.mark.parametrize("pack", [unpacked, gzip.compress, bytes])
def test_a_file_may_be_plain_or_one_gzip_member_or_one_a_record(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    content = record() + record(EDITED, url=OTHER)
    content = content if pack is bytes else pack(unpacked(content) if pack is gzip.compress else content)
    found = answers(of(tmp_path / "named.html", content))
    assert [(one.url, one.body) for one in found] == [(URL, PAGE), (OTHER, EDITED)]


@pytest.mark.parametrize("first", ["request", "response"])
@pytest.mark.parametrize("named_by", ["request", "response"])
def test_a_request_is_joined_whichever_names_the_other(first: str, named_by: str, file: Path) -> None:
    ids = {"request": "<urn:uuid:1>", "response": "<urn:uuid:2>"}
    links = {named_by: {"WARC_Concurrent_To": ids["request" if named_by == "response" else "response"]}}
    made = {
        "request": record(
            b"a=1", status="POST /a HTTP/1.1", kind="request", WARC_Record_ID=ids["request"], **links.get("request", {})
        ),
        "response": record(WARC_Record_ID=ids["response"], **links.get("response", {})),
    }
    found = read(of(file, made[first], made["response" if first == "request" else "request"]))
    assert said(found) == {URL: "the answer to a POST, not to a GET"}
    assert len(found) == 1


PACKED = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
    "gzip, br": lambda body: brotli.compress(gzip.compress(body)),
    "identity": bytes,
}


@pytest.mark.parametrize("coding", PACKED)
def test_a_body_is_decoded(coding: str, file: Path) -> None:
    [answer] = answers(of(file, record(PACKED[coding](PAGE * 9), HTML, ("Content-Encoding", coding))))
    assert answer.body == PAGE * 9
    assert answer.header("content-encoding") == coding


def test_deflate_without_its_header_is_decoded_as_some_servers_send_it(file: Path) -> None:
    [answer] = answers(of(file, record(zlib.compress(PAGE)[2:-4], HTML, ("Content-Encoding", "deflate"))))
    assert answer.body == PAGE


@pytest.mark.parametrize("coding", [*PACKED, "gzip, gzip", "none", "utf-8"])
def test_a_body_that_a_tool_has_decoded_is_left_alone(coding: str, file: Path) -> None:
    """Browsers hand their tools the decoded body together with the headers of the wire."""
    wire = [("Content-Encoding", coding), ("Transfer-Encoding", "chunked"), ("Content-Length", "9")]
    [answer] = answers(of(file, record(PAGE, HTML, *wire)))
    assert answer.body == PAGE
    image = b"\xff\xd8\xff\xe0" + bytes(range(256))
    [answer] = answers(of(file, record(image, ("Content-Type", "image/jpeg"), ("Content-Encoding", coding))))
    assert answer.body == image


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "compress"])
def test_a_body_that_is_not_what_its_header_says_is_refused(coding: str, file: Path) -> None:
    whole = PACKED.get(coding, gzip.compress)(PAGE * 20)
    for body in (whole[: len(whole) // 2], b"\0" + whole):
        [refused] = said(read(of(file, record(body, HTML, ("Content-Encoding", coding))))).items()
        assert refused[0] == URL
        assert coding in refused[1]


def test_chunks_are_joined_and_a_cut_one_refused(file: Path) -> None:
    parts = [PAGE[:40], PAGE[40:50], PAGE[50:]]
    chunked = b"".join(b"%x;note=1\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    wire = [HTML, ("Transfer-Encoding", "chunked")]
    [answer] = answers(of(file, record(chunked, *wire)))
    assert answer.body == PAGE
    assert "chunk" in said(read(of(file, record(chunked[:-30], *wire))))[URL]
    packed = gzip.compress(PAGE)
    both = b"%x\r\n%b\r\n0\r\n\r\n" % (len(packed), packed)
    [answer] = answers(of(file, record(both, *wire, ("Content-Encoding", "gzip"))))
    assert answer.body == PAGE


def test_a_body_shorter_than_its_length_is_no_page(file: Path) -> None:
    assert "cut off" in said(read(of(file, record(PAGE, HTML, ("Content-Length", "5000")))))[URL]
    assert "cut off" in said(read(of(file, record(WARC_Truncated="disconnect"))))[URL]
    assert "segment" in said(read(of(file, record(WARC_Segment_Number="1"))))[URL]


def test_headers_that_a_tool_renamed_get_their_names_back(file: Path) -> None:
    for prefix in ("X-Archive-Orig-", "x-orig-"):
        kept = [HTML, (f"{prefix}Content-Encoding", "gzip"), ("Content-Length", str(len(PAGE)))]
        [answer] = answers(of(file, record(PAGE, *kept)))
        assert answer.body == PAGE
        assert answer.headers == (HTML, ("Content-Encoding", "gzip"))


def test_what_this_program_wrote_is_read_back_as_it_was(empty_archive: Path) -> None:
    headers = (HTML, ("Content-Encoding", "gzip"), ("X-Name", "公".encode().decode("latin-1")))
    first = Answer("beijing", None, URL, NOON, 200, headers, PAGE, "ok", ip="192.0.2.7")
    again = dataclasses.replace(first, captured=NOON + dt.timedelta(hours=1))
    unchanged = dataclasses.replace(first, status=304, body=b"", captured=NOON + dt.timedelta(hours=2))
    moved = dataclasses.replace(
        first, url=OTHER, status=302, headers=(("Location", URL), ("Content-Length", "0")), body=b""
    )
    with Archive.open(empty_archive, write=True) as archive:
        for answer in (first, again, unchanged, moved):
            archive.captures.keep(answer)
        archive.captures.sync()
    found = [one for path in sorted(empty_archive.rglob("*.warc.gz")) for one in read(path, run_id=None)]
    taken = [one for one in found if isinstance(one, Answer)]
    bare = [dataclasses.replace(one, request_headers=()) for one in taken]
    assert sorted(bare, key=lambda one: (one.captured, one.status)) == [first, moved, again]
    assert "304" in said(found)[URL]


def test_a_revisit_takes_the_body_of_its_original_wherever_that_stands(file: Path) -> None:
    digest = "sha1:" + base64.b32encode(hashlib.sha1(PAGE, usedforsecurity=False).digest()).decode()
    later = {"WARC_Date": "2026-03-03T01:30:05Z", "WARC_Payload_Digest": digest}
    by_source = record(
        b"", HTML, ("Age", "1"), kind="revisit", WARC_Refers_To_Target_URI=URL, WARC_Refers_To_Date=WHEN, **later
    )
    by_digest = record(b"", kind="revisit", http=False, url=OTHER, **later)
    lost = record(b"", kind="revisit", WARC_Refers_To_Target_URI=OTHER, WARC_Refers_To_Date=WHEN, WARC_Date=WHEN)
    original = record(WARC_Payload_Digest=digest)
    for order in ((by_source, original, by_digest, lost), (lost, original, by_source, by_digest)):
        found = read(of(file, *order))
        taken = [one for one in found if isinstance(one, Answer)]
        assert [(one.url, one.captured.day, one.body) for one in taken] == [
            (URL, 2, PAGE),
            (URL, 3, PAGE),
            (OTHER, 3, PAGE),
        ]
        assert [one.header("age") for one in taken] == [None, "1", None]
        assert said(found) == {URL: "a revisit of a record that is not in this file, or was refused"}


def test_a_revisit_of_another_body_than_it_states_is_refused(file: Path) -> None:
    digest = f"sha256:{hashlib.sha256(EDITED).hexdigest()}"
    source = {"WARC_Refers_To_Target_URI": URL, "WARC_Refers_To_Date": WHEN}
    revisit = record(b"", kind="revisit", url=OTHER, WARC_Payload_Digest=digest, **source)
    assert "another digest" in said(read(of(file, revisit, record())))[OTHER]


def test_the_original_of_a_revisit_may_be_on_another_host(file: Path) -> None:
    mirror = record(url="https://mirror.example/a")
    source = {"WARC_Refers_To_Target_URI": "https://mirror.example/a", "WARC_Refers_To_Date": WHEN}
    found = read(of(file, record(b"", kind="revisit", **source), mirror))
    assert [one.url for one in found if isinstance(one, Answer)] == [URL]
    assert said(found) == {"mirror.example: 1 record": "not a host of this site"}


def digest_of(name: str, form: str, body: bytes) -> str:
    computed = hashlib.new(name, body).digest()
    return f"{name}:{computed.hex() if form == 'hex' else base64.b32encode(computed).decode().rstrip('=')}"


@pytest.mark.parametrize("name", ["sha1", "sha256", "md5"])
@pytest.mark.parametrize("form", ["hex", "base32"])
def test_a_digest_has_to_hold_of_the_body_as_recorded_or_decoded(name: str, form: str, file: Path) -> None:
    packed = gzip.compress(PAGE)
    for of_what in (packed, PAGE):
        stated = digest_of(name, form, of_what)
        [answer] = answers(of(file, record(packed, HTML, ("Content-Encoding", "gzip"), WARC_Payload_Digest=stated)))
        assert answer.body == PAGE
    wrong = digest_of(name, form, EDITED)
    assert "payload has another digest" in said(read(of(file, record(WARC_Payload_Digest=wrong))))[URL]
    block = http(PAGE, "Content-Type: text/html")
    right = by_hand(block, f"WARC-Block-Digest: {digest_of(name, form, block)}")
    assert answers(of(file, right))[0].body == PAGE
    changed = right.replace("三处".encode(), "四处".encode())
    assert "record has another digest" in said(read(of(file, changed)))[URL]


def test_a_digest_that_cannot_be_computed_speaks_against_nothing(file: Path) -> None:
    assert len(answers(of(file, record(WARC_Payload_Digest="blake3:abc")))) == 1
    assert said(read(of(file, record(WARC_Payload_Digest="sha1:nonsense"))))


@pytest.mark.parametrize("status", ["HTTP/1.1 200", "HTTP/2 200", "HTTP/2.0 200 OK", "HTTP/1.0 200 \xba\xc3"])
def test_status_lines_and_headers_of_all_kinds(status: str, file: Path) -> None:
    """HTTP/2 has no phrase and its own headers; servers in China send 好 and file names in UTF-8 or GBK."""
    name = "公安.pdf"
    lines = ["X-Utf8: " + name.encode().decode("latin-1"), "X-Gbk: " + name.encode("gbk").decode("latin-1")]
    block = http(PAGE, ":status: 200", HTML_LINE, *lines, "no header", "a b: c", "X-Two:  a", "  b", status=status)
    [answer] = answers(of(file, by_hand(block)))
    assert (answer.status, answer.protocol) == (200, "HTTP/1.0" if "1.0" in status else "HTTP/1.1")
    assert str(answer.header("x-utf8")).encode("latin-1").decode() == name
    assert str(answer.header("x-gbk")).encode("latin-1").decode("gbk") == name
    assert [one for one, _ in answer.headers] == ["Content-Type", "X-Utf8", "X-Gbk", "X-Two"]
    assert answer.header("x-two") == "a b"


def test_redirects_are_answers_and_what_says_nothing_is_refused(file: Path) -> None:
    moved = record(b"", ("Location", OTHER), status="302 Found")
    gone = record(b"gone", url=OTHER, status="404 Not Found")
    assert [(one.status, one.header("location")) for one in answers(of(file, moved, gone))] == [
        (302, OTHER),
        (404, None),
    ]
    for status in ("304 Not Modified", "206 Partial Content", "100 Continue", "999 No"):
        assert status[:3] in said(read(of(file, record(b"", status=status))))[URL]
    not_modified = record(
        b"",
        status="304 Not Modified",
        kind="revisit",
        WARC_Refers_To_Target_URI=URL,
        WARC_Refers_To_Date=WHEN,
        WARC_Date="2026-03-09T00:00:00Z",
    )
    assert "304" in said(read(of(file, not_modified, record())))[URL]


def test_the_same_record_twice_is_the_same_answer_twice(file: Path) -> None:
    one, two = answers(of(file, record(WARC_Record_ID="<urn:uuid:1>"), record(WARC_Record_ID="<urn:uuid:1>")))
    assert one == two


def test_what_is_elsewhere_is_counted_not_listed(file: Path) -> None:
    others = [record(url=f"https://cdn.example:8443/{number}.js") for number in range(3)]
    screens = [record(PAGE, kind="resource", url=f"urn:view:{number}", http=False) for number in range(2)]
    info = record(b"x: y", kind="metadata", http=False)
    found = read(
        of(
            file,
            *others,
            record(url=f"HTTPS://{HOST.upper()}:443/a"),
            *screens,
            info,
            record(kind="unknown", http=False),
        )
    )
    assert said(found) == {
        "cdn.example:8443: 3 records": "not a host of this site",
        "urn:: 2 records": "not addresses of the web",
    }
    assert len(found) == 3


def test_hosts_without_end_are_counted_together(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign.warc, "_MOST_HOSTS", 2)
    found = read(of(file, *(record(url=f"https://{name}.example/") for name in "abcda")))
    assert sorted(said(found)) == ["a.example: 2 records", "b.example: 1 record", "other hosts: 2 records"]


@pytest.mark.parametrize("url", ["http://[::1/", "https://a%20b/", "nowhere", "https://x:99999/"])
def test_what_is_no_address_is_refused(url: str, file: Path) -> None:
    found = read(
        of(file, by_hand(http(PAGE), url=url), by_hand(http(PAGE), url=f"<{URL}>"), by_hand(http(PAGE), url=URL + " a"))
    )
    assert [one.url for one in found if isinstance(one, Answer)] == [URL, URL + "%20a"]
    assert len(said(found)) == 1


@pytest.mark.parametrize(
    "date",
    [
        "",
        "2026-03-02",
        "2026-02-30T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-23:00",
        "2031-01-01T00:00:00Z",
        "20260302013005",
    ],
)
def test_a_date_that_is_no_moment_is_refused(date: str, file: Path) -> None:
    [(what, why)] = said(read(of(file, by_hand(http(PAGE), f"WARC-Date: {date}")))).items()
    assert what == URL
    assert "date" in why or "captured on" in why or "future" in why


def test_dates_are_read_to_the_second_in_utc(file: Path) -> None:
    dates = ["2026-03-02T01:30:05.123456789Z", "2026-03-02T09:30:05+08:00"]
    found = answers(of(file, *(by_hand(http(PAGE), f"WARC-Date: {date}", version="1.1") for date in dates)))
    assert {one.captured for one in found} == {dt.datetime(2026, 3, 2, 1, 30, 5, tzinfo=dt.UTC)}


def test_html_resources_are_pages_and_others_are_not(file: Path) -> None:
    page = record(kind="resource", http=False, Content_Type="text/html; charset=utf-8")
    image = record(b"PNG", kind="resource", url=OTHER, http=False, Content_Type="image/png")
    found = read(of(file, page, image))
    assert [(one.status, one.headers) for one in found if isinstance(one, Answer)] == [(200, (HTML,))]
    assert said(found) == {OTHER: "a resource record that holds no HTML page"}


def test_records_that_are_no_http_are_refused(file: Path) -> None:
    endless = b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000
    for block in (b"", b"nonsense", b"\0" * 70_000, endless):
        assert "HTTP" in said(read(of(file, by_hand(block))))[URL]


def test_a_bomb_in_a_body_costs_the_limit_and_no_more(file: Path) -> None:
    zeros = bytes(payload.LARGEST_FILE + 1)
    for coding in ("gzip", "deflate", "br", "zstd"):
        bomb = zlib.compress(zeros) if coding == "deflate" else PACKED[coding](zeros)
        for kind, limit in (("text/html", "8 MiB"), ("image/png", "20 MiB")):
            found = said(read(of(file, record(bomb, ("Content-Type", kind), ("Content-Encoding", coding)))))
            assert limit in found[URL]
    assert "8 MiB" in said(read(of(file, record(zeros[: payload.LARGEST_PAGE + 1]))))[URL]
    assert "20 MiB" in said(read(of(file, record(bytes(payload.LARGEST_FILE + (5 << 20))))))[URL]
    assert "times over" in said(read(of(file, record(PAGE, HTML, ("Content-Encoding", "gzip," * 9)))))[URL]


def test_all_that_is_unpacked_is_bounded(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LARGEST", 1 << 20)
    found, why = until_damage(of(file, record(), record(bytes(2 << 20), url=OTHER)))
    assert not found
    assert "its records come to more than" in why
    pages = [record(gzip.compress(bytes(300 << 10)), HTML, ("Content-Encoding", "gzip")) for _ in range(5)]
    found, why = until_damage(of(file, *pages))
    assert len(found) == 3
    assert "the pages in it, unpacked, come to more than" in why
    one_byte_each = record(b"1\r\na\r\n" * 20_000, HTML, ("Transfer-Encoding", "chunked"))
    assert "unpacked" in until_damage(of(file, one_byte_each))[1]
    monkeypatch.setattr(foreign.records, "MOST_RECORDS", 3)
    assert "more than 3 records" in until_damage(of(file, *[record()] * 4))[1]
    monkeypatch.setattr(foreign.index, "_MOST_HELD", 3000)
    asked = record(b"", ("Host", HOST), status="GET /a HTTP/1.1", kind="request")
    assert "requests" in until_damage(of(file, *[asked] * 3))[1]


def test_a_file_cut_off_gives_what_is_whole_before(file: Path) -> None:
    whole = [record(), record(EDITED, url=OTHER)]
    for cut in (1, 8, 30, len(whole[1]) - 1):
        found, why = until_damage(of(file, whole[0], whole[1][:-cut]))
        assert [one.url for one in found if isinstance(one, Answer)] == [URL]
        assert str(file) in why
        assert "the records before that were read (1)" in why
        plain = unpacked(whole[1])
        found, _ = until_damage(of(file, unpacked(whole[0]), plain[: -cut - 4]))
        assert len(found) == 1


def test_one_flipped_byte_loses_nothing_before_it_and_invents_nothing(file: Path) -> None:
    """Of a plain file the digests tell: with one for each record, no flip in a payload goes unseen."""
    chance = random.Random(5)  # noqa: S311 - which bytes to flip
    stated = digest_of("sha256", "hex", PAGE)
    whole = [record(url=f"{URL}?{number}", WARC_Payload_Digest=stated) for number in range(4)]
    for at in chance.sample(range(len(b"".join(whole))), 60):
        content = bytearray(b"".join(whole))
        content[at] ^= 1 << chance.randrange(8)
        file.write_bytes(content)
        before = sum(at >= len(b"".join(whole[: number + 1])) for number in range(4))  # ids are packed unlike
        try:
            found = read(file)
        except foreign.ForeignFileError:
            found = until_damage(file)[0]
        taken = [one for one in found if isinstance(one, Answer)]
        assert len(taken) >= before
        assert all(one.body == PAGE and one.url.startswith(URL) for one in taken)


def test_a_damaged_member_of_many_records_gives_none_of_them(file: Path) -> None:
    good, bad = record(), bytearray(gzip.compress(unpacked(record(url=OTHER) * 2)))
    bad[-6] ^= 1  # the checksum
    found, why = until_damage(of(file, good, bytes(bad)))
    assert [one.url for one in found if isinstance(one, Answer)] == [URL]
    assert "gzip" in why


OTHER_KINDS = {
    "empty": b"",
    "an image": b"GIF89a",
    "a PDF": b"%PDF-1.7",
    "a HAR": b'{"log": {"version": "1.2"}}',
    "gzip of text": gzip.compress(b"no records"),
    "gzip cut off": b"\x1f\x8b\x08",
    "ARC": b"filedesc://old.arc 0.0.0.0 20050101 text/plain 77",
    "zstd": zstd.compress(b"WARC/1.1"),
    "a feed": b"<rss><channel/></rss>",
    "MHTML": b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://a.example/\r\nMIME-Version: 1.0\r\n\r\n",
}


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_other_kinds_of_file_are_named(kind: str, tmp_path: Path) -> None:
    content, path = OTHER_KINDS[kind], tmp_path / "page.warc.gz"
    path.write_bytes(content)
    found, why = until_damage(path)
    assert not found
    assert any(word in why for word in ("can be imported", "MHTML", "zstd", "ARC file"))


def test_what_is_no_file_or_is_dated_twice_is_refused(tmp_path: Path, file: Path) -> None:
    assert "not a file" in until_damage(tmp_path)[1]
    assert "cannot be read" in until_damage(tmp_path / "none.warc")[1]
    assert "--url" in until_damage(of(file, record()), url=URL)[1]


SEEDS = [
    record(WARC_Payload_Digest="sha1:AAAA") + record(b"", kind="revisit"),
    unpacked(record(gzip.compress(PAGE), HTML, ("Content-Encoding", "gzip"))),
    by_hand(http(b"5\r\nabcde\r\n0\r\n\r\n", "Transfer-Encoding: chunked")),
]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.sampled_from(SEEDS), edits=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), max_size=6))
def test_no_bytes_make_it_fall_over(seed: bytes, edits: list[tuple[float, bytes]], tmp_path: Path) -> None:
    content = bytearray(seed)
    for place, new in edits:
        at = int(place * len(content))
        content[at : at + len(new)] = new
    for packed in (bytes(content), gzip.compress(bytes(content))):
        path = tmp_path / "fuzzed"
        path.write_bytes(packed)
        with suppress(foreign.ForeignFileError):
            assert all(isinstance(one, Answer | foreign.Refused) for one in read(path))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=300), coding=st.sampled_from(["gzip", "deflate", "br", "zstd", "chunked", "odd"]))
def test_no_body_makes_it_fall_over(body: bytes, coding: str, tmp_path: Path) -> None:
    header = "Transfer-Encoding" if coding == "chunked" else "Content-Encoding"
    [one] = read(of(tmp_path / "fuzzed", by_hand(http(body, f"{header}: {coding}"))))
    assert isinstance(one, Answer | foreign.Refused)
