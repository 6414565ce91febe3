"""List pages of a site of no known family, a table whose pager leads on by script in words and by links in numbers."""

from __future__ import annotations

from crawler.demo.families.one_list import of_one_list
from crawler.demo.invented import parts, releases
from crawler.demo.sample_site import SampleSite

RELEASES = releases(lambda number, _: f"/info/iShow.jsp?site_id=QL01&id={52000 + number}", 13)
SIZE = 5


def path(number: int) -> str:
    """Where a list page stands, counted from 1."""
    return f"/info/iList.jsp?site_id=QL01&cat_id=2697&cur_page={number}"


def page(number: int) -> str:
    """One list page: rows of a table, between them empty ones for looks, and a total."""
    pages = parts(RELEASES, SIZE)
    rows = "".join(
        f"""<tr><td width="16">·</td><td><a href="{path.replace("&", "&amp;")}" title="{title}">{title[:16]}..</a></td>
<td>[{day}]</td></tr><tr><td colspan="3" height="1"></td></tr>"""
        for path, title, day in pages[number - 1]
    )
    numbers = " ".join(
        f"<b>{n}</b>" if n == number else f'<a href="{path(n).replace("&", "&amp;")}">{n}</a>'
        for n in range(1, len(pages) + 1)
    )
    return f"""<html><head><title>警务快讯</title></head><body><table class="menu"><tr><td><a href="/">首页</a></td>
<td><a href="/info/iList.jsp?site_id=QL01&amp;cat_id=2600">警务公开</a></td></tr></table>
<table class="list">{rows}</table>
<div>共{len(RELEASES)}条记录 {numbers} <a href="javascript:turn({number + 1})">下一页</a></div></body></html>"""


def department(_home: str) -> SampleSite:
    """The site, left to the general rule."""
    return of_one_list(
        {path(number): page(number) for number in range(1, len(parts(RELEASES, SIZE)) + 1)},
        RELEASES,
        slug="auto",
        name="南屏市公安局",
        english="Nanping Municipal Public Security Bureau",
        cms="auto",
        column="警务快讯",
        template="plain",
        stated_total=len(RELEASES),
    )
