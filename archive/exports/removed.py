"""What exports of pages leave behind: whatever names the address of a release that was removed."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from io import BytesIO
from typing import Self
from urllib.parse import urljoin

from warcio.archiveiterator import ArchiveIterator

from archive.erasure import is_hidden, key_or_none

_WORDS = re.compile(r"[\s<>;,\"']+|url=", re.IGNORECASE)  # Refresh: 0; url=/a/1.html   Link: </a/1.html>; rel=canonical


@dataclass(frozen=True, slots=True)
class Removed:
    """The keys of what was removed."""

    keys: frozenset[str]

    @classmethod
    def of(cls, db: sqlite3.Connection) -> Self:
        """Those of an archive."""
        return cls(frozenset(key for (key,) in db.execute("SELECT key FROM removals")))

    def has(self, url: str | None) -> bool:
        """Whether an address, in any spelling, is that of a removed release, or stands in the place of one."""
        return is_hidden(url) or bool(self.keys and url and key_or_none(url) in self.keys)

    def is_named_in(self, member: bytes, url: str) -> bool:
        """Whether an HTTP header of a WARC record of that address names one: the Location of a redirect, a Referer."""
        if not self.keys or not member:
            return False
        headers = next(iter(ArchiveIterator(BytesIO(member)))).http_headers
        values = [value for _, value in headers.headers] if headers else []
        return any(self._leads(url, word) for value in values for word in (value, *_WORDS.split(value)))

    def _leads(self, url: str, word: str) -> bool:
        try:
            return bool(word) and self.has(urljoin(url, word))
        except ValueError:  # http://[ is no address
            return False
