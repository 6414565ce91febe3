"""What `verify` says: each fault it found, and how much it looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

FROM_A_COPY = "Put this file back from a copy."
FROM_A_BACKUP = "Put press.db back from a backup."


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: in which file of the archive folder, at which byte, for which capture (its id)."""

    file: str
    wrong: str
    remedy: str
    byte: int | None = None
    capture: int | None = None

    def __str__(self) -> str:
        """One line."""
        byte = "" if self.byte is None else f", byte {self.byte}"
        capture = "" if self.capture is None else f", capture {self.capture}"
        return f"{self.file}{byte}{capture}: {self.wrong}. {self.remedy}"


@dataclass(slots=True)
class Checked:
    """How much was looked at, counted while `verify` goes on.

    `bytes` are those of whole records. No row speaks of `unspoken` responses, and `unfinished` bytes are the end of
    `.open` files behind the last record that a row speaks of: a crawl that runs or was killed leaves both.
    """

    warc_files: int = 0
    records: int = 0
    bytes: int = 0
    captures: int = 0
    releases: int = 0
    versions: int = 0
    events: int = 0
    unspoken: int = 0
    unfinished: int = 0

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield (
            f"checked: WARC files {self.warc_files:,}, records {self.records:,}, bytes {self.bytes:,},"
            f" captures {self.captures:,}; releases {self.releases:,}, versions {self.versions:,},"
            f" events {self.events:,}; SQLite, references, full-text index"
        )
        if self.unspoken:
            yield f"answers in WARC files that no row speaks of: {self.unspoken:,} (a crawl runs, or one was killed)"
        if self.unfinished:
            yield f"bytes of unfinished records: {self.unfinished:,} (a crawl runs, or one was killed)"
