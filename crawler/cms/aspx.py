"""ASP.NET sites: lists whose pager may post a form back, which nothing that only follows addresses can do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.cms.base import ListPage, Page, entries_of_heaviest_run, next_page, stated_pages, stated_total
from crawler.cms.pager import is_pager_text
from crawler.cms.weights import by_address

_ARTICLE = re.compile(r"/Pages_\d+_\d{5,}\.aspx$", re.IGNORECASE)  # /Pages_6445_858919.aspx (Yunnan)
# javascript:__doPostBack('AspNetPager1','2'); a GridView writes 'Page$2'.
_POSTS_BACK = re.compile(r"__doPostBack\(\s*['\"][^'\"]*['\"]\s*,\s*['\"](?:Page\$)?(\w*)['\"]\s*\)")


def parse(page: Page) -> ListPage:
    """Read an ASP.NET list page.

    Where its pager posts back, there is no next page to ask for, but `stated_pages` says that more was to come: at
    least as many as the pager's links name.
    """
    entries = entries_of_heaviest_run(page, by_address(page, _ARTICLE))
    following, pages = next_page(page), stated_pages(page)
    if following is None:
        pages = max((pages or 0, *_posted_pages(page))) or None
    return ListPage(entries, following, stated_total(page), pages)


def _posted_pages(page: Page) -> Iterator[int]:
    """The page numbers that links post back; 2 for one that says no more than 'next page'."""
    for link in page.tree.iter("a"):
        posts = _POSTS_BACK.search(link.get("href", "") + link.get("onclick", ""))
        text = " ".join("".join(link.itertext()).split())
        if posts is None or not is_pager_text(text):
            continue
        if re.fullmatch(r"\d{1,5}", posts[1]):
            # A calendar's days post back too: text 8, argument 9678.
            if not text.isdigit() or text == posts[1]:
                yield int(posts[1])
        elif "下" in text or "后" in text:
            yield 2
