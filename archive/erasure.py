"""What a removal takes out of the database: a release's text, its address, and whoever is named in either.

Rows stay, so that counts do; what they said goes. Where a row has to have an address, or a text's digest, it has
`removed:KEY` in its place: both lead back to the text, an address may itself hold a name, and the key, made from the
address, is enough for whoever knows it to find the removal.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from typing import Any

from archive.addresses import key as key_of

_HIDDEN = "removed:"

# Versions first: a release that gets another text has those without a text of their own keep the one it had.
_RELEASE = (
    (
        "UPDATE kept_versions SET title = NULL, subtitle = NULL, body = '', text_digest = :hidden"
        " WHERE release_id = :release"
    ),
    (
        "UPDATE press_releases SET removed = :date, url = :hidden, title = NULL, subtitle = NULL, body = '',"
        " content_source = NULL, issuer = NULL, author = NULL, editor = NULL, repost_of = NULL, same_as = NULL,"
        " text_digest = :hidden, published = coalesce(published_day, published),"
        " published_precision = CASE WHEN published_day IS NULL THEN published_precision ELSE 'day' END"
        " WHERE id = :release"
    ),
    "UPDATE events SET detail = NULL WHERE release_id = :release",
    "UPDATE readings SET labels = NULL, origins = NULL, rejected = NULL, stripped = NULL WHERE release_id = :release",
    "UPDATE attachments SET url = :hidden, name = NULL, caption = NULL, capture_id = NULL WHERE release_id = :release",
    "UPDATE OR REPLACE release_columns SET url = :hidden WHERE release_id = :release",
)
# An absence that nobody ends would be confirmed one day, by an address that is not there any more.
_PAGE = (
    "UPDATE pages SET state = 'removed', url = :hidden, next_due = NULL, last_error = NULL WHERE id = :page",
    "UPDATE OR REPLACE entries SET url = :hidden, title = '' WHERE page_id = :page",
    "UPDATE absences SET ended = :now, outcome = 'removed' WHERE page_id = :page AND ended IS NULL",
    "UPDATE captures SET url = :hidden, error = NULL WHERE page_id = :page",
)
_ADDRESSES = (
    "UPDATE captures SET url = :hidden, error = NULL WHERE url IN (SELECT value FROM json_each(:urls))",
    "UPDATE captures SET url = :hidden, error = NULL WHERE page_id IS NULL AND key_of(url) = :key",
    "UPDATE findings SET url = :hidden, seen = 'removed' WHERE url IN (SELECT value FROM json_each(:urls))",
    (  # a file of another release, whose page links to it
        "UPDATE attachments SET url = :hidden, name = NULL, caption = NULL, capture_id = NULL"
        " WHERE url IN (SELECT value FROM json_each(:urls))"
    ),
    (
        "UPDATE pages SET state = 'removed', url = :hidden, next_due = NULL, last_error = NULL"
        " WHERE kind = 'attachment' AND key = :key"
    ),
    "UPDATE pages SET found_on = NULL WHERE found_on IN (SELECT value FROM json_each(:urls))",
)
_SPELLINGS = """
SELECT url FROM press_releases WHERE id = :release UNION SELECT url FROM release_columns WHERE release_id = :release
UNION SELECT url FROM pages WHERE kind IN ('article', 'attachment') AND key = :key
UNION SELECT url FROM entries WHERE page_id = :page
UNION SELECT url FROM captures WHERE page_id = :page AND key_of(url) = :key
"""
# A picture that another release shows too stays that one's.
_FILES = """
SELECT DISTINCT a.url FROM attachments AS a WHERE a.release_id = :release AND NOT EXISTS (
    SELECT 1 FROM attachments AS o WHERE o.url = a.url AND o.release_id <> :release
) AND NOT EXISTS (SELECT 1 FROM pages WHERE kind = 'article' AND key = key_of(a.url) AND id IS NOT :page)
"""
_FILE = (
    (
        "UPDATE captures SET url = :hidden, error = NULL, page_id = NULL WHERE page_id IN"
        " (SELECT id FROM pages WHERE kind = 'attachment' AND key = key_of(:url))"
    ),
    "UPDATE captures SET url = :hidden, error = NULL WHERE url = :url",
    "UPDATE findings SET url = :hidden, seen = 'removed' WHERE url = :url",
    "DELETE FROM pages WHERE kind = 'attachment' AND key = key_of(:url)",
)
# A page names its neighbours (上一篇, 下一篇), which is cut from its text and kept in its reading. A title that another
# release has too, like 警情通报, tells nobody apart, and would be torn out of everyone's lines; so would a short one.
_TELLING = 6
_TITLES = """
SELECT title FROM press_releases WHERE id = :release UNION SELECT title FROM versions WHERE release_id = :release
UNION SELECT title FROM entries WHERE page_id = :page
EXCEPT SELECT title FROM press_releases WHERE id IS NOT :release
"""
_NEIGHBOURS = (
    "UPDATE readings SET stripped = replace(stripped, :title, :hidden) WHERE instr(stripped, :title)",
    "UPDATE readings SET rejected = replace(rejected, :in_json, :hidden) WHERE instr(rejected, :in_json)",
    "UPDATE readings SET labels = replace(labels, :in_json, :hidden) WHERE instr(labels, :in_json)",
)
_SAME_TEXT = """
SELECT DISTINCT r.key FROM versions AS v JOIN press_releases AS r ON r.id = v.release_id
WHERE r.key <> :key AND v.body IN (
    SELECT body FROM versions WHERE release_id = (SELECT id FROM press_releases WHERE key = :key) AND body <> ''
) ORDER BY r.key
"""


def hidden(key: str) -> str:
    """What stands in the place of an address, and of a text's digest, of what was removed."""
    return f"{_HIDDEN}{key}"


