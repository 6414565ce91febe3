"""What a list page is and what is read from it: the types every CMS family's parser takes and gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml.html import HtmlElement

from archive.models import Entry
from crawler import markup

# `{{pcUrl}}` and `${url}` stand in the static HTML of sites that fill their lists in the browser.
_PLACEHOLDER = re.compile(r"\{\{|\$\{|<%|%7B%7B", re.IGNORECASE)
_HOST = re.compile(r"[\w.-]+|[0-9a-f:.]+", re.IGNORECASE)
_FRONT_PAGE = re.compile(r"/(?:index|default)\.(?:s?html?|jhtml|jspx?|aspx?|php)$", re.IGNORECASE)


@dataclass(frozen=True)
class Page:
    """A list page as it answered: decoded text, its address, and the CSS selectors of its listing (family `html`)."""

    url: str
    text: str
    selectors: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def tree(self) -> HtmlElement:
        """The parsed page; an empty document where there is nothing to parse.

        Raises UnreadablePageError where the parser gives up.
        """
        # Bytes, because lxml refuses a str that opens with an XML declaration, as XHTML pages of these sites do.
        return markup.parse(self.text.replace("\0", "").encode("utf-8", "replace"))

    @cached_property
    def base(self) -> str:
        """What relative addresses are resolved against: the page's <base>, else its own address."""
        declared = self.tree.xpath("string(//base/@href)")
        return _joined(self.url, str(declared)) or self.url

    def absolute(self, href: str | None) -> str | None:
        """The http(s) address a reader would reach, without its fragment.

        None for a mere fragment, for script, mail and other schemes, for template placeholders and malformed hosts.
        """
        href = (href or "").strip()
        if not href or href.startswith("#") or _PLACEHOLDER.search(href):
            return None
        return _joined(self.base, href)

    def elsewhere(self, href: str | None) -> str | None:
        """`absolute`, but None too where the address is this page's own, `…/` and `…/index.html` being one."""
        url = self.absolute(href)
        return None if url is None or _front(url) == _front(self.url) else url


@dataclass(frozen=True, slots=True)
class ListPage:
    """`entries` in page order, each URL absolute and once; `next_page` is absolute, or None on the last page.

    `stated_total` and `stated_pages` are what the site itself says it has, where it says so. `is_frame`: the page holds
    no entries itself, a browser would fill it; `next_page` is then the address of what fills it. An address that has to
    be asked for by POST carries its form as a query that begins with `__wb_method=POST&`, as web archives write it.
    """

    entries: tuple[Entry, ...]
    next_page: str | None = None
    stated_total: int | None = None
    stated_pages: int | None = None
    is_frame: bool = False


Parser = Callable[[Page], ListPage]


def _joined(base: str, href: str) -> str | None:
    try:
        url = urldefrag(urljoin(base, href.replace("\\", "/"))).url
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:  # an unclosed [ or a port that is no number
        return None
    return url if usable and _HOST.fullmatch(parts.hostname or "") else None


def _front(url: str) -> str:
    address = urldefrag(url).url.partition("://")[2]
    path, mark, query = address.partition("?")
    return _FRONT_PAGE.sub("/", path) + mark + query
