"""All that the tables say of one release: its history, its captures, how it was read, and its neighbours."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archive.erasure import hidden

Row = Mapping[str, Any]
MOST = 200  # rows of a kind on one page; the tables have them all

_RELEASE = """
SELECT r.*, s.name AS site_name, s.english AS site_english, s.kind AS site_kind
FROM press_releases AS r JOIN sites AS s ON s.slug = r.site WHERE r.key = :key
"""
# Attempts too: they say when the page was asked for in vain.
_OF_PAGE = """
SELECT id FROM captures WHERE page_id = (SELECT id FROM pages WHERE kind = 'article' AND key = :key)
UNION SELECT capture_id FROM versions WHERE release_id = :id
UNION SELECT capture_id FROM events WHERE release_id = :id
UNION SELECT capture_id FROM press_releases WHERE id = :id
"""
_ALL = f"{_OF_PAGE} UNION SELECT capture_id FROM attachments WHERE release_id = :id"  # noqa: S608 - our own text
_CAPTURES = f"""
SELECT c.*, r.vantage FROM captures AS c LEFT JOIN runs AS r ON r.id = c.run_id
WHERE c.id IN ({_OF_PAGE}) ORDER BY c.captured DESC, c.id DESC LIMIT :most
"""  # noqa: S608 - our own text
_CAPTURE = f"""
SELECT * FROM captures WHERE id = :capture
AND (id IN ({_ALL}) OR id IN (SELECT refers_to FROM captures WHERE id IN ({_ALL})))
"""  # noqa: S608 - as above
_RESTS_ON = "SELECT c.*, r.vantage FROM captures AS c LEFT JOIN runs AS r ON r.id = c.run_id WHERE c.id = :capture_id"
_IMAGE = """
SELECT held.*, c.captured FROM attachments AS a JOIN captures AS c ON c.id = a.capture_id
JOIN captures AS held ON held.id = coalesce(c.refers_to, c.id)
WHERE a.release_id = :id AND a.kind = 'image' AND a.capture_id = :capture LIMIT 1
"""
_VERSIONS = """
SELECT v.version, v.captured, v.capture_id, v.made_by, v.title, v.subtitle, length(v.body) AS chars,
    v.body IS NOT b.body AS other_text, b.version AS old_version, b.title AS old_title, b.subtitle AS old_subtitle,
    length(b.body) AS old_chars
FROM {versions} AS v LEFT JOIN {versions} AS b ON b.release_id = v.release_id AND b.version = v.version - 1
WHERE v.release_id = :id ORDER BY v.version DESC LIMIT :most
"""
_ATTACHMENTS = """
SELECT a.*, c.captured, c.content_type, c.bytes, c.payload_digest, c.outcome,
    held.warc_file, held.warc_offset, held.warc_length
FROM attachments AS a LEFT JOIN captures AS c ON c.id = a.capture_id
LEFT JOIN captures AS held ON held.id = coalesce(c.refers_to, c.id)
WHERE a.release_id = :id AND a.version = :version ORDER BY a.position
"""
# `same_as` has no index of its own; releases that are the same have one text.
_SAME = """
SELECT key, url, title FROM press_releases
WHERE site = :site AND text_digest = :text_digest AND same_as = :key ORDER BY id LIMIT :most
"""
_IS_THERE = "text_digest <> :removed || key"
_EARLIER = "(published, id) < (:published, :id) ORDER BY published DESC, id DESC"
_LATER = "(published, id) > (:published, :id) ORDER BY published, id"
_UNDATED = {
    _EARLIER: "published IS NULL AND id < :id ORDER BY id DESC",
    _LATER: "published IS NULL AND id > :id ORDER BY id",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How the text was read from its page; `labels`, `origins` and `rejected` are empty where nothing is known."""

    columns: Row
    labels: Row = field(default_factory=dict)
    origins: Row = field(default_factory=dict)
    rejected: Sequence[Row] = ()


@dataclass(frozen=True, slots=True)
class Dossier:
    """One release with everything that belongs to it; events oldest first, versions and captures newest first."""

    release: Row
    columns: Sequence[Row]
    events: Sequence[Row]
    versions: Sequence[Row]
    captures: Sequence[Row]
    capture: Row | None  # the one that the text rests on
    attachments: Sequence[Row]
    same: Sequence[Row]
    reading: Reading | None
    earlier: Row | None
    later: Row | None

    @property
    def edits(self) -> Sequence[Row]:
        """The times it was edited on the site; a better reading of the same page is none."""
        return [event for event in self.events if event["kind"] == "edited"]


