"""List pages as ASP.NET sites write them: pagers that lead on by addresses, and pagers that post a form back."""

from __future__ import annotations

from collections.abc import Sequence

from crawler.demo.families.one_list import of_one_list
from crawler.demo.invented import Release, parts, releases
from crawler.demo.sample_site import SampleSite

RELEASES = releases(lambda number, _: f"/Pages_6445_{858900 + number}.aspx")
SIZE = 3


def path(number: int) -> str:
    """Where a list page stands, counted from 1."""
    return "/news/morelist.aspx?moduleid=10054" + ("" if number == 1 else f"&page={number}")


def page(number: int, releases: Sequence[Release] = RELEASES, *, posts_back: bool = False) -> str:
    """One list page: titles and days in two kinds of boxes, a calendar and a search button that post back too."""
    pages = parts(releases, SIZE)
    lines = "".join(
        f"""<div class="news_row"><div class="news_title"><a href="..{path}" title="{title}">{title[:16]}…</a></div>
<div class="news_time">{day}</div></div>"""
        for path, title, day in pages[number - 1]
    )
    calendar = "".join(
        f"""<td><a href="javascript:__doPostBack('Calendar1','{9670 + day}')">{day}</a></td>""" for day in range(1, 8)
    )
    return f"""<!DOCTYPE html><html><head><title>警事要闻</title></head><body>
<form name="aspnetForm" method="post" action="morelist.aspx?moduleid=10054">
<input type="hidden" name="__VIEWSTATE" value="/wEPDwUKMTU5MTA2ODYwOWRk">
<div class="nav"><a href="/Default.aspx">首页</a><a href="/Category_115/Index.aspx">警务公开</a>
<a href="javascript:__doPostBack('ctl00$btnSearch','')">搜索</a></div>
<div class="news_list">{lines}</div>
<div id="AspNetPager1">{_pager(number, len(pages), len(releases), posts_back)}</div>
<table id="Calendar1"><tr>{calendar}</tr></table></form></body></html>"""


def site() -> dict[str, str]:
    """Every list page by its path and query."""
    return {path(number): page(number) for number in range(1, len(parts(RELEASES, SIZE)) + 1)}


def _pager(number: int, pages: int, total: int, posts_back: bool) -> str:
    def link(to: int, text: str) -> str:
        address = f"javascript:__doPostBack('AspNetPager1','{to}')" if posts_back else path(to).replace("&", "&amp;")
        return f'<a href="{address}">{text}</a>'

    numbers = "".join(
        f'<span style="font-weight:Bold;color:red;">{n}</span>' if n == number else link(n, str(n))
        for n in range(1, pages + 1)
    )
    disabled = '<a disabled="disabled">{}</a>'.format
    following = link(number + 1, "下页") if number < pages else disabled("下页")
    last = link(pages, "末页") if number < pages else disabled("末页")
    count = f"共{total}条记录" if posts_back else f"共{total}条记录 第{number}/{pages}页"
    return f"{count} {disabled('首页')}{numbers}{following}{last}"


def department(_home: str) -> SampleSite:
    """The column's site, its pager by addresses."""
    return of_one_list(
        site(),
        RELEASES,
        slug="aspx",
        name="岚谷州公安局",
        english="Langu Prefectural Public Security Bureau",
        cms="aspx",
        column="警事要闻",
        template="aspx",
        stated_total=len(RELEASES),
    )
