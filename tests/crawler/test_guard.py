"""No request leaves for an address that is not public, however it is spelled, linked, redirected to or looked up."""

from __future__ import annotations

import ipaddress
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.protocol import ClientFactory
from twisted.internet.testing import MemoryReactorClock

from crawler.failures import RefusedAddressError
from crawler.guard import GuardedReactor, is_public, own_addresses
from crawler.site import Listing, Site
from tests import warm
from tests.conftest import Press
from tests.servers import ARTICLE, Answer, Served, listing, sent, server, site_of

ROOT = Path(__file__).parents[2]
PAGE = ARTICLE.format(1).encode()


def named(host: str) -> str:
    """A test's id; two colons in one would send a module's tests to several processes, each with a crawl of its own."""
    return host.replace(":", "_")


PUBLIC = [
    *("1.0.0.1", "9.255.255.255", "11.0.0.0", "93.184.216.34", "100.63.255.255", "100.128.0.0", "126.255.255.255"),
    *("128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.88.98.255"),
    *("192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "202.106.0.20", "223.255.255.255"),
    *("2001:200::1", "2001:4860:4860::8888", "2400:3200::1", "2606:2800:220:1::1", "2a00::1", "::ffff:93.184.216.34"),
]
NOT_PUBLIC = {
    "unspecified": ["0.0.0.0", "0.1.2.3", "0.255.255.255", "::"],  # noqa: S104 - nothing is bound to it
    "private": ["10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255"],
    "carrier-grade NAT": ["100.64.0.0", "100.127.255.255"],
    "loopback": ["127.0.0.1", "127.0.0.2", "127.255.255.255", "::1"],
    "link-local": ["169.254.0.0", "169.254.169.254", "169.254.255.255", "fe80::1", "febf::1", "fe80::1%eth0"],
    "protocols and documentation": ["192.0.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
    "benchmarks": ["198.18.0.0", "198.19.255.255", "2001:2::1"],
    "multicast": ["224.0.0.1", "239.255.255.255", "ff00::", "ff02::1", "ff0e::1"],
    "reserved": ["240.0.0.0", "255.255.255.254", "255.255.255.255", "4000::1", "8000::1", "5f00::1", "100::1"],
    "unique local, site-local": ["fc00::1", "fd00:ec2::254", "fec0::1", "feff::1"],
    "6to4": ["192.88.99.0", "192.88.99.1", "2002:7f00:1::1", "2002:5db8:d822::1"],
    "Teredo": ["2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    "NAT64": ["64:ff9b::7f00:1", "64:ff9b::93.184.216.34", "64:ff9b:1::1"],
    "IPv4-compatible, IPv4-translated": ["::127.0.0.1", "::93.184.216.34", "::ffff:0:127.0.0.1"],
    "IPv4-mapped": ["::ffff:127.0.0.2", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::ffff:224.0.0.1", "::ffff:0.0.0.0"],
    "no address": [
        "",
        "localhost",
        "127.2",
        "0x7f000002",
        "2130706434",
        "017700000002",
        "１２７.0.0.1",
        "[::1]",
        "1.1.1.1 ",
    ],
}


@pytest.mark.parametrize("address", PUBLIC, ids=named)
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("kind", "address"),
    [(kind, address) for kind, addresses in NOT_PUBLIC.items() for address in addresses],
    ids=named,
)
def test_any_other_address_is_not(kind: str, address: str) -> None:
    assert not is_public(address), kind


@given(st.ip_addresses())
def test_nothing_is_public_that_python_calls_otherwise(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if is_public(str(address)):
        judged = getattr(address, "ipv4_mapped", None) or address
        assert judged.is_global
        assert not any((judged.is_multicast, judged.is_reserved, judged.is_unspecified, judged.is_link_local))


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_as_the_one_it_is(address: ipaddress.IPv4Address) -> None:
    assert is_public(f"::ffff:{address}") == is_public(str(address))


def site(home: str, *listings: str) -> Site:
    return Site(
        slug="test",
        name="测试",
        english="Test",
        home=home,
        evidence="invented for a test",
        listings=tuple(Listing("要闻", "auto", url) for url in listings),
    )


@pytest.mark.parametrize(
    ("urls", "addresses"),
    [
        (["http://127.0.0.1:8000/"], ["127.0.0.1"]),
        (["http://[::1]:8000/"], ["::1"]),
        (["http://127.2/"], ["127.0.0.2"]),
        (["http://[::ffff:10.0.0.1]/"], ["10.0.0.1"]),
        (["https://10.0.0.1/", "https://10.0.0.2/list/"], ["10.0.0.1", "10.0.0.2"]),
        (["http://localhost:8000/"], ["127.0.0.1", "::1"]),
        (["http://press.LOCALHOST.:8000/"], ["127.0.0.1", "::1"]),
        (["https://gat.qingling.example/"], []),
        (["http://localhost.example/"], []),
    ],
)
def test_a_site_s_own_addresses_are_the_literal_ones(urls: list[str], addresses: list[str]) -> None:
    assert own_addresses(site(*urls)) == {ipaddress.ip_address(address) for address in addresses}


@pytest.mark.parametrize("address", [address for addresses in NOT_PUBLIC.values() for address in addresses], ids=named)
def test_a_refused_connection_never_comes_to_the_reactor(address: str) -> None:
    reactor = MemoryReactorClock()
    own = own_addresses(site("http://172.16.5.5/"))
    with pytest.raises(RefusedAddressError, match="is not a public address"):
        GuardedReactor(reactor, own).connectTCP(address, 80, ClientFactory())
    assert reactor.tcpClients == []


@pytest.mark.parametrize("address", [*PUBLIC, "172.16.5.5", "::ffff:172.16.5.5"], ids=named)
def test_a_public_address_and_the_site_s_own_are_connected_to(address: str) -> None:
    reactor = MemoryReactorClock()
    own = own_addresses(site("http://172.16.5.5/"))
    GuardedReactor(reactor, own).connectTCP(address, 80, ClientFactory(), timeout=30, bindAddress=None)
    assert [client[:2] for client in reactor.tcpClients] == [(address, 80)]


@dataclass(frozen=True)
class Crawled:
    """A crawl that is over: the site's own server and another on 127.0.0.2, and one inside, on 127.0.0.1."""

    press: Press
    own: Served
    another: Served
    inside: Served

    def link(self, host: str) -> str:
        return f"http://{host}:{self.inside.port}/linked.html"

    def page(self, url: str) -> tuple[object, ...]:
        """State of the page; outcome of its last capture, and whether that holds an answer."""
        ((state,),) = self.press.rows("SELECT state FROM pages WHERE url = ?", url)
        captures = self.press.rows("SELECT outcome, warc_file IS NOT NULL FROM captures WHERE url = ? ORDER BY id", url)
        return (state, *captures[-1])


LITERALS = [
    *("127.0.0.1", "127.1", "0x7f000001", "2130706433", "017700000001", "0", "0.0.0.0"),  # noqa: S104 - as above
    *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::1]", "[::]", "[::127.0.0.1]"),
]
INSIDE = [*LITERALS, "inside.test", "inside6.test", "mapped.test"]
REDIRECTED = ["127.0.0.1", "[::ffff:127.0.0.1]", "inside.test"]
REFUSED, FETCHED = ("failed", "refused_address", False), ("fetched", "ok", True)
RESOLVER = "TWISTED_DNS_RESOLVER=tests.names.Names"


def scrapy_crawl(press: Press, *settings: str) -> subprocess.CompletedProcess[str]:
    given = (part for one in settings for part in ("-s", one))
    return warm.scrapy(["crawl", "test", *given], press.environment(no_proxy="*"), seconds=60)


def crawl(folder: Path, hosts: Sequence[str], *settings: str) -> Iterator[Crawled]:
    """Crawl a list of links to these hosts, of redirects to some, and of pages that may be fetched."""
    pages: dict[str, Answer] = {
        "/one.html": PAGE,
        "/two.html": sent("Content-Type: text/html", body=[PAGE]),  # ends its connection, so that page three needs one
        "/three.html": PAGE,
    }
    with (
        server({}) as inside,
        server(pages, host="127.0.0.2", port=inside.port) as own,
        server({"/another-port.html": PAGE}, host="127.0.0.2") as another,
    ):
        crawled = Crawled(site_of(folder, own.home), own, another, inside)
        for number, host in enumerate(REDIRECTED):
            target = f"Location: http://{host}:{own.port}/redirected.html"
            pages[f"/to-{number}.html"] = sent(target, "Content-Length: 0", status="302 Found")
        listed = [*map(crawled.link, hosts), f"https://127.0.0.1:{own.port}/tls.html", *pages]
        listed += [f"http://both.test:{own.port}/one.html", f"{another.home}another-port.html"]
        listed += [f"http://rebinding.test:{own.port}/{page}.html" for page in ("two", "three")]
        pages["/"] = listing(listed)
        done = scrapy_crawl(crawled.press, RESOLVER, *settings)
        assert done.returncode == 0, done.stderr
        assert "Retrying" not in done.stderr
        yield crawled


@pytest.fixture(scope="module")
def with_robots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """A crawl that asks every host for its robots.txt before anything else."""
    yield from crawl(tmp_path_factory.mktemp("guard"), REDIRECTED)


@pytest.fixture(scope="module")
def without_robots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """A crawl that asks for the pages themselves."""
    yield from crawl(tmp_path_factory.mktemp("guard"), INSIDE, "ROBOTSTXT_OBEY=False")


@pytest.fixture(params=["with_robots", "without_robots"])
def crawled(request: pytest.FixtureRequest) -> Crawled:
    found: Crawled = request.getfixturevalue(request.param)
    return found


def test_nothing_ever_connects_to_an_address_inside(crawled: Crawled) -> None:
    assert crawled.inside.connections == []


@pytest.mark.parametrize("host", INSIDE, ids=named)
def test_a_link_inside_is_refused_and_recorded(without_robots: Crawled, host: str) -> None:
    assert without_robots.page(without_robots.link(host)) == REFUSED


@pytest.mark.parametrize("host", REDIRECTED, ids=named)
def test_robots_txt_inside_is_refused_like_its_pages(with_robots: Crawled, host: str) -> None:
    assert with_robots.page(with_robots.link(host)) == REFUSED


@pytest.mark.parametrize("number", range(len(REDIRECTED)))
def test_a_redirect_inside_is_kept_but_not_followed(crawled: Crawled, number: int) -> None:
    url = f"{crawled.own.home}to-{number}.html"
    assert crawled.page(url) == REFUSED
    captures = crawled.press.rows("SELECT outcome, status FROM captures WHERE url = ? ORDER BY id", url)
    assert captures == [("ok", 302), ("refused_address", None)]


def test_a_refusal_names_the_address(without_robots: Crawled) -> None:
    errors = without_robots.press.rows("SELECT error FROM captures WHERE url = ?", without_robots.link("inside.test"))
    assert errors == [("RefusedAddressError: 127.0.0.1 is not a public address",)]


def test_a_refusal_comes_before_tls(crawled: Crawled) -> None:
    assert crawled.page(f"https://127.0.0.1:{crawled.own.port}/tls.html") == REFUSED


def test_the_site_s_own_address_is_asked_under_every_name_and_port(crawled: Crawled) -> None:
    assert crawled.page(f"{crawled.own.home}one.html") == FETCHED
    assert crawled.page(f"{crawled.another.home}another-port.html") == FETCHED
    assert crawled.page(f"http://both.test:{crawled.own.port}/one.html") == FETCHED


def test_a_name_that_changes_its_answer_is_refused_at_once(without_robots: Crawled) -> None:
    pages = [f"http://rebinding.test:{without_robots.own.port}/{page}.html" for page in ("two", "three")]
    assert [without_robots.page(url) for url in pages] == [FETCHED, REFUSED]


def test_a_name_is_no_address_even_when_a_site_file_declares_it(tmp_path: Path) -> None:
    with server({"/": listing(["/1.html"]), "/1.html": PAGE}) as inside:
        press = site_of(tmp_path, f"http://inside.test:{inside.port}/")
        assert scrapy_crawl(press, RESOLVER).returncode == 0
    assert inside.connections == []
    assert press.rows("SELECT outcome FROM runs") == [("failed",)]
    assert press.rows("SELECT DISTINCT outcome FROM captures") == [("refused_address",)]


def test_localhost_may_be_a_site(tmp_path: Path) -> None:
    with server({"/": listing(["/1.html"]), "/1.html": PAGE}) as own:
        press = site_of(tmp_path, f"http://localhost:{own.port}/")
        done = press("crawl", no_proxy="*")
    assert done.returncode == 0, done.stdout + done.stderr
    assert press.rows("SELECT count(*) FROM press_releases") == [(1,)]


def test_a_proxy_may_be_anywhere_but_is_asked_for_no_address_inside(tmp_path: Path) -> None:
    site = "http://gat.qingling.test"
    inside = [
        f"http://{host}/{number}.html" for number, host in enumerate(["10.0.0.1", "0xa000001", "[::1]", "localhost"])
    ]
    with server({f"{site}/": listing([*inside, "/1.html"]), f"{site}/1.html": PAGE}) as proxy:
        press = site_of(tmp_path, f"{site}/")
        done = press("crawl", http_proxy=proxy.home, no_proxy="")
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(proxy.paths) == {f"{site}/robots.txt", f"{site}/", f"{site}/1.html"}
    assert press.rows("SELECT state, count(*) FROM pages WHERE kind = 'article' GROUP BY 1 ORDER BY 1") == [
        ("failed", len(inside)),
        ("fetched", 1),
    ]
