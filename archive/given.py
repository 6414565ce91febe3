"""What was given to the command before its verb, and the types of its options."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click


class Day(click.ParamType[dt.date]):
    """A day as ISO 8601 has it, like 2026-03-01."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """A date; a wrong one is wrong usage."""
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day like 2026-03-01.", param, ctx)


@dataclass(frozen=True, slots=True)
class Given:
    """What was given to the command before its verb; the object of click's context."""

    archive: Path
    sites: str | None = None
    vantage: str | None = None
