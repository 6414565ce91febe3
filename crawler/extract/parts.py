"""The parts of an article page: its title, the lines between title and text, the text, and the lines below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.extract import body, byline, document, furniture, title, trim
from crawler.extract.document import Line
from crawler.site import ArticleLayout

_HEAD_LINES = 40  # between title and text; a page with more of them has no byline there
_TAIL_LINES = 15
_ABOVE_TITLE = 6


@dataclass(frozen=True, slots=True)
class Parts:
    """`text` is the release's lines, `media` all from the head to where the tail's bylines begin, with the images.

    `head` and `tail` are the lines around the text in which bylines stand, metadata tables above the title too;
    `stripped` is what was cut from the text's container; `container` the element it stands in, None where trafilatura
    read the whole page.
    """

    title: str | None
    head: tuple[str, ...]
    text: tuple[Line, ...]
    tail: tuple[Line, ...]
    media: tuple[Line, ...]
    stripped: tuple[str, ...]
    container: HtmlElement | None


def split(
    tree: HtmlElement, metas: Mapping[str, str], layout: ArticleLayout | None = None, listed: str | None = None
) -> Parts:
    """Tell the parts of a page from one another; `listed` is the title that the list page showed."""
    chosen = body.by_layout(tree, layout.body) if layout else None
    page = list(document.lines(tree))
    aside = trim.shelves(page)
    weights = body.weigh(page, aside)
    container = chosen if chosen is not None else body.by_prose(tree, weights)
    inside = _inside(page, container)
    start = next((n for n in inside if n not in aside and furniture.is_prose(page[n])), min(inside, default=len(page)))
    heading = title.find(tree, metas, page, start, listed)
    if heading and heading.line is not None:
        aside = trim.shelves(page, keep=heading.line)
    if container is None:
        found = body.isolate_whole(tree, page)
    else:
        found = body.isolate([page[n] for n in inside if n not in aside])
    text, cut = trim.trim(found, heading.text if heading else None)
    return _parts(page, aside, inside, heading, text, cut, container)


def _is_above(line: Line, distance: int) -> bool:
    """Is this a metadata table's row, or a byline that stands above the title?"""
    return line.row or (distance <= _ABOVE_TITLE and byline.is_byline(line.text))


def _inside(page: Sequence[Line], container: HtmlElement | None) -> list[int]:
    if container is None:
        return list(range(len(page)))
    within = set(container.iter())
    return [number for number, line in enumerate(page) if line.block in within]


def _parts(
    page: Sequence[Line],
    aside: set[int],
    inside: Sequence[int],
    heading: title.Heading | None,
    text: Sequence[Line],
    cut: Sequence[Line],
    container: HtmlElement | None,
) -> Parts:
    numbers = {id(line): number for number, line in enumerate(page)}
    kept = [numbers[id(line)] for line in text if id(line) in numbers]
    first = min(kept, default=min(inside, default=len(page)))
    last = max(kept, default=max(inside, default=-1))
    above = heading.line + 1 if heading and heading.line is not None and heading.line < first else None
    top = max(above if above is not None else first - 25, first - _HEAD_LINES, 0)
    head = [n for n in range(first) if n not in aside and (n >= top or _is_above(page[n], top - n))]
    tail = [n for n in range(last + 1, len(page)) if n not in aside][:_TAIL_LINES]
    end = next((n for n in tail if page[n].text and byline.is_byline(page[n].text)), tail[0] if tail else last + 1)
    chosen = set(kept)
    media = [page[n] for n in range(top, max(end, last + 1)) if n not in aside]
    stripped = [page[n].text for n in inside if n not in chosen and page[n].text] if container is not None else []
    return Parts(
        title=heading.text if heading else None,
        head=tuple(page[n].text for n in head if page[n].text),
        text=tuple(text),
        tail=tuple(page[n] for n in tail if page[n].text),
        media=tuple(media),
        stripped=tuple(stripped or [line.text for line in cut]),
        container=container,
    )
