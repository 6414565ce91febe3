"""The only test of sites: every folder of pages/ holds saved or re-created pages and what has to be read from them.

What a folder holds is said in page_folders.py. The lists are compared here, the articles in test_quality.py. A missing
expected.json is written from what was read, and the test fails until somebody has looked at it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests import page_folders
from tests.page_folders import FIELDS, LISTINGS, Json

FOLDERS = page_folders.folders(Path(__file__).parent / "pages")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_page(folder: Path) -> None:
    parts = page_folders.parts(folder)
    assert parts, "neither listing.html nor article.html"
    if not (folder / "expected.json").exists():
        text = json.dumps({part: _read(folder, part) for part in parts}, ensure_ascii=False, indent=2)
        (folder / "expected.json").write_text(text + "\n", "utf-8")
        pytest.fail("review it, then commit it")
    expected = page_folders.expected(folder)
    assert expected.keys() == set(parts)
    for part in expected.keys() & set(LISTINGS):
        assert page_folders.listing(folder, part) == expected[part]
    if page_folders.declared(folder).get("auto_too"):
        assert page_folders.listing(folder, family="auto") == expected["listing"]


def _read(folder: Path, part: str) -> Json:
    if part != "article":
        return page_folders.listing(folder, part)
    read = page_folders.article(folder)
    return {field: read[field] for field in FIELDS}


@pytest.mark.parametrize("part", ["listing", "article"])
def test_what_is_missing_is_written_for_review(part: str, tmp_path: Path) -> None:
    known = next(folder for folder in FOLDERS if page_folders.parts(folder) == [part])
    folder = tmp_path / known.name
    shutil.copytree(known, folder, ignore=shutil.ignore_patterns("expected.json"))
    with pytest.raises(pytest.fail.Exception, match=r"^review it, then commit it$"):
        test_page(folder)
    before, written = page_folders.expected(known)[part], page_folders.expected(folder)[part]
    assert written == {field: before[field] for field in written}
    assert written.keys() >= ({"entries"} if part == "listing" else set(FIELDS))
    test_page(folder)
