"""The verbs of somebody who adds a site or mends one: `extract` and `new-site`."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from archive import clock
from archive.addresses import canonical
from archive.columns import published_text
from archive.divisions import CODES
from archive.given import Given
from archive.models import Article
from crawler.account import account, escaped
from crawler.advice import advice
from crawler.parameters import Moment, chosen_sites
from crawler.settings import DOWNLOAD_MAXSIZE
from crawler.site import sites_folder

_ROOT = Path(__file__).parents[1]
# What completes a page's own addresses where nobody says where it is from; RFC 2606 reserves the name.
_UNKNOWN = "http://unknown.invalid/"
_SLUG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


class Unreadable(click.ClickException):
    """A file that cannot be read or written."""

    exit_code = 2


@click.command()
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True),
)
@click.option("--url", help=f"Where the page is from, for the addresses in it; else {_UNKNOWN}.")
@click.option("--site", help="The site that the pages belong to: for its layouts and its name.")
@click.option("--captured", type=Moment(), help="When the page was captured: for the layout in force and the dates.")
@click.option("--text", "as_text", is_flag=True, help="Lines for a person in place of JSON.")
@click.pass_obj
def extract(
    given: Given,
    /,
    files: tuple[Path, ...],
    url: str | None,
    site: str | None,
    captured: dt.datetime | None,
    as_text: bool,
) -> None:
    """Say as JSON, a line a page, what is read from saved article pages; FILE - is standard input."""
    if url and len(files) > 1:
        raise click.BadParameter("one address is for one file.", param_hint="--url")
    chosen = chosen_sites(given, (site,))[site] if site else None
    from crawler.extract import extract as read
    from crawler.worker import Worker, WorkFailedError  # brings processes with it, which other verbs do not need

    failed = False
    with Worker() as worker:
        for file in files:
            payload, page = _payload(file), {"file": str(file), "url": url}
            try:
                if len(payload) > DOWNLOAD_MAXSIZE:
                    raise WorkFailedError(f"larger than {DOWNLOAD_MAXSIZE >> 20} MiB, the most that a crawl keeps")
                article = worker.submit(read, payload, url or _UNKNOWN, None, chosen, captured).result()
                lines = _block(page, account(article)) if as_text else _json(page, _fields(article))
            except WorkFailedError as problem:
                failed, error = True, str(problem)
                lines = _block(page, [f"error      {error}"]) if as_text else _json(page, {"error": error})
            for line in lines:
                # What UTF-8 has no bytes for, such as a stray byte of a file's name, is an escape of JSON then.
                click.echo(line.encode("utf-8", "backslashreplace"))
    raise click.exceptions.Exit(1 if failed else 0)


def _payload(file: Path) -> bytes:
    """As much of a file as a crawl would keep, and a byte more."""
    try:
        with click.open_file(str(file), "rb") as opened:
            payload: bytes = opened.read(DOWNLOAD_MAXSIZE + 1)
    except OSError as problem:
        raise Unreadable(f"{file} cannot be read: {problem.strerror or problem}.") from problem
    return payload


def _fields(article: Article) -> Mapping[str, Any]:
    return asdict(article) | {"published": published_text(article)}


def _json(page: Mapping[str, str | None], said: Mapping[str, Any]) -> Iterable[str]:
    return [json.dumps({**page, **said}, ensure_ascii=False)]


def _block(page: Mapping[str, str | None], lines: Iterable[str]) -> Iterable[str]:
    known = [f"{name:<10} {value}" for name, value in page.items() if value]
    return [*map(escaped, known), *lines, ""]


class PageAddress(click.ParamType[str]):
    """The http or https address of a page."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The address; a wrong one is wrong usage."""
        try:
            canonical(str(value))
        except ValueError as problem:
            self.fail(f"{problem}.", param, ctx)
        if "@" in urlsplit(str(value)).netloc:
            self.fail("an address that goes into a file holds no name and password.", param, ctx)
        return str(value).strip()


@click.command("new-site")
@click.argument("url", type=PageAddress())
@click.option("--slug", help="What the site is to be called; else the province that the host names.")
@click.option("--name", help="The department's name; else what the page calls its site.")
@click.option("--division", metavar="CODE", type=click.Choice(sorted(CODES)), help="Its province's GB/T 2260 code.")
@click.option("--article", metavar="URL", type=PageAddress(), help="The release to look at; else the list's first.")
@click.option("--delay", metavar="SECONDS", type=click.FloatRange(0, 86400), help="Seconds between requests; else 3.")
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the pages are saved; else tests/pages in a checkout, and here.",
)
@click.pass_obj
def new_site(given: Given, /, url: str, slug: str | None, article: str | None, out: Path | None, **known: Any) -> None:
    """Look at the list page URL and one release, show what is read, write a site file and save both pages."""
    from crawler.new_site import as_toml, judged, proposed, report, save_pages, slug_of
    from crawler.worker import Worker, WorkFailedError

    slug, today = _slug(slug or slug_of(url)), _today()
    file, pages = _folder_of_sites(given) / f"{slug}.toml", (out or _folder_of_pages()) / f"{slug}@{today}"
    for path in (file, pages):
        if path.exists():
            raise click.UsageError(f"{path} is there already and stays as it is: mend it, or name another --slug.")
    from crawler.look import CutShortError, NotSeenError, look

    with Worker() as worker:
        try:
            site = proposed(url, slug, **known)
            new = judged(site, look(site, article, worker), today, worker)
        except NotSeenError as problem:
            raise click.ClickException(f"{problem}\n{advice(problem.outcome)}\nNothing was written.") from problem
        except (CutShortError, WorkFailedError) as problem:
            raise click.ClickException(f"{problem}\nNothing was written.") from problem
    for line in report(new):
        click.echo(line)
    try:
        save_pages(new, pages)
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as written:
            written.write(as_toml(new.site, new.selector))
    except OSError as problem:
        raise Unreadable(f"{problem.filename} cannot be written: {problem.strerror}.") from problem
    click.echo(f"\nwritten    {file}\nsaved      {pages}")
    click.echo(f"next       judge the above and fill in the file; pytest -k {slug} then writes what is to be reviewed")


def _slug(slug: str | None) -> str:
    if slug is None:
        raise click.UsageError("the host names no province by itself: say with --slug what the site is to be called.")
    if not _SLUG.fullmatch(slug):
        raise click.BadParameter(f"{slug!r} is no slug like beijing or nei-mongol.", param_hint="--slug")
    return slug


def _today() -> dt.date:
    try:
        return clock.now().date()
    except ValueError as problem:
        raise click.UsageError(f"{problem}.") from problem


def _folder_of_sites(given: Given) -> Path:
    """Where new site files go: the folder named, else that of a checkout, else ./sites, for `--sites sites`."""
    is_named = given.sites or os.environ.get("POLICE_PRESS_SITES")
    return sites_folder(given.sites) if is_named or _is_checkout() else Path("sites")


def _folder_of_pages() -> Path:
    return _ROOT / "tests" / "pages" if _is_checkout() else Path()


def _is_checkout() -> bool:
    """Is this the repository, and not an installed package?"""
    return (_ROOT / "tests" / "test_pages.py").exists()
