"""What the verbs take: sites, lengths of time, moments, addresses; and what is said of wrong ones."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import click

from archive import clock
from archive.divisions import CODES
from archive.given import Given
from crawler.ping import address
from crawler.site import Site, SiteError, load_sites, sites_folder

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class WrongSites(click.ClickException):
    """Site files that cannot be used, or a site that has none."""

    exit_code = 2


def chosen_sites(given: Given, wanted: tuple[str, ...]) -> dict[str, Site]:
    """The sites asked for, all where none is; raises WrongSites for a wrong file or an unknown slug."""
    try:
        declared = load_sites(given.sites)
        clock.now()
    except (SiteError, ValueError) as problem:
        raise WrongSites(str(problem)) from problem
    for site in declared.values():
        if site.division and site.division not in CODES:
            where = f"{sites_folder(given.sites) / site.slug}.toml"
            raise WrongSites(f"{where}: division: {site.division} is no provincial-level code of GB/T 2260")
    if unknown := [slug for slug in wanted if slug not in declared]:
        raise WrongSites(f"no such site: {', '.join(unknown)}. There are: {', '.join(declared)}.")
    return {slug: declared[slug] for slug in wanted or declared}


class Duration(click.ParamType[float]):
    """A length of time like 50m or 2h; seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds; a wrong one is wrong usage."""
        if isinstance(value, float):
            return value
        found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", str(value).strip())
        if not found or not float(found[1]):
            self.fail(f"{value!r} is no length of time like 90s, 50m or 2h.", param, ctx)
        return float(found[1]) * _UNITS[found[2]]


class Address(click.ParamType[str]):
    """The address of a dead-man's switch."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The address; a wrong one is wrong usage."""
        try:
            return address(str(value))
        except ValueError as problem:
            self.fail(f"{value!r}: {problem}.", param, ctx)


class Moment(click.ParamType[dt.datetime]):
    """A moment as ISO 8601 has it, like 2026-03-01T10:00+08:00; a day is its first moment, no zone is Shanghai's."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        """An aware datetime; a wrong one is wrong usage."""
        try:
            moment = dt.datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no time like 2026-03-01T10:00+08:00.", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=clock.SHANGHAI)
