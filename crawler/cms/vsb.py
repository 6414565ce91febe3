"""VSB (博达网站群): lists whose file names count down, `xstz.htm`, `xstz/23.htm`, `xstz/22.htm` … `xstz/1.htm`."""

from __future__ import annotations

import re

from crawler.cms.base import ListPage, Page, entries_of_heaviest_run, next_page, stated_pages, stated_total
from crawler.cms.weights import by_address

# info/1016/10914.htm, and content.jsp?urltype=news.NewsContentUrl&wbtreeid=1291&wbnewsid=30301 where pages are not
# written out.
_ARTICLE = re.compile(r"/info/\d+/\d+\.htm$|/content\.jsp\?[^/]*\bwbnewsid=\d")
# <span class="p_t">共52条</span> <span class="p_pages">…</span> <span class="p_t">1/11</span>; in older pages
# <td id="fanye3942">共52条&nbsp;&nbsp;1/11&nbsp;</td>.
_PAGES = re.compile(r"(?<![\d/])\d{1,5}\s*/\s*(\d{1,5})(?![\d/])")


def parse(page: Page) -> ListPage:
    """Read a VSB list page. Its pager's words and numbers lead on whatever the files are called."""
    entries = entries_of_heaviest_run(page, by_address(page, _ARTICLE))
    return ListPage(entries, next_page(page), stated_total(page), stated_pages(page) or _pages(page))


def _pages(page: Page) -> int | None:
    for element in page.tree.iter("span", "td"):
        is_count = "p_t" in element.get("class", "").split() or element.get("id", "").startswith("fanye")
        if is_count and (found := _PAGES.search("".join(element.itertext()))):
            return int(found[1])
    return None
