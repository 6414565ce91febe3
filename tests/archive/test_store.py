"""The store: releases, versions and events out of articles, and what a second time must not change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sample_release import ARTICLE, SEEN, URL, answer, declare_site

from archive import Archive, ArchiveError
from archive.addresses import key
from archive.columns import published_text, text_digest
from archive.models import (
    Article,
    Attachment,
    Capture,
    Entry,
    Finding,
    ListRead,
    Page,
    RunCounts,
    RunFacts,
    WalkOptions,
)
from archive.store import Kept

PICTURE = Attachment("image", "https://press.example/a/W1.jpg", "W1.jpg", "（资料图片）")
NOTICE = Attachment("file", "https://press.example/a/P1.pdf", "通告.pdf")


class Desk:
    """An archive with one site, and captures kept an hour after one another."""

    def __init__(self, archive: Archive) -> None:
        self.archive, self.store = archive, archive.store
        self._hours = 0

    def capture(self, url: str = URL, hours: int | None = None, body: bytes | None = None) -> Capture:
        self._hours = self._hours + 1 if hours is None else hours
        captured = SEEN + dt.timedelta(hours=self._hours)
        body = body or f"<html>{url} {self._hours}</html>".encode()
        return self.archive.captures.keep(answer(url, body, captured))

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self.archive.db.conn.execute(sql, values).fetchall()

    def dump(self) -> list[str]:
        """The whole database, captures apart."""
        return [line for line in self.archive.db.conn.iterdump() if not line.startswith('INSERT INTO "captures"')]

    def list(self, column: str, *urls: str) -> None:
        """A run in which a column lists these addresses, and nothing is fetched."""
        run_id = self.store.begin_run(RunFacts("beijing", "crawl", SEEN))
        first = f"https://press.example/{column}/"
        frontier = self.archive.frontier("beijing", run_id, SEEN)
        frontier.walk(
            [("警务报道", "https://press.example/jwbd/"), ("警情通报", "https://press.example/jqtb/")], WalkOptions()
        )
        while page := frontier.next_page():
            if page.url == first:
                frontier.list_read(page, ListRead(first, [Entry(url, "标题") for url in urls]))
            elif page.kind == "listing":
                frontier.failed(page, "timeout", None, "not now")
            else:
                frontier.fetched(page, 200)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Archive.open(tmp_path, write=True) as archive:
        declare_site(archive.store, "beijing", "北京市公安局", "110000")
        yield Desk(archive)


def test_a_first_release_with_its_version_event_and_attachments(desk: Desk) -> None:
    capture = desk.capture()
    article = replace(ARTICLE, attachments=(PICTURE, NOTICE))
    assert desk.store.keep(URL, article, capture).change == "new"
    seen = "2026-03-02T11:00:00+08:00"
    (release,) = desk.rows(
        "SELECT key, site, division, url, title, published, published_precision, published_day, year, published_from,"
        " content_source, issuer, author, editor, body, body_kind, chars, is_repost, repost_of, first_seen, last_seen,"
        " gone_at, same_as, version, text_digest, capture_id, extractor FROM press_releases"
    )
    assert release == (
        key(URL), "beijing", "110000", URL, ARTICLE.title, "2026-03-01T09:30:05+08:00", "second", "2026-03-01", 2026,
        "meta:pubdate", "样例市公安局", None, None, "小安", ARTICLE.body, "text", len(ARTICLE.body), 0, None,
        seen, seen, None, None, 1, text_digest(ARTICLE.title, ARTICLE.body), capture.id, "test-1",
    )  # fmt: skip
    assert desk.rows(
        "SELECT version, title, body, text_digest, captured, capture_id, made_by, extractor FROM versions"
    ) == [
        (1, ARTICLE.title, ARTICLE.body, text_digest(ARTICLE.title, ARTICLE.body), seen, capture.id, "crawl", "test-1")
    ]
    assert desk.rows("SELECT kind, at, capture_id, detail FROM events") == [("first_seen", seen, capture.id, None)]
    assert desk.rows("SELECT version, position, kind, url, name, caption FROM attachments") == [
        (1, 1, "image", PICTURE.url, "W1.jpg", "（资料图片）"),
        (1, 2, "file", NOTICE.url, "通告.pdf", None),
    ]
    desk.archive.commit()
    assert desk.rows("SELECT count(*) FROM releases_fts WHERE releases_fts MATCH zh('夜市守护')") == [(1,)]
    assert desk.rows("SELECT * FROM readings") == [
        (
            1, "gb18030", "utf-8", 0, "published", '{"审核": "大安", "通讯员": "小安"}',
            '{"body": "container", "content_source": "byline", "published": "meta:pubdate", "title": "heading"}',
            '[{"field": "published", "origin": "url", "reason": "after the capture", "value": "2026-12-27"}]',
            "打印本页\nX 关闭",
        )
    ]  # fmt: skip


def test_the_same_again_changes_nothing(desk: Desk) -> None:
    article = replace(ARTICLE, attachments=(PICTURE,))
    capture = desk.capture()
    desk.store.keep(URL, article, capture)
    before = desk.dump()
    assert desk.store.keep(URL, article, capture).change == "same"
    assert desk.store.keep(URL, article, capture, made_by="reparse").change == "same"
    assert desk.dump() == before


def test_the_same_seen_later_moves_last_seen_only(desk: Desk) -> None:
    desk.store.keep(URL, ARTICLE, desk.capture())
    before = desk.dump()
    assert desk.store.keep("http://press.example:80/a/t20260301_7.html?spm=1", ARTICLE, desk.capture()).change == "same"
    changed = [(old, new) for old, new in zip(before, desk.dump(), strict=True) if old != new]
    assert len(changed) == 1
    old, new = changed[0]
    assert new == "2026-03-02T12:00:00+08:00".join(old.rsplit("2026-03-02T11:00:00+08:00", 1))


@pytest.mark.parametrize(
    "fields",
    [
        {"body": "3月2日，更正：民警走访商户三十余家。"},
        {"title": "更正：夜市守护行动启动"},
        {"title": None},
        {"attachments": (replace(PICTURE, caption="另一幅"),)},
        {"attachments": (NOTICE, PICTURE)},
        {"attachments": ()},
    ],
)
def test_an_edit_is_a_version_and_an_event(desk: Desk, fields: dict[str, Any]) -> None:
    first = replace(ARTICLE, attachments=(PICTURE, NOTICE))
    desk.store.keep(URL, first, desk.capture())
    edited, capture = replace(first, **fields), desk.capture()
    assert desk.store.keep(URL, edited, capture).change == "edited"
    assert desk.rows("SELECT version, title, body, capture_id, made_by FROM versions ORDER BY version") == [
        (1, first.title, first.body, 1, "crawl"),
        (2, edited.title, edited.body, 2, "crawl"),
    ]
    assert desk.rows("SELECT kind, at, capture_id, detail FROM events") == [
        ("first_seen", "2026-03-02T11:00:00+08:00", 1, None),
        ("edited", "2026-03-02T12:00:00+08:00", 2, "version 2"),
    ]
    assert desk.rows("SELECT title, body, version, capture_id, text_digest FROM press_releases") == [
        (edited.title, edited.body, 2, 2, text_digest(edited.title, edited.body))
    ]
    urls = [[(one.url, one.caption) for one in article.attachments] for article in (first, edited)]
    kept = [
        desk.rows("SELECT url, caption FROM attachments WHERE version = ? ORDER BY position", version)
        for version in (1, 2)
    ]
    assert kept == urls
    assert desk.store.keep(URL, edited, desk.capture()).change == "same"


def test_back_to_an_earlier_text_is_an_edit_too(desk: Desk) -> None:
    changes = [
        desk.store.keep(URL, replace(ARTICLE, body=body), desk.capture()).change
        for body in ("甲", "乙", "甲", "甲", "")
    ]
    assert changes == ["new", "edited", "edited", "same", "edited"]
    assert [body for (body,) in desk.rows("SELECT body FROM versions ORDER BY version")] == ["甲", "乙", "甲", ""]


def test_a_text_is_kept_once_and_none_is_lost_whatever_changes_a_release(desk: Desk) -> None:
    for body in ("甲", "乙", "甲", "丙"):
        desk.store.keep(URL, replace(ARTICLE, body=body), desk.capture())
    texts = "SELECT group_concat(coalesce(body, '·'), '') FROM (SELECT body FROM {} ORDER BY version)"

    def kept() -> tuple[str, str]:
        return desk.rows(texts.format("versions"))[0][0], desk.rows(texts.format("kept_versions"))[0][0]

    assert kept() == ("甲乙甲丙", "甲乙甲·")
    desk.rows("UPDATE press_releases SET body = '甲'")
    assert kept() == ("甲乙甲丙", "·乙·丙")
    desk.rows("UPDATE press_releases SET body = ''")
    assert kept() == ("甲乙甲丙", "甲乙甲丙")


@pytest.mark.parametrize("is_committed", [False, True])
def test_what_is_found_follows_the_text(desk: Desk, *, is_committed: bool) -> None:
    """Whether an edit comes after the text was indexed or in the same batch."""
    desk.store.keep(URL, ARTICLE, desk.capture())
    if is_committed:
        desk.archive.commit()
    desk.store.keep(URL, replace(ARTICLE, body="赛道沿线设置岗位"), desk.capture())
    desk.archive.commit()
    assert desk.rows("SELECT * FROM releases_unindexed") == []
    found = {
        word: desk.rows("SELECT count(*) FROM releases_fts WHERE releases_fts MATCH zh(?)", word)[0][0]
        for word in ("商户", "赛道")
    }
    assert found == {"商户": 0, "赛道": 1}
    desk.archive.db.conn.execute("INSERT INTO releases_fts(releases_fts, rank) VALUES ('integrity-check', 1)")


def test_a_reparse_is_a_version_but_no_event(desk: Desk) -> None:
    capture = desk.capture()
    desk.store.keep(URL, ARTICLE, capture)
    better = replace(ARTICLE, body="民警走访商户二十余家。", extractor="test-2")
    assert desk.store.keep(URL, better, capture, made_by="reparse").change == "reparsed"
    assert desk.rows("SELECT version, made_by, extractor, captured, capture_id FROM versions ORDER BY version") == [
        (1, "crawl", "test-1", "2026-03-02T11:00:00+08:00", 1),
        (2, "reparse", "test-2", "2026-03-02T11:00:00+08:00", 1),
    ]
    assert desk.rows("SELECT kind FROM events") == [("first_seen",)]
    # The page itself is unchanged, so the next visit says so.
    assert desk.store.keep(URL, better, desk.capture()).change == "same"


def test_a_reparse_of_a_capture_older_than_the_last_visit_is_taken(desk: Desk) -> None:
    capture = desk.capture()
    desk.store.keep(URL, ARTICLE, capture)
    desk.store.keep(URL, ARTICLE, desk.capture())
    better = replace(ARTICLE, body="民警走访商户二十余家。", extractor="test-2")
    assert desk.store.keep(URL, better, capture, made_by="reparse").change == "reparsed"
    assert desk.rows("SELECT last_seen FROM press_releases") == [("2026-03-02T12:00:00+08:00",)]


def test_another_extractor_that_reads_the_same_is_no_version(desk: Desk) -> None:
    desk.store.keep(URL, ARTICLE, desk.capture())
    assert desk.store.keep(URL, replace(ARTICLE, extractor="test-2"), desk.capture()).change == "same"
    resting = desk.store.resting(URL)
    assert resting
    assert (resting.version, resting.extractor, resting.capture_id) == (1, "test-2", 2)
    assert desk.store.resting("https://press.example/other.html") is None


def test_a_release_rests_on_the_capture_that_shows_what_its_row_says(desk: Desk) -> None:
    desk.store.keep(URL, ARTICLE, desk.capture())
    corrected = replace(ARTICLE, content_source="样例市公安局西城分局")
    assert desk.store.keep(URL, corrected, desk.capture()).change == "same"
    assert desk.rows("SELECT content_source, capture_id, version FROM press_releases") == [
        ("样例市公安局西城分局", 2, 1)
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"labels": {"通讯员": "小安"}},
        {"stripped": ()},
        {"rejected": ()},
        {"conflicts": ("published", "title")},
        {"origins": {"title": "entry"}},
        {"charset": "big5hkscs"},
        {"charset_declared": None},
        {"characters_lost": 3},
    ],
)
def test_another_reading_of_the_same_text_takes_the_place_of_the_one_before(desk: Desk, fields: dict[str, Any]) -> None:
    other = replace(ARTICLE, **fields)
    desk.store.keep("https://press.example/other.html", other, desk.capture())
    desk.store.keep(URL, ARTICLE, desk.capture())
    assert desk.store.keep(URL, other, desk.capture()).change == "same"
    readings = "SELECT * FROM readings ORDER BY release_id"
    straight, later = desk.rows(readings)
    assert [value for value in later if value != 2] == [value for value in straight if value != 1]
    assert desk.rows("SELECT version, capture_id FROM press_releases WHERE id = 2") == [(1, 3)]
    assert desk.rows("SELECT kind FROM events WHERE release_id = 2") == [("first_seen",)]
    before = desk.dump()
    desk.store.keep(URL, other, desk.capture(hours=3))
    assert desk.dump() == before


def test_another_subtitle_is_another_version_and_is_searched(desk: Desk) -> None:
    desk.store.keep(URL, ARTICLE, desk.capture())
    assert desk.store.keep(URL, replace(ARTICLE, subtitle="——三月行动侧记"), desk.capture()).change == "edited"
    assert desk.rows("SELECT version, subtitle FROM versions") == [(1, None), (2, "——三月行动侧记")]
    desk.archive.commit()
    assert desk.rows("SELECT rowid FROM releases_fts WHERE releases_fts MATCH zh('行动侧记')") == [(1,)]


def test_how_a_release_of_an_older_archive_was_read_is_known_once_it_is_read_again(desk: Desk) -> None:
    capture = desk.capture()
    desk.store.keep(URL, ARTICLE, capture)
    before = desk.dump()
    desk.archive.db.conn.execute("DELETE FROM readings")
    assert desk.store.keep(URL, ARTICLE, capture, made_by="reparse").change == "same"
    assert desk.dump() == before


OLDER = replace(ARTICLE, title="旧题", body="旧文", charset="utf-8", stripped=("打印",), conflicts=())
TODAY = "SELECT charset, conflicts, stripped FROM readings"


def test_a_capture_older_than_the_last_visit_says_nothing_of_today(desk: Desk) -> None:
    desk.store.keep(URL, ARTICLE, desk.capture(hours=10))
    before = desk.dump()
    assert desk.store.keep(URL, OLDER, desk.capture(hours=2), made_by="import") == Kept("same", is_past=True)
    assert desk.dump() == before


def test_a_text_from_before_the_first_visit_becomes_the_first_version_and_todays_an_edit_of_it(desk: Desk) -> None:
    first = desk.capture(hours=10)
    desk.store.keep(URL, ARTICLE, first)
    past = desk.capture(hours=2)
    read = desk.rows(TODAY)
    assert desk.store.keep_past(URL, OLDER, past, "import", None, (ARTICLE, first)).change == "edited"
    assert desk.rows(TODAY) == read == [("gb18030", "published", "打印本页\nX 关闭")]
    assert desk.rows("SELECT version, title, captured, made_by FROM versions ORDER BY version") == [
        (1, "旧题", "2026-03-02T12:00:00+08:00", "import"),
        (2, ARTICLE.title, "2026-03-02T20:00:00+08:00", "crawl"),
    ]
    assert desk.rows("SELECT kind, at, detail FROM events ORDER BY at") == [
        ("first_seen", "2026-03-02T12:00:00+08:00", None),
        ("edited", "2026-03-02T20:00:00+08:00", "version 2"),
    ]
    assert desk.rows("SELECT title, version, first_seen, last_seen FROM press_releases") == [
        (ARTICLE.title, 2, "2026-03-02T12:00:00+08:00", "2026-03-02T20:00:00+08:00")
    ]


def test_another_text_between_two_visits_that_showed_the_same_was_an_edit_taken_back(desk: Desk) -> None:
    first, last = desk.capture(hours=1), desk.capture(hours=9)
    desk.store.keep(URL, ARTICLE, first)
    desk.store.keep(URL, ARTICLE, last)
    desk.store.keep_past(URL, OLDER, desk.capture(hours=5), "import", ARTICLE, (ARTICLE, last))
    assert desk.rows("SELECT version, title, capture_id FROM versions ORDER BY version") == [
        (1, ARTICLE.title, 1),
        (2, "旧题", 3),
        (3, ARTICLE.title, 2),
    ]
    assert desk.rows("SELECT kind, capture_id, detail FROM events ORDER BY at") == [
        ("first_seen", 1, None),
        ("edited", 3, "version 2"),
        ("edited", 2, "version 3"),
    ]
    assert desk.rows("SELECT version FROM press_releases") == [(3,)]


def test_a_past_capture_that_shows_what_was_known_moves_the_version_to_when_it_was_there_first(desk: Desk) -> None:
    edited = replace(ARTICLE, body="改过的正文。")
    first, last = desk.capture(hours=1), desk.capture(hours=9)
    desk.store.keep(URL, ARTICLE, first)
    desk.store.keep(URL, edited, last)
    assert desk.store.keep_past(URL, ARTICLE, desk.capture(hours=2), "import", ARTICLE, (edited, last)).change == "same"
    assert desk.store.keep_past(URL, edited, desk.capture(hours=5), "import", ARTICLE, (edited, last)).change == "same"
    assert desk.store.keep_past(URL, ARTICLE, desk.capture(hours=0), "import", None, (ARTICLE, first)).change == "same"
    assert desk.rows("SELECT version, body, capture_id FROM versions ORDER BY version") == [
        (1, ARTICLE.body, 5),
        (2, "改过的正文。", 4),
    ]
    assert desk.rows("SELECT kind, at, capture_id FROM events ORDER BY at") == [
        ("first_seen", "2026-03-02T10:00:00+08:00", 5),
        ("edited", "2026-03-02T15:00:00+08:00", 4),
    ]


def test_a_third_text_between_two_versions_is_a_version_between_them_with_its_own_attachments(desk: Desk) -> None:
    picture = Attachment("image", "https://press.example/a/1.jpg", "1.jpg")
    edited = replace(ARTICLE, body="改过的正文。", attachments=(picture,))
    first, last = desk.capture(hours=1), desk.capture(hours=9)
    desk.store.keep(URL, ARTICLE, first)
    desk.store.keep(URL, edited, last)
    desk.store.keep_past(URL, OLDER, desk.capture(hours=5), "import", ARTICLE, (edited, last))
    assert desk.rows("SELECT version, title FROM versions ORDER BY version") == [
        (1, ARTICLE.title),
        (2, "旧题"),
        (3, ARTICLE.title),
    ]
    assert desk.rows("SELECT version, url FROM attachments") == [(3, picture.url)]
    assert desk.rows("SELECT kind, detail FROM events ORDER BY at") == [
        ("first_seen", None),
        ("edited", "version 2"),
        ("edited", "version 3"),
    ]


def test_other_bytes_under_an_attachments_address_are_an_edit_and_the_same_bytes_again_none(desk: Desk) -> None:
    picture = Attachment("image", "https://press.example/a/1.jpg", "1.jpg")
    desk.store.keep(URL, replace(ARTICLE, body="", body_kind="image", attachments=(picture,)), desk.capture())
    shown = [desk.capture(url=picture.url, body=body, hours=hours) for hours, body in ((1, b"1"), (2, b"1"), (3, b"2"))]
    assert [desk.store.keep_attachment(picture.url, capture) for capture in shown] == [0, 0, 1]
    assert desk.rows("SELECT version, capture_id FROM attachments ORDER BY version") == [
        (1, shown[0].id),
        (2, shown[2].id),
    ]
    assert desk.rows("SELECT version, captured, capture_id FROM versions ORDER BY version") == [
        (1, "2026-03-02T11:00:00+08:00", 1),
        (2, "2026-03-02T13:00:00+08:00", 1),
    ]
    assert desk.rows("SELECT kind, capture_id, detail FROM events ORDER BY id") == [
        ("first_seen", 1, None),
        ("edited", shown[2].id, "version 2: other bytes at https://press.example/a/1.jpg"),
    ]
    assert desk.store.keep(URL, replace(ARTICLE, attachments=(picture,)), desk.capture(hours=5)).change == "edited"
    assert desk.rows("SELECT capture_id FROM attachments WHERE version = 3") == [(shown[2].id,)]


@pytest.mark.parametrize(
    ("published", "precision", "text", "day", "year"),
    [
        (
            dt.datetime.fromisoformat("2026-03-01T09:30:05+08:00"),
            "second",
            "2026-03-01T09:30:05+08:00",
            "2026-03-01",
            2026,
        ),
        (
            dt.datetime.fromisoformat("2026-03-01T09:30:00+08:00"),
            "minute",
            "2026-03-01T09:30+08:00",
            "2026-03-01",
            2026,
        ),
        (
            dt.datetime.fromisoformat("2026-03-01T00:00:00+08:00"),
            "second",
            "2026-03-01T00:00:00+08:00",
            "2026-03-01",
            2026,
        ),
        (dt.date(2026, 3, 1), "day", "2026-03-01", "2026-03-01", 2026),
        (dt.date(2026, 3, 1), "month", "2026-03", None, 2026),
        (dt.date(2026, 1, 1), "year", "2026", None, 2026),
        (None, None, None, None, None),
    ],
)
def test_published_is_as_long_as_it_is_precise(
    desk: Desk, published: dt.date | None, precision: Any, text: str | None, day: str | None, year: int | None
) -> None:
    article = replace(ARTICLE, published=published, published_precision=precision)
    assert published_text(article) == text
    desk.store.keep(URL, article, desk.capture())
    assert desk.rows("SELECT published, published_precision, published_day, year FROM press_releases") == [
        (text, precision, day, year)
    ]


@pytest.mark.parametrize("is_repost", [True, False, None])
def test_a_release_reads_back_as_it_was_kept(desk: Desk, is_repost: bool | None) -> None:
    desk.store.keep(URL, replace(ARTICLE, is_repost=is_repost, repost_of="某报" if is_repost else None), desk.capture())
    (release,) = desk.archive.releases()
    assert (release.key, release.title, release.body, release.is_repost) == (
        key(URL),
        ARTICLE.title,
        ARTICLE.body,
        is_repost,
    )
    assert release.repost_of == ("某报" if is_repost else None)


def test_releases_come_newest_first_and_by_what_is_asked_for(desk: Desk) -> None:
    def keep(name: str, **fields: Any) -> None:
        url = f"https://press.example/{name}.html"
        desk.store.keep(url, replace(ARTICLE, title=name, **fields), desk.capture(url))

    keep("b", published=dt.date(2026, 2, 28), published_precision="day")
    keep("c", published=None, published_precision=None, body="赛道沿线")
    keep("a")
    desk.archive.commit()
    titles = [release.title for release in desk.archive.releases()]
    assert titles == ["a", "b", "c"]
    assert [one.title for one in desk.archive.releases(search="赛道")] == ["c"]
    assert [one.title for one in desk.archive.releases(site="gansu")] == []
    assert [one.title for one in desk.archive.releases(published_from=dt.date(2026, 3, 1))] == ["a"]
    assert [one.title for one in desk.archive.releases(published_to=dt.date(2026, 3, 1))] == ["a", "b"], (
        "the day included"
    )


def test_columns_of_a_release_listed_in_two_and_under_two_spellings(desk: Desk) -> None:
    other = URL.replace("https", "http") + "?utm_source=weixin"
    desk.list("jqtb", URL)
    desk.store.keep(URL, ARTICLE, desk.capture())
    assert desk.rows("SELECT listing_column FROM press_releases") == [("警情通报",)]
    # The other column, which stands first in the site's file, lists it later and under another spelling.
    desk.list("jwbd", other)
    assert desk.rows("SELECT listing_column, url FROM release_columns ORDER BY listing_column DESC") == [
        ("警情通报", URL),
        ("警务报道", other),
    ]
    assert desk.rows("SELECT key, url, listing_column FROM press_releases") == [(key(URL), URL, "警务报道")]


def test_columns_are_the_same_whichever_came_first(tmp_path: Path) -> None:
    found = []
    for number, order in enumerate((["jwbd", "jqtb", "keep"], ["jqtb", "keep", "jwbd"], ["keep", "jqtb", "jwbd"])):
        with Archive.open(tmp_path / str(number), write=True) as archive:
            declare_site(archive.store, "beijing", "北京市公安局", "110000")
            desk = Desk(archive)
            for step in order:
                if step == "keep":
                    desk.store.keep(URL, ARTICLE, desk.capture())
                else:
                    desk.list(step, URL)
            columns = desk.rows("SELECT listing_column, url FROM release_columns ORDER BY 1")
            found.append((columns, desk.rows("SELECT listing_column FROM press_releases")))
    assert found[0] == found[1] == found[2]
    assert found[0] == ([("警务报道", URL), ("警情通报", URL)], [("警务报道",)])


def test_a_site_is_declared_again_as_its_file_says(desk: Desk) -> None:
    declare_site(desk.store, "beijing", "北京市公安局（新）", "110000", kind="other")
    assert desk.rows("SELECT slug, name, kind, division FROM sites") == [
        ("beijing", "北京市公安局（新）", "other", "110000")
    ]
    declare_site(desk.store, "mps", "公安部", None)
    with pytest.raises(ArchiveError, match=r"site moon: division 990000 is no provincial-level code of GB/T 2260"):
        declare_site(desk.store, "moon", "月球", "990000")


def test_runs_are_written_down_as_they_go_and_a_killed_one_is_named(desk: Desk) -> None:
    first = desk.store.begin_run(RunFacts("beijing", "crawl", SEEN, "a desk in Gansu"))
    desk.store.update_run(first, RunCounts(listed=5, new=2), 47)
    second = desk.store.begin_run(RunFacts("beijing", "crawl", SEEN))
    desk.store.update_run(second, RunCounts(listed=6), None, finished=SEEN, outcome="finished")
    desk.store.find(second, Finding("beijing", "entries", "0", "at least 1", "https://press.example/jwbd/"))
    assert first != second, "two runs at one frozen moment do not collide"
    assert desk.rows("SELECT started, finished, outcome, vantage, listed, new, stated_total FROM runs ORDER BY id") == [
        ("2026-03-02T10:00:00+08:00", None, "killed", "a desk in Gansu", 5, 2, 47),
        ("2026-03-02T10:00:00+08:00", "2026-03-02T10:00:00+08:00", "finished", None, 6, 0, None),
    ]
    assert desk.rows("SELECT run_id, site, expectation, seen, wanted FROM findings") == [
        (second, "beijing", "entries", "0", "at least 1")
    ]


def test_an_article_without_anything_is_kept_as_empty(desk: Desk) -> None:
    empty = Article(None, None, None, None, None, None, None, "", "empty", "test-1")
    assert desk.store.keep(URL, empty, desk.capture()).change == "new"
    assert desk.rows("SELECT title, body, chars, is_repost FROM press_releases") == [(None, "", 0, None)]
    assert desk.rows("SELECT * FROM readings") == [(1, None, None, 0, None, None, None, None, None)]
    assert desk.store.keep(URL, empty, desk.capture()).change == "same"


def test_the_frontier_and_the_store_speak_of_one_page(desk: Desk) -> None:
    desk.list("jwbd", URL)
    page = desk.archive.frontier("beijing", 1, SEEN).page(URL, "article")
    assert isinstance(page, Page)
    assert desk.rows("SELECT p.key = ? FROM pages AS p WHERE p.id = ?", key(URL), page.id) == [(1,)]


def test_an_attachment_whose_address_names_another_visit_is_no_edit(desk: Desk) -> None:
    first, again, other = (
        replace(ARTICLE, attachments=(Attachment("image", f"https://press.example/a/1.jpg{visit}", "1.jpg"),))
        for visit in (";jsessionid=A1", ";jsessionid=B2?spm=7", "?id=2")
    )
    changes = [desk.store.keep(URL, article, desk.capture()).change for article in (first, again, other)]
    assert changes == ["new", "same", "edited"]
