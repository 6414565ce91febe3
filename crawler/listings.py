"""What list pages and home pages say, and which list a page is of; light, for a worker that reads no articles."""

from __future__ import annotations

from archive.models import ListRead
from crawler import cms
from crawler.discover import propose
from crawler.site import Listing, Site


def listing_of(site: Site, walked: tuple[tuple[str, str, str], ...], url: str | None) -> Listing:
    """The listing of an address: the site file's, else as the run that walked it knew it, selectors aside.

    One that nobody has named yet is read by the general rule.
    """
    for listing in site.listings:
        if listing.url == url:
            return listing
    column, address, family = next((one for one in walked if one[1] == url), ("", url or "", "auto"))
    return Listing(column, family if family in cms.FAMILIES and family != "html" else "auto", address)


def read_home(url: str, text: str) -> list[tuple[str, str]]:
    """The columns of a home page that may list releases, with their addresses."""
    return [(proposal.column, proposal.url) for proposal in propose(cms.Page(url, text))]


def read_list(listing: Listing, address: str, url: str, text: str) -> ListRead:
    """Read a list page that was asked for at `address` and answered by `url`."""
    found = cms.parse(listing.cms, cms.Page(url, text, listing.selectors))
    return ListRead(
        address, found.entries, found.next_page, found.stated_total, found.stated_pages, is_frame=found.is_frame
    )
