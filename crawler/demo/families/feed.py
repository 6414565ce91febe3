"""Feeds and sitemaps of one invented site: RSS 2.0, RSS 1.0, Atom in three pages, a sitemap index with its sitemaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from email.utils import format_datetime
from html import escape
from zoneinfo import ZoneInfo

from crawler.demo.answers import text
from crawler.demo.articles import articles
from crawler.demo.invented import HOST, Release, parts, releases
from crawler.demo.sample_site import SampleSite

RELEASES = releases(lambda number, day: f"/jwdt/{day:%Y%m}/t{day:%Y%m%d}_{4700 + number}.html")
SIZE = 3
RSS, RDF, SITEMAPS = "/rss.xml", "/rss10.xml", "/sitemap.xml"
_SHANGHAI = ZoneInfo("Asia/Shanghai")


def rss(releases: Sequence[Release] = RELEASES) -> str:
    """RSS 2.0: titles in CDATA, a picture's title beside the item's, a release of another host, times in GMT."""
    items = "".join(
        f"""<item><media:content url="{HOST}{path}.jpg"><media:title>配图</media:title></media:content>
<title><![CDATA[{title}]]></title><link>{HOST}{path}</link><guid isPermaLink="false">{path}</guid>
<pubDate>{format_datetime(_at(day).astimezone(dt.UTC), usegmt=True)}</pubDate>
<description>&lt;a href="/not/an/entry.html"&gt;略&lt;/a&gt;</description></item>"""
        for path, title, day in releases
    )
    return f"""<?xml version="1.0" encoding="gb2312"?>
<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>岚南州公安局</title><link>{HOST}/</link><atom:link rel="self" href="{HOST}{RSS}"/>{items}
<item><title>转载一则</title><link>https://weixin.example/s/20260703</link></item></channel></rss>"""


def rdf(releases: Sequence[Release] = RELEASES) -> str:
    """RSS 1.0: items beside the channel, each in a namespace of its own, days in Dublin Core."""
    items = "".join(
        f"""<item rdf:about="{HOST}{path}"><title>{escape(title)}</title><link>{path}</link>
<dc:date>{_at(day).isoformat()}</dc:date></item>"""
        for path, title, day in releases
    )
    return f"""<?xml version="1.0"?><rdf:RDF xmlns="http://purl.org/rss/1.0/"
xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="{HOST}/"><title>岚南州公安局</title></channel>{items}</rdf:RDF>"""


def atom_path(number: int) -> str:
    """Where a page of the Atom feed stands, counted from 1."""
    return f"/feed.atom{'' if number == 1 else f'?page={number}'}"


def atom(number: int, releases: Sequence[Release] = RELEASES) -> str:
    """One page of the Atom feed: titles as XHTML, links relative to an xml:base, a time of editing as well."""
    pages = parts(releases, SIZE)
    entries = "".join(
        f"""<entry xml:base="/jwdt/"><link rel="edit" href="edit"/><link href="{path.removeprefix("/jwdt/")}"/>
<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><b>{title[:4]}</b>{title[4:]}</div></title>
<updated>2026-07-09T00:00:00Z</updated><published>{_at(day).astimezone(dt.UTC).isoformat()}</published></entry>"""
        for path, title, day in pages[number - 1]
    )
    following = f'<link rel="next" href="{atom_path(number + 1)}"/>' if number < len(pages) else ""
    return f"""<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">
<title>岚南州公安局</title><link href="{HOST}/"/>{following}{entries}</feed>"""


def sitemap_path(number: int) -> str:
    """Where a sitemap stands, the newest being the last."""
    return f"/sitemap-{number}.xml"


def sitemap_index(releases: Sequence[Release] = RELEASES) -> str:
    """The index of the sitemaps, in order of their age."""
    count = len(parts(releases, SIZE))
    lines = "".join(
        f"<sitemap><loc>{HOST}{sitemap_path(n)}</loc><lastmod>2026-07-0{n}</lastmod></sitemap>"
        for n in range(1, count + 1)
    )
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{lines}</sitemapindex>'


def sitemap(number: int, releases: Sequence[Release] = RELEASES) -> str:
    """One sitemap: home, columns, a list page, a picture and another host's page beside the articles."""
    articles = parts(releases, SIZE)[-number]
    beside = ("/", "/jwdt/", "/jwdt/index_12345.html", "/col/col6372/index.html", "/img/W020260703585912345.jpg")
    addresses = [*(HOST + path for path in beside), *(HOST + path for path, _, _ in articles)]
    lines = "".join(
        f"<url><loc>\n{address}\n</loc><lastmod>2026-07-09T03:00:00+08:00</lastmod></url>"
        for address in [*addresses, "https://else.example/202607/t20260703_1.html"]
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{lines}</urlset>'


def site() -> dict[str, str]:
    """Every feed and sitemap by its path."""
    numbers = range(1, len(parts(RELEASES, SIZE)) + 1)
    pages = {atom_path(number): atom(number) for number in numbers}
    pages |= {sitemap_path(number): sitemap(number) for number in numbers}
    return pages | {RSS: rss(), RDF: rdf(), SITEMAPS: sitemap_index()}


def _at(day: dt.date) -> dt.datetime:
    """Early that morning in Shanghai, the day before in London."""
    return dt.datetime.combine(day, dt.time(1, 30), _SHANGHAI)


def department(home: str) -> SampleSite:
    """The site with three of its documents as lists: RSS, the paged Atom feed, and each sitemap as one of its own."""
    kinds = {RSS: "application/rss+xml; charset=utf-8", RDF: "application/rdf+xml; charset=utf-8"}
    answers = {
        address: text(page.replace(HOST, home), kinds.get(address, "text/xml")) for address, page in site().items()
    }
    sitemaps = (address for address in answers if address.startswith("/sitemap-"))
    return SampleSite(
        slug="feed",
        name="岚南州公安局",
        english="Lannan Prefectural Public Security Bureau",
        cms="feed",
        listings={
            "公安要闻": RSS,
            "警务动态": atom_path(1),
            **{f"网站地图{number}": address for number, address in enumerate(sitemaps, 1)},
        },
        answers={**answers, **articles("plain", RELEASES)},
        releases=tuple(RELEASES),
    )
