"""The only test of sites: every folder of pages/ holds saved or re-created pages and what has to be read from them.

SITE@DATE/ holds listing.html, article.html or both, frame.html where a browser fills the list, and

- page.toml: `[listing]` and `[frame]` with `url`, `cms` and optional `content_type`, `[listing.selectors]`; `[article]`
  with `url` and optional `content_type`, `captured`, `[article.entry]` (`title`, `published`); `site`, the slug of a
  site file, or `[site]` with `name`, `kind`, `division`;
  `auto_too = true` where the listing has to come out the same through the family `auto`;
- expected.json: the whole list page; of the article the fields that matter, among them `title`, `published`, `body`.

A missing expected.json is written from what was read, and the test fails until somebody has looked at it.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from archive.models import Article, Entry
from crawler import cms
from crawler.extract import extract
from crawler.extract.charset import decode
from crawler.site import Site, load_site, sites_folder

FOLDERS = sorted(path for path in (Path(__file__).parent / "pages").iterdir() if path.is_dir())
Json = dict[str, Any]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_page(folder: Path) -> None:
    declared = tomllib.loads((folder / "page.toml").read_text("utf-8"))
    read = _read(folder, declared)
    assert read, "neither listing.html nor article.html"
    expected = _expected(folder, read)
    assert read.keys() == expected.keys()
    for listing in read.keys() & {"listing", "frame"}:
        assert read[listing] == expected[listing]
    if declared.get("auto_too"):
        assert _listing(folder / "listing.html", {**declared["listing"], "cms": "auto"}) == expected["listing"]
    if "article" in read:
        assert {"title", "published", "body"} <= expected["article"].keys()
        assert {field: read["article"][field] for field in expected["article"]} == expected["article"]


def test_what_is_missing_is_written_for_review(tmp_path: Path) -> None:
    known = next(folder for folder in FOLDERS if (folder / "listing.html").exists())
    folder = tmp_path / known.name
    shutil.copytree(known, folder, ignore=shutil.ignore_patterns("expected.json"))
    with pytest.raises(pytest.fail.Exception, match=r"^review it, then commit it$"):
        test_page(folder)
    assert json.loads((folder / "expected.json").read_text("utf-8"))["listing"]["entries"]
    test_page(folder)


def _expected(folder: Path, read: Json) -> Json:
    file = folder / "expected.json"
    if not file.exists():
        file.write_text(json.dumps(read, ensure_ascii=False, indent=2) + "\n", "utf-8")
        pytest.fail("review it, then commit it")
    expected: Json = json.loads(file.read_text("utf-8"))
    return expected


def _read(folder: Path, declared: Json) -> Json:
    read: Json = {}
    for listing in ("listing", "frame"):
        if (folder / f"{listing}.html").exists():
            read[listing] = _listing(folder / f"{listing}.html", declared[listing])
    if (folder / "article.html").exists():
        read["article"] = _article(folder, declared)
    return read


def _listing(file: Path, declared: Json) -> Json:
    text = decode(file.read_bytes(), declared.get("content_type")).text
    page = cms.Page(declared["url"], text, declared.get("selectors", {}))
    return _plain(cms.parse(declared["cms"], page))


def _article(folder: Path, declared: Json) -> Json:
    article = declared["article"]
    entry = Entry(article["url"], **article["entry"]) if "entry" in article else None
    site = _site(declared["site"], article["url"]) if "site" in declared else None
    payload = (folder / "article.html").read_bytes()
    return _plain(extract(payload, article["url"], article.get("content_type"), site, article.get("captured"), entry))


def _site(declared: str | Json, url: str) -> Site:
    """The site as its file has it, with its layouts; or one made up for the page."""
    if isinstance(declared, str):
        return load_site(sites_folder() / f"{declared}.toml")
    return Site(slug="fixture", english="", home=url, evidence="a fixture", listings=(), **declared)


def _plain(read: cms.ListPage | Article) -> Json:
    """Dataclasses, tuples and dates as JSON has them."""
    plain: Json = json.loads(json.dumps(dataclasses.asdict(read), default=lambda day: day.isoformat()))
    return plain
