"""Where a department's releases are listed, as the links of its home page say: for sites whose lists nobody has seen.

Pure: a page in, proposals out. A proposal is a guess by its name; only its page shows whether it is a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.cms import Page
from crawler.headings import headings_of_mores, labels
from crawler.url_dates import date_in_address

__all__ = ["Proposal", "propose"]

# Columns of press releases, likeliest first: the department's own news, its notices of cases, then what is further from
# either. Seen as labels at police departments of eight provinces and cities and the ministry, save those with a note.
# Left out: policy (政策解读), public notices (公示公告, 通知公告), and sections that hold columns (警务资讯, 新闻中心).
_COLUMNS = (
    "公安要闻",
    "警务要闻",
    "警务动态",
    "警务报道",
    "公安动态",  # from memory
    "公安新闻",  # from memory
    "动态要闻",
    "要闻动态",  # seen on a news site
    "警情通报",
    "警情发布",
    "情况通报",
    "新闻发布",
    "新闻发布会",  # seen on a city's home page
    "部门动态",
    "工作动态",
    "分局警讯",
    "基层动态",  # from memory
    "地方动态",
    "警方提示",
    "图片新闻",
    "公安部要闻",
)
# A place's name before the column's (青岭公安要闻), or another name that says both police and news (青警快讯).
_POLICE = re.compile(r"公安|警")
_PLACE = 4
_POLICE_NEWS = re.compile(r"\w{0,4}(?:公安|警)\w{0,2}(?:要闻|动态|新闻|快讯|通报|报道|警讯)")
# A topic lists one campaign, not what is published from day to day. `ztzl` was seen, the others are from memory.
_TOPIC = re.compile(r"/(?:ztzl|ztlm|ztbd|zt|zhuanti|special)/", re.IGNORECASE)
# Articles' addresses that name no day: TRS at Guangxi, UCAP and the ministry, NFCMS, Hanweb and JPAAS, VSB, Liaoning's,
# Shanghai's, the PHP site of Hebei's past.
_ARTICLE = re.compile(
    r"/t\d{5,}\.s?html?$|/[0-9a-f]{32}\.s?html?$|/c\d{5,}/content\.html?$|/(?:content|c\d*|post)_\d+\.s?html?$"
    r"|/art_(?:\d+_\d+|[0-9a-f]{32})\.html?$|/info/\d+/\d+\.html?$|/\d{12,}/index\.|/\d{8,}\.s?html?$|/detail\?"
    r"|mod=article&",
    re.IGNORECASE,
)
_FRONT_PAGE = re.compile(r"/(?:index|default)\.\w+$", re.IGNORECASE)
_MOST_PROPOSALS = 6


@dataclass(frozen=True, slots=True)
class Proposal:
    """A column that may list releases: its name as the home page writes it, its absolute address, and what says so."""

    column: str
    url: str
    why: str


def propose(page: Page) -> list[Proposal]:
    """The columns of a home page that by their names list releases, likeliest first, each address once, six at most.

    A link counts by its own words, `更多` by the heading it stands beside. Only links to the page's own host; none
    that by their addresses are single articles or belong to a topic (专题专栏).
    """
    found: dict[str, tuple[int, Proposal]] = {}
    for proposal in (*_named_links(page), *_more_links(page)):
        rank, address = _rank(proposal.column), _FRONT_PAGE.sub("/", proposal.url.partition("://")[2])
        if rank is not None and (address not in found or rank < found[address][0]):
            found[address] = rank, proposal
    ranked = sorted(found.values(), key=lambda one: one[0])
    return [proposal for _, proposal in ranked[:_MOST_PROPOSALS]]


def _named_links(page: Page) -> Iterator[Proposal]:
    for link in page.tree.iter("a", "area"):
        url = _column_address(page, link)
        column = next((label for label in labels(link) if _rank(label) is not None), None)
        if url and column:
            yield Proposal(column, url, f"a link named {column}")


def _more_links(page: Page) -> Iterator[Proposal]:
    for link, column in headings_of_mores(page, _is_article):
        if url := _column_address(page, link):
            yield Proposal(column, url, f"更多 beside the heading {column}")


def _rank(label: str) -> int | None:
    """The place of a column's name among those known; None for what names no column of releases."""
    for rank, name in enumerate(_COLUMNS):
        if label == name or (name in label and _POLICE.search(name) and len(label) <= len(name) + _PLACE):
            return rank
    return len(_COLUMNS) if _POLICE_NEWS.fullmatch(label) else None


def _column_address(page: Page, link: HtmlElement) -> str | None:
    """Where a link leads, if that can be a column of this site."""
    url = page.elsewhere(link.get("href"))
    if url is None or urlsplit(url).netloc.lower() != urlsplit(page.url).netloc.lower():
        return None
    return None if _is_article(url) or _TOPIC.search(urlsplit(url).path) else url


def _is_article(url: str) -> bool:
    return date_in_address(url) is not None or bool(_ARTICLE.search(url))
