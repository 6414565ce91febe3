"""A department whose pages attack whoever shows them: each of its releases carries one attack in every field it has.

An attack that succeeds puts something into `window.__xss`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from html import escape

from crawler.demo.answers import Answer, pdf, text
from crawler.demo.invented import Release
from crawler.demo.sample_site import SampleSite

SLUG = "hostile"
MODIFIED = dt.datetime(2026, 7, 1, 9, tzinfo=dt.timezone(dt.timedelta(hours=8)))
ATTACKS: Mapping[str, str] = {
    "script": "<script>window.__xss=1</script>",
    "image": "<img src=x onerror=window.__xss=2>",
    "attribute": "\"'><svg/onload=window.__xss=3>",
    "title": "</title></textarea><script>window.__xss=4</script>",
    "json": '"}]}</script><script>window.__xss=5</script>',
    "cdata": "]]></content><html:script xmlns:html='http://www.w3.org/1999/xhtml'>window.__xss=6</html:script>",
    "comment": "--><script>window.__xss=7</script><!--",
    "template": "{{7*7}}{%print(7*7)%}${window.__xss=8}<%=7*7%>",
    "style": "</style><style>*{display:none!important}</style><p style=position:fixed;inset:0>",
    "link": "<a href=javascript:window.__xss=10>javascript:window.__xss=10</a>",
    "entities": "&lt;script&gt;window.__xss=11&lt;/script&gt;",
    "direction": "\u202e\u2066tpircs\u2069<bdo dir=rtl onmouseover=window.__xss=12>",
    "address": "javascript:window.__xss=13//https://press.example/",
    "nesting": "<math><mtext></mtext><mglyph><style></math><img src=x onerror=window.__xss=14>",
    "markdown": "[x](javascript:window.__xss=15)",
}
EDITED = "attribute"  # whose text changes, from one attack to another
PICTURED = "image"  # whose body is nothing but pictures, so that their files are fetched and shown
SHORT = "<b/onclick=__xss=9>"  # what is longer is no name of an editor
DRAWING = b"<svg xmlns='http://www.w3.org/2000/svg' onload='window.__xss=20'><script>window.__xss=21</script></svg>"
IN_COLUMN = "<script>window.__xss=30</script>"
IN_NAME = "<img src=x onerror=window.__xss=31>"
_PICTURES = '<p><img src="/xxfb/page.png"></p>'
VANTAGE = "<script>window.__xss=32</script>"
REASON = "at the request of <script>window.__xss=33</script>"


def path(name: str) -> str:
    """Where the page of an attack stands; its query is an attack too."""
    return f"/xxfb/{name}.html?a='<script>window.__xss=40</script>"


def department(_home: str) -> SampleSite:
    """The site: one list, a release an attack, and what they show or offer."""
    releases = [Release(path(name), _title(name), dt.date(2026, 7, 1)) for name in ATTACKS]
    answers = {path(name).partition("?")[0]: article(name, ATTACKS[name]) for name in ATTACKS}
    return SampleSite(
        slug=SLUG,
        name=f"攻击省公安厅{IN_NAME}",
        english=f"Hostile Department {IN_NAME}",
        cms="html",
        listings={f"攻击要闻{IN_COLUMN}": "/xxfb/"},
        answers={
            "/xxfb/": text("".join(map(_line, releases)).join(("<ul>", "</ul>"))),
            **answers,
            "/xxfb/drawing.png": Answer(DRAWING, "image/svg+xml", MODIFIED),
            "/xxfb/page.png": Answer(b"<html><script>window.__xss=22</script></html>", "text/html", MODIFIED),
            "/xxfb/annex.pdf": pdf("Hostile department, annex", MODIFIED),
        },
        releases=tuple(releases),
        selectors={"entry": "li", "link": "a", "title": "a", "date": "span"},
    )


def article(name: str, attack: str) -> Answer:
    """The page of a release, with an attack as text in every field."""
    shown = escape(attack)
    says = f"""<p>攻击省公安厅通报：{shown}请广大群众提高警惕，遇到可疑情况立即报警。</p><p>{shown}</p>
<p>附件：<a href="/xxfb/annex.pdf" title="附件{shown}.pdf">附件{shown}.pdf</a>
<a href="javascript:window.__xss=23//a.pdf">第二个附件.pdf</a></p>"""
    return text(
        f"""<html><head><title>{escape(_title(name))}</title></head><body><div class="article">
<h1>{escape(_title(name))}</h1><h2 class="subtitle">攻击副题{shown}</h2>
<div class="info"><span>发布时间：2026-07-01 09:00</span> <span>来源：攻击日报{shown}</span>
<span>作者：攻者{shown}</span></div>
<div class="TRS_Editor">{_PICTURES if name == PICTURED else says}
<p><img src="/xxfb/drawing.png" title="图名{shown}"></p><p class="caption">图为攻击{shown}</p>
</div>
<p>审核：审者{escape(SHORT)}</p><p>责任编辑：编者{escape(SHORT)}</p></div></body></html>""",
        modified=MODIFIED,
    )


def _title(name: str) -> str:
    return f"攻击通报{list(ATTACKS).index(name)}号{ATTACKS[name]}"


def _line(release: Release) -> str:
    return f'<li><a href="{escape(release.path)}">{escape(release.title)}</a><span>{release.day}</span></li>'
