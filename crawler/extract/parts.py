"""The parts of an article page: its title, the lines between title and text, the text, and the lines below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.extract import attachments, body, byline, container, document, furniture, title, trim
from crawler.extract.document import Line
from crawler.site import ArticleLayout

_HEAD_UNTITLED = 25  # lines looked at above the text where no line is known to be the title
_HEAD_LINES = 40  # between title and text; a page with more of them has no byline there
_TAIL_LINES = 15
_ABOVE_TITLE = 6


@dataclass(frozen=True, slots=True)
class Parts:
    """`text` is the release's lines, `media` all from the head to where the tail's bylines begin, with the images.

    `head` and `tail` are the lines around the text in which bylines stand, metadata tables above the title too;
    `stripped` is all else in the text's container, whether trafilatura dropped it or the trimming; `container` is the
    element it stands in, None where trafilatura read the whole page.
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
    chosen = container.by_layout(tree, layout.body) if layout else None
    page = list(document.lines(tree))
    foot = trim.foot(tree, page) if chosen is None else set()
    aside = foot | trim.shelves(page)
    weights = container.weigh(page, aside)
    holder = chosen if chosen is not None else container.by_prose(tree, weights)
    inside = _inside(page, holder)
    start = next((n for n in inside if n not in aside and furniture.is_prose(page[n])), min(inside, default=len(page)))
    heading = title.find(tree, metas, page, start, listed)
    if heading and heading.line is not None:
        aside = foot | trim.shelves(page, keep=heading.line)
        if holder is None and (holder := container.below_title(heading.line, page, aside)) is not None:
            inside = _inside(page, holder)
    if holder is None:
        found = body.isolate_whole(tree, page)
    else:
        found = body.isolate([page[n] for n in inside if n not in aside])
    text, _ = trim.trim(found, _as_shown(heading, page))
    return _parts(page, aside, inside, heading, text, holder)


def _as_shown(heading: title.Heading | None, page: Sequence[Line]) -> str | None:
    """The title as the page writes it, the site's name behind it included."""
    if heading is None or heading.line is None:
        return heading.text if heading else None
    return page[heading.line].text


def _is_above(line: Line, distance: int) -> bool:
    """Is this a metadata table's row, or a byline that stands above the title?"""
    return line.row or (distance <= _ABOVE_TITLE and byline.is_byline(line.text))


def _inside(page: Sequence[Line], holder: HtmlElement | None) -> list[int]:
    if holder is None:
        return list(range(len(page)))
    within = set(holder.iter())
    return [number for number, line in enumerate(page) if line.block in within]


def _parts(
    page: Sequence[Line],
    aside: set[int],
    inside: Sequence[int],
    heading: title.Heading | None,
    text: Sequence[Line],
    holder: HtmlElement | None,
) -> Parts:
    numbers = {id(line): number for number, line in enumerate(page)}
    kept = [numbers[id(line)] for line in text if id(line) in numbers]
    below_title = heading.line + 1 if heading and heading.line is not None else 0
    inner = inside if holder is not None else []
    first = min(kept, default=_below_byline(page, max(min(inner, default=0), below_title)))
    last = max(kept, default=max(inner, default=first - 1))
    top = max(below_title if 0 < below_title <= first else first - _HEAD_UNTITLED, first - _HEAD_LINES, 0)
    head = [n for n in range(first) if n not in aside and (n >= top or _is_above(page[n], top - n))]
    tail = [n for n in range(last + 1, len(page)) if n not in aside]
    end = next((n for n in tail if _is_end(page[n].text, bool(kept))), len(page))
    outside = set(range(top, len(page))) - set(inside)
    banners = {n for n in outside if (image := page[n].image) is not None and attachments.is_banner(image)}
    staying = set(kept)
    stripped = [page[n].text for n in inside if n not in staying and page[n].text]
    return Parts(
        title=heading.text if heading else None,
        head=tuple(_with_values([page[n].text for n in head if page[n].text])),
        text=tuple(text),
        tail=tuple(page[n] for n in tail if page[n].text)[:_TAIL_LINES],
        media=tuple(page[n] for n in range(top, max(end, last + 1)) if n not in aside | banners),
        stripped=tuple(stripped),
        container=holder,
    )


def _below_byline(page: Sequence[Line], number: int) -> int:
    """Where a release without text begins: below the byline that follows its title."""
    while number < len(page) and (text := page[number].text) and _is_around(text):
        number += 1
    return number


def _is_around(text: str) -> bool:
    return byline.is_byline(text) or furniture.is_furniture(text)


def _is_end(text: str, has_text: bool) -> bool:
    """Do the release's images end here: at the first line below its text, or, without text, at the page's foot?"""
    if has_text:
        return bool(text) and not attachments.is_caption(text)
    return furniture.is_furniture(text) and not furniture.is_control(text) and not byline.is_byline(text)


def _with_values(head: list[str]) -> list[str]:
    """The head's lines; where a label ends one and its value stands on the next, they become one line."""
    joined: list[str] = []
    for line in head:
        before = byline.mentions(joined[-1]) if joined else []
        labelled = bool(before) and not before[-1].value
        if labelled and len(line) <= 30 and not byline.mentions(line) and not furniture.is_furniture(line):
            joined[-1] += line
        else:
            joined.append(line)
    return joined
