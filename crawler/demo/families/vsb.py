"""List pages as VSB writes them, with its traps: files that count down, relative addresses, older pagers."""

from __future__ import annotations

from collections.abc import Sequence

from crawler.demo.families.one_list import of_one_list
from crawler.demo.invented import Release, parts, releases
from crawler.demo.sample_site import SampleSite

COLUMN = "/jwdt/xstz"
RELEASES = releases(lambda number, _: f"/info/1016/{10900 + number}.htm")
SIZE = 3


def path(number: int, releases: Sequence[Release] = RELEASES) -> str:
    """Where a list page stands, counted from 1: page 1 beside the folder of the others, which count down to 1."""
    total = len(parts(releases, SIZE))
    return f"{COLUMN}.htm" if number == 1 else f"{COLUMN}/{total - number + 1}.htm"


def page(number: int, releases: Sequence[Release] = RELEASES, *, older: bool = False) -> str:
    """One list page, with a pager of today or an older one, and another column's teasers beside it."""
    up = "../" if number == 1 else "../../"
    lines = "".join(
        f"""<li id="line_u8_{place}"><a href="{up}{path[1:]}" target="_blank" title="{title}" class="title tt1">
{title[:12]}...</a><p class="date">{day}</p></li>"""
        for place, (path, title, day) in enumerate(parts(releases, SIZE)[number - 1])
    )
    pager = _older_pager(number, releases) if older else _pager(number, releases)
    return f"""<HTML><HEAD><META Name="SiteName" Content="岚北州公安局">
<META Name="ColumnName" Content="警务动态"></HEAD>
<BODY><div class="nav"><a href="{up}index.htm">首页</a> <a href="{up}jwdt/xstz.htm">警务动态</a></div>
<div class="list"><ul>{lines}</ul>{pager}</div>
<div class="side"><h3>图片新闻</h3><ul><li><a href="{up}info/1017/9001.htm">警营开放日掠影（组图）</a></li>
<li><a href="{up}info/1017/9000.htm">民警在高海拔地区执勤（组图）</a></li></ul></div>
<script>_showDynClickBatch(['dynclicks_u8_10908'],[10908],"wbnews", 1632666717)</script></BODY></HTML>"""


def site() -> dict[str, str]:
    """Every list page by its path."""
    return {path(number): page(number) for number in range(1, len(parts(RELEASES, SIZE)) + 1)}


def _pager(number: int, releases: Sequence[Release]) -> str:
    total = len(parts(releases, SIZE))
    links = "".join(
        f'<span class="p_no_d">{n}</span>'
        if n == number
        else f'<span class="p_no"><a href="{_to(number, n, releases)}">{n}</a></span>'
        for n in range(1, total + 1)
    )
    following = (
        f'<span class="p_next p_fun"><a href="{_to(number, number + 1, releases)}">下页</a></span>'
        if number < total
        else '<span class="p_next_d p_fun_d">下页</span>'
    )
    return f"""<div class="pb_sys_common pb_sys_normal pb_sys_style1"><span class="p_t">共{len(releases)}条</span>
<span class="p_pages">{links}{following}</span> <span class="p_t">{number}/{total}</span></div>"""


def _older_pager(number: int, releases: Sequence[Release]) -> str:
    total = len(parts(releases, SIZE))
    following = f'<a href="{_to(number, number + 1, releases)}" class="Next">下页</a>' if number < total else "下页"
    return f"""<table><tr><td id="fanye3942">共{len(releases)}条&nbsp;&nbsp;{number}/{total}&nbsp;</td>
<td><div>首页 上页 {following} 尾页</div></td></tr></table>"""


def _to(here: int, number: int, releases: Sequence[Release]) -> str:
    """The relative address of a list page on another one."""
    name = path(number, releases).removeprefix("/jwdt/")
    return name if here == 1 else "../" + name


def department(_home: str) -> SampleSite:
    """The column's site."""
    return of_one_list(
        site(),
        RELEASES,
        slug="vsb",
        name="岚北州公安局",
        english="Lanbei Prefectural Public Security Bureau",
        cms="vsb",
        column="警务动态",
        template="vsb",
        stated_total=len(RELEASES),
    )
