"""Texts that open a mark again and again and never close it: to read them takes a time in proportion to their length.

The limit does not measure that: what it lets pass takes half a second, what it is to stop took minutes, or for ever.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crawler.cms import Page, parse
from crawler.cms.detect import detect
from crawler.worker import Worker

URL = "https://gaj.haixi.example/xxfb/jwbd/"
SIZE = 500_000
BEGINNINGS = ("<!---->", "<!-- ", "<!-- --> ", "<!DOCTYPE html>", "<!DOCTYPE ", "<?xml ?>", "<? ", "\n")
OPENINGS = (
    *("<script ", ".jpage({", ".jpage ( ", "loadPageData ", "webSiteCode ", "window._CONFIG={", "window._CONFIG = "),
    *("createPageHTML(", "createPageHTML('' ", "createPageHTML(1 ", "countPage = ", "maxPageNum1", "/Category_1"),
    *("/t20260703_1", "/content/post_1", "/info/1/1", "/Pages_1_11111", "/info/1"),
)
SPACES = " " * SIZE


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(seconds=5) as running:
        yield running


def repeated(text: str) -> str:
    return text * (SIZE // len(text))


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_no_beginning_is_looked_at_long(worker: Worker, beginning: str) -> None:
    assert worker.submit(detect, Page(URL, repeated(beginning))).result() is None


@pytest.mark.parametrize("opening", OPENINGS)
def test_no_mark_is_looked_for_long(worker: Worker, opening: str) -> None:
    text = "<script>{0}</script><a href='{0}'>2026-07-03</a>".format(repeated(opening))
    assert worker.submit(detect, Page(URL, text)).result() is None


@pytest.mark.parametrize(
    ("cms", "text"),
    [
        ("trs", f"<script>countPage = 2; href='.{SPACES}'</script>"),
        ("auto", f"<input value='下一页' onclick='location={SPACES}'>"),
        ("feed", "<urlset>" + f"<url><loc>/{'0' * 2000}/</loc></url>" * 2000 + "</urlset>"),
    ],
    ids=["extension", "location", "addresses"],
)
def test_no_list_is_read_long(worker: Worker, cms: str, text: str) -> None:
    assert worker.submit(parse, cms, Page(URL, text)).result().entries == ()
