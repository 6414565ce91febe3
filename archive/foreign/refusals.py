"""What is said of a foreign file, or of a part of one, that is not taken in."""

from __future__ import annotations

from dataclasses import dataclass


class ForeignFileError(Exception):
    """A file given to `import` is none that can be read, is damaged or dangerous; the message says what to do.

    Wrong input, exit code 2: our own archive is as it was.
    """


class DamagedError(ForeignFileError):
    """A file stops making sense at some place; what stands before it is good."""


class UnfitError(Exception):
    """One record cannot be taken in, and the file goes on; the message is the `why` of a `Refused`."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A part of a foreign file that was not taken in: an address, a record's id or a host, and the reason in words."""

    what: str
    why: str
