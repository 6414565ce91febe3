"""Folders of saved or re-created pages: what page.toml says of them, what is read from them, what is expected.

SITE@DATE/ holds listing.html, article.html or both, frame.html where a browser fills the list, and

- page.toml: `[listing]` and `[frame]` with `url`, `cms` and optional `content_type`, `[listing.selectors]`; `[article]`
  with `url` and optional `content_type`, `captured`, `[article.entry]` (`title`, `published`); `site`, the slug of a
  site file, or `[site]` with `name`, `kind`, `division`;
  `auto_too = true` where the listing has to come out the same through the family `auto`;
- expected.json: the whole list page; of the article all of FIELDS, and further fields of Article where they matter.
"""

from __future__ import annotations

import dataclasses
import json
import tomllib
from pathlib import Path
from typing import Any

from archive.models import Article, Entry
from crawler import cms
from crawler.extract import extract
from crawler.extract.charset import decode
from crawler.site import Site, load_site, sites_folder

Json = dict[str, Any]
LISTINGS = ("listing", "frame")
FIELDS = (
    "title",
    "subtitle",
    "published",
    "published_precision",
    "content_source",
    "issuer",
    "author",
    "editor",
    "labels",
    "body",
    "body_kind",
    "attachments",
    "conflicts",
    "is_repost",
    "repost_of",
)


def folders(pages: Path) -> list[Path]:
    """All of them, in their order by name."""
    return sorted(path for path in pages.iterdir() if path.is_dir())


def declared(folder: Path) -> Json:
    return tomllib.loads((folder / "page.toml").read_text("utf-8"))


def expected(folder: Path) -> Json:
    held: Json = json.loads((folder / "expected.json").read_text("utf-8"))
    return held


def parts(folder: Path) -> list[str]:
    """Which of listing, frame and article are there."""
    return [part for part in (*LISTINGS, "article") if (folder / f"{part}.html").exists()]


def listing(folder: Path, part: str = "listing", family: str | None = None) -> Json:
    """What is read from a list page, by its own family or by another."""
    about = declared(folder)[part]
    text = decode((folder / f"{part}.html").read_bytes(), about.get("content_type")).text
    page = cms.Page(about["url"], text, about.get("selectors", {}))
    return _plain(cms.parse(family or about["cms"], page))


def article(folder: Path) -> Json:
    """What is read from an article page, every field of Article."""
    told = declared(folder)
    about = told["article"]
    url = about["url"]
    entry = Entry(url, **about["entry"]) if "entry" in about else None
    site = _site(told["site"], url) if "site" in told else None
    payload = (folder / "article.html").read_bytes()
    return _plain(extract(payload, url, about.get("content_type"), site, about.get("captured"), entry))


def _site(told: str | Json, url: str) -> Site:
    """The site as its file has it, with its layouts; or one made up for the page."""
    if isinstance(told, str):
        return load_site(sites_folder() / f"{told}.toml")
    return Site(slug="fixture", english="", home=url, evidence="a fixture", listings=(), **told)


def _plain(read: cms.ListPage | Article) -> Json:
    """Dataclasses, tuples and dates as JSON has them."""
    plain: Json = json.loads(json.dumps(dataclasses.asdict(read), default=lambda day: day.isoformat()))
    return plain
