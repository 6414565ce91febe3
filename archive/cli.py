"""The command `police-press`: its options, its exit codes, and the verbs that need no crawler."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from archive.backup import backup as back_up
from archive.errors import ArchiveError, ArchiveInUseError
from archive.exports.verb import export
from archive.faults import Checked
from archive.folder import Archive, archive_folder
from archive.given import Given
from archive.removals_file import RemovalsError
from archive.stats import as_text
from archive.stats import stats as counts_of
from archive.verify import verify as faults_of


class InUse(click.ClickException):
    """Another run holds the archive."""

    exit_code = 3


class Unusable(click.ClickException):
    """The archive cannot be read or written, or is damaged."""

    exit_code = 4


class WrongRemovals(click.ClickException):
    """A `removals.toml` that cannot be followed."""

    exit_code = 2


class Verbs(click.Group):
    """Verbs under one roof: what is wrong with an archive ends every one of them with the same exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; RemovalsError is exit code 2, ArchiveInUseError 3, ArchiveError 4."""
        try:
            return super().invoke(ctx)
        except ArchiveInUseError as problem:
            raise InUse(str(problem)) from problem
        except ArchiveError as problem:
            raise Unusable(str(problem)) from problem
        except RemovalsError as problem:
            raise WrongRemovals(f"{problem}. Nothing was changed.") from problem


@click.group(cls=Verbs)
@click.option("--archive", metavar="DIR", help="The archive folder; else $POLICE_PRESS_ARCHIVE, else ./data.")
@click.option("--sites", metavar="DIR", help="Another folder of site files; else $POLICE_PRESS_SITES.")
@click.option("--vantage", metavar="TEXT", help="Where this machine stands; else $POLICE_PRESS_VANTAGE.")
@click.version_option(package_name="police-press-archive")
@click.pass_context
def cli(context: click.Context, archive: str | None, sites: str | None, vantage: str | None) -> None:
    """Crawl, keep and read the press releases of China's provincial police departments."""
    context.obj = Given(archive_folder(archive), sites, vantage)


cli.add_command(export)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object in place of lines.")
@click.pass_obj
def verify(given: Given, /, as_json: bool) -> None:
    """Hold the archive against itself: every digest, reference and index. Exit code 4 if anything is damaged."""
    checked, faults = Checked(), []
    with Archive.open(given.archive) as archive:
        for fault in faults_of(archive, checked):
            faults.append(fault)
            if not as_json:
                click.echo(fault)
    if as_json:
        found = {"sound": not faults, "checked": asdict(checked), "faults": [asdict(fault) for fault in faults]}
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for line in checked.lines():
            click.echo(line)
        click.echo(f"{len(faults)} fault{'' if len(faults) == 1 else 's'}" if faults else "sound")
    if faults:
        raise click.exceptions.Exit(Unusable.exit_code)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object in place of lines.")
@click.pass_obj
def stats(given: Given, /, as_json: bool) -> None:
    """Say what the archive holds: releases by site and year, captures, versions, events, bytes, last runs."""
    with Archive.open(given.archive) as archive:
        counts = counts_of(archive)
    if as_json:
        click.echo(json.dumps(asdict(counts), ensure_ascii=False, indent=2))
    else:
        for line in as_text(counts):
            click.echo(line)


@cli.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.pass_obj
def backup(given: Given, /, path: Path) -> None:
    """Copy press.db to PATH (into it, if it is a folder) while a crawl may run, and check the copy."""
    with Archive.open(given.archive) as archive:
        try:
            written = back_up(archive, path)
        except OSError as problem:
            reason = problem.strerror or problem
            raise click.BadParameter(f"{path} cannot be written: {reason}.", param_hint="PATH") from problem
    rows = ", ".join(f"{number} {table}" for table, number in written.rows.items())
    click.echo(f"{written.path}: {written.bytes} bytes, {rows}; checked")


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8001, show_default=True, type=click.IntRange(0, 65535), help="The port; 0: a free one.")
@click.pass_obj
def serve(given: Given, /, host: str, port: int) -> None:
    """Serve the archive to a browser with Datasette, until Ctrl+C."""
    from archive.web.serving import serve_archive  # Datasette takes half a second to import, which no other verb needs

    Archive.open(given.archive).close()
    if not serve_archive(given.archive, host, port):
        raise click.ClickException(
            f"Datasette could not start on {host} port {port}; its reason stands above."
            " If another program listens there, name another port with --port."
        )
