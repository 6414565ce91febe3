"""The verbs that tell how sites stand: `sites` and `health`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import click
from rich.cells import cell_len
from rich.text import Text

from archive import clock
from archive.folder import DATABASE, Archive
from archive.given import Given
from archive.health import SiteState, Standing, never_ran, states
from archive.health import health as standings
from crawler.advice import advice
from crawler.parameters import chosen_sites
from crawler.progress import sentence
from crawler.site import Site

_HEADER = ("site", "name", "lists", "verified", "last run", "outcome", "answered", "newest", "releases", "gone")
_NAME, _WIDEST = 1, 120  # the column that gives way, and the cells of a line; a Chinese character takes two


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array in place of a table.")
@click.pass_obj
def sites(given: Given, /, as_json: bool) -> None:
    """Say of every site whether its file was ever verified live, its lists, its last run, and its counts."""
    declared = chosen_sites(given, ())
    known: dict[str, SiteState] = {}
    if (given.archive / DATABASE).exists():
        with Archive.open(given.archive) as archive:
            known = states(archive, clock.now())
    rows = [(site, known.get(site.slug, SiteState())) for site in declared.values()]
    if as_json:
        click.echo(json.dumps([_site_object(*row) for row in rows], ensure_ascii=False, indent=2))
        return
    for line in _as_text(rows):
        click.echo(line)


@click.command()
@click.argument("sites", nargs=-1, metavar="[SITE]...")
@click.option("--json", "as_json", is_flag=True, help="One JSON array in place of lines.")
@click.pass_obj
def health(given: Given, /, sites: tuple[str, ...], as_json: bool) -> None:
    """Hold the last run of all sites, or of these, against what is expected. Exit code 1 where something is to be said.

    One line a finding: which expectation, what was wanted and seen, since when; then what to try.
    """
    slugs = list(chosen_sites(given, sites))
    if (given.archive / DATABASE).exists():
        with Archive.open(given.archive) as archive:
            found = standings(archive, slugs, clock.now())
    else:
        found = [never_ran(slug) for slug in slugs]
    if as_json:
        click.echo(json.dumps([_health_object(standing) for standing in found], ensure_ascii=False, indent=2))
    else:
        for line in _health_lines(found):
            click.echo(line)
        if not found:
            click.echo(f"nothing to report of {len(slugs)} site{'' if len(slugs) == 1 else 's'}")
    raise click.exceptions.Exit(1 if found else 0)


def _health_lines(found: Sequence[Standing]) -> Iterator[str]:
    """A line a finding, then for each wall or failure among them, once, what to try."""
    for standing in found:
        line = sentence(standing.finding)
        if standing.since and standing.runs:
            line += f"; since {_day(standing.since)}, {standing.runs} run{'' if standing.runs == 1 else 's'}"
        if standing.last_answered and standing.kind:
            line += f"; last answered {_day(standing.last_answered)}"
        yield line
    kinds = list(dict.fromkeys(standing.kind for standing in found if standing.kind))
    if kinds:
        yield ""
        yield from (f"{kind}: {advice(kind)}" for kind in kinds)


def _health_object(standing: Standing) -> dict[str, Any]:
    told = asdict(standing)
    return {**told.pop("finding"), **told, "advice": advice(standing.kind) if standing.kind else None}


def _site_object(site: Site, state: SiteState) -> dict[str, Any]:
    """All of a site that the table has, and more; `unanswered` counts runs walled or failed since it last answered."""
    found = [{"column": column, "cms": "auto", "url": url} for column, url in state.discovered]
    declared = [{"column": one.column, "cms": one.cms, "url": one.url} for one in site.listings]
    last_run = {"started": state.last_run, "outcome": state.outcome, "vantage": state.vantage}
    return {
        "slug": site.slug,
        "name": site.name,
        "english": site.english,
        "kind": site.kind,
        "division": site.division,
        "home": site.home,
        "discover": site.discover,
        "listings": found if site.discover else declared,
        "verified": site.verified.isoformat() if site.verified else None,
        "last_run": last_run if state.last_run else None,
        "last_answered": state.last_answered,
        "unanswered": state.unanswered,
        "last_release": state.last_release,
        "releases": state.releases,
        "gone": state.gone,
    }


def _as_text(rows: Sequence[tuple[Site, SiteState]]) -> Iterator[str]:
    """The table, then what would not fit into it: vantages, lists that were found, sites that are no police."""
    yield from _table([_HEADER, *(_cells(*row) for row in rows)])
    yield ""
    verified = sum(site.verified is not None for site, _ in rows)
    yield f"files verified on the live site: {verified} of {len(rows)}"
    vantages: dict[str, list[str]] = {}
    for site, state in rows:
        if state.last_run:
            vantages.setdefault(state.vantage or "a vantage nobody named", []).append(site.slug)
    for vantage, slugs in vantages.items():
        yield f"last run from {vantage}: {'all' if len(slugs) == len(rows) else ' '.join(slugs)}"
    for site, state in rows:
        if site.kind != "police":
            yield f"{site.slug}: kind {site.kind}"
        yield from (f"{site.slug}: found {column} {url}" for column, url in state.discovered if site.discover)


def _cells(site: Site, state: SiteState) -> tuple[str, ...]:
    families = ",".join(dict.fromkeys(listing.cms for listing in site.listings))
    found = f"{len(state.discovered)} found" if state.discovered else "discover"
    outcome = (state.outcome or "running") if state.last_run else ""
    return (
        site.slug,
        site.name,
        found if site.discover else f"{len(site.listings)} {families}",
        site.verified.isoformat() if site.verified else "no",
        _day(state.last_run) if state.last_run else "never",
        f"{outcome} x{state.unanswered}" if state.unanswered > 1 else outcome,
        _day(state.last_answered) if state.last_answered else "never",
        state.last_release or "",
        f"{state.releases:,}",
        f"{state.gone:,}",
    )


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns side by side, numbers to the right; names are cut where a line would be too wide."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    widths[_NAME] = max(8, min(widths[_NAME], _WIDEST - sum(widths) + widths[_NAME] - 2 * (len(widths) - 1)))
    for row in rows:
        cells = []
        for cell, width in zip(row, widths, strict=True):
            text = Text(cell.rjust(width) if cell.replace(",", "").isdigit() else cell)
            text.truncate(width, overflow="ellipsis", pad=True)
            cells.append(text.plain)
        yield "  ".join(cells).rstrip()


def _day(moment: str) -> str:
    return moment[:10]
