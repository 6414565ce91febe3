"""No page raises unless its parser gives up on it, none takes for ever, and what is read of any is a sound release."""

from __future__ import annotations

import datetime as dt
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.models import Article, Entry
from crawler.extract import charset, document, extract, walk
from crawler.markup import UnreadablePageError
from crawler.worker import Worker, WorkFailedError
from tests import page_folders

FOLDERS = [
    folder
    for folder in page_folders.folders(Path(__file__).parents[2] / "pages")
    if "article" in page_folders.parts(folder)
]
URL = "https://gaj.example.gov.cn/1.html"
SENTENCE = "6月3日，某市公安局召开新闻发布会，通报夏季治安打击整治行动阶段性战果。"
TOLD = ("title", "subtitle", "published", "content_source", "issuer", "author", "editor")
UNSEEN = ("Cc", "Cs")  # controls and halves of surrogate pairs; the marks that turn or hide text besides
TURNING = frozenset("\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\ufeff")


def assert_sound(article: Article, captured: dt.datetime | None = None) -> None:
    lines = article.body.split("\n") if article.body else []
    assert (article.body_kind == "text") == bool(lines)
    for line in lines:
        assert line.strip()
        assert line.strip() == line.lstrip("\t"), "a row may begin with an empty cell, and nothing else"
    assert lines[:1] != [article.title]
    for value in (article.title, article.subtitle, article.content_source, *article.labels.values()):
        assert value is None or (value and value == value.strip())
    filled = {field for field in TOLD if getattr(article, field)}
    assert article.origins.keys() - {"body"} == filled
    assert not article.body or "body" in article.origins
    assert (article.published is None) == (article.published_precision is None)
    assert article.conflicts == tuple(sorted(set(article.conflicts)))
    assert_plausible(article.published, captured)
    for attachment in article.attachments:
        parts = urlsplit(attachment.url)
        assert parts.scheme in ("http", "https")
        assert parts.hostname
    for text in texts(article):
        assert not any(unicodedata.category(letter) in UNSEEN or letter in TURNING for letter in text), repr(text)


def assert_plausible(published: dt.date | None, captured: dt.datetime | None) -> None:
    day = published.date() if isinstance(published, dt.datetime) else published
    assert day is None or day >= dt.date(1999, 1, 1)
    if day and captured:
        assert day <= (captured + dt.timedelta(hours=1)).date()


def texts(article: Article) -> Iterator[str]:
    """Everything that is said of a release, lines without the tabs between the cells of a row."""
    yield from (getattr(article, field) or "" for field in TOLD if field != "published")
    yield from (cell for line in (*article.body.split("\n"), *article.stripped) for cell in line.split("\t"))
    yield from (text for label in article.labels.items() for text in label)
    yield from (text or "" for one in article.attachments for text in (one.url, one.name, one.caption))
    yield from (text for one in article.rejected for text in (one.field, one.value, one.origin))


def assert_told_once(article: Article, payload: bytes, content_type: str | None) -> None:
    """A line of the page is in the body or stripped from it, never both."""
    body = Counter(article.body.split("\n"))
    both = [line for line in set(article.stripped) if body[line]]
    if both:
        tree = document.parse(charset.decode(payload, content_type).text)
        document.drop_unseen(tree)
        shown = Counter(line.text for line in walk.read(tree).lines)
        for line in both:
            assert body[line] + article.stripped.count(line) <= shown[line]


def split(page: bytes, before: bytes) -> list[bytes]:
    return re.split(rb"(?=" + before + rb")", page, flags=re.IGNORECASE)


def shuffled(page: bytes, chance: random.Random) -> bytes:
    parts = split(page, b"<")
    chance.shuffle(parts)
    return b"".join(parts)


def moved(page: bytes, chance: random.Random) -> bytes:
    parts = split(page, rb"<(?:p|div|h\d|table|span|br|font|td)\b")
    for part in chance.sample(parts, 3):
        parts.insert(chance.randrange(len(parts)), part)
    parts.pop(chance.randrange(len(parts)))
    return b"".join(parts)


