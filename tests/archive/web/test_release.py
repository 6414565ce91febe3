from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from older_archive import take_back
from reading_room import Room, Serve, opened
from storied_archive import (
    COPY,
    FAKE,
    GONE,
    HOSTILE,
    MONTH,
    NIGHT,
    ODD,
    POSTER,
    REMOVED,
    REPOST,
    WAITING,
    make,
)

from archive.addresses import key


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> Iterator[Room]:
    with opened(make(tmp_path_factory.mktemp("storied") / "data"), serve) as room:
        yield room


def release(room: Room, url: str):
    answer = room.get(f"/release/{key(url)}")
    assert answer.status == 200
    return answer


def facts(answer) -> dict[str, str]:
    """The labelled values of a release: the first one of each label."""
    terms = answer.page.xpath("//dl[@class='facts']/dt")
    return {term.text_content(): " ".join(term.getnext().text_content().split()) for term in terms}


def badges(answer) -> list[str]:
    return [" ".join(badge.text_content().split()) for badge in answer.page.xpath("//ul[@class='badges']/li")]


def test_a_release_is_set_as_text_with_all_that_its_page_says(room):
    answer = release(room, NIGHT)
    page = answer.page
    assert page.xpath("//h1/text()") == ["平安夜市守护行动全面启动"]
    assert page.xpath("//p[@class='subtitle']/text()") == ["副题"]
    paragraphs = page.xpath("//div[@class='text'][@lang='zh-Hans']/p/text()")
    assert paragraphs[1] == "民警走访商户三十余家，提醒防火防盗、防诈骗。"
    assert len(paragraphs) == 3
    assert facts(answer) == {
        "Published": "2026-03-01 09:30:05 +08:00",
        "Source": "样例市公安局",
        "Editor": "小安",
        "审核": "大安",
        "通讯员": "小安",
        "Address": NIGHT,
        "Permalink": f"{room.address}/release/{key(NIGHT)}",
    }


def test_a_month_is_shown_as_a_month(room):
    answer = release(room, MONTH)
    assert facts(answer)["Published"] == "2026-02 (only the month is known)"
    assert 'datetime="2026-02"' in answer.body.decode()


def test_without_title_date_and_text_it_says_so(room):
    answer = release(room, POSTER)
    assert answer.page.xpath("//h1/text()") == ["(no title)"]
    assert facts(answer)["Published"] == "no date was found on the page"
    assert facts(answer)["Source"] == "not stated"
    assert answer.page.xpath("//div[@class='text']/p/text()") == ["This release is an image; its page has no text."]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (NIGHT, ["edited, noticed 2026-03-03 10:00:00 +08:00"]),
        (MONTH, []),
        (GONE, ["gone since 2026-03-05 10:00:00 +08:00"]),
        (COPY, [f"same as {key(GONE)}"]),
        (REPOST, ["repost of 新华社"]),
    ],
)
def test_badges_say_what_a_reader_has_to_know(room, url, said):
    assert badges(release(room, url)) == said


def test_the_first_of_two_alike_names_the_other_one(room):
    assert facts(release(room, GONE))["Found again as"] == f"{key(COPY)} {COPY}"


def test_previous_and_next_walk_through_a_site_in_order(room):
    seen, at = [], key(MONTH)
    while at and len(seen) < 20:
        seen.append(at)
        links = room.get(f"/release/{at}").page.xpath("//a[@rel='next']/@href")
        at = links[0].rsplit("/", 1)[1] if links else ""
    assert len(seen) == len(set(seen))
    assert set(seen) >= {key(url) for url in (MONTH, GONE, COPY, REPOST, FAKE, HOSTILE)}
    assert key(NIGHT) not in seen
    back = room.get(f"/release/{seen[1]}").page.xpath("//a[@rel='prev']/@href")
    assert back == [f"/release/{seen[0]}"]


def test_captures_are_listed_with_attempts_that_got_no_answer(room):
    rows = release(room, NIGHT).page.xpath("//section[@aria-labelledby='captures']//tbody/tr")
    cells = [[" ".join(cell.text_content().split()) for cell in row.xpath("td")] for row in rows]
    assert [row[3:5] for row in cells] == [["no answer", "timeout no answer in 30 s"], ["200", "ok"], ["200", "ok"]]
    assert {row[2] for row in cells} == {"兰州 <test>"}
    assert cells[0][5:] == ["none", "none", "none"]
    assert "the text rests on this one" in cells[1][0]
    assert all(row[6].startswith("sha256:") for row in cells[1:])


def test_events_and_versions_say_what_happened(room):
    answer = release(room, NIGHT)
    events = [" ".join(item.text_content().split()) for item in answer.page.xpath("//ol[@class='events']/li")]
    assert [event.split("+08:00 ")[1].split(" capture")[0] for event in events] == ["first seen", "edited version 2"]
    changes = answer.page.xpath("//section[@aria-labelledby='versions']//tbody/tr/td[3]/text()")
    assert changes == ["title changed; text 4 characters longer", "first text seen"]


