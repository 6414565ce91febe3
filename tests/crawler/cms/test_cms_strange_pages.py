from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.cms import FAMILIES, Page, parse

URL = "https://gaj.haixi.example/xxfb/jwbd/index_1.html"
SELECTORS = {"entry": "li, tr, dt", "title": "a", "date": "span"}
WHOLE = [path.read_text("utf-8") for path in sorted((Path(__file__).parents[2] / "pages").glob("*/listing.html"))]
PIECES = st.sampled_from(
    (
        *("<ul>", "</ul>", "<li>", "</table><td>", "<a href='", '"', "<!--", "-->", "<script>", "]]>", "{{", "\0"),
        *("<base href=//[>", "<a href=http://[x>1</a>", "createPageHTML(", "下一页", "共条", "2026-02-30", "99999999"),
        *("０３", "&#x110000;", "\ud800"),
    )
)


@st.composite
def mutated_pages(draw: st.DrawFn) -> str:
    """A real list page with a few stretches cut out, doubled or overwritten."""
    text = draw(st.sampled_from(WHOLE))
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 200)))
        text = text[:start] + draw(st.sampled_from(["", text[start:end] * 2]) | PIECES) + text[end:]
    return text


def holds(cms: str, text: str) -> None:
    listed = parse(cms, Page(URL, text, SELECTORS))
    addresses = [entry.url for entry in listed.entries]
    assert len(addresses) == len(set(addresses))
    for url in [*addresses, *filter(None, [listed.next_page])]:
        assert urlsplit(url).scheme in ("http", "https")
        assert urlsplit(url).hostname
        assert "{{" not in url
        assert url != URL


@pytest.mark.parametrize("cms", FAMILIES)
@given(text=mutated_pages())
@settings(max_examples=60, deadline=None)
def test_no_page_is_too_strange(cms: str, text: str) -> None:
    holds(cms, text)


@pytest.mark.parametrize("cms", FAMILIES)
@given(text=st.text() | st.lists(PIECES, max_size=30).map("".join))
@settings(max_examples=60, deadline=None)
def test_no_text_is_too_strange(cms: str, text: str) -> None:
    holds(cms, text)


@pytest.mark.parametrize("cms", FAMILIES)
@pytest.mark.parametrize(
    "text",
    [
        "<div>" * 2000 + "<a href=/a>2026-07-03</a>",
        "<ul>" + "".join(f"<li><a href=/n/{n}>第{n}号简讯</a> 2026-07-03</li>" for n in range(2000)) + "</ul>",
        "<div>" + "".join(f"<a href=/n/{n}>{n}</a>" for n in range(3000)) + "</div>",
        "<p>" + "[" * 100_000 + "</p><a title='" + "<" * 100_000 + "' href=/a>" + "." * 100_000 + "</a>",
        "<script>" + "/*" * 100_000 + "\n" * 100_000 + "createPageHTML(" * 10_000 + "</script>",
    ],
    ids=["deep", "long", "numbers", "brackets", "script"],
)
def test_no_page_takes_long(cms: str, text: str) -> None:
    start = time.process_time()
    holds(cms, text)
    assert time.process_time() - start < 10, "seconds; a twentieth of it is usual"
