"""What makes the pages safe to put on the open web: headers, nonces, and addresses that are refused."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from contextvars import ContextVar
from typing import Any
from urllib.parse import unquote_to_bytes

from datasette import Response  # type: ignore[import-untyped]  # Datasette ships no types
from jinja2 import Environment
from jinja2.ext import Extension

from archive.web.pages import Routes

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

_nonce: ContextVar[str] = ContextVar("nonce", default="")

# Scripts by nonce alone, so that no file of this host becomes one; the editor of SQL has a handle from a data: address.
_OF_A_PAGE = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_OF_DATA = b"default-src 'none'; frame-ancestors 'none'"
_ALWAYS = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
}
# What may stand in a search engine: what the archive is and what it covers, not the texts about people it holds.
_INDEXED = re.compile(r"/|/(coverage|queries)(/.*)?")
_ROBOTS = """\
# This is an archive of other people's pages. Their texts name people; what they took down is kept here for research.
# So search engines may show what the archive is, what it covers and what can be asked of it, and nothing more. Lists,
# filters and searches have more addresses than anybody could fetch. Whoever wants it all: /export.csv, in one request.
User-agent: *
Allow: /$
Allow: /coverage
Allow: /queries
Allow: /-/static
Disallow: /
"""
_HOST = re.compile(rb"[A-Za-z0-9._\-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
_NO_PATH = re.compile(rb"^//|[\\\x00-\x1f\x7f]")
_ELEMENT = re.compile(r"<(script|style)\b", re.IGNORECASE)
_STYLE_ATTRIBUTE = re.compile(r'\sstyle="(?:\{\{.*?\}\}|[^"{])*"', re.IGNORECASE | re.DOTALL)
# Fields of Datasette's forms that have no label, and with one for who hears the page.
NAMED = {
    '<select name="_filter_column': '<select aria-label="Column" name="_filter_column',
    '<select name="_filter_op': '<select aria-label="Comparison" name="_filter_op',
    '<input type="text" name="_filter_value': '<input aria-label="Value" type="text" name="_filter_value',
    '<select name="_sort"': '<select aria-label="Order" name="_sort"',
    '<textarea id="sql-editor"': '<textarea aria-label="SQL" id="sql-editor"',
}


class Nonces(Extension):
    """Gives each script and style element of a template a nonce, takes its style attributes away, and names its fields.

    It reads the source of templates, Datasette's own too, and never what they are filled with: an element that stands
    in data gets none.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The source of a template as it is compiled."""
        for field, named in NAMED.items():
            source = source.replace(field, named)
        return _ELEMENT.sub(r'<\1 nonce="{{ csp_nonce() }}"', _STYLE_ATTRIBUTE.sub("", source))


def give_nonces(environment: Environment) -> None:
    """Make every template of this environment carry the nonce of the request it answers."""
    environment.add_extension(Nonces)
    environment.globals["csp_nonce"] = _nonce.get


def safe(app: App) -> App:
    """An app that refuses addresses made to mislead, and whose answers tell a browser what they may do."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        _nonce.set(nonce)  # a request is a task of its own, and has its own

        async def send_safely(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _safe_headers(message.get("headers", ()), scope["path"], nonce)
            await send(message)

        if is_misleading(scope):
            await Response.text("There is no such address here.", status=400).asgi_send(send_safely)
        else:
            await app(scope, receive, send_safely)

    return answer


def is_misleading(scope: Scope) -> bool:
    r"""Whether an address or a Host header is none that a browser would send for a page of this host.

    Datasette 0.65.5 answers `/\example.com/` with a redirect there, which browsers read as `//example.com` (measured);
    and a Host header goes into the addresses of JSON and feeds.
    """
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    raw = raw.partition(b"?")[0]
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    return (
        not raw.isascii()
        or _NO_PATH.search(unquote_to_bytes(raw)) is not None
        or not all(_HOST.fullmatch(host) for host in hosts)
    )


def _safe_headers(given: Sequence[tuple[bytes, bytes]], path: str, nonce: str) -> Headers:
    headers = {name.lower(): value for name, value in given if name.lower() != b"set-cookie"}
    cookies = [(name, value) for name, value in given if name.lower() == b"set-cookie"]
    is_page = headers.get(b"content-type", b"").startswith(b"text/html")
    policy = _OF_A_PAGE.format(nonce=nonce).encode() if is_page else _OF_DATA
    headers = {**_ALWAYS, b"content-security-policy": policy, **headers}
    if not _INDEXED.fullmatch(path):
        headers.setdefault(b"x-robots-tag", b"noindex")
    if is_page:
        headers[b"cache-control"] = _private(headers.get(b"cache-control", b"no-cache"))
    return [*headers.items(), *cookies]


def _private(cache_control: bytes) -> bytes:
    """A page carries the nonce of one request: no cache that several people share may give it to the next one."""
    return cache_control if b"private" in cache_control else b"private, " + cache_control


async def robots() -> Response:
    """/robots.txt, with its reasons in it."""
    return Response.text(_ROBOTS, headers={"Cache-Control": "max-age=86400"})


ROUTES: Routes = ((r"/robots\.txt$", robots),)
