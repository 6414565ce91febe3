"""What every page of the reading room is made with: rows of the archive, a template, an answer."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import wraps
from typing import Any, TypeVar

from datasette import Request, Response  # type: ignore[import-untyped]  # Datasette ships no types
from datasette.database import QueryInterrupted  # type: ignore[import-untyped]  # as above
from datasette.utils import (  # type: ignore[import-untyped]  # as above
    async_call_with_supported_arguments,
    sqlite_timelimit,
)

View = Callable[..., Awaitable[Any]]
Routes = Sequence[tuple[str, View]]  # a regular expression for the path, and the view
READ_LIMIT = 10_000  # milliseconds for all that one page reads through `read`
_Answer = TypeVar("_Answer")


def database(datasette: Any) -> Any:
    """The archive's database: `press`, or where no file is called so, the first one served."""
    return datasette.databases.get("press") or datasette.get_database()


async def rows(datasette: Any, sql: str, values: Mapping[str, Any] | None = None) -> list[sqlite3.Row]:
    """The rows of a query, under Datasette's limits of time and rows."""
    return list((await database(datasette).execute(sql, values or {})).rows)


async def read(datasette: Any, function: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
    """What a function reads through a connection of Datasette's, in one of its threads.

    Raises QueryInterrupted, which is shown as an answer that took too long, after READ_LIMIT.
    """

    def limited(connection: sqlite3.Connection) -> _Answer:
        with sqlite_timelimit(connection, READ_LIMIT):
            try:
                return function(connection)
            except sqlite3.OperationalError as problem:
                if problem.args == ("interrupted",):
                    raise QueryInterrupted(problem, "", {}) from problem
                raise

    answer: _Answer = await database(datasette).execute_fn(limited)
    return answer


async def page(
    datasette: Any, request: Request, template: str, context: Mapping[str, Any], status: int = 200
) -> Response:
    """A page from a template of archive/web/templates, which extends `base.html`."""
    return Response.html(await datasette.render_template(template, dict(context), request=request), status=status)


def is_link(text: object) -> bool:
    """Whether a value is one http(s) address and nothing else; `javascript:` and its kind never become a link.

    In a template: `{% if url is link %}`.
    """
    return (
        isinstance(text, str) and text.lower().startswith(("http://", "https://")) and not any(map(str.isspace, text))
    )


def readable(moment: str | None) -> str:
    """A time as the archive has it, `2026-03-01T09:30:05+08:00`, for the eye: `2026-03-01 09:30:05 +08:00`."""
    return (moment or "").replace("T", " ").replace("+08:00", " +08:00")


def guarded(view: View) -> View:
    """A view for those who may see the archive, read with GET or HEAD; in a public one that is everybody.

    Datasette asks for the right to see in its own views only: without this, metadata that closes an archive would leave
    the pages of the reading room open.
    """

    @wraps(view)
    async def checked(scope: Any, receive: Any, send: Any, request: Request, datasette: Any) -> Any:
        if request.method not in ("GET", "HEAD"):
            return Response.text("Only to be read.", status=405, headers={"Allow": "GET, HEAD"})
        name = database(datasette).name
        await datasette.ensure_permissions(request.actor, [("view-database", name), "view-instance"])
        return await async_call_with_supported_arguments(
            view, scope=scope, receive=receive, send=send, request=request, datasette=datasette
        )

    del checked.__dict__["__wrapped__"]  # by which Datasette would see the view's parameters in place of these
    return checked
