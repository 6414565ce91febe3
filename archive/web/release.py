"""The page of a release: its text, its versions side by side, its captures and their records, and how to cite it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from datasette import Request, Response  # type: ignore[import-untyped]  # Datasette ships no types

from archive.bodies import digest
from archive.removals import Tombstone, tombstone
from archive.web import dossier
from archive.web.citation import Citation, escaped
from archive.web.differences import Pair, characters, compare
from archive.web.dossier import Dossier, Row
from archive.web.pages import Routes, database, page, read
from archive.web.warc_record import Records, chunks, shown_type
from archive.web.wording import MADE_BY, changed, dated, size

IMAGES = 40  # of one page; what comes after them is a link
MOST_PAIRS = 600  # paragraphs beside each other on one page
# An image is shown and nothing else: no script in it runs, nothing is guessed, no other site takes it in.
_IMAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "max-age=3600",  # no longer: it may be removed
}
_WORDS = {"made_by": MADE_BY, "changed": changed, "dated": dated, "size": size, "escaped": escaped}
_Find = Callable[[sqlite3.Connection, Row, int], Row | None]


async def show(datasette: Any, request: Request) -> Response:
    """`/release/KEY`."""
    key = request.url_vars["key"]
    found = await read(datasette, lambda db: tombstone(db, key) or dossier.read(db, key))
    if not isinstance(found, Dossier):
        return await _not_there(datasette, request, key, found)
    records = Records(database(datasette).path)
    context = {
        "dossier": found,
        "release": found.release,
        "paragraphs": _paragraphs(found.release["body"]),
        "cite": Citation(found.release, found.capture, _permalink(datasette, request, key)),
        "files": await asyncio.to_thread(_files, found, records),
        "has_record": lambda capture: records.path(capture) is not None,
        "most": dossier.MOST,
        **_WORDS,
    }
    return await page(datasette, request, "release.html", context)


async def versions(datasette: Any, request: Request) -> Response:
    """`/release/KEY/versions?from=1&to=2`: two versions side by side, the last two unless it says which."""
    key, asked = request.url_vars["key"], request.args

    def pair(db: sqlite3.Connection) -> tuple[Row, Row | None, Row | None] | None:
        release = dossier.find(db, key)
        if release is None:
            return None
        new = _number(asked.get("to"), release["version"])
        old = _number(asked.get("from"), max(1, new - 1))
        return release, dossier.version(db, release, old), dossier.version(db, release, new)

    found = await read(datasette, lambda db: tombstone(db, key) or pair(db))
    if not isinstance(found, tuple):
        return await _not_there(datasette, request, key, found)
    release, old, new = found
    context = {"release": release, "key": key, "old": old, "new": new, "most": MOST_PAIRS, **_WORDS}
    if old is None or new is None:
        return await page(datasette, request, "versions.html", context, status=404)
    pairs = await asyncio.to_thread(compare, old["body"], new["body"])
    context |= {
        "title": _line(old["title"], new["title"]),
        "subtitle": _line(old.get("subtitle"), new.get("subtitle")),
        "pairs": pairs[:MOST_PAIRS],
        "left_out": len(pairs) - MOST_PAIRS,
        "files": _beside(old, new),
    }
    return await page(datasette, request, "versions.html", context)


async def image(datasette: Any, request: Request) -> Response:
    """`/release/KEY/images/CAPTURE`: an image of a release, from its own record; never anything else under its name."""
    held = await _of_release(datasette, request, dossier.image)
    if isinstance(held, Response):
        return held
    try:
        body = await asyncio.to_thread(Records(database(datasette).path).body, held)
    except (OSError, ValueError):
        return Response.text("The record of this image is not beside the database.", status=404)
    kind = shown_type(held["content_type"], body)
    if kind is None or held["outcome"] != "ok" or digest(body) != held["payload_digest"]:
        return Response.text("This capture is no image that can be shown. Its WARC record has the bytes.", status=415)
    return Response(body, headers=_IMAGE_HEADERS, content_type=kind)


async def record(datasette: Any, request: Request, send: Any) -> Response | None:
    """`/release/KEY/captures/CAPTURE.warc.gz`: the WARC record of a capture, one gzip member, byte by byte as it is."""
    capture = await _of_release(datasette, request, dossier.capture)
    if isinstance(capture, Response):
        return capture
    path = await asyncio.to_thread(Records(database(datasette).path).whole, capture)
    if path is None:
        return Response.text("The record of this capture is not beside the database.", status=404)
    name = f"{request.url_vars['key']}-{''.join(filter(str.isdigit, capture['captured'][:19]))}.warc.gz"
    headers = {
        "content-type": "application/warc",
        "content-length": str(capture["warc_length"]),
        "content-disposition": f'attachment; filename="{name}"',
    }
    pairs = [(field.encode("ascii"), value.encode("ascii")) for field, value in headers.items()]
    await send({"type": "http.response.start", "status": 200, "headers": pairs})
    if request.method != "HEAD":
        await _stream(send, path, capture)
    await send({"type": "http.response.body", "body": b""})
    return None


async def bibtex(datasette: Any, request: Request) -> Response:
    """`/release/KEY/citation.bib`."""
    key = request.url_vars["key"]
    found = await read(datasette, lambda db: tombstone(db, key) or dossier.read(db, key))
    if not isinstance(found, Dossier):
        return await _not_there(datasette, request, key, found)
    cite = Citation(found.release, found.capture, _permalink(datasette, request, key))
    headers = {"Content-Disposition": f'attachment; filename="{key}.bib"'}
    return Response(cite.bibtex, headers=headers, content_type="application/x-bibtex; charset=utf-8")


ROUTES: Routes = (
    (r"^/release/(?P<key>[^/]+)$", show),
    (r"^/release/(?P<key>[^/]+)/versions$", versions),
    (r"^/release/(?P<key>[^/]+)/citation\.bib$", bibtex),
    (r"^/release/(?P<key>[^/]+)/images/(?P<capture>\d{1,15})$", image),
    (r"^/release/(?P<key>[^/]+)/captures/(?P<capture>\d{1,15})\.warc\.gz$", record),
)


async def _stream(send: Any, path: Path, capture: Row) -> None:
    parts = chunks(path, capture["warc_offset"], capture["warc_length"])
    while (part := await asyncio.to_thread(next, parts, None)) is not None:
        await send({"type": "http.response.body", "body": part, "more_body": True})


async def _of_release(datasette: Any, request: Request, find: _Find) -> Row | Response:
    """A capture that belongs to the release of the address; an answer where it does not, or the release was removed.

    No capture is handed out but as one of a release that is there: list pages and removed releases have none.
    """
    key, number = request.url_vars["key"], int(request.url_vars["capture"])

    def found(db: sqlite3.Connection) -> tuple[Tombstone | None, Row | None]:
        removed = tombstone(db, key)
        release = None if removed else dossier.find(db, key)
        return removed, find(db, release, number) if release else None

    removed, capture = await read(datasette, found)
    if removed:
        return await _not_there(datasette, request, key, removed)
    return capture or Response.text("This release has no such capture.", status=404)


async def _not_there(datasette: Any, request: Request, key: str, removed: Tombstone | None) -> Response:
    """The tombstone of a release that was removed, or what else is known of a key without a release."""
    if removed is not None:
        return await page(datasette, request, "removed.html", {"key": key, "removed": removed}, status=410)
    state = await read(datasette, lambda db: dossier.page_state(db, key))
    return await page(datasette, request, "no_release.html", {"key": key, "state": state, **_WORDS}, status=404)


def _files(found: Dossier, records: Records) -> list[Mapping[str, Any]]:
    """The attachments of today's version; `shown` is the type of an image that can be looked at here."""
    files: list[Mapping[str, Any]] = []
    images = 0
    for one in found.attachments:
        looked_at = one["kind"] == "image" and one["capture_id"] is not None and images < IMAGES
        shown = records.image_type(one) if looked_at else None
        images += shown is not None
        files.append({**one, "shown": shown})
    return files


