"""The parts of an article page: its title, the lines between title and text, the text, and the lines below it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.extract import attachments, body, byline, container, furniture, title, trim, walk
from crawler.extract.document import clean
from crawler.extract.lines import Line, Page
from crawler.site import ArticleLayout

_HEAD_UNTITLED = 25  # lines looked at above the text where no line is known to be the title
_HEAD_LINES = 40  # between title and text; a page with more of them has no byline there
_TAIL_LINES = 15
_BEYOND = 6  # lines below the element around title and text in which a byline may still stand
_TABLE_LINES = 60  # looked at above the title
_OTHERS_ABOVE = 2  # lines between the title and a table above it
_LONGEST_LABEL = 60
_LONGEST_VALUE = 60
_SHORTEST_LINKED = 6  # characters of a link that could be the title of another page
_SAYING = re.compile("[\u3400-\u9fff\\d]")  # a value's name or number; Aa is a button for the size of letters


@dataclass(frozen=True, slots=True)
class Parts:
    """`text` is the release's lines, `media` all from the head to where the tail's bylines begin, with the images.

    `head` and `tail` are the lines around the text in which bylines stand, metadata tables above the title too;
    `stripped` is all else in the text's container, whether trafilatura dropped it or the trimming; `container` is the
    element it stands in, None where trafilatura read the whole page, and `found_by` how it was found; `around` is the
    element that holds the title too, unless that is the whole page.
    """

    heading: title.Heading | None
    subtitle: str | None
    head: tuple[str, ...]
    text: tuple[Line, ...]
    tail: tuple[Line, ...]
    media: tuple[Line, ...]
    stripped: tuple[Line, ...]
    container: HtmlElement | None
    found_by: str
    around: HtmlElement | None


def split(
    tree: HtmlElement,
    metas: Mapping[str, Sequence[str]],
    layout: ArticleLayout | None = None,
    listed: str | None = None,
) -> Parts:
    """Tell the parts of a page from one another; `listed` is the title that the list page showed."""
    holder, found_by = (container.by_layout(tree, layout.body) if layout else None), "layout"
    page = walk.read(tree, whole=holder is not None)
    played = trim.players(page)
    aside = played | trim.shelves(page)
    if holder is None:
        holder, found_by = container.by_prose(tree, page, container.weigh(page, aside))
    inside = _inside(page, holder)
    prose = (n for n in inside if n not in aside and page.lines[n].is_prose)
    start = next(prose, inside.start if holder is not None else len(page.lines))
    heading = title.find(tree, metas, page, start, listed)
    if heading and heading.line is not None:
        if heading.line in aside:
            aside = played | trim.shelves(page, keep=heading.line)
        if found_by != "layout":
            holder, found_by = _below(tree, page, heading.line, aside, (holder, found_by))
            inside = _inside(page, holder)
    if holder is None:
        found, found_by = body.isolate_whole(tree, page.lines), "whole page"
    else:
        other = aside.union(heading.around) if heading else aside
        found = body.isolate([page.lines[n] for n in inside if n not in other])
    text = trim.trim(found, _as_shown(heading, page.lines))
    return _parts(page, aside, inside, heading, text, holder, found_by)


def _below(
    tree: HtmlElement,
    page: Page,
    heading: int,
    aside: set[int],
    found: tuple[HtmlElement | None, str],
) -> tuple[HtmlElement | None, str]:
    """The text's container again, now that the title is known: no text stands above it, and a picture next below it
    is the release, whatever is told in a column beside it.
    """
    holder, found_by = found
    if holder is not None and page.inside(holder).stop <= heading:
        holder, found_by = container.by_prose(tree, page, container.weigh(page, aside.union(range(heading))))
    below, is_picture = container.below_title(heading, page, aside)
    if holder is None or (is_picture and below is not None and _are_apart(page.inside(holder), page.inside(below))):
        return below, "below the title"
    return holder, found_by


def _are_apart(one: range, other: range) -> bool:
    return one.stop <= other.start or other.stop <= one.start


def _as_shown(heading: title.Heading | None, page: Sequence[Line]) -> str | None:
    """The title as the page writes it, the site's name behind it included."""
    if heading is None or heading.line is None:
        return heading.text if heading else None
    return page[heading.line].text


def _inside(page: Page, holder: HtmlElement | None) -> range:
    return range(len(page.lines)) if holder is None else page.inside(holder)


