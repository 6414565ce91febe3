from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from reading_room import Room, Serve, opened
from sample_release import ARTICLE
from storied_archive import Storied, later

from archive import Archive
from archive.addresses import key

HUGE, OFTEN = "https://press.example/x/huge.html", "https://press.example/x/often.html"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> Iterator[Room]:
    folder = tmp_path_factory.mktemp("large") / "data"
    with Archive.open(folder, write=True) as archive:
        story = Storied(archive)
        text = "警" * 500_000 + "\n" + "\n".join(f"第{number}段，" + "民警走访。" * 10 for number in range(4_000))
        story.visit(HUGE, replace(ARTICLE, title="长", body=text))
        story.visit(HUGE, replace(ARTICLE, title="长" * 5_000, body=text.replace("段，", "段：")), later(days=1))
        often = story.capture(OFTEN, later(days=0))
        for number in range(500):
            archive.store.keep(
                OFTEN, replace(ARTICLE, body=f"第{number}稿。"), replace(often, captured=later(hours=number))
            )
    with opened(folder, serve) as room:
        yield room


def test_a_body_of_two_megabytes_is_shown_whole(large):
    answer = large.get(f"/release/{key(HUGE)}")
    assert len(answer.body) > 2_000_000
    assert len(answer.page.xpath("//div[@class='text']/p")) == 4_001


def test_two_versions_of_two_megabytes_are_compared(large):
    answer = large.get(f"/release/{key(HUGE)}/versions")
    assert answer.status == 200
    assert answer.page.xpath("//tr[@class='changed'][1]//ins/text()")[0] == "："
    assert "more lines are not shown here" in answer.text


def test_of_five_hundred_versions_the_last_are_shown_and_the_rest_named(large):
    answer = large.get(f"/release/{key(OFTEN)}")
    rows = answer.page.xpath("//section[@aria-labelledby='versions']//tbody/tr/td[1]/a/text()")
    assert rows[0] == "500"
    assert rows == sorted(rows, key=int, reverse=True)
    assert "the last 200; all of them are in the table" in answer.text
    assert large.get(f"/release/{key(OFTEN)}/versions?from=1&to=500").status == 200
