"""One walk over a page's tree, which makes the lines a reader sees of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml import etree
from lxml.html import HtmlElement

from crawler.extract import buttons
from crawler.extract.buttons import Run
from crawler.extract.document import BLOCKS, BREAKS, SILENT, clean, collapse, hidden, squeeze
from crawler.extract.lines import Line, Page

_INLINE = frozenset(("a", "b", "em", "font", "i", "label", "span", "strong", "u"))
_KINDS = {
    **dict.fromkeys(BREAKS, "break"),
    **dict.fromkeys(BLOCKS, "block"),
    **dict.fromkeys(_INLINE, "inline"),
    **dict.fromkeys(SILENT, "silent"),
    "a": "link",
    "img": "image",
}
_WITHIN_LINES = ("inline", "link")
_LONGEST_CELL = 400
_FOOT = re.compile(r"(?:^|\s)(?:foot(?:er)?|copyright|banquan)(?![a-z])")
_LONGEST_BYLINE = 400


def read(root: HtmlElement, *, whole: bool = True) -> Page:
    """The lines below an element, unless `whole` without those of the page's navigation and foot.

    Of what is hidden, such as a second copy for telephones, only an element that holds over half of all text is read,
    since a script would show it.
    """
    return _read(root, whole, hidden(root))


def _read(root: HtmlElement, whole: bool, unseen: frozenset[HtmlElement]) -> Page:
    walk = _Walk(root, whole, unseen)
    page = walk.read()
    if not walk.hidden:
        return page
    sizes = {element: len(squeeze("".join(element.itertext()))) for element in walk.hidden}
    text = sum(sizes.values()) + sum(len(line.text) for line in page.lines)
    shown = [element for element, size in sizes.items() if 2 * size > text]
    return _Walk(root, whole, unseen.difference(shown)).read() if shown else page


class _Walk:
    """One walk over a tree; runs of text are gathered until a block or a line break ends the line."""

    def __init__(self, root: HtmlElement, whole: bool, unseen: frozenset[HtmlElement]) -> None:
        self._root, self._whole, self._unseen = root, whole, unseen
        self.hidden: list[HtmlElement] = []
        self._lines: list[Line] = []
        self._spans: dict[HtmlElement, tuple[int, int]] = {}
        self._names: dict[HtmlElement, str] = {}
        self._runs: list[Run] = []
        self._open: list[tuple[HtmlElement, int, int]] = [(root, 0, 0)]  # blocks, lines before them, elements in them
        self._inline = self._links = 0  # open elements in the block

    def read(self) -> Page:
        runs, kinds, unseen = self._runs, _KINDS, self._unseen
        skipped: HtmlElement | None = None
        walk = etree.iterwalk(self._root, events=("start", "end"))
        for event, element in walk:
            kind = kinds.get(element.tag)  # type: ignore[arg-type]  # str() around it costs a tenth of the walk
            if event == "start":
                if kind == "silent" or element in unseen:
                    skipped = self._passed_over(element, kind)
                    walk.skip_subtree()
                    continue
                if kind in _WITHIN_LINES:
                    self._links += kind == "link"
                    self._inline += 1
                elif kind and self._start(element, kind):
                    walk.skip_subtree()
                    continue
                text = element.text
            else:
                if element is skipped:
                    pass
                elif kind in _WITHIN_LINES:
                    self._links -= kind == "link"
                    self._inline -= 1
                elif kind == "block":
                    self._end(element)
                text = element.tail
            if text and (runs or not text.isspace()):
                runs.append((text, self._links > 0, self._inline > 0))
        self._flush()
        return Page(self._lines, self._spans, self._names)

    def _passed_over(self, element: HtmlElement, kind: str | None) -> HtmlElement:
        if kind != "silent":
            self.hidden.append(element)
        return element

    def _start(self, element: HtmlElement, kind: str) -> bool:
        """Begin a block, a line or an image; whether the element was read whole."""
        if kind == "image":
            if self._open[-1][0].tag == "pre":
                self._flush()
            self._lines.append(Line("", 0, self._open[-1][0], image=element))
            return False
        if self._runs:
            self._flush()
        if kind == "block":
            self._open.append((element, len(self._lines), self._inline))
            self._inline = 0
            classes, identity = element.get("class"), element.get("id")
            name = f"{identity or ''} {classes or ''}".lower() if classes or identity else ""
            if name:
                self._names[element] = name
            if not self._whole and (element.tag in ("nav", "footer") or (name and _is_foot(name))):
                return True
            if element.tag == "table" and _is_data(element):
                self._rows(element)
                return True
        return False

    def _end(self, element: HtmlElement) -> None:
        if self._runs:
            self._flush()
        _, first, self._inline = self._open.pop()
        self._spans[element] = (first, len(self._lines))
        around, outer = element.getparent(), self._open[-1][0]
        while around is not None and around is not outer:
            self._spans[around] = (self._spans.get(around, (first,))[0], len(self._lines))
            around = around.getparent()

    def _rows(self, table: HtmlElement) -> None:
        """Each row of a table of figures, and its caption, as one line."""
        for row in table.iter("tr", "caption"):
            first = len(self._lines)
            self._lines.extend(Line("", 0, row, image=image) for image in row.iter("img"))
            cells = _cells(row) if row.tag == "tr" else [row]
            text = "\t".join([self._said(cell) for cell in cells])
            if text.strip():
                linked = sum([len(clean("".join(link.itertext()))) for link in row.iter("a")])
                self._lines.append(Line(text.rstrip("\t"), min(linked, len(text)), row, row=row.tag == "tr"))
            self._spans[row] = (first, len(self._lines))

    def _said(self, cell: HtmlElement) -> str:
        """The text of a cell, its paragraphs parted by a space."""
        if not len(cell):
            return clean(cell.text)
        return " ".join([line.text for line in _read(cell, True, self._unseen).lines if line.text])

    def _flush(self) -> None:
        """End the line, if there is one."""
        if not self._runs:
            return
        block = self._open[-1][0]
        for runs in _split(self._runs) if block.tag == "pre" else (self._runs,):
            for part in buttons.parted(runs):
                self._add(part, block)
        self._runs.clear()

    def _add(self, runs: Sequence[Run], block: HtmlElement) -> None:
        parts = [run for run, _, _ in runs]
        text = clean("".join(parts))
        if not text:
            return
        if len(parts) == 1:
            linked = len(text) if runs[0][1] else 0
        else:
            linked = min(sum([len(collapse(run)) for run, is_linked, _ in runs if is_linked]), len(text))
        if "。" in text and (cut := buttons.behind(text)) is not None:
            self._lines.append(Line(text[:cut], min(linked, cut), block))
            self._lines.append(Line(text[cut:].strip(), 0, block))
        elif len(parts) == 1 or len(text) > _LONGEST_BYLINE:
            self._lines.append(Line(text, linked, block))
        else:
            self._lines.append(Line(text, linked, block, parts=parts))


def _split(runs: Sequence[Run]) -> Iterator[list[Run]]:
    """The runs of each line of preformatted text."""
    line: list[Run] = []
    for text, is_linked, is_inline in runs:
        for number, run in enumerate(text.split("\n")):
            if number:
                yield line
                line = []
            line.append((run, is_linked, is_inline))
    yield line


def _is_data(table: HtmlElement) -> bool:
    """Is this a table of figures, and not one that only lays out the page?"""
    if next(table.iterdescendants("table", "h1"), None) is not None:
        return False
    rows = [_cells(row) for row in table.iter("tr")]
    if sum([len(row) > 1 for row in rows]) < 2:
        return False
    return all(_is_short(cell) for row in rows for cell in row)


def _is_short(cell: HtmlElement) -> bool:
    if not len(cell):
        return len(squeeze(cell.text)) <= _LONGEST_CELL
    return len(squeeze("".join(cell.itertext()))) <= _LONGEST_CELL and sum(1 for _ in cell.iter("p", "li")) <= 6


def _is_foot(name: str) -> bool:
    return ("foot" in name or "copyright" in name or "banquan" in name) and bool(_FOOT.search(name))


def _cells(row: HtmlElement) -> list[HtmlElement]:
    return [cell for cell in row if cell.tag in ("td", "th")]
