from __future__ import annotations

from typing import Any

import pytest

from archive.web.citation import Citation, escaped

PERMALINK = "https://archive.example/release/aaaaaaaaaaaa"
RELEASE = {
    "key": "aaaaaaaaaaaa",
    "title": "平安夜市守护行动启动",
    "subtitle": None,
    "issuer": None,
    "content_source": "样例市公安局",
    "site_name": "样例省公安厅",
    "site_kind": "police",
    "editor": None,
    "published": "2026-03-01T09:30:05+08:00",
    "url": "https://press.example/a/1.html",
    "body_kind": "text",
    "version": 2,
}
CAPTURE = {"captured": "2026-03-02T10:00:00+08:00", "payload_digest": "sha256:00ff"}


def cite(capture: Any = CAPTURE, **fields: Any) -> Citation:
    return Citation({**RELEASE, **fields}, capture, PERMALINK)


def test_in_a_sentence_with_time_and_digest_of_the_capture():
    assert cite().sentence == (
        "样例市公安局, “平安夜市守护行动启动”, published 2026-03-01 09:30:05 +08:00, https://press.example/a/1.html,"
        " version 2 of aaaaaaaaaaaa in the Police press archive, captured 2026-03-02 10:00:00 +08:00, sha256:00ff,"
        f" {PERMALINK}."
    )


def test_by_the_chinese_standard():
    assert cite().gb_t_7714 == (
        "样例市公安局. 平安夜市守护行动启动[EB/OL]. (2026-03-01)[2026-03-02]. https://press.example/a/1.html."
        f" 存档: {PERMALINK}."
    )


@pytest.mark.parametrize(
    ("published", "said"),
    [("2026-03", "(2026-03)[2026-03-02]"), ("2026", "(2026)[2026-03-02]"), (None, "[2026-03-02]")],
)
def test_a_date_is_cited_as_precise_as_it_is_known(published, said):
    assert f"[EB/OL]. {said}. http" in cite(published=published).gb_t_7714
    assert cite(published=published).json_ld.get("datePublished") == published


def test_a_release_of_which_nothing_is_known_is_cited_all_the_same():
    bare = cite(None, title=None, content_source=None, published=None, url="javascript:alert(1)")
    assert bare.gb_t_7714 == f"样例省公安厅. [无题名][EB/OL]. 存档: {PERMALINK}."
    assert "publication date unknown" in bare.sentence
    assert "javascript" not in bare.sentence + bare.bibtex + bare.gb_t_7714 + str(bare.tags) + str(bare.json_ld)


def test_bibtex_keeps_what_tex_would_take_for_commands():
    entry = cite(
        title='50% & $5 #1 a_b {x} \\input{"/etc"} ~^\n换行', url="https://press.example/{a}?x=%E4&y=1#z"
    ).bibtex
    assert r"title = {{50\% \& \$5 \#1 a\_b \{x\} \textbackslash{}input\{" in entry
    assert r"\textasciitilde{}\textasciicircum{} 换行}}" in entry
    assert "url = {https://press.example/%7Ba%7D?x=%E4&y=1#z}" in entry
    assert entry.startswith("@misc{aaaaaaaaaaaa,\n  author = {{样例市公安局}},\n")
    plain = entry.replace(r"\{", "").replace(r"\}", "")
    assert plain.count("{") == plain.count("}")
    assert "month = {3}" in entry
    assert "urldate = {2026-03-02}" in entry


def test_who_answers_for_the_text():
    assert cite(issuer="发文局").responsible == "发文局"
    assert cite(content_source=" \n").responsible == "样例省公安厅"
    assert cite(site_kind="other").json_ld["publisher"]["@type"] == "Organization"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://press.example/a b", ""),
        ("javascript:alert(1)", ""),
        (None, ""),
        ("https://press.example/公?<\"'>", "https://press.example/%E5%85%AC?%3C%22'%3E"),
        ("https://press.example/%E5%85%AC", "https://press.example/%E5%85%AC"),
    ],
)
def test_an_address_is_escaped_once(url, said):
    assert escaped(url) == said
