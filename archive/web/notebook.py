"""The notebook door: where the data of a table or query page can be read by a program, and with which line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from datasette import Request  # type: ignore[import-untyped]  # Datasette ships no types

# What only says how a page looks or where in it a reader stands.
_OF_THE_PAGE = {
    "_next",
    "_sort",
    "_sort_desc",
    "_size",
    "_facet",
    "_facet_size",
    "_labels",
    "_shape",
    "_nl",
    "_stream",
    "_dl",
    "_hide_sql",
}
_FILTERS_OF_EXPORT = {"site": "site", "_search": "search"}


@dataclass(frozen=True, slots=True)
class Door:
    """Addresses with host, of the same rows as a page; `is_whole`: the CSV has all of them, not only the first."""

    json: str
    csv: str
    is_whole: bool


def door(datasette: Any, request: Request) -> Door:
    """The door of a table or query page, made from its address: every part is escaped anew, so that it may stand in
    quotes in a line of code.
    """
    path = quote(request.path, safe="/~%-._")
    asked = [
        (name, value)
        for name, value in parse_qsl(request.query_string, keep_blank_values=True)
        if name not in _OF_THE_PAGE
    ]
    is_query = any(name == "sql" for name, _ in asked) or _is_canned(datasette, request)
    json = _address(datasette, request, f"{path}.json", [*asked, ("_shape", "array")])
    if request.url_vars.get("table") == "press_releases" and {name for name, _ in asked} <= {*_FILTERS_OF_EXPORT}:
        wanted = [(_FILTERS_OF_EXPORT[name], value) for name, value in asked]
        exported = datasette.urls.path("/export.csv")
        return Door(json, _address(datasette, request, exported, [*wanted, ("no_bom", "1"), ("raw_cells", "1")]), True)
    streamed = [] if is_query else [("_stream", "on")]
    return Door(json, _address(datasette, request, f"{path}.csv", [*asked, *streamed]), not is_query)


def _is_canned(datasette: Any, request: Request) -> bool:
    database, name = (request.url_vars.get(part) for part in ("database", "table"))
    databases = datasette.metadata("databases") or {}
    return name in databases.get(database, {}).get("queries", {})


def _address(datasette: Any, request: Request, path: str, asked: list[tuple[str, str]]) -> str:
    query = urlencode(asked)
    address: str = datasette.absolute_url(request, f"{path}?{query}" if query else path)
    return address
