"""Atom feeds (RFC 4287): new releases, changes, one site, a search; with 304 for a reader that has them."""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from datasette import Request, Response  # type: ignore[import-untyped]  # Datasette ships no types

from archive.web.citation import ARCHIVE
from archive.web.feed_entries import OF_ALL, OF_SEARCH, OF_SITE, Entry, changed, newest, with_removals
from archive.web.pages import Routes, database, read

_LONGEST_QUERY = 500
_TYPE = "application/atom+xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as it is written down; `path` is its address below the root."""

    name: str
    path: str
    page: str
    title: str
    entries: Sequence[Entry]
    updated: str = ""


async def releases(datasette: Any, request: Request) -> Response:
    """`/feeds/releases.atom`: what came into the archive last."""

    def found(db: sqlite3.Connection) -> Feed:
        entries = with_removals(db, newest(db, OF_ALL, {}), None)
        return _dated(db, Feed("releases", "/feeds/releases.atom", "/", f"{ARCHIVE}: new releases", entries))

    return await _answer(datasette, request, await read(datasette, found))


async def changes(datasette: Any, request: Request) -> Response:
    """`/feeds/changes.atom`: what was edited, gone or restored last, and what was removed from the archive."""

    def found(db: sqlite3.Connection) -> Feed:
        entries = with_removals(db, changed(db), None)
        title = f"{ARCHIVE}: edited, gone, restored"
        return _dated(db, Feed("changes", "/feeds/changes.atom", "/changes", title, entries))

    return await _answer(datasette, request, await read(datasette, found))


async def search(datasette: Any, request: Request) -> Response:
    """`/feeds/search.atom?q=`: the newest releases in which a search finds something."""
    query = (request.args.get("q") or "")[:_LONGEST_QUERY]

    def found(db: sqlite3.Connection) -> Feed:
        asked = urlencode({"q": query})
        name = f"search/{hashlib.sha256(query.encode('utf-8', 'replace')).hexdigest()[:16]}"
        entries = newest(db, OF_SEARCH, {"query": query})
        title = f"{ARCHIVE}: {query or 'nothing was searched for'}"
        return _dated(db, Feed(name, f"/feeds/search.atom?{asked}", f"/search?{asked}", title, entries))

    return await _answer(datasette, request, await read(datasette, found))


async def site(datasette: Any, request: Request) -> Response:
    """`/feeds/SITE.atom`: what came into the archive last of one site."""
    slug = request.url_vars["site"]

    def found(db: sqlite3.Connection) -> Feed | None:
        named = db.execute("SELECT name FROM sites WHERE slug = ?", (slug,)).fetchone()
        if named is None:
            return None
        entries = with_removals(db, newest(db, OF_SITE, {"site": slug}), slug)
        page = f"/{database(datasette).name}/press_releases?{urlencode({'site': slug})}"
        return _dated(db, Feed(f"sites/{slug}", f"/feeds/{slug}.atom", page, f"{ARCHIVE}: {named[0]}", entries))

    feed = await read(datasette, found)
    if feed is None:
        return Response.text(f"This archive has no site {slug}. Its sites are in the table sites.", status=404)
    return await _answer(datasette, request, feed)


ROUTES: Routes = (
    (r"^/feeds/releases\.atom$", releases),
    (r"^/feeds/changes\.atom$", changes),
    (r"^/feeds/search\.atom$", search),
    (r"^/feeds/(?P<site>[a-z0-9-]+)\.atom$", site),
)


def _dated(db: sqlite3.Connection, feed: Feed) -> Feed:
    """A feed with the time of its newest entry; without any, that of the last run."""
    run = db.execute("SELECT coalesce(finished, started) FROM runs ORDER BY id DESC LIMIT 1").fetchone()
    newest = max((entry.updated for entry in feed.entries), default=run[0] if run else "1970-01-01T00:00:00+00:00")
    return replace(feed, updated=newest)


async def _answer(datasette: Any, request: Request, feed: Feed) -> Response:
    """The feed, or 304 where the reader has it already."""
    context = {
        "feed": feed,
        "absolute": lambda path: datasette.absolute_url(request, datasette.urls.path(path)),
        "tag": lambda name: f"tag:police-press-archive,2026:{quote(name, safe='/:+~-.')}",
        "xml": xml_text,
    }
    body = await datasette.render_template("feed.xml", context, request=request)
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    modified = _modified(database(datasette).path)
    headers = {"ETag": etag, "Cache-Control": "max-age=300"}
    headers |= {"Last-Modified": format_datetime(modified, usegmt=True)} if modified else {}
    if _is_known(request.headers, etag, modified):
        return Response("", status=304, headers=headers, content_type=_TYPE)
    return Response(body, headers=headers, content_type=_TYPE)


def xml_text(text: object) -> str:
    """Text without the characters that XML 1.0 has no way to write (its production 2, Char)."""
    return "".join(one for one in str(text) if _is_char(ord(one)))


def _is_char(code: int) -> bool:
    return code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


def _modified(path: str | None) -> dt.datetime | None:
    """When the database was last written to; the times in it are of captures, and an old one may come in today."""
    files = [Path(f"{path}{end}") for end in ("", "-wal")] if path else []
    times = [file.stat().st_mtime for file in files if file.exists()]
    return dt.datetime.fromtimestamp(int(max(times)), dt.UTC) if times else None


def _is_known(headers: Mapping[str, str], etag: str, modified: dt.datetime | None) -> bool:
    """RFC 9110, 13.2.2: If-Modified-Since only counts without If-None-Match."""
    if (known := headers.get("if-none-match")) is not None:
        return known.strip() == "*" or etag in (one.strip().removeprefix("W/") for one in known.split(","))
    try:
        since = parsedate_to_datetime(headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return modified is not None and since.tzinfo is not None and modified <= since
