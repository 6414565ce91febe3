"""One spider per site file, so that `scrapy list` is `ls crawler/sites`."""

from __future__ import annotations

from typing import Any, Self

from scrapy import Request, Spider
from scrapy.settings import BaseSettings

from crawler.site import Site, load_sites
from crawler.spiders.press_releases import PressReleases


class SiteFileLoader:
    """Spiders by slug; the folder of site files is the setting SITES_DIR, else what `crawler.site` says."""

    def __init__(self, sites: dict[str, Site]) -> None:
        self._sites = sites

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:
        """Read every site file; raises SiteError for the first that cannot be used."""
        return cls(load_sites(settings.get("SITES_DIR")))

    def list(self) -> list[str]:
        """Every slug."""
        return sorted(self._sites)

    def load(self, spider_name: str) -> type[Spider]:
        """The spider of one site; raises KeyError where there is no such file."""
        site = self._sites[spider_name]
        attributes = {"name": site.slug, "site": site, "custom_settings": _settings(site)}
        return type(f"PressReleases_{site.slug}", (PressReleases,), attributes)

    def find_by_request(self, request: Request) -> list[str]:  # type: ignore[valid-type]  # `list` is the method above here
        """None: `scrapy fetch` and `scrapy parse` of an address look at that page, and crawl no site."""
        return []


def _settings(site: Site) -> dict[str, Any]:
    settings: dict[str, Any] = {"DOWNLOAD_DELAY": site.fetch.delay, "ROBOTSTXT_OBEY": site.fetch.robots}
    if site.fetch.legacy_tls:
        # OpenSSL's security level 0 admits the old key lengths and ciphers that some of these servers still have.
        settings["DOWNLOADER_CLIENT_TLS_CIPHERS"] = "DEFAULT:@SECLEVEL=0"
    return settings
