"""The pages of 青岭热线, a commercial site that reposts police releases among advertising and recommended items."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from crawler.demo.answers import Answer, fill, picture, text
from crawler.demo.releases import SHANGHAI

LIST = "/jinri/"


def portal() -> dict[str, Answer]:
    """Every address of the site, as a path, with its answer."""
    declared = tomllib.loads(Path(__file__).with_name("reposts.toml").read_text("utf-8"))
    reposts: list[dict[str, Any]] = declared["repost"]
    recommended = "\n".join(_recommended(item) for item in declared["recommended"])
    items = "\n".join(
        f'<li><a href="{repost["path"]}">{escape(repost["title"])}</a><span>{repost["published"][:10]}</span></li>'
        for repost in reposts
    )
    listing = text(_frame("今日青岭", fill("portal_list.html", items=items)))
    answers = {
        "/": listing,
        LIST: listing,
        "/robots.txt": text("User-agent: *\nDisallow: /search\n", "text/plain; charset=utf-8"),
    }
    for number, repost in enumerate(reposts, 1):
        modified = dt.datetime.fromisoformat(repost["published"]).replace(tzinfo=SHANGHAI)
        answers[repost["path"]] = text(_article(repost, recommended), modified=modified)
        answers[_picture(repost)] = picture(number * 101, modified)
    return answers


def _article(repost: Mapping[str, Any], recommended: str) -> str:
    content = fill(
        "portal_article.html",
        title=escape(repost["title"]),
        published=repost["published"],
        source=escape(repost["source"]),
        picture=_picture(repost),
        caption=escape(repost["caption"]),
        body="\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in repost["paragraphs"]),
        issuer=escape(repost["issuer"]),
        editor=escape(repost["editor"]),
        recommended=recommended,
    )
    return _frame(repost["title"], content)


def _frame(title: str, content: str) -> str:
    return fill("portal_frame.html", title=escape(title), content=content)


def _picture(repost: Mapping[str, Any]) -> str:
    return f"/upload/{repost['published'][:10].replace('-', '')}/{Path(repost['path']).stem}.png"


def _recommended(item: Mapping[str, str]) -> str:
    title, teaser, shown = (escape(item[name]) for name in ("title", "teaser", "shown"))
    return (
        f'<div class="item"><h4><a href="javascript:void(0)">{title}</a></h4>'
        f"<p>{teaser}</p><span>来源:{shown}</span></div>"
    )