def damaged(page: bytes, chance: random.Random) -> bytes:
    bytes_ = bytearray(page)
    for _ in range(100):
        bytes_[chance.randrange(len(bytes_))] = chance.randrange(256)
    return bytes(bytes_)


def sprinkled(page: bytes, chance: random.Random) -> bytes:
    parts = split(page, rb"[<>]|[\x80-\xff]{3}")
    for _ in range(chance.randrange(1, 15)):
        parts.insert(chance.randrange(len(parts)), chance.choice(NOISE).encode("utf-8", "surrogatepass"))
    return b"".join(parts)


def in_references(page: bytes, chance: random.Random) -> bytes:
    text = charset.decode(page).text
    return "".join(f"&#{ord(x)};" if x > "\u2000" and chance.random() < 0.5 else x for x in text).encode()


def nested(page: bytes, chance: random.Random) -> bytes:
    parts = split(page, b"<")
    parts.insert(chance.randrange(len(parts)), chance.choice(BOXES) * chance.choice((2, 40)))
    return b"".join(parts)


BOXES = (b"<div>", b"<span>", b"<b>", b"<table><tr><td>", b"<section><p>", b"<ul><li>", b"<a href=x>")
NOISE = (
    *("&#1;", "&#0;", "&#xFFFF;", "&#x202e;", "&#8203;", "&#133;", "&#xd800;", "&nbsp;", "&zwnj;", "&lrm;"),
    *("\x00", "\x1f", "\x85", "\u200b", "\u2028", "\ufeff", "\ud800", "\n", "\t"),
    *("<br>", "<p>", "</p>", "<div>", "</div>", "<td>", "</table>", "<h1>", "</h1>", "<b>", "<title>", "</title>"),
    *("<style>", "<!--", "-->", "<![CDATA[", "来源：", "编辑：", "责任编辑：张某", "【", "】", "（", "。", "相关阅读"),
    *("2024-03-04", "附件", "<img src=a.jpg>", "<a href=x.html>", "<a href=x.pdf>", "<video src=a.mp4>"),
    *("<meta name=PubDate content=1970-01-01>", "<a href=http://h.example.cn/&#x202e;a.pdf>附件"),
    "<img src=http://h.example.cn/&#10;a.jpg>",
)
MUTATIONS: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "truncated": lambda page, chance: page[: chance.randrange(len(page))],
    "beheaded": lambda page, chance: page[chance.randrange(len(page)) :],
    "repeated": lambda page, chance: page * chance.choice((2, 3)),
    "tags cut": lambda page, chance: b">".join(part for part in page.split(b">") if chance.random() > 0.2),
    "tags dropped": lambda page, chance: re.sub(rb"<[^<>]*>", lambda tag: tag[0] * (chance.random() > 0.3), page),
    "attributes cut": lambda page, chance: re.sub(
        rb"\s[^<>\s]*(?=>)", lambda end: end[0][: chance.choice((0, 5))], page
    ),
    **{one.__name__: one for one in (shuffled, moved, damaged, sprinkled, in_references, nested)},
}


@settings(max_examples=300)
@given(st.sampled_from(FOLDERS), st.sampled_from(sorted(MUTATIONS)), st.integers(0, 2**32))
def test_a_mutated_page(folder: Path, how: str, seed: int) -> None:
    about = page_folders.declared(folder)["article"]
    payload = MUTATIONS[how]((folder / "article.html").read_bytes(), random.Random(seed))  # noqa: S311 -- repeats itself
    entry = Entry(about["url"], **about["entry"]) if "entry" in about else None
    content_type, captured = about.get("content_type"), about.get("captured")
    found = extract(payload, about["url"], content_type, None, captured, entry)
    assert_sound(found, captured)
    assert_told_once(found, payload, content_type)


@given(st.binary(max_size=400))
def test_any_bytes(payload: bytes) -> None:
    assert_sound(extract(payload, URL))


