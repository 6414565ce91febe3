"""Is this answer the page, a wall before it, or a sign that it is gone? One table of marks, one function.

The marks and the guards against false alarms were read in saved answers of these sites: a good page of a protected
site carries 瑞数's `$_ts` too, and a genuine anti-fraud release says 验证码. So a mark in a body counts only where
there is next to no text for a reader, no date, and no heading but the mark itself: short notices and short lists have
those. That a page is gone has to be said in a line of its own (页面不存在), not in a sentence that tells of such
pages; then the site's navigation and foot may stand around it.

A page that wants its visitor to log in is a `captcha`: a person has to prove something before the page is shown. It
says nothing of the release behind it, and is no takedown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

# By status alone: 521 is 加速乐's, 412 瑞数's, the 4xx ones those of the WAFs met.
_BY_STATUS = {521: "challenge", 412: "challenge", 403: "waf", 405: "waf", 406: "waf", 418: "waf", 493: "waf"}
_BY_STATUS |= {429: "rate_limited", 404: "gone", 410: "gone", 304: "not_modified"}

_LOGIN = (
    r"统一身份认证|<input[^<>]*type=[\"']?password|<h1[^<>]*>[^<>]{0,6}登[录陆]\s*</"
    r"|请您?先?(?:<a\b[^<>]*>)?登[录陆](?:后\w{0,6})?[^\w<]{0,3}(?:<|$)"  # 请登录政务服务网 is a release's sentence
)
# Outcome, and what stands in a body that has less text than a reader would come for.
_MARKS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (outcome, re.compile(pattern, re.IGNORECASE))
    for outcome, pattern in (
        ("challenge", r"__jsl_clearance|;go\(\{\"bts\"|\$_ts\s*=\s*window|请开启JavaScript并刷新该页"),
        ("waf", r"WZWS_CONFIRM_PREFIX_LABEL|wzws-waf-cgi|waf_zw_verify|知道创宇云防御|ks-waf-error"),
        ("waf", r"云安全平台检测到|访问行为存在异常|触发WAF防护|您的访问被阻断|safedog"),
        ("rate_limited", r"访问过于频繁"),
        ("captcha", r"滑动验证|<input[^<>]*验证码"),
        ("captcha", _LOGIN),
        ("maintenance", r"系统维护|网站升级|正在维护"),
        ("shell", r"<div id=[\"']?app[\"']?>\s*</div>"),
    )
)
# A line that begins with the site's own word that it is elsewhere now: of a fraud's 该网站 a release tells. 网站迁移
# without an address is maintenance.
_MOVED = re.compile(
    r"""(?:^|[>\n])[\s\u3000]{0,20}
    (?:(?:公告|通知|提示|温馨提示|您好|各位网友|尊敬的\w{1,6})[：:，,！!\s]{0,5})? (?:自[^，,。<>]{1,16}起[，,]?)?
    (?: (?:本|我[厅局]|[\u4e00-\u9fff]{2,16}[厅局])? (?:原|旧)?(?:门户|官方)? (?:网站|站|站点|域名|网址)
        [^。<>]{0,12} (?:迁移|搬迁|变更|更换|停用)
      | 新版?(?:网站|站点|域名|网址) (?:地址|网址|域名)? [\s<：:为是] )""",
    re.VERBOSE,
)
_ADDRESS = re.compile(
    r"https?://[a-z0-9][^\s\"'<>，。；（）]*|(?<![a-z0-9@.-])(?:[a-z0-9-]{1,63}\.){1,6}cn\b", re.IGNORECASE
)
_WHAT = "页面|网页|内容|文章|信息|稿件|新闻|公告|通知|帖子|原文|文件|资源|数据|记录|栏目|地址|链接"
# 失效 is said of web pages only: a regulation that is 已失效 is still there to be read.
_GONE = re.compile(
    rf"""\W*(?:(?:对不起|很?抱歉|非常抱歉|sorry|提示|出错了|HTTP|error|404)\W*)*
    (?: (?:[您你]\w{{0,6}}的|该|此|本|这[个篇条]|当前|(?:访问|请求)的)? (?:{_WHAT}) [^，。！？\n]{{0,8}}
        (?: 不存在|找不到|不见了|走丢了|不在了|[已被]\w{{0,5}}(?:删除|移除|撤销|撤回|撤稿|下架|下线|过期) )
      | (?:[您你]\w{{0,6}}的|该|此|本)? (?:网页|页面|链接|地址) [^，。！？\n]{{0,4}} 失效
      | (?:(?:无法|没有|没能|未能?)找到|找不到) [^，。！？\n]{{0,10}} (?:{_WHAT}|该页) \W*$
      | 404 (?:notfound|错误|页面|未找到文件|\W)* $
      | (?:notfound|错误页面) \W*$ )""",
    re.IGNORECASE | re.VERBOSE,
)
# What is opened and never closed goes to the end: to look for its end again and again would take minutes of a bad page.
_NO_TEXT = re.compile(
    r"<(script|style|title)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|<[^>]*(?:>|\Z)", re.IGNORECASE | re.DOTALL
)
_INLINE = re.compile(r"</?(?:a|b|i|em|strong|span|font)\b[^<>]*>", re.IGNORECASE)
_TITLE = re.compile(r"<title[^<>]*>([^<>]*)", re.IGNORECASE)
_LITTLE, _FRAMED = 120, 600  # characters shown: of a wall, and of a line between a site's navigation and foot
_LONGEST_LINE = 60
_NEAR = 300  # characters between the words that a site has moved and its new address
_ASSET = re.compile(r"<(?:link|script|img)\b[^<>]*>", re.IGNORECASE)  # `a.css?v=2024-05-13` dates no page
_LOGIN_HOST = re.compile(r"(?:^|[.-])(?:login|sso|cas|passport|oauth2?|uniauth)[.-]", re.IGNORECASE)
_LOGIN_PATH = re.compile(r"/(?:login|logon|signin|sso|cas|oauth2?)(?:[/.]|$)", re.IGNORECASE)  # /passport/ is 出入境
_FIRST_PAGE = re.compile(r"/?(?:(?:index|default|home)\.\w+)?", re.IGNORECASE)
_DATE = re.compile(r"(?<!今天是)(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}")
_HEADING = re.compile(r"<h1[^<>]*>.*?(?:</h1|\Z)|<meta[^<>]*ArticleTitle", re.IGNORECASE | re.DOTALL)


def classify(status: int, headers: Mapping[str, str], text: str, size: int) -> str:
    """The outcome of an answer: `ok`, `not_modified`, `gone`, `soft_404`, a wall kind or a failure kind.

    `headers` by lower-case name; `text` is the decoded body, empty where it is no text; `size` is the body's, in bytes.
    A redirect hop is `ok`; a success with nothing in it is how some servers say that they were asked too often.
    """
    if status in (301, 302, 303, 307, 308) and "location" in headers:
        return "ok"
    mark = _mark(text)
    if status >= 400 or status in _BY_STATUS:
        return mark if mark and mark != "soft_404" else _BY_STATUS.get(status) or _failure(status)
    if not 200 <= status < 300:
        return "client_error"
    return mark or ("ok" if size else "rate_limited")


def _failure(status: int) -> str:
    return "server_error" if status >= 500 else "client_error"


def moved_to(text: str) -> str | None:
    """The address, or the host, to which a page says in next to no text that its site has moved; None for any other.

    A release may say so too, with its date: of a page with a date only a list that has no entries is asked this.
    """
    head = text[:100_000]
    said = _MOVED.search(head) if sum(map(len, _lines(head))) <= _LITTLE else None
    if said is None or not all(_MOVED.search(heading[0]) for heading in _HEADING.finditer(head)):
        return None
    address = _ADDRESS.search(head, said.end(), said.end() + _NEAR)
    return address[0] if address else None


def leads_home(asked: str, answered: str) -> bool:
    """Whether a redirect leads from another page to a host's first page: a list that is there no more."""
    return bool(_FIRST_PAGE.fullmatch(urlsplit(answered).path)) and not _FIRST_PAGE.fullmatch(urlsplit(asked).path)


