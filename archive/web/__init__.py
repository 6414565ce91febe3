"""The Datasette plugin: Chinese search on every connection, and pages on which releases can be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from datasette import Request, Response, hookimpl  # type: ignore[import-untyped]  # Datasette ships no types
from jinja2 import Environment

from archive import search
from archive.web import (
    changes,
    coverage,
    errors,
    export_stream,
    feeds,
    home,
    notebook,
    queries,
    release,
    safety,
    search_page,
    sql_limits,
)
from archive.web.cells import cell, reading_order
from archive.web.pages import Routes, database, guarded, is_link, readable

_PAGES = (home, release, search_page, changes, feeds, coverage, queries, export_stream)


@hookimpl(trylast=True)  # type: ignore[untyped-decorator]  # as above
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Give a connection `han`, `zh` and its limits, and Datasette's own search box our reading of a query.

    Datasette 0.65 puts what is typed there through its SQL function `escape_fts`, which knows no Chinese; it registers
    that on this same hook, so ours has to come last.
    """
    search.register(conn)
    conn.create_function("escape_fts", 1, search.zh, deterministic=True)
    sql_limits.limit(conn)


@hookimpl  # type: ignore[untyped-decorator]  # as above
def render_cell(
    row: Mapping[str, Any], value: object, column: str, table: str | None, database: str, datasette: Any
) -> str | None:
    """A cell of a table as it is shown."""
    return cell(row, value, column, table, database, datasette.urls)


@hookimpl  # type: ignore[untyped-decorator]  # as above
def prepare_jinja2_environment(env: Environment, datasette: Any) -> None:
    """Give the templates what is the same on every page, and their scripts and styles a nonce."""
    safety.give_nonces(env)
    env.filters["reading_order"] = reading_order
    env.filters["readable"] = readable
    env.tests["link"] = is_link
    env.globals["archive_database"] = lambda: database(datasette).name
    env.globals["notebook_door"] = lambda request: notebook.door(datasette, request)


@hookimpl  # type: ignore[untyped-decorator]  # as above
def asgi_wrapper() -> Callable[[safety.App], safety.App]:
    """Stand before Datasette: what is asked for, and what is answered."""
    return lambda app: safety.safe(export_stream.unbroken(app))


@hookimpl  # type: ignore[untyped-decorator]  # as above
def startup() -> None:
    """Put our page for errors in the place of Datasette's."""
    errors.take_over()


@hookimpl  # type: ignore[untyped-decorator]  # as above
def handle_exception(datasette: Any, request: Request, exception: Exception) -> Callable[[], Awaitable[Response]]:
    """What is shown where a page cannot be."""
    return lambda: errors.answer(datasette, request, exception)


@hookimpl  # type: ignore[untyped-decorator]  # as above
def register_routes() -> Routes:
    """The pages of the reading room, and robots.txt."""
    pages = [(path, guarded(view)) for page in _PAGES for path, view in page.ROUTES]
    return [*safety.ROUTES, *pages]
