"""Addresses of every kind of page that the archive has, found in the archive itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from archive import Archive
from tests.browser.hostile_site import ATTACKS, SLUG

_FOUND = "SELECT key, id, capture_id FROM press_releases WHERE {} ORDER BY published DESC, id LIMIT 1"
WORD = quote("公安")
ATTACK = quote(ATTACKS["attribute"])
SQL = quote("SELECT key, title, body FROM press_releases WHERE site = :site ORDER BY id")


def release(archive: Path, where: str) -> tuple[str, int, int]:
    """Key, id and capture of the newest release of which this SQL is true."""
    with Archive.open(archive) as opened:
        key, number, capture = opened.db.conn.execute(_FOUND.format(where)).fetchone()
    return key, number, capture


def release_page(archive: Path, where: str) -> str:
    """The address of its page."""
    return f"/release/{release(archive, where)[0]}"


def pages(archive: Path) -> Mapping[str, str]:
    """The pages of the reading room and Datasette's own, by what they are."""
    edited, number, capture = release(archive, "version > 1 AND site = 'qingling'")
    return {
        "home": "/",
        "search": "/search",
        "search with hits": f"/search?q={WORD}",
        "search narrowed": f"/search?q={WORD}&site=qingling&year=2026&order=best",
        "search without hits": f"/search?q={quote('没有这样的词')}",
        "search for nothing": "/search?q=%22",
        "release edited": f"/release/{edited}",
        "release gone": release_page(archive, "gone_at IS NOT NULL"),
        "release reposted": release_page(archive, "is_repost AND site = 'rexian'"),
        "release found again": release_page(archive, "same_as IS NOT NULL"),
        "release of an image": release_page(archive, "body_kind = 'image' AND site = 'qingling'"),
        "release removed": release_page(archive, "removed IS NOT NULL"),
        "release unknown": "/release/aaaaaaaaaaaa",
        "versions": f"/release/{edited}/versions",
        "changes": "/changes",
        "changes of a site": "/changes?site=qingling&kind=gone",
        "coverage": "/coverage",
        "coverage of a site": "/coverage/qingling",
        "coverage of a walled site": "/coverage/nfcms",
        "queries": "/queries",
        "canned query": f"/press/mentions?words={WORD}&year=",
        "database": "/press",
        "table": "/press/press_releases?_size=20",
        "table searched": f"/press/press_releases?_size=20&_search={WORD}",
        "table of captures": "/press/captures?_size=20",
        "row of a release": f"/press/press_releases/{number}",
        "row of a version": f"/press/versions?release_id={number}&version=1",
        "row of a capture": f"/press/captures/{capture}",
        "SQL": f"/press?sql={SQL}&site=qingling",
        "SQL that is wrong": "/press?sql=SELECT+nothing",
        "no such page": "/nowhere",
    }


def hostile_releases(archive: Path) -> Mapping[str, tuple[str, int]]:
    """Key and id of the release that carries each attack."""
    sql = "SELECT key, id FROM press_releases WHERE site = ? AND url LIKE '%/' || ? || '.html%'"
    with Archive.open(archive) as opened:
        return {name: opened.db.conn.execute(sql, (SLUG, name)).fetchone() for name in ATTACKS}


def hostile_pages(archive: Path) -> Mapping[str, str]:
    """The pages that show what stands on hostile pages."""
    edited, number, capture = release(archive, f"version > 1 AND site = '{SLUG}'")
    word, facets = quote("攻击"), "&_facet=".join(("title", "content_source", "editor", "listing_column"))
    tables = "sites captures versions attachments readings events runs removals release_columns pages entries walks"
    pages = {
        "removed": release_page(archive, "removed IS NOT NULL"),
        "home": "/",
        "search": f"/search?q={word}&site={SLUG}",
        "versions": f"/release/{edited}/versions",
        "changes": f"/changes?site={SLUG}",
        "coverage": "/coverage",
        "coverage of the site": f"/coverage/{SLUG}",
        "canned query": f"/press/edited-titles?words={word}",
        "table": f"/press/press_releases?site={SLUG}",
        "table with facets": f"/press/press_releases?site={SLUG}&_facet={facets}",
        "table searched": f"/press/press_releases?_search={word}&_facet=site",
        "row of a version": f"/press/versions?release_id={number}&version=2",
        "row of a capture": f"/press/captures/{capture}",
        "SQL": f"/press?sql={SQL}&site={SLUG}",
    }
    for name, (key, row) in hostile_releases(archive).items():
        pages |= {f"release {name}": f"/release/{key}", f"row {name}": f"/press/press_releases/{row}"}
    return pages | {f"table of {name}": f"/press/{name}?_size=1000" for name in tables.split()}


def hostile_addresses(archive: Path) -> Mapping[str, str]:
    """Addresses that ask for an attack, wherever a page reads what is asked."""
    edited, _, _ = release(archive, f"version > 1 AND site = '{SLUG}'")
    narrowed = ("site", "province", "column", "year", "from", "to", "order", "page")
    return {
        "search": f"/search?q={ATTACK}",
        **{f"search by {name}": f"/search?q={WORD}&{name}={ATTACK}" for name in narrowed},
        "versions": f"/release/{edited}/versions?from={ATTACK}&to={ATTACK}",
        "release": f"/release/{ATTACK}",
        "changes": f"/changes?site={ATTACK}&kind={ATTACK}&before={ATTACK}",
        "coverage": f"/coverage?year={ATTACK}",
        "coverage of a site": f"/coverage/{ATTACK}?year={ATTACK}",
        "canned query": f"/press/mentions?words={ATTACK}&year={ATTACK}",
        "table": f"/press/press_releases?_search={ATTACK}&title__contains={ATTACK}&_facet=site",
        "table sorted": f"/press/press_releases?_sort={ATTACK}",
        "table filtered": f"/press/press_releases?_where={ATTACK}",
        "SQL": f"/press?sql={ATTACK}&{ATTACK}={ATTACK}",
        "row": f"/press/press_releases/{ATTACK}",
        "no such page": f"/{ATTACK}",
    }


def hostile_data(archive: Path) -> Mapping[str, str]:
    """The same releases as JSON, CSV, text and files."""
    key, number, _ = release(archive, f"site = '{SLUG}' AND body_kind = 'image'")
    sql = "SELECT capture_id FROM attachments WHERE release_id = ? AND capture_id IS NOT NULL"
    with Archive.open(archive) as opened:
        files = opened.db.conn.execute(sql, (number,)).fetchall()
    assert files
    return {
        "citation": f"/release/{key}/citation.bib",
        "complete CSV": f"/export.csv?site={SLUG}",
        "JSON of the table": f"/press/press_releases.json?site={SLUG}&_labels=on",
        "JSON of an attack": f"/press/press_releases.json?_where={ATTACK}",
        "JSON of a row": f"/press/press_releases/{number}.json",
        "JSON of SQL": f"/press.json?sql={SQL}&site={SLUG}",
        "CSV of the table": f"/press/press_releases.csv?site={SLUG}",
        **{f"file {capture}": f"/release/{key}/images/{capture}" for (capture,) in files},
    }
