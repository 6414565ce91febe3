"""The entries of the feeds: releases, changes, and a removed release as what it was, without its text."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from archive.erasure import is_hidden
from archive.web.changes import read_changes
from archive.web.citation import UNTITLED, escaped
from archive.web.dossier import select
from archive.web.pages import readable

ENTRIES = 50
_CHARACTERS = 5_000  # of a text; the rest is on its page
_MIDNIGHT = "T00:00:00+08:00"
# The order in which releases came into the archive: one found late, with a date of long ago, is new to a reader too.
_NEWEST = """
SELECT r.key, r.title, r.site, s.name AS site_name, r.published, r.published_precision, r.content_source, r.issuer,
    r.url, r.text_digest, substr(r.body, 1, :characters) AS body, r.chars, r.gone_at,
    coalesce(v.captured, r.first_seen) AS updated
FROM press_releases AS r JOIN sites AS s ON s.slug = r.site
LEFT JOIN versions AS v ON v.release_id = r.id AND v.version = r.version
WHERE r.id IN ({newest}) ORDER BY r.id DESC
"""
OF_ALL = "SELECT id FROM press_releases ORDER BY id DESC LIMIT :most"
OF_SITE = "SELECT id FROM press_releases WHERE site = :site ORDER BY +id DESC LIMIT :most"  # `+`: by the site's index
OF_SEARCH = "SELECT rowid FROM releases_fts WHERE releases_fts MATCH zh(:query) ORDER BY rowid DESC LIMIT :most"
_REMOVED = """
SELECT m.key, m.date, m.reason, m.site, s.name AS site_name FROM removals AS m JOIN sites AS s ON s.slug = m.site
WHERE :site IS NULL OR m.site = :site ORDER BY m.date DESC, m.key LIMIT :most
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed: `key` is the release's, `name` the end of an id that stays the same on every host."""

    name: str
    key: str
    title: str
    updated: str
    author: str
    summary: str
    published: str | None = None  # only where the minute is known: Atom has no other dates
    day: str | None = None
    source_url: str = ""
    paragraphs: tuple[str, ...] = ()


def newest(db: sqlite3.Connection, which: str, values: Mapping[str, Any]) -> list[Entry]:
    """The releases that one of OF_ALL, OF_SITE (`site`) and OF_SEARCH (`query`) names, those that came last first."""
    sql = _NEWEST.format(newest=which)
    return [_release(row) for row in select(db, sql, {**values, "most": ENTRIES, "characters": _CHARACTERS})]


def _release(row: Mapping[str, Any]) -> Entry:
    title = row["title"] or UNTITLED
    published = row["published"] if "T" in (row["published"] or "") else None
    if published and row["published_precision"] == "minute":  # RFC 3339 has no time without seconds
        published = f"{published[:16]}:00{published[16:]}"
    summary = f"{row['site_name']}. Published {readable(row['published'])}." if row["published"] else row["site_name"]
    if row["gone_at"]:
        summary += f" Gone since {readable(row['gone_at'])}."
    paragraphs = [line.strip() for line in row["body"].split("\n") if line.strip()]
    if row["chars"] > _CHARACTERS:
        paragraphs.append("…")
    return Entry(
        name=f"release/{row['key']}",
        key=row["key"],
        title="Removed" if is_hidden(row["text_digest"]) else title,
        updated=row["updated"],
        author=row["issuer"] or row["content_source"] or row["site_name"],
        summary=summary,
        published=published,
        day=row["published"],
        source_url=escaped(row["url"]),
        paragraphs=tuple(paragraphs),
    )


def changed(db: sqlite3.Connection) -> list[Entry]:
    """Each event by what it was and when; two of one release in one second have numbers of their own."""
    entries: list[Entry] = []
    seen: dict[str, int] = {}
    for change in reversed(read_changes(db, ENTRIES)):
        name = f"release/{change['key']}/{change['kind']}/{change['at']}"
        seen[name] = seen.get(name, 0) + 1
        gone, came = (change["sample"] or ("", "", "", ""))[1:3]
        what = [f"− {gone}"] * bool(gone) + [f"+ {came}"] * bool(came)
        entries.append(
            Entry(
                name=name if seen[name] == 1 else f"{name}/{seen[name]}",
                key=change["key"],
                title=f"{change['kind']}: {change['release_title'] or change['key']}",
                updated=change["at"],
                author=change["site_name"],
                summary=change["words"],
                source_url=escaped(change["url"]),
                paragraphs=tuple(what),
            )
        )
    return entries[::-1]


def with_removals(db: sqlite3.Connection, entries: list[Entry], site: str | None) -> list[Entry]:
    """The entries with the removals of their time: a reader that kept a text is told under the same id."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'removals'").fetchone():
        return entries
    removed = {row["key"]: row for row in select(db, _REMOVED, {"site": site, "most": ENTRIES})}
    kept = [entry for entry in entries if entry.key not in removed]
    oldest, named = min((entry.updated for entry in entries), default=""), {entry.key for entry in entries}
    told = [_tombstone(row) for row in removed.values() if row["date"] + _MIDNIGHT >= oldest or row["key"] in named]
    return sorted([*kept, *told], key=lambda entry: entry.updated, reverse=True)[:ENTRIES] if told else entries


def _tombstone(row: Mapping[str, Any]) -> Entry:
    summary = f"Removed from this archive on {row['date']}: {row['reason']}"
    updated = row["date"] + _MIDNIGHT
    return Entry(f"release/{row['key']}", row["key"], "Removed", updated, row["site_name"], summary)
