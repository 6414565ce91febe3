"""A resolver for crawls under test (Scrapy's setting TWISTED_DNS_RESOLVER), so that no test asks a name server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.resolver import HostResolution
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer


@implementer(IHostnameResolver)
class Names:
    """Names under `.test` have the answers below, all of them on loopback; the reactor itself resolves literals.

    `rebinding.test` has another address at its second look-up.
    """

    def __init__(self, reactor: Any) -> None:
        self._reactor, self._literals = reactor, reactor.nameResolver
        self._answers = {
            "inside.test": [["127.0.0.1"]],
            "inside6.test": [["::1"]],
            "mapped.test": [["::ffff:127.0.0.1"]],
            "both.test": [["127.0.0.1", "127.0.0.2"]],
            "rebinding.test": [["127.0.0.2"], ["127.0.0.1"]],
            "own.test": [["127.0.0.2"]],
        }

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:  # noqa: ARG003 - Scrapy's interface
        return cls(reactor)

    def install_on_reactor(self) -> None:
        self._reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802 - Twisted's names
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[Any] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        if not hostName.endswith(".test"):
            return self._literals.resolveHostName(resolutionReceiver, hostName, portNumber)
        resolution = HostResolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)
        answers = self._answers.get(hostName, [[]])
        for address in answers.pop(0) if len(answers) > 1 else answers[0]:
            kind = IPv6Address if ":" in address else IPv4Address
            resolutionReceiver.addressResolved(kind("TCP", address, portNumber))
        resolutionReceiver.resolutionComplete()
        return resolution
