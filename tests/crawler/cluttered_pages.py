"""One release's page in the manner of four makes of site, with everything around the text new at every visit."""

from __future__ import annotations

import datetime as dt
from random import Random

TITLE = "青岭省公安厅通报夏季治安打击整治行动第三周战果"
PUBLISHED = dt.datetime.fromisoformat("2026-07-09T16:20+08:00")
PARAGRAPHS = (
    "7月9日，记者从青岭省公安厅获悉，夏季治安打击整治行动开展以来，全省公安机关共破获各类刑事案件312起，抓获犯罪嫌疑人407名。",
    "行动中，各地公安机关坚持显性用警，在夜市、广场等重点部位设置执勤点86处，日均投入警力1.2万人次。",
    "青岭省公安厅有关负责人表示，将持续保持严打高压态势。群众如发现违法犯罪线索，请拨打110报警。",
)
PICTURE = "W020260709585912345678.jpg"
CAPTION = "图为民警在夜市开展巡逻防控。"

_PLACES = ("青岭市", "云泽市", "白鹭县", "松原区", "清河县", "石门镇", "南屏区", "东港市")
_OFFICES = ("公安局", "交警支队", "特巡警大队", "反诈中心", "出入境管理支队", "森林公安分局", "派出所", "刑侦大队")
_DEEDS = (
    *(
        "开展夜间集中清查行动",
        "破获一起电信网络诈骗案",
        "举办警营开放日活动",
        "为群众追回被骗资金",
        "查处酒驾醉驾违法行为",
    ),
    *("召开上半年新闻发布会", "走访辖区养老机构", "启动暑期安全宣传", "联合排查消防隐患", "组织实战化大练兵"),
)


def headline(chance: Random) -> str:
    """The title of some other release."""
    return f"{chance.choice(_PLACES)}{chance.choice(_OFFICES)}{chance.choice(_DEEDS)}"


def sentence(chance: Random) -> str:
    """A whole sentence that is not the release's own."""
    return (
        f"{chance.randint(1, 28)}日，{headline(chance)}，现场发放宣传资料{chance.randint(100, 999)}份，受到群众好评。"
    )


def day(chance: Random) -> str:
    return f"2026-07-{chance.randint(10, 28):02}"


def link(chance: Random, text: str) -> str:
    return f'<a href="/x/202607/t202607{chance.randint(10, 28)}_{chance.randint(1000, 9999)}.html">{text}</a>'


def items(chance: Random, few: int, many: int, dated: bool = True) -> str:
    """A list of other releases, of another length at every visit."""
    return "\n".join(
        f"<li>{link(chance, headline(chance))}{f'<span>{day(chance)}</span>' if dated else ''}</li>"
        for _ in range(chance.randint(few, many))
    )


def teasers(chance: Random, count: int, cut: str = "") -> str:
    """Other releases with the first sentence of each, whole or cut off."""
    sentences = [sentence(chance)[: -1 if cut else None] + cut for _ in range(count)]
    return "\n".join(
        f"<div class='item'><h4>{link(chance, headline(chance))}</h4><p>{one}</p></div>" for one in sentences
    )


def counter(chance: Random) -> str:
    count = chance.randint(1, 99999)
    return chance.choice(
        [
            f"浏览次数：{count}",
            f"浏览次数：<span id='view'>{count}</span> 次",
            f"访问量：<b id='view'>{count}</b>",
            f"点击数：[{count}]",
            f"阅读：{count / 10000:.1f}万",
            f"阅读量 {count}",
            f"浏览量：{count:,} 次",
            "浏览次数：<script>document.write(hits)</script>",
            f"【浏览：{count}】",
        ]
    )


def weather(chance: Random) -> str:
    high, sky, wind = chance.randint(26, 38), chance.choice(["晴", "多云", "雷阵雨"]), chance.choice(["东南风", "北风"])
    return f'<div class="weather"><i>{sky}</i> {high - 8}℃~{high}℃ {wind}{chance.randint(1, 5)}级 空气质量：优</div>'