def _line(old: str | None, new: str | None) -> Pair | None:
    """A title or subtitle of two versions; None where neither has one."""
    return Pair("same" if old == new else "changed", *characters(old or "", new or "")) if old or new else None


def _beside(old: Row, new: Row) -> list[tuple[str, Row]]:
    """Images and files of two versions: which went, which came, of which the bytes are others."""
    before, after = ({one["url"]: one for one in version["files"]} for version in (old, new))
    said = [("removed", one) for url, one in before.items() if url not in after]
    for url, one in after.items():
        was = before.get(url)
        if was is None:
            said.append(("added", one))
        elif was["payload_digest"] and one["payload_digest"] and was["payload_digest"] != one["payload_digest"]:
            said.append(("other bytes", one))
        else:
            said.append(("same", one))
    return said


def _paragraphs(body: str) -> list[str]:
    """Paragraphs without the spaces that a page indents them with: the style sheet does."""
    return [line.strip() for line in body.split("\n") if line.strip()]


def _number(asked: str | None, otherwise: int) -> int:
    """A version's number from an address; 0, which none has, for what is no number."""
    if asked is None:
        return otherwise
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= 9 else 0


def _permalink(datasette: Any, request: Request, key: str) -> str:
    return str(datasette.absolute_url(request, datasette.urls.path(f"/release/{key}")))
