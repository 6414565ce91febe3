"""Saved HTML: from where and when, as the browser wrote it or a person says, and never both ways."""

from __future__ import annotations

import datetime as dt
import os
from contextlib import suppress
from pathlib import Path

import pytest
from foreign_files import PAGE, URL, answers, read, until_damage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive import foreign
from archive.foreign import payload
from archive.models import Answer

OTHER = URL.replace("1001", "1002")
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
CHROME = f"<!DOCTYPE html>\n<!-- saved from url=(00{len(URL)}){URL} -->\n".encode() + PAGE
SINGLE_FILE = (
    f"<!DOCTYPE html> <html lang=zh><!--\n Page saved with SingleFile \n url: {URL} \n saved date:"
    " Mon Mar 02 2026 18:30:05 GMT+0800 (中国标准时间)\n-->"
).encode() + PAGE


def saved(path: Path, content: bytes) -> Path:
    """A file last changed at noon."""
    path.write_bytes(content)
    os.utime(path, (NOON.timestamp(), NOON.timestamp()))
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "夜市守护.html"


def test_a_page_is_dated_by_its_file_and_states_no_charset(file: Path) -> None:
    expected = Answer("beijing", 7, URL, NOON, 200, (("Content-Type", "text/html"),), CHROME, "ok")
    assert answers(saved(file, CHROME)) == [expected]


def test_single_file_states_its_date(file: Path) -> None:
    [answer] = answers(saved(file, SINGLE_FILE))
    assert (answer.url, answer.captured) == (URL, dt.datetime(2026, 3, 2, 10, 30, 5, tzinfo=dt.UTC))
    older = SINGLE_FILE.replace(b"Page saved with", b"Archive processed by").replace("中国标准时间".encode(), b"")
    assert answers(saved(file, older))[0].captured == answer.captured
    nonsense = SINGLE_FILE.replace(b"Mar 02", b"Mar 92")
    assert answers(saved(file, nonsense))[0].captured == NOON


def test_what_a_person_says_comes_first(file: Path) -> None:
    said = NOON - dt.timedelta(days=400)
    [answer] = answers(saved(file, SINGLE_FILE), captured=said, url=URL + "#top")
    assert (answer.url, answer.captured) == (URL + "#top", said)
    assert answers(saved(file, b"\xef\xbb\xbf\n" + PAGE), url=URL)[0].body.startswith(b"\xef\xbb\xbf")


def test_an_address_is_needed_and_two_are_one_too_many(file: Path) -> None:
    assert "--url" in until_damage(saved(file, PAGE))[1]
    assert "--url" in until_damage(saved(file, b"<!-- saved from url=(0014)about:internet -->" + PAGE))[1]
    why = until_damage(saved(file, CHROME), url=OTHER)[1]
    assert URL in why
    assert OTHER in why
    assert "no host of this site" in until_damage(saved(file, PAGE), url="https://web.archive.example/1")[1]
    assert "not an http or https address" in until_damage(saved(file, PAGE), url="file:///a.html")[1]


def test_an_impossible_date_or_a_file_that_is_no_page_is_refused(file: Path) -> None:
    assert "--captured" in until_damage(saved(file, CHROME), captured=NOON.replace(year=2100))[1]
    assert "larger than 8 MiB" in until_damage(saved(file, CHROME + bytes(payload.LARGEST_PAGE)))[1]
    assert "no text" in until_damage(saved(file, CHROME + b"\0"))[1]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    top=st.sampled_from([b"<html>", CHROME[:60], SINGLE_FILE[:80], b"<!-- saved from url=(1)http://["]),
    rest=st.binary(max_size=80),
)
def test_no_bytes_make_it_fall_over(top: bytes, rest: bytes, tmp_path: Path) -> None:
    with suppress(foreign.ForeignFileError):
        assert len(read(saved(tmp_path / "fuzzed", top + rest + PAGE))) == 1
