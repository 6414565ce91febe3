"""Mark-up made a tree: whole, or not at all."""

from __future__ import annotations

import pytest

from crawler import cms, markup


@pytest.mark.parametrize("page", [b"", b"  \n", b"<!-- nothing -->", b"<?xml version='1.0'?>"])
def test_where_there_is_nothing_there_is_an_empty_document(page: bytes) -> None:
    assert markup.parse(page).text_content().strip() == ""


@pytest.mark.parametrize("tag", ["div", "span", "font", "table"])
def test_elements_may_stand_two_thousand_deep(tag: str) -> None:
    assert "通报" in markup.parse(f"<{tag}>".encode() * 2_000 + "通报".encode()).text_content()


@pytest.mark.parametrize("end", ["", "</div>" * 3_000])
def test_a_tree_that_its_parser_cut_off_is_none(end: str) -> None:
    with pytest.raises(markup.UnreadablePageError, match=r"^the parser gave up: Excessive depth in document: 2048$"):
        markup.parse(f"{'<div>' * 3_000}通报{end}<p>下文".encode())


def test_half_a_list_is_no_list() -> None:
    lines = [f'<li><a href="/t20260703_{number}.html">第{number}号警情通报</a> 2026-07-03</li>' for number in range(20)]
    whole = cms.parse("auto", cms.Page("http://gaj.example.gov.cn/", "".join(lines)))
    assert len(whole.entries) == 20
    broken = "".join([*lines[:10], "<div>" * 3_000, *lines[10:]])
    with pytest.raises(markup.UnreadablePageError):
        cms.parse("auto", cms.Page("http://gaj.example.gov.cn/", broken))
