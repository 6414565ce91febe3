"""The Datasette plugin: Chinese search on every connection, and pages on which a release can be read."""

from __future__ import annotations

import sqlite3
from typing import Any

from datasette import hookimpl  # type: ignore[import-untyped]  # Datasette ships no types
from markupsafe import Markup

from archive import search

DISTRIBUTION = "police-press-archive"  # by which Datasette finds the static files, not by the module's name
EXCERPT = 100  # characters of a body in a table of many rows
_WITH_BODY = {"press_releases", "versions"}


@hookimpl(trylast=True)  # type: ignore[untyped-decorator]  # as above
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Give a connection `han` and `zh`, and Datasette's own search box our reading of a query.

    Datasette 0.65 puts what is typed there through its SQL function `escape_fts`, which knows no Chinese; it registers
    that on this same hook, so ours has to come last.
    """
    search.register(conn)
    conn.create_function("escape_fts", 1, search.zh, deterministic=True)


@hookimpl  # type: ignore[untyped-decorator]  # as above
def render_cell(value: object, column: str, table: str | None) -> str | None:
    """Shorten bodies in tables, and link web addresses without telling the site who asks; all else is Datasette's.

    What comes back as plain text is escaped by the template. A table's rows and a row's own page cannot be told apart
    here: the row's template takes the whole body from the row.
    """
    if not isinstance(value, str):
        return None
    if column == "body" and table in _WITH_BODY and len(value) > EXCERPT:
        return f"{value[:EXCERPT]}…"
    if is_link(address := value.strip()):
        return Markup('<a href="{}" rel="noreferrer nofollow">{}</a>').format(address, address)
    return None


def is_link(text: str) -> bool:
    """Whether a cell is one http(s) address and nothing else; `javascript:` and its kind never become a link."""
    return text.lower().startswith(("http://", "https://")) and not any(map(str.isspace, text))


@hookimpl  # type: ignore[untyped-decorator]  # as above
def extra_css_urls(datasette: Any) -> list[str]:
    """The style sheet for reading Chinese."""
    return [datasette.urls.static_plugins(DISTRIBUTION, "reading.css")]
