from __future__ import annotations

import pytest

from archive.models import Entry
from crawler.extract import extract
from crawler.extract.title import without_suffix

URL = "https://gaj.example.gov.cn/jwbd/1.html"
TEXT = "6月3日，某市公安局召开新闻发布会，通报夏季治安打击整治行动阶段性战果。"
FULL = "某市公安局召开夏季治安打击整治行动新闻发布会"


def title(head: str, body: str, listed: str | None = None) -> str | None:
    html = f"<html><head>{head}</head><body>{body}<div class='c'><p>{TEXT}</p></div></body></html>"
    return extract(html.encode(), URL, entry=Entry(URL, listed) if listed else None).title


@pytest.mark.parametrize(
    ("head", "body", "listed", "expected"),
    [
        (f"<title>{FULL}_警务报道_某市公安局</title>", "", None, FULL),
        (f"<title>{FULL}-某市公安局</title>", "", None, FULL),
        (f"<title>{FULL} | 平安某市</title>", f"<div>{FULL}</div>", None, FULL),
        ("<title>某市公安局</title>", f"<h1>{FULL}</h1>", None, FULL),
        ("<title>某市公安局</title>", f'<h1>某市公安局</h1><div class="article-title">{FULL}</div>', FULL, FULL),
        (f'<meta name="ArticleTitle" content="{FULL}&lt;div&gt;——副标题&lt;/div&gt;">', "", None, FULL),
        (f'<meta name="ArticleTitle" content="{FULL[:12]}…">', f"<h2>{FULL}</h2>", None, FULL),
        (f"<title>{FULL[:12]}...</title>", f"<h2>{FULL}</h2>", None, FULL),
        ("", f"<h1>{FULL}</h1>", FULL[:10] + "...", FULL),
        ('<meta name="ArticleTitle" content="null"><title></title>', "", FULL, FULL),
        (
            "",
            "<h1>分类导航</h1><h2>某市公安局召开新闻发布会</h2>",
            "某市公安局召开新闻发布会",
            "某市公安局召开新闻发布会",
        ),
        (f"<title>{FULL}-热讯网</title>", f"<h1>{FULL}<small>热讯网</small></h1>", None, FULL),
        (f"<title>{FULL}_热讯网</title>", f"<h1>{FULL}<small> | 热讯网</small></h1>", FULL[:10] + "...", FULL),
        (
            f'<meta name="ArticleTitle" content="{FULL}"><title>{FULL} - 要闻 - 热讯网</title>',
            f"<h1>{FULL}<i>要闻</i><i>热讯网</i></h1>",
            None,
            FULL,
        ),
        (f"<title>{FULL}——嫌疑人落网</title>", f"<h1>{FULL}——嫌疑人落网</h1>", None, f"{FULL}——嫌疑人落网"),
        (
            f'<meta name="ArticleTitle" content="{FULL}纪实"><title>{FULL}_纪实</title>',
            f"<h1>{FULL}<b>纪实</b></h1>",
            None,
            f"{FULL}纪实",
        ),
        ("", "", None, None),
    ],
)
def test_title(head: str, body: str, listed: str | None, expected: str | None) -> None:
    assert title(head, body, listed) == expected


def test_a_dash_inside_a_title_is_not_a_suffix() -> None:
    assert without_suffix("“净网—2023”专项行动典型案例选登_某市公安局") == "“净网—2023”专项行动典型案例选登"


def test_the_title_is_not_part_of_the_body() -> None:
    html = f'<html><body><div class="TRS_Editor"><h1>{FULL}</h1><p>来源：某局</p><p>{TEXT}</p></div></body></html>'
    assert extract(html.encode(), URL).body == TEXT


def test_a_heading_with_the_site_s_name_is_not_part_of_the_body_either() -> None:
    heading = f"<title>{FULL}-热讯网</title><h1>{FULL}<small>热讯网</small></h1>"
    html = f'<html><body><div class="TRS_Editor">{heading}<p>{TEXT}</p></div></body></html>'
    found = extract(html.encode(), URL)
    assert (found.title, found.body) == (FULL, TEXT)
