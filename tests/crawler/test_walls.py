"""What an answer is: the page, a wall, or gone; and short genuine pages that are none of the two last."""

from __future__ import annotations

import pytest

from crawler.walls import classify, leads_home, moved_to, wants_login

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


FRAME = """<html><head><title>青岭省公安厅</title><script src="/2024-05-13/a.js?v=2024-05-14"></script></head><body>
<p>今天是2026年7月11日 星期六</p><a href="/">首页</a> <a href="/jwzx/">警务资讯</a> <a href="/zwgk/">政务公开</a>
<a href="/bsfw/">办事服务</a> <a href="/hdjl/">互动交流</a><div>{}</div>
<p>主办：青岭省公安厅 网站标识码：0000000001 青ICP备00000000号-1 青公网安备00000000000000号</p>
<p>建议使用1920×1080分辨率的浏览器访问，技术支持电话见联系我们</p><p>地址：青岭省青岭市和平路1号</p></body></html>"""


@pytest.mark.parametrize("page", ["{}", "<title>提示</title><p>{}</p>", "<h1>{}</h1><a href='/'>返回首页</a>", FRAME])
@pytest.mark.parametrize(
    "said",
    [
        "您访问的页面不存在或已删除",
        "页面不存在",
        "对不起，您访问的页面不存在！",
        "很抱歉，您要查看的内容不存在或已被删除，请检查地址是否正确",
        "文章已删除",
        "该内容已被作者删除",
        "该信息已下架",
        "您查看的信息已下线",
        "信息不存在",
        "该稿件已撤回",
        "此页面已经被移除。",
        "您访问的<b>页面</b>找不到了",
        "该信息已过期",
        "页面走丢了…",
        "您访问的链接已失效",
        "没有找到您要访问的页面",
        "无法找到该页",
        "404",
        "HTTP 404 - 未找到文件",
        "404 Not Found",
    ],
)
def test_a_line_that_says_the_page_is_gone_is_a_soft_404(said: str, page: str) -> None:
    body = page.format(said)
    assert classify(200, {}, body, len(body.encode())) == "soft_404"


@pytest.mark.parametrize(
    "body",
    [
        "<title>统一身份认证平台</title><div id='root'>账号登录 扫码登录</div>",
        "<form action='/cas/login'><input name='username'><input type='password' name='password'></form>",
        "<h1>用户登录</h1><form><input type=password></form>",
        "<p>您还没有登录，请先登录！</p>",
        "<div>请<a href='/login'>登录</a></div>",
        "<script>top.location = '/login'</script>请登录后查看",
    ],
)
@pytest.mark.parametrize("status", [200, 401, 403, 404])
def test_a_page_that_wants_a_login_is_a_wall_and_says_nothing_of_the_release(body: str, status: int) -> None:
    assert classify(status, {}, body, len(body.encode())) == "captcha"


@pytest.mark.parametrize(
    "told",
    [
        "群众点开短信中的链接后，屏幕显示“页面不存在”的，多为钓鱼网站。",
        "凡提示“您的信息不存在，请登录核验”的短信都是诈骗。",
        "假冒网站弹出“请登录”窗口，诱骗群众输入密码。",
        "如需查询办理进度，请登录青岭省公安厅政务服务网。",
        "涉诈链接已失效。",
        "找到被盗的文件",
        "经核实，该信息不存在。",
        "原规范性文件已失效",
        "涉案网站已下架，信息已移交有关部门。",
    ],
)
@pytest.mark.parametrize("page", ["<div class='TRS_Editor'><p>{}</p></div>", "<h1>反诈提醒</h1><p>{}</p>", FRAME])
def test_a_sentence_that_tells_of_such_pages_is_the_release_itself(told: str, page: str) -> None:
    """Neither date nor heading nor length saves the first of these."""
    body = page.format(told)
    assert classify(200, {}, body, len(body.encode())) == "ok"


@pytest.mark.parametrize(
    "sign",
    [
        "<p>发布时间：2026-07-03</p>",
        "<link href='/2024-05-13/a.css?v=2024-05-14'>2026-07-03<br>",
        "<meta name='ArticleTitle' content='辟谣'>",
        "<h1>辟谣</h1>",
    ],
)
def test_what_has_a_date_or_a_title_is_a_release_whatever_a_line_of_it_says(sign: str) -> None:
    body = f"{sign}<p>该信息不存在。</p>"
    assert classify(200, {}, body, len(body.encode())) == "ok"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_hop_is_ok_and_a_redirect_to_nowhere_is_not(status: int) -> None:
    assert classify(status, {"location": "/a"}, "", 0) == "ok"
    assert classify(status, {}, "", 0) == "client_error"


