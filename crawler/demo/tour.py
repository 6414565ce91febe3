"""The demo: the sample province crawled twice with the real command, one release shown, all exported, all served."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

from archive import Archive
from archive.web.serving import serve_archive
from crawler.demo.families import nfcms, ucap
from crawler.demo.server import SampleProvince

SHOWN = "兰州马拉松"


def run(folder: Path, *, serve: bool, port: int) -> int:
    """Go through the whole of it in `folder`; the exit code of the first command that failed, else 0."""
    archive, sites, table = folder / "data", folder / "sites", folder / "releases.csv"
    with SampleProvince(further=(ucap.department, nfcms.department)) as province:
        province.write_sites(sites)
        click.secho("A sample province with four sites, invented for this project, answers on this machine.", bold=True)
        for verb in (["crawl"], ["crawl"], ["export", "csv", "--out", str(table)]):
            asked = len(province.requests)
            if failed := _command(archive, sites, verb):
                return failed
            if verb == ["crawl"]:
                click.echo(f"  {len(province.requests) - asked} requests")
    _show_one(archive)
    if not serve:
        return 0
    click.secho(f"\nBrowse it at http://127.0.0.1:{port}/press/press_releases (Ctrl+C ends the demo)", bold=True)
    return 0 if serve_archive(archive, "127.0.0.1", port) else 1


def _command(archive: Path, sites: Path, verb: list[str]) -> int:
    click.secho(f"\n$ police-press {' '.join(verb)}", bold=True)
    command = [sys.executable, "-m", "crawler", "--archive", str(archive), "--sites", str(sites), *verb]
    return subprocess.run(command, check=False).returncode  # noqa: S603 - our own command, no shell


def _show_one(kept: Path) -> None:
    with Archive.open(kept) as archive:
        releases = list(archive.releases())
        found = next(archive.releases(search=SHOWN))
    click.secho(f"\n{len(releases)} releases kept. One of them, found by {SHOWN}:", bold=True)
    paragraphs = found.body.split("\n")
    for name, value in (
        ("title", found.title),
        ("published", found.published),
        ("source", found.content_source),
        ("issuer", found.issuer),
        ("editor", found.editor),
        ("text", f"{len(paragraphs)} paragraphs, from {paragraphs[0][:12]}… to …{paragraphs[-1][-12:]}"),
    ):
        click.echo(f"  {name:10}{value}")
