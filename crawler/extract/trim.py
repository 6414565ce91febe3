"""Cutting what is not the release from around its lines, without ever cutting into it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from lxml.html import HtmlElement

from crawler.extract import byline, dates
from crawler.extract.attachments import is_file
from crawler.extract.document import squeeze
from crawler.extract.furniture import is_furniture, is_never_text, is_shelf
from crawler.extract.lines import Line, Page

_BACKGROUND = re.compile(r"^\W*(?:相关|延伸|更多|新闻|知识)(?:链接|阅读|解读|信息|内容|新闻|报道|政策)\W*$")
_MOST_SHELVES = 30  # headings looked at on one page
_DAY_BEHIND = re.compile(r"[\s\[(（]*(?:20\d\d[-/.年])?\d{1,2}[-/.月]\d{1,2}日?[\s\])）]*$")
_SIGNER = re.compile(r"(?:局|厅|部|[总支大中]队|所|委员会|办公室|政府|法院|检察院)$")
_LONGEST_SIGNER = 40
_LINK = 0.8  # the share of a line inside links from which on it is one
_PLAYER = re.compile(r"(?:^|[\s_-])(?:video-?js|vjs|\w{0,8}player)(?![a-z])")
_SENTENCE_END = tuple("。！？!?；;”』」）)：:】")
_TOLD_END = tuple("。！？!?；;")
_CLOSING = "”』」’）)】"  # what may stand behind the end of a sentence

_Kind = tuple[str, str | None]  # the tag and the class of an element


def players(page: Page) -> set[int]:
    """The numbers of lines in a video's player, by its class or id, unless it holds most of what the page tells."""
    named = [
        element
        for element, name in page.names.items()
        if ("player" in name or "vjs" in name or "video" in name) and _PLAYER.search(name)
    ]
    whole = page.prose(range(len(page.lines))) if named else 0
    found = [page.inside(element) for element in named]
    return {number for numbers in found if 2 * page.prose(numbers) <= whole for number in numbers}


def shelves(page: Page, keep: int | None = None) -> set[int]:
    """The numbers of lines that hang below a heading of recommended items, that heading included.

    They end with the element that holds them, at line `keep` (the title), or, below a heading in the text itself, where
    the text goes on. A shelf never takes over half of the page's prose: then the heading is one of the release's own.
    """
    lines = page.lines
    headings = [number for number, line in enumerate(lines) if is_shelf(line.text)]
    if not headings:
        return set()
    whole = page.prose(range(len(lines)))
    told = _told(lines)
    found: set[int] = set()
    for number in headings[:_MOST_SHELVES]:
        if number in found:
            continue
        shelf = _hanging(page, number, keep, told)
        own = 2 * page.prose(shelf) >= whole or _is_own(lines[number].text, lines[number + 1 : shelf.stop])
        if len(shelf) > 1 and not own:
            found.update(shelf)
    return found


def _is_own(heading: str, below: Sequence[Line]) -> bool:
    """Does the release go on below the heading: is it signed there, or are these unlinked sentences of background?"""
    if any(_signs(line.text) for line in below):
        return True
    prose = [line for line in below if line.is_prose]
    linked = any(line.linked for line in below)
    return bool(_BACKGROUND.match(heading) and prose and not linked and all(_is_whole(line.text) for line in prose))


def _signs(text: str) -> bool:
    return byline.is_byline(text) and any(m.field in ("editor", "issuer") and m.value for m in byline.mentions(text))


def _is_whole(text: str) -> bool:
    return text.endswith(_SENTENCE_END)


def _hanging(page: Page, number: int, keep: int | None, told: Mapping[int, _Kind]) -> range:
    around = _around(page, number)
    above = {told[n] for n in range(around.start, number) if n in told}
    for below in range(number + 1, around.stop):
        if below == keep or told.get(below) in above:
            return range(number, below)
    return range(number, around.stop)


