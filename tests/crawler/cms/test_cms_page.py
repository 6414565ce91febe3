from __future__ import annotations

import pytest

from crawler.cms import Page

URL = "https://gaj.haixi.example/xxfb/jwbd/index_1.html?x=1"


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("./202607/t20260703_1.html", "https://gaj.haixi.example/xxfb/jwbd/202607/t20260703_1.html"),
        ("../tzgg/1.html", "https://gaj.haixi.example/xxfb/tzgg/1.html"),
        ("/a.html#top", "https://gaj.haixi.example/a.html"),
        ("//www.haixi.example/b", "https://www.haixi.example/b"),
        ("?page=2", "https://gaj.haixi.example/xxfb/jwbd/index_1.html?page=2"),
        (" \n index_2.html\t", "https://gaj.haixi.example/xxfb/jwbd/index_2.html"),
        (r".\202607\c.htm", "https://gaj.haixi.example/xxfb/jwbd/202607/c.htm"),
        ("http://[2001:db8::1]:8080/a", "http://[2001:db8::1]:8080/a"),
        ("http://警务.example/", "http://警务.example/"),
    ],
)
def test_an_address_is_what_a_reader_would_reach(href: str, url: str) -> None:
    assert Page(URL, "").absolute(href) == url


@pytest.mark.parametrize(
    "href",
    [
        *(
            None,
            "",
            " ",
            "#",
            "#/detail?id=1",
            "javascript:void(0)",
            " JavaScript:go(2)",
            "mailto:a@b.example",
            "tel:110",
        ),
        *(
            "data:text/html,x",
            "file:///etc/passwd",
            "ftp://a.example/b",
            "{{pcUrl}}",
            "/a/${id}.html",
            "%7B%7Burl%7D%7D",
        ),
        *("http://[::1", "http://a.example:port/", "http://", "http:///a", "http://a b.example/", "<%=url%>"),
    ],
)
def test_what_is_no_address_is_none(href: str | None) -> None:
    assert Page(URL, "").absolute(href) is None


def test_a_base_element_is_what_addresses_are_relative_to() -> None:
    page = Page(URL, '<html><head><base href="/n22/"></head><body>x</body></html>')
    assert page.absolute("c1.html") == "https://gaj.haixi.example/n22/c1.html"
    assert Page(URL, '<base href="javascript:1"><p>x</p>').absolute("/c1.html") == "https://gaj.haixi.example/c1.html"


@pytest.mark.parametrize("href", ["./", "index.shtml", "https://gaj.haixi.example/xxfb/jwbd/", "#top", "index.html#2"])
def test_a_directory_and_its_index_are_one_page(href: str) -> None:
    assert Page("http://gaj.haixi.example/xxfb/jwbd/index.html", "").elsewhere(href) is None


def test_an_index_with_a_query_is_another_page() -> None:
    assert Page("http://a.example/index.html", "").elsewhere("?page=2") == "http://a.example/index.html?page=2"


@pytest.mark.parametrize(
    "text", ["", " \n", "<!-- nothing -->", "\0\0", "<?xml version='1.0'?>", "plain text", "\udc80"]
)
def test_there_is_always_a_tree(text: str) -> None:
    assert Page(URL, text).tree.tag == "html"


def test_an_xml_declaration_does_not_matter() -> None:
    page = Page(URL, '<?xml version="1.0" encoding="gb2312"?><html><body><p>警情通报</p></body></html>')
    assert page.tree.findtext(".//p") == "警情通报"
