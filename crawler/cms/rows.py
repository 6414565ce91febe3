"""One line of a list: where it leads, its whole title and its day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from archive.models import Entry
from crawler.cms.days import day_in_address, day_shown, without_days
from crawler.cms.page import Page

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = ("p", "div", "dd", "li")
_NOT_TEXT = ("script", "style", "template", "noscript")
_CUT = ("…", "...", "..")
_LONGEST_TITLE = 1000
_BULLET = re.compile(r"^[\s·•▪■◆●►▶\u200b\ufeff]+")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list that may be an entry. `day` is what it shows (`shown`), else what its address names."""

    url: str
    title: str
    day: dt.date | None
    shown: bool

    @property
    def entry(self) -> Entry:
        """The row as the list's entry."""
        return Entry(self.url, self.title, self.day)


def row_of(page: Page, element: HtmlElement, link: HtmlElement, beside: tuple[str, ...] = ()) -> Row | None:
    """Read one row: where its link leads, its whole title and its day; None where the link leads nowhere."""
    url = page.elsewhere(link.get("href"))
    if url is None:
        return None
    inside = tuple(texts_of(link))
    outside = tuple(texts_of(element, leaving_out=link)) if element is not link else ()
    shown = day_shown(outside, inside, beside, url)
    return Row(url, title_of(link), shown or day_in_address(url), shown is not None)


def title_of(link: HtmlElement) -> str:
    """The link's whole title: its `title` attribute where the text was cut short, or holds more than the title."""
    parts = without_days(texts_of(link))
    text = _BULLET.sub("", " ".join(parts))
    named = _BULLET.sub("", squeezed(re.sub(r"<[^<>]*>", "", link.get("title", "")[:_LONGEST_TITLE])))
    if named and (not text or text.endswith(_CUT) or named.startswith(text) or named in parts):
        return named
    heading = next((squeezed("".join(element.itertext())) for element in link.iter(*_HEADINGS)), "")
    if heading:
        return _BULLET.sub("", heading)
    if parts and next(link.iter(*_BLOCKS), None) is not None:
        return _BULLET.sub("", parts[0])
    return text or squeezed(" ".join(image.get("alt", "") for image in link.iter("img")))


def texts_of(element: HtmlElement, leaving_out: HtmlElement | None = None) -> Iterator[str]:
    """The squeezed texts under an element, piece by piece, without those of scripts and of one link."""
    if not isinstance(element.tag, str) or element.tag in _NOT_TEXT or element is leaving_out:
        return
    if text := squeezed(element.text):
        yield text
    for child in element:
        yield from texts_of(child, leaving_out)
        if text := squeezed(child.tail):
            yield text


def squeezed(text: str | None) -> str:
    """The text with every stretch of white space, ideographic and no-break included, as one space."""
    return " ".join((text or "").split())