def _around(page: Page, number: int) -> range:
    """The lines of the element around a heading that holds more than the heading."""
    element: HtmlElement | None = page.lines[number].block
    enough = len(page.lines[number].text) + 6
    around = range(number, number + 1)
    while element is not None:
        around, characters = page.inside(element), 0
        for line in page.lines[around.start : around.stop]:
            characters += len(line.text)
            if characters > enough:
                return around
        element = element.getparent()
    return around


def trim(lines: Sequence[Line], title: str | None) -> list[Line]:
    """What stays of a release's lines when furniture is cut from their head and tail; never nothing, if it can be."""
    start = _head(lines, title)
    end = _tail(lines, start)
    kept = [line for line in lines[start:end] if line.row or not is_never_text(line.shown)]
    if not kept:
        wanted = squeeze(title)
        below = max((n for n, line in enumerate(lines) if squeeze(line.text) == wanted), default=-1) + 1
        kept = [line for line in lines[below:] if line.link_share < 0.5 and not _ends_release(line)]
    return kept


def _head(lines: Sequence[Line], title: str | None) -> int:
    wanted = squeeze(title)
    start = 0
    for number, line in enumerate(lines):
        text = line.shown
        if (wanted and squeeze(text) == wanted) or is_furniture(text) or byline.is_byline(text):
            start = number + 1
        elif line.is_prose or number - start > 3:
            break
    return start


def _tail(lines: Sequence[Line], start: int) -> int:
    """Where the tail begins: at the first line that can end a release and below which the release does not go on.

    It goes on if sentences follow in elements of the kind that held those above (a second story, each with its
    editor), or more of them than there was text above; and down to its signature. Readers' comments are sentences
    too, in boxes of their own.
    """
    told = {number: kind for number, kind in _told(lines).items() if number >= start}
    last = {kind: number for number, kind in told.items()}
    before, after = 0, sum(len(lines[n].text) for n in told)
    latest = end = max([start, *(n for n in range(start + 1, len(lines)) if _is_signed(lines, n))])
    for end in range(start, len(lines)):
        if end > start and _ends_release(lines[end]) and latest < end and after <= before:
            break
        before += len(lines[end].text)
        if end in told:
            after -= len(lines[end].text)
            latest = max(latest, last[told[end]])
    else:
        end = len(lines)
    filed: dict[HtmlElement, bool] = {}
    while end > start + 1 and (
        _ends_release(lines[end - 1]) or (end < len(lines) and _leads_away(lines[end - 1], filed))
    ):
        end -= 1
    return _above_links(lines, start, end, filed)


def _is_signed(lines: Sequence[Line], number: int) -> bool:
    """Does an official letter end here: with its date, below the body that signs it?"""
    signer, date = lines[number - 1], lines[number]
    if signer.linked or date.linked or not dates.is_date(date.text):
        return False
    return len(signer.text) <= _LONGEST_SIGNER and bool(_SIGNER.search(signer.text))


def _above_links(lines: Sequence[Line], start: int, end: int, filed: dict[HtmlElement, bool]) -> int:
    """Where links to other pages begin that close the text without a heading; one alone may be the release's own."""
    first = end
    while first > start + 1 and _leads_away(lines[first - 1], filed):
        first -= 1
    if end - first < 2 or lines[first - 1].text.endswith(("：", ":")):  # 名单如下：
        return end
    return first


def _leads_away(line: Line, filed: dict[HtmlElement, bool]) -> bool:
    """Is the line a link, and not to a file of the release? `filed` keeps of which blocks files are known: one block
    may hold all lines of a page.
    """
    linked = len(line.text) - len(_DAY_BEHIND.sub("", line.text)) + line.linked
    if not line.linked or linked < _LINK * len(line.text):
        return False
    if line.block not in filed:
        filed[line.block] = any(is_file(link.get("href") or "") for link in line.block.iter("a"))
    return not filed[line.block]


def _ends_release(line: Line) -> bool:
    """Furniture, or a line of fields; but a date alone closes an official letter and is its own."""
    text = line.shown
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
        if not teaser and line.is_prose and line.text.rstrip(_CLOSING).endswith(_TOLD_END):
            told[number] = (str(line.block.tag), line.block.get("class"))
    return told
