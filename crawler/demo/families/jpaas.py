"""A column of an invented department in JPAAS's mark-up: the list page that a script fills, and the data address."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

from crawler.demo.answers import text
from crawler.demo.articles import articles
from crawler.demo.invented import Release, hex_name, releases
from crawler.demo.sample_site import SampleSite

LIST = "/jwdt/jwyw/index.html"
UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
PAGE_SIZE = 15
RELEASES = releases(lambda number, _: f"/jwdt/jwyw/art/2026/art_{hex_name(number)}.html", 37)

_PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>云泽市公安局 警务要闻</title></head><body>
<div class="header"><script src="/jpaas-web-server/script/AuthorizedRead/unitbuild.js"
 url="/api-gateway/jpaas-publish-server/front/page/build/unit"
 queryData="{'parseType':'buildstatic','webId':'31','tplSetId':'qKz7','pageType':'channel','tagId':'列表导航','pageId':'81'}">
</script></div>
<div class="hot"><ul>
<li><a href="/tzgg/art/2026/art_00000000000000000000000000000001.html">
关于调整出入境窗口时间的通告</a><span>2026-08-01</span></li>
<li><a href="/tzgg/art/2026/art_00000000000000000000000000000002.html">
关于征集线索的通告</a><span>2026-07-01</span></li>
</ul></div>
<div class="banner"><script src="/jpaas-web-server/script/AuthorizedRead/unitbuild.js"
 url="/api-gateway/jpaas-publish-server/front/page/build/unit"
 queryData="{'parseType':'bulidstatic','webId':'31','tplSetId':'qKz7','pageType':'column','tagId':'banner图','pageId':'82'}">
</script></div>
<div class="main"><script src="/jpaas-web-server/script/AuthorizedRead/unitbuild.js"
 url="/api-gateway/jpaas-publish-server/front/page/build/unit"
 queryData="{'parseType':'bulidstatic','webId':'31','tplSetId':'qKz7','pageType':'column','tagId':'当前栏目list',\
'editType':'null','pageId':'82'}"></script>%s</div>
<script src="/jpaas-web-server/script/other.js" url="/api-gateway/other"></script></body></html>"""


def unit(number: int, lines: Sequence[Release], size: int = PAGE_SIZE) -> str:
    """The HTML that fills the list: its lines, and the pager."""
    items = "".join(
        f'<li><a href="{path}" target="_blank" title="{title}">{title[:14]}…</a><span>{day}</span></li>'
        for path, title, day in lines[(number - 1) * size : number * size]
    )
    return (
        f'<div class="page-content"><ul class="list">{items}</ul></div>'
        f'<div class="pagination" rows="{size}" count="{len(lines)}" pageNo="{number}">'
        '<a href="javascript:void(0)">上一页</a><a href="javascript:;">2</a><a href="javascript:;">下一页</a></div>'
    )


def data(number: int, lines: Sequence[Release], size: int = PAGE_SIZE) -> str:
    """The JSON of that page, from 1."""
    answered = {"code": "200", "success": True, "message": None, "data": {"html": unit(number, lines, size)}}
    return json.dumps(answered, ensure_ascii=False)


def list_page(filled: str = "") -> str:
    """The list page; `filled` where the server has put the list into it already."""
    return _PAGE % filled


def answer(target: str, lines: Sequence[Release]) -> str:
    """What the site answers to a path with its query; a `pageNo` outside `paramJson` is ignored."""
    parts = urlsplit(target)
    if parts.path != UNIT:
        return list_page()
    asked = parse_qs(parts.query)
    if asked.get("tagId") != ["当前栏目list"] or asked.get("pageId") != ["82"]:
        return json.dumps({"success": True, "data": {"html": "<img src='/picture/banner.jpg'>"}})
    window = json.loads(asked.get("paramJson", ["{}"])[0])
    return data(window.get("pageNo", 1), lines, window.get("pageSize", PAGE_SIZE))


def page(number: int, lines: Sequence[Release] = RELEASES) -> str:
    """The list page as 0, then the answers of its data address, from 1."""
    return data(number, lines) if number else list_page()


def department(_home: str) -> SampleSite:
    """The column's site; what the data address answers hangs on its query."""
    return SampleSite(
        slug="jpaas",
        name="云泽市公安局",
        english="Yunze Municipal Public Security Bureau",
        cms="jpaas",
        listings={"警务要闻": LIST},
        answers={
            LIST: text(list_page()),
            UNIT: lambda asked: text(answer(f"{UNIT}?{asked}", RELEASES), "application/json; charset=utf-8"),
            **articles("jpaas", RELEASES),
        },
        releases=tuple(RELEASES),
        stated_total=len(RELEASES),
    )
