"""The one clock: the time that is recorded and scheduled by, frozen by $POLICE_PRESS_NOW."""

from __future__ import annotations

import datetime as dt
import os
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
VARIABLE = "POLICE_PRESS_NOW"


def now() -> dt.datetime:
    """Now to the second, in Asia/Shanghai. Raises ValueError where $POLICE_PRESS_NOW is not ISO 8601."""
    frozen = os.environ.get(VARIABLE)
    if not frozen:
        return dt.datetime.now(SHANGHAI).replace(microsecond=0)
    try:
        moment = dt.datetime.fromisoformat(frozen)
    except ValueError as problem:
        raise ValueError(f"${VARIABLE} has to be ISO 8601, like 2026-03-02T10:00:00+08:00, not {frozen!r}") from problem
    return moment.replace(tzinfo=moment.tzinfo or SHANGHAI, microsecond=0).astimezone(SHANGHAI)


def iso(moment: dt.datetime) -> str:
    """An aware datetime as the archive writes it: ISO 8601, seconds, Asia/Shanghai's offset; so texts sort as times."""
    return moment.astimezone(SHANGHAI).isoformat(timespec="seconds")
