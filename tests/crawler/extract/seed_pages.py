"""The seed release on reposting sites of many makes: the same content in templates that vary in every part."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

EXPECTED = json.loads(
    (Path(__file__).parents[2] / "pages" / "seed-beside@2023-06-12" / "expected.json").read_text("utf-8")
)["article"]
TITLE: str = EXPECTED["title"]
BODY: list[str] = EXPECTED["body"].split("\n")
URL = "http://kuaixun.example.com/redian/2023/0611/84213.html"

TEASERS = (
    (
        "2023羰基镍行业发展现状前景分析 天天新要闻",
        "羰基镍行业发展现状、前景如何?羰基镍(化学物质)一般指四羰化镍,是一种化合物,化",
    ),
    (
        "五次延期回复问询函后选择部分问题作答",
        "在延期回复多达五次后,6月7日,公司终于披露了对《关于公司年度报告及公司股票申请撤销其他风险警",
    ),
    (
        "无畏契约国服与国际服的区别一览[多图]",
        "无畏契约国服与国际服的区别是什么?本作的国服与国际服之间区别还是很大的,比如取消了敌人的红色高亮颜色",
    ),
    (
        "环球微动态丨某某科技06月07日大涨",
        "06月07日,股价大涨。截至今日收盘,上涨8 57%,收盘价为49 29元,收盘价创历史新高。浙江",
    ),
    (
        "“AI+教育” 不能只挖掘工具价值",
        "近日,教育部等十八部门联合印发《关于加强新时代中小学科学教育工作的意见》(以下简称“《意见》”)...",
    ),
)
NAMES = (
    {"main": "main", "left": "left", "art": "article", "con": "content", "rec": "tuijian", "side": "right"},
    {"main": "w1200 clearfix", "left": "bl-l", "art": "box-a", "con": "txt", "rec": "jctj", "side": "bl-r"},
    {"main": "a1", "left": "a2", "art": "a3", "con": "a4", "rec": "a5", "side": "a6"},
    {"main": "wrap", "left": "g-main", "art": "m-post", "con": "post_body", "rec": "related", "side": "sidebar"},
    {"main": "area", "left": "lt", "art": "cont_lt", "con": "article_con", "rec": "list05", "side": "rt"},
)
CLOSES = (
    "<button>X 关闭</button>",
    '<a href="javascript:;" onclick="hide()">X 关闭</a>',
    '<div class="gb">X 关闭</div>',
    "X 关闭",
    "<span>×关闭</span>",
    '<div class="close"><i>X</i> 关闭</div>',
    "<p>【关闭】</p>",
)


@dataclass(frozen=True)
class Template:
    names: int = 0
    body: str = "p"  # p div br section span
    closing: str = "p"  # p div br one-line
    colon: str = ":"
    items: str = "li"  # li div dl p h3
    close: int = 0
    tags: str = "标签:"
    place: str = "beside"  # beside, inside, same: recommended items beside the body's element, in it, or in its text
    article: bool = False
    side_first: bool = False
    picture: str = "p"  # p figure div caption-first
    h: str = "h1"
    label: str = "时间"
    line: str = "plain"  # plain spans list more: how the byline line is made
    shelf: str = "h3"  # h3 boxed more text: how the heading of the recommended items is made
    sentences: bool = False  # teasers that end as sentences do
    pictures: bool = False  # recommended items with thumbnails
    frame: str = "div"  # div table form: what holds the whole page
    outside: bool = False  # the picture stands above the text's element


def page(t: Template) -> str:
    n, close = NAMES[t.names % len(NAMES)], CLOSES[t.close % len(CLOSES)]
    side = (
        f'<div class="{n["side"]}">{close}<h3>新闻快讯</h3><ul>'
        + "".join(f'<li><a href="/kx/{i}.html">{title}</a></li>' for i, (title, _) in enumerate(TEASERS))
        + f"</ul>{close}</div>"
    )
    text = ("" if t.outside else picture(t)) + paragraphs(t) + closing(t)
    shelf = f"{tags(t)}{recommended(t, n['rec'])}"
    if t.place == "same":
        inner = f'<div class="{n["con"]}">{text}{shelf}{close}</div>'
    elif t.place == "inside":
        inner = f'<div class="{n["con"]}"><div>{text}</div>{shelf}{close}</div>'
    else:
        inner = f'<div class="{n["con"]}">{text}</div>{shelf}'
    wrap = "article" if t.article else "div"
    left = (
        f'<div class="{n["left"]}"><div class="pos">您的位置:<a href="/">首页</a> &gt; <a href="/redian/">热点</a>'
        f' &gt; 正文</div><{wrap} class="{n["art"]}"><{t.h}>{TITLE}</{t.h}>{byline(t)}'
        f"{picture(t) if t.outside else ''}{inner}</{wrap}></div>"
    )
    main = side + left if t.side_first else left + side
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{TITLE}_快讯网</title>
<meta name="keywords" content="兰州,马拉松"><meta name="description" content="{BODY[0][:60]}">
<script>var _hmt = _hmt || [];</script></head><body>
<div class="top"><a href="/">快讯网</a> <a href="/login">登录</a> <a href="/reg">注册</a></div>
<ul class="nav"><li><a href="/">首页</a></li><li><a href="/redian/">热点</a></li><li><a href="/caijing/">财经</a></li>
<li><a href="/keji/">科技</a></li></ul>
{framed(t, n["main"], main)}{close}
<div class="foot"><p><a href="/about">关于我们</a> | <a href="/lx">联系我们</a> | 广告服务</p>
<p>Copyright © 2015-2023 快讯网 版权所有 豫ICP备2020000000号-1 联系邮箱:000000@example.com</p></div>
{close}</body></html>"""


