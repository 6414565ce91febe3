"""The sample department visited on simulated days by the real command, and what its archive then says happened."""

from __future__ import annotations

import datetime as dt
import re

from crawler.demo.server import QINGLING, SampleProvince
from tests.conftest import Press

START = dt.datetime.fromisoformat("2026-07-10T08:00:00+08:00")


def at_day(day: float) -> dict[str, str]:
    """The environment in which it is that many days after START."""
    return {"POLICE_PRESS_NOW": (START + dt.timedelta(days=day)).isoformat()}


def on_day(press: Press, day: float, *arguments: str) -> int:
    return press("crawl", QINGLING, *arguments, **at_day(day)).returncode


def articles(province: SampleProvince) -> list[str]:
    return sorted(path for path in province.paths() if re.search(r"/t\d{8}_\d+\.html$", path))


def list_pages(province: SampleProvince) -> list[str]:
    return [path for path in province.paths() if path != "/" and path.endswith(("/", ".shtml"))]


def events(press: Press) -> list[tuple[object, ...]]:
    return press.rows("SELECT kind, count(*) FROM events WHERE kind <> 'first_seen' GROUP BY 1 ORDER BY 1")
