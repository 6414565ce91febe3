"""Canonical addresses and the keys made from them: the contract's examples and each of its clauses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.addresses import canonical, key

BEIJING = "https://gaj.beijing.gov.cn/xxfb/jwbd/202607/t20260703_4746539.html"

# Pieces that have a meaning in an address, so that hypothesis meets them often.
PIECES = st.sampled_from(
    [
        "/",
        "..",
        ".",
        "%e5%85%ac",
        "%",
        "%2f",
        ";jsessionid=A1",
        "公安",
        " ",
        "&",
        "=",
        "?",
        "spm",
        "utm_source=x",
        "+",
        "a",
    ]
)
TEXT = st.lists(PIECES | st.text(max_size=3), max_size=8).map("".join)
PORTS = st.sampled_from(["", ":80", ":443", ":8080", ":0"])
TRACKING = st.sampled_from(
    ["spm=a2.b3", "utm_source=weixin", "utm_medium=", "utm_campaign", "jsessionid=0A9F", "SPM=1", "JSESSIONID=7", "spm"]
)


@st.composite
def addresses(draw: st.DrawFn) -> str:
    scheme = draw(st.sampled_from(["http", "https", "HTTP"]))
    host = draw(st.sampled_from(["gaj.example.cn", "GAJ.Example.CN", "127.0.0.1", "[::1]"]))
    path = "/" + draw(TEXT).replace("?", "").replace("#", "")
    query, fragment = draw(TEXT).replace("#", ""), draw(st.sampled_from(["", "#", "#top"]))
    return f"{scheme}://{host}{draw(PORTS)}{path}?{query}{fragment}".strip()


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("gaj.beijing.gov.cn/xxfb/jwbd/202607/t20260703_4746539.html", "fi4pg5axthj6"),
        ("gdga.gd.gov.cn/jwzx/jwyw/content/post_4281874.html", "nbaa5c22i5pi"),
        ("gaj.sh.gov.cn/shga/wzXxfbGj/detail?pa=a%2Fb&page=2", "ojfgxhnwc7fj"),
    ],
)
def test_the_contract_s_keys(form: str, expected: str) -> None:
    assert [canonical(f"{scheme}://{form}") for scheme in ("http", "https")] == [form, form]
    assert [key(f"{scheme}://{form}") for scheme in ("http", "https")] == [expected, expected]


@pytest.mark.parametrize(
    ("url", "form"),
    [
        # scheme dropped
        ("HTTPS://gaj.example.cn/a", "gaj.example.cn/a"),
        # host lower-case; the path's case is the page's own
        ("http://GAJ.Example.CN/Xwzx/A.html", "gaj.example.cn/Xwzx/A.html"),
        ("http://[FE80::1]/a", "[fe80::1]/a"),
        # default port dropped, each of its own scheme only
        ("http://gaj.example.cn:80/a", "gaj.example.cn/a"),
        ("https://gaj.example.cn:443/a", "gaj.example.cn/a"),
        ("http://gaj.example.cn:443/a", "gaj.example.cn:443/a"),
        ("http://[::1]:8080/a", "[::1]:8080/a"),
        # fragment dropped
        ("http://gaj.example.cn/a#top", "gaj.example.cn/a"),
        ("http://gaj.example.cn/a?x=1#a?b", "gaj.example.cn/a?x=1"),
        # dot segments resolved, empty ones kept
        ("http://gaj.example.cn", "gaj.example.cn/"),
        ("http://gaj.example.cn/a/./b/../c", "gaj.example.cn/a/c"),
        ("http://gaj.example.cn/a/b/..", "gaj.example.cn/a/"),
        ("http://gaj.example.cn/../../a", "gaj.example.cn/a"),
        ("http://gaj.example.cn/a/.", "gaj.example.cn/a/"),
        ("http://gaj.example.cn//a//b", "gaj.example.cn//a//b"),
        # percent-escapes in upper case; what needs one gets one; what is written plain stays so
        ("http://gaj.example.cn/%e5%85%ac%2f~", "gaj.example.cn/%E5%85%AC%2F~"),
        ("http://gaj.example.cn/公?q=安", "gaj.example.cn/%E5%85%AC?q=%E5%AE%89"),
        ("http://gaj.example.cn/a b?c d", "gaj.example.cn/a%20b?c%20d"),
        ("http://gaj.example.cn/100%?50%", "gaj.example.cn/100%?50%"),
        # query kept in order, empty values and doubled names too; an empty query is none
        ("http://gaj.example.cn/a?b=2&a=1&b=&c", "gaj.example.cn/a?b=2&a=1&b=&c"),
        ("http://gaj.example.cn/a?", "gaj.example.cn/a"),
        # less session and tracking parameters, in the path too, and no parameter whose name only begins like one
        ("http://gaj.example.cn/a?spm=1&id=7&utm_source=x&JSESSIONID=9", "gaj.example.cn/a?id=7"),
        ("http://gaj.example.cn/a?utm_term", "gaj.example.cn/a"),
        ("http://gaj.example.cn/a.do;jsessionid=0A.n1?id=7", "gaj.example.cn/a.do?id=7"),
        ("http://gaj.example.cn/a;jsessionid=0A/b;v=2", "gaj.example.cn/a/b;v=2"),
        ("http://gaj.example.cn/a?spmx=1&utm=2&xspm=3", "gaj.example.cn/a?spmx=1&utm=2&xspm=3"),
        # what surrounds an address in a page's source
        ("\u3000http://gaj.example.cn/a\n", "gaj.example.cn/a"),
        ("http://reader:secret@gaj.example.cn/a", "gaj.example.cn/a"),
    ],
)
def test_canonical(url: str, form: str) -> None:
    assert canonical(url) == form


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/a/b.html",
        "gaj.example.cn/a",
        "ftp://gaj.example.cn/a",
        "javascript:void(0)",
        "mailto:a@example.cn",
        "http:///a",
        "http://[x/a",
        "https://gaj.example.cn:99999/a",
        "http://gaj.example.cn:port/a",
    ],
)
def test_what_is_no_web_address_has_no_key(url: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        key(url)


@settings(deadline=None)
@given(addresses())
def test_canonical_is_its_own_canonical_form(url: str) -> None:
    form = canonical(url)
    assert canonical(f"{url[: url.index(':')]}://{form}") == form


@settings(deadline=None)
@given(addresses())
def test_a_canonical_form_is_ascii_without_what_the_contract_drops(url: str) -> None:
    form = canonical(url)
    assert form.isascii()
    assert not set(form) & set(" \t\n#")
    assert "jsessionid=a1" not in form.partition("?")[0].lower()
    assert not {".", ".."} & set(form.partition("?")[0].split("/"))


@settings(deadline=None)
@given(addresses(), TRACKING, st.integers(0, 9))
def test_a_tracking_parameter_never_changes_the_key(url: str, parameter: str, place: int) -> None:
    front, _, fragment = url.partition("#")
    path, _, query = front.partition("?")
    parameters = query.split("&") if query else []
    parameters.insert(place, parameter)
    assert key(f"{path}?{'&'.join(parameters)}#{fragment}") == key(url)


@settings(deadline=None)
@given(st.text("abcdefghijklmnop", min_size=1, max_size=6), st.text("abcdefghijklmnop", min_size=1, max_size=6))
def test_other_pages_have_other_keys(one: str, other: str) -> None:
    assert (key(f"{BEIJING}?id={one}") == key(f"{BEIJING}?id={other}")) is (one == other)
    assert len(key(f"{BEIJING}?id={one}")) == 12
