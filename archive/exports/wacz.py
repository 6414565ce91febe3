"""`export wacz`: the captures behind releases as a WACZ package, which ReplayWeb.page shows as the pages they were.

Web Archive Collection Zipped 1.1.1, https://specs.webrecorder.net/wacz/1.1.1/
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from pathlib import Path
from typing import Any

from archive import records
from archive.exports.cdxj import WARC, gather, write_index
from archive.exports.package import Package, whole_package
from archive.exports.rows import Wanted, Written, reading
from archive.exports.warc import asked_for, copy_captures, newest
from archive.folder import Archive

_PAGES, _DESCRIBED, _DIGEST = "pages/pages.jsonl", "datapackage.json", "datapackage-digest.json"
# A page is a release as it is shown today; `wanted_releases` and `copied` are those of this export.
_RELEASES = """
SELECT r.key, c.url, c.captured, r.title FROM wanted_releases AS w JOIN press_releases AS r ON r.id = w.id
JOIN captures AS c ON c.id = r.capture_id WHERE c.id IN (SELECT capture FROM copied) ORDER BY r.published, r.key
"""


def export_wacz(archive: Archive, out: Path, wanted: Wanted) -> Written:
    """Write the captures behind the releases wanted to `out`, with an index, and a page a release.

    Raises OSError where `out` cannot be written, ArchiveError where a record is not what its row says, WrongWhereError.
    """
    db: sqlite3.Connection = archive.db.conn
    with whole_package(out, as_zip=True) as package, reading(archive):
        with package.member(f"archive/{WARC}", stored=True) as file:
            captures = gather(db, copy_captures(archive, wanted, file))
        write_index(package, db)
        _write_pages(package, db)
        _describe(package, archive, wanted)
    return Written(out, captures, package.sha256, unit="capture")


def _write_pages(package: Package, db: sqlite3.Connection) -> None:
    with package.member(_PAGES) as file:
        header = {"format": "json-pages-1.0", "id": "pages", "title": "Press releases", "hasText": False}
        file.write(_line(header))
        for key, url, captured, title in db.execute(_RELEASES):
            page = {"id": key, "url": url, "ts": records.warc_date(dt.datetime.fromisoformat(captured))}
            file.write(_line({**page, "title": title} if title else page))


def _describe(package: Package, archive: Archive, wanted: Wanted) -> None:
    created = records.warc_date(newest(archive))
    described = {
        "profile": "data-package",
        "wacz_version": "1.1.1",
        "software": records.SOFTWARE,
        "created": created,
        "title": "Press releases, as they were captured",
        "description": f"The captures behind press releases; selection: {asked_for(wanted)}",
        "resources": [
            {"name": path.rpartition("/")[2], "path": path, "hash": f"sha256:{member.sha256}", "bytes": member.bytes}
            for path, member in package.members.items()
        ],
    }
    package.add(_DESCRIBED, f"{json.dumps(described, ensure_ascii=False, indent=2)}\n")
    digest = {"path": _DESCRIBED, "hash": f"sha256:{package.members[_DESCRIBED].sha256}"}
    package.add(_DIGEST, f"{json.dumps(digest, indent=2)}\n")


def _line(values: dict[str, Any]) -> bytes:
    return f"{json.dumps(values, ensure_ascii=False)}\n".encode()
