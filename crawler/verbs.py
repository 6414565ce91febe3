"""The verbs that ask no website anything: `import`, `reparse`, `merge` and `confirm-gone`."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive import clock
from archive.errors import ArchiveError
from archive.folder import Archive
from archive.foreign import ForeignFileError
from archive.given import Given
from archive.rebuilt import rebuilding
from crawler.parameters import Moment, chosen_sites

if TYPE_CHECKING:
    from crawler.worker import Worker


class WrongFile(click.ClickException):
    """A file that cannot be imported."""

    exit_code = 2


@click.command("import")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--site", required=True, help="The site that the pages belong to.")
@click.option("--url", help="Where a saved HTML page is from, if it does not say so itself.")
@click.option("--captured", type=Moment(), help="When a saved HTML page was, if not when its file was last changed.")
@click.pass_obj
def import_(given: Given, /, files: tuple[Path, ...], site: str, url: str | None, captured: dt.datetime | None) -> None:
    """Keep what a person saved in a browser or took from a web archive: WARC, WACZ or HTML files."""
    chosen = chosen_sites(given, (site,))[site]
    if url and len(files) > 1:
        raise click.BadParameter("it says where one file is from; import the files one by one.", param_hint="--url")
    from crawler.importing import Import  # brings extraction with it, which wrong usage does not need
    from crawler.worker import Worker

    vantage = given.vantage or os.environ.get("POLICE_PRESS_VANTAGE")
    with Archive.open(given.archive, write=True) as archive, Worker() as worker:
        for line in archive.repaired:
            click.echo(f"repaired after a run that was cut off: {line}")
        try:
            said = Import(archive, chosen, worker, vantage).files(files, url, captured)
        except ForeignFileError as problem:
            raise WrongFile(f"{problem}. Nothing was imported.") from problem
    for line in said.lines():
        click.echo(line)
    raise click.exceptions.Exit(0 if said.kept or said.before else 1)


@click.command()
@click.argument("sites", nargs=-1, metavar="[SITE]...")
@click.option("--from-captures", is_flag=True, help="First make press.db anew from the WARC files, of all sites.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Pages read at once.")
@click.pass_obj
def reparse(given: Given, /, sites: tuple[str, ...], from_captures: bool, workers: int) -> None:
    """Read archived captures with today's extraction, without a network; what reads otherwise gets a new version."""
    chosen = chosen_sites(given, sites)
    if not from_captures:
        Archive.open(given.archive).close()  # where there is no archive, none is to be made
    from crawler.worker import Worker  # brings processes with it, which other verbs do not need

    with Worker(workers) as worker:
        faults = _rebuild(given, worker, workers) if from_captures else []
        from crawler.reparse import reparse as read_again

        with Archive.open(given.archive, write=True) as archive:
            said = read_again(archive, chosen.values(), worker, workers)
    click.echo(f"{said.read} releases read again, {said.changed} of them read otherwise and have a new version.")
    for url in said.emptied:
        click.echo(f"lost its text: {url}")
    if faults := [*faults, *said.faults]:
        raise ArchiveError("\n".join([*faults, f"{given.archive}: damaged; put the files named back from a copy."]))
    raise click.exceptions.Exit(1 if said.emptied else 0)


def _rebuild(given: Given, worker: Worker, workers: int) -> list[str]:
    """Make press.db anew; returns what could not be read."""
    from crawler.rebuild import Rebuild

    with rebuilding(given.archive) as archive:
        rebuild = Rebuild(archive, chosen_sites(given, ()), worker, click.echo, workers)
        rebuild.all()
    click.echo("press.db was made anew from the WARC files; the old one stands beside it.")
    return rebuild.faults


class WrongMerge(click.ClickException):
    """Archives that cannot be one."""

    exit_code = 2


@click.command()
@click.argument(
    "others",
    nargs=-1,
    required=True,
    metavar="OTHER...",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
)
@click.pass_obj
def merge(given: Given, /, others: tuple[Path, ...]) -> None:
    """Take in what the archives in other folders have, captures and events too; those are only read."""
    sites = chosen_sites(given, ())
    from archive.comparing import MergeError
    from crawler.merge import merge as take_in  # brings extraction with it
    from crawler.worker import Worker

    with Worker() as worker:
        try:
            merged = take_in(given.archive, others, sites, worker, click.echo)
        except MergeError as problem:
            raise WrongMerge(str(problem)) from problem
    if merged.is_nothing:
        click.echo(f"Nothing new: all that they have was in {given.archive} before.")


@click.command("confirm-gone")
@click.argument("site")
@click.pass_obj
def confirm_gone(given: Given, /, site: str) -> None:
    """Say that a `site_changed` finding is a true mass takedown: what is missing at SITE is gone."""
    chosen_sites(given, (site,))
    with Archive.open(given.archive, write=True) as archive:
        gone = archive.confirm_gone(site, clock.now())
    click.echo(f"{gone} releases of {site} are gone; those seen missing once go when a visit confirms it.")
