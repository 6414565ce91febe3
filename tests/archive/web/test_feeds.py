from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import pytest
from lxml import etree
from reading_room import Answer, Room, Serve, opened
from storied_archive import GONE, HOSTILE, MONTH, NIGHT, POSTER, REMOVED, REPOST, make

from archive import Archive
from archive.addresses import key
from archive.web.feed_entries import ENTRIES
from archive.web.feeds import xml_text

ATOM, XHTML, DC = (
    "{http://www.w3.org/2005/Atom}",
    "{http://www.w3.org/1999/xhtml}",
    "{http://purl.org/dc/elements/1.1/}",
)
# RFC 3339 as RFC 4287, 3.3 has it; RFC 4151 for tags; RFC 3986 for what may stand in an address.
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
TAG = re.compile(r"tag:[A-Za-z0-9.-]+,\d{4}(-\d\d){0,2}:[A-Za-z0-9._~!$&'()*+,;=:@/?%-]*")
ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
FEEDS = [
    "/feeds/releases.atom",
    "/feeds/changes.atom",
    "/feeds/gansu.atom",
    f"/feeds/search.atom?q={quote('警方 OR 民警')}",
]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> Iterator[Room]:
    with opened(make(tmp_path_factory.mktemp("storied") / "data"), serve) as room:
        yield room


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> Iterator[Room]:
    folder = tmp_path_factory.mktemp("bare") / "data"
    Archive.open(folder, write=True).close()
    with opened(folder, serve) as room:
        yield room


def parsed(answer: Answer) -> etree._Element:
    """A feed that keeps the rules of RFC 4287."""
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = etree.fromstring(answer.body)
    assert feed.tag == f"{ATOM}feed"
    _has_its_parts(feed)
    for entry in feed.iterfind(f"{ATOM}entry"):
        _has_its_parts(entry)
        _has_content(entry)
        assert feed.find(f"{ATOM}author") is not None or entry.find(f"{ATOM}author") is not None
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    assert len(ids) == len(set(ids)) <= ENTRIES
    assert len(feed.findall(f"{ATOM}link[@rel='self']")) == 1
    return feed


def _has_its_parts(element: etree._Element) -> None:
    """4.1.1 and 4.1.2: one id, title, updated; texts without elements; links that are addresses."""
    for name in ("id", "title", "updated"):
        [one] = element.findall(f"{ATOM}{name}")
        assert one.text
        assert not len(one)
        assert one.get("type", "text") == "text"
    assert TAG.fullmatch(element.findtext(f"{ATOM}id") or "")
    dates = [element.findtext(f"{ATOM}updated"), *[one.text for one in element.findall(f"{ATOM}published")]]
    assert all(DATE.fullmatch(date or "") for date in dates)
    assert len(element.findall(f"{ATOM}published")) <= 1
    links = element.findall(f"{ATOM}link")
    assert len({(one.get("rel"), one.get("type"), one.get("hreflang")) for one in links}) == len(links)
    assert all(ADDRESS.fullmatch(one.get("href")) for one in links)
    for author in element.findall(f"{ATOM}author"):
        assert [one.tag for one in author] == [f"{ATOM}name"]
        assert author[0].text


def _has_content(entry: etree._Element) -> None:
    """4.1.3: of type xhtml, one div; without content a link `alternate` (4.1.2)."""
    assert entry.find(f"{ATOM}link[@rel='alternate']") is not None
    for content in entry.findall(f"{ATOM}content"):
        assert content.get("type") == "xhtml"
        [div] = content
        assert div.tag == f"{XHTML}div"
        assert {one.tag for one in div} <= {f"{XHTML}p"}


def entry(feed: etree._Element, name: str) -> etree._Element:
    return next(one for one in feed.iter(f"{ATOM}entry") if one.findtext(f"{ATOM}id", "").endswith(f":{name}"))


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_is_valid_and_its_links_lead_somewhere(room, path):
    answer = room.get(path)
    feed = parsed(answer)
    assert feed.find(f"{ATOM}link[@rel='self']").get("href") == room.address + path.replace("%20", "+")
    assert room.follow(feed.find(f"{ATOM}link[@rel='self']").get("href")).body == answer.body
    for one in feed.iter(f"{ATOM}entry"):
        assert room.follow(one.find(f"{ATOM}link[@rel='alternate']").get("href")).status in (200, 410)


def test_a_release_in_a_feed(room):
    feed = parsed(room.get("/feeds/releases.atom"))
    night = entry(feed, f"release/{key(NIGHT)}")
    assert night.findtext(f"{ATOM}title") == "平安夜市守护行动全面启动"
    assert night.findtext(f"{ATOM}updated") == "2026-03-03T10:00:00+08:00"
    assert night.findtext(f"{ATOM}published") == "2026-03-01T09:30:05+08:00"
    assert night.findtext(f"{ATOM}author/{ATOM}name") == "样例市公安局"
    assert night.find(f"{ATOM}link[@rel='via']").get("href") == NIGHT
    assert len(night.findall(f".//{XHTML}p")) == 3