def framed(t: Template, name: str, main: str) -> str:
    if t.frame == "table":
        return f'<table class="{name}" width="1000"><tr><td></td><td valign="top">{main}</td></tr></table>'
    if t.frame == "form":
        return f'<form id="aspnetForm" action="./x.aspx" method="post"><div class="{name}">{main}</div></form>'
    return f'<div class="{name}">{main}</div>'


def byline(t: Template) -> str:
    c = t.colon
    at = f"{t.label}{c}2023-06-11 22:00:20"
    if t.line == "spans":
        return f'<div class="info"><span>{at}</span><span>来源{c}<a href="/">甘肃公安</a></span></div>'
    if t.line == "list":
        return f"<ul><li>{at}</li><li>来源{c} 甘肃公安</li><li>浏览次数{c}<b>12</b></li></ul>"
    if t.line == "more":
        return f"<p>{at} 来源{c} 甘肃公安 【字体：<a>大</a> <a>中</a> <a>小</a>】 <a>打印</a></p>"
    return f'<div class="info">{t.label}{c}2023-06-11 22:00:20 &nbsp; 来源{c} 甘肃公安</div>'


def picture(t: Template) -> str:
    image = '<img src="/uploads/2023/0611/a8f1.jpg" alt="">'
    if t.picture == "figure":
        return f"<figure>{image}<figcaption>(资料图片)</figcaption></figure>"
    if t.picture == "div":
        return f'<div style="text-align:center">{image}</div><div>(资料图片)</div>'
    if t.picture == "caption-first":
        return f"<p>(资料图片)</p><p>{image}</p>"
    if t.picture == "br":
        return f"{image}<br>(资料图片)<br>"
    return f'<p align="center">{image}</p><p align="center">(资料图片)</p>'


def paragraphs(t: Template) -> str:
    if t.body == "br":
        return "<br><br>\n".join(f"&emsp;&emsp;{line}" for line in BODY) + "<br>"
    if t.body == "section":
        return "".join(f"<section><p><span>{line}</span></p></section>" for line in BODY)
    if t.body == "span":
        return "".join(f"<p><span>{line[:9]}</span><span>{line[9:]}</span></p>" for line in BODY)
    return "".join(f"<{t.body}>　　{line}</{t.body}>" for line in BODY)


def closing(t: Template) -> str:
    lines = [f"发布{t.colon}甘肃省公安厅政治部宣传处", f"编辑{t.colon}欣然 佳佳"]
    if t.closing == "br":
        return "<br>" + "<br>".join(lines) + "<br>"
    if t.closing == "one-line":
        return f"<p>{lines[0]}　{lines[1]}</p>"
    return "".join(f"<{t.closing}>{line}</{t.closing}>" for line in lines)


def tags(t: Template) -> str:
    if not t.tags:
        return ""
    return f"<br>{t.tags}<br>" if t.place == "same" else f'<div class="tag">{t.tags}</div>'


def recommended(t: Template, name: str) -> str:
    end = "。" if t.sentences else ""
    thumb = '<img src="/thumb/{}.jpg" width="140" height="90">' if t.pictures else ""
    rows = [
        thumb.format(number) + _item(t.items, number, title, teaser + end)
        for number, (title, teaser) in enumerate(TEASERS)
    ]
    held = {"li": "<ul>{}</ul>", "dl": "<div>{}</div>"}.get(t.items, "{}").format("".join(rows))
    if t.place == "same":
        return f"精彩推送<br>{held}"
    heading = {
        "boxed": '<div class="hd"><span>精彩推送</span></div>',
        "more": '<div class="hd"><h2>精彩推送</h2><a href="/more/">更多&gt;&gt;</a></div>',
        "text": "<p><strong>精彩推送</strong></p>",
    }.get(t.shelf, "<h3>精彩推送</h3>")
    return f'<div class="{name}">{heading}{held}</div>'


def _item(kind: str, number: int, title: str, teaser: str) -> str:
    link, date = f'<a href="/p/{number}.html">{title}</a>', "来源:2023.06.08"
    if kind == "dl":
        return f"<dl><dt>{link}</dt><dd>{teaser}</dd><dd>{date}</dd></dl>"
    if kind == "p":
        return f"<p>{link}</p><p>{teaser}</p><p>{date}</p>"
    if kind == "h3":
        return f"<div><h3>{link}</h3><p>{teaser}</p><em>{date}</em></div>"
    if kind == "br":
        return f"{link}<br>{teaser}<br>{date}<br>"
    return f"<{kind}><b>{link}</b><p>{teaser}</p><span>{date}</span></{kind}>"
