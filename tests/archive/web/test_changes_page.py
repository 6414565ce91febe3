from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from reading_room import Answer, Room, Serve, opened
from sample_release import ARTICLE
from storied_archive import COPY, GONE, HOST, HOSTILE, NIGHT, PICTURE, Storied, later, make

from archive import Archive
from archive.addresses import key
from archive.models import Attachment

MANY = 120


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> Iterator[Room]:
    with opened(make(tmp_path_factory.mktemp("storied") / "data"), serve) as room:
        yield room


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> Iterator[Room]:
    """Many releases that were all edited, several in one second; one by its picture, one by its subtitle."""
    folder = tmp_path_factory.mktemp("busy") / "data"
    with Archive.open(folder, write=True) as archive:
        story = Storied(archive)
        for number in range(MANY):
            url, site = f"{HOST}/x/{number}.html", "beijing" if number % 4 == 0 else "gansu"
            story.visit(url, replace(ARTICLE, body=f"第{number}稿。"), site=site)
            story.visit(url, replace(ARTICLE, body=f"第{number}稿改。"), later(days=1, seconds=number // 3), site)
        with_picture = replace(ARTICLE, attachments=(Attachment("image", PICTURE),))
        story.visit(f"{HOST}/y/1.html", with_picture)
        for day, body in ((2, b"one"), (3, b"two")):
            archive.store.keep_attachment(PICTURE, story.capture(PICTURE, later(days=day), body=body, kind="image/png"))
        story.visit(f"{HOST}/y/2.html", replace(ARTICLE, subtitle="副题"))
        story.visit(f"{HOST}/y/2.html", replace(ARTICLE, subtitle="新副题"), later(days=4))
        story.visit(f"{HOST}/y/3.html", replace(ARTICLE, title=None))
        story.visit(f"{HOST}/y/3.html", replace(ARTICLE, title="有题"), later(days=5))
    with opened(folder, serve) as room:
        yield room


def listed(answer: Answer) -> list[tuple[str, str]]:
    """What happened, and to the release of which key."""
    items = answer.page.xpath("//div[@class='changes']/ol/li")
    return [(item.xpath("span[1]/text()")[0], item.xpath("a/@href")[0].rsplit("/", 1)[1]) for item in items]


def words(answer: Answer) -> list[str]:
    return [" ".join(what.text_content().split()) for what in answer.page.xpath("//p[@class='what']")]


def test_everything_that_changed_newest_first(room):
    answer = room.get("/changes")
    assert listed(answer) == [
        ("restored", key(COPY)),
        ("gone", key(COPY)),
        ("gone", key(GONE)),
        ("edited", key(HOSTILE)),
        ("edited", key(NIGHT)),
    ]
    assert answer.page.xpath("//h2/time/text()") == ["2026-03-07", "2026-03-06", "2026-03-03"]


def test_each_change_says_what_changed(room):
    answer = room.get("/changes")
    assert words(answer) == [
        "its page answers again",
        "gone: HTTP 404; it is back since",
        "gone: HTTP 404, first seen 2026-03-05",
        "text 86 characters longer · side by side",
        "title changed; text 4 characters longer · side by side",
    ]
    sample = answer.page.xpath("//p[@class='sample']")[-1]
    assert (sample.text, sample.xpath("del/text()"), sample.xpath("ins/text()")) == ("民警走访商户", ["二"], ["三"])
    link = answer.page.xpath("//p[@class='what']/a/@href")[-1]
    assert room.get(link).status == 200


def test_by_site_and_by_kind(room):
    assert {changed for _, changed in listed(room.get("/changes?site=beijing"))} == {key(NIGHT)}
    assert {kind for kind, _ in listed(room.get("/changes?kind=gone"))} == {"gone"}
    assert listed(room.get("/changes?site=gansu&kind=restored")) == [("restored", key(COPY))]
    assert room.get("/changes?site=gansu").page.xpath("//option[@selected]/@value") == ["gansu"]


def test_where_nothing_changed_it_says_so(room):
    assert "No change is known." in room.get("/changes?site=shanxi").text


@pytest.mark.parametrize(
    "query", ["before=x", "before=2026-03-03", "kind=%00", "site=%3Cscript%3E", "before=~", "site="]
)
def test_no_address_is_an_error(room, query):
    answer = room.get(f"/changes?{query}")
    assert answer.status == 200
    assert not answer.page.xpath("//main//script")


@pytest.mark.parametrize(("site", "expected"), [("", MANY + 3), ("beijing", MANY // 4)])
def test_pages_follow_each_other_and_none_is_left_out_or_told_twice(busy, site, expected):
    path, seen, pages = f"/changes?site={site}", [], 0
    while path and pages < 10:
        answer = busy.get(path)
        seen += listed(answer)
        path = next(iter(answer.page.xpath("//a[@rel='next']/@href")), "")
        pages += 1
        assert not path or f"site={site}" in path or not site
    assert len(seen) == len(set(seen)) == expected


def test_what_is_no_text_is_named_too(busy):
    first = words(busy.get("/changes"))[:3]
    assert first == [
        "title changed · side by side",
        "subtitle changed · side by side",
        f"an image or file has other bytes at {PICTURE} · side by side",
    ]
