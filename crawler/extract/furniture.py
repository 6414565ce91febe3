"""What stands around a release and is not its text: buttons, tags, recommended items, records, breadcrumbs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from lxml.html import HtmlElement

from crawler.extract import byline, dates
from crawler.extract.document import Line, squeeze

_WORDS = (
    "打印 打印本页 打印此页 打印文章 打印本文 打印页面 打印正文 关闭 关闭窗口 关闭本页 关闭页面 关闭此页 点击关闭 收藏 "
    "收藏本页 已收藏 加入收藏 朗读 语音朗读 语音播报 返回 返回顶部 返回首页 返回列表 返回上一页 回到顶部 顶部 大 中 小 "
    "大字体 小字体 字体 字号 字体大小 字号大小 正常 默认 超大 缩小 放大 分享 分享到 分享至 分享按钮 一键分享 转发 "
    "分享到微信 分享到微博 微信 微信好友 微信朋友圈 朋友圈 微博 新浪微博 腾讯微博 QQ空间 QQ QQ好友 人人网 豆瓣 抖音 "
    "分享到新浪微博 分享到QQ空间 分享到朋友圈 手机看 手机版 电脑版 扫一扫 二维码 我要纠错 纠错 评论 点赞 赞 举报 复制链接 "
    "上一篇 下一篇 上一条 下一条 上一页 下一页 没有了 没有 无 末页 首页 尾页 下载 全屏 展开全文 阅读全文 查看更多 更多 "
    "长者模式 无障碍浏览 无障碍阅读 繁体 简体 登录 注册 广告 责任编辑 版权声明 免责声明 网站地图 关于我们 联系我们 "
    "网站帮助 隐私声明 热门 推荐 发布 正文 A+ A- A T+ T- X × ✕ ╳ x"
)
_CONTROL = frozenset(_WORDS.split())
_PARTS = re.compile(r"[\s|｜丨/·•,，:：;；<>《》«»【】\[\]()（）。!！&…→←↑↓]+")
_CLOSE = re.compile(r"^[\[【(（]?\s*[XxＸ×✕╳✖]?\s*关\s*闭\s*[XxＸ×✕╳✖]?\s*[\]】)）]?$")

# Whole lines, wherever they stand at the head or the tail.
_FURNITURE = re.compile(
    r"""^\W*(?:
        (?:您?(?:的|当前|现在|所在)*位置|当前位置|您现在的位置是|首页)\s*[:：>»].*
      | .{0,6}扫一?扫.{0,30} | .{0,12}(?:二维码|微信扫).{0,20} | 扫码.{0,20}
      | 分享(?:到|至)?\s*[:：].{0,60} | [【\[]?\s*(?:字体|字号)(?:大小)?\s*[:：]?.{0,14}
      | (?:上一[篇条页则]|下一[篇条页则])\s*[:：>]?.{0,80}
      | (?:浏览|访问|点击|阅读)(?:次数|量|数)?\s*[:：]?\s*[\d.万\[\]]*\s*次?
      | (?:版权所有|主办(?:单位|方)?|承办(?:单位)?|协办单位|技术支持|网站标识码|备案号|网安备)\s*[:：©(（].{0,120}
      | copyright.{0,160} | .{0,20}(?:ICP备|公网安备|ICP证|网站标识码|许可证编?号).{0,60}
      | (?:版权|免责)声明\s*[:：].{0,400} | 【?此件(?:主动|依申请)?公开(?:发布)?】? | [（(]此件(?:主动|依申请)?公开(?:发布)?[)）]
      | [（(]?\s*(?:资料图片?|资料图片仅供参考|图片来源于?网络|图文无关|资料图\s*来源.{0,12})\s*[)）]?
      | [（(]?完[)）]? | (?:本文)?(?:标签|关键[词字]|TAGS?|相关标签|文章标签)\s*[:：].{0,80} | 标签
      | (?:点击)?(?:下载)?附件(?:下载)?\s*[:：]? | (?:相关)?附件下载\s*[:：]?
      | 声明\s*[:：]?.{0,20}(?:转载|版权|本[网站]).{0,300} | window\..{0,200} | var\s.{0,200} | \$\(.{0,200}
      | (?:网友|最新|全部|发表|我要)?评论(?:\(\d+\)|\d+条)? | (?:海量资讯|更多精彩|点击进入).{0,60}
      | (?:最初|最后)?(?:更新|修改|录入)(?:时间|日期)?\s*[:：].{0,24}
    )\W*$""",
    re.IGNORECASE | re.VERBOSE,
)

# A heading under which other pages are recommended; all that hangs below it is not the release.
_SHELF = re.compile(
    r"""^\W*(?:
        (?:精彩|热门|热点|相关|更多|猜你|编辑|今日|最新|往期|本周|本站|图文|推广|为您|为你|延伸|频道|站内|实时|随机|近期|其他|
           关联|头条|独家|24小时|一周|本月|热读|热榜|精选|小编)
        (?:精彩|热门|热点|相关|最新)?
        (?:推送|推荐|阅读|新闻|资讯|文章|稿件|报道|链接|内容|信息|喜欢|解读|文档|文件|图片|视频|专题|回顾|排行榜?|点击|要闻|动态
           |头条|导读|话题|评论|热点|热文|快讯|搜索|图文|热榜|看点|消息|政策)
      | 新闻快讯 | 快讯 | 猜你喜欢 | 你可能(?:还)?(?:喜欢|感兴趣)的?.{0,4} | 大家(?:都)?(?:在看|还在看|爱看) | 热门标签 | 排行榜
      | 点击排行 | 阅读排行 | 新闻排行 | 热词 | 推荐 | 相关 | 看了又看 | 相关资讯 | 网友评论 | 精彩图集 | 图片新闻 | 友情链接
    )\s*(?:[:：>»]*|\W*(?:更多|more)\W*|[（(].{0,8}[)）])\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
_SENTENCE_END = tuple("。！？!?；;”』」）)：:】")
_TEASER = re.compile(r"(?:\.{2,}|…+|[\[【(（](?:详细|查看|详情|全文|更多)[\]】)）])\W*$")
_SHORTEST_PROSE = 12


def is_control(text: str) -> bool:
    """Is the line made of nothing but the words on buttons: 打印, 【关闭】, 大 中 小, X 关闭?"""
    if _CLOSE.match(text):
        return True
    parts = [part for part in _PARTS.split(unicodedata.normalize("NFKC", text)) if part]
    return len(text) <= 80 and all(part in _CONTROL for part in parts)


def is_furniture(text: str) -> bool:
    """Is the whole line furniture, be it buttons, breadcrumb, tags, QR code, records or previous and next?"""
    return is_control(text) or bool(_FURNITURE.match(text))


def is_shelf(text: str) -> bool:
    """Is the whole line the heading of recommended items, like 精彩推送 or 相关阅读?"""
    return len(text) <= 24 and bool(_SHELF.match(text))


def is_prose(line: Line) -> bool:
    """Could the line be a paragraph of a release: sentences, not links, not cut off like a teaser?"""
    text = line.text
    return (
        len(text) >= _SHORTEST_PROSE
        and line.link_share < 0.5
        and any(mark in text for mark in "。，！？；,;、：")
        and not _TEASER.search(text)
        and not is_furniture(text)
        and not byline.is_byline(text)
    )


def shelves(lines: Sequence[Line], keep: int | None = None) -> set[int]:
    """The numbers of lines that hang below a heading of recommended items, that heading included.

    They end with the element that holds them, or at line `keep` (the title). A shelf never takes over half of the
    page's prose: then the heading is one of the release's own.
    """
    prose = [len(line.text) if is_prose(line) else 0 for line in lines]
    whole = sum(prose)
    found: set[int] = set()
    for number, line in enumerate(lines):
        if number in found or not is_shelf(line.text):
            continue
        shelf = list(_hanging(lines, number, keep))
        held = sum(prose[n] for n in shelf)
        if 2 * held < whole and not any(_closes_release(lines[n].text) for n in shelf):
            found.update(shelf)
    return found


def _closes_release(text: str) -> bool:
    """An editor's or issuer's line below the heading says that the release went on."""
    return byline.is_byline(text) and any(m.field in ("editor", "issuer") and m.value for m in byline.mentions(text))


def _hanging(lines: Sequence[Line], number: int, keep: int | None) -> Iterable[int]:
    holder = _holder(lines[number])
    yield number
    for below in range(number + 1, len(lines)):
        if below == keep or not _within(lines[below].block, holder):
            return
        yield below


def _holder(line: Line) -> HtmlElement:
    """The element around the heading that holds more than the heading."""
    own = squeeze(line.text)
    element = line.block
    while (parent := element.getparent()) is not None and len(squeeze(element.text_content())) <= len(own) + 6:
        element = parent
    return element


def _within(element: HtmlElement, holder: HtmlElement) -> bool:
    return element is holder or any(ancestor is holder for ancestor in element.iterancestors())


def trim(lines: Sequence[Line], title: str | None) -> tuple[list[Line], list[Line]]:
    """Cut furniture from the head and the tail of a release's lines, but never all of them: what stays, what goes."""
    start = _head(lines, title)
    end = _tail(lines, start)
    kept = [line for line in lines[start:end] if not is_control(line.text)]
    if not kept:
        kept = [line for line in lines if not (is_furniture(line.text) or byline.is_byline(line.text))]
    staying = set(map(id, kept))
    return kept, [line for line in lines if id(line) not in staying]


def _head(lines: Sequence[Line], title: str | None) -> int:
    wanted = squeeze(title)
    start = 0
    for number, line in enumerate(lines):
        text = line.text
        if (wanted and squeeze(text) == wanted) or is_furniture(text) or byline.is_byline(text):
            start = number + 1
        elif is_prose(line) or number - start > 3:
            break
    return start


def _tail(lines: Sequence[Line], start: int) -> int:
    end = len(lines)
    for number in range(start + 1, len(lines)):
        if _ends_release(lines[number].text) and not _goes_on(lines, start, number):
            end = number
            break
    while end > start + 1:
        text = lines[end - 1].text
        if not _ends_release(text):
            break
        end -= 1
    return end


def _ends_release(text: str) -> bool:
    """Furniture, or a line of fields; but a date alone closes an official letter and is its own."""
    return is_furniture(text) or is_shelf(text) or (byline.is_byline(text) and not dates.is_date(text))


def _goes_on(lines: Sequence[Line], start: int, number: int) -> bool:
    """Does the release continue behind this line: whole sentences that are not a recommended item's teaser?"""
    behind = [line for line in lines[number + 1 :] if is_prose(line) and line.text.endswith(_SENTENCE_END)]
    before = sum(len(line.text) for line in lines[start:number])
    after = sum(len(line.text) for line in behind)
    if is_shelf(lines[number].text) or lines[number].text.startswith(("标签", "责任编辑")):
        return after > before
    return bool(behind)
