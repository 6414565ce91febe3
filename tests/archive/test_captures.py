"""Captures: what is written down of each answer, and that it reads back, by our own reader and by warcio's."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_release import declare_site, unanswered
from warcio.archiveiterator import ArchiveIterator

from archive import Archive, ArchiveError, journal, warc
from archive.captures import digest
from archive.models import Answer, Capture, Fetched

SEEN = dt.datetime.fromisoformat("2026-03-02T10:00:05+08:00")
BODY = "<html><p>民警走访商户二十余家。</p></html>".encode()
ANSWER = Answer(
    site="beijing",
    run_id=None,
    url="https://press.example/a/1.html?x=%E5%85%AC&y=",
    captured=SEEN,
    status=200,
    headers=(
        ("Content-Type", "text/html; charset=utf-8"),
        ("ETag", 'W/"5f1"'),
        ("Last-Modified", "Sun, 01 Mar 2026 01:30:05 GMT"),
        ("Content-Encoding", "br"),
        ("TRANSFER-ENCODING", "chunked"),
        ("content-length", "31"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
    ),
    body=BODY,
    outcome="ok",
    ip="203.0.113.7",
    request_headers=(("User-Agent", "police-press-archive"), ("Referer", "https://press.example/a/")),
)


@dataclass(frozen=True)
class Record:
    """One record as warcio reads it, its digests checked."""

    kind: str
    headers: dict[str, str]
    names: list[str]
    line: str | None
    http: list[tuple[str, str]]
    body: bytes


@dataclass(frozen=True)
class Kept:
    archive: Archive
    folder: Path

    def keep(self, **fields: Any) -> Capture:
        return self.archive.captures.keep(replace(ANSWER, **fields))

    def records(self) -> list[Record]:
        self.archive.captures.sync()
        found = []
        for path in sorted(self.folder.glob("warc/*/*")):
            with path.open("rb") as file:
                for one in ArchiveIterator(file, check_digests="raise"):
                    body = one.content_stream().read()
                    named = one.rec_headers.headers
                    http = one.http_headers
                    line = f"{http.protocol} {http.statusline}" if http else None
                    names = [name for name, _ in named]
                    found.append(Record(one.rec_type, dict(named), names, line, http.headers if http else [], body))
        return found


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with Archive.open(tmp_path, write=True) as archive:
        declare_site(archive.store, "beijing", "北京市公安局", "110000")
        yield Kept(archive, tmp_path)


def test_an_answer_is_a_response_and_its_request(kept: Kept) -> None:
    capture = kept.keep()
    info, response, request = kept.records()
    assert (info.kind, response.kind, request.kind) == ("warcinfo", "response", "request")
    assert b"software: police-press-archive/" in info.body
    assert response.body == BODY
    assert response.line == "HTTP/1.1 200 OK"
    assert response.headers["WARC-Target-URI"] == ANSWER.url
    assert response.headers["WARC-IP-Address"] == "203.0.113.7"
    assert response.headers["WARC-Payload-Digest"] == f"sha256:{hashlib.sha256(BODY).hexdigest()}"
    assert {one.headers["WARC-Date"] for one in (info, response, request)} == {"2026-03-02T02:00:05Z"}
    assert request.line == "GET /a/1.html?x=%E5%85%AC&y= HTTP/1.1"
    assert request.http == [("Host", "press.example"), *ANSWER.request_headers]
    assert request.headers["WARC-Concurrent-To"] == response.headers["WARC-Record-ID"]
    assert capture == kept.archive.captures.row(capture.id)
    assert capture == Capture(
        id=capture.id, site="beijing", run_id=None, url=ANSWER.url, captured=SEEN, outcome="ok", status=200,
        content_type="text/html; charset=utf-8", bytes=len(BODY), payload_digest=digest(BODY), etag='W/"5f1"',
        last_modified="Sun, 01 Mar 2026 01:30:05 GMT", ip="203.0.113.7",
        warc_file="beijing/beijing-20260302-00000.warc.gz", warc_offset=capture.warc_offset,
        warc_length=capture.warc_length,
    )  # fmt: skip


def test_headers_of_the_wire_are_renamed_because_the_body_is_kept_decoded(kept: Kept) -> None:
    kept.keep()
    _, response, _ = kept.records()
    assert response.http == [
        ("Content-Type", "text/html; charset=utf-8"),
        ("ETag", 'W/"5f1"'),
        ("Last-Modified", "Sun, 01 Mar 2026 01:30:05 GMT"),
        ("X-Archive-Orig-Content-Encoding", "br"),
        ("X-Archive-Orig-TRANSFER-ENCODING", "chunked"),
        ("X-Archive-Orig-content-length", "31"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
        ("Content-Length", str(len(BODY))),
    ]


def test_headers_are_kept_byte_by_byte_but_for_line_breaks(kept: Kept) -> None:
    # 公 sent as UTF-8 holds the byte 0x85, which Python takes for a line break.
    name = "attachment; filename=公安.pdf".encode().decode("latin-1")
    capture = kept.keep(
        headers=(("Content-Disposition", name), ("X-Odd", "\xff\xfe"), ("X-Folded", "one\r\n  two\nthree"))
    )
    kept.archive.captures.sync()
    assert capture.warc_file
    assert capture.warc_offset is not None
    assert capture.warc_length is not None
    response = kept.records()[1]
    raw = "\r\n".join(f"{name}: {value}" for name, value in response.http)
    assert "filename=公安.pdf" in raw
    assert ("X-Odd", "\xff\xfe") in response.http
    assert ("X-Folded", "one   two three") in response.http


@pytest.mark.parametrize(("status", "line"), [(521, "521 Unknown"), (404, "404 Not Found"), (999, "999 Unknown")])
def test_a_status_of_no_standard_is_kept_too(kept: Kept, status: int, line: str) -> None:
    capture = kept.keep(status=status, outcome="challenge")
    assert kept.records()[1].line == f"HTTP/1.1 {line}"
    assert (capture.status, capture.outcome) == (status, "challenge")
    assert kept.archive.captures.payload(capture.id) == BODY


def test_an_unchanged_body_is_a_revisit_that_names_the_first(kept: Kept) -> None:
    first = kept.keep()
    again = kept.keep(captured=SEEN + dt.timedelta(hours=1))
    other = kept.keep(captured=SEEN + dt.timedelta(hours=2), body=BODY + b"!")
    back = kept.keep(captured=SEEN + dt.timedelta(hours=3))
    elsewhere = kept.keep(url="https://press.example/a/2.html")
    assert [one.refers_to for one in (first, again, other, back, elsewhere)] == [None, first.id, None, first.id, None]
    revisit = kept.records()[3]
    assert (revisit.kind, revisit.body) == ("revisit", b"")
    assert revisit.headers["WARC-Refers-To-Target-URI"] == ANSWER.url
    assert revisit.headers["WARC-Refers-To-Date"] == "2026-03-02T02:00:05Z"
    assert revisit.headers["WARC-Date"] == "2026-03-02T03:00:05Z"
    assert revisit.headers["WARC-Payload-Digest"] == digest(BODY)
    assert len(set(revisit.names)) == len(revisit.names), "no named field twice"
    assert ("Set-Cookie", "b=2") in revisit.http
    payloads = [kept.archive.captures.payload(one.id) for one in (first, again, other, back, elsewhere)]
    assert payloads == [BODY, BODY, BODY + b"!", BODY, BODY]
    assert again.payload_digest == first.payload_digest
    assert (again.warc_offset, again.warc_length) != (first.warc_offset, first.warc_length)


def test_an_attempt_without_an_answer_is_a_row_and_a_metadata_record(kept: Kept) -> None:
    url = "https://nowhere.example/"
    capture = unanswered(kept.archive, url, SEEN, "dns_error", "no such host:\n nowhere.example")
    assert kept.archive.captures.row(capture.id) == capture
    assert (capture.outcome, capture.error) == ("dns_error", "no such host:\n nowhere.example")
    assert (capture.status, capture.warc_file, capture.payload_digest) == (None, None, None)
    _, metadata = kept.records()
    assert metadata.kind == "metadata"
    assert metadata.headers["WARC-Target-URI"] == url
    assert metadata.headers["WARC-Date"] == "2026-03-02T02:00:05Z"
    assert metadata.headers["Content-Type"] == "application/warc-fields"
    assert metadata.body == (
        b"page: article\r\nanswers: \r\noutcome: dns_error\r\nerror: no such host: nowhere.example\r\n"
    )
    with pytest.raises(ArchiveError, match=f"capture {capture.id} holds no body"):
        kept.archive.captures.payload(capture.id)


def test_captures_that_are_not_there(kept: Kept) -> None:
    with pytest.raises(ArchiveError, match="there is no capture 7"):
        kept.archive.captures.row(7)
    with pytest.raises(ArchiveError, match="capture 7 holds no body"):
        kept.archive.captures.payload(7)


def test_files_change_with_the_utc_day_and_are_kept_by_site(kept: Kept) -> None:
    kept.archive.db.conn.execute(
        "INSERT INTO sites (slug, name, english, kind, home) SELECT 'gansu', name, english, kind, home FROM sites"
    )
    # 07:59 in Shanghai is 23:59 of the day before in UTC.
    early, late = (dt.datetime.fromisoformat(f"2026-03-03T{time}+08:00") for time in ("07:59:59", "08:00:00"))
    kept_at = [
        kept.keep(captured=early).warc_file,
        kept.keep(captured=late).warc_file,
        kept.keep(captured=late, site="gansu").warc_file,
        kept.keep(captured=early, body=b"late news of the day before").warc_file,
    ]
    assert kept_at == [
        "beijing/beijing-20260302-00000.warc.gz",
        "beijing/beijing-20260303-00000.warc.gz",
        "gansu/gansu-20260303-00000.warc.gz",
        "beijing/beijing-20260302-00000.warc.gz",
    ]
    # That of the other day too: closed before rows speak of its records, it would not be read again after a kill.
    names = ["beijing-20260302-00000.warc.gz", "beijing-20260303-00000.warc.gz", "gansu-20260303-00000.warc.gz"]
    assert sorted(path.name for path in kept.folder.rglob("*.warc.gz*")) == [f"{name}.open" for name in names]
    kept.archive.commit()
    assert sorted(path.name for path in kept.folder.rglob("*.warc.gz*")) == [
        f"{names[0]}.open",
        names[1],
        f"{names[2]}.open",
    ]
    assert [kept.archive.captures.payload(number) for number in (1, 4)] == [BODY, b"late news of the day before"]


def test_a_file_that_is_full_is_followed_by_the_next(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc, "LARGEST", 1_500)
    captures = [kept.keep(body=f"{number} 号通告".encode()) for number in range(5)]
    names = [capture.warc_file for capture in captures]
    assert names == sorted(names, key=str)
    assert len(set(names)) > 1
    assert [record.kind for record in kept.records()].count("warcinfo") == len(set(names)), "one opens each file"
    assert [kept.archive.captures.payload(capture.id) for capture in captures] == [
        f"{number} 号通告".encode() for number in range(5)
    ]


@pytest.mark.parametrize("why", ["midnight", "full"])
def test_all_records_of_a_page_are_in_one_file(kept: Kept, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    before = dt.datetime.fromisoformat("2026-03-02T23:59:59+00:00")
    after = before + dt.timedelta(seconds=2 if why == "midnight" else 0)
    kept.keep(captured=before)
    if why == "full":
        kept.archive.captures.sync()
        (path,) = kept.folder.rglob("*.open")
        monkeypatch.setattr(warc, "LARGEST", path.stat().st_size + 1)
    page = replace(kept.archive.frontier("beijing", 0, before).page(ANSWER.url, "listing"), listing=ANSWER.url)
    answers = (replace(ANSWER, captured=before, status=302, body=b""), replace(ANSWER, captured=after, body=b"list"))
    captures = kept.archive.captures.keep_page(Fetched(None, page, answers, "ok", after))
    assert len({capture.warc_file for capture in captures}) == 1
    assert (kept.keep(captured=after).warc_file == captures[0].warc_file) == (why == "midnight")
    kept.archive.captures.close()
    damage: list[journal.Place] = []
    runs = journal.runs_told(kept.folder / "warc", "beijing", damage.append)
    told = [(page.kind, len(page.answers)) for run in runs for page in run.pages]
    assert told == [("article", 1), ("listing", 2), ("article", 1)], "parted, neither file would tell of the page"
    assert damage == []


def test_attempts_that_a_killed_run_wrote_down_are_brought_in_once(tmp_path: Path) -> None:
    with Archive.open(tmp_path, write=True) as archive:
        declare_site(archive.store, "beijing", "北京市公安局", "110000")
        unanswered(archive, ANSWER.url, SEEN, "timeout", "in a batch that was committed")
        archive.commit()
        unanswered(archive, ANSWER.url, SEEN + dt.timedelta(hours=1), "timeout", "in one that was not")
        archive.broken = ArchiveError("killed")
    (path,) = tmp_path.rglob("*.open")
    for _ in range(2):
        with Archive.open(tmp_path, write=True) as archive:
            rows = archive.db.conn.execute("SELECT outcome, error FROM captures ORDER BY id").fetchall()
        assert rows == [("timeout", "in a batch that was committed"), ("timeout", "in one that was not")]
        path.with_name(path.name.removesuffix(warc.OPEN)).rename(path)  # killed when all rows were there


def test_captures_read_back_after_closing_and_a_second_run_appends(tmp_path: Path) -> None:
    with Archive.open(tmp_path, write=True) as archive:
        declare_site(archive.store, "beijing", "北京市公安局", "110000")
        archive.captures.keep(ANSWER)
    with Archive.open(tmp_path) as archive:
        assert archive.captures.payload(1) == BODY
    with Archive.open(tmp_path, write=True) as archive:
        assert archive.repaired == []
        assert archive.captures.keep(replace(ANSWER, captured=SEEN + dt.timedelta(minutes=5))).refers_to == 1
        archive.captures.keep(replace(ANSWER, body=b"new"))
        assert [archive.captures.payload(number) for number in (1, 2, 3)] == [BODY, BODY, b"new"]
        kinds = [record.kind for record in Kept(archive, tmp_path).records()]
    assert kinds == ["warcinfo", "response", "request", "revisit", "request", "response", "request"]


def test_a_body_with_another_digest_than_the_row_s_is_refused(kept: Kept) -> None:
    capture = kept.keep()
    other = kept.keep(body=b"another body")
    kept.archive.db.conn.execute(
        "UPDATE captures SET warc_offset = ?, warc_length = ? WHERE id = ?",
        (other.warc_offset, other.warc_length, capture.id),
    )
    with pytest.raises(
        ArchiveError, match=rf"beijing-20260302-00000.*capture {capture.id} has another digest than sha256:"
    ):
        kept.archive.captures.payload(capture.id)


def test_a_file_that_is_gone_is_named(kept: Kept) -> None:
    capture = kept.keep()
    kept.archive.captures.close()
    next(kept.folder.glob("warc/*/*")).unlink()
    with pytest.raises(
        ArchiveError, match=r"beijing-20260302-00000\.warc\.gz: capture 1 cannot be read: .*No such file"
    ):
        kept.archive.captures.payload(capture.id)


def test_a_damaged_record_is_an_archive_error_wherever_the_damage_is(kept: Kept) -> None:
    capture = kept.keep()
    kept.archive.captures.close()
    path = next(kept.folder.glob("warc/*/*"))
    content = path.read_bytes()
    start, length = capture.warc_offset or 0, capture.warc_length or 0
    for at in (*range(start, start + 4), *range(start + 10, start + length, 7)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :])
        with pytest.raises(ArchiveError, match=f"capture {capture.id} cannot be read"):
            kept.archive.captures.payload(capture.id)
        path.write_bytes(content[:at])
        with pytest.raises(ArchiveError, match=f"capture {capture.id} cannot be read"):
            kept.archive.captures.payload(capture.id)
    path.write_bytes(content)
    assert kept.archive.captures.payload(capture.id) == BODY


def test_a_304_is_a_revisit_of_the_capture_whose_body_it_confirms(kept: Kept) -> None:
    held = kept.keep()
    unchanged = kept.keep(captured=SEEN + dt.timedelta(hours=1))
    for hours, status in ((2, 304), (3, 304)):
        capture = kept.keep(
            captured=SEEN + dt.timedelta(hours=hours), status=status, body=b"", headers=(), outcome="not_modified"
        )
        assert (unchanged.refers_to, capture.refers_to) == (held.id, held.id)
        assert (capture.bytes, capture.payload_digest) == (0, digest(BODY))
        assert kept.archive.captures.payload(capture.id) == BODY
        record = kept.records()[-2]
        assert (record.kind, record.line, record.body) == ("revisit", "HTTP/1.1 304 Not Modified", b"")
        assert record.headers["WARC-Profile"].endswith("/revisit/server-not-modified")
        assert record.headers["WARC-Refers-To-Date"] == "2026-03-02T02:00:05Z"
        assert record.headers["WARC-Payload-Digest"] == digest(BODY)
    assert kept.archive.captures.shown(ANSWER.url) == unchanged


def test_a_304_that_confirms_nothing_is_kept_as_the_answer_it_is(kept: Kept) -> None:
    capture = kept.keep(status=304, body=b"", headers=(), outcome="not_modified")
    assert (capture.refers_to, capture.payload_digest) == (None, digest(b""))
    assert kept.archive.captures.shown(ANSWER.url) is None


HEADER = st.text(st.characters(codec="latin-1"), max_size=30)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=3000),
    value=HEADER,
    status=st.integers(100, 999).filter(lambda status: status != 304),  # which says that the body is another capture's
    ip=st.none() | st.ip_addresses().map(str),
)
def test_whatever_a_server_sends_reads_back(kept: Kept, body: bytes, value: str, status: int, ip: str | None) -> None:
    capture = kept.keep(body=body, headers=(("X-Odd", value), ("Transfer-Encoding", "chunked")), status=status, ip=ip)
    assert kept.archive.captures.payload(capture.id) == body
    assert kept.archive.captures.row(capture.id) == capture
    response = kept.records()[-2]
    assert (response.kind, response.body) == (("response", body) if capture.refers_to is None else ("revisit", b""))
