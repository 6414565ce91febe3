from __future__ import annotations

import csv
import io
import json
import re
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html

from archive.web.serving import metadata_file


@pytest.fixture(scope="module")
def host(small_archive: Path, serve) -> Iterator[str]:
    datasette = Path(sys.executable).with_name("datasette")
    with serve(datasette, small_archive / "press.db", "-m", metadata_file(), "--port", "0") as address:
        yield address


def fetch(address: str) -> str:
    with urllib.request.urlopen(address) as answer:  # noqa: S310 - our own server
        return answer.read().decode("utf-8")


def door(host: str, path: str) -> dict[str, str]:
    [box] = html.fromstring(fetch(f"{host}{path}")).xpath("//details[@class='notebook']")
    return {term.text: term.getnext().xpath("string(.//code)") for term in box.xpath(".//dt")}


PAGES = [
    ("/press/press_releases", 5),
    ("/press/press_releases?site=gansu&_size=1", 3),
    ("/press/press_releases?year__gt=2023&_sort_desc=published&_size=2", 3),
    ("/press/press_releases?_search=%E5%A4%9C%E5%B8%82", 2),
    ("/press/captures?_size=2", 5),
    ("/press?sql=select+title+from+press_releases+where+title+%3C%3E+%27%22%27", 4),
]


@pytest.mark.parametrize(("path", "rows"), PAGES)
def test_csv_has_every_row_of_the_page_and_those_after_it(host, path, rows):
    assert len(list(csv.DictReader(io.StringIO(fetch(door(host, path)["CSV"]), newline="")))) == rows


@pytest.mark.parametrize(("path", "rows"), PAGES)
def test_json_is_a_list_of_rows(host, path, rows):
    assert len(json.loads(fetch(door(host, path)["JSON"]))) == rows


@pytest.mark.parametrize(("path", "rows"), PAGES)
def test_lines_of_code_name_the_same_address(host, path, rows):
    lines = door(host, path)
    for language in ("pandas", "R"):
        assert re.search(r'csv\("([^"]+)"', lines[language])[1] == lines["CSV"]
    compile(lines["pandas"], "line", "exec")


def test_what_is_asked_for_cannot_leave_the_quotes(host):
    asked = urllib.parse.quote("select '\"); import os; (\"' as a", safe="\"'();")  # as a browser leaves them
    lines = door(host, f"/press?sql={asked}")
    assert lines["pandas"].count('"') == 2
    assert json.loads(fetch(lines["JSON"])) == [{"a": '"); import os; ("'}]


def test_the_address_is_that_of_the_request(host):
    request = urllib.request.Request(f"{host}/press/sites", headers={"Host": "archive.example"})  # noqa: S310 - ours
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - as above
        page = html.fromstring(answer.read().decode("utf-8"))
    assert page.xpath("string(//details[@class='notebook']//code)").startswith("http://archive.example/press/sites.csv")
