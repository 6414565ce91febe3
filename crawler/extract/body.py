"""The isolation of a release's text by trafilatura, within its container or on the whole page.

On a page without a container trafilatura is given the page and finds the text in it. Within a container it is given
the container's lines, each as a paragraph or a table row of a plain document, and is left to drop the lines it takes
for furniture, such as the names of social networks; where the text begins and ends is then for the trimming to say.
Lines of prose that follow one another are one paragraph there: none is such a name, and trafilatura's time goes by the
number of elements.
Given the container's own elements instead it lost text (on the saved pages a recall of 0.963 against 0.976) and bare
text without paragraphs ran together into one line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import cast

import trafilatura
from lxml import etree
from lxml.html import HtmlElement
from trafilatura.settings import Extractor, use_config

from crawler import markup
from crawler.extract.document import clean, squeeze
from crawler.extract.lines import Line
from crawler.extract.walk import read

_CONFIG = use_config()
_CONFIG.set("DEFAULT", "MIN_EXTRACTED_SIZE", "1")  # a notice of one sentence is a release
# Of paragraphs and rows, recall keeps the same lines as the default (2026-11-22, all saved pages), which measures the
# whole again wherever it found little: a sixth of the time.
_INSIDE = Extractor(config=_CONFIG, comments=False, fast=True, recall=True)
_MOST_JUDGED = 20_000  # lines: 5 seconds
_SEAM = "\u2063"  # between the lines of one paragraph: a mark that `clean` takes out of every line
_WHOLE = Extractor(config=_CONFIG, comments=False, precision=True)


def isolate(page: Sequence[Line]) -> list[Line]:
    """The text trafilatura finds in a container's lines, matched to them again; all of them where they are so many
    that it would take minutes.
    """
    if len(page) > _MOST_JUDGED:
        return [line for line in page if line.text]
    document = markup.parse(b"<html><body><article></article></body></html>")
    article = document[0][0]
    table: etree._Element | None = None
    for text, is_row in _paragraphs([line for line in page if line.text]):
        if is_row:
            table = etree.SubElement(article, "table") if table is None else table
            row = etree.SubElement(table, "tr")
            for cell in text.split("\t"):
                etree.SubElement(row, "td").text = cell
        else:
            table = None
            etree.SubElement(article, "p").text = text
    return _known(_ask(document, _INSIDE), page)


def _paragraphs(lines: Sequence[Line]) -> Iterator[tuple[str, bool]]:
    """The text of each paragraph, or row, that trafilatura is to judge, and whether it is a row.

    A line that stands there twice is a paragraph each time, since trafilatura drops the second.
    """
    texts = [line.text for line in lines]
    prose: list[str] = []
    for above, line, below in zip(["", *texts], lines, [*texts[1:], ""], strict=False):
        if line.is_prose and not line.row and line.text not in (above, below):
            prose.append(line.text)
            continue
        if prose:
            yield _SEAM.join(prose), False
            prose = []
        yield line.text, line.row
    if prose:
        yield _SEAM.join(prose), False


def isolate_whole(tree: HtmlElement, page: Sequence[Line]) -> list[Line]:
    """The text trafilatura finds on a page in which no container was found."""
    return _known(_ask(deepcopy(tree), _WHOLE), page)


def _ask(tree: HtmlElement, options: Extractor) -> list[Line]:
    found = trafilatura.bare_extraction(tree, options=options)
    return list(_answered(found.body)) if found is not None and not isinstance(found, dict) else []


def _answered(body: etree._Element) -> Iterator[Line]:
    for element in cast("list[HtmlElement]", list(body)):  # elements of lxml.etree, which serve as well
        if element.tag == "table":
            for row in element.iter("row"):
                cells = [clean(" ".join(cell.itertext())) for cell in row]
                if len(cells) == 1:  # a table that only lays out the page
                    yield from read(row).lines
                elif text := "\t".join(cells).rstrip("\t"):
                    yield Line(text, 0, row, row=True)
        elif len(element):
            yield from read(element).lines
        else:
            texts = map(clean, (element.text or "").split(_SEAM))
            yield from (Line(text, 0, element) for text in texts if text)
        if tail := clean(element.tail):
            yield Line(tail, 0, element)


def _known(answer: list[Line], page: Sequence[Line]) -> list[Line]:
    """Trafilatura's lines, each with the links and the place of the page's line that reads the same."""
    places: dict[str, list[Line]] = {}
    for line in reversed(page):
        places.setdefault(squeeze(line.text), []).append(line)
    return [_place(line, places) for line in answer]


def _place(line: Line, places: Mapping[str, list[Line]]) -> Line:
    same = places.get(squeeze(line.text))
    return same.pop() if same else line
