from __future__ import annotations

import datetime as dt
import time
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from walked import HOST, is_usable, shown, walk_pages

from crawler.cms import ListPage, Page, feed
from crawler.cms.base import Entry
from crawler.demo.families import feed as feed_pages

URL = HOST + "/jwdt/rss.xml"


def read(text: str) -> ListPage:
    return feed.parse(Page(URL, text))


def item(inside: str) -> Entry | None:
    """What an RSS item with an address and this inside is read as."""
    entries = read(f"<rss><channel><item><link>/a/1.html</link>{inside}</item></channel></rss>").entries
    return entries[0] if entries else None


def day_of(text: str, name: str = "pubDate") -> dt.date | None:
    found = item(f"<{name}>{text}</{name}>")
    assert found
    return found.published


@pytest.mark.parametrize("path", [feed_pages.RSS, feed_pages.RDF])
def test_rss_lists_every_release(path: str) -> None:
    (listed,) = walk_pages(feed.parse, feed_pages.site(), path)
    assert shown(listed) == feed_pages.RELEASES


def test_a_paged_atom_feed_is_walked() -> None:
    listed = list(walk_pages(feed.parse, feed_pages.site(), feed_pages.atom_path(1)))
    assert [len(one.entries) for one in listed] == [3, 3, 2]
    assert list(chain.from_iterable(map(shown, listed))) == feed_pages.RELEASES


def test_a_sitemap_index_leads_to_the_newest_sitemap_which_lists_articles_alone() -> None:
    index, newest = walk_pages(feed.parse, feed_pages.site(), feed_pages.SITEMAPS)
    assert index == ListPage((), HOST + feed_pages.sitemap_path(3), None, 3, is_frame=True)
    assert shown(newest) == [(path, "", day) for path, _, day in feed_pages.RELEASES[:3]]


def test_a_sitemap_index_without_days_leads_to_its_first_sitemap() -> None:
    index = "<sitemapindex><sitemap><loc>/a.xml</loc></sitemap><sitemap><loc>/b.xml</loc></sitemap></sitemapindex>"
    assert read(index).next_page == HOST + "/a.xml"
    assert read("<sitemapindex/>") == ListPage(())


@pytest.mark.parametrize(
    ("path", "is_article"),
    [
        ("/202607/0a1b2c3d4e5f60718293a4b5c6d7e8f9.shtml", True),
        ("/gayw/t10521285.shtml", True),
        ("/art/2026/9/24/art_6372_11834669.html", True),
        ("/jwzx/jwyw/content/post_4281874.html", True),
        ("/info/1016/914.htm", True),
        ("/n2254098/n4904352/c9947046/content.html", True),
        ("/tongzhou/1710012/index.html", True),
        ("/Pages_6445_858919.aspx", True),
        ("/shga/wzXxfbGj/detail?pa=0f0f", True),
        ("/n2254098/n4904352/index.html", False),
        ("/n2254098/n4904352/index_5097045_3.html", False),
        ("/list_20260.shtml", False),
        ("/jwdt/xstz.htm", False),
        ("/202607/t20260703_1.pdf", False),
        (f"/202607/{'1' * 2048}.html", False),
    ],
)
def test_which_addresses_of_a_sitemap_are_articles(path: str, is_article: bool) -> None:
    listed = read(f"<urlset><url><loc>{HOST}{path}</loc></url></urlset>")
    assert [entry.url for entry in listed.entries] == [HOST + path] * is_article


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Fri, 03 Jul 2026 09:30:00 +0800", dt.date(2026, 7, 3)),
        ("Fri, 03 Jul 2026 16:30:00 GMT", dt.date(2026, 7, 4)),
        ("3 Jul 26 09:30 -0000", dt.date(2026, 7, 3)),
        ("2026-07-03", dt.date(2026, 7, 3)),
        ("2026-07-03 23:30:00", dt.date(2026, 7, 3)),
        ("2026-07-03T23:30:00Z", dt.date(2026, 7, 4)),
        ("2026年7月3日", dt.date(2026, 7, 3)),
        ("2026-7-3 9:30", dt.date(2026, 7, 3)),
        ("2026-02-30", None),
        ("0001-01-01T00:00:00+08:00", None),
        ("Fri, 03 Jul 2026 09:30:00 +9999999999999999", None),
        ("Fri, 03 Jul " + "9" * 5000, None),
        ("昨天", None),
        ("", None),
    ],
)
def test_the_day_is_shanghais(text: str, day: dt.date | None) -> None:
    assert day_of(text) == day


def test_atom_has_updated_where_nothing_says_published() -> None:
    entry = '<link href="/a/1.html"/><updated>2026-07-03T20:00:00Z</updated>'
    listed = read(f'<feed xmlns="http://www.w3.org/2005/Atom"><entry>{entry}</entry></feed>')
    assert listed.entries == (Entry(HOST + "/a/1.html", "", dt.date(2026, 7, 4)),)


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("<title>警方 &amp;amp; 市民\n\t携手</title>", "警方 & 市民 携手"),
        ("<title><![CDATA[<font color=red>警情通报</font>]]></title>", "警情通报"),
        ("<title>警情&nbsp;通报</title>", "警情 通报"),
        ("<title>警情\x0b通报</title>", "警情通报"),
        ("<title>甲 & 乙 &amp; 丙</title>", "甲 & 乙 & 丙"),
        ("<title/><m:title xmlns:m='http://search.yahoo.com/mrss/'>配图</m:title>", ""),
        ("", ""),
    ],
)
def test_titles_come_without_mark_up(written: str, title: str) -> None:
    assert item(written) == Entry(HOST + "/a/1.html", title)