def test_how_it_was_read_is_folded_away(room):
    folded = release(room, NIGHT).page.xpath("//details[@class='reading-of'][not(@open)]")[0]
    text = " ".join(folded.text_content().split())
    assert "gb18030, though the page says utf-8" in text
    assert "Two places of the page disagree about: published" in text
    assert "after the capture" in text
    assert folded.xpath(".//tr[td='published']/td/text()")[:2] == ["published", "meta:pubdate"]


@pytest.mark.parametrize("path", ["", "/versions?from=1&to=2"])
def test_a_hostile_page_is_shown_as_text(room, path):
    answer = room.get(f"/release/{key(HOSTILE)}{path}")
    assert answer.status == 200
    assert "alert(1)" in answer.text
    assert not answer.page.xpath("//script[not(@src)][not(@type='application/ld+json')] | //*[@onerror or @onload]")
    assert not answer.page.xpath("//main//img")
    assert "49" not in answer.page.xpath("string(//h1)")
    assert not answer.page.xpath("//a[starts-with(@href, 'javascript:')]")


def test_links_out_do_not_say_who_asks(room):
    for url in (NIGHT, POSTER, HOSTILE):
        out = release(room, url).page.xpath("//main//a[contains(@href, 'press.example')]")
        assert out
        assert {link.get("rel") for link in out} == {"noreferrer nofollow"}
        assert all(set("<>\"' ").isdisjoint(link.get("href").replace("'", "")) for link in out)


def test_odd_characters_come_through_as_they_are(room):
    paragraphs = release(room, REPOST).page.xpath("//div[@class='text']/p/text()")
    assert paragraphs == ODD.split("\n")


def test_metadata_is_what_zotero_and_search_engines_take(room):
    page = release(room, NIGHT).page
    tags = {tag.get("name") or tag.get("property"): tag.get("content") for tag in page.xpath("//head/meta[@content]")}
    assert tags["z:itemType"] == "webpage"
    assert tags["citation_title"] == "平安夜市守护行动全面启动"
    assert tags["citation_author"] == "样例市公安局"
    assert tags["citation_publication_date"] == "2026/03/01"
    assert tags["citation_public_url"] == f"{room.address}/release/{key(NIGHT)}"
    assert "captured 2026-03-03 10:00:00 +08:00, sha256:" in tags["citation_abstract"]
    [data] = [json.loads(text) for text in page.xpath("//script[@type='application/ld+json']/text()")]
    assert (data["@type"], data["datePublished"]) == ("NewsArticle", "2026-03-01T09:30:05+08:00")
    assert data["isBasedOn"] == NIGHT


def test_metadata_of_a_hostile_page_stays_data(room):
    page = release(room, HOSTILE).page
    [data] = [json.loads(text) for text in page.xpath("//script[@type='application/ld+json']/text()")]
    assert data["headline"].startswith("</title><script>alert(1)</script>")
    assert page.xpath("//head/meta[@name='citation_title']/@content")[0] == data["headline"]


def test_the_row_of_the_table_leads_to_the_page(room):
    row = room.get("/press/press_releases/1").page
    [link] = row.xpath("//p[@class='to-release']/a/@href")
    assert room.follow(link).status == 200


def test_a_key_that_is_not_there_is_a_page_that_says_so(room):
    answer = room.get("/release/aaaaaaaaaaaa")
    assert answer.status == 404
    assert "knows nothing of aaaaaaaaaaaa" in answer.text
    answer = room.get(f"/release/{key(WAITING)}")
    assert answer.status == 404
    assert "waiting to be fetched" in answer.text
    assert WAITING in answer.text


@pytest.mark.parametrize("path", ["", "/versions", "/citation.bib", "/images/1", "/captures/1.warc.gz"])
def test_a_removed_release_is_a_tombstone_whatever_is_asked_of_it(room, path):
    answer = room.get(f"/release/{key(REMOVED)}{path}")
    assert answer.status == 410
    assert "2026-03-05" in answer.text
    assert "at the request of a person named in it <b>" in answer.text
    assert "王五六" not in answer.body.decode()


def test_pages_are_only_read(room):
    assert room.get(f"/release/{key(NIGHT)}", method="HEAD").status == 200
    assert room.get(f"/release/{key(NIGHT)}", method="DELETE").status == 405


def test_nothing_is_loaded_from_elsewhere_and_no_style_or_script_is_inline(room):
    for path in (f"/release/{key(NIGHT)}", f"/release/{key(NIGHT)}/versions", "/changes", f"/release/{key(REMOVED)}"):
        page = room.get(path).page
        loaded = page.xpath("//*[self::script or self::img]/@src | //link[@rel='stylesheet']/@href")
        assert all(address.startswith("/") and not address.startswith("//") for address in loaded)
        assert not page.xpath("//*[@style] | //*[starts-with(name(@*), 'on')]")


def test_an_archive_that_no_newer_program_has_written_to_is_shown_all_the_same(tmp_path, serve):
    folder = make(tmp_path / "data")
    take_back(folder, "readings")
    with opened(folder, serve) as room:
        answer = release(room, NIGHT)
        assert "read by an older version of this program" in answer.text
        for path in (f"/release/{key(NIGHT)}/versions", "/changes", "/feeds/releases.atom", "/feeds/changes.atom"):
            assert room.get(path).status == 200
