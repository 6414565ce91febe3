"""Which element of a page holds the release's text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import accumulate

from lxml.html import HtmlElement

from crawler.extract import byline
from crawler.extract.attachments import is_picture
from crawler.extract.document import BLOCKS, HEADINGS, squeeze
from crawler.extract.furniture import is_furniture, is_shelf
from crawler.extract.lines import Line, Page

# The ids and classes in which the CMS families and the larger sites keep an article's text.
_MARKS = """
    trs_editor trs_ueditor trs_editor_view trs_view custom_unionstyle maintext xl_zw zoom zoomcon
    ucap-content ucapcontent vsb_content vsb_content_2 vsb_content_500 vsb_content_501 vsb_content_502 v_news_content
    wzzw-article bt-box-main main-txt pages_content articlecontent article_content article-content article-body
    article-content-body article-con con_text text_content news_content newscontent news-content content-text
    detail-content rm_txt_con the_content js_content artibody arti_content wp_articlecontent contxt zwcontent
"""
MARKS = frozenset(_MARKS.split())
_ENOUGH = 30  # characters of prose below which no container is believed in
_MOST_LINKED = 0.2  # the share of a paragraph inside links beyond which it rather leads to other pages
_FADING = 0.5  # what a step up leaves of the weight of a paragraph
_PARAGRAPHS = HEADINGS | {"p", "span", "font", "strong", "b", "li", "a", "section", "blockquote", "pre"}


def weigh(page: Page, aside: set[int]) -> Mapping[HtmlElement, int]:
    """The characters of prose below each element of the page that has any.

    Lines numbered in `aside` count nothing, nor does the teaser below a link, nor a paragraph's second copy: some
    pages hold their text twice, for the desktop and for the telephone.
    """
    sums = list(accumulate(_sizes(page, aside), initial=0))
    spans = page.spans.items()
    return {element: sums[last] - sums[first] for element, (first, last) in spans if sums[last] > sums[first]}


def _sizes(page: Page, aside: set[int]) -> Iterator[int]:
    seen: set[str] = set()
    above: Line | None = None
    for number, line in enumerate(page.lines):
        counts = line.is_prose and line.link_share <= _MOST_LINKED and number not in aside and line.text not in seen
        if counts and not (above is not None and above.link_share > 0.8 and len(above.text) > 5):
            seen.add(line.text)
            yield len(line.text) - line.linked
        else:
            yield 0
        above = line if line.text else above


def by_layout(tree: HtmlElement, selector: str) -> HtmlElement | None:
    """The element that a site's layout names; the one with most text where several match, None where none does."""
    found: list[HtmlElement] = tree.cssselect(selector)
    chosen = max(found, key=lambda element: len(squeeze(element.text_content())), default=None)
    if chosen is not None and chosen.tag not in BLOCKS:
        chosen.tag = "div"
    return chosen


def by_prose(tree: HtmlElement, page: Page, weights: Mapping[HtmlElement, int]) -> tuple[HtmlElement | None, str]:
    """The element that holds the release's text, by a CMS family's mark or by where the prose is; None if neither.

    With it goes which of the two it was: `container`, `prose`.
    """
    densest = _densest(tree, weights)
    marked = _marked(page, weights)
    if marked is not None:
        weight = weights.get(marked, 0)
        if densest is None or weight * 2 >= weights.get(densest, 0):
            return marked, "container"
    return densest, "prose"


def below_title(heading: int, page: Page, aside: set[int]) -> tuple[HtmlElement | None, bool]:
    """The smallest element that holds the title and, below it, a picture or words of its own; and whether it is a
    picture that comes first.

    For a page without prose: a notice that is a picture, or a line like 今日全市平安.
    """
    holders = set(page.lines[heading].block.iterancestors())
    for number in range(heading + 1, len(page.lines)):
        line = page.lines[number]
        if number in aside or (line.image is not None and not is_picture(line.image)):
            continue
        if line.text and (
            line.linked or is_furniture(line.shown) or is_shelf(line.text) or byline.is_byline(line.shown)
        ):
            continue
        return next((e for e in (line.block, *line.block.iterancestors()) if e in holders), None), not line.text
    return None, False


def _marked(page: Page, weights: Mapping[HtmlElement, int]) -> HtmlElement | None:
    named = {element for element, name in page.names.items() if not MARKS.isdisjoint(name.split())}
    marked = [e for e in page.spans if (e in named and e.tag not in ("body", "html", "p")) or e.tag == "ucapcontent"]
    marked.sort(key=lambda element: page.spans[element])
    best = max((weights.get(element, 0) for element in marked), default=0)
    if not best:
        return next((e for e in marked if next(e.iter("img", "video", "embed", "iframe", "a"), None) is not None), None)
    first = next(element for element in marked if weights.get(element, 0) == best)
    within = [e for e in marked if weights.get(e, 0) >= 0.9 * best and (e is first or first in e.iterancestors())]
    return within[-1]


def _densest(tree: HtmlElement, weights: Mapping[HtmlElement, int]) -> HtmlElement | None:
    """The element around most prose, where prose counts the less the deeper below the element it stands.

    So a column of paragraphs outweighs the page around it, and a list of teasers each in boxes of its own.
    """
    if weights.get(tree, 0) < _ENOUGH:
        return None
    felt: dict[HtmlElement, float] = {}
    for element, weight in weights.items():
        own: float = weight - sum(weights.get(child, 0) for child in element)
        around = element.getparent() if _is_paragraph(element) else element
        while own >= 1 and around is not None:
            felt[around] = felt.get(around, 0) + own
            own, around = own * _FADING, around.getparent()
    best = max(felt, key=lambda element: felt[element])
    while (around := _parted(best, weights)) is not None:
        best = around
    while (child := _only_prose(best, weights)) is not None:
        best = child
    return best


def _is_paragraph(element: HtmlElement) -> bool:
    return element.tag in _PARAGRAPHS or not any(child.tag in BLOCKS or child.tag == "br" for child in element)


def _parted(element: HtmlElement, weights: Mapping[HtmlElement, int]) -> HtmlElement | None:
    """The element around this box and others of its kind, over which a release is parted; None if it is not."""
    parent = element.getparent()
    while parent is not None and weights[parent] == weights[element]:
        element, parent = parent, parent.getparent()
    if parent is None or parent.tag in ("body", "html") or element.tag == "td":
        return None
    kind = _kind(element, weights)
    beside = sum(weights.get(other, 0) for other in parent if other is not element and _kind(other, weights) == kind)
    return parent if 4 * beside > weights[element] else None


def _kind(element: HtmlElement, weights: Mapping[HtmlElement, int]) -> tuple[tuple[str, str | None], ...]:
    """The tags and classes on the way down to the element's prose."""
    way = [(str(element.tag), element.get("class"))]
    while (child := max(element, key=lambda child: weights.get(child, 0), default=None)) is not None:
        if not weights.get(child, 0):
            break
        way.append((str(child.tag), child.get("class")))
        element = child
    return tuple(way)


def _only_prose(element: HtmlElement, weights: Mapping[HtmlElement, int]) -> HtmlElement | None:
    children = [child for child in element if weights.get(child, 0)]
    if len(children) != 1 or weights[children[0]] < weights[element] or children[0].tag in _PARAGRAPHS:
        return None
    return children[0]