@pytest.mark.parametrize(
    ("links", "url"),
    [
        ("<link>show.do?id=1&type=2</link>", "/jwdt/show.do?id=1&type=2"),
        ("<link>show.do?id=1&amp;type=2</link>", "/jwdt/show.do?id=1&type=2"),
        ("<link><![CDATA[show.do?id=1&type=2]]></link><title>&nbsp;</title>", "/jwdt/show.do?id=1&type=2"),
        ("<link>\n/a/1.html#top\n</link>", "/a/1.html"),
        ("<link/><guid>/a/1.html</guid>", "/a/1.html"),
        ("<guid isPermaLink='false'>/a/1.html</guid>", None),
        ("<link>https://weixin.example/s/1</link>", None),
        ("<link>javascript:alert(1)</link>", None),
        ("<link>{{pcUrl}}</link>", None),
        ("<link>/jwdt/rss.xml</link>", None),
    ],
)
def test_where_an_item_leads(links: str, url: str | None) -> None:
    listed = read(f"<rss><channel><item>{links}</item></channel></rss>")
    assert [entry.url for entry in listed.entries] == ([HOST + url] if url else [])


def test_mark_up_within_a_feed_is_none_of_its_own() -> None:
    quoted = '<description><base href="https://else.example/"/></description><link>1.html</link>'
    assert [entry.url for entry in read(f"<rss><item>{quoted}</item></rss>").entries] == [HOST + "/jwdt/1.html"]


@pytest.mark.parametrize("relation", ["next", "prev-archive", "NEXT"])
def test_a_channel_may_lead_on_as_rfc_5005_says(relation: str) -> None:
    link = f'<link xmlns="http://www.w3.org/2005/Atom" rel="{relation}" href="rss.xml?page=2"/>'
    assert read(f"<rss><channel>{link}</channel></rss>").next_page == URL + "?page=2"
    assert read(f"<rss><channel><item>{link}</item></channel></rss>").next_page is None


def test_a_feed_that_breaks_off_lists_what_came() -> None:
    begun = "</item>".join(feed_pages.rss().split("</item>")[:5])
    assert shown(read(begun)) == feed_pages.RELEASES[:5]


def test_a_file_of_this_machine_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("七月的秘密", "utf-8")
    outside = f'<!DOCTYPE rss [<!ENTITY % p SYSTEM "{secret.as_uri()}"> %p; <!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    listed = read(f"{outside}<rss><item><title>甲&x;乙</title><link>/a/1.html</link></item></rss>")
    assert [entry.url for entry in listed.entries] == [HOST + "/a/1.html"]
    assert "秘密" not in listed.entries[0].title


def test_an_address_made_of_an_entity_is_none() -> None:
    declared = '<!DOCTYPE rss [<!ENTITY x "/a/1.html">]>'
    assert read(f"{declared}<rss><item><link>&x;</link></item></rss>") == ListPage(())


def test_a_billion_laughs_are_not_laughed() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    text = (
        f'<!DOCTYPE rss [<!ENTITY l0 "哈">{laughs}]><rss><item><title>&l11;</title><link>/a/1.html</link></item></rss>'
    )
    assert [len(entry.title) < 100 for entry in read(text).entries] == [True]


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "<", "<!--", "<rss", "<rss/>", "<urlset/>", "{}", "下一页"),
        "<html><body><ul><li><a href=/202607/t20260703_1.html>警情通报</a></li></ul></body></html>",
        "<opml><item><link>/a/1.html</link></item></opml>",
        "<rss>" + "<channel>" * 100_000 + "<item><link>/a/1.html</link></item>",
    ],
)
def test_what_is_no_feed_lists_nothing(text: str) -> None:
    assert read(text) == ListPage(())


@pytest.mark.parametrize(
    "text",
    [
        "<urlset>" + f"<url><loc>{HOST}/info/1/1.htm</loc></url>" * 20_000 + "</urlset>",
        "<rss>" + "<item><title>" * 200_000,
        "<rss><item><link>/a</link><title>" + "<![CDATA[" + "<" * 1_000_000 + "]]></title></item></rss>",
        "<rss><item><link>" + "<![CDATA[&" * 200_000,
        "<urlset><url><loc>/" + "1" * 1_000_000 + "/</loc></url></urlset>",
    ],
    ids=["long", "unclosed", "brackets", "quotes", "digits"],
)
def test_no_feed_takes_long(text: str) -> None:
    start = time.process_time()
    assert is_usable(read(text))
    assert time.process_time() - start < 10, "seconds; a twentieth of it is usual"


NAMES = ["rss", "feed", "urlset", "sitemapindex", "item", "entry", "url", "sitemap", "loc", "link", "title", "pubDate"]
PIECES = st.sampled_from(
    [*(f"<{name}>" for name in NAMES), *(f"</{name}>" for name in NAMES), "<![CDATA[", "]]>", "&x;"]
)
TEXTS = st.sampled_from(["/info/1/1.htm", "2026-07-03", "http://[", "xmlns='http://www.w3.org/2005/Atom'"]) | st.text()


@given(st.text() | st.lists(PIECES | TEXTS, max_size=20).map("".join))
def test_no_text_is_too_strange(text: str) -> None:
    assert is_usable(read(text))
    assert is_usable(read(f"<rss>{text}"))


@given(st.text(alphabet="0123456789 -+:,TZWJulFrGMT年月日\t(", max_size=40))
def test_no_day_is_too_strange(text: str) -> None:
    day = day_of(text)
    assert day is None or 1899 < day.year < 2101