def today(chance: Random) -> str:
    return (
        f"今天是2026年7月{chance.randint(10, 28)}日 星期{chance.choice('一二三四五六日')}"
        f" {chance.randint(0, 23):02}:{chance.randint(0, 59):02}:{chance.randint(0, 59):02}"
    )


def turn(chance: Random) -> str:
    """The neighbours in the list, which change as others are published."""
    before, after = link(chance, headline(chance)), chance.choice(["没有了", link(chance, headline(chance))])
    return chance.choice(
        [
            f"<p>上一篇：{before}</p><p>下一篇：{after}</p>",
            f'<div class="page"><span>上一篇</span>{before}<span>下一篇</span>{after}</div>',
            f"<ul><li><b>上一条：</b>{before}</li><li><b>下一条：</b>{after}</li></ul>",
            f"上一篇：{before}<br>下一篇：{after}",
        ]
    )


def advertisement(chance: Random) -> str:
    number = chance.randint(1, 999)
    words = chance.choice(
        [
            "扫描二维码下载“青岭公安”客户端",
            "微信扫一扫关注青岭警方公众号",
            "长按识别二维码，关注我们",
            "扫码关注“平安青岭”视频号",
            "国家反诈中心APP 立即下载",
        ]
    )
    banner = f'<a href="/zt/{number}/"><img src="/ad/{number}.jpg" width="260" alt="{words}"></a>'
    return f'<div class="ad">{banner}<p>{words}</p><a href="javascript:;" onclick="hide()">关闭</a></div>'


def comments(chance: Random) -> str:
    count = chance.randint(0, 300)
    said = "".join(
        f"<p>网友{chance.randint(1, 99)}：{chance.choice(['为民警点赞！', '向你们致敬。'])}</p>" for _ in range(3)
    )
    return chance.choice(
        [
            f"<div class='comments'><h3>网友评论</h3><span>共有{count}条评论</span> <span>{count}人参与</span></div>",
            f"<div class='comments'><a href='/c/'>评论({count})</a> <a>点赞 {count * 3}</a></div>",
            f"<div class='pinglun'><h3>最新评论</h3>{said}</div>",
        ]
    )


def generated(chance: Random) -> str:
    return f"2026-07-{chance.randint(10, 28)} {chance.randint(0, 23):02}:{chance.randint(0, 59):02}:09"


def sidebar(chance: Random) -> str:
    parts = [
        f"<h3>热点信息</h3><ul>{items(chance, 3, 9)}</ul>",
        f"<h3>图片新闻</h3><div><img src='/pic/{chance.randint(1, 999)}.jpg'><p>{headline(chance)}</p></div>",
        f"<h3>热门推荐</h3>{teasers(chance, chance.randint(2, 5))}",
        f"<h3>阅读排行</h3><ol>{items(chance, 5, 8, dated=False)}</ol>",
        f"<div class='tj'><p>今日访问 {chance.randint(1, 9999)}</p><p>总访问量 {chance.randint(1, 10**8)}</p></div>",
        weather(chance),
        advertisement(chance),
        f"<div class='zt'><h3>专题专栏</h3>{teasers(chance, 2, '…')}</div>",
    ]
    chance.shuffle(parts)
    return "\n".join(parts[: chance.randint(2, len(parts))])


def marquee(chance: Random) -> str:
    return f"<marquee>滚动：{headline(chance)}　{headline(chance)}</marquee>"


def foot(chance: Random) -> str:
    return (
        '<div class="footer"><p>主办：青岭省公安厅　技术支持：青岭省大数据中心</p>'
        f"<p>青ICP备00000000号　您是第{chance.randint(1, 10**8)}位访客　当前在线：{chance.randint(1, 900)}人</p>"
        f"<p>页面生成时间：{generated(chance)}　执行时间：0.{chance.randint(10, 99)}秒</p></div>"
    )


def top(chance: Random) -> str:
    return (
        f'<div class="top"><span id="date">{today(chance)}</span>{weather(chance)}<a href="/login">登录</a>'
        f" <a href='/mail'>信箱（{chance.randint(0, 30)}）</a></div>{marquee(chance)}"
        '<div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="/jwdt/">警务动态</a></div>'
    )


