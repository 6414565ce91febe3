"""Feeds and sitemaps: RSS 2.0, RSS 1.0, Atom (RFC 4287, paged by RFC 5005), and the sitemaps.org protocol."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable, Iterable, Iterator
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from lxml import etree

from crawler.cms.base import Entry, ListPage, Page, day_in, day_in_address

_ATOM = "{http://www.w3.org/2005/Atom}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LONGEST_TITLE = 1000
_LONGEST_ADDRESS = 2048  # sitemaps.org: "This value must be less than 2,048 characters"
_LONGEST_TIME = 60
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32)))  # no character of XML's, and pasted into titles
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
# Names of files that are articles wherever their shape was seen, their day aside: five digits in a row, 32 hexadecimal
# ones, /info/1016/914.htm, /c9947046/content.html, /2026070312345/index.shtml, detail?pa=….
_ARTICLE = re.compile(
    r"/(?=[^/]*$)(?!(?:index|list|column|default)[\w-]*\.)[^/]*(?:\d{5}|[0-9a-f]{32})|/info/\d+/\d+\.htm$"
    r"|/c?\d{5,}/(?:index|content|c)\.s?html?$|/detail\?"
)
_PAGE = re.compile(r"/[^/.]*(?:\.(?:s?html?|jhtml|aspx?|jspx?|php|do))?$", re.IGNORECASE)


def parse(page: Page) -> ListPage:
    """Read a feed, a sitemap or a sitemap index; what is none of them lists nothing.

    Only addresses of the feed's own host are entries, and of a sitemap's only those that look like an article's. A
    sitemap has no titles: its entries have the title "". A sitemap index leads to its newest sitemap alone, because
    there the new releases are; `stated_pages` says how many there are, and the others are listings of their own.
    """
    root = _root(page)
    kind = _name(root) if root is not None else ""
    if root is None or kind not in ("rss", "RDF", "feed", "urlset", "sitemapindex"):
        return ListPage(())
    page = Page(page.url, "")  # from here on an address to resolve against: mark-up that a feed quotes is none of it
    if kind == "sitemapindex":
        return _frame(page, root)
    if kind == "urlset":
        return ListPage(_once(_sitemap_entries(page, root)))
    items = (element for element in root.iter() if _name(element) == ("entry" if kind == "feed" else "item"))
    return ListPage(_once(_feed_entries(page, items)), _next(page, root))


def _root(page: Page) -> etree._Element | None:
    """The document's root, broken mark-up mended; no entity is resolved, nothing is loaded, no size goes unlimited."""
    text = page.text.replace("\0", "").lstrip("\ufeff \t\r\n")
    for mended in (False, True):
        parser = etree.XMLParser(
            encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=mended
        )
        source = ("".join(_mended(text)) if mended else text).encode("utf-8", "replace")
        try:
            return etree.fromstring(source, parser, base_url=page.url)
        except etree.XMLSyntaxError:  # the second time: nothing in it, or nested deeper than libxml2 goes
            continue
    return None


def _mended(text: str) -> Iterator[str]:
    """The text with each & written out that begins no entity of XML's own.

    Left to itself libxml2 (2.14) mends by leaving out, and makes ?a=1=2 of ?a=1&b=2: another address.
    """
    first, *others = text.translate(_CONTROLS).split("<![CDATA[")
    yield _BARE_AMPERSAND.sub("&amp;", first)
    for other in others:
        quoted, end, rest = other.partition("]]>")
        yield "<![CDATA[" + quoted + end + _BARE_AMPERSAND.sub("&amp;", rest)


def _feed_entries(page: Page, items: Iterable[etree._Element]) -> Iterator[Entry]:
    for item in items:
        url = _address(page, item, *_links(item))
        if url is not None:
            yield Entry(url, _title(item), _day(_texts(item, *_times(item))) or day_in_address(url))


def _sitemap_entries(page: Page, root: etree._Element) -> Iterator[Entry]:
    """The articles of a sitemap. `lastmod` is no day of theirs: it says when a page was last written anew."""
    for element in root:
        url = _address(page, element, *_texts(element, _own(element, "loc")))
        if url is None or not _PAGE.search(urlsplit(url).path):
            continue
        day = day_in_address(url)
        if day or _ARTICLE.search(url.partition("://")[2]):
            yield Entry(url, "", day)


