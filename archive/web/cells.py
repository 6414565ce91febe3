"""How values of the tables are shown on Datasette's own pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from archive.web.pages import is_link

_KEY = re.compile("[a-z2-7]{12}")
EXCERPT = 100  # characters of a body in a table of many rows
_WITH_BODY = {"press_releases", "versions"}
_REFERENCES = {"release_id": "press_releases", "capture_id": "captures"}
_READ_FIRST = ("id", "title", "published", "site", "listing_column", "body")


def cell(row: Mapping[str, Any], value: object, column: str, table: str | None, database: str, urls: Any) -> str | None:
    """Shorten bodies, link titles to their page and web addresses to theirs; all else is Datasette's.

    What comes back as plain text is escaped by the template. A table's rows and a row's own page cannot be told apart
    here: the row's template takes title and body from the row.
    """
    if table == "versions" and value is not None and (address := _of_version(row, value, column, database, urls)):
        return Markup('<a href="{}">{}</a>').format(address, value)
    if not isinstance(value, str):
        return None
    if column == "body" and table in _WITH_BODY and len(value) > EXCERPT:
        return f"{value[:EXCERPT]}…"
    if column == "title" and table == "press_releases" and value:
        return Markup('<a href="{}">{}</a>').format(_page(row, database, urls), value)
    if column == "key" and _KEY.fullmatch(value):  # in a query's answer too
        return Markup('<a href="{}">{}</a>').format(urls.path(f"/release/{value}"), value)
    if is_link(address := value.strip()):
        return Markup('<a href="{}" rel="noreferrer nofollow">{}</a>').format(address, address)
    return None


def _of_version(row: Mapping[str, Any], value: object, column: str, database: str, urls: Any) -> str | None:
    """Where a number in `versions` leads: Datasette knows neither rows nor references of a view."""
    if column in _REFERENCES:
        return str(urls.row(database, _REFERENCES[column], value))
    if column == "version" and "release_id" in row.keys():  # noqa: SIM118 - as below
        return f"{urls.table(database, 'versions')}?release_id={row['release_id']}&version={value}"
    return None


def _page(row: Mapping[str, Any], database: str, urls: Any) -> Any:
    """The release's own page, or the row's where its key is not shown."""
    if "key" in row.keys():  # noqa: SIM118 - of a row of SQLite, `in` asks for values
        return urls.path(f"/release/{row['key']}")
    return urls.row(database, "press_releases", row["id"])


def reading_order(cells: Iterable[Mapping[str, Any]], name: str) -> list[Mapping[str, Any]]:
    """Columns or cells, those in front that a reader looks for first; `name` is the key that holds a column's name."""
    place = {column: number for number, column in enumerate(_READ_FIRST)}
    return sorted(cells, key=lambda cell: place.get(cell[name], len(place)))
