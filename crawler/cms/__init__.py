"""List page parsers, one module a CMS family: page in; entries, next page and stated totals out."""

from __future__ import annotations

from crawler.cms import aspx, auto, detect, feed, hanweb, html, jiangxi, jpaas, nfcms, trs, ucap, vsb
from crawler.cms.base import ListPage, Page, Parser

__all__ = ["FAMILIES", "ListPage", "Page", "Parser", "parse"]

FAMILIES: dict[str, Parser] = {
    "trs": trs.parse,
    "hanweb": hanweb.parse,
    "jpaas": jpaas.parse,
    "ucap": ucap.parse,
    "nfcms": nfcms.parse,
    "jiangxi": jiangxi.parse,
    "vsb": vsb.parse,
    "aspx": aspx.parse,
    "feed": feed.parse,
    "html": html.parse,
    "auto": auto.parse,
}


def parse(cms: str, page: Page) -> ListPage:
    """Read a list page as the family named does; no entries is for the caller to judge, and nothing is raised for it.

    `auto` asks the detector first, uses that family's parser, and tries the general rule where that finds no entry.
    Raises KeyError for an unknown family.
    """
    if cms == "auto" and (detected := detect.detect(page)):
        listed = FAMILIES[detected[0]](page)
        if listed.entries or listed.is_frame:
            return listed
    return FAMILIES[cms](page)
