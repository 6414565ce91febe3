"""The page of ready-made queries: what each asks, and what its answer can and cannot show."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from datasette import Request, Response  # type: ignore[import-untyped]  # Datasette ships no types

from archive.web.pages import Routes, database, page

_PARAMETER = re.compile(r":([a-z_]+)")


@dataclass(frozen=True, slots=True)
class Ready:
    """One query of the metadata, with the page on which Datasette answers it, and the parameters it takes."""

    title: str
    description: str
    address: str
    parameters: tuple[str, ...]


async def queries(datasette: Any, request: Request) -> Response:
    """`/queries`: every query of the metadata that the reader may ask, in its order there."""
    name = database(datasette).name
    known = (await datasette.get_canned_queries(name, request.actor)).items()
    ready = [
        Ready(
            one.get("title") or query,
            one.get("description") or "",
            datasette.urls.query(name, query),
            _taken(one["sql"]),
        )
        for query, one in known
    ]
    return await page(datasette, request, "queries.html", {"queries": ready, "database": name})


def _taken(sql: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_PARAMETER.findall(sql)))


ROUTES: Routes = ((r"^/queries$", queries),)
