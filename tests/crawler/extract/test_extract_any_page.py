"""No page raises unless its parser gives up on it, and none takes for ever."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.models import Article
from crawler.extract import extract
from crawler.markup import UnreadablePageError

PAGES = sorted((Path(__file__).parents[2] / "pages").glob("*/article.html"))
URL = "https://gaj.example.gov.cn/1.html"


def mutated(payload: bytes, how: str, chance: random.Random) -> bytes:
    at = chance.randrange(len(payload))
    if how == "truncated":
        return payload[:at]
    if how == "beheaded":
        return payload[at:]
    if how == "doubled":
        return payload + payload
    if how == "shuffled":
        parts = payload.split(b"<")
        chance.shuffle(parts)
        return b"<".join(parts)
    if how == "tags dropped":
        return b">".join(part for part in payload.split(b">") if chance.random() > 0.2)
    damaged = bytearray(payload)
    for _ in range(100):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    return bytes(damaged)


MUTATIONS = ("truncated", "beheaded", "doubled", "shuffled", "tags dropped", "damaged")


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(PAGES), st.sampled_from(MUTATIONS), st.randoms(use_true_random=False))
def test_a_mutated_page(page: Path, how: str, chance: random.Random) -> None:
    found = extract(mutated(page.read_bytes(), how, chance), URL)
    assert isinstance(found, Article)
    assert (found.body_kind == "text") == bool(found.body)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes(payload: bytes) -> None:
    assert isinstance(extract(payload, URL), Article)


@pytest.mark.parametrize(
    "payload",
    [b"<div>" * 2_000, b"<!--" * 1_000_000, "来源：".encode() * 500_000, "<table><tr><td>字。".encode() * 600],
    ids=["nested", "comments", "labels", "tables"],
)
def test_nonsense_is_bounded(payload: bytes) -> None:
    started = time.process_time()
    assert isinstance(extract(payload, URL), Article)
    assert time.process_time() - started < 20


@pytest.mark.parametrize("payload", [b"<div>" * 1_000_000, "<table><tr><td>字。".encode() * 200_000])
def test_a_page_that_its_parser_gives_up_on_raises(payload: bytes) -> None:
    with pytest.raises(UnreadablePageError, match="Excessive depth"):
        extract(payload, URL)
