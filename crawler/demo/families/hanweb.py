"""A column of an invented department in Hanweb's mark-up: its list page, and its proxy's answers."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

from crawler.demo.answers import text
from crawler.demo.articles import articles
from crawler.demo.invented import Release, releases
from crawler.demo.sample_site import SampleSite

LIST = "/col/col6372/index.html"
PROXY = "/module/web/jpage/dataproxy.jsp"
PER_PAGE, INLINED = 5, 15
EMPTY = "<datastore><recordset></recordset></datastore>"
RELEASES = releases(lambda number, day: f"/art/{day.year}/{day.month}/{day.day}/art_6372_{118000 + number}.html", 38)
TEASER = Release("/art/2026/1/5/art_6380_99.html", "云川市公安局关于假期出行的温馨提示", dt.date(2026, 1, 5))

_PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>云川市公安局 警务动态</title>
<meta name="ColumnName" content="警务动态"><script src="/script/jquery.jpage.js"></script></head><body>
<ul class="nav"><li><a href="/index.html">首页</a></li><li><a href="/col/col6370/index.html">警务公开</a></li>
<li><a href="/col/col6372/index.html">警务动态</a></li></ul>
<div class="side"><div id="59001"></div>
<script type="text/xml"><datastore>
<nextgroup><![CDATA[<a href="%(proxy)s?page=1&appid=1&webid=7&path=/&columnid=6380&unitid=59001"></a>]]></nextgroup>
<recordset>%(teasers)s</recordset></datastore></script>
<script>$(function(){$('#59001').jpage({themeName:'default',totalRecord:90,dataStore:null,proxyUrl:'%(proxy)s',perPage:20,
ajaxParam:{col:1,appid:'1',webid:7,path:'/',columnid:6380,unitid:'59001',webname:'云川市公安局',permissiontype:0}});});
</script></div>
<div class="list"><div id="59425"></div>
<script type="text/xml"><datastore>
<nextgroup><![CDATA[
<a href="%(proxy)s?page=1&appid=1&appid=1&webid=7&path=/&columnid=6372&unitid=59425\
&webname=%%25E9%%259D%%2592&permissiontype=0"></a>
]]></nextgroup>
<recordset>%(records)s</recordset></datastore></script>
<script>$(function(){$('#59425').jpage({themeName:'default',showMode:'full',totalRecord:%(total)d,openCookies:false,
dataBefore:'<ul>',dataAfter:'</ul>',groupSize:3,proxyUrl:'%(proxy)s',perPage:5,barPosition:'bottom',
ajaxParam:{col:1,appid:'1',webid:7,path:'/',columnid:6372,sourceContentType:1,unitid:'59425',webname:'云川市公安局',
permissiontype:0}});});</script>
<div class="pager"><a href="index.html?uid=59425&pageNum=1">1</a> <a href="index.html?uid=59425&pageNum=2">2</a>
<a href="index.html?uid=59425&pageNum=2">下一页</a></div></div>
<div class="foot"><a href="https://www.mps.gov.example/">公安部</a> 技术支持：大汉网络</div></body></html>"""


def record(line: Release, number: int) -> str:
    """One record; in turn plain, with a picture's link and that of its column before the title's, as entities, bare."""
    path, title, day = line
    cut = f"{title[:12]}..."
    item = f'<li><a target="_blank" href="{path}" title="{title}">{cut}</a><b readlabel="{day}">{day}</b></li>'
    if number % 4 == 1:
        item = (
            f'<li><a href="{path}"><img src="/picture/0/s{number}.jpg" alt=""></a><a href="/col/col6372/index.html">'
            f'[动态]</a><a href="/col/col6370/index.html">[公开]</a><a href="{path}" title="{title}">{cut}</a>'
            f"<span>[{day}]</span></li>"
        )
    if number % 4 == 2:
        return f"<record>{html.escape(item)}</record>"
    return f"<record>{item}</record>" if number % 4 == 3 else f"<record><![CDATA[\n{item}]]></record>"


def records(lines: Sequence[Release], start: int, end: int) -> str:
    """The records of some lines."""
    return "\n".join(record(line, number) for number, line in enumerate(lines[start:end], start))


def list_page(lines: Sequence[Release], inlined: int = INLINED) -> str:
    """The list page with so many records in it, and another column's teaser before them."""
    teasers = records([TEASER], 0, 1)
    return _PAGE % {
        "proxy": PROXY,
        "records": records(lines, 0, inlined),
        "teasers": teasers,
        "total": len(lines),
    }


def group(number: int, lines: Sequence[Release], size: int) -> str:
    """The proxy's answer to a page of so many records; an empty set beyond the last."""
    start = (number - 1) * size
    if start >= len(lines):
        return EMPTY
    return (
        f"<datastore><totalrecord>{len(lines)}</totalrecord><totalpage>{-(-len(lines) // size)}</totalpage>"
        f'<nextgroup><![CDATA[<a href="./dataproxy.jsp?page={number + 1}&path=/&columnid=6372&unitid=59425"></a>]]>'
        f"</nextgroup><recordset>{records(lines, start, start + size)}</recordset></datastore>"
    )


def answer(target: str, lines: Sequence[Release], *, group_size: int | None = None) -> str:
    """What the site answers to a path with its query; `group_size` is that of a proxy that ignores `perpage`."""
    parts = urlsplit(target)
    if parts.path != PROXY:  # pageNum is for the browser's script
        return list_page(lines)
    asked = parse_qs(parts.query)
    if asked.get("columnid") != ["6372"] or asked.get("unitid") != ["59425"] or asked.get("webid") != ["7"]:
        return EMPTY
    return group(int(asked["page"][0]), lines, group_size or int(asked.get("perpage", [str(PER_PAGE)])[0]))


def page(number: int, lines: Sequence[Release] = RELEASES) -> str:
    """The list page, then the proxy's answers that follow on what is inlined in it."""
    return list_page(lines) if number == 1 else group(number, lines, INLINED)


def department(_home: str) -> SampleSite:
    """The column's site; what the proxy answers hangs on its query."""
    return SampleSite(
        slug="hanweb",
        name="云川市公安局",
        english="Yunchuan Municipal Public Security Bureau",
        cms="hanweb",
        listings={"警务动态": LIST},
        answers={
            LIST: text(list_page(RELEASES)),
            PROXY: lambda asked: text(answer(f"{PROXY}?{asked}", RELEASES), "text/xml; charset=utf-8"),
            **articles("hanweb", [*RELEASES, TEASER]),
        },
        releases=tuple(RELEASES),
        stated_total=len(RELEASES),
    )
