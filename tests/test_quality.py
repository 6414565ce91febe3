"""How well releases are read: every article page of pages/ against the values that a person read from it, exactly.

The set is a yardstick as long as it is kept honest: large enough, complete in its fields, with each kind of value and
each disagreement of a page with itself at least once. The second half of this file says so.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from archive.models import Attachment, BodyKind, Precision
from tests import page_folders
from tests.page_folders import FIELDS, Json

FOLDERS = page_folders.folders(Path(__file__).parent / "pages")
ARTICLES = [folder for folder in FOLDERS if "article" in page_folders.parts(folder)]
LEAST = 40


@pytest.mark.parametrize("folder", ARTICLES, ids=lambda folder: folder.name)
def test_an_article(folder: Path) -> None:
    expected, read = page_folders.expected(folder)["article"], page_folders.article(folder)
    differing = [line for field in expected for line in _difference(field, expected[field], read[field])]
    assert not differing, "\n".join([f"{folder.name}, expected (-) and read (+):", *differing])


def _difference(field: str, expected: object, read: object) -> Iterator[str]:
    """The lines that differ, those of a body without their equal neighbours."""
    if expected != read:
        yield f"  {field}"
        before, after = _lines(expected), _lines(read)
        for line in difflib.unified_diff(before, after, lineterm="", n=0):
            if not line.startswith(("---", "+++", "@@")):
                yield f"    {line}"


def _lines(value: object) -> list[str]:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
    return text.split("\n")


def test_a_difference_names_the_field_and_shows_both() -> None:
    assert list(_difference("body", "一\n二\n三", "一\n二\n四")) == ["  body", "    -三", "    +四"]
    assert list(_difference("author", None, "张某")) == ["  author", "    -null", "    +张某"]
    assert list(_difference("labels", {}, {})) == []


@pytest.fixture(scope="module")
def expectations() -> list[Json]:
    return [page_folders.expected(folder)["article"] for folder in ARTICLES]


def test_the_set_is_large_enough() -> None:
    assert len(ARTICLES) >= LEAST


@pytest.mark.parametrize("folder", ARTICLES, ids=lambda folder: folder.name)
def test_every_field_is_named(folder: Path) -> None:
    assert set(FIELDS) <= page_folders.expected(folder)["article"].keys()


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("published_precision", {*get_args(Precision), None}),
        ("body_kind", set(get_args(BodyKind))),
        ("is_repost", {True, False, None}),
    ],
)
def test_each_value_occurs(field: str, values: set[object], expectations: list[Json]) -> None:
    assert {one[field] for one in expectations} == values


def test_each_kind_of_attachment_occurs_and_captions_do(expectations: list[Json]) -> None:
    attachments = [attachment for one in expectations for attachment in one["attachments"]]
    assert {one["kind"] for one in attachments} == set(get_args(get_type_hints(Attachment)["kind"]))
    assert any(one["caption"] for one in attachments)
    assert any(one["name"] for one in attachments)


@pytest.mark.parametrize("field", ["published", "content_source", "title"])
def test_a_page_that_contradicts_itself_occurs(field: str, expectations: list[Json]) -> None:
    assert any(field in one["conflicts"] for one in expectations)


@pytest.mark.parametrize("field", ["subtitle", "content_source", "issuer", "author", "editor", "labels", "repost_of"])
def test_a_field_is_filled_on_one_page_and_empty_on_another(field: str, expectations: list[Json]) -> None:
    assert {bool(one[field]) for one in expectations} == {True, False}


def test_charsets_that_are_declared_rightly_and_wrongly_occur_and_characters_are_lost(expectations: list[Json]) -> None:
    charsets = [(one["charset"], one["charset_declared"]) for one in expectations if "charset" in one]
    assert ("big5hkscs", "big5") in charsets
    assert ("gb18030", "utf-8") in charsets
    assert ("utf-8", "gb2312") in charsets
    assert {one["characters_lost"] for one in expectations if "charset" in one} == {0, 1}
