"""The archive knows press releases: one SQLite file, WARC files beside it, and nothing about websites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive.errors import ArchiveError, ArchiveInUseError

if TYPE_CHECKING:
    from archive.folder import Archive

__all__ = ["Archive", "ArchiveError", "ArchiveInUseError"]


def __getattr__(name: str) -> Any:
    """`Archive`, loaded when it is asked for: a process that extracts pages needs no database."""
    if name != "Archive":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from archive.folder import Archive

    return Archive
