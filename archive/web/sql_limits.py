"""Limits of free SQL that Datasette's own do not give: it can end a query between two steps, and not within one.

Within the second that a query may take, one call of a function can keep a thread for hours (measured, SQLite 3.40):
`printf('%.*c', 900000000, 'x')` took 4 s, and `instr` of 640 kB of zeros and half as many with a one at the end as
much again, growing with the square.
"""

from __future__ import annotations

import sqlite3
from typing import Any

# Bytes of one value: more than a page of 8 MiB can be in UTF-8, less than SQLite's 1,000,000,000, which one call of
# zeroblob() fills.
_LONGEST_VALUE = 32 * 1024 * 1024
_LONGEST_PATTERN = 1_000  # characters of what LIKE, GLOB and trim() compare each place of a text with


def limit(connection: sqlite3.Connection) -> None:
    """Bound what one step of a query can take; `printf` is refused, other functions give what they always give."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, _LONGEST_PATTERN)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    for name in ("printf", "format"):
        connection.create_function(name, -1, _refused, deterministic=True)
    connection.create_function("instr", 2, _instr, deterministic=True)
    connection.create_function("replace", 3, _replace, deterministic=True)
    for name, strip in (("trim", str.strip), ("ltrim", str.lstrip), ("rtrim", str.rstrip)):
        connection.create_function(name, 2, _trimming(strip), deterministic=True)


def _refused(*_: Any) -> None:
    raise ValueError("printf() and format() are not for everybody")


def _instr(text: Any, part: Any) -> int | None:
    """Where a part begins, counted from 1; Python finds it in a time that grows with the text alone."""
    if text is None or part is None:
        return None
    if isinstance(text, bytes) and isinstance(part, bytes):
        return text.find(part) + 1
    return _text(text).find(_text(part)) + 1


def _replace(text: Any, old: Any, new: Any) -> str | None:
    if text is None or old is None or new is None:
        return None
    text, old, new = _text(text), _text(old), _text(new)
    if not old:
        return str(text)
    if len(text) + text.count(old) * (len(new) - len(old)) > _LONGEST_VALUE:
        raise ValueError("too long")
    return str(text.replace(old, new))


def _trimming(strip: Any) -> Any:
    def trim(text: Any, characters: Any) -> str | None:
        if text is None or characters is None:
            return None
        if len(_text(characters)) > _LONGEST_PATTERN:
            raise ValueError("too many characters")
        return str(strip(_text(text), _text(characters)))

    return trim


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
