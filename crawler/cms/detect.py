"""Which CMS family made a list page, or an answer that fills one, by the marks it leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.cms.base import Page, entries_of_heaviest_run

# In order; the first mark found wins. Where each was seen is told in the module of its family.
# What fills a list page is known by its address and how it begins: it is JSON, XML or a bare piece of a page.
_ADDRESSES = (
    ("jpaas", re.compile(r"/front/page/build/unit\?")),
    ("jiangxi", re.compile(r"/queryList(?:\?|$)")),
    ("nfcms", re.compile(r"/gkmlpt/api/all/\d+")),
    ("ucap", re.compile(r"/index_\d{5,}_\d+\.s?html?$")),
)
_TEXTS = (
    (
        "feed",
        re.compile(
            r"\A\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<(?:rss|feed|urlset|sitemapindex|(?:\w+:)?RDF)\b",
            re.DOTALL,
        ),
    ),
    ("jpaas", re.compile(r"<script[^<>]*(?:/front/page/build/unit|unitbuild\.js)")),
    ("hanweb", re.compile(r"<datastore\b|\.jpage\s*\(\s*\{(?=.*dataproxy\.jsp)", re.DOTALL)),
    ("jiangxi", re.compile(r"\bloadPageData\s*\(|\bwebSiteCode\b(?=.*\bchannel(?:Code|Id)\b)", re.DOTALL)),
    ("nfcms", re.compile(r"NFCMS_|window\._CONFIG\s*=\s*\{[^{}]*\bSID\b")),
    # A quoted first argument of createPageHTML is UCAP's, a number TRS's. Its lists may stand in comments.
    (
        "ucap",
        re.compile(
            r"\bcreatePageHTML\s*\(\s*['\"][\w-]*['\"]\s*,\s*\d|<ucap(?:title|content)\b|UCAP-CONTENT|页面生成时间"
        ),
    ),
    ("ucap", re.compile(r"kpyfx_|_yfxkpy|\bmaxPageNum\d*\s*=\s*['\"]?\d")),
    ("vsb", re.compile(r"webber\.wbst|_showDynClick|/system/resource/(?:js|css)/|class=\"p_pages\"|vsb_content")),
)
_SCRIPTS = (
    ("trs", re.compile(r"\bcreatePageHTML\s*\(\s*\d+\s*,")),
    ("trs", re.compile(r"\bcountPage\s*=\s*\d+")),
)
_LATER_TEXTS = (
    (
        "aspx",
        re.compile(r"__doPostBack\(|name=\"__VIEWSTATE\"|morelist\.aspx\?|/Category_\d+/Index\.aspx", re.IGNORECASE),
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


def _found(marks: tuple[tuple[str, re.Pattern[str]], ...], texts: list[str]) -> Iterator[tuple[str, str]]:
    for family, mark in marks:
        for text in texts:
            if found := mark.search(text):
                yield family, found[0]
