"""CDXJ, the index of a web archive: a line an answer, sorted by address and time, with a smaller index to find blocks.

The form is that of https://specs.webrecorder.net/cdxj/0.1.0/ and of cdxj-indexer, whose keys and values are all text.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import islice

from archive.exports.package import Package
from archive.exports.surt import surt
from archive.exports.warc import Copied

WARC = "data.warc.gz"  # the file in the folder `archive` that the lines lead to
_INDEX, _BLOCKS = "indexes/index.cdx.gz", "indexes/index.idx"
_A_BLOCK = 3000  # lines, as cdxj-indexer


def gather(db: sqlite3.Connection, captures: Iterable[Copied]) -> int:
    """Put each answer as it is copied into a table `copied` of this connection's own, with its line; how many came.

    A 304 is left out: replayed as it came it is an empty page (pywb 2.10), and a line that leads from its time to the
    page it speaks of is refused (ReplayWeb.page 2.4.6). Without it both show the capture that is nearest in time.
    """
    db.execute("DROP TABLE IF EXISTS temp.copied")
    db.execute("CREATE TEMP TABLE copied (capture INTEGER PRIMARY KEY, line TEXT NOT NULL)")
    count = 0
    for copied in captures:
        if copied.row.status != HTTPStatus.NOT_MODIFIED:
            db.execute("INSERT INTO copied VALUES (?, ?)", (copied.row.capture, _line(copied)))
        count += 1
    return count


def write_index(package: Package, db: sqlite3.Connection) -> None:
    """Write the lines of what was gathered, and the index of their blocks. Raises OSError.

    SQLite sorts the lines, which may be more than memory holds.
    """
    about = {"format": "cdxj-gzip-1.0", "filename": _INDEX.rpartition("/")[2]}
    found = [f"!meta 0 {json.dumps(about)}\n"]
    with package.member(_INDEX, stored=True) as file:
        for block in _blocks(line for (line,) in db.execute("SELECT line FROM copied ORDER BY line")):
            member = zlib.compress("".join(block).encode(), wbits=31)
            place = {"offset": file.tell(), "length": len(member), "digest": f"sha256:{_sha256(member)}"}
            key, timestamp, _ = block[0].split(" ", 2)
            found.append(f"{key} {timestamp} {json.dumps({**place, 'filename': about['filename']})}\n")
            file.write(member)
    package.add(_BLOCKS, "".join(found))


def _blocks(lines: Iterator[str]) -> Iterator[list[str]]:
    while block := [f"{line}\n" for line in islice(lines, _A_BLOCK)]:
        yield block


def _line(copied: Copied) -> str:
    row = copied.row
    timestamp = datetime.fromisoformat(row.captured).astimezone(UTC).strftime("%Y%m%d%H%M%S")
    mime = "warc/revisit" if copied.is_revisit else (copied.content_type or "").partition(";")[0].strip() or "unk"
    place = {"length": str(copied.length), "offset": str(copied.offset), "filename": WARC}
    said = {"url": row.url, "mime": mime, "status": str(row.status), "digest": row.digest, **place}
    return f"{surt(row.url)} {timestamp} {json.dumps({**said, 'recordDigest': f'sha256:{copied.sha256}'})}"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
