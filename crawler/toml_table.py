"""A table of a site file read strictly: the right type for each key, and no key that nobody knows."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import cssselect
from lxml.cssselect import CSSSelector
from lxml.etree import XPathError

_T = TypeVar("_T")


class SiteError(Exception):
    """A site file that cannot be used; the message names the file and the key."""


class TomlTable:
    """One table of a site file, read key by key; what is left unread at `close` is unknown.

    Every method raises SiteError for a value it cannot give; a key that may be left out gives None or the default.
    """

    def __init__(self, path: Path, prefix: str, table: Mapping[str, Any]) -> None:
        self._path, self._prefix, self._table, self._left = path, prefix, table, set(table)

    def error(self, key: str, problem: str) -> SiteError:
        """A fault that names file and key."""
        return SiteError(f"{self._path}: {self._prefix}{key}: {problem}")

    def close(self) -> None:
        """Every key there is has been read; any other is unknown."""
        for key in sorted(self._left):
            raise self.error(key, "unknown key")

    def _take(self, key: str, kind: type | tuple[type, ...], wanted: str) -> Any:
        self._left.discard(key)
        value = self._table.get(key)
        if key not in self._table:
            return None
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.error(key, f"has to be {wanted}, not {value!r}")
        return value

    def optional_text(self, key: str) -> str | None:
        """A text that is not empty."""
        value: str | None = self._take(key, str, "a text in quotes")
        if value is not None and not value.strip():
            raise self.error(key, "is empty")
        return value

    def selector(self, key: str) -> str | None:
        """A CSS selector."""
        value = self.optional_text(key)
        try:
            CSSSelector(value or "*", translator="html")
        except (cssselect.SelectorError, XPathError) as problem:
            raise self.error(key, f"is no CSS selector: {value!r} ({problem})") from problem
        return value

    def text(self, key: str) -> str:
        """A text that has to be there."""
        value = self.optional_text(key)
        if value is None:
            raise self.error(key, "missing")
        return value

    def matching(self, key: str, pattern: str, wanted: str) -> str | None:
        """A text of a certain form."""
        value = self.optional_text(key)
        if value is not None and not re.fullmatch(pattern, value):
            raise self.error(key, f"has to be {wanted}, not {value!r}")
        return value

    def address(self, key: str) -> str:
        """An http or https address that has to be there."""
        value = self.text(key)
        try:
            parts = urlsplit(value)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise self.error(key, f"has to be an http or https address, not {value!r}")
        return value

    def choice(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """One of some words; it has to be there unless there is a default."""
        value = self.optional_text(key) or default
        if value is None:
            raise self.error(key, "missing")
        if value not in allowed:
            raise self.error(key, f"has to be one of {', '.join(allowed)}, not {value!r}")
        return value

    def day(self, key: str) -> dt.date | None:
        """A date without a time."""
        value: dt.date | None = self._take(key, dt.date, "a date like 2026-12-01")
        if isinstance(value, dt.datetime):
            raise self.error(key, f"has to be a date without a time, not {value}")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value: bool | None = self._take(key, bool, "true or false")
        return default if value is None else value

    def number(self, key: str, default: float) -> float:
        """Seconds, from 0 to a day."""
        value: float | None = self._take(key, (int, float), "a number")
        if value is not None and not 0 <= value < 86_400:
            raise self.error(key, f"has to be from 0 to 86400 seconds, not {value}")
        return default if value is None else float(value)

    def whole(self, key: str) -> int | None:
        """A whole number from 1."""
        value: int | None = self._take(key, int, "a whole number")
        if value is not None and value < 1:
            raise self.error(key, f"has to be 1 or more, not {value}")
        return value

    def items(self, key: str, kind: type[_T], default: tuple[_T, ...]) -> tuple[_T, ...]:
        """A list of texts or of whole numbers from 1."""
        found = self._take(key, list, "a list")
        if found is None:
            return default
        for value in found:
            if not isinstance(value, kind) or isinstance(value, bool) or (isinstance(value, int) and value < 1):
                wanted = "a text" if kind is str else "a whole number from 1"
                raise self.error(key, f"holds {value!r}, which is not {wanted}")
        return tuple(found)

    def shares(self, key: str, names: Collection[str]) -> Mapping[str, float]:
        """A table of shares from 0 to 1, under these names."""
        table = self._take(key, dict, "a table of shares") or {}
        for name, share in table.items():
            if name not in names:
                raise self.error(f"{key}.{name}", f"unknown key, it has to be one of {', '.join(sorted(names))}")
            if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 <= share <= 1:
                raise self.error(f"{key}.{name}", f"has to be a share from 0 to 1, not {share!r}")
        return {name: float(share) for name, share in table.items()}

    def table(self, key: str) -> TomlTable:
        """A table of its own, empty where there is none."""
        return TomlTable(self._path, f"{key}.", self._take(key, dict, f"a table [{key}]") or {})

    def tables(self, key: str) -> Iterator[TomlTable]:
        """An array of tables, numbered from 1."""
        for number, table in enumerate(self._take(key, list, f"tables [[{key}]]") or [], 1):
            if not isinstance(table, dict):
                raise self.error(key, f"has to be tables [[{key}]], not {table!r}")
            yield TomlTable(self._path, f"{key}[{number}].", table)
