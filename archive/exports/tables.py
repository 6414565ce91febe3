"""The tables that leave the archive: their columns there, what those hold, and the order of their rows.

Integers of one file stay behind, because another archive of the same releases has others. A release is named by its
key, a run by its start, a capture by its time, its digest and the place of its record in the WARC files.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Literal, NamedTuple

from archive.errors import ArchiveError
from archive.metadata import described

Kind = Literal["string", "integer", "boolean", "date", "datetime", "object", "array"]

RELEASES = "press_releases"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an export.

    `kind`: `datetime` is ISO 8601 with offset, `date` YYYY-MM-DD, `object` and `array` are JSON, `boolean` is 0 or 1
    in the database. `is_prose`: it holds words of a page. `is_category`: few values, each of them many times.
    `is_required`: it is never NULL.
    """

    name: str
    kind: Kind
    description: str
    is_prose: bool
    is_category: bool
    is_required: bool = False


class Reference(NamedTuple):
    """Columns that name a row of another table, and the columns that they name there."""

    columns: tuple[str, ...]
    table: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is exported.

    `rows` is a SELECT of everything that an expression may speak of, `columns` are those of it that are exported, in
    order; `order` is what its rows are sorted by. `key` are the columns that no two rows share, if there are such.
    """

    name: str
    title: str
    description: str
    columns: tuple[Column, ...]
    rows: str
    order: str
    key: tuple[str, ...]
    references: tuple[Reference, ...]


class _Plan(NamedTuple):
    """Where a table's rows come from: `t` is the table, `r` a row's release, `c` the capture that it names."""

    source: str
    order: str
    key: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()


_OF_RELEASE = Reference(("key",), RELEASES, ("key",))
_OF_SITE = Reference(("site",), "sites", ("slug",))
_OF_DIVISION = Reference(("division",), "divisions", ("code",))
_CAPTURE = "LEFT JOIN captures AS c ON c.id = t.capture_id"
_PLANS = {
    RELEASES: _Plan(f"{RELEASES} AS t {_CAPTURE}", "published, key", ("key",), (_OF_SITE, _OF_DIVISION)),
    "release_columns": _Plan(
        "press_releases AS r JOIN release_columns AS t ON t.release_id = r.id",
        "key, listing_column, url",
        ("key", "listing_column", "url"),
        (_OF_RELEASE,),
    ),
    "versions": _Plan(
        f"press_releases AS r JOIN versions AS t ON t.release_id = r.id {_CAPTURE}",
        "key, version",
        ("key", "version"),
        (_OF_RELEASE,),
    ),
    "events": _Plan(
        f"press_releases AS r JOIN events AS t ON t.release_id = r.id {_CAPTURE}",
        "at, key, id",
        references=(_OF_RELEASE,),
    ),
    "attachments": _Plan(
        f"press_releases AS r JOIN attachments AS t ON t.release_id = r.id {_CAPTURE}",
        "key, version, position",
        ("key", "version", "position"),
        (_OF_RELEASE, Reference(("key", "version"), "versions", ("key", "version"))),
    ),
    "readings": _Plan("press_releases AS r JOIN readings AS t ON t.release_id = r.id", "key", ("key",), (_OF_RELEASE,)),
    "captures": _Plan(
        "captures AS t LEFT JOIN pages AS p ON p.id = t.page_id LEFT JOIN runs AS u ON u.id = t.run_id"
        " LEFT JOIN captures AS e ON e.id = t.refers_to",
        "captured, url, id",
        references=(_OF_SITE,),
    ),
    "runs": _Plan("runs AS t", "started, site, id", references=(_OF_SITE,)),
    "findings": _Plan(
        "findings AS t JOIN runs AS u ON u.id = t.run_id", "run_started, site, id", references=(_OF_SITE,)
    ),
    "removals": _Plan("removals AS t", "key", ("key",), (_OF_SITE,)),
    "sites": _Plan("sites AS t", "slug", ("slug",), (_OF_DIVISION,)),
    "divisions": _Plan("divisions AS t", "code", ("code",), (Reference(("parent",), "divisions", ("code",)),)),
}
TABLES = tuple(_PLANS)

# What stands in the place of an integer of the file.
_INSTEAD = {
    "id": (),
    "release_id": (("key", "r.key"),),
    "capture_id": (),
    "run_id": (("run_started", "u.started"),),
    "page_id": (("page_kind", "p.kind"), ("page_key", "p.key")),
    "refers_to": (("refers_to_captured", "e.captured"),),
}
_OF_CAPTURE = ("captured", "payload_digest", "warc_file", "warc_offset")
_DESCRIPTIONS = {
    "key": "The release: its key in press_releases.",
    "captured": "When the page was captured that shows this row; empty where no capture does.",
    "payload_digest": "sha256: and the hex SHA-256 of that capture's body.",
    "warc_file": "The file in the archive's warc folder that holds that capture's record.",
    "warc_offset": "Where that record begins in the file, in bytes.",
    "run_started": "When the run started (site and start name a run); empty where no run is known.",
    "page_kind": "What was asked for: listing, article or attachment; empty where that is not known.",
    "page_key": "The key of the page that was asked for; of an article, the key of its release.",
    "refers_to_captured": "Time of the earlier capture that holds the same body, where this record is a revisit of it.",
}
_KINDS: dict[str, Kind] = {
    "is_repost": "boolean",
    "labels": "object",
    "origins": "object",
    "rejected": "array",
    **dict.fromkeys(("published_day", "removed", "date", "verified"), "date"),
    **dict.fromkeys(("first_seen", "last_seen", "gone_at", "captured", "at", "started", "finished"), "datetime"),
    **dict.fromkeys(("run_started", "refers_to_captured", "applied", "gone_confirmed"), "datetime"),
}
_PROSE = frozenset(
    {
        "title", "subtitle", "body", "content_source", "issuer", "author", "editor", "repost_of", "name", "caption",
        "detail", "labels", "rejected", "stripped",
    }
)  # fmt: skip
_CATEGORIES = frozenset(
    {
        "site", "division", "listing_column", "published_precision", "published_from", "content_source", "issuer",
        "body_kind", "extractor", "kind", "made_by", "outcome", "content_type", "charset", "charset_declared",
        "conflicts", "vantage", "page_kind", "expectation", "level",
    }
)  # fmt: skip


def table(db: sqlite3.Connection, name: str) -> Table:
    """A table as this archive has it; an older one may have fewer columns.

    Raises ArchiveError where it does not have the table.
    """
    plan, said = _PLANS[name], described()[name]
    info = db.execute(f"PRAGMA table_info({name})").fetchall()
    declared = {row[1]: row[2] for row in info}
    kept = db.execute(f"PRAGMA table_info(kept_{name})").fetchall()  # a view does not say what is never NULL
    required = {*plan.key, *(row[1] for row in (*info, *kept) if row[3])}
    if not declared:
        raise ArchiveError(f"this archive is from before there was a table {name}: the next crawl or reparse makes it")
    chosen: dict[str, str] = {}
    for column in declared:
        chosen |= dict(_INSTEAD.get(column, ((column, f"t.{column}"),)))
    if "capture_id" in declared:
        chosen |= {column: f"c.{column}" for column in _OF_CAPTURE if column not in chosen}
    columns = tuple(
        _column(column, declared.get(column, "TEXT"), said["columns"], is_required=column in required)
        for column in chosen
    )
    named = ", ".join(f"{expression} AS {column}" for column, expression in chosen.items())
    others = "".join(f", t.{column}" for column in declared if column not in chosen)
    rows = f"SELECT {named}{others} FROM {plan.source}"  # noqa: S608 -- names of our own schema
    return Table(name, said["title"], said["description"], columns, rows, plan.order, plan.key, plan.references)


def _column(name: str, declared: str, said: dict[str, str], *, is_required: bool) -> Column:
    is_number = declared == "INTEGER" or name == "warc_offset"
    kind = _KINDS.get(name, "integer" if is_number else "string")
    description = said.get(name) or _DESCRIPTIONS[name]
    return Column(name, kind, description, name in _PROSE, name in _CATEGORIES, is_required)
