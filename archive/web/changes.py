"""The page of everything edited, gone or restored, newest first; and the changes as the feeds read them."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from datasette import Request, Response  # type: ignore[import-untyped]  # Datasette ships no types

from archive.erasure import is_hidden
from archive.web.dossier import select, versions_of
from archive.web.pages import Routes, page, read, readable
from archive.web.wording import changed, sample

KINDS = ("edited", "gone", "restored")
PAGE = 50
_LONGEST = 20_000  # characters of a text in which a sample is looked for
_PLACE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00)~(\d{1,15})")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00")
_END = ("9999", 0)  # a place behind every event
# The events lead: a join the other way round would read all releases of a site to find the newest few.
_CHANGES = """
SELECT e.id, e.at, e.kind, e.detail, r.key, r.title AS release_title, r.site, s.name AS site_name, r.url, r.gone_at,
    r.text_digest AS release_digest, v.version, v.made_by,
    v.title, v.subtitle, length(v.body) AS chars, substr(v.body, 1, :longest) AS body,
    v.body IS NOT b.body AS other_text,
    b.version AS old_version, b.title AS old_title, b.subtitle AS old_subtitle, length(b.body) AS old_chars,
    substr(b.body, 1, :longest) AS old_body
FROM events AS e CROSS JOIN press_releases AS r ON r.id = e.release_id CROSS JOIN sites AS s ON s.slug = r.site
LEFT JOIN {versions} AS v
    ON e.kind = 'edited' AND v.release_id = e.release_id AND v.version = CAST(substr(e.detail, 9) AS INTEGER)
LEFT JOIN {versions} AS b ON b.release_id = v.release_id AND b.version = v.version - 1
WHERE e.kind <> 'first_seen' AND (e.at, e.id) < (:at, :id)
    AND (:site IS NULL OR r.site = :site) AND (:kind IS NULL OR e.kind = :kind)
ORDER BY e.at DESC, e.id DESC LIMIT :most
"""
_SITES = "SELECT slug, name, english FROM sites ORDER BY slug"


def read_changes(
    db: sqlite3.Connection, most: int, site: str | None = None, kind: str | None = None, before: tuple[str, int] = _END
) -> list[Mapping[str, Any]]:
    """Events with their releases, newest first, from a place on (`at`, `id`); `words` and `sample` say what changed."""
    values = {"most": most, "site": site, "kind": kind, "at": before[0], "id": before[1], "longest": _LONGEST}
    return [_said(row) for row in select(db, _CHANGES.format(versions=versions_of(db)), values)]


async def show(datasette: Any, request: Request) -> Response:
    """`/changes?site=SLUG&kind=edited&before=AT~ID`."""
    site, kind = request.args.get("site") or None, request.args.get("kind") or None
    place = _PLACE.fullmatch(request.args.get("before") or "")
    before = (place[1], int(place[2])) if place else _END
    kind = kind if kind in KINDS else None

    def found(db: sqlite3.Connection) -> tuple[list[Mapping[str, Any]], list[sqlite3.Row]]:
        return read_changes(db, PAGE + 1, site, kind, before), db.execute(_SITES).fetchall()

    changes, sites = await read(datasette, found)
    shown = changes[:PAGE]
    context = {
        "days": [(day, list(of_day)) for day, of_day in groupby(shown, lambda change: change["at"][:10])],
        "sites": sites,
        "kinds": KINDS,
        "site": site,
        "kind": kind,
        "is_first": before is _END,
        "older": _address(site, kind, shown[-1]) if len(changes) > PAGE else None,
    }
    return await page(datasette, request, "changes.html", context)


ROUTES: Routes = ((r"^/changes$", show),)


def _address(site: str | None, kind: str | None, last: Mapping[str, Any]) -> str:
    chosen = {"site": site, "kind": kind, "before": f"{last['at']}~{last['id']}"}
    return "?" + urlencode({name: value for name, value in chosen.items() if value})


def _said(change: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**change, "words": _words(change), "sample": _sample(change)}


def _words(change: Mapping[str, Any]) -> str:
    """What changed, in a few words."""
    if is_hidden(change["release_digest"]):
        return "removed from this archive; what changed is not shown"
    if change["kind"] == "edited":
        if change["old_version"] is None:
            return change["detail"] or "what changed is not known"
        _, _, bytes_of = change["detail"].partition(": ")
        return f"an image or file has {bytes_of}" if bytes_of else changed(change)
    if change["kind"] == "gone":
        said = change["detail"] or "the page is not there any more"
        return _MOMENT.sub(lambda moment: readable(moment[0]), said)
    return "its page answers again"


def _sample(change: Mapping[str, Any]) -> Sequence[str] | None:
    """The stretch that changed, of the text or else of the title: before, gone, come, after."""
    for name in ("body", "title", "subtitle"):
        old, new = change[f"old_{name}"], change[name]
        if change["old_version"] is not None and (old or "") != (new or ""):
            return sample(old or "", new or "")
    return None
