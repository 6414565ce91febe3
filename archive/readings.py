"""How the text that a release shows today was read from its page: the table `readings`, one row a release."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlite_utils import Database

from archive.models import Article

_NO_JSON = """
SELECT r.key, x.name FROM press_releases AS r JOIN (
    SELECT release_id, 'labels' AS name, labels AS said FROM readings UNION ALL
    SELECT release_id, 'origins', origins FROM readings UNION ALL
    SELECT release_id, 'rejected', rejected FROM readings
) AS x ON x.release_id = r.id WHERE x.said IS NOT NULL AND NOT json_valid(x.said) ORDER BY r.id, x.name
"""


@dataclass(frozen=True, slots=True)
class Readings:
    """Of how many releases it is known how they were read; of these, in how many two places of the page disagree about
    a field, by field, and how many lost characters.
    """

    known: int
    conflicts: dict[str, int]
    losing: int


def columns(article: Article) -> dict[str, Any]:
    """The columns of `readings`, the release aside; NULL for what the page has none of."""
    return {
        "charset": article.charset,
        "charset_declared": article.charset_declared,
        "characters_lost": article.characters_lost,
        "conflicts": ", ".join(article.conflicts) or None,
        "labels": _json(article.labels),
        "origins": _json(article.origins),
        "rejected": _json([asdict(one) for one in article.rejected]),
        "stripped": "\n".join(article.stripped) or None,
    }


def write(db: Database, release_id: int, article: Article) -> bool:
    """Write down how a release was read, in an open transaction; returns whether anything of that is new."""
    said = columns(article)
    names = ", ".join(said)
    row = db.conn.execute(f"SELECT {names} FROM readings WHERE release_id = ?", (release_id,)).fetchone()  # noqa: S608 - names are our own
    if row == tuple(said.values()):
        return False
    db.conn.execute(
        f"INSERT OR REPLACE INTO readings (release_id, {names}) VALUES (?{', ?' * len(said)})",  # noqa: S608 - as above
        (release_id, *said.values()),
    )
    return True


def count(db: sqlite3.Connection) -> Readings:
    """What all readings say together; nothing is known in an archive on which only an older program has worked."""
    if not _are_there(db):
        return Readings(0, {}, 0)
    found: Counter[str] = Counter()
    for conflicts, number in db.execute("SELECT conflicts, count(*) FROM readings GROUP BY conflicts"):
        found.update(dict.fromkeys(conflicts.split(", ") if conflicts else (), number))
    known, losing = db.execute("SELECT count(*), count(nullif(characters_lost, 0)) FROM readings").fetchone()
    return Readings(known, dict(sorted(found.items())), losing)


def unreadable(db: sqlite3.Connection) -> Sequence[tuple[str, str]]:
    """The columns that hold no JSON, each with its release's key."""
    return db.execute(_NO_JSON).fetchall() if _are_there(db) else ()


def _are_there(db: sqlite3.Connection) -> bool:
    """An archive that is opened to be read keeps the schema that it has."""
    return db.execute("SELECT 1 FROM _sqlite_migrations WHERE name = 'readings'").fetchone() is not None


def _json(said: Mapping[str, str] | Sequence[Mapping[str, str]]) -> str | None:
    """Chinese as it is and names in one order, so that the same reading is the same text in every archive."""
    return json.dumps(said, ensure_ascii=False, sort_keys=True) if said else None