def wants_login(asked: str, answered: str) -> bool:
    """Whether a redirect from one address to the other leads to a login, by the address that answered.

    Its host or path is called so, or it is a host's first page and takes the address asked for along to bring its
    visitor back (CAS's `service`, `returnUrl`); where a page that was taken down sends its visitors does neither.
    """
    parts, path = urlsplit(answered), urlsplit(asked).path
    along = len(path) > 1 and path in unquote(unquote(f"{parts.query}#{parts.fragment}"))
    named = _LOGIN_HOST.search(parts.hostname or "") or _LOGIN_PATH.search(parts.path)
    return bool(named or (along and _FIRST_PAGE.fullmatch(parts.path)))


def _mark(text: str) -> str | None:
    """What stands in place of the page: a mark of the table, or that it is gone; None for a page."""
    head = text[:100_000]
    if _is_dated(head):  # asked first: most releases have a date in their head
        return None
    lines = _lines(head)
    shown = sum(map(len, lines))
    if shown > _FRAMED:
        return None
    if moved_to(head):
        return "moved"
    headings = [heading[0] for heading in _HEADING.finditer(head)]
    outcome, pattern = next(((outcome, one) for outcome, one in _MARKS if one.search(head)), (None, None))
    if pattern and shown <= _LITTLE:
        return outcome if all(pattern.search(heading) for heading in headings) else None
    said = [*lines, *(title.strip() for title in _TITLE.findall(head))]
    gone = any(map(_says_gone, said)) and all(any(map(_says_gone, _lines(heading))) for heading in headings)
    return "soft_404" if gone else None


def _is_dated(html: str) -> bool:
    """Whether a date stands anywhere but in a link to a style, a script or a picture."""
    read = 0  # up to here: a tag of nothing but dates is looked at once, not once for each of them
    while date := _DATE.search(html, read):
        asset = _ASSET.match(html, max(html.rfind("<", read, date.start()), 0))
        if asset is None or asset.end() <= date.start():
            return True
        read = asset.end()
    return False


def _lines(html: str) -> list[str]:
    """The lines that a reader sees, without their spaces."""
    return ["".join(line.split()) for line in _NO_TEXT.sub("\n", _INLINE.sub("", html)).splitlines()]


def _says_gone(line: str) -> bool:
    return len(line) <= _LONGEST_LINE and bool(_GONE.match(line))