def _parts(
    whole: Page,
    aside: set[int],
    inside: range,
    heading: title.Heading | None,
    text: Sequence[Line],
    holder: HtmlElement | None,
    found_by: str,
) -> Parts:
    page = whole.lines
    numbers = {id(line): number for number, line in enumerate(page)}
    kept = [numbers[id(line)] for line in text if id(line) in numbers]
    titled = heading.line if heading else None
    shown = set(heading.around) if heading else set()
    below_title = titled + 1 if titled is not None else 0
    inner = inside if holder is not None else range(0)
    first = min(kept, default=_below_byline(page, max(min(inner, default=0), below_title)))
    last = max(kept, default=max(inner, default=first - 1))
    top = max(below_title if 0 < below_title <= first else first - _HEAD_UNTITLED, first - _HEAD_LINES, 0)
    head = [n for n in (*_table_above(page, titled), *range(top, first)) if n not in aside and n not in shown]
    around = _around(page[titled].block, holder) if titled is not None and holder is not None else None
    below = whole.inside(around).stop + _BEYOND if around is not None else len(page)
    tail = [n for n in range(last + 1, min(below, len(page))) if n not in aside]
    end = next((n for n in tail if _is_end(page[n].text, bool(kept))), len(page))
    outside = (n for n in range(top, len(page)) if n not in inside)
    banners = {n for n in outside if (image := page[n].image) is not None and attachments.is_banner(image)}
    others = aside | banners
    staying = shown.union(kept)
    return Parts(
        heading=heading,
        subtitle=" ".join(page[n].text for n in heading.subtitle) or None if heading else None,
        head=tuple(_with_values([page[n].shown for n in head if page[n].text])),
        text=tuple(text),
        tail=_near([page[n] for n in tail if page[n].text]),
        media=tuple(page[n] for n in range(top, max(end, last + 1)) if n not in others),
        stripped=tuple(page[n] for n in inside if page[n].text and n not in staying),
        container=holder,
        found_by=found_by,
        around=around,
    )


def _around(block: HtmlElement, holder: HtmlElement) -> HtmlElement | None:
    """The smallest element around both, if it is less than the whole page."""
    above = {block, *block.iterancestors()}
    found = next((element for element in (holder, *holder.iterancestors()) if element in above), None)
    return None if found is None or found.tag in ("body", "html") else found


def _table_above(page: Sequence[Line], heading: int | None) -> Sequence[int]:
    """The lines of a document's table or of a byline that stands above the title, in page order."""
    found: list[int] = []
    others = 0
    for number in range((heading or 0) - 1, max((heading or 0) - _TABLE_LINES, -1), -1):
        line = page[number]
        above = page[number - 1].text if number else ""
        labelled = byline.is_byline(line.shown) and byline.mentions(line.shown) and not _is_teaser(line)
        if line.row or labelled or (line.text and _is_label(above)):
            found.append(number)
        elif line.text and (others := others + 1) > _OTHERS_ABOVE:
            break
    return found[::-1]


def _is_teaser(line: Line) -> bool:
    """Does the line begin with another page's title, so that the names behind it are that page's?"""
    link = next(line.block.iter("a"), None) if line.linked >= _SHORTEST_LINKED else None
    if link is None or attachments.is_file(link.get("href") or "") or furniture.is_furniture(line.text):
        return False
    title = clean(link.text_content())
    return len(title) >= _SHORTEST_LINKED and line.text.startswith(title) and not byline.mentions(title)


def _is_label(text: str) -> bool:
    """Is this a label whose value stands on the next line?"""
    return len(text) <= _LONGEST_LABEL and bool(said := byline.mentions(text)) and not said[-1].value


def _below_byline(page: Sequence[Line], number: int) -> int:
    """Where a release without text begins: below the byline that follows its title."""
    while number < len(page) and (text := page[number].text) and _is_around(text):
        number += 1
    return number


def _is_around(text: str) -> bool:
    return byline.is_byline(text) or furniture.is_furniture(text)


def _near(below: Sequence[Line]) -> tuple[Line, ...]:
    """The lines below the text, up to the first that leads to another page: what stands behind it is not this one's."""
    near: list[Line] = []
    for line in below[:_TAIL_LINES]:
        if _is_teaser(line):
            break
        near.append(line)
    return tuple(near)


def _is_end(text: str, has_text: bool) -> bool:
    """Do the release's images end here: at the first line below its text, or, without text, at the page's foot?"""
    if has_text:
        return bool(text) and not attachments.is_caption(text)
    return furniture.is_furniture(text) and not furniture.is_control(text) and not byline.is_byline(text)


def _with_values(head: list[str]) -> list[str]:
    """The head's lines; where a label ends one and its value stands on the next, they become one line."""
    joined: list[str] = []
    for line in head:
        says = len(line) <= _LONGEST_VALUE and _SAYING.search(line) and not byline.mentions(line)
        if says and joined and _is_label(joined[-1]):
            joined[-1] += line
        else:
            joined.append(line)
    return joined
