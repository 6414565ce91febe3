from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from crawler import cms, site
from crawler.site import Site, load_sites

SITES = load_sites(site.PACKAGED_SITES)
# GB/T 2260 codes and ISO 3166-2:CN romanisations of the provinces, with the name a department's own name opens with.
PROVINCES = {
    line.split()[1]: (f"{line.split()[0]}0000", line.split()[2])
    for line in """\
11 beijing 北京|12 tianjin 天津|13 hebei 河北|14 shanxi 山西|15 nei-mongol 内蒙古|21 liaoning 辽宁|22 jilin 吉林
23 heilongjiang 黑龙江|31 shanghai 上海|32 jiangsu 江苏|33 zhejiang 浙江|34 anhui 安徽|35 fujian 福建|36 jiangxi 江西
37 shandong 山东|41 henan 河南|42 hubei 湖北|43 hunan 湖南|44 guangdong 广东|45 guangxi 广西|46 hainan 海南
50 chongqing 重庆|51 sichuan 四川|52 guizhou 贵州|53 yunnan 云南|54 xizang 西藏|61 shaanxi 陕西|62 gansu 甘肃
63 qinghai 青海|64 ningxia 宁夏|65 xinjiang 新疆""".replace("\n", "|").split("|")
}


def test_the_first_sites_are_shipped() -> None:
    assert {"beijing", "tianjin", "chongqing", "shaanxi"} <= SITES.keys()


def test_site_files_know_the_families_there_are() -> None:
    assert set(site.FAMILIES) == set(cms.FAMILIES)


@pytest.mark.parametrize("shipped", SITES.values(), ids=SITES.keys())
class TestShippedSite:
    def test_code_and_name_fit_the_slug(self, shipped: Site) -> None:
        code, name = PROVINCES[shipped.slug]
        assert shipped.division == code
        assert shipped.name.startswith(name)
        assert shipped.name.endswith(("公安厅", "公安局"))
        assert "Public Security" in shipped.english

    def test_every_listing_is_on_the_home_host_and_listed_once(self, shipped: Site) -> None:
        assert {urlsplit(listing.url).hostname for listing in shipped.listings} == {shipped.host}
        assert shipped.host.endswith(".gov.cn")
        assert len({listing.url for listing in shipped.listings}) == len(shipped.listings)
        assert len({listing.column for listing in shipped.listings}) == len(shipped.listings)

    def test_nothing_claims_to_have_been_seen_working(self, shipped: Site) -> None:
        assert shipped.verified is None
        assert shipped.evidence.endswith("not checked against the live site")

    def test_it_is_asked_politely(self, shipped: Site) -> None:
        assert shipped.fetch.delay >= 3
        assert shipped.fetch.robots
