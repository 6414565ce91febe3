"""What is kept of a page whose release has a past that cannot be read any more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from brought_pages import LIST, SITE, SLUG, Desk, address, article, kept, listing

from archive import Archive, clock
from archive.faults import Checked
from archive.models import Answer
from archive.verify import verify
from crawler.worker import Worker
from tests.archive.foreign_files import HTML

URL = address(1)


@pytest.fixture
def desk(tmp_path: Path, worker: Worker, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A release that was seen on the 10th and, edited, on the 14th."""
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / f"{SLUG}.toml").write_text(SITE, "utf-8")
    desk = Desk(tmp_path / "data", tmp_path / "sites", worker, monkeypatch)
    for day, more in ((10, ""), (14, "以上数据已更正。")):
        desk.at(day)
        desk.crawl({LIST: listing([1]), URL: article(1, more)})
    return desk


def damage(desk: Desk, day: int) -> str:
    """Turn a bit in the record of a day's capture; returns where it stands."""
    ((name, at),) = desk.rows(
        "SELECT warc_file, warc_offset FROM captures WHERE url = ? AND captured LIKE ?", URL, f"2026-03-{day}%"
    )
    path = desk.folder / "warc" / str(name)
    content = bytearray(path.read_bytes())
    content[int(str(at)) + 100] ^= 1
    path.write_bytes(content)
    return f"byte {at}"


def before(desk: Desk) -> str:
    return damage(desk, 10)


def after(desk: Desk) -> str:
    return damage(desk, 14)


def beyond_reading(desk: Desk) -> str:
    """A capture of the 13th that an extractor of that day may have read, and today's does not."""
    ((page_id,),) = desk.rows("SELECT id FROM pages WHERE url = ?", URL)
    desk.at(13)
    answer = Answer(SLUG, None, URL, clock.now(), 200, (HTML,), b"<div>" * 3000 + article(1), "ok")
    with Archive.open(desk.folder, write=True) as archive, archive.page_kept():
        archive.captures.keep(answer, int(str(page_id)))
    return "the parser gave up"


@pytest.mark.parametrize("spoil", [before, after, beyond_reading])
def test_a_capture_whose_place_in_the_past_cannot_be_told_is_kept_once(
    desk: Desk, spoil: Callable[[Desk], str]
) -> None:
    history, spoilt = desk.history(), spoil(desk)
    faults = desk.faults()
    desk.at(20)
    said = desk.bring(desk.file("past.warc.gz", kept(article(1, "以续报为准。"), URL, 12)))
    assert said.kept == {"article": 1}
    ((expectation, seen, url),) = desk.rows("SELECT expectation, seen, url FROM findings")
    assert (expectation, url) == ("capture", URL)
    assert spoilt in str(seen)
    brought = "SELECT outcome FROM captures WHERE url = ? AND captured LIKE '2026-03-12%'"
    assert desk.rows(brought, URL) == [("ok",)]
    assert desk.history() == history
    checked = Checked()
    with Archive.open(desk.folder) as archive:
        assert [str(fault) for fault in verify(archive, checked)] == faults, "what was spoilt, and nothing else"
    assert checked.unspoken == 0, "no record without its row"
