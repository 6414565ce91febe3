"""What is shown where a page cannot be: a sentence that says what happened, in the frame of every page."""

from __future__ import annotations

import sys
import traceback
from dataclasses import dataclass
from typing import Any

from datasette import Request, Response  # type: ignore[import-untyped]  # Datasette ships no types
from datasette.database import QueryInterrupted  # type: ignore[import-untyped]  # as above
from datasette.utils import add_cors_headers  # type: ignore[import-untyped]  # as above
from datasette.utils.asgi import Base400  # type: ignore[import-untyped]  # as above
from datasette.views.base import DatasetteError  # type: ignore[import-untyped]  # as above

_DATASETTES = "datasette.handle_exception"
_TITLES = {400: "This cannot be asked", 403: "Not open to everybody", 404: "Not found", 405: "Only to be read"}
_TOO_LONG = "The answer took too long to find. Ask for less: one site, fewer years, a word more."


@dataclass(frozen=True, slots=True)
class Problem:
    """An exception as a reader is told of it."""

    status: int
    title: str
    text: str


def take_over() -> None:
    """Take Datasette's own answer to exceptions out of use, where it still is in use.

    With rich installed it prints them with the local variables of every frame, also that a table is not there: 0.3 to
    0.5 s each, in which nobody else is answered, in place of 2 ms (measured, 0.65.5).
    """
    from datasette.plugins import pm  # type: ignore[import-untyped]  # loads this package, which has to be whole then

    if pm.has_plugin(_DATASETTES):
        pm.unregister(name=_DATASETTES)


def problem(exception: Exception) -> Problem:
    """What to say. Of an error of ours only that it is one: its text may name files of this machine."""
    if isinstance(exception, QueryInterrupted):
        return Problem(503, "Too long", _TOO_LONG)
    if isinstance(exception, DatasetteError):
        if exception.message_is_html:  # used once in 0.65.5: for a query that ran into the limit, with a script in it
            return Problem(exception.status, exception.title, _TOO_LONG)
        return Problem(exception.status, exception.title or _title(exception.status), exception.message)
    if isinstance(exception, Base400):
        said = str(exception.args[0]) if exception.args else ""
        text = "There is nothing at this address." if said in ("", "404") else said
        return Problem(exception.status, _title(exception.status), text)
    return Problem(500, "Something is wrong here", "The fault is this program's, and its log says more.")


async def answer(datasette: Any, request: Request, exception: Exception) -> Response:
    """A page, or JSON where that was asked for; what no reader caused goes to the log."""
    said = problem(exception)
    if said.status == 500:
        traceback.print_exception(exception, file=sys.stderr)
    headers: dict[str, str] = {}
    if datasette.cors:
        add_cors_headers(headers)
    context = {"ok": False, "error": said.text, "status": said.status, "title": said.title}
    if request.path.endswith(".json"):
        return Response.json(context, status=said.status, headers=headers)
    shown = await datasette.render_template(["error.html"], context, request=request)
    return Response.html(shown, status=said.status, headers=headers)


def _title(status: int) -> str:
    return _TITLES.get(status, f"Error {status}")
