"""SURT, the form of an address by which the indexes of web archives are sorted: com,example)/path?query."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes, urlsplit

from archive.addresses import DEFAULT_PORTS

# As the package `surt` 0.3.1 of the Internet Archive does by default, because pywb and cdxj-indexer ask it for a key.
_SAFE = "!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
_WWW = re.compile(r"www\d*\.")
_VISIT_IN_PATH = re.compile(r"(.*/)(?:\((?:[a-z]\([0-9a-z]{24}\))+\)|\([0-9a-z]{24}\))/([^?]+\.aspx.*)")
_VISITS_IN_QUERY = tuple(
    re.compile(rf"(.*){named}(?:&(.*))?")
    for named in (
        "jsessionid=[0-9a-z]{32}",
        "phpsessid=[0-9a-z]{32}",
        "sid=[0-9a-z]{32}",
        "aspsessionid[a-z]{8}=[a-z]{24}",
        "cfid=[^&]+&cftoken=[^&]+",
    )
)


def surt(url: str) -> str:
    """The key of an http(s) address, in ASCII, without a space. Raises ValueError for what has no host."""
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError(f"an address without a host: {url!r}")
    host = _WWW.sub("", parts.hostname.strip("."), count=1) if _WWW.match(parts.hostname) else parts.hostname.strip(".")
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    port = f":{parts.port}" if parts.port and parts.port != DEFAULT_PORTS.get(parts.scheme) else ""
    query = _query(parts.query)
    return f"{','.join(reversed(host.split('.')))}{port}){_path(parts.path)}{'?' + query if query else ''}"


def _path(path: str) -> str:
    kept: list[bytes] = []
    segments = _unescaped(path).split(b"/")[1:]
    for segment in segments:
        if segment == b".." and kept:
            kept.pop()
        elif segment != b".":
            kept.append(segment)
    whole = b"/".join(segment for segment in kept if segment)
    escaped = quote(b"/" + whole, safe=_SAFE).lower()
    found = _VISIT_IN_PATH.fullmatch(escaped)
    return found[1] + found[2] if found else escaped


def _query(query: str) -> str:
    escaped = quote(_unescaped(query), safe=_SAFE).lower()
    for visit in _VISITS_IN_QUERY:
        if found := visit.fullmatch(escaped):
            escaped = found[1] + (found[2] or "")
    return "&".join("=".join(pair) for pair in sorted(part.split("=", 1) for part in escaped.split("&")))


def _unescaped(text: str) -> bytes:
    """Without percent-escapes, however often they were escaped themselves."""
    before, after = b"", text.encode()
    while after != before:
        before, after = after, unquote_to_bytes(after)
    return after