def select(db: sqlite3.Connection, sql: str, values: Row) -> list[Row]:
    """The rows of a query by the names of its columns."""
    cursor = db.execute(sql, dict(values))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def find(db: sqlite3.Connection, key: str) -> Row | None:
    """The row of a release with its site's names; None where there is none of that key."""
    return _one(db, _RELEASE, {"key": key})


def versions_of(db: sqlite3.Connection) -> str:
    """The table of versions, in SQL; those of an archive that nobody has written to since have no subtitles."""
    has_subtitles = any(row[1] == "subtitle" for row in db.execute("PRAGMA table_info(versions)"))
    return "versions" if has_subtitles else "(SELECT *, NULL AS subtitle FROM versions)"


def page_state(db: sqlite3.Connection, key: str) -> Row | None:
    """What the frontier knows of an article page of which there is no release."""
    sql = "SELECT url, site, state, last_error, discovered FROM pages WHERE kind = 'article' AND key = :key"
    return _one(db, sql, {"key": key})


def read(db: sqlite3.Connection, key: str) -> Dossier | None:
    """Everything of one release; None where there is none of that key."""
    release = find(db, key)
    if release is None:
        return None
    values = {**release, "most": MOST}
    return Dossier(
        release,
        columns=select(
            db, "SELECT listing_column, url FROM release_columns WHERE release_id = :id LIMIT :most", values
        ),
        events=select(db, "SELECT * FROM events WHERE release_id = :id ORDER BY at DESC, id DESC LIMIT :most", values)[
            ::-1
        ],
        versions=select(db, _VERSIONS.format(versions=versions_of(db)), values),
        captures=select(db, _CAPTURES, values),
        capture=_one(db, _RESTS_ON, values),
        attachments=select(db, _ATTACHMENTS, values),
        same=select(db, _SAME, values),
        reading=_reading(db, values),
        earlier=_neighbour(db, values, _EARLIER),
        later=_neighbour(db, values, _LATER),
    )


def version(db: sqlite3.Connection, release: Row, number: int) -> Row | None:
    """One version with its attachments, as `files`."""
    values = {"id": release["id"], "version": number}
    row = _one(db, "SELECT * FROM versions WHERE release_id = :id AND version = :version", values)
    return {**row, "files": select(db, _ATTACHMENTS, values)} if row else None


def capture(db: sqlite3.Connection, release: Row, number: int) -> Row | None:
    """A capture of this release: of its page, of its files, or one that holds the body of such a one."""
    return _one(db, _CAPTURE, {**release, "capture": number})


def image(db: sqlite3.Connection, release: Row, number: int) -> Row | None:
    """The capture that holds the bytes of an image of this release, by the capture that its attachment names."""
    return _one(db, _IMAGE, {**release, "capture": number})


def _neighbour(db: sqlite3.Connection, release: Row, order: str) -> Row | None:
    """The release of the same site next to this one, removed ones aside; those without a date have their own row."""
    where = _UNDATED[order] if release["published"] is None else order
    sql = f"SELECT key, title, published FROM press_releases WHERE site = :site AND {_IS_THERE} AND {where} LIMIT 1"  # noqa: S608 - our own text
    return _one(db, sql, {**release, "removed": hidden("")})


def _reading(db: sqlite3.Connection, release: Row) -> Reading | None:
    """None for a release of an older archive, until it is read again."""
    row = _one(db, "SELECT * FROM readings WHERE release_id = :id", release) if _has(db, "readings") else None
    if row is None:
        return None
    labels, origins, rejected = (_json(row[name]) for name in ("labels", "origins", "rejected"))
    return Reading(
        row,
        labels if isinstance(labels, dict) else {},
        origins if isinstance(origins, dict) else {},
        [one for one in rejected if isinstance(one, dict)] if isinstance(rejected, list) else (),
    )


def _json(said: str | None) -> Any:
    try:
        return json.loads(said or "null")
    except ValueError:  # `verify` names it; the release can be read all the same
        return None


def _has(db: sqlite3.Connection, table: str) -> bool:
    return db.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone() is not None


def _one(db: sqlite3.Connection, sql: str, values: Row) -> Row | None:
    return next(iter(select(db, sql, values)), None)
