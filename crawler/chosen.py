"""The sites that a command is about, or why it cannot be."""

from __future__ import annotations

import click

from archive import clock
from archive.cli import Given
from archive.divisions import CODES
from crawler.site import Site, SiteError, load_sites, sites_folder


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
