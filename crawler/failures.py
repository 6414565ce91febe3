"""What a request that brought no answer is called in the archive: exceptions to failure kinds."""

from __future__ import annotations

from scrapy import exceptions
from twisted.internet.error import ConnectError, ConnectionClosed, SSLError
from twisted.web.client import ResponseFailed


class RobotsDeniedError(exceptions.IgnoreRequest):
    """robots.txt asks us not to fetch this address."""


class TooLargeError(exceptions.IgnoreRequest):
    """The body is larger than the cap, on the wire or decompressed, or the head does not end."""


class RefusedAddressError(exceptions.IgnoreRequest):
    """The address is one no request may go to."""


_KINDS: tuple[tuple[type[Exception], str], ...] = (
    (RobotsDeniedError, "robots_denied"),
    (TooLargeError, "too_large"),
    (RefusedAddressError, "refused_address"),
    (exceptions.IgnoreRequest, "redirect_loop"),  # what is left of it: RedirectMiddleware's "max redirections reached"
    (exceptions.DownloadTimeoutError, "timeout"),
    (exceptions.CannotResolveHostError, "dns_error"),
    (exceptions.DownloadCancelledError, "too_large"),  # Scrapy cancels for one reason: DOWNLOAD_MAXSIZE
    (exceptions.ResponseDataLossError, "truncated"),
    (exceptions.UnsupportedURLSchemeError, "refused_address"),
    (exceptions.NotSupported, "refused_address"),
    (ValueError, "refused_address"),  # a redirect to what Scrapy takes for no address at all
    (SSLError, "tls_error"),
)
_OF_THE_NETWORK = (
    exceptions.DownloadConnectionRefusedError,
    exceptions.DownloadFailedError,
    ConnectError,
    ConnectionClosed,
    ResponseFailed,
    OSError,
)
# What ends a request without an answer to keep.
NO_ANSWER: tuple[type[Exception], ...] = (*(kind for kind, _ in _KINDS), *_OF_THE_NETWORK)
# Where the errors are defined that say a body is not what its Content-Encoding promises; zstd has two homes.
_OF_DECODING = {"zlib", "gzip", "brotli", "backports", "compression"}


def outcome_of(error: BaseException) -> str:
    """The failure kind of an exception that ended a request.

    Raises the exception again where it is none of the network's: a fault of this program is no outage.
    """
    for kind, outcome in _KINDS:
        if isinstance(error, kind):
            return outcome
    reasons = [error, error.__cause__, *_reasons(error), *_reasons(error.__cause__)]
    if any(type(reason).__module__.startswith("OpenSSL") or isinstance(reason, SSLError) for reason in reasons):
        return "tls_error"
    if any(isinstance(reason, TooLargeError) for reason in reasons):
        return "too_large"
    if type(error).__module__.partition(".")[0] in _OF_DECODING:
        return "truncated"
    if isinstance(error, _OF_THE_NETWORK):
        return "connection_error"
    raise error


def _reasons(error: BaseException | None) -> list[BaseException | None]:
    if isinstance(error, ResponseFailed):
        return [reason.value for reason in error.reasons]
    return []
