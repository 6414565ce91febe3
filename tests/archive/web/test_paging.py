"""Datasette's own pages of a table: none of many releases of one day is left out between two of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from json import loads
from urllib.parse import quote

import pytest
from reading_room import Room, Serve, opened

from archive import Archive

DAY = dt.date(2026, 3, 1)
MANY = 230


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, keep_release: Callable[..., str], serve: Serve) -> Iterator[Room]:
    folder = tmp_path_factory.mktemp("paging")
    with Archive.open(folder, write=True) as archive:
        archive.store.declare_site(
            slug="beijing", name="北京市公安局", english="Beijing", kind="police", division="110000",
            home="https://gaj.example/", verified=None, evidence="a test",
        )  # fmt: skip
        for number in range(MANY):
            day = {"published": DAY, "published_precision": "day"} if number % 10 else {"published": None}
            keep_release(archive, f"{number}.html", title=f"通报{number}", **day)
    with opened(folder, serve) as room:
        yield room


@pytest.mark.parametrize("order", ["", "&site=beijing", "&year=2026", "&_search=通报"])
def test_no_release_is_left_out_between_two_pages(room: Room, order: str) -> None:

    seen: list[int] = []
    following = f"/press/press_releases.json?_shape=objects&_size=50{quote(order, safe='&=_')}"
    while following:
        answer = loads(room.follow(following).body)
        seen += [row["id"] for row in answer["rows"]]
        following = answer["next_url"]
    assert len(seen) == len(set(seen)) == (MANY - MANY // 10 if "&year=" in order else MANY)
