"""What can be wrong with an archive, as a person can act on it."""

from __future__ import annotations


class ArchiveError(Exception):
    """The archive cannot be read or written, or is damaged; the message says what, where, and what to do."""


class ArchiveInUseError(Exception):
    """Another run holds the archive; the message says who and since when."""
