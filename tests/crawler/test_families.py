"""Every CMS family end to end: a sample site each, crawled side by side, by the family's name and by `auto`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from crawler.demo.families import DEPARTMENTS, nfcms, ucap
from crawler.demo.families.feed import sitemap_path
from crawler.demo.invented import told
from crawler.demo.sample_site import SampleSite
from crawler.demo.server import QINGLING, REXIAN, SampleProvince
from crawler.demo.serving import Request
from crawler.site import FAMILIES, load_sites
from tests.conftest import Press

SLUGS = (QINGLING, *(make("http://127.0.0.1").slug for make in DEPARTMENTS))


@dataclass(frozen=True)
class Crawled:
    """An archive after one crawl of all lists to their last pages, for tests that only read."""

    press: Press
    exit_code: int
    sites: dict[str, SampleSite]
    roots: dict[str, str]
    requests: list[Request]

    def rows(self, sql: str, slug: str) -> list[tuple[object, ...]]:
        return self.press.rows(sql, slug)


@pytest.fixture(scope="module", params=["name", "auto"])
def crawled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    folder = tmp_path_factory.mktemp("families")
    with SampleProvince(further=DEPARTMENTS) as province:
        province.write_sites(folder / "sites", cms=request.param if request.param == "auto" else None)
        press = Press(folder / "data", folder / "sites")
        exit_code = press("crawl", "--full").returncode
        sites = {slug: province.site(slug) for slug in SLUGS}
        yield Crawled(press, exit_code, sites, {slug: province.url("", site=slug) for slug in SLUGS}, province.requests)


def test_every_family_has_a_sample_site(crawled: Crawled) -> None:
    assert {site.cms for site in crawled.sites.values()} == set(FAMILIES)
    named = {listing.cms for site in load_sites(crawled.press.sites).values() for listing in site.listings}
    assert named in (set(FAMILIES), {"auto"})


def test_nothing_is_found_amiss(crawled: Crawled) -> None:
    assert crawled.exit_code == 0
    assert crawled.press.rows("SELECT * FROM findings") == []
    assert crawled.press.rows("SELECT url, last_error FROM pages WHERE state <> 'fetched'") == []
    assert set(crawled.press.rows("SELECT outcome FROM runs")) == {("finished",)}


@pytest.mark.parametrize("slug", SLUGS)
def test_every_release_is_archived_once_as_the_list_says(crawled: Crawled, slug: str) -> None:
    root, releases = crawled.roots[slug], crawled.sites[slug].releases
    assert len(releases) == len({release.path for release in releases}) >= 8
    archived = crawled.rows("SELECT url, title, published_day FROM press_releases WHERE site = ? ORDER BY url", slug)
    assert archived == sorted((root + path, title, day.isoformat()) for path, title, day in releases)


@pytest.mark.parametrize("slug", SLUGS)
def test_no_page_is_asked_for_twice_and_no_other_than_lists_and_releases(crawled: Crawled, slug: str) -> None:
    asked = [one for one in crawled.requests if one.site == slug and one.path != "/robots.txt"]
    assert {one.status for one in asked} == {200}
    paths = [one.path for one in asked]
    assert len(paths) == len(set(paths))
    lists = crawled.rows("SELECT count(*) FROM pages WHERE kind = 'listing' AND site = ?", slug)[0][0]
    files = crawled.rows("SELECT count(*) FROM pages WHERE kind = 'attachment' AND site = ?", slug)[0][0]
    assert len(paths) == len(crawled.sites[slug].releases) + int(str(lists)) + int(str(files))


@pytest.mark.parametrize("slug", SLUGS)
def test_every_list_was_walked_to_its_last_page(crawled: Crawled, slug: str) -> None:
    walks = crawled.rows(
        "SELECT l.listing_column, w.outcome, w.list_pages FROM walks AS w JOIN listings AS l ON l.id = w.listing_id"
        " WHERE l.site = ? ORDER BY l.id",
        slug,
    )
    assert [column for column, *_ in walks] == list(crawled.sites[slug].listings)
    assert {outcome for _, outcome, _ in walks} == {"completed"}
    assert max(int(str(pages)) for *_, pages in walks) >= 3


@pytest.mark.parametrize("slug", SLUGS)
def test_the_run_has_what_the_site_states_beside_what_was_listed(crawled: Crawled, slug: str) -> None:
    site = crawled.sites[slug]
    ((listed, stated),) = crawled.rows("SELECT listed, stated_total FROM runs WHERE site = ?", slug)
    assert stated == site.stated_total
    if stated is not None:
        pinned = 1 if ucap.PINNED in site.releases else 0  # on each list page, and in no total
        assert int(str(listed)) == int(str(stated)) + pinned


@pytest.mark.parametrize("slug", sorted({*SLUGS} - {QINGLING}))
def test_a_page_of_each_family_is_read_whole_and_without_its_furniture(crawled: Crawled, slug: str) -> None:
    root = crawled.roots[slug]
    for release in crawled.sites[slug].releases:
        says = told(release)
        ((published, source, body),) = crawled.press.rows(
            "SELECT published, content_source, body FROM press_releases WHERE url = ?", root + release.path
        )
        assert body == "\n".join(says.paragraphs)
        assert str(published) in (f"{says.published:%Y-%m-%dT%H:%M}+08:00", release.day.isoformat())
        assert says.source in str(source)


def test_one_article_in_two_columns_is_one_release_with_two_columns(crawled: Crawled) -> None:
    twice = (
        "SELECT count(*), group_concat(DISTINCT n) FROM (SELECT count(*) AS n FROM release_columns AS c"
        " JOIN press_releases AS r ON r.id = c.release_id WHERE r.site = ? GROUP BY r.id HAVING n > 1)"
    )
    assert crawled.rows(twice, "nfcms") == [(3, "2")]
    assert crawled.rows(twice, "feed") == [(len(crawled.sites["feed"].releases), "3")], "RSS, Atom and its sitemap"
    assert crawled.rows(twice, QINGLING) == [(1, "2")]


def test_a_release_pinned_to_every_list_page_is_one_release_and_ends_no_walk(crawled: Crawled) -> None:
    url = crawled.roots["ucap"] + ucap.PINNED.path
    assert crawled.press.rows("SELECT published_day, version FROM press_releases WHERE url = ?", url) == [
        ("2023-01-10", 1)
    ]
    assert [one.path for one in crawled.requests].count(ucap.PINNED.path) == 1


def test_no_placeholder_no_script_and_no_line_taken_back_is_an_entry(crawled: Crawled) -> None:
    urls = [str(url) for (url,) in crawled.press.rows("SELECT url FROM entries")]
    assert len(urls) >= sum(len(site.releases) for site in crawled.sites.values())
    assert not [url for url in urls if any(part in url for part in ("{", "%7B", "javascript", ucap.hex_name(999)))]


def test_each_sitemap_and_the_pages_of_the_api_are_lists_of_their_own(crawled: Crawled) -> None:
    lists = {str(url) for (url,) in crawled.press.rows("SELECT url FROM listings")}
    assert {crawled.roots["feed"] + sitemap_path(number) for number in (1, 2, 3)} <= lists
    assert crawled.roots["nfcms"] + nfcms.api_path(1) in lists


def test_the_reposting_site_stands_beside_them(crawled: Crawled) -> None:
    assert crawled.rows("SELECT count(*) FROM press_releases WHERE site = ?", REXIAN) == [(3,)]
