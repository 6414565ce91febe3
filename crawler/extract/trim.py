"""Cutting what is not the release from around its lines, without ever cutting into it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from lxml.html import HtmlElement

from crawler.extract import byline, dates
from crawler.extract.document import Line, squeeze
from crawler.extract.furniture import is_furniture, is_prose, is_shelf, is_toolbar

_BACKGROUND = re.compile(r"^\W*(?:相关|延伸|更多|新闻|知识)(?:链接|阅读|解读|信息|内容|新闻|报道|政策)\W*$")
_MOST_SHELVES = 30  # headings looked at on one page
_LINK = 0.8  # the share of a line inside links from which on it is one
_FOOT = re.compile(r"(?:^|\s)(?:foot(?:er)?|copyright|banquan)(?![a-z])", re.IGNORECASE)
_SENTENCE_END = tuple("。！？!?；;”』」）)：:】")
_TOLD_END = re.compile(r"[。！？!?；;][”』」’）)】]*$")

_Kind = tuple[str, str | None]  # the tag and the class of an element


def foot(tree: HtmlElement, lines: Sequence[Line]) -> set[int]:
    """The numbers of lines in the page's foot or its navigation, by their tags, classes and ids."""
    named = (e for e in tree.xpath("//footer|//nav|//*[@id or @class]") if _is_foot(e))
    within = {element for e in named for element in e.iter()}
    return {number for number, line in enumerate(lines) if line.block in within}


def _is_foot(element: HtmlElement) -> bool:
    return element.tag in ("footer", "nav") or bool(_FOOT.search(f"{element.get('class')} {element.get('id')}"))


def shelves(lines: Sequence[Line], keep: int | None = None) -> set[int]:
    """The numbers of lines that hang below a heading of recommended items, that heading included.

    They end with the element that holds them, at line `keep` (the title), or, below a heading in the text itself, where
    the text goes on. A shelf never takes over half of the page's prose: then the heading is one of the release's own.
    """
    headings = [number for number, line in enumerate(lines) if is_shelf(line.text)]
    if not headings:
        return set()
    prose = [len(line.text) if is_prose(line) else 0 for line in lines]
    whole = sum(prose)
    told = _told(lines)
    found: set[int] = set()
    for number in headings[:_MOST_SHELVES]:
        if number in found:
            continue
        shelf = _hanging(lines, number, keep, told)
        held = sum(prose[n] for n in shelf)
        if len(shelf) > 1 and 2 * held < whole and not _is_own(lines[number].text, [lines[n] for n in shelf[1:]]):
            found.update(shelf)
    return found


def _is_own(heading: str, below: Sequence[Line]) -> bool:
    """Does the release go on below the heading: is it signed there, or are these unlinked sentences of background?"""
    if any(_signs(line.text) for line in below):
        return True
    prose = [line for line in below if is_prose(line)]
    linked = any(line.linked for line in below)
    return bool(_BACKGROUND.match(heading) and prose and not linked and all(_is_whole(line.text) for line in prose))


def _signs(text: str) -> bool:
    return byline.is_byline(text) and any(m.field in ("editor", "issuer") and m.value for m in byline.mentions(text))


def _is_whole(text: str) -> bool:
    return text.endswith(_SENTENCE_END)


def _hanging(lines: Sequence[Line], number: int, keep: int | None, told: Mapping[int, _Kind]) -> list[int]:
    holder = _holder(lines[number])
    above = {told[n] for n in range(number) if n in told and _within(lines[n].block, holder)}
    hanging = [number]
    for below in range(number + 1, len(lines)):
        if below == keep or told.get(below) in above or not _within(lines[below].block, holder):
            break
        hanging.append(below)
    return hanging


def _holder(line: Line) -> HtmlElement:
    """The element around the heading that holds more than the heading."""
    element = line.block
    while (parent := element.getparent()) is not None and not _holds_more(element, len(line.text) + 6):
        element = parent
    return element


def _holds_more(element: HtmlElement, characters: int) -> bool:
    """Has the element more text than that? Read no further than needed, since it may be the whole page."""
    for text in element.itertext():
        characters -= len(squeeze(text))
        if characters < 0:
            return True
    return False


def _within(element: HtmlElement, holder: HtmlElement) -> bool:
    return element is holder or any(ancestor is holder for ancestor in element.iterancestors())


def trim(lines: Sequence[Line], title: str | None) -> tuple[list[Line], list[Line]]:
    """Cut furniture from the head and the tail of a release's lines, but never all of them: what stays, what goes."""
    start = _head(lines, title)
    end = _tail(lines, start)
    kept = [line for line in lines[start:end] if line.row or not is_toolbar(line.text)]
    if not kept:
        wanted = squeeze(title)
        below = max((n for n, line in enumerate(lines) if squeeze(line.text) == wanted), default=-1) + 1
        kept = [line for line in lines[below:] if line.link_share < 0.5 and not _ends_release(line.text)]
    staying = set(map(id, kept))
    return kept, [line for line in lines if id(line) not in staying]


def _head(lines: Sequence[Line], title: str | None) -> int:
    wanted = squeeze(title)
    start = 0
    for number, line in enumerate(lines):
        text = line.text
        if (wanted and squeeze(text) == wanted) or is_furniture(text) or byline.is_byline(text):
            start = number + 1
        elif is_prose(line) or number - start > 3:
            break
    return start


def _tail(lines: Sequence[Line], start: int) -> int:
    """Where the tail begins: at the first line that can end a release and below which the release does not go on.

    It goes on if sentences follow in elements of the kind that held those above (a second story, each with its
    editor), or more of them than there was text above. Readers' comments are sentences too, in boxes of their own.
    """
    told = {number: kind for number, kind in _told(lines).items() if number >= start}
    last = {kind: number for number, kind in told.items()}
    before, after = 0, sum(len(lines[n].text) for n in told)
    latest = end = start
    for end in range(start, len(lines)):
        if end > start and _ends_release(lines[end].text) and latest < end and after <= before:
            break
        before += len(lines[end].text)
        if end in told:
            after -= len(lines[end].text)
            latest = max(latest, last[told[end]])
    else:
        end = len(lines)
    while end > start + 1 and _ends_release(lines[end - 1].text):
        end -= 1
    return end


def _ends_release(text: str) -> bool:
    """Furniture, or a line of fields; but a date alone closes an official letter and is its own."""
    return is_furniture(text) or is_shelf(text) or (byline.is_byline(text) and not dates.is_date(text))


def _told(lines: Sequence[Line]) -> Mapping[int, _Kind]:
    """The numbers of lines of whole sentences that are no links, nor a teaser below one, and what they stand in.

    Teasers alternate with their links: what follows several links at once is the text again.
    """
    told: dict[int, _Kind] = {}
    links = 0
    for number, line in enumerate(lines):
        if not line.text:
            continue
        teaser, links = links == 1, links + 1 if line.link_share > _LINK else 0
        if not teaser and _TOLD_END.search(line.text) and is_prose(line):
            told[number] = (str(line.block.tag), line.block.get("class"))
    return told
