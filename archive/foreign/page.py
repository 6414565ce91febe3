"""HTML files that a person saved in a browser: where they are from, when they were saved, and nothing guessed."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from archive import addresses
from archive.foreign.payload import LARGEST_PAGE
from archive.foreign.records import checked_moment, escaped
from archive.foreign.refusals import ForeignFileError, UnfitError
from archive.foreign.warc import Scope
from archive.models import Answer

_TOP = 1 << 12
# Chrome, Edge and Internet Explorer: the length of the address stands in the brackets.
_SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d{1,6}\)(https?://[^\s<>]{1,4000}?)\s*-->", re.IGNORECASE)
# SingleFile, "Archive processed by" in its versions of 2018.
_SINGLE_FILE = re.compile(
    rb"(?:Page saved with|Archive processed by) SingleFile\s{1,9}url: (https?://[^\s<>]{1,4000})\s"
    rb"(?:\s{0,9}saved date: \w{3} (\w{3}) (\d\d) (\d{4}) (\d\d:\d\d:\d\d) GMT([+-]\d{4}))?"
)
_MONTHS = (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec")
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_MHTML = re.compile(
    rb"(?:^|\n)(?:MIME-Version:|Snapshot-Content-Location:|Content-Type:\s*multipart/related)", re.IGNORECASE
)


def is_html(first: bytes) -> bool:
    """Whether a file that begins so is an HTML page."""
    begins = first.removeprefix(b"\xef\xbb\xbf").lstrip()
    return begins.startswith(b"<") and _HTML.search(first) is not None


def is_mhtml(first: bytes) -> bool:
    """Whether a file that begins so is a web page as Chrome saves it in a single file."""
    return not first.lstrip().startswith(b"<") and _MHTML.search(first[:_TOP]) is not None


def answer(path: Path, scope: Scope, url: str | None, captured: dt.datetime | None) -> Answer:
    """The page in a saved file; raises ForeignFileError where it is not known from where or when.

    The date is `captured`, else what the file says, else the time it was last changed. Browsers re-encode what they
    save and leave its old <meta> standing, so no charset is stated.
    """
    with path.open("rb") as file:
        body = file.read(LARGEST_PAGE + 1)
    if len(body) > LARGEST_PAGE:
        raise ForeignFileError(
            f"larger than {LARGEST_PAGE >> 20} MiB; save the page as HTML only, or record it as a WACZ"
        )
    if b"\0" in body:
        raise ForeignFileError("HTML with bytes in it that are no text; save the page as HTML only")
    stated_url, stated_date = _statement(body[:_TOP])
    found = _one_address(url, stated_url, scope.hosts)
    moment = captured or stated_date or dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    try:
        moment = checked_moment(moment).replace(microsecond=0)
    except UnfitError as problem:
        raise ForeignFileError(f"{problem}; say with --captured when the page was saved") from problem
    return Answer(scope.site, scope.run_id, found, moment, 200, (("Content-Type", "text/html"),), body, "ok")


def _statement(top: bytes) -> tuple[str | None, dt.datetime | None]:
    """What a browser or SingleFile wrote at the top of a file: from where and when."""
    if found := _SINGLE_FILE.search(top):
        return found[1].decode("utf-8", "replace"), _date(*found.groups()[1:]) if found[2] else None
    found = _SAVED_FROM.search(top)
    return (found[1].decode("utf-8", "replace") if found else None), None


def _date(month: bytes, day: bytes, year: bytes, time: bytes, offset: bytes) -> dt.datetime | None:
    """JavaScript's date; None where there is no such moment."""
    try:
        number = _MONTHS.index(month) + 1
        return dt.datetime.fromisoformat(f"{year.decode()}-{number:02}-{day.decode()}T{time.decode()}{offset.decode()}")
    except ValueError:
        return None


def _one_address(given: str | None, stated: str | None, hosts: frozenset[str]) -> str:
    """The address given or stated, as both have to be one page; raises ForeignFileError."""
    url = given or stated
    if url is None:
        raise ForeignFileError("the file does not say from which address it was saved; say so with --url")
    try:
        if given and stated and addresses.key(given) != addresses.key(stated):
            raise ForeignFileError(f"--url says {given}, and the file says that it was saved from {stated}")
        host = re.split(r"[/?]", addresses.canonical(url), maxsplit=1)[0]
    except ValueError as problem:
        raise ForeignFileError(str(problem)) from problem
    if host not in hosts:
        raise ForeignFileError(f"{url} is on no host of this site ({', '.join(sorted(hosts))})")
    return escaped(url)