def test_a_date_is_only_as_precise_as_it_is_known(room):
    feed = parsed(room.get("/feeds/releases.atom"))
    month, poster = (entry(feed, f"release/{key(url)}") for url in (MONTH, POSTER))
    assert (month.find(f"{ATOM}published"), month.findtext(f"{DC}date")) == (None, "2026-02")
    assert (poster.find(f"{ATOM}published"), poster.find(f"{DC}date")) == (None, None)


def test_a_hostile_release_is_text_and_characters_that_xml_has_not_are_left_out(room):
    feed = parsed(room.get("/feeds/releases.atom"))
    hostile = entry(feed, f"release/{key(HOSTILE)}")
    assert hostile.findtext(f"{ATOM}title").startswith("</title><script>alert(1)</script>")
    [paragraph] = hostile.findall(f".//{XHTML}p")
    assert not len(paragraph)
    assert not any(feed.iter(f"{XHTML}script", "script"))
    odd = "".join(entry(feed, f"release/{key(REPOST)}").find(f".//{XHTML}div").itertext())
    assert "葛\U000e0100城 𠮷野家" in odd


def test_changes_say_what_changed(room):
    feed = parsed(room.get("/feeds/changes.atom"))
    edited = entry(feed, f"release/{key(NIGHT)}/edited/2026-03-03T10:00:00+08:00")
    assert edited.findtext(f"{ATOM}title") == "edited: 平安夜市守护行动全面启动"
    assert edited.findtext(f"{ATOM}summary") == "title changed; text 4 characters longer"
    assert [one.text for one in edited.iter(f"{XHTML}p")] == ["− 二", "+ 三"]
    assert entry(feed, f"release/{key(GONE)}/gone/2026-03-06T10:00:00+08:00") is not None


@pytest.mark.parametrize("path", FEEDS[:3])
def test_a_removed_release_is_a_tombstone_without_text(room, path):
    answer = room.get(path)
    removed = entry(parsed(answer), f"release/{key(REMOVED)}")
    assert removed.findtext(f"{ATOM}title") == "Removed"
    assert "2026-03-05: at the request of a person named in it <b>" in removed.findtext(f"{ATOM}summary")
    assert removed.find(f"{ATOM}content") is None
    assert "王五六" not in answer.body.decode()


def test_one_site_has_its_own_releases_only(room):
    feed = parsed(room.get("/feeds/beijing.atom"))
    assert [one.findtext(f"{ATOM}id", "")[-12:] for one in feed.iter(f"{ATOM}entry")] == [key(NIGHT)]
    answer = room.get("/feeds/nowhere.atom")
    assert answer.status == 404
    assert b"no site nowhere" in answer.body


def test_a_search_is_a_feed_of_what_it_finds(room):
    feed = parsed(room.get(f"/feeds/search.atom?q={quote('全面启动')}"))
    assert [one.findtext(f"{ATOM}id", "")[-12:] for one in feed.iter(f"{ATOM}entry")] == [key(NIGHT)]


@pytest.mark.parametrize("query", ["", '"', "a AND (", "*", "-民警", "\x00\x0b<&", "公" * 3000, "NEAR(公 安)"])
def test_no_search_is_an_error(room, query):
    parsed(room.get(f"/feeds/search.atom?q={quote(query)}"))


@pytest.mark.parametrize("name", ["releases", "changes"])
def test_an_archive_without_releases_has_feeds_too(bare, name):
    feed = parsed(bare.get(f"/feeds/{name}.atom"))
    assert feed.find(f"{ATOM}entry") is None
    assert bare.get("/changes").status == 200


def test_who_has_a_feed_is_told_so(room):
    first = room.get(FEEDS[0])
    etag, modified = first.headers["etag"], first.headers["last-modified"]
    assert room.get(FEEDS[0], If_None_Match=etag).status == 304
    assert room.get(FEEDS[0], If_None_Match=f'"x", W/{etag}').status == 304
    assert room.get(FEEDS[0], If_None_Match=etag).body == b""
    assert room.get(FEEDS[0], If_Modified_Since=modified).status == 304
    assert room.get(FEEDS[0], If_None_Match='"x"', If_Modified_Since=modified).status == 200
    assert room.get(FEEDS[0], If_Modified_Since="Thu, 01 Jan 2026 00:00:00 GMT").status == 200
    assert room.get(FEEDS[0], If_Modified_Since="yesterday").status == 200


def test_ids_are_the_same_on_every_host(room):
    here, there = (parsed(room.get(FEEDS[0], Host=host)) for host in (urlsplit(room.address).netloc, "archive.example"))
    ids = [[one.text for one in feed.iter(f"{ATOM}id")] for feed in (here, there)]
    assert ids[0] == ids[1]
    assert there.find(f"{ATOM}link[@rel='self']").get("href").startswith("http://archive.example/")


def test_text_of_every_plane_is_kept():
    assert xml_text("a\x00\x0b\ufffe\uffff\ud800\t\n𠮷\U0010ffff") == "a\t\n𠮷\U0010ffff"
