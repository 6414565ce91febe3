"""CSV that is complete or visibly is not: `/export.csv`, and Datasette's own streams of a table."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Generator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette import Request, Response  # type: ignore[import-untyped]  # Datasette ships no types
from datasette.utils.asgi import BadRequest  # type: ignore[import-untyped]  # as above

from archive import clock
from archive.connection import connect
from archive.exports.csv import BOM, Cells
from archive.exports.rows import Rows, Wanted, named_table, sites
from archive.exports.tables import RELEASES
from archive.folder import Archive
from archive.web.pages import Routes, database
from archive.web.safety import App, Receive, Scope, Send

_KNOWN = ("site", "from", "to", "search", "no_bom", "raw_cells")
_CHUNK = 256 * 1024  # characters that are sent at once, and all that is held in memory
_PATIENCE = 60.0  # seconds for a reader to take one of them: meanwhile SQLite cannot shorten its WAL
_at_once = asyncio.BoundedSemaphore(2)


class BrokenOffError(Exception):
    """A stream that has begun with status 200 cannot be finished; the connection is broken off, so that it shows."""


@dataclass(frozen=True, slots=True)
class _Asked:
    wanted: Wanted
    bom: bool
    raw_cells: bool


async def export(datasette: Any, request: Request, send: Send, receive: Receive) -> Response | None:
    """/export.csv: columns and order of `export csv`, with its options as parameters; all of it, of one moment.

    What is wrong with the question is said with status 400 before it starts. An error on the way breaks the connection
    off, which a client sees as an incomplete transfer: its last line is the last row, or there is no end.
    """
    asked = _asked(request)
    headers = {
        "Content-Type": "text/csv; charset=utf-8; header=present",
        "Content-Disposition": f'attachment; filename="press-releases-{clock.now().date()}.csv"',
        "Cache-Control": "no-store",
    }
    if _at_once.locked():
        return Response.text("Two exports are under way. Come back in a minute.", 503, {"Retry-After": "60"})
    loop = asyncio.get_running_loop()
    chunks = _chunks(Path(database(datasette).path), asked)
    # One thread for the whole of it: a connection of SQLite stays in the thread that made it.
    async with _at_once:
        with ThreadPoolExecutor(1) as thread:
            try:
                first = await loop.run_in_executor(thread, next, chunks)
                if request.method == "HEAD":
                    return Response("", headers=headers, content_type=headers["Content-Type"])
                await send(_start(headers))
                await _send_all(first, lambda: loop.run_in_executor(thread, next, chunks, b""), send, receive)
            finally:
                await loop.run_in_executor(thread, chunks.close)
    return None


async def _send_all(chunk: bytes, following: Callable[[], Awaitable[bytes]], send: Send, receive: Receive) -> None:
    """Send chunk after chunk, up to the empty one or until nobody is there any more."""
    left = asyncio.ensure_future(_is_left(receive))
    try:
        while chunk and not left.done():
            await asyncio.wait_for(send({"type": "http.response.body", "body": chunk, "more_body": True}), _PATIENCE)
            chunk = await following()
        await send({"type": "http.response.body", "body": b""})
    finally:
        left.cancel()


async def _is_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _start(headers: dict[str, str]) -> MutableMapping[str, Any]:
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http.response.start", "status": 200, "headers": encoded}


def _asked(request: Request) -> _Asked:
    """What the parameters ask for. Raises BadRequest for one that is unknown, given twice or of the wrong kind."""
    given: dict[str, str] = {}
    for name in request.args:
        values = request.args.getlist(name)
        if name not in _KNOWN or len(values) > 1:
            wrong = "is given twice" if name in _KNOWN else "is no parameter here"
            raise BadRequest(f"{name} {wrong}. There are: {', '.join(_KNOWN)}.")
        given[name] = values[0].strip()
    first, last = (_day(name, given.get(name)) for name in ("from", "to"))
    if first and last and first > last:
        raise BadRequest(f"to={last} is before from={first}.")
    wanted = Wanted(given.get("site") or None, given.get("search") or None, first, last)
    return _Asked(wanted, bom=not given.get("no_bom"), raw_cells=bool(given.get("raw_cells")))


def _day(name: str, text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as problem:
        raise BadRequest(f"{name}={text} is no day like 2026-03-01.") from problem


def _chunks(database: Path, asked: _Asked) -> Generator[bytes, None, None]:
    """The file in pieces, none of them empty. Raises BadRequest for an unknown site, ArchiveError as `Rows` does."""
    opened = connect(database, write=False)
    with closing(opened.conn):
        archive = Archive(database.parent, opened, None)
        site = asked.wanted.site
        if site and site not in (known := sites(archive)):
            raise BadRequest(f"{site} is not in this archive; known: {', '.join(known) or 'none'}.")
        cells, releases = Cells(are_guarded=not asked.raw_cells), named_table(archive, RELEASES)
        chunk = [BOM if asked.bom else "", cells.line([column.name for column in releases.columns])]
        size = 0
        for row in Rows(archive, releases, asked.wanted):
            chunk.append(cells.line(row))
            size += len(chunk[-1])
            if size >= _CHUNK:
                yield "".join(chunk).encode()
                chunk, size = [], 0
        if chunk:
            yield "".join(chunk).encode()


def unbroken(app: App) -> App:
    """An app whose streams of a table (`TABLE.csv?_stream=on`) are whole, or break off.

    Datasette 0.65.5 has sent status 200 when it meets its limit of size or time; it then writes what is wrong as the
    last line, and ends well (measured). Every row comes as a chunk of its own that ends in CRLF: one without is that.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].endswith(".csv") and b"_stream" in scope["query_string"]:
            await app({**scope, "query_string": _in_order_of_keys(scope)}, receive, _until_broken(send))
        else:
            await app(scope, receive, send)

    return answer


def _in_order_of_keys(scope: Scope) -> bytes:
    """The query of a stream without its sorting.

    Datasette 0.65.5 sorts by a column alone and goes on from page to page by that column and the key: rows of one value
    were lost between pages (99 of 120 releases of one day came, measured).
    """
    asked = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    unsorted = [(name, value) for name, value in asked if name not in ("_sort", "_sort_desc")]
    if scope["path"].endswith("/press_releases.csv"):
        unsorted.append(("_sort", "id"))  # else the metadata's
    return urlencode(unsorted).encode()


def _until_broken(send: Send) -> Send:
    is_ok, problem = False, ""

    async def watched(message: MutableMapping[str, Any]) -> None:
        nonlocal is_ok, problem
        if message["type"] == "http.response.start":
            is_ok = message["status"] == 200
        elif is_ok and (body := message.get("body", b"")) and not body.endswith(b"\r\n"):
            problem = body.decode()
        if problem:
            raise BrokenOffError(problem)
        await send(message)

    return watched


ROUTES: Routes = ((r"/export\.csv$", export),)
