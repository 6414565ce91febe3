"""Which element of a page holds the release's text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lxml.html import HtmlElement

from crawler.extract import byline
from crawler.extract.document import BLOCKS, HEADINGS, Line, squeeze
from crawler.extract.furniture import is_furniture, is_prose

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
_FADING = 0.5  # what a step up leaves of the weight of a paragraph
_PARAGRAPHS = HEADINGS | {"p", "span", "font", "strong", "b", "li", "a", "section", "blockquote", "pre"}


def weigh(page: Sequence[Line], aside: set[int]) -> Mapping[HtmlElement, int]:
    """The characters of prose below each element of the page.

    Lines numbered in `aside` count nothing, nor does the teaser below a link, nor a paragraph's second copy: some
    pages hold their text twice, for the desktop and for the telephone.
    """
    weights: dict[HtmlElement, int] = {}
    seen: set[str] = set()
    above: Line | None = None
    for number, line in enumerate(page):
        if not line.text:
            continue
        teaser, above = above is not None and above.link_share > 0.8 and len(above.text) > 5, line
        if teaser or number in aside or line.text in seen or not is_prose(line):
            continue
        seen.add(line.text)
        size = len(line.text) - line.linked
        for element in (line.block, *line.block.iterancestors()):
            weights[element] = weights.get(element, 0) + size
    return weights


def by_layout(tree: HtmlElement, selector: str) -> HtmlElement | None:
    """The element that a site's layout names; the one with most text where several match, None where none does."""
    found: list[HtmlElement] = tree.cssselect(selector)
    chosen = max(found, key=lambda element: len(squeeze(element.text_content())), default=None)
    if chosen is not None and chosen.tag not in BLOCKS:
        chosen.tag = "div"
    return chosen


def by_prose(tree: HtmlElement, weights: Mapping[HtmlElement, int]) -> HtmlElement | None:
    """The element that holds the release's text, by a CMS family's mark or by where the prose is; None if neither."""
    densest = _densest(tree, weights)
    marked = _marked(tree, weights)
    if marked is not None:
        weight = weights.get(marked, 0)
        if densest is None or weight * 2 >= weights.get(densest, 0):
            return marked
    return densest


def below_title(heading: int, page: Sequence[Line], aside: set[int]) -> HtmlElement | None:
    """The smallest element that holds the title and, below it, an image or words of its own.

    For a page without prose: a notice that is a picture, or a line like 今日全市平安.
    """
    holders = set(page[heading].block.iterancestors())
    for number in range(heading + 1, len(page)):
        line = page[number]
        if number in aside or (line.text and (line.linked or is_furniture(line.text) or byline.is_byline(line.text))):
            continue
        return next((e for e in (line.block, *line.block.iterancestors()) if e in holders), None)
    return None


def _marked(tree: HtmlElement, weights: Mapping[HtmlElement, int]) -> HtmlElement | None:
    marked: list[HtmlElement] = [
        element for element in tree.xpath("//*[@id or @class]|//ucapcontent") if _has_mark(element)
    ]
    best = max((weights.get(element, 0) for element in marked), default=0)
    if not best:
        return next((e for e in marked if next(e.iter("img", "video", "embed", "iframe", "a"), None) is not None), None)
    first = next(element for element in marked if weights.get(element, 0) == best)
    within = [e for e in marked if weights.get(e, 0) >= 0.9 * best and (e is first or first in e.iterancestors())]
    return within[-1]


def _has_mark(element: HtmlElement) -> bool:
    if element.tag in ("a", "body", "html", "input", "p", "span"):
        return False
    names = " ".join((element.get("id", ""), element.get("class", ""), str(element.tag))).lower().split()
    return not MARKS.isdisjoint(names)


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
