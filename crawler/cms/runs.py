"""Which links of a page are the lines of its list: the heaviest run of links that stand in rows of one kind."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from archive.models import Entry
from crawler.cms.days import only_a_day
from crawler.cms.page import Page
from crawler.cms.pager import is_pager_text
from crawler.cms.rows import Row, row_of, squeezed, texts_of, title_of

_ROW_TAGS = ("li", "tr", "td", "dd", "dt", "p")
_BESIDE_THE_LIST = re.compile(
    r"(?:^|[\s_-])(?:side|sidebar|aside|nav|menu|foot|footer|header|crumbs?|breadcrumb|hot|rank|ranking|related"
    r"|recommend|tuijian)(?:$|[\s_-])",
    re.IGNORECASE,
)
_WHOLE_TITLE = 40
_SHORTEST_TITLE = 5
_LINKS_OF_A_ROW = 4
_SURE = 2.0


@dataclass(frozen=True, slots=True)
class _Placed:
    """A row, the element its box stands in, and what it weighs."""

    row: Row
    container: HtmlElement
    weight: float


def by_day(row: Row) -> float:
    """What a row adds to its run by the general rule: a day shown counts most, a day in the address less."""
    return _SURE if row.shown else _SURE / 2 if row.day else 0.0


def entries_of_heaviest_run(page: Page, weigh: Callable[[Row], float] = by_day) -> tuple[Entry, ...]:
    """The entries of the page's list, in page order and each address once; none where no link has any weight.

    A run is the links whose rows are alike and stand under one parent, or under parents alike that do, wrappers that
    show nothing else left aside. It weighs the sum of its rows, longer titles (to 40 characters) weighing more; half
    where its place is named as a sidebar or a navigation. A row without weight belongs to a run if it stands among
    rows that have some. One row alone has to weigh as much as a day shown.
    """
    runs: dict[object, list[_Placed]] = defaultdict(list)
    for container, boxes in _boxes(page).items():
        place = _place(container)
        for box, beside in _with_texts_beside(container, boxes):
            row = row_of(page, box, boxes[box], beside)
            if row is not None:
                runs[place, box.tag].append(_Placed(row, container, weigh(row)))
    heaviest = max(runs.values(), key=_weight, default=[])
    members = list(_members(heaviest))
    return _once(members) if len(members) > 1 or any(placed.weight >= _SURE for placed in heaviest) else ()


def _boxes(page: Page) -> dict[HtmlElement, dict[HtmlElement, HtmlElement]]:
    """By the element they stand in, the boxes that are the rows of links, each with its link of the longest title."""
    links: list[HtmlElement] = []
    leads_to: dict[HtmlElement, set[str]] = defaultdict(set)
    for link in page.tree.iter("a"):
        url = page.elsewhere(link.get("href"))
        if url is not None and not is_pager_text(title_of(link)):
            links.append(link)
            for element in (link, *link.iterancestors()):
                leads_to[element].add(url)
    days = _days_within(page.tree)
    longest: dict[HtmlElement, HtmlElement] = {}
    for link in links:
        box = _box(link, leads_to, days)
        if box not in longest or len(title_of(link)) > len(title_of(longest[box])):
            longest[box] = link
    found: dict[HtmlElement, dict[HtmlElement, HtmlElement]] = defaultdict(dict)
    kinds_of_containers = {(above.getparent(), above.tag) for box in longest if (above := box.getparent()) is not None}
    for box, link in longest.items():
        if box is not link and (box.getparent(), box.tag) in kinds_of_containers:
            # The last row of a grid may hold one link, where those above hold several.
            box = next(inner for inner in (link, *link.iterancestors()) if inner.getparent() is box)
        if (container := box.getparent()) is not None:
            found[container].setdefault(box, link)
    return found


def _box(link: HtmlElement, leads_to: dict[HtmlElement, set[str]], days: Counter[HtmlElement]) -> HtmlElement:
    """The row of a link: the largest element that leads nowhere else, or a larger one that holds the row's one day."""
    box = _climb(link, lambda above: len(leads_to[above]) == 1 and above.tag not in ("ul", "ol"))
    if days[box] or box.tag in _ROW_TAGS:
        return box
    # <li><a>[警务报道]</a><a>the title</a><span>2026-07-03</span></li>: one day, so one row, though of two links.
    row = _climb(box, lambda above: len(leads_to[above]) <= _LINKS_OF_A_ROW and days[above] <= 1)
    return row if days[row] else box


