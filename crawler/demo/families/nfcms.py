"""List pages as NFCMS writes them, and answers of its disclosure pages' API, with their traps."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from crawler.demo.answers import text
from crawler.demo.articles import articles
from crawler.demo.invented import HOST, Release, parts, releases
from crawler.demo.sample_site import SampleSite

COLUMN = "/jwzx/jwyw"
RELEASES = releases(lambda number, _: f"{COLUMN}/content/post_{4281000 + number}.html")
API = "/gkmlpt/api/all/5"
API_RELEASES = releases(lambda number, _: f"/gkmlpt/content/4/42/post_{number}.html", 250)
SIZE, API_SIZE = 3, 100


def path(number: int) -> str:
    """Where a list page stands, counted from 1."""
    return f"{COLUMN}/{'index' if number == 1 else f'index_{number}'}.html"


def page(number: int, releases: Sequence[Release] = RELEASES, *, by_script: bool = False) -> str:
    """One list page: pictures link beside the titles, the pager by links or, without a word, by script."""
    pages = parts(releases, SIZE)
    lines = "".join(
        f"""<li><a href="{HOST}{path}" target="_blank"><img src="/img/{day:%Y%m%d}.jpg"></a>
<a href="{HOST}{path}" target="_blank" title="{title}">{title}</a><span class="time">{day}</span></li>"""
        for path, title, day in pages[number - 1]
    )
    link = 'href="javascript:;" onclick="turn(1)"' if by_script else f'href="{HOST}{path(number + 1)}"'
    following = f'<a class="next" {link}>下一页</a>' if number < len(pages) else ""
    return f"""<html><head><meta name="SiteName" content="岚东省公安厅"></head><body>
<div class="nav"><a href="/index.html">首页</a><a href="/jwzx/index.html">警务资讯</a></div>
<div class="main"><ul class="list">{lines}</ul></div>
<div class="page"><a class="first" href="{HOST}{path(1)}">首页</a>
{following}<span>共{len(pages)}页</span>
<span>共{len(releases)}条</span></div><div class="hot"><h3>热点</h3>
<ul><li><a href="/jmhd/xwfb/content/post_1.html">访谈预告</a></li></ul></div></body></html>"""


def api_path(number: int) -> str:
    """Where the API answers with that page."""
    return f"{API}?page={number}&sid=20"


def api_answer(number: int, releases: Sequence[Release] = API_RELEASES) -> str:
    """The JSON of that page; page 0 is page 1 once more."""
    articles = [_article(release) for release in parts(releases, API_SIZE)[max(0, number - 1)]]
    return json.dumps({"total": len(releases), "articles": articles, "classify": None}, ensure_ascii=False)


def site() -> dict[str, str]:
    """Every list page and answer by its path."""
    pages = {path(number): page(number) for number in range(1, len(parts(RELEASES, SIZE)) + 1)}
    return pages | {api_path(number): api_answer(number) for number in range(4)[: len(parts(API_RELEASES, 100)) + 1]}


def _article(release: Release) -> dict[str, Any]:
    path, title, day = release
    time = dt.datetime.combine(day, dt.time(0, 30), ZoneInfo("Asia/Shanghai"))
    written = int((time - dt.timedelta(days=30)).timestamp())
    return {
        "id": int(path.rpartition("_")[2].removesuffix(".html")),
        "title": f"<p>{title}</p>",
        "publisher": "岚东省公安厅",
        "date": written,
        "create_time": written,
        "first_publish_time": int(time.timestamp()),
        "display_publish_time": int(time.timestamp()),
        "url": HOST + path,
        "post_url": "",
        "abstract": '<base href="https://else.example/"><a href="post_0.html">略</a>',
    }


def department(home: str) -> SampleSite:
    """The column's site, and its disclosure pages' list, which the API gives: some of the column's releases again."""
    lists = {address: page.replace(HOST, home) for address, page in site().items() if address.startswith(COLUMN)}
    again = json.dumps({"total": 3, "articles": [_article(one) for one in RELEASES[:3]]}, ensure_ascii=False)
    return SampleSite(
        slug="nfcms",
        name="岚东省公安厅",
        english="Landong Provincial Public Security Department",
        cms="nfcms",
        listings={"警务要闻": path(1), "信息公开": api_path(1)},
        answers={
            **{address: text(page) for address, page in lists.items()},
            api_path(1): text(again.replace(HOST, home), "application/json; charset=utf-8"),
            **articles("nfcms", RELEASES),
        },
        releases=tuple(RELEASES),
        stated_total=len(RELEASES) + 3,
    )