def is_hidden(said: str | None) -> bool:
    """Whether something stands in the place of what was removed."""
    return said is not None and said.startswith(_HIDDEN)


def same_text(db: sqlite3.Connection, key: str) -> list[str]:
    """The keys of other releases that have, or had, a text of this one; to be asked before it is erased."""
    return [row[0] for row in db.execute(_SAME_TEXT, {"key": key})]


def erase(db: sqlite3.Connection, key: str, date: str, now: str, spellings: Collection[str] = ()) -> None:
    """Take out of every table what is known of a key, in an open transaction.

    Its bytes may stay in free pages of the file until that is made anew, and in the index until that is put together.
    `spellings` are addresses of it that its own rows do not have.
    """
    db.create_function("key_of", 1, key_or_none, deterministic=True)
    values: dict[str, Any] = {"key": key, "date": date, "now": now, "hidden": hidden(key)}
    values["release"] = _id(db, "SELECT id FROM press_releases WHERE key = ?", key)
    values["page"] = _id(db, "SELECT id FROM pages WHERE kind = 'article' AND key = ?", key)
    files = [row[0] for row in db.execute(_FILES, values)]
    titles = sorted(
        (row[0] for row in db.execute(_TITLES, values) if len(row[0] or "") >= _TELLING), key=len, reverse=True
    )
    found = {row[0] for row in db.execute(_SPELLINGS, values)} - {values["hidden"]}
    values["urls"] = json.dumps(sorted(found | set(spellings)))
    for statement in (*_RELEASE, *_PAGE, *_ADDRESSES):
        db.execute(statement, values)
    each = [(_FILE, {"url": url}) for url in files] + [
        (_NEIGHBOURS, {"title": title, "in_json": json.dumps(title, ensure_ascii=False)[1:-1]}) for title in titles
    ]
    for statements, value in each:
        for statement in statements:
            db.execute(statement, {**values, **value})


def _id(db: sqlite3.Connection, sql: str, key: str) -> int | None:
    row = db.execute(sql, (key,)).fetchone()
    return row[0] if row else None


def key_or_none(url: str) -> str | None:
    """The key of an address; None for what is none, as what stands in the place of one."""
    try:
        return key_of(url)
    except ValueError:  # no address that could be asked for
        return None
