"""The verbs that read captures and need no network: `reparse` and `import`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from archive import clock
from archive.cli import Given
from archive.errors import ArchiveError
from archive.folder import Archive
from archive.rebuilt import rebuilding
from crawler.chosen import chosen_sites

if TYPE_CHECKING:
    from crawler.worker import Worker


@click.command()
@click.argument("sites", nargs=-1, metavar="[SITE]...")
@click.option("--from-captures", is_flag=True, help="First make press.db anew from the WARC files, of all sites.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Pages read at once.")
@click.pass_obj
def reparse(given: Given, /, sites: tuple[str, ...], from_captures: bool, workers: int) -> None:
    """Read archived captures with today's extraction, without a network; what reads otherwise gets a new version."""
    chosen = chosen_sites(given, sites)
    from crawler.worker import Worker  # brings processes with it, which other verbs do not need

    with Worker(workers) as worker:
        faults = _rebuild(given, worker) if from_captures else []
        from crawler.reparse import reparse as read_again

        with Archive.open(given.archive, write=True) as archive:
            said = read_again(archive, chosen.values(), worker, clock.now())
    click.echo(f"{said.read} releases read again, {said.changed} of them read otherwise and have a new version.")
    for url in said.emptied:
        click.echo(f"lost its text: {url}")
    if faults := [*faults, *said.faults]:
        raise ArchiveError("\n".join([*faults, f"{given.archive}: damaged; put the files named back from a copy."]))
    raise click.exceptions.Exit(1 if said.emptied else 0)


def _rebuild(given: Given, worker: Worker) -> list[str]:
    """Make press.db anew; returns what could not be read."""
    from crawler.rebuild import Rebuild

    with rebuilding(given.archive) as archive:
        rebuild = Rebuild(archive, chosen_sites(given, ()), worker, click.echo)
        rebuild.all()
    click.echo("press.db was made anew from the WARC files; the old one stands beside it.")
    return rebuild.faults
