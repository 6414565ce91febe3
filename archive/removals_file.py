"""The file `removals.toml` of an archive: which releases a person wants removed from it, since when, and why."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive import clock
from archive.errors import ArchiveError, remedy

FILE = "removals.toml"
_NAMES = ("key", "date", "reason")
_KEY = re.compile("[a-z2-7]{12}")


class RemovalsError(Exception):
    """A `removals.toml` that cannot be followed; the message names the file and the place."""


@dataclass(frozen=True, slots=True)
class Removal:
    """One entry of the file: a release's key, the day of the removal (ISO 8601), and why, for everybody to read."""

    key: str
    date: str
    reason: str


def read(folder: Path) -> tuple[Removal, ...]:
    """The entries of an archive's `removals.toml`, none where there is no such file.

    Raises RemovalsError for one that cannot be followed, ArchiveError for one that cannot be read: an archive whose
    removals nobody knows is not to be shown.
    """
    path = folder / FILE
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return ()
    except OSError as problem:
        raise ArchiveError(f"{path}: cannot be read: {problem.strerror}. {remedy(problem)}".rstrip()) from problem
    except UnicodeDecodeError as problem:
        raise RemovalsError(f"{path}: byte {problem.start} is no UTF-8") from problem
    except tomllib.TOMLDecodeError as problem:
        raise RemovalsError(f"{path}: {problem}") from problem
    if unknown := sorted(set(told) - {"removal"}):
        raise RemovalsError(f"{path}: {unknown[0]}: unknown key; entries begin with [[removal]]")
    entries = told.get("removal", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise RemovalsError(f"{path}: removal: entries begin with [[removal]]")
    removals = [_removal(entry, f"{path}: removal[{number}]") for number, entry in enumerate(entries, 1)]
    places = {removal.key: number for number, removal in reversed(list(enumerate(removals, 1)))}
    for number, removal in enumerate(removals, 1):
        if (first := places[removal.key]) != number:
            raise RemovalsError(f"{path}: removal[{number}].key: {removal.key} stands in removal[{first}] already")
    return tuple(removals)


def _removal(entry: Mapping[str, Any], place: str) -> Removal:
    for name in _NAMES:
        if name not in entry:
            raise RemovalsError(f"{place}.{name}: missing")
    if unknown := sorted(set(entry) - set(_NAMES)):
        raise RemovalsError(f"{place}.{unknown[0]}: unknown key")
    key, date, reason = (entry[name] for name in _NAMES)
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise RemovalsError(f"{place}.key: has to be a release's key like 'fi4pg5axthj6', not {key!r}")
    if not isinstance(date, dt.date) or isinstance(date, dt.datetime):
        raise RemovalsError(f"{place}.date: has to be a date like 2026-03-05, without quotes, not {str(date)!r}")
    if date > (today := clock.now().date()):
        raise RemovalsError(f"{place}.date: {date} is still to come, today is {today}")
    if not isinstance(reason, str) or not reason.strip():
        raise RemovalsError(f"{place}.reason: has to be a text in quotes that says why, not {reason!r}")
    return Removal(key, date.isoformat(), reason.strip())
