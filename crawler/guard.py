"""Where requests may go: a download handler that refuses every address that is not public, unless it is the site's own.

The address is checked at the moment it is connected to, so it makes no difference how a request came by it: a link, a
redirect, robots.txt, an odd spelling, or a DNS answer that changes between two look-ups.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, _ScrapyAgent
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.interfaces import IReactorPluggableNameResolver
from twisted.web.client import Agent
from zope.interface import implementer  # type: ignore[import-untyped]  # ships no types

from crawler.failures import RefusedAddressError
from crawler.heads import ShortHeads
from crawler.site import Site, load_sites
from crawler.spiders.press_releases import PressReleases

Address = IPv4Address | IPv6Address

# IANA's special-purpose registries, and what else no web site has. Written out, because `is_global` says other things
# in 3.11.7 than in 3.13, and in 3.11.7 True for multicast, 6to4, NAT64, site-local and 192.88.99.0/24.
_NOT_PUBLIC_4 = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8",  # this network; connecting to 0.0.0.0 reaches this machine
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, where clouds keep their machines' credentials
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
# All of IPv6 that is in use for global unicast. Outside lie loopback, NAT64, unique local, link-local, site-local,
# multicast, the IPv4-compatible addresses and 5f00::/16.
_UNICAST_6 = ip_network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    ip_network(block)
    for block in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
)


def is_public(address: str) -> bool:
    """Whether this is an address of the public network; an IPv4-mapped one is judged as the IPv4 address it is.

    False for a text that is no address in its usual notation.
    """
    match _address(address):
        case IPv4Address() as found:
            return not any(found in block for block in _NOT_PUBLIC_4)
        case IPv6Address() as found:
            return found in _UNICAST_6 and not any(found in block for block in _NOT_PUBLIC_6)
        case None:
            return False


def own_addresses(*sites: Site) -> frozenset[Address]:
    """The addresses, public or not, that site files name as the hosts of their homes and listings.

    A name is no address, whatever DNS answers for it; but localhost is (RFC 6761, 6.3).
    """
    urls = (url for site in sites for url in (site.home, *(listing.url for listing in site.listings)))
    hosts = {urlsplit(url).hostname or "" for url in urls}
    return frozenset[Address]().union(*map(_spelled, hosts))


class GuardedHandler(HTTP11DownloadHandler):
    """Scrapy's handler of http and https, on a reactor that connects to allowed addresses only.

    A request that was turned away fails with RefusedAddressError. A proxy that the user configured may have any
    address; it looks names up itself, so of a request through it only an address in the URL can be checked.
    Scrapy and Twisted have no public place for this: the tests of this module show that the private ones still hold.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = ShortHeads
        spider = crawler.spider
        if isinstance(spider, PressReleases):
            self._own = own_addresses(spider.site)
        else:  # `scrapy fetch` and `scrapy shell`, for whichever of the sites
            self._own = own_addresses(*load_sites(crawler.settings.get("SITES_DIR")).values())

    async def download_request(self, request: Request) -> Response:
        """Fetch; the same as Scrapy's but for the agent, and for advice on truncated bodies: the archive names them."""
        if request.meta.get("proxy"):
            for address in _spelled(urlparse_cached(request).hostname or ""):
                check(str(address), self._own)
        agent = _GuardedAgent(
            self._own,
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=self._pool,
            maxsize=self._default_maxsize,
            warnsize=self._default_warnsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
            tls_verbose_logging=self._tls_verbose_logging,
        )
        with wrap_twisted_exceptions():
            return await maybe_deferred_to_future(agent.download_request(request))


class _GuardedAgent(_ScrapyAgent):
    """Scrapy's agent for one request. A connection kept alive was checked when it was made."""

    def __init__(self, own: frozenset[Address], **scrapys: Any) -> None:
        super().__init__(**scrapys)
        self._own = own

    def _get_agent(self, request: Request, timeout: float) -> Agent:
        agent = super()._get_agent(request, timeout)
        if not request.meta.get("proxy"):
            agent._endpointFactory._reactor = GuardedReactor(agent._reactor, self._own)
        return agent


@implementer(IReactorPluggableNameResolver)  # HostnameEndpoint asks for that, and only reads `nameResolver`
class GuardedReactor:
    """As much of a Twisted reactor as an endpoint needs to look a name up and connect, with a guard before the last.

    The endpoint hands over addresses that are looked up already: what is checked is what is connected to.
    """

    def __init__(self, reactor: Any, own: frozenset[Address]) -> None:
        self._reactor, self._own = reactor, own
        self.nameResolver = reactor.nameResolver
        self.callLater, self.seconds = reactor.callLater, reactor.seconds

    def connectTCP(self, host: str, *arguments: Any, **named: Any) -> Any:  # noqa: N802 - Twisted's name
        """Connect to an address; raises RefusedAddressError."""
        check(host, self._own)
        return self._reactor.connectTCP(host, *arguments, **named)


def check(address: str, own: frozenset[Address]) -> None:
    """Raise RefusedAddressError for an address that is neither public nor one of a site's own."""
    if not is_public(address) and _address(address) not in own:
        raise RefusedAddressError(f"{address} is not a public address")


def _address(text: str) -> Address | None:
    """An address in its usual notation, an IPv4-mapped one as the IPv4 address it is; None for any other text."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _spelled(host: str) -> frozenset[Address]:
    """The addresses that a URL's host is, without asking anybody: 127.2 and 0x7f000002 are spellings of one."""
    host = host.rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return frozenset({IPv4Address("127.0.0.1"), IPv6Address("::1")})
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):  # a name, or not even that
        return frozenset()
    return frozenset(address for *_, (text, *_) in found if (address := _address(str(text))))
