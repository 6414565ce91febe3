from __future__ import annotations

from crawler.extract import metas
from crawler.extract.document import parse


def read(html: str) -> dict[str, list[str]]:
    return {name: list(values) for name, values in metas.read(parse(html)).items()}


def test_names_in_any_case_and_the_first_value_that_says_something() -> None:
    html = '<meta name="ContentSource" content=""><meta name="contentsource" content=" 某市\n公安局 ">'
    assert read(html) == {"contentsource": ["某市公安局"]}


def test_null_and_placeholders_are_no_value() -> None:
    html = '<meta name="a" content="null"><meta name="b" content="{{title}}"><meta property="og:title" content="题">'
    assert read(html) == {"og:title": ["题"]}


def test_tags_in_a_value() -> None:
    html = '<meta name="ArticleTitle" content="&lt;b&gt;通报&lt;/b&gt;&lt;div&gt;——副题&lt;/div&gt;">'
    assert read(html) == {"articletitle": ["通报"]}


def test_a_commented_meta_is_not_read() -> None:
    assert read('<!-- <meta name="ContentSource" content="旧站"> --><p>x</p>') == {}


def test_every_value_of_a_name_is_kept_once() -> None:
    html = "".join(f'<meta name="PubDate" content="{value}">' for value in ("2024-03-04", "2024-03-09", "2024-03-04"))
    assert read(html) == {"pubdate": ["2024-03-04", "2024-03-09"]}
