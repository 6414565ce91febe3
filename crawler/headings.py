"""What the boxes of a home page are called: the labels of its links, and the heading that each `更多` belongs to."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import lxml.etree
from lxml.html import HtmlElement

from crawler.cms import Page

__all__ = ["headings_of_mores", "labels"]

_MORE = re.compile(r"(?:查看|点击|浏览)?更多|more", re.IGNORECASE)
_MORE_SIGNS = frozenset({">>", "»", "+", "...", "…", "……"})
_EDGES = " ·•|[]【】()（）<>《》〈〉«»›:：/+.…—-"
_LABEL = re.compile(r"[\u4e00-\u9fff]{2,12}")
_LATIN = re.compile(r"[A-Za-z][A-Za-z'&.]*")  # <a>公安要闻<em>POLICE NEWS</em></a>
_PIECES = lxml.etree.XPath(".//text()[not(parent::script or parent::style)]")
_WHOLE_TAGS = ("h1", "h2", "h3", "h4", "h5", "h6", "dt", "th", "a")  # <h3><em>公安</em>要闻</h3> is one heading
_HEADING_TAGS = (*_WHOLE_TAGS, "li", "td", "span", "strong", "b", "em", "i", "font", "p", "div", "img")
_SHOWN = re.compile(r"(?:^|[\s_-])(?:cur\w*|active|on|now|selected|hover)(?:$|[\s_-])", re.IGNORECASE)


def labels(element: HtmlElement) -> Iterator[str]:
    """What an element calls itself, in 2 to 12 Chinese characters: by its text, its title, its pictures' words.

    Latin letters, `更多` and the signs around a text are no part of it; a text with digits or signs in it, as headlines
    have, is no label.
    """
    texts = [_text(element), element.get("title"), element.get("alt")]
    texts += [image.get(name) for image in element.iter("img") for name in ("alt", "title")]
    for text in texts:
        label = _LATIN.sub("", _MORE.sub("", text or ""))
        label = "".join(label.split()).strip(_EDGES)
        if _LABEL.fullmatch(label):
            yield label


def headings_of_mores(page: Page, is_article: Callable[[str], bool]) -> Iterator[tuple[HtmlElement, str]]:
    """Each `更多` with the heading it belongs to: the one in the smallest element around both, whatever it says.

    Tabs have several headings in one element: the nth `更多` is the nth tab's; one alone is that of the tab shown.
    Left out where it cannot be told. `is_article` knows the addresses of single articles, whose links are no headings.
    """
    to_articles = [link for link in page.tree.iter("a") if _leads_to(page, link, is_article)]
    links = [link for link in page.tree.iter("a") if _says_more(link) and not _leads_to(page, link, is_article)]
    mores: dict[HtmlElement, dict[HtmlElement, int]] = defaultdict(dict)
    for link in links:
        for above in link.iterancestors():
            mores[above][link] = len(mores[above])
    headings: dict[HtmlElement, list[tuple[HtmlElement, str]]] = defaultdict(list)
    for element, label in _headings(page, _lines(page, to_articles)):
        for above in element.iterancestors():
            headings[above].append((element, label))
    for link in links:
        around = next((above for above in link.iterancestors() if above in headings), None)
        if around is None:
            continue
        if len(mores[around]) == len(headings[around]):
            yield link, headings[around][mores[around][link]][1]
        elif len(mores[around]) == 1:
            yield link, _shown(headings[around])


def _says_more(link: HtmlElement) -> bool:
    if text := _text(link):
        return text in _MORE_SIGNS or bool(_MORE.search(text) and not _MORE.sub("", text).strip(_EDGES))
    pictures = (image.get("alt") or image.get("src") for image in link.iter("img"))
    return any(_MORE.search(name or "") for name in (link.get("class"), link.get("title"), *pictures))


def _headings(page: Page, lines: set[HtmlElement]) -> Iterator[tuple[HtmlElement, str]]:
    """The innermost elements that have a label, those in lines of lists left out."""
    for element in page.tree.iter(*_HEADING_TAGS):
        around = [element, *element.iterancestors()]
        if any(above.tag in _WHOLE_TAGS for above in around[1:]) or not lines.isdisjoint(around):
            continue
        is_innermost = not any(child.tag == "img" or _text(child) for child in element)
        if (element.tag in _WHOLE_TAGS or is_innermost) and (label := next(labels(element), None)):
            yield element, label


def _lines(page: Page, to_articles: Sequence[HtmlElement]) -> set[HtmlElement]:
    """The links to articles and the lines of lists around them: `[分局] title 07-03`, which lead to one article."""
    rows: dict[HtmlElement, set[str | None]] = defaultdict(set)
    for link in to_articles:
        row = next(link.iterancestors("li", "dd", "tr"), link)
        rows[row].add(page.absolute(link.get("href")))
    return {*to_articles, *(row for row, leads_to in rows.items() if len(leads_to) == 1)}


def _leads_to(page: Page, link: HtmlElement, is_such: Callable[[str], bool]) -> bool:
    url = page.absolute(link.get("href"))
    return url is not None and is_such(url)


def _shown(headings: Sequence[tuple[HtmlElement, str]]) -> str:
    """The tab that the page shows first: the one marked, else the first."""
    for element, label in headings:
        if any(_SHOWN.search(one.get("class", "")) for one in (element, *element.iterancestors("li", "a"))):
            return label
    return headings[0][1]


def _text(element: HtmlElement) -> str:
    """The words a reader sees in an element, without white space; comments and scripts are none."""
    if element.tag in ("script", "style") or not isinstance(element.tag, str):
        return ""
    return "".join("".join(_PIECES(element)).split())