@pytest.mark.parametrize(
    "piece",
    [
        "<script>",
        "<title ",
        "<",
        "<!--",
        "<h1>",
        "<h1 ",
        "<meta ",
        "<input ",
        "页面",
        "您",
        "对不起",
        "404",
        "<img 2024-5-1 >",
    ],
)
def test_a_body_of_nothing_but_openings_is_judged(piece: str) -> None:
    """Each of these took seconds to minutes under an earlier pattern."""
    body = piece * (400_000 // len(piece))
    assert classify(200, {}, body, len(body)) == "ok"


@pytest.mark.parametrize(
    ("answered", "wants"),
    [
        ("https://sso.qingling.example/", True),
        ("https://gat.qingling.example/cas/login?service=x", True),
        ("https://id.qingling.example/?returnUrl=https%3A%2F%2Fgat.qingling.example%2Fjwdt%2Ft1.html", True),
        ("https://gat.qingling.example/", False),
        ("https://www.qingling.example/index.html?from=gat", False),
        ("https://gat.qingling.example/crj/passport/t1.html", False),
        ("https://m.qingling.example/detail?path=/jwdt/t1.html", False),
    ],
)
def test_a_redirect_to_a_login_is_told_from_one_to_the_home_page(answered: str, wants: bool) -> None:
    assert wants_login("https://gat.qingling.example/jwdt/t1.html", answered) is wants


MOVED = [
    "<title>公告</title><p>本网站已迁移至 <a href='https://gat.new.example/'>新网站</a></p>",
    "<div>网站已搬迁，新地址：https://gat.new.example/，请更新收藏。</div>",
    "<h1>本站已更换域名</h1><p>请访问 http://gat.qingling.gov.cn</p>",
    "<p>青岭省公安厅门户网站域名变更为gat.qingling.gov.cn</p>",
    "<p>新网站地址：<a href='http://gat.new.example/jwdt/'>点击进入</a></p>",
    "<p>尊敬的用户：我厅网站已迁移，<b>gat.qingling.gov.cn</b></p>",
]


@pytest.mark.parametrize("body", MOVED)
def test_a_page_that_says_where_the_site_is_now_has_moved(body: str) -> None:
    assert classify(200, {}, body, len(body.encode())) == "moved"


def test_the_new_address_is_named() -> None:
    assert [moved_to(body) for body in MOVED] == [
        "https://gat.new.example/",
        "https://gat.new.example/",
        "http://gat.qingling.gov.cn",
        "gat.qingling.gov.cn",
        "http://gat.new.example/jwdt/",
        "gat.qingling.gov.cn",
    ]


def test_a_dated_notice_says_it_too_and_is_a_page_all_the_same() -> None:
    """As an article it is a release; only who finds no entry on a list asks where that has gone."""
    notice = "<p>自2026年3月1日起，本网站迁移至https://gat.new.example/</p>"
    assert (classify(200, {}, notice, len(notice)), moved_to(notice)) == ("ok", "https://gat.new.example/")


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("<p>因网站迁移，暂停访问，系统维护中。</p>", "maintenance"),
        ("<p>网站迁移期间暂停访问。</p>", "ok"),
        ("<p>该网站已更换域名为http://fraud.example/，请勿点击。</p>", "ok"),
        ("<p>民警发现，涉诈网站搬迁至http://fraud.example/后继续行骗。</p>", "ok"),
        ("<h1>反诈提醒</h1><p>网站已更换域名http://fraud.example/的短信是诈骗。</p>", "ok"),
        (f"<p>本网站已迁移至https://gat.new.example/</p><p>{'全省公安机关开展夏季治安整治。' * 9}</p>", "ok"),
    ],
)
def test_what_tells_of_moving_and_is_no_notice_of_the_site_has_not_moved(body: str, outcome: str) -> None:
    assert classify(200, {}, body, len(body.encode())) == outcome
    assert moved_to(body) is None


@pytest.mark.parametrize(
    "piece", [">", "> ", ">自", "本站", "\n公告：", "公安厅", "网站迁移", "<p>网站迁移</p><!--", "a.", "http://a"]
)
def test_a_body_of_nothing_but_words_of_moving_is_judged(piece: str) -> None:
    assert moved_to("<!--" + piece * (400_000 // len(piece))) is None


@pytest.mark.parametrize(
    ("asked", "answered", "leads"),
    [
        ("https://gat.qingling.example/jwdt/", "https://gat.new.example/", True),
        ("https://gat.qingling.example/jwdt/", "https://gat.qingling.example/index.html", True),
        ("https://gat.qingling.example/jwdt/", "https://gat.new.example/jwdt/index.html", False),
        ("http://gat.qingling.example/jwdt/", "https://gat.qingling.example/jwdt/", False),
        ("https://gat.qingling.example/", "https://gat.new.example/index.html", False),
    ],
)
def test_a_list_that_leads_to_a_first_page_is_told_from_one_that_leads_on(
    asked: str, answered: str, leads: bool
) -> None:
    assert leads_home(asked, answered) is leads