def _climb(element: HtmlElement, fits: Callable[[HtmlElement], bool]) -> HtmlElement:
    while (above := element.getparent()) is not None and above.tag not in ("body", "html") and fits(above):
        element = above
    return element


def _days_within(tree: HtmlElement) -> Counter[HtmlElement]:
    """How many texts that are nothing but a day stand under each element."""
    days: Counter[HtmlElement] = Counter()
    for element in tree.iter():
        if isinstance(element.tag, str) and only_a_day(squeezed(element.text)):
            days.update((element, *element.iterancestors()))
        if only_a_day(squeezed(element.tail)):
            days.update(element.iterancestors())
    return days


def _with_texts_beside(
    container: HtmlElement, boxes: Collection[HtmlElement]
) -> Iterator[tuple[HtmlElement, tuple[str, ...]]]:
    """Each box with the texts between it and the next one; with those before it, where the container opens with a day.

    `<dt><a></dt><dd>2026-07-03</dd>` and `<a>…</a> 2026-07-03<br>` keep the day beside the row, not in it.
    """
    gaps: list[list[str]] = [[squeezed(container.text)]]
    in_order: list[HtmlElement] = []
    for child in container:
        if child in boxes:
            in_order.append(child)
            gaps.append([])
        else:
            gaps[-1].extend(texts_of(child))
        gaps[-1].append(squeezed(child.tail))
    first = any(only_a_day(text) for text in gaps[0])
    for box, gap in zip(in_order, gaps[:-1] if first else gaps[1:], strict=True):
        yield box, tuple(filter(None, gap))


def _place(container: HtmlElement) -> object:
    """Where a container's rows belong: the same for two side by side that differ in nothing but what they list."""
    outer = container
    while (above := outer.getparent()) is not None and above.tag not in (*_ROW_TAGS, "body") and _is_alone(outer):
        outer = above  # <div class="five"><ul>…</ul></div><div class="five"><ul>…</ul></div>
    alike = None if outer.tag in _ROW_TAGS else outer.get("class")
    parent = outer.getparent()
    return (outer if parent is None else parent, outer.tag, alike, container.tag)


def _is_alone(element: HtmlElement) -> bool:
    """Does its parent show nothing else?"""
    parent = element.getparent()
    if parent is None or squeezed(parent.text):
        return False
    others = (child for child in parent if child is not element)
    return not any(squeezed(child.tail) for child in parent) and not any(any(texts_of(child)) for child in others)


def _weight(run: list[_Placed]) -> float:
    total = sum(placed.weight * min(len(placed.row.title), _WHOLE_TITLE) for placed in run)
    return total / 2 if run and _is_beside_the_list(run[0].container) else total


def _is_beside_the_list(container: HtmlElement) -> bool:
    return any(
        element.tag in ("nav", "aside", "header", "footer")
        or _BESIDE_THE_LIST.search(f"{element.get('class', '')} {element.get('id', '')}")
        for element in (container, *container.iterancestors())
    )


def _members(run: list[_Placed]) -> Iterator[Row]:
    weighty = {placed.container for placed in run if placed.weight and placed.container.tag not in _ROW_TAGS}
    for placed in run:
        if placed.weight or (placed.container in weighty and len(placed.row.title) >= _SHORTEST_TITLE):
            yield placed.row


def _once(rows: list[Row]) -> tuple[Entry, ...]:
    found: dict[str, Entry] = {}
    for row in rows:
        known = found.get(row.url)
        if known is None or len(row.title) > len(known.title):
            found[row.url] = Entry(row.url, row.title, row.day or (known.published if known else None))
    return tuple(found.values())
