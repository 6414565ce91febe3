"""The page of a search: hits with their snippets, counted by province, year and column."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from datasette import Request, Response  # type: ignore[import-untyped]  # Datasette ships no types

from archive.hits import COUNTED, PAGE, RANKED, Found, Hit, SlowSearchError, find
from archive.search import LONGEST, Query, understood
from archive.snippets import Piece, marked, snippet
from archive.web.asked import Asked, asked
from archive.web.pages import Routes, page, read

_COLUMNS_SHOWN = 30
_EXAMPLES = (
    ("马拉松 安保", "releases that have both words, anywhere in title or text"),
    ("“2023兰州马拉松”", "these words side by side; Chinese characters without spaces are read so anyway"),
    ("台风 OR 暴雨", "releases that have one of them or both"),
    ("电信诈骗 -电视", "without what stands after the minus"),
    ("G30", "a road: letters and digits are found as whole words"),
    ("110", "the number by itself, not as a part of 2110"),
    ("poli*", "Latin words and numbers that begin so"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that narrows a search, or, where `is_chosen`, undoes that; `count` as a person reads it."""

    name: str
    count: str
    address: str
    is_chosen: bool
    is_chinese: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A hit with its titles and text in pieces, the words searched for among them."""

    hit: Hit
    title: list[Piece]
    subtitle: list[Piece]
    text: list[Piece]


def count_said(count: int) -> str:
    """A count as it is shown."""
    return f"{count:,}" if count <= COUNTED else f"more than {COUNTED:,}"


async def search_page(datasette: Any, request: Request) -> Response:
    """`/search`: without words or filters an empty form, which says how to ask."""
    wanted = asked(request.args)
    query = understood(wanted.q)
    names = await read(datasette, _names)
    context = {"asked": wanted, "query": query, "names": names, "longest": LONGEST, "ranked": RANKED, "per_page": PAGE}
    context["examples"] = _EXAMPLES
    if wanted.address(order="") == "?":
        return await page(datasette, request, "search.html", context)
    if wanted.q and not query.wanted:
        return await page(datasette, request, "search.html", {**context, "is_nothing": True})
    try:
        found = await read(datasette, lambda db: _find(db, wanted, query))
    except SlowSearchError:
        return await page(datasette, request, "search.html", {**context, "is_slow": True}, status=503)
    return await page(datasette, request, "search.html", {**context, **_context(wanted, query, found, names)})


def _find(db: sqlite3.Connection, wanted: Asked, query: Query) -> Found:
    return find(
        db, query if wanted.q else None, wanted.narrowed, "best" if wanted.order else "newest", page=wanted.page
    )


def _context(wanted: Asked, query: Query, found: Found, names: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    pages = min(-(-found.count // PAGE), wanted.last_page)
    return {
        "found": found,
        "count": count_said(found.count),
        "shown": [_shown(hit, query) for hit in found.hits],
        "facets": _facets(wanted, found, names),
        "chosen": _chosen(wanted, names),
        "first": (wanted.page - 1) * PAGE + 1,
        "previous": wanted.address(page=str(wanted.page - 1)) if 1 < wanted.page <= pages + 1 else None,
        "next": wanted.address(page=str(wanted.page + 1)) if wanted.page < pages else None,
        "is_last_counted": wanted.page == wanted.last_page and found.count > wanted.last_page * PAGE,
        "csv": _export(wanted),
    }


def _shown(hit: Hit, query: Query) -> Shown:
    return Shown(hit, marked(hit.title or "", query), marked(hit.subtitle or "", query), snippet(hit.body, query))


def _facets(wanted: Asked, found: Found, names: Mapping[str, Mapping[str, str]]) -> dict[str, list[Choice]]:
    """Provinces and columns by how many hits they have, years from the last to the first."""
    provinces = [
        _choice(wanted, "province", code or "none", names["divisions"].get(code or "", "of no province"), count)
        for code, count in sorted(found.divisions.items(), key=lambda one: (-one[1], one[0] or ""))
    ]
    years = [
        _choice(wanted, "year", str(year or "none"), str(year or "without a date"), count)
        for year, count in sorted(found.years.items(), key=lambda one: -(one[0] or 0))
    ]
    columns = [
        _choice(wanted, "column", column or "none", column or "of no column", count, is_chinese=bool(column))
        for column, count in sorted(found.columns.items(), key=lambda one: (-one[1], one[0] or ""))
    ]
    if set(found.divisions) == {None}:
        provinces = []  # a site of no province has no other to be told from
    return {"Province": provinces, "Year": years, "Column": columns[:_COLUMNS_SHOWN]}


def _chosen(wanted: Asked, names: Mapping[str, Mapping[str, str]]) -> list[Choice]:
    """What the search is narrowed to, each with the address that undoes it."""
    said = {
        "site": names["sites"].get(wanted.site, wanted.site),
        "province": names["divisions"].get(wanted.province, "of no province"),
        "year": "without a date" if wanted.year == "none" else wanted.year,
        "column": "of no column" if wanted.column == "none" else wanted.column,
        "published_from": f"from {wanted.published_from}",
        "published_to": f"to {wanted.published_to}",
    }
    is_chinese = {"site", "column"}
    return [
        Choice(text, "", wanted.address(**{name: ""}), is_chosen=True, is_chinese=name in is_chinese)
        for name, text in said.items()
        if getattr(wanted, name)
    ]


def _choice(wanted: Asked, name: str, value: str, said: str, count: int, *, is_chinese: bool = False) -> Choice:
    is_chosen = getattr(wanted, name) == value
    address = wanted.address(**{name: "" if is_chosen else value})
    return Choice(said, count_said(count), address, is_chosen, is_chinese)


def _export(wanted: Asked) -> str:
    """The parameters of `/export.csv` for a search; it knows no provinces and no columns."""
    said = {"search": wanted.q, "site": wanted.site, "from": wanted.published_from, "to": wanted.published_to}
    if wanted.year and wanted.year != "none":
        said["from"] = max(said["from"], f"{wanted.year}-01-01")
        said["to"] = min(said["to"] or "9999", f"{wanted.year}-12-31")
    return urlencode({name: value for name, value in said.items() if value})


def _names(db: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """What codes of provinces and slugs of sites are called."""
    return {
        "divisions": dict(db.execute("SELECT code, name || ' ' || english FROM divisions")),
        "sites": dict(db.execute("SELECT slug, name FROM sites ORDER BY slug")),
    }


ROUTES: Routes = ((r"^/search$", search_page),)