def _frame(page: Page, root: etree._Element) -> ListPage:
    """A sitemap index: the sitemap that changed last, the first of them where none says when."""
    found: dict[str, dt.date] = {}
    for element in root:
        url = _address(page, element, *_texts(element, _own(element, "loc")))
        if url is not None:
            found.setdefault(url, _day(_texts(element, _own(element, "lastmod"))) or dt.date.min)
    newest = max(found, key=lambda url: found[url], default=None)
    return ListPage((), newest, stated_pages=len(found) or None, is_frame=newest is not None)


def _next(page: Page, root: etree._Element) -> str | None:
    """The older entries' document: RFC 5005 calls it `next` in a paged feed, `prev-archive` in an archived one."""
    for link in root.iter(_ATOM + "link"):
        above = link.getparent()
        is_feeds_own = above is not None and _name(above) in ("feed", "channel")
        if is_feeds_own and link.get("rel", "").lower() in ("next", "prev-archive"):
            return _address(page, link, link.get("href", ""))
    return None


def _links(item: etree._Element) -> Iterator[str]:
    """Where an item may lead, best first."""
    if item.tag == _ATOM + "entry":
        for link in item.iterchildren(_ATOM + "link"):
            if link.get("rel", "alternate") == "alternate":
                yield link.get("href", "")
        return
    yield from _texts(item, _own(item, "link"))
    yield item.get(_RDF + "about", "")
    for guid in item.iterchildren(_own(item, "guid")):
        if guid.get("isPermaLink", "true") == "true":
            yield (guid.text or "").strip()


def _times(item: etree._Element) -> tuple[str, ...]:
    """Names of the elements that say when an item was published, best first; all that Atom asks for is `updated`."""
    if item.tag == _ATOM + "entry":
        return (_ATOM + "published", _DC + "date", _ATOM + "updated")
    return (_own(item, "pubDate"), _DC + "date")


def _title(item: etree._Element) -> str:
    """The title without mark-up, of which Atom may hold elements and RSS, escaped once more, anything."""
    element = next(item.iterchildren(_own(item, "title")), None)
    written = "" if element is None else "".join(element.itertext())[:_LONGEST_TITLE]
    return " ".join(html.unescape(re.sub(r"<[^<>]*>", "", written)).split())


def _address(page: Page, element: etree._Element, *candidates: str) -> str | None:
    """The first candidate that leads elsewhere on the feed's own host; `xml:base` counts."""
    base = element.base or page.url
    where = page if base == page.url else Page(base, "")
    for candidate in candidates:
        url = page.elsewhere(where.absolute(candidate)) if len(candidate) < _LONGEST_ADDRESS else None
        if url is not None and urlsplit(url).hostname == urlsplit(page.url).hostname:
            return url
    return None


def _day(texts: Iterable[str]) -> dt.date | None:
    """The first day that the texts give, as Shanghai has it."""
    readers: tuple[Callable[[str], dt.datetime], ...] = (dt.datetime.fromisoformat, parsedate_to_datetime)
    for text in (text for text in texts if len(text) <= _LONGEST_TIME):
        for read in readers:
            try:
                moment = read(text)
            except (ValueError, OverflowError):  # another form; a zone of a million hours
                continue
            if 1900 <= moment.year < 2100:
                return (moment.astimezone(_SHANGHAI) if moment.tzinfo else moment).date()
        if day := day_in(text):
            return day
    return None


def _texts(element: etree._Element, *tags: str) -> Iterator[str]:
    """What stands in these children, up to the first entity or element in each."""
    for tag in tags:
        for child in element.iterchildren(tag):
            if text := (child.text or "").strip():
                yield text


def _own(element: etree._Element, name: str) -> str:
    """A name in the element's own namespace: an item's `title`, not its `media:title`."""
    space = etree.QName(element).namespace if isinstance(element.tag, str) else None
    return f"{{{space}}}{name}" if space else name


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _once(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    found: dict[str, Entry] = {}
    for entry in entries:
        found.setdefault(entry.url, entry)
    return tuple(found.values())
