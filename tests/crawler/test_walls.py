"""What an answer is: the page, a wall, or gone; and short genuine pages that are none of the two last."""

from __future__ import annotations

import pytest

from crawler.walls import classify

NOTICE = "<html><body><h1>{}</h1><p>发布时间：2026-07-03</p><p>{}</p></body></html>"


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, "<p>正文</p>", "ok"),
        (206, "<p>正文</p>", "ok"),
        (304, "", "not_modified"),
        (404, "<h1>Not Found</h1>", "gone"),
        (410, "", "gone"),
        (400, "", "client_error"),
        (401, "", "client_error"),
        (500, "", "server_error"),
        (503, "", "server_error"),
        (503, "<p>网站升级，请稍后再来</p>", "maintenance"),
        (521, "<script>document.cookie='__jsl_clearance=1'</script>", "challenge"),
        (412, "<meta content='x' r='m'><script>$_ts=window['$_ts'];</script>", "challenge"),
        (200, "<html><head></head><body><script>$_ts=window['$_ts'];$_ts.cd='x'</script></body></html>", "challenge"),
        (200, "<script>var WZWS_CONFIRM_PREFIX_LABEL=1</script>请开启JavaScript并刷新该页", "challenge"),
        (403, "<html>Client IP 10.1.1.1 reason: UrlACL</html>", "waf"),
        (200, "<title>知道创宇云防御-浏览器安全检查</title>", "waf"),
        (429, "", "rate_limited"),
        (200, "", "rate_limited"),
        (200, "您的访问过于频繁，请稍后再试", "rate_limited"),
        (200, "<form>请完成滑动验证</form>", "captcha"),
        (200, "<title>提示</title>您访问的页面不存在或已删除", "soft_404"),
        (200, "<h1>404 Not Found</h1>", "soft_404"),
        (200, "<h1>您访问的页面不存在</h1>", "soft_404"),
        (200, "<title>公安厅</title><div id='app'></div><script src='/app.js'></script>", "shell"),
    ],
)
def test_answers_are_told_apart_by_status_and_body(status: int, body: str, outcome: str) -> None:
    assert classify(status, {}, body, len(body.encode())) == outcome


@pytest.mark.parametrize(
    "body",
    [
        NOTICE.format("情况通报", "网传我市发生重大警情。经公安机关核查，该警情不存在。"),
        NOTICE.format("关于系统维护期间暂停办理业务的公告", "因系统维护，7月5日暂停办理户籍业务。"),
        NOTICE.format("反诈提醒", "索要验证码、要求滑动验证的来电都是诈骗。"),
        "<div id=app></div><h1>警情通报</h1><img src='a.png'>",
        "<h1>警情通报</h1><p>网传信息不存在。</p>",
        "<ul><li><a href='1.html'>关于系统维护期间暂停办理业务的公告</a><span>2026-07-05</span></li></ul>",
        "<p>" + "全省公安机关开展夏季治安整治。" * 12 + "</p><script>$_ts=window['$_ts']</script>",
    ],
)
def test_a_short_genuine_page_is_no_wall(body: str) -> None:
    assert classify(200, {}, body, len(body.encode())) == "ok"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_hop_is_ok_and_a_redirect_to_nowhere_is_not(status: int) -> None:
    assert classify(status, {"location": "/a"}, "", 0) == "ok"
    assert classify(status, {}, "", 0) == "client_error"


@pytest.mark.parametrize("piece", ["<script>", "<title ", "<", "<!--", "<h1>", "<h1 ", "<meta ", "<input ", "页面"])
def test_a_body_of_nothing_but_openings_is_judged(piece: str) -> None:
    """Each of these took seconds to minutes under an earlier pattern."""
    body = piece * (400_000 // len(piece))
    assert classify(200, {}, body, len(body)) == "ok"