@given(st.lists(st.sampled_from([*NOISE, SENTENCE, *(box.decode() for box in BOXES)]), max_size=40))
def test_any_tags(parts: list[str]) -> None:
    assert_sound(extract("".join(parts).encode("utf-8", "surrogatepass"), URL))


@pytest.mark.parametrize("row", ["<td>", "<td>&nbsp;</td><td> </td>", "<td><br></td>"])
def test_a_table_of_empty_cells_is_no_text(row: str) -> None:
    html = f"<html><table><tr><td>日期：2019-10-24　文章来源：某局　作者：王某</td></tr><tr>{row}</tr></table></html>"
    found = extract(html.encode(), URL)
    assert_sound(found)
    assert (found.body, found.content_source) == ("", "某局")


def test_the_row_of_a_table_is_no_title() -> None:
    row = "<tr><td>发文机关：</td><td>某省公安厅</td><td>成文日期：</td><td>2022年9月20日</td></tr>"
    html = f"<table>{row}{row.replace('发文机关', '公开机构')}</table><div><p>{SENTENCE}</p></div>"
    assert extract(f"<html>{html}</html>".encode(), URL).title is None


MEGABYTE = 1_000_000


def filled(unit: str, megabytes: float = 5) -> bytes:
    payload = unit.encode()
    return payload * int(megabytes * MEGABYTE / len(payload))


# Pages that say nothing with much. Those of elements are smaller: each costs some 20 microseconds, and what counts is
# that twice as many cost twice as much, which the worker's limit tells from four times as much. An element's attributes
# cost libxml2 the square of their number: tests/crawler/test_hostile.py has more of them, and a crawl that goes on.
HOSTILE = {
    "nested": filled("<div>"),
    "one line": filled("民警抓获嫌疑人，"),
    "labels": filled("来源："),
    "comments": filled("<!--"),
    "white space": filled("\u3000"),
    "end tags": filled("</div>"),
    "sentences": filled(SENTENCE, 2),
    "labels, spaced": filled("来源： ", 1),
    "a byline that does not end": filled("（来源：某局 ", 1),
    "X 关闭": filled("X 关闭", 1),
    "brackets": filled("【", 1),
    "digits": filled("2024", 0.5),
    "tags that are none": filled("<", 0.2),
    "nested, but not too deep": b"<b>" * 2_000 + filled(SENTENCE, 1),
    "nested tables": filled("<table><tr><td>字。", 0.02),
    "links": filled("<a href='/1.html'>题</a>", 0.5),
    "links that do not end": filled("<a>", 0.1),
    "line breaks": filled("<br>", 0.1),
    "lines": filled("民警。<br>", 0.6),
    "paragraphs": filled(f"<p>{SENTENCE}</p>", 0.5),
    "cells": b"<table><tr>" + filled("<td>3</td>", 0.1),
    "rows": b"<table>" + filled("<tr><td>甲</td><td>3</td></tr>", 0.1),
    "lines of a title": b"<h1>" + filled("标题文字<br>", 0.3) + b"</h1>" + filled(SENTENCE, 0.01),
    "shelves": filled("<p>相关阅读</p>", 0.1),
    "pictures": filled('<p><img src="/1.jpg"></p><p>图为现场。</p>', 0.1),
    "attributes": f"<p {' '.join(f'a{number}' for number in range(25_000))}>{SENTENCE}".encode(),
}
GIVEN_UP = ("nested", "nested tables")


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(seconds=20) as running:
        yield running


@pytest.mark.parametrize("name", HOSTILE)
def test_a_page_that_says_nothing_with_much_is_bounded(name: str, worker: Worker) -> None:
    reading = worker.submit(extract, HOSTILE[name], URL)
    if name in GIVEN_UP:
        with pytest.raises(WorkFailedError, match=f"{UnreadablePageError.__name__}: the parser gave up: Excessive"):
            reading.result()
    else:
        assert_sound(reading.result())
