"""The site files that are shipped: the 33 departments, their names, codes and hosts, and what no file may claim."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from archive.divisions import DIVISIONS
from crawler import site
from crawler.site import Site, load_sites

SITES = load_sites(site.PACKAGED_SITES)
# GB/T 2260 codes by ISO 3166-2:CN romanisation; the ministry and the Xinjiang corps have neither.
CODES = {
    line.split()[1]: f"{line.split()[0]}0000"
    for line in """\
11 beijing|12 tianjin|13 hebei|14 shanxi|15 nei-mongol|21 liaoning|22 jilin|23 heilongjiang|31 shanghai|32 jiangsu
33 zhejiang|34 anhui|35 fujian|36 jiangxi|37 shandong|41 henan|42 hubei|43 hunan|44 guangdong|45 guangxi|46 hainan
50 chongqing|51 sichuan|52 guizhou|53 yunnan|54 xizang|61 shaanxi|62 gansu|63 qinghai|64 ningxia
65 xinjiang""".replace("\n", "|").split("|")
}
NO_DIVISION = {
    "mps": ("公安部", "Ministry of Public Security"),
    "bingtuan": ("新疆生产建设兵团公安局", "Public Security Bureau of the Xinjiang Production and Construction Corps"),
}
DEPARTMENTS = {
    "municipality": ("公安局", "{} Municipal Public Security Bureau"),
    "province": ("公安厅", "{} Provincial Public Security Department"),
    "autonomous region": ("公安厅", "Public Security Department of the {} Autonomous Region"),
}
PEOPLES = {"guangxi": "Zhuang", "ningxia": "Hui", "xinjiang": "Uygur"}
# Hosts of 2018, no more in use. Hunan's looks like Henan's of today, hnga.henan.gov.cn.
FORMER_HOSTS = {"hnga.gov.cn", "www.hljga.gov.cn", "sdga.gov.cn", "bjgaj.gov.cn", "hebga.gov.cn", "gdga.gov.cn"}


def test_all_33_departments_are_shipped() -> None:
    departments = CODES.keys() | NO_DIVISION.keys()
    assert len(departments) == 33
    assert departments <= SITES.keys()


def test_no_two_sites_share_a_name_a_code_or_a_host() -> None:
    for of in ("name", "english", "host"):
        assert len({getattr(shipped, of) for shipped in SITES.values()}) == len(SITES), of
    codes = [shipped.division for shipped in SITES.values() if shipped.division]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(
    ("slug", "code", "name", "host"),
    [
        ("shanxi", "140000", "山西", "gatgw.shanxi.gov.cn"),
        ("shaanxi", "610000", "陕西", "gat.shaanxi.gov.cn"),
        ("henan", "410000", "河南", "hnga.henan.gov.cn"),
        ("hunan", "430000", "湖南", "gat.hunan.gov.cn"),
        ("hainan", "460000", "海南", "ga.hainan.gov.cn"),
        ("hebei", "130000", "河北", "gat.hebei.gov.cn"),
        ("hubei", "420000", "湖北", "gat.hubei.gov.cn"),
        ("jiangsu", "320000", "江苏", "gat.jiangsu.gov.cn"),
        ("jiangxi", "360000", "江西", "gat.jiangxi.gov.cn"),
    ],
)
def test_names_that_are_easily_mistaken_for_each_other(slug: str, code: str, name: str, host: str) -> None:
    shipped = SITES[slug]
    assert (shipped.division, shipped.name[:2], shipped.host) == (code, name, host)


@pytest.mark.parametrize("shipped", SITES.values(), ids=SITES.keys())
class TestShippedSite:
    def test_code_and_names_are_those_of_the_division(self, shipped: Site) -> None:
        if shipped.slug in NO_DIVISION:
            assert shipped.division is None
            assert (shipped.name, shipped.english) == NO_DIVISION[shipped.slug]
            return
        assert shipped.division == CODES[shipped.slug]
        [(name, english, level)] = [row[1:4] for row in DIVISIONS if row[0] == shipped.division]
        department, in_english = DEPARTMENTS[level]
        assert shipped.name == name + department
        assert shipped.english == in_english.format(f"{english} {PEOPLES.get(shipped.slug, '')}".rstrip())

    def test_every_listing_is_on_the_host_of_home_and_there_once(self, shipped: Site) -> None:
        assert shipped.host.endswith(".gov.cn")
        assert shipped.host not in FORMER_HOSTS
        for listing in shipped.listings:
            host = urlsplit(listing.url).hostname or ""
            assert host == shipped.host or host.endswith(f".{shipped.host}")
            assert urlsplit(listing.url).scheme == urlsplit(shipped.home).scheme
        for of in ("url", "column"):
            assert len({getattr(listing, of) for listing in shipped.listings}) == len(shipped.listings), of

    def test_home_is_a_front_page_and_no_address_is_a_mere_pattern(self, shipped: Site) -> None:
        assert urlsplit(shipped.home).path == "/"
        for address in (shipped.home, *(listing.url for listing in shipped.listings)):
            assert re.fullmatch(r"https?://[a-z0-9.]+/[\w./-]*", address, re.ASCII)
            assert "example" not in address

    def test_evidence_is_a_sentence_that_claims_nothing_live(self, shipped: Site) -> None:
        assert shipped.verified is None
        assert len(shipped.evidence.split()) >= 10
        assert "\n" not in shipped.evidence
        assert shipped.evidence.endswith("; not checked against the live site")
        assert not re.search(r"\b(verified|tested|works|confirmed)\b", shipped.evidence)

    def test_families_are_known_and_never_guessed_for_a_listing(self, shipped: Site) -> None:
        """A listing is shipped where its family was seen too; `auto` and `html` are for a person who looks."""
        assert {listing.cms for listing in shipped.listings} <= set(site.FAMILIES) - {"auto", "html"}

    def test_it_is_asked_politely(self, shipped: Site) -> None:
        assert shipped.fetch.delay >= 3
        assert shipped.fetch.robots
