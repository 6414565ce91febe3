"""Reading the JSON that a list's data address answers, where nothing about its shape can be relied on."""

from __future__ import annotations

import json
import re

_WHOLE = re.compile(r"\s*(\d{1,7})\s*", re.ASCII)
_MOST = 9_999_999


def read(text: str) -> dict[str, object] | None:
    """The object that a text is; empty where it opens like one and cannot be read, None where it is no JSON at all."""
    text = text.lstrip("\ufeff \t\r\n")
    return members(text) if text.startswith("{") else None


def members(value: object) -> dict[str, object]:
    """The members of an object, also of one that is written out in a string; empty for anything else."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):  # no JSON, a number of thousands of digits; thousands of brackets
            return {}
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    """The items of an array; none for anything else."""
    return value if isinstance(value, list) else []


def string(value: object) -> str:
    """A text that can be kept, without NUL and half surrogates, which JSON can write; empty for anything else."""
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""


def count(value: object) -> int | None:
    """A whole number up to seven digits, also one written as text; None for anything else."""
    if isinstance(value, str):
        found = _WHOLE.fullmatch(value)
        return int(found[1]) if found else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST else None