def _metas(chance: Random) -> str:
    return f"""<meta name="ArticleTitle" content="{TITLE}"><meta name="PubDate" content="2026-07-09 16:20">
<meta name="ContentSource" content="青岭省公安厅"><meta name="HtmlGenerateTime" content="{generated(chance)}">
<meta name="others" content="页面生成时间 {generated(chance)}"><meta name="csrf-token" content="{chance.random()}">"""


def _text() -> str:
    return (
        f"<p>　　{PARAGRAPHS[0]}</p><p style='text-align:center'><img src='./{PICTURE}'></p>"
        f"<p style='text-align:center'>{CAPTION}</p><p>　　{PARAGRAPHS[1]}</p><p>　　{PARAGRAPHS[2]}</p>"
    )


def _byline(chance: Random) -> str:
    return f"发布时间：2026-07-09 16:20　来源：青岭省公安厅　{counter(chance)}　【字体：大 中 小】"


def trs(chance: Random) -> str:
    related = f'<div class="related"><h3>相关链接</h3><ul>{items(chance, 1, 6)}</ul></div>'
    below = [turn(chance), related, comments(chance), advertisement(chance)]
    chance.shuffle(below)
    return f"""<div class="main"><div class="left"><h1>{TITLE}</h1><div class="byline">{_byline(chance)}</div>
<div class="article_con"><div class="TRS_Editor">{_text()}</div></div><p class="editor">责任编辑：林晓</p>
{"".join(below)}</div><div class="right">{sidebar(chance)}</div></div>"""


def hanweb(chance: Random) -> str:
    """Neighbours, related links and comments stand in the element of the text."""
    related = f"<div class='xgwz'><h3>相关阅读</h3><ul>{items(chance, 2, 5)}</ul></div>"
    return f"""<div class="side">{sidebar(chance)}</div><div class="con"><!--<$[标题]>begin-->{TITLE}<!--<$[标题]>end-->
<table><tr><td>发布日期：2026-07-09 16:20</td><td>信息来源：青岭省公安厅</td><td>{counter(chance)}</td></tr></table>
<div class="main-txt" id="zoom"><!--<$[信息内容]>begin-->{_text()}<!--<$[信息内容]>end-->{related}{turn(chance)}
<p>扫一扫在手机打开当前页</p>{comments(chance)}</div>{advertisement(chance)}</div>"""


def ucap(chance: Random) -> str:
    return f"""<div class="article-title"><ucaptitle>{TITLE}</ucaptitle></div><div class="article-attr">
<span>2026-07-09 16:20</span> <span>来源：青岭省公安厅</span> <span>{counter(chance)}</span></div>
<div class="article-content article-content-body" id="zoomcon"><ucapcontent>{_text()}</ucapcontent></div>
<div class="fx">分享到：<i>微信</i> 点赞（{chance.randint(0, 99)}） 收藏（{chance.randint(0, 99)}）</div>{turn(chance)}
<div class="cnxh"><h3>猜你喜欢</h3>{teasers(chance, chance.randint(2, 6))}</div>{sidebar(chance)}"""


def unmarked(chance: Random) -> str:
    """A site of no family: tables, text parted by <br>, nothing that names the text's element."""
    text = "<br><br>　　".join(PARAGRAPHS)
    return f"""<table><tr><td width="250">{sidebar(chance)}</td><td valign="top"><h2>{TITLE}</h2>
<center>{_byline(chance)}</center><div>　　{text}</div><hr>{turn(chance)}
<div>更多新闻<ul>{items(chance, 2, 6)}</ul></div>
{comments(chance)}</td></tr></table>"""


MAKES = {"trs": trs, "hanweb": hanweb, "ucap": ucap, "unmarked": unmarked}


def page(make: str, visit: int) -> bytes:
    """The page as a visitor finds it at the visit of that number; the same for the same number."""
    chance = Random(f"{make} {visit}")  # noqa: S311 - variety, not secrecy
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{TITLE}_青岭省公安厅</title>{_metas(chance)}"
        f"<script nonce='{chance.random()}'>var hits={chance.randint(1, 9999)};</script></head><body>{top(chance)}"
        f"{MAKES[make](chance)}{foot(chance)}<!-- {generated(chance)} --></body></html>"
    ).encode()
