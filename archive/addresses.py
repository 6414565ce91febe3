"""The canonical form of an address, and the key made from it: the public name of a release."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
# Parameters that name a visit, not a page.
_VISIT = re.compile(r"(?:jsessionid|spm|utm_[^=]*)(?:=|$)", re.IGNORECASE)
_VISIT_IN_PATH = re.compile(r";jsessionid=[^/;?]*", re.IGNORECASE)
# Labels of 1 to 63 characters; what the net cannot look up hangs a crawl instead of failing it.
_HOST = re.compile(r"(?=.{1,253}\.?$)[^\s.%/\\]{1,63}(?:\.[^\s.%/\\]{1,63})*\.?")
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
# RFC 3986 reserved and unreserved characters, and the escape sign itself.
_KEPT = "%!$&'()*+,;=:@/?-._~[]"


def canonical(url: str) -> str:
    """The form by which two addresses are one page.

    Scheme dropped, host lower-case, default port and fragment dropped, dot segments resolved, percent-escapes in upper
    case, query kept in order less session and tracking parameters. Raises ValueError for what is no http(s) address.
    """
    parts = urlsplit(url.strip())
    if parts.scheme.lower() not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"not an http or https address: {url!r}")
    if ":" not in parts.hostname and not _HOST.fullmatch(parts.hostname):
        raise ValueError(f"no host can have this name: {url!r}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if parts.port is not None and parts.port != DEFAULT_PORTS[parts.scheme.lower()]:
        host = f"{host}:{parts.port}"
    path = _without_dots(_escaped(_VISIT_IN_PATH.sub("", parts.path)))
    query = "&".join(one for one in _escaped(parts.query).split("&") if not _VISIT.match(one))
    return f"{host}{path}?{query}" if query else f"{host}{path}"


@lru_cache(maxsize=1024)  # while one page is kept its key is asked for six times
def key(url: str) -> str:
    """The first 12 characters of the lower-case base32 of the SHA-256 of the canonical form."""
    digest = hashlib.sha256(canonical(url).encode("utf-8")).digest()
    return base64.b32encode(digest)[:12].decode("ascii").lower()


def _escaped(text: str) -> str:
    return _ESCAPE.sub(lambda escape: escape[0].upper(), quote(text, safe=_KEPT))


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4, for a path that is absolute or empty."""
    kept: list[str] = []
    segments = path.split("/")[1:] or [""]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)
