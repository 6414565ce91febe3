"""List pages of a site that no family fits, which a site file reads by its CSS selectors."""

from __future__ import annotations

from crawler.demo.families.one_list import of_one_list
from crawler.demo.invented import parts, releases
from crawler.demo.sample_site import SampleSite

RELEASES = releases(lambda number, _: f"/show/{3000 + number}.html", 11)
SIZE = 4


def path(number: int) -> str:
    """Where a list page stands, counted from 1."""
    return f"/news/p{number}/"


def page(number: int) -> str:
    """One list page: boxes of a picture, a title, a teaser and a day, links of topics alike, a pager of two arrows."""
    pages = parts(RELEASES, SIZE)
    boxes = "".join(
        f"""<div class="box"><a class="pic" href="{path}"><img src="/img/{path[6:10]}.jpg" alt=""></a>
<h3><a href="{path}">{title}</a></h3><p>记者从会上获悉，有关工作正在推进，详情请看全文。</p>
<em>{day:%Y.%m.%d}</em></div>"""
        for path, title, day in pages[number - 1]
    )
    back = f'<a class="arrow" href="{path(number - 1)}"><i class="left"></i></a>' if number > 1 else ""
    on = f'<a class="arrow on" href="{path(number + 1)}" title="下一页"><i class="right"></i></a>'
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>要闻</title></head><body>
<div class="nav"><a href="/">首页</a><a href="/news/p1/">要闻</a><a href="javascript:void(0)">专题</a></div>
<div class="topics"><h3><a href="/topic/1.html">夏季治安打击整治行动</a></h3>
<h3><a href="/topic/2.html">全民反诈在行动专题页面</a></h3></div>
<div class="boxes">{boxes}</div>
<div class="arrows">{back}{on if number < len(pages) else ""}</div></body></html>"""


def department(_home: str) -> SampleSite:
    """The site, with the selectors that a person wrote for it; it states no total."""
    return of_one_list(
        {path(number): page(number) for number in range(1, len(parts(RELEASES, SIZE)) + 1)},
        RELEASES,
        slug="html",
        name="临溪市公安局",
        english="Linxi Municipal Public Security Bureau",
        cms="html",
        column="要闻",
        template="plain",
        selectors={"entry": ".boxes > .box", "link": "h3 a", "date": "em", "next": "a.on"},
    )
