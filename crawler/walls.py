"""Is this answer the page, a wall before it, or a sign that it is gone? One table of marks, one function.

The marks and the guards against false alarms were read in saved answers of these sites: a good page of a protected
site carries 瑞数's `$_ts` too, and a genuine anti-fraud release says 验证码. So a mark in a body counts only where
there is next to no text for a reader, no date, and no heading but the mark itself: short notices and short lists have
those.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# By status alone: 521 is 加速乐's, 412 瑞数's, the 4xx ones those of the WAFs met.
_BY_STATUS = {521: "challenge", 412: "challenge", 403: "waf", 405: "waf", 406: "waf", 418: "waf", 493: "waf"}
_BY_STATUS |= {429: "rate_limited", 404: "gone", 410: "gone", 304: "not_modified"}

# Outcome, and what stands in a body that has less text than a reader would come for.
_MARKS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (outcome, re.compile(pattern, re.IGNORECASE))
    for outcome, pattern in (
        ("challenge", r"__jsl_clearance|;go\(\{\"bts\"|\$_ts\s*=\s*window|请开启JavaScript并刷新该页"),
        ("waf", r"WZWS_CONFIRM_PREFIX_LABEL|wzws-waf-cgi|waf_zw_verify|知道创宇云防御|ks-waf-error"),
        ("waf", r"云安全平台检测到|访问行为存在异常|触发WAF防护|您的访问被阻断|safedog"),
        ("rate_limited", r"访问过于频繁"),
        ("captcha", r"滑动验证|<input[^<>]*验证码|统一身份认证"),
        ("maintenance", r"系统维护|网站升级|正在维护"),
        ("soft_404", r"(?:页面?|网页|内容|文章|信息)[^<>。]{0,8}(?:不存在|已删除|已被删除|找不到)"),
        ("soft_404", r"无法找到该页|<title>\s*(?:404|错误页面)|<h1[^<>]*>\s*(?:404|Not Found)"),
        ("shell", r"<div id=[\"']?app[\"']?>\s*</div>"),
    )
)
# What is opened and never closed goes to the end: to look for its end again and again would take minutes of a bad page.
_NO_TEXT = re.compile(
    r"<(script|style|title)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|<[^>]*(?:>|\Z)", re.IGNORECASE | re.DOTALL
)
_LITTLE = 120
_DATE = re.compile(r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}")
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


def _mark(text: str) -> str | None:
    """The first mark of the table, in a body with next to no text that is no short notice or list."""
    head = text[:100_000]
    shown = _NO_TEXT.sub("", head)
    if len("".join(shown.split())) > _LITTLE or _DATE.search(head):
        return None
    outcome, pattern = next(((outcome, one) for outcome, one in _MARKS if one.search(head)), (None, None))
    if pattern and any(not pattern.search(heading[0]) for heading in _HEADING.finditer(head)):
        return None
    return outcome
