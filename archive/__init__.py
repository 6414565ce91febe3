"""The archive knows press releases: one SQLite file, WARC files beside it, and nothing about websites."""

from archive.errors import ArchiveError, ArchiveInUseError
from archive.folder import Archive

__all__ = ["Archive", "ArchiveError", "ArchiveInUseError"]
