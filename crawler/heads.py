"""How long the head of an answer may be: Twisted reads header lines for as long as a server sends them."""

from __future__ import annotations

from scrapy.core.downloader.handlers.http11 import _LenientHTTP11ClientFactory, _LenientHTTP11ClientProtocol
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol

from crawler.failures import TooLargeError

# Chrome's limit, in bytes; curl's is 300 kB. Without one, a server on loopback filled 1.2 GB of memory in two seconds.
MAX_HEAD = 256 * 1024


class _ShortHead(_LenientHTTP11ClientProtocol):
    """Scrapy's connection, which gives up with TooLargeError on a head that does not end.

    Counted are the chunks that begin before the head's end; the last, at most 64 KiB, may hold some of the body.
    """

    _head = 0

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        state = self._parser.state if self._parser else None
        if state == STATUS:  # nothing of this answer has come yet; the connection may have brought others
            self._head = 0
        if state in (STATUS, HEADER):
            self._head += len(data)
        if self._head <= MAX_HEAD:
            super().dataReceived(data)  # type: ignore[no-untyped-call]  # Twisted's
            return
        long = TooLargeError(f"the head of the answer is longer than {MAX_HEAD} bytes")
        self._giveUp(Failure(long))  # type: ignore[no-untyped-call]  # Twisted's


class ShortHeads(_LenientHTTP11ClientFactory):
    """Makes such connections for a connection pool."""

    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: N802 - Twisted's name
        """A connection to that address."""
        return _ShortHead(self._quiescentCallback)  # type: ignore[no-untyped-call]  # Twisted's
