"""What stands around a release and is not its text: buttons, tags, recommended items, records, breadcrumbs."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from crawler.extract import byline

_WORDS = """
    打印 打印本页 打印此页 打印文章 打印本文 打印页面 打印正文 关闭 关闭窗口 关闭本页 关闭页面 关闭此页 点击关闭 收藏
    收藏本页 已收藏 加入收藏 朗读 语音朗读 语音播报 返回 返回顶部 返回首页 返回列表 返回上一页 回到顶部 顶部 大 中 小
    大字体 小字体 字体 字号 字体大小 字号大小 正常 默认 超大 缩小 放大 分享 分享到 分享至 分享按钮 一键分享 转发
    分享到微信 分享到微博 微信 微信好友 微信朋友圈 朋友圈 微博 新浪微博 腾讯微博 QQ空间 QQ QQ好友 人人网 豆瓣 抖音
    分享到新浪微博 分享到QQ空间 分享到朋友圈 手机看 手机版 电脑版 扫一扫 二维码 我要纠错 纠错 评论 点赞 赞 举报
    复制链接 上一篇 下一篇 上一条 下一条 上一页 下一页 没有了 末页 首页 尾页 下载 全屏 展开全文 阅读全文
    查看更多 更多 长者模式 无障碍浏览 无障碍阅读 繁体 简体 登录 注册 广告 责任编辑 版权声明 免责声明 网站地图 关于我们
    联系我们 网站帮助 隐私声明 热门 推荐 发布 正文 A+ A- A T+ T- X × ✕ ╳ x
"""
_CONTROL = frozenset(_WORDS.split())
_FIRST = frozenset(word[0] for word in _CONTROL) | frozenset("ＸＡＴＱ")
# A Han character in none of these words. To look for one costs a fraction of what it costs to fold a line's width.
_ANOTHER = re.compile(rf"(?![{re.escape(''.join(_CONTROL))}])[\u4e00-\u9fff]")
_LONGEST_BUTTONS = 80
_PARTS = re.compile(r"[\s|｜丨/·•,，:：;；<>《》«»【】\[\]()（）。!！&…→←↑↓]+")
_CLOSE = re.compile(r"^[\[【(（]?\s*[XxＸ×✕╳✖]?\s*关\s*闭\s*[XxＸ×✕╳✖]?\s*[\]】)）]?$")

_DISCLOSED = re.compile(r"^\W*此件(?:主动|依申请|不予)?公开(?:发布)?\W*$")

# Whole lines, wherever they stand at the head or the tail.
_FURNITURE = (
    r"(?:您?(?:的|当前|现在|所在)*位置|您现在的位置是|首页)\s*[:：>»].*",
    r".{0,6}扫一?扫.{0,30}|.{0,12}(?:二维码|微信扫).{0,20}|扫码.{0,20}",
    r"分享(?:到|至)?\s*[:：].{0,60}",
    r"[【\[]?\s*(?:字体|字号)(?:大小)?\s*[:：]?.{0,14}",
    r"(?:上一|下一|前一|后一)[篇条页则](?:文章|新闻|信息)?(?:[\s:：>»|\]】）)].{0,160})?",
    r"(?:浏览|访问|点击|阅读)(?:次数|量|数)?\s*[:：]?\s*[\d.万\[\]]*\s*次?",
    r"(?:已有|共有?|您是第)?\s*[\d,.万]+\s*[人次位]+(?:阅读|浏览|点击|参与|评论|访客).{0,12}",
    r"(?:(?:点赞|赞|收藏|评论|转发|分享)\s*[（(]?[\d,.万]+[)）]?\s*)+",
    r"(?:本?[页网]面?)?(?:生成|打印)(?:时间|日期|于)\s*[:：]?.{0,24}|今天是\s*[:：]?\s*\d{4}年.{0,30}",
    r".{0,12}-?\d+\s*℃\s*[~～/至-]\s*-?\d+\s*℃.{0,24}",
    r"(?:版权所有|主办|技术支持|网站标识码|备案号|网安备)\s*[:：©(（].{0,120}",
    r"(?i:copyright).{0,160}|.{0,20}(?:(?i:ICP)[备证]|公网安备|网站标识码|许可证编?号).{0,60}",
    r"(?:版权|免责|平台|特别)声明\s*[:：].{0,400}|声明\s*[:：]?.{0,20}(?:转载|版权|本[网站]).{0,300}",
    r"凡.{0,10}(?:注明|转载).{0,300}|未经.{0,12}(?:许可|授权).{0,40}(?:转载|复制|使用|摘编|镜像|链接).{0,80}",
    r"资料图片?|资料图片仅供参考|图片来源于?网络|图文无关|资料图\s*来源.{0,12}",
    r"(?:本文|相关|文章)?(?:标签|关键[词字]|(?i:TAGS?))\s*[:：].{0,80}|标签",
    r"(?:点击)?(?:下载)?附件(?:下载)?\s*[:：]?|(?:相关)?附件下载\s*[:：]?",
    r"(?:网友|最新|全部|发表|我要)?评论(?:\(\d+\)|\d+条)?|(?:海量资讯|更多精彩|点击进入).{0,60}",
    r"(?:最初|最后)?(?:更新|修改|录入)(?:时间|日期)?\s*[:：].{0,24}",
    r"(?i:window\.|var\s|\$\().{0,200}|<%--.*",  # scripts and template comments that a page shows by mistake
)
_FURNISHED = re.compile(rf"^\W*(?:{'|'.join(_FURNITURE)})\W*$")
_NOTICE = re.compile(r"^\W*(?:版权|免责|平台声明|声明|凡本[网站]|未经|(?i:copyright))")

# Headings under which other pages are recommended; all that hangs below one is not the release.
_SHELF = re.compile(
    r"^\W*(?:"
    r"(?:精彩|热门|热点|相关|更多|猜你|编辑|今日|最新|往期|本周|本站|图文|推广|为您|为你|延伸|频道|站内|实时|随机|近期"
    r"|其他|关联|头条|独家|24小时|一周|本月|热读|热榜|精选|小编)(?:精彩|热门|热点|相关|最新)?"
    r"(?:推送|推荐|阅读|新闻|资讯|文章|稿件|报道|链接|内容|信息|喜欢|解读|文档|文件|图片|视频|专题|回顾|排行榜?|点击|要闻"
    r"|动态|头条|导读|话题|评论|热点|热文|快讯|搜索|图文|热榜|看点|消息|政策)"
    r"|新闻快讯|快讯|猜你喜欢|你可能(?:还)?(?:喜欢|感兴趣)的?.{0,4}|大家(?:都)?(?:在看|还在看|爱看)|热门标签|排行榜|热词"
    r"|(?:点击|阅读|新闻)排行|推荐|相关|看了又看|网友评论|精彩图集|图片新闻|友情链接"
    r")\s*(?:[:：>»]*|\W*(?:更多|(?i:more))\W*|[（(].{0,8}[)）])\W*$"
)
_TEASER = re.compile(r"(?:\.{2,}|…+|[\[【(（](?:详细|查看|详情|全文|更多)[\]】)）])\W*$")
_SHORTEST_PROSE = 12
_LONGEST_TEASER = 12  # characters of what shows that a teaser goes on elsewhere
_LONGEST_NAME = 80  # a longer line with a whole sentence in it is no byline
_PUNCTUATION = frozenset("。，！？；,;、：")


@lru_cache(maxsize=2048)
def is_control(text: str) -> bool:
    """Is the line made of nothing but the words on buttons: 打印, 【关闭】, 大 中 小, X 关闭?"""
    return not _begins_otherwise(text) and (bool(_CLOSE.match(text)) or _buttons(text) > 0)


def is_never_text(text: str) -> bool:
    """Is it X 关闭, buttons in a row or 此件公开发布? In mid-body a single word (打印) may be the release's own."""
    return bool(_CLOSE.match(text) or _DISCLOSED.match(text)) or _buttons(text) > 1


