"""A resolver for crawls under test that knows no name at all, as where the name server is out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twisted.internet.interfaces import IHostResolution, IResolutionReceiver

from tests.names import Names


class NoNames(Names):
    """Scrapy's setting TWISTED_DNS_RESOLVER takes it by its path."""

    def resolveHostName(  # noqa: N802 - Twisted's names
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[Any] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        return super().resolveHostName(resolutionReceiver, "unknown.test", portNumber)
