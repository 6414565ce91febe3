"""What the address of a search asks for, and the addresses of the searches next to it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

from archive.hits import COUNTED, PAGE, RANKED, Narrowed

_LONGEST_TYPED = 2_000  # characters: a query is read up to a bound that is far below
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR = re.compile(r"[0-9]{4}")
_NUMBER = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, as text that was found to be sound; an empty text asks for nothing.

    `doubts` say what of it was not understood, and was left out.
    """

    q: str = ""
    site: str = ""
    province: str = ""
    column: str = ""
    year: str = ""
    published_from: str = ""
    published_to: str = ""
    order: str = ""
    page: int = 1
    doubts: tuple[str, ...] = ()

    @property
    def narrowed(self) -> Narrowed:
        """The releases that the search is confined to."""
        return Narrowed(
            site=self.site or None,
            division=self.province or None,
            column=self.column or None,
            year="none" if self.year == "none" else int(self.year) if self.year else None,
            published_from=dt.date.fromisoformat(self.published_from) if self.published_from else None,
            published_to=dt.date.fromisoformat(self.published_to) if self.published_to else None,
        )

    @property
    def last_page(self) -> int:
        """The last page of hits that can be asked for."""
        return (RANKED if self.order else COUNTED) // PAGE

    def address(self, **changed: str) -> str:
        """The query string of this search with something changed, on its first page if nothing else is said."""
        said = {name: getattr(self, name) for name in _PARAMETERS} | {"page": ""} | changed
        return "?" + urlencode({_PARAMETERS.get(name, name): value for name, value in said.items() if value})


# Fields of Asked, and the parameters that carry them in an address.
_PARAMETERS = {
    field.name: field.name.removeprefix("published_") for field in fields(Asked) if field.name not in ("page", "doubts")
}


def asked(arguments: Mapping[str, str]) -> Asked:
    """What the parameters of an address ask for."""
    said = {name: (arguments.get(parameter) or "").strip() for name, parameter in _PARAMETERS.items()}
    said["q"] = said["q"][:_LONGEST_TYPED]
    doubts = []
    for name in ("published_from", "published_to"):
        if said[name] and not _is_day(said[name]):
            doubts.append(f"“{said[name][:40]}” is no day like 2026-03-01, and was left out.")
            said[name] = ""
    if said["year"] not in ("", "none") and not _YEAR.fullmatch(said["year"]):
        doubts.append(f"“{said['year'][:40]}” is no year, and was left out.")
        said["year"] = ""
    if said["order"] != "best":
        said["order"] = ""
    search = Asked(**said, page=1, doubts=tuple(doubts))
    number = arguments.get("page") or ""
    return replace(search, page=min(max(int(number), 1), search.last_page)) if _NUMBER.fullmatch(number) else search


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text)) and bool(dt.date.fromisoformat(text))
    except ValueError:
        return False
