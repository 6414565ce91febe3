"""List pages as UCAP writes them, with its traps: the common form, one within a comment, the ministry's old one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from crawler.demo.families.one_list import of_one_list
from crawler.demo.invented import Release, hex_name, parts, releases
from crawler.demo.sample_site import SampleSite

COLUMN = "/gat/jwyw"
RELEASES = releases(lambda number, day: f"{COLUMN}/{day:%Y%m}/{hex_name(number)}.shtml")
PINNED = Release(f"{COLUMN}/202301/{hex_name(0)}.shtml", "岚西公安机关“一号通告”长期有效", dt.date(2023, 1, 10))
MINISTRY = "/n2254098/n4904352"
MINISTRY_RELEASES = releases(lambda number, _: f"{MINISTRY}/c{9947000 + number}/content.html")
UNIT = 5097045
SIZE = 3
_NUMBERS = range(1, len(parts(RELEASES, SIZE)) + 1)

_HEAD = """<!DOCTYPE html><html><head>
<meta name="SiteName" content="岚西省公安厅"><meta name="ColumnName" content="警务要闻">
<meta name="others" content="页面生成时间 2026-07-03 15:09:57"></head><body>
<div class="nav"><ul><li><a href="/gat/index.shtml">首页</a></li>
<li><a href="/gat/jwyw/common_list.shtml">警务要闻</a></li>
<li><a href="/gat/tzgg/common_list.shtml">通知公告</a></li></ul></div>
"""
_FOOT = """<div class="foot"><a href="https://zfwzgl.example/check.shtml">网站找错</a> 岚西省公安厅主办</div>
</body></html>"""
_WITHDRAWN = f"""<!-- <li><a href="{COLUMN}/202606/{hex_name(999)}.shtml">岚西公安已撤回的一条消息</a>
<span>2026年06月30日</span></li> -->"""
_PLACEHOLDER = '<li style="display:none"><a href="{{pcUrl}}">{{title}}</a><span>{{pubDate}}</span></li>'


def path(number: int) -> str:
    """Where a list page stands, counted from 1."""
    return f"{COLUMN}/common_list{'' if number == 1 else f'_{number}'}.shtml"


def page(number: int, releases: Sequence[Release] = RELEASES, *, pinned: Sequence[Release] = (PINNED,)) -> str:
    """One list page: a pinned release on top of each, a line taken back by a comment, a template's placeholder."""
    lines = "\n".join(map(_line, (*pinned, *parts(releases, SIZE)[number - 1])))
    return f"""{_HEAD}<div class="right_list"><ul class="list">{_WITHDRAWN}
{lines}
{_PLACEHOLDER}</ul></div>
<div class="page"><div id="page_div"></div></div>{_pager(number, releases)}{_FOOT}"""


def hidden_page(number: int, releases: Sequence[Release] = RELEASES) -> str:
    """The same list with all of its lines and its pager within one comment, for a script to fill in the browser."""
    lines = "\n".join(map(_line, parts(releases, SIZE)[number - 1]))
    return f"""{_HEAD}<ul class="list"><!--
{lines}
{_pager(number, releases)}--></ul><div class="page"><div id="page_div"></div></div>{_FOOT}"""


def ministry_path(number: int, releases: Sequence[Release] = MINISTRY_RELEASES) -> str:
    """Where the ministry's list pages stand: the first one is the index, then they count down to 1."""
    total = len(parts(releases, SIZE))
    return f"{MINISTRY}/index.html" if number == 1 else f"{MINISTRY}/index_{UNIT}_{total - number + 1}.html"


def ministry_page(number: int, releases: Sequence[Release] = MINISTRY_RELEASES) -> str:
    """One of them: a whole page first, then bare fragments."""
    pages = parts(releases, SIZE)
    lines = "".join(
        f'<dd><a href="../..{path}" target="_blank">{title}</a><span>( {day})</span></dd>'
        for path, title, day in pages[number - 1]
    )
    if number > 1:
        return f"<dl>{lines}</dl>"
    return f"""<html><body><div class="logo"><a href="/index.html">公安部</a></div>
<div id="comp_{UNIT}"><dl>{lines}</dl></div>
<div id="pag_{UNIT}"><script>var maxPageNum = {len(pages)};
document.cookie = "maxPageNum{UNIT}=" + maxPageNum;</script>
<a href="javascript:void(0)" onclick="goNext({UNIT})">下一页</a></div></body></html>"""


def site() -> dict[str, str]:
    """Every list page by its path."""
    common = {path(number): page(number) for number in _NUMBERS}
    return common | {ministry_path(number): ministry_page(number) for number in _NUMBERS}


def _line(release: Release) -> str:
    path, title, day = release
    return f"""<li><a target="_blank" href="{path}" title="{title}">{title[:14]}...</a>
<span>{day:%Y年%m月%d日}</span></li>"""


def _pager(number: int, releases: Sequence[Release]) -> str:
    call = f"'page_div',{len(parts(releases, SIZE))}, {number},'common_list','shtml',{len(releases)}"
    return f"""<script type="text/javascript" src="/gat/xhtml/js/page.js"></script>
<script>createPageHTML({call});</script>"""


def department(_home: str) -> SampleSite:
    """The common form; its totals leave the pinned release out."""
    return of_one_list(
        {path(number): page(number) for number in _NUMBERS},
        [*RELEASES, PINNED],
        slug="ucap",
        name="岚西省公安厅",
        english="Lanxi Provincial Public Security Department",
        cms="ucap",
        column="警务要闻",
        template="ucap",
        stated_total=len(RELEASES),
    )


def hidden(_home: str) -> SampleSite:
    """The same with all lines of its lists, and their pager, within comments."""
    return of_one_list(
        {path(number): hidden_page(number) for number in _NUMBERS},
        RELEASES,
        slug="hidden",
        name="岚中省公安厅",
        english="Lanzhong Provincial Public Security Department",
        cms="ucap",
        column="警务要闻",
        template="ucap",
        stated_total=len(RELEASES),
    )


def ministry(_home: str) -> SampleSite:
    """The ministry's old form, whose list pages count down and state no total."""
    return of_one_list(
        {ministry_path(number): ministry_page(number) for number in _NUMBERS},
        MINISTRY_RELEASES,
        slug="ministry",
        name="岚国公安部",
        english="Ministry of Public Security of Lan",
        cms="ucap",
        column="警务要闻",
        template="ministry",
    )
