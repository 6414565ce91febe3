"""What each field of a release rests on: where its value stood, what else was offered, where two places disagree."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from archive.models import Rejected

OTHERWISE = "another place says otherwise"
_MARKS = re.compile(r"[\W_]+")

Offer = tuple[str, str | None]  # where a value stands, and the value


class Evidence:
    """Gathered while a page is read: `origins` by field, the `rejected` values, and the fields in `conflicts`."""

    def __init__(self) -> None:
        self.origins: dict[str, str] = {}
        self.rejected: list[Rejected] = []
        self.conflicts: set[str] = set()

    def choose(self, field: str, offers: Iterable[Offer]) -> str | None:
        """The first value that says something; those after it that say something else are rejected."""
        chosen: str | None = None
        seen: set[str] = set()
        for origin, value in offers:
            if not value:
                continue
            said = folded(value)
            if chosen is None:
                chosen, self.origins[field] = value, origin
            elif said not in seen:
                self.rejected.append(Rejected(field, value, origin, OTHERWISE))
            seen.add(said)
        return chosen

    def compare(self, field: str, one: str | None, other: str | None) -> None:
        """Note a conflict where two values differ, and neither is the other with something added."""
        here, there = folded(one or ""), folded(other or "")
        if here and there and here not in there and there not in here:
            self.conflicts.add(field)


def folded(text: str) -> str:
    """The text for comparing: without punctuation, white space, case and width."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", text)).lower()
