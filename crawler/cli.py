"""The command `police-press`: the crawling verbs, added to those the archive has by itself."""

from __future__ import annotations

import logging
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from archive.addresses import key
from archive.cli import cli
from archive.errors import ArchiveInUseError
from archive.folder import Archive
from archive.given import Day, Given
from archive.lock import Lock
from archive.models import WalkOptions
from archive.removals import tombstone
from crawler.authoring import extract, new_site
from crawler.overview import health, sites
from crawler.parameters import Address, Duration, chosen_sites
from crawler.ping import Switch
from crawler.progress import Display, Lines, Progress
from crawler.site import Site, load_sites, sites_folder
from crawler.verbs import confirm_gone, import_, merge, reparse

main = cli

_EVERYTHING = WalkOptions()

for _verb in (confirm_gone, extract, health, import_, merge, new_site, reparse, sites):
    cli.add_command(_verb)


@cli.command()
@click.argument("sites", nargs=-1, metavar="[SITE]...")
@click.option("--full", is_flag=True, help="Walk every list to its last page.")
@click.option("--since", type=Day(), help="Stop at entries older than this day.")
@click.option("--max-pages", type=click.IntRange(1), metavar="N", help="Read at most N list pages a listing.")
@click.option("--no-revisit", is_flag=True, help="Look at no release again that is in the archive.")
@click.option("--for", "seconds", type=Duration(), help="End politely after this long, like 50m or 2h.")
@click.option("--quiet", is_flag=True, help="Print nothing when all is well or another run holds the archive.")
@click.option(
    "--ping",
    type=Address(),
    envvar="POLICE_PRESS_PING",
    metavar="URL",
    help="Tell URL/start, then URL or URL/fail, as Healthchecks has it; else $POLICE_PRESS_PING.",
)
@click.pass_obj
def crawl(
    given: Given,
    /,
    sites: tuple[str, ...],
    seconds: float | None,
    quiet: bool,
    no_revisit: bool,
    ping: str | None,
    **walk: Any,
) -> None:
    """Crawl all sites, or these: list pages, new releases, revisits that are due, back pages."""
    slugs = list(chosen_sites(given, sites))
    options = WalkOptions(**walk, revisits=not no_revisit)
    with Switch(ping) if ping else nullcontext() as switch:
        _run(given, slugs, quiet=quiet, options=options, seconds=seconds, switch=switch)


@cli.command()
@click.argument("url")
@click.option("--site", required=True, help="The site that the page belongs to.")
@click.option("--quiet", is_flag=True, help="Print nothing when all is well or another run holds the archive.")
@click.pass_obj
def fetch(given: Given, /, url: str, site: str, quiet: bool) -> None:
    """Keep one known page now: URL of a release of that site."""
    try:
        key(url)
    except ValueError as problem:
        raise click.BadParameter(f"{problem}.", param_hint="URL") from problem
    _run(given, list(chosen_sites(given, (site,))), quiet=quiet, wanted=url)


@cli.command()
@click.option("--no-serve", is_flag=True, help="End after the crawl.")
@click.option("--port", default=8001, show_default=True, type=click.IntRange(1, 65535), help="The port to serve at.")
def demo(no_serve: bool, port: int) -> None:
    """Crawl a small sample province on this machine into a throw-away archive, and serve it."""
    from crawler.demo import tour  # brings the sample province with it, which no other verb needs

    with tempfile.TemporaryDirectory(prefix="police-press-demo-") as folder:
        exit_code = tour.run(Path(folder), serve=not no_serve, port=port)
    raise click.exceptions.Exit(exit_code)


def _run(
    given: Given,
    slugs: list[str],
    *,
    quiet: bool,
    options: WalkOptions = _EVERYTHING,
    seconds: float | None = None,
    wanted: str | None = None,
    switch: Switch | None = None,
) -> None:
    """Crawl under the archive's lock, which is asked for before Scrapy is even imported; ends with the exit code."""
    if quiet:
        logging.getLogger("archive").setLevel(logging.ERROR)
    try:
        lock = Lock(given.archive)
    except ArchiveInUseError as problem:
        if quiet:
            raise click.exceptions.Exit(3) from problem
        raise
    progress: Progress = Display() if sys.stderr.isatty() and not quiet else Lines(sys.stdout, quiet=quiet)
    if switch:
        progress = switch.started(progress)
    exit_code = 4
    try:
        with Archive.open(given.archive, write=True, lock=lock) as archive:
            from crawler.crawl import crawl as start

            if wanted:
                _check_wanted(archive, load_sites(given.sites)[slugs[0]], wanted)
            for line in archive.repaired:
                progress.say(f"repaired after a run that was cut off: {line}")
            folder, vantage = sites_folder(given.sites), given.vantage
            start(archive, slugs, folder, progress, options=options, seconds=seconds, vantage=vantage, wanted=wanted)
        exit_code = 1 if progress.has_problems else 0
    finally:
        progress.close(exit_code)
    raise click.exceptions.Exit(exit_code)


def _check_wanted(archive: Archive, site: Site, url: str) -> None:
    """A page of another site, or of no host of this one that no list has named, or one removed, is wrong usage."""
    if stone := tombstone(archive.db.conn, key(url)):
        raise click.BadParameter(f"{url} was removed on {stone.date}: {stone.reason}", param_hint="URL")
    owner = archive.site_of(url)
    if owner and owner != site.slug:
        raise click.BadParameter(f"{url} belongs to the site {owner}.", param_hint="--site")
    if not owner and urlsplit(url).netloc.lower() not in site.hosts:
        raise click.BadParameter(
            f"{url} is on no host of {site.slug} ({', '.join(sorted(site.hosts))}), and no list of it names it.",
            param_hint="--site",
        )
