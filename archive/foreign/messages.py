"""HTTP messages as WARC records hold them: status line or method, and header lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from archive.foreign.records import HEAD, Fields, fields_of
from archive.foreign.refusals import UnfitError

_STATUS = re.compile(r"HTTP/(\d(?:\.\d)?)[ \t]+(\d{3})(?:[ \t].*)?", re.ASCII)
_REQUEST = re.compile(r"([A-Za-z]{1,20})[ \t]")
_END = re.compile(rb"\r?\n\r?\n")
# Browsers' tools and this very program keep a decoded body and rename what spoke of it on the wire: we, as pywb, with
# the first prefix, warcio.js and Browsertrix with the second (seen in their public sources).
_RENAMED = re.compile(r"(?:x-archive-orig-|x-orig-)(content-encoding|transfer-encoding|content-length)", re.IGNORECASE)
_PREFIX = re.compile(r"x-(?:archive-)?orig-", re.IGNORECASE)
# A person's own keys to a site are no evidence of what it published. Our writer names the host itself.
_NOT_KEPT = {"cookie", "authorization", "proxy-authorization", "host"}


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer as recorded; `payload` is all that follows the headers, still encoded as they say.

    Header names and values are Latin-1, byte for byte, as everywhere in this project. `protocol` is HTTP/1.0 or 1.1:
    HTTP/2 is recorded in the syntax of 1.1, and warcio reads no other status line.
    """

    protocol: str
    status: int
    headers: Fields
    payload: bytes

    def header(self, name: str) -> str | None:
        """The first value of a header, by its lower-case name."""
        return next((value for header, value in self.headers if header.lower() == name), None)

    def codings(self, name: str) -> list[str]:
        """The tokens of Content-Encoding or Transfer-Encoding in the order they were applied, `identity` left out."""
        values = ",".join(value for header, value in self.headers if header.lower() == name)
        tokens = (token.strip(" \t").lower() for token in values.split(","))
        return [token.removeprefix("x-") for token in tokens if token not in ("", "identity")]


def response(block: bytes) -> Response:
    """Raises UnfitError for what does not begin with an HTTP status line and headers of at most 64 KiB."""
    end = _END.search(block, 0, HEAD)
    if end is None and len(block) > HEAD:
        raise UnfitError(f"more than {HEAD >> 10} KiB of HTTP headers")
    head = (block[: end.start()] if end else block).decode("latin-1")
    status = _STATUS.fullmatch(head.split("\n", 1)[0].rstrip("\r"))
    if status is None:
        raise UnfitError("does not begin with an HTTP status line")
    protocol = "HTTP/1.0" if status[1] == "1.0" else "HTTP/1.1"
    return Response(protocol, int(status[2]), tuple(fields_of(head)), block[end.end() :] if end else b"")


def request(head: bytes) -> tuple[str, Fields]:
    """Method and headers of a request, less those that are a person's own; raises UnfitError for none."""
    text = _END.split(head, maxsplit=1)[0].decode("latin-1")
    method = _REQUEST.match(text)
    if method is None:
        raise UnfitError("its request has no method")
    return method[1].upper(), tuple(field for field in fields_of(text) if field[0].lower() not in _NOT_KEPT)


def as_they_came(headers: Fields) -> Fields:
    """Headers that a tool renamed get their names back; then Content-Length is the tool's own, and left out."""
    if not any(_RENAMED.fullmatch(name) for name, _ in headers):
        return headers
    return tuple(
        (_PREFIX.sub("", name) if _RENAMED.fullmatch(name) else name, value)
        for name, value in headers
        if name.lower() != "content-length"
    )
