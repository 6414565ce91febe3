"""A column of an invented department in the mark-up of Jiangxi's platform: the template page, and its `/queryList`."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from urllib.parse import parse_qs

from crawler.demo.answers import text
from crawler.demo.articles import articles
from crawler.demo.invented import Release, hex_name, releases
from crawler.demo.sample_site import SampleSite

LIST = "/qlsgat/col42150/index.html"
DATA = "/queryList"
PAGE_SIZE = 15
RELEASES = releases(lambda number, day: f"/qlsgat/jwdt/{day:%Y%m}/{hex_name(number)}.html", 40)

_PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><meta name="ColumnName" content="警务动态"><meta name="ColumnType" content="">
<meta name="HtmlGenerateTime" content="2026-07-31 08:00:03"></head><body>
<ul class="nav"><li><a href="/qlsgat/index.html">首页</a></li><li><a href="{{menuUrl}}">{{menuName}}</a></li></ul>
<div id="380011"></div><script id="div380011" type="text/x-handlebars-template">
<ul>{{#each data}}<li><a href="{{pcUrl}}">{{title}}</a></li>{{/each}}</ul></script>
<script>var params={current:1,unitid:'380011',webSiteCode:['qlsgat'],channelCode:['col42001'],perPage:'6'};
loadPageData(params,'380011');</script>
<div id="380055"></div><script id="div380055" type="text/x-handlebars-template">
<ul class="list">{{#each data}}<li><a href="{{pcUrl}}" title="{{showTitle}}">{{title}}</a>
<span>{{formatDate pubDate 'YYYY'}}-{{formatDate pubDate 'MM-DD'}}</span></li>{{/each}}</ul></script>
<script type="text/javascript">
var params={current:1, unitid:'380055', webSiteCode:['qlsgat'], channelCode:['col42150'], dataBefore:'', dataAfter:'',
perPage:'15', notReturnContent:'false', showMode:'normal', groupSize:'1', barPosition:'bottom', titleMax:'34',
templateContainerId:'div380055', themeName:'lucidity', pageSize:'15'};
loadPageData(params,'380055');</script>
<div class="foot"><a href="javascript:void(0)">返回顶部</a></div></body></html>"""


def published(day: dt.date, number: int) -> object:
    """A day in one of the platform's three ways; in milliseconds half an hour after Shanghai's midnight."""
    if number % 3 == 0:
        moment = dt.datetime.fromisoformat(f"{day}T00:30:00+08:00")
        return int(moment.timestamp() * 1000)
    return f"{day} 09:30:05" if number % 3 == 1 else str(day)


def result(line: Release, number: int) -> dict[str, object]:
    """One line of the answer: the title shown is cut short and coloured, further JSON stands within strings."""
    path, title, day = line
    source = {
        "title": title,
        "showTitle": f"<font color='red'>{title[:8]}</font>…",
        "pubDate": published(day, number),
        "metadata": json.dumps({"author": "白鹭市公安局"}, ensure_ascii=False),
        "content": {"content": '<p>详见<a href="/qlsgat/other.html">链接</a></p>'},
        "images": "[]",
        "urls": json.dumps({"pc": path, "mobile": f"/m{path}"}),
    }
    return {"id": str(number), "source": source}


def data(number: int, lines: Sequence[Release], size: int = PAGE_SIZE) -> str:
    """The answer does not say which page it is."""
    start = (number - 1) * size
    results = [result(line, at) for at, line in enumerate(lines[start : start + size], start)]
    return json.dumps({"code": 200, "msg": "ok", "data": {"total": len(lines), "results": results}}, ensure_ascii=False)


def answer(target: str, lines: Sequence[Release], form: str = "") -> str:
    """What the site answers to a path, and to the form of a POST; other columns are empty."""
    if target != DATA:
        return _PAGE
    asked = parse_qs(form)
    if asked.get("webSiteCode[]") != ["qlsgat"] or asked.get("channelCode[]") != ["col42150"]:
        return json.dumps({"code": 200, "data": {"total": 0, "results": []}})
    return data(int(asked["current"][0]), lines, int(asked["pageSize"][0]))


def page(number: int, lines: Sequence[Release] = RELEASES) -> str:
    """The template page as 0, then the answers of `/queryList`, from 1."""
    return data(number, lines) if number else _PAGE


def department(_home: str) -> SampleSite:
    """The column's site; `/queryList` is asked for by POST."""
    return SampleSite(
        slug="jiangxi",
        name="白鹭市公安局",
        english="Bailu Municipal Public Security Bureau",
        cms="jiangxi",
        listings={"警务动态": LIST},
        answers={
            LIST: text(page(0)),
            DATA: lambda asked: text(answer(DATA, RELEASES, asked), "application/json; charset=utf-8"),
            **articles("jiangxi", RELEASES),
        },
        releases=tuple(RELEASES),
        stated_total=len(RELEASES),
    )
