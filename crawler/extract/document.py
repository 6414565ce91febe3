"""The page as one tree, and as the lines a reader sees in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from crawler import markup

# Not characters of a text: C0 and C1 controls, zero-width marks, surrogates, and the two that XML forbids.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff\ufffe\uffff\ud800-\udfff]")
_REFERENCE = re.compile(r"&#(x[\da-f]{1,8}|\d{1,9});?", re.IGNORECASE)
_END_TAGS = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)  # some pages go on behind them; a parser stops there
_HAN = "\u3007\u3400-\u9fff\uf900-\ufaff"
_WRAPPED = re.compile(rf"(?<=[{_HAN}，。、；：])[ \t]*[\r\n]\s*(?=[{_HAN}])")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)

_BLOCKS = """
    address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 head header hr html legend li main nav ol p pre section summary table tbody td tfoot th thead
    title tr ucapcontent ucaptitle ul cell item list quote row
"""  # the last five are what trafilatura calls them in its answer
_SILENT_TAGS = """
    applet audio button canvas embed iframe input math meta noscript object option script select style svg template
    textarea title video
"""
BLOCKS = frozenset(_BLOCKS.split())
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
BREAKS = frozenset(("br", "lb", "hr"))
_SILENT = frozenset(_SILENT_TAGS.split())
_DROPPED = frozenset(("script", "style", "noscript", "template", "svg", "canvas"))
_LONGEST_CELL = 400


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A run of text between two line breaks of the page, white space collapsed, or one image (then without text).

    `linked` counts its characters inside links; `block` is the element it stands in. The row of a data table is one
    line, its cells parted by a tab.
    """

    text: str
    linked: int
    block: HtmlElement
    image: HtmlElement | None = None
    row: bool = False

    @property
    def link_share(self) -> float:
        """The part of the text that is inside links, from 0 to 1."""
        return self.linked / len(self.text) if self.text else 0.0


def clean(text: str | None) -> str:
    """Collapse white space (U+00A0, U+3000 and U+2002 too) to one space and drop what cannot be seen."""
    seen = _UNSEEN.sub("", text or "")
    return " ".join(_WRAPPED.sub("", seen).split())


def squeeze(text: str | None) -> str:
    """The text without any white space, for comparing."""
    return "".join(_UNSEEN.sub("", text or "").split())


def parse(text: str) -> HtmlElement:
    """Parse a page of any brokenness; an empty document where there is nothing to parse.

    Raises UnreadablePageError where the parser gives up.
    """
    seen = _UNSEEN.sub("", _REFERENCE.sub(_readable, _END_TAGS.sub("", text))).replace("\f", " ")
    return markup.parse(seen.strip().encode("utf-8"), remove_comments=True, remove_pis=True)


def _readable(reference: re.Match[str]) -> str:
    """A character reference, unless it stands for what no tree can hold, as &#1; does."""
    number = reference[1].lower()
    code = int(number[1:], 16) if number.startswith("x") else int(number)
    control = code < 32 and code not in (9, 10, 13)
    return "" if control or 0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF) else reference[0]


def drop_unseen(tree: HtmlElement) -> None:
    """Take out of the tree what a reader never sees: scripts, styles, hidden copies (`display:none`).

    An element that holds over half of the page's text stays although it is hidden: a script would show it.
    """
    for element in list(tree.iter(*_DROPPED)):
        remove(element)
    hidden = [e for e in tree.xpath("//*[@hidden or @style]") if "hidden" in e.attrib or _HIDDEN.search(e.get("style"))]
    whole = len(squeeze(tree.text_content())) if hidden else 0
    for element in hidden:
        if len(squeeze(element.text_content())) * 2 <= whole:
            remove(element)


def remove(element: HtmlElement) -> None:
    """Take an element out of its tree; the text behind it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    element.tail = None
    parent.remove(element)


def lines(root: HtmlElement) -> Iterator[Line]:
    """The lines below an element, in page order."""
    return _Lines(root).read()


class _Lines:
    """One walk over a tree; text is gathered until a block or a line break ends the line."""

    def __init__(self, root: HtmlElement) -> None:
        self._root = root
        self._blocks: list[HtmlElement] = [root]
        self._parts: list[tuple[str, bool]] = []
        self._links = 0

    def read(self) -> Iterator[Line]:
        walk = etree.iterwalk(self._root, events=("start", "end"))
        for event, element in walk:
            if event == "start":
                yield from self._start(element)
                if element.tag in _SILENT or (element.tag == "table" and _is_data(element)):
                    if element.tag == "table":
                        yield from _rows(element)
                    walk.skip_subtree()
                else:
                    yield from self._add(element.text)
            else:
                yield from self._end(element)
        yield from self._flush()

    def _start(self, element: HtmlElement) -> Iterator[Line]:
        if element.tag in BLOCKS:
            yield from self._flush()
            self._blocks.append(element)
        elif element.tag in BREAKS:
            yield from self._flush()
        elif element.tag == "a":
            self._links += 1
        elif element.tag == "img":
            yield Line("", 0, self._blocks[-1], image=element)

    def _end(self, element: HtmlElement) -> Iterator[Line]:
        if element.tag in BLOCKS:
            yield from self._flush()
            self._blocks.pop()
        elif element.tag == "a":
            self._links -= 1
        if element is not self._root:
            yield from self._add(element.tail)

    def _add(self, text: str | None) -> Iterator[Line]:
        if not text:
            return
        runs = text.split("\n") if self._blocks[-1].tag == "pre" else [text]
        for number, run in enumerate(runs):
            if number:
                yield from self._flush()
            self._parts.append((run, self._links > 0))

    def _flush(self) -> Iterator[Line]:
        if not self._parts:
            return
        parts, self._parts = self._parts, []
        text = clean("".join(part for part, _ in parts))
        if text:
            linked = sum(len(clean(part)) for part, link in parts if link)
            yield Line(text, min(linked, len(text)), self._blocks[-1])


def _is_data(table: HtmlElement) -> bool:
    """Is this a table of figures, and not one that only lays out the page?"""
    if next(table.iterdescendants("table"), None) is not None or next(table.iterdescendants("h1"), None) is not None:
        return False
    rows = [row.xpath("./td|./th") for row in table.iter("tr")]
    if sum(len(row) > 1 for row in rows) < 2:
        return False
    return all(
        len(squeeze(cell.text_content())) <= _LONGEST_CELL and sum(1 for _ in cell.iter("p", "li")) <= 6
        for row in rows
        for cell in row
    )


def _rows(table: HtmlElement) -> Iterator[Line]:
    for row in table.iter("tr", "caption"):
        cells = row.xpath("./td|./th") if row.tag == "tr" else [row]
        yield from (Line("", 0, row, image=image) for image in row.iter("img"))
        text = "\t".join(clean(" ".join(cell.itertext())) for cell in cells)
        linked = sum(len(clean(link.text_content())) for link in row.iter("a"))
        if text.strip():
            yield Line(text.rstrip("\t"), min(linked, len(text)), row, row=row.tag == "tr")
