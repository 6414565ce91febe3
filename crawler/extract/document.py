"""The page as one tree, with what no reader sees taken out of it; and text without its white space."""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement

from crawler import markup

# Not characters of a text: C0 and C1 controls, zero-width marks, surrogates, and the two that XML forbids.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
# Of the bytes of a page: `re` searches them three times as fast as its text.
_REFERENCE = re.compile(rb"&#([xX][\da-fA-F]{1,8}|\d{1,9});?")
_END_TAGS = re.compile(
    rb"</(?:[hH][tT][mM][lL]|[bB][oO][dD][yY])\s*>"
)  # some pages go on behind them; a parser stops there
_CONTROLS = bytes(code for code in (*range(32), 127) if code not in b"\t\n\f\r")  # libxml2 stops at the first NUL
_UNUSUAL = [bytes((code,)) for code in (*_CONTROLS, *b"\f")]  # to look for all takes half as long as to translate
_TO_SPACE = bytes.maketrans(b"\f", b" ")
_HAN = "\u3007\u3400-\u9fff\uf900-\ufaff"
_WRAPPED = re.compile(rf"(?<=[{_HAN}，。、；：])[ \t]*[\r\n]\s*(?=[{_HAN}])")
_NOTHING = frozenset(("", "null", "undefined", "none", "无"))
_PLACEHOLDER = re.compile(r"\{\{|\$\{")
_NOT_SHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
_STYLES = etree.XPath("descendant-or-self::*/@style")  # to ask each element takes over twice as long
_HIDDEN = etree.XPath("descendant-or-self::*/@hidden")

_BLOCKS = """
    address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption figure footer
    form h1 h2 h3 h4 h5 h6 head header hr html legend li main nav ol p pre section small summary table tbody td tfoot th
    thead title tr ucapcontent ucaptitle ul cell item list quote row
"""  # the last five are what trafilatura calls them in its answer
_SILENT_TAGS = """
    applet audio button canvas embed head iframe input math meta noscript object option script select style svg template
    textarea title video
"""
BLOCKS = frozenset(_BLOCKS.split())
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
BREAKS = frozenset(("br", "lb", "hr"))
SILENT = frozenset(_SILENT_TAGS.split())
_DROPPED = frozenset(("script", "style", "noscript", "template", "svg", "canvas"))


def clean(text: str | None) -> str:
    """Collapse white space (U+00A0, U+3000 and U+2002 too) to one space and drop what cannot be seen."""
    if not text:
        return ""
    collapsed = collapse(text)
    return collapsed if collapsed.isprintable() else collapse(_UNSEEN.sub("", text))


def seen(text: str) -> str:
    """The text without what cannot be seen in it."""
    return _UNSEEN.sub("", text)


def collapse(text: str) -> str:
    """`clean` for a text in which nothing unseen is left."""
    text = text.strip()
    if "\n" in text or "\r" in text:
        text = _WRAPPED.sub("", text)
    return " ".join(text.split())


def says_nothing(value: str) -> bool:
    """Is this what a template leaves where it has no value: nothing, `null`, 无, `{{title}}`, `${source}`?"""
    return value.lower() in _NOTHING or bool(_PLACEHOLDER.search(value))


def squeeze(text: str | None) -> str:
    """The text without any white space, for comparing."""
    return "".join(text.split()) if text else ""


def parse(text: str, utf8: bytes | None = None) -> HtmlElement:
    """Parse a page of any brokenness; an empty document where there is nothing to parse. `utf8` is the text in bytes.

    Raises UnreadablePageError where the parser gives up.
    """
    if utf8 is None or not utf8[:1].isascii() or not utf8[-1:].isascii():  # white space of Unicode, it may be
        utf8 = text.strip().encode("utf-8")
    seen = _END_TAGS.sub(b"", utf8.strip()).strip()
    seen = _REFERENCE.sub(_readable, seen).strip()
    if any(map(seen.__contains__, _UNUSUAL)):
        seen = seen.translate(_TO_SPACE, _CONTROLS)
    return markup.parse(seen, remove_comments=True, remove_pis=True)


def _readable(reference: re.Match[bytes]) -> bytes:
    """A character reference, unless it stands for what no tree can hold, as &#1; does."""
    number = reference[1].lower()
    code = int(number[1:], 16) if number.startswith(b"x") else int(number)
    control = code < 32 and code not in (9, 10, 13)
    return b"" if control or 0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF) else reference[0]


def drop_unseen(tree: HtmlElement) -> None:
    """Take out of the tree what no reader ever sees: scripts and styles."""
    etree.strip_elements(tree, *_DROPPED, with_tail=False)


def hidden(root: HtmlElement) -> frozenset[HtmlElement]:
    """The elements from the root down that a browser does not show, unless a script makes it (`display:none`)."""
    attributes = [*_HIDDEN(root), *(style for style in _STYLES(root) if _NOT_SHOWN.search(style.lower()))]
    return frozenset(attribute.getparent() for attribute in attributes)
