"""The seed release comes out of every template the same, to the character."""

from __future__ import annotations

import dataclasses
import itertools
import json

import pytest
import seed_pages as seed
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extract import extract
from crawler.site import Site

OTHER = Site("kuaixun", "快讯网", "Kuaixun", "http://kuaixun.example.com/", "a test", (), kind="other")

CHOICES = {
    "names": range(len(seed.NAMES)),
    "body": ("p", "div", "br", "section", "span"),
    "closing": ("p", "div", "br", "one-line"),
    "colon": (":", "："),
    "items": ("li", "div", "dl", "p", "h3", "br"),
    "close": range(len(seed.CLOSES)),
    "tags": ("标签:", "标签：兰州 马拉松", '标签:<a href="/t/1">兰州</a> <a href="/t/2">马拉松</a>', ""),
    "place": ("beside", "inside", "same"),
    "article": (False, True),
    "side_first": (False, True),
    "picture": ("p", "figure", "div", "caption-first", "br"),
    "h": ("h1", "h2", "div"),
    "label": ("时间", "发布时间", "日期"),
    "line": ("plain", "spans", "list", "more"),
    "shelf": ("h3", "boxed", "more", "text"),
    "sentences": (False, True),
    "pictures": (False, True),
    "frame": ("div", "table", "form"),
    "outside": (False, True),
}
TEMPLATES = st.builds(seed.Template, **{name: st.sampled_from(list(values)) for name, values in CHOICES.items()})


def read(template: seed.Template) -> dict[str, object]:
    article = extract(seed.page(template).encode(), seed.URL, site=OTHER)
    plain = json.loads(json.dumps(dataclasses.asdict(article), default=lambda at: at.isoformat()))
    return {field: plain[field] for field in seed.EXPECTED}


@pytest.mark.parametrize(("place", "body"), list(itertools.product(CHOICES["place"], CHOICES["body"])))
def test_noise_beside_inside_and_in_the_text(place: str, body: str) -> None:
    assert read(seed.Template(place=place, body=body)) == seed.EXPECTED


@settings(deadline=None, max_examples=60)
@given(TEMPLATES)
def test_any_template(template: seed.Template) -> None:
    assert read(template) == seed.EXPECTED


def raw(image: str) -> list[str]:
    """The text as it stood on the reposting site, line by line, without any element that tells its parts."""
    teasers = [text for title, teaser in seed.TEASERS for text in (title, teaser, "来源:2023.06.08")]
    byline = "时间:2023-06-11 22:00:20 来源: 甘肃公安"
    closing = ["发布:甘肃省公安厅政治部宣传处", "编辑:欣然 佳佳", "标签:", "精彩推送", *teasers]
    closed = ["新闻快讯", "X 关闭", "X 关闭", "新闻快讯"]
    return [seed.TITLE, "", byline, "", image, "(资料图片)", "", *seed.BODY, *closing, *closed]


@pytest.mark.parametrize("form", ["<pre>{}</pre>", "<div>{}</div>", "<table><tr><td>{}</td></tr></table>", "{}"])
@pytest.mark.parametrize("joint", ["\n", "<br>\n", "</p><p>", "</div><div>"])
def test_the_bare_text(form: str, joint: str) -> None:
    if joint == "\n" and form != "<pre>{}</pre>":
        joint = "<br/>"
    html = form.format(joint.join(raw('<img src="/uploads/2023/0611/a8f1.jpg">')))
    article = extract(html.encode(), seed.URL, site=OTHER)
    plain = json.loads(json.dumps(dataclasses.asdict(article), default=lambda at: at.isoformat()))
    assert {field: plain[field] for field in seed.EXPECTED} == seed.EXPECTED


def test_on_its_own_departments_site_it_is_no_repost() -> None:
    gansu = Site("gansu", "甘肃省公安厅", "Gansu", seed.URL, "a test", (), division="620000")
    article = extract(seed.page(seed.Template()).encode(), seed.URL, site=gansu)
    assert (article.is_repost, article.repost_of) == (False, None)


def test_what_was_cut_from_the_text_is_kept() -> None:
    article = extract(seed.page(seed.Template(place="same", body="br")).encode(), seed.URL)
    assert {"发布:甘肃省公安厅政治部宣传处", "编辑:欣然 佳佳", "标签:", "精彩推送"} <= set(article.stripped)
    assert article.is_repost is None