def _begins_otherwise(text: str) -> bool:
    """Does a line begin as no word of a button does? Of most lines nothing else needs to be asked."""
    return bool(text) and text[0].isalnum() and text[0] not in _FIRST


def _buttons(text: str) -> int:
    """How many words of buttons a line holds; 0 if there is any other word in it."""
    if len(text) > _LONGEST_BUTTONS or _begins_otherwise(text) or _ANOTHER.search(text):
        return 0
    parts = [part for part in _PARTS.split(unicodedata.normalize("NFKC", text)) if part]
    return len(parts) if all(part in _CONTROL for part in parts) else 0


@lru_cache(maxsize=2048)
def is_furniture(text: str) -> bool:
    """Is the whole line furniture, be it buttons, breadcrumb, tags, QR code, records or previous and next?

    A whole sentence is none, whatever words it has (扫一扫二维码即可报警。), unless it is a copyright notice.
    """
    if text.endswith("。") and len(text) > 12 and not _NOTICE.match(text):
        return False
    return is_control(text) or bool(_FURNISHED.match(text) or _DISCLOSED.match(text))


def is_shelf(text: str) -> bool:
    """Is the whole line the heading of recommended items, like 精彩推送 or 相关阅读?"""
    return len(text) <= 24 and bool(_SHELF.match(text))


@lru_cache(maxsize=2048)
def reads_as_prose(text: str) -> bool:
    """Could the text be a paragraph of a release, and not a name, a button or a teaser that was cut off?"""
    if len(text) < _SHORTEST_PROSE or _PUNCTUATION.isdisjoint(text) or _TEASER.search(text[-_LONGEST_TEASER:]):
        return False
    if len(text) > _LONGEST_NAME and "。" in text and not _NOTICE.match(text):
        return True
    return not is_furniture(text) and not byline.is_byline(text)
