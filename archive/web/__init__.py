"""The Datasette plugin: Chinese search on every connection, and pages on which releases can be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from datasette import hookimpl  # type: ignore[import-untyped]  # Datasette ships no types
from jinja2 import Environment
from markupsafe import Markup

from archive import search

DISTRIBUTION = "police-press-archive"  # by which Datasette finds the static files, not by the module's name
EXCERPT = 100  # characters of a body in a table of many rows
_WITH_BODY = {"press_releases", "versions"}
_READ_FIRST = ("id", "title", "published", "site", "listing_column", "body")


@hookimpl(trylast=True)  # type: ignore[untyped-decorator]  # as above
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Give a connection `han` and `zh`, and Datasette's own search box our reading of a query.

    Datasette 0.65 puts what is typed there through its SQL function `escape_fts`, which knows no Chinese; it registers
    that on this same hook, so ours has to come last.
    """
    search.register(conn)
    conn.create_function("escape_fts", 1, search.zh, deterministic=True)


@hookimpl  # type: ignore[untyped-decorator]  # as above
def render_cell(
    row: Mapping[str, Any], value: object, column: str, table: str | None, database: str, datasette: Any
) -> str | None:
    """Shorten bodies, link titles to their page and web addresses to theirs; all else is Datasette's.

    What comes back as plain text is escaped by the template. A table's rows and a row's own page cannot be told apart
    here: the row's template takes title and body from the row.
    """
    if not isinstance(value, str):
        return None
    if column == "body" and table in _WITH_BODY and len(value) > EXCERPT:
        return f"{value[:EXCERPT]}…"
    if column == "title" and table == "press_releases" and value:
        return Markup('<a href="{}">{}</a>').format(datasette.urls.row(database, table, row["id"]), value)
    if is_link(address := value.strip()):
        return Markup('<a href="{}" rel="noreferrer nofollow">{}</a>').format(address, address)
    return None


def is_link(text: str) -> bool:
    """Whether a cell is one http(s) address and nothing else; `javascript:` and its kind never become a link."""
    return text.lower().startswith(("http://", "https://")) and not any(map(str.isspace, text))


@hookimpl  # type: ignore[untyped-decorator]  # as above
def prepare_jinja2_environment(env: Environment) -> None:
    """Give the templates the filter `reading_order`."""
    env.filters["reading_order"] = reading_order


def reading_order(cells: Iterable[Mapping[str, Any]], name: str) -> list[Mapping[str, Any]]:
    """Columns or cells, those in front that a reader looks for first; `name` is the key that holds a column's name."""
    place = {column: number for number, column in enumerate(_READ_FIRST)}
    return sorted(cells, key=lambda cell: place.get(cell[name], len(place)))


@hookimpl  # type: ignore[untyped-decorator]  # as above
def extra_css_urls(datasette: Any) -> list[str]:
    """The style sheet for reading Chinese."""
    return [datasette.urls.static_plugins(DISTRIBUTION, "reading.css")]
