"""Sites as their files declare them, and the only reader of site files."""

from __future__ import annotations

import datetime as dt
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from crawler.toml_table import SiteError, TomlTable

__all__ = [
    "ArticleLayout",
    "Expect",
    "Fetch",
    "Listing",
    "Site",
    "SiteError",
    "load_site",
    "load_sites",
    "sites_folder",
]

PACKAGED_SITES = Path(__file__).parent / "sites"
FAMILIES = ("trs", "hanweb", "jpaas", "ucap", "nfcms", "jiangxi", "vsb", "aspx", "feed", "html", "auto")
FILLED = ("title", "published", "content_source", "issuer", "author", "editor", "body")
SELECTORS = ("entry", "link", "title", "date", "next")


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of one site: its column's name, CMS family and first page; selectors for the family `html` only."""

    column: str
    cms: str
    url: str
    selectors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ArticleLayout:
    """How the site's article pages looked up to and including the day `until` (None: to this day); CSS selectors."""

    body: str
    until: dt.date | None = None
    title: str | None = None
    published: str | None = None
    content_source: str | None = None


@dataclass(frozen=True, slots=True)
class Fetch:
    """How the site is asked; `delay` in seconds."""

    delay: float = 3.0
    robots: bool = True
    legacy_tls: bool = False
    attachments: str = "needed"
    attachment_hosts: tuple[str, ...] = ()
    revisit_days: tuple[int, ...] = (1, 3, 7, 30, 90, 180, 365)
    full_walk_days: int = 30


@dataclass(frozen=True, slots=True)
class Expect:
    """Floors a run is held against; None where the file sets none. `fill_rate` maps a release's column to a share."""

    min_listed: int | None = None
    max_silent_days: int | None = None
    fill_rate: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Site:
    """One department's press section. `slug` is the file's name; `division` its GB/T 2260 code, if it has one.

    `discover`: its lists are not known, and are looked for from its home page.
    """

    slug: str
    name: str
    english: str
    home: str
    evidence: str
    listings: tuple[Listing, ...]
    kind: str = "police"
    division: str | None = None
    discover: bool = False
    verified: dt.date | None = None
    articles: tuple[ArticleLayout, ...] = ()
    fetch: Fetch = field(default_factory=Fetch)
    expect: Expect = field(default_factory=Expect)

    @cached_property
    def host(self) -> str:
        """The host of `home`, lower-case, without its port."""
        return urlsplit(self.home).hostname or ""

    @cached_property
    def hosts(self) -> frozenset[str]:
        """Hosts of home and lists, lower-case, with a port where one is named."""
        return frozenset(urlsplit(url).netloc.lower() for url in (self.home, *(one.url for one in self.listings)))

    def layout(self, day: dt.date | None) -> ArticleLayout | None:
        """The layout in force on that day; today's where the day is not known, None where the file has none."""
        for layout in self.articles:
            if layout.until is None or (day is not None and day <= layout.until):
                return layout
        return None


def sites_folder(folder: str | Path | None = None) -> Path:
    """The folder named, else $POLICE_PRESS_SITES, else the one that travels with this package."""
    return Path(folder or os.environ.get("POLICE_PRESS_SITES") or PACKAGED_SITES)


def load_sites(folder: str | Path | None = None) -> dict[str, Site]:
    """Every site of a folder by slug, sorted.

    Raises SiteError for the first file that cannot be used, and where there is no folder or no file in it.
    """
    where = sites_folder(folder)
    files = sorted(where.glob("*.toml"))
    if not files:
        raise SiteError(f"{where}: no site file (*.toml) here")
    return {path.stem: load_site(path) for path in files}


def load_site(path: Path) -> Site:
    """Read one site file; raises SiteError."""
    try:
        declared = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise SiteError(f"{path}: cannot be read as TOML: {problem}") from problem
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", path.stem):
        raise SiteError(f"{path}: the file's name is the slug and has to be like 'beijing' or 'nei-mongol'")
    top = TomlTable(path, "", declared)
    site = Site(
        slug=path.stem,
        name=top.text("name"),
        english=top.text("english"),
        home=top.address("home"),
        evidence=top.text("evidence"),
        kind=top.choice("kind", ("police", "other"), "police"),
        discover=top.flag("discover", False),
        division=top.matching("division", r"\d{6}", "a six-digit GB/T 2260 code"),
        verified=top.day("verified"),
        listings=tuple(_listing(keys) for keys in top.tables("listing")),
        articles=_layouts(list(top.tables("article"))),
        fetch=_fetch(top.table("fetch")),
        expect=_expect(top.table("expect")),
    )
    top.close()
    if not site.listings and not site.discover:
        raise SiteError(f"{path}: listing: missing, at least one [[listing]] is needed, or discover = true")
    if site.listings and site.discover:
        raise SiteError(f"{path}: discover: takes the place of [[listing]], and here are both")
    addresses = [listing.url.partition("#")[0] for listing in site.listings]
    for number, address in enumerate(addresses, 1):
        if address in addresses[: number - 1]:
            raise SiteError(f"{path}: listing[{number}].url: another [[listing]] has this address too")
    return site


def _listing(keys: TomlTable) -> Listing:
    cms = keys.choice("cms", FAMILIES)
    selectors = {name: found for name in SELECTORS if (found := keys.selector(name))}
    listing = Listing(keys.text("column"), cms, keys.address("url"), selectors)
    if cms == "html" and "entry" not in selectors:
        raise keys.error("entry", "missing, the family html needs the selector of one entry")
    if cms != "html" and selectors:
        raise keys.error(next(iter(selectors)), f"only the family html takes selectors, not {cms}")
    keys.close()
    return listing


def _layouts(tables: list[TomlTable]) -> tuple[ArticleLayout, ...]:
    layouts: list[ArticleLayout] = []
    for number, keys in enumerate(tables, 1):
        layout = ArticleLayout(
            body=keys.selector("body") or keys.text("body"),
            until=keys.day("until"),
            title=keys.selector("title"),
            published=keys.selector("published"),
            content_source=keys.selector("content_source"),
        )
        keys.close()
        if (layout.until is None) != (number == len(tables)):
            raise keys.error("until", "every layout but the last, which is today's, needs its last day")
        if layouts and layout.until and layout.until <= (layouts[-1].until or layout.until):
            raise keys.error("until", "layouts stand oldest first")
        layouts.append(layout)
    return tuple(layouts)


def _fetch(keys: TomlTable) -> Fetch:
    default = Fetch()
    fetch = Fetch(
        delay=keys.number("delay", default.delay),
        robots=keys.flag("robots", default.robots),
        legacy_tls=keys.flag("legacy_tls", default.legacy_tls),
        attachments=keys.choice("attachments", ("needed", "all", "none"), default.attachments),
        attachment_hosts=tuple(keys.items("attachment_hosts", str, default.attachment_hosts)),
        revisit_days=tuple(keys.items("revisit_days", int, default.revisit_days)),
        full_walk_days=keys.whole("full_walk_days") or default.full_walk_days,
    )
    keys.close()
    return fetch


def _expect(keys: TomlTable) -> Expect:
    expect = Expect(keys.whole("min_listed"), keys.whole("max_silent_days"), keys.shares("fill_rate", FILLED))
    keys.close()
    return expect
