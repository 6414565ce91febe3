"""Files of others read as answers: WARC, WACZ and saved HTML, made by a person's browser or taken from a web archive.

Pure reading. Everything in such a file is taken for hostile: memory is bounded, and nothing of it is written to disc.
"""

from __future__ import annotations

import datetime as dt
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.foreign import page, wacz, warc
from archive.foreign.index import Sources
from archive.foreign.refusals import ForeignFileError, Refused
from archive.foreign.stream import GZIP
from archive.models import Answer

__all__ = ["ForeignFileError", "Refused", "read"]

_FIRST = 1 << 16
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_ZSTD = b"\x28\xb5\x2f\xfd"
_WARC = b"WARC/"
_KINDS = "A WARC file, a WACZ package or a saved HTML page can be imported"
_AS_WHAT = "save it in the browser as HTML only, or record it with ArchiveWeb.page and export a WACZ"


def read(
    path: Path,
    *,
    site: str,
    run_id: int | None,
    hosts: frozenset[str],
    url: str | None = None,
    captured: dt.datetime | None = None,
) -> Iterator[Answer | Refused]:
    """The answers in a file, and what of it was refused and why; outcomes are all `ok`, walls not yet told apart.

    The kind of file is told by its first bytes. `hosts` are lower-case, with a port where one is named. `url` and
    `captured` (aware) are for saved HTML, which may not state them, and are wrong for the others. Answers come in no
    order of time; 3xx are answers with their Location; an answer that is in the file twice comes twice.

    Raises ForeignFileError: for damage after all that is sound before it (a WACZ is held against its digests first, and
    nothing comes of a damaged one), for anything else before the first answer, except that pages which unpack to more
    than 4 GiB together show only on the way.
    """
    scope = warc.Scope(site, run_id, hosts)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ForeignFileError("not a file")
        with path.open("rb") as file:
            first = file.read(_FIRST)
        if page.is_html(first):
            yield page.answer(path, scope, url, captured)
            return
        if (url or captured) and (first.startswith((*_ZIP, GZIP, _WARC))):
            raise ForeignFileError("a WARC or WACZ states addresses and dates itself; leave out --url and --captured")
        with _sources(path, first) as sources:
            yield from warc.answers(sources, scope)
    except ForeignFileError as problem:
        raise type(problem)(f"{path}: {problem}") from problem
    except OSError as problem:
        raise ForeignFileError(f"{path}: it cannot be read ({problem.strerror or problem})") from problem


@contextmanager
def _sources(path: Path, first: bytes) -> Iterator[Sources]:
    if first.startswith(_ZIP):
        with wacz.opened(path) as members:
            yield members
    elif first.startswith(_WARC) or (first.startswith(GZIP) and _unpacked(first).startswith(_WARC)):
        yield [lambda: path.open("rb")]
    else:
        raise ForeignFileError(_what_it_is(first))


def _unpacked(first: bytes) -> bytes:
    """The first bytes of gzip data; none where it is damaged there already."""
    try:
        return zlib.decompressobj(31).decompress(first, len(_WARC))
    except zlib.error:
        return b""


def _what_it_is(first: bytes) -> str:
    if not first:
        return f"an empty file. {_KINDS}"
    if page.is_mhtml(first):
        return f"a web page in a single MHTML file, which is not read; {_AS_WHAT}"
    if first.startswith(_ZSTD):
        return "packed with zstd; unpack it first (zstd -d)"
    if first.startswith(b"filedesc://"):
        return "an ARC file, the format before WARC; convert it first (warcio recompress)"
    if first.startswith(GZIP):
        return f"a gzip file that holds no WARC records, or is damaged at its beginning. {_KINDS}"
    return f"none of the kinds of file that are known here. {_KINDS}"
