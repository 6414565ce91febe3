"""Which CMS family made a list page, or an answer that fills one, by the marks it leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.cms.base import Page, entries_of_heaviest_run

_Mark = tuple[str, tuple[re.Pattern[str], ...]]


def _mark(family: str, *patterns: str, flags: re.RegexFlag = re.NOFLAG) -> _Mark:
    """A family, and the patterns that have to be found all, in whatever order; the first is what is shown.

    Several patterns, because `one(?=.*other)` reads the rest of the page again for each `one`: 60,000 of `.jpage({`
    took 8 s.
    """
    return family, tuple(re.compile(pattern, flags) for pattern in patterns)


# In order; the first mark found wins. Where each was seen is told in the module of its family.
# What fills a list page is known by its address and how it begins: it is JSON, XML or a bare piece of a page.
_ADDRESSES = (
    _mark("jpaas", r"/front/page/build/unit\?"),
    _mark("jiangxi", r"/queryList(?:\?|$)"),
    _mark("nfcms", r"/gkmlpt/api/all/\d+"),
    _mark("ucap", r"/index_\d{5,}_\d+\.s?html?$"),
)
_TEXTS = (
    # Declarations, instructions and comments before the first element. A comment is atomic and ends at its first `-->`:
    # to try later ones took twice as long for each comment more, 0.6 s for 22.
    _mark(
        "feed",
        r"\A\s*(?:(?><!--.*?-->|<(?:\?|!(?!--))[^>]*>)\s*)*<(?:rss|feed|urlset|sitemapindex|(?:\w+:)?RDF)\b",
        flags=re.DOTALL,
    ),
    _mark("jpaas", r"<script[^<>]*(?:/front/page/build/unit|unitbuild\.js)"),
    _mark("hanweb", r"<datastore\b"),
    _mark("hanweb", r"\.jpage\s*\(\s*\{", r"dataproxy\.jsp"),
    _mark("jiangxi", r"\bloadPageData\s*\("),
    _mark("jiangxi", r"\bwebSiteCode\b", r"\bchannel(?:Code|Id)\b"),
    _mark("nfcms", r"NFCMS_|window\._CONFIG\s*=\s*\{[^{}]*\bSID\b"),
    # A quoted first argument of createPageHTML is UCAP's, a number TRS's. Its lists may stand in comments.
    _mark(
        "ucap", r"\bcreatePageHTML\s*\(\s*['\"][\w-]*['\"]\s*,\s*\d|<ucap(?:title|content)\b|UCAP-CONTENT|页面生成时间"
    ),
    _mark("ucap", r"kpyfx_|_yfxkpy|\bmaxPageNum\d*\s*=\s*['\"]?\d"),
    _mark("vsb", r"webber\.wbst|_showDynClick|/system/resource/(?:js|css)/|class=\"p_pages\"|vsb_content"),
)
_SCRIPTS = (
    _mark("trs", r"\bcreatePageHTML\s*\(\s*\d+\s*,"),
    _mark("trs", r"\bcountPage\s*=\s*\d+"),
)
_LATER_TEXTS = (
    _mark(
        "aspx",
        r"__doPostBack\(|name=\"__VIEWSTATE\"|morelist\.aspx\?|/Category_\d+/Index\.aspx",
        flags=re.IGNORECASE,
    ),
)
_ENTRIES = (
    ("trs", re.compile(r"/t(?:19|20)\d{6}_\d+\.s?html?$")),
    ("nfcms", re.compile(r"/content/m?post_\d+\.html$")),
    ("vsb", re.compile(r"/info/\d+/\d+\.htm$")),
    ("aspx", re.compile(r"/Pages_\d+_\d{5,}\.aspx$")),
)


def detect(page: Page) -> tuple[str, str] | None:
    """The family and the mark that gave it away, in the page's own words; None where no mark is known.

    An entry's address is a mark only where most of the list share its shape: other sites link to such pages too.
    """
    for family, mark in _marks(page):
        return family, " ".join(mark.split())[:80]
    return None


def _marks(page: Page) -> Iterator[tuple[str, str]]:
    yield from _found(_ADDRESSES, [page.url])
    yield from _found(_TEXTS, [page.text])
    yield from _found(_SCRIPTS, ["".join(script.itertext()) for script in page.tree.iter("script")])
    yield from _found(_LATER_TEXTS, [page.text])
    entries = entries_of_heaviest_run(page)
    for family, mark in _ENTRIES:
        alike = [found[0] for entry in entries if (found := mark.search(entry.url))]
        if len(alike) * 2 > len(entries):
            yield family, alike[0]


def _found(marks: tuple[_Mark, ...], texts: list[str]) -> Iterator[tuple[str, str]]:
    for family, patterns in marks:
        for text in texts:
            found = [pattern.search(text) for pattern in patterns]
            if found[0] and all(found):
                yield family, found[0][0]
