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


def test_on_its_own_departments_site_it_is_no_repost() -> None:
    gansu = Site("gansu", "甘肃省公安厅", "Gansu", seed.URL, "a test", (), division="620000")
    article = extract(seed.page(seed.Template()).encode(), seed.URL, site=gansu)
    assert (article.is_repost, article.repost_of) == (False, None)


def test_what_was_cut_from_the_text_is_kept() -> None:
    article = extract(seed.page(seed.Template(place="same", body="br")).encode(), seed.URL)
    assert {"发布:甘肃省公安厅政治部宣传处", "编辑:欣然 佳佳", "标签:", "精彩推送"} <= set(article.stripped)
    assert article.is_repost is None
