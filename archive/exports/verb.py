"""The verb `export`: which options each format takes, and what is said of what was written."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import click

from archive.exports.arrow import NoPyarrowError
from archive.exports.corpus import export_corpus
from archive.exports.csv import export_csv
from archive.exports.datapackage import export_datapackage
from archive.exports.earlier import EarlierExportError
from archive.exports.jsonl import export_jsonl
from archive.exports.parquet import export_parquet
from archive.exports.rows import Wanted, Written, WrongWhereError, one_moment, sites
from archive.exports.tables import RELEASES, TABLES
from archive.exports.wacz import export_wacz
from archive.exports.warc import export_warc
from archive.folder import DATABASE, Archive
from archive.given import Day, Given
from archive.removals_file import FILE as REMOVALS
from archive.search import LONGEST, understood


class _Format(NamedTuple):
    """How a format is written, and which options it takes beside those of all."""

    write: Callable[..., Written]
    takes: frozenset[str] = frozenset()
    is_evidence: bool = False  # pages as they came, of which nothing may be masked


_FORMATS = {
    "csv": _Format(export_csv, frozenset({"table", "since_export", "no_bom", "raw_cells"})),
    "jsonl": _Format(export_jsonl, frozenset({"table", "since_export"})),
    "parquet": _Format(export_parquet, frozenset({"table", "since_export"})),
    "datapackage": _Format(export_datapackage, frozenset({"parquet", "raw_cells"})),
    "corpus": _Format(export_corpus, frozenset({"raw_cells"})),
    "warc": _Format(export_warc, is_evidence=True),
    "wacz": _Format(export_wacz, is_evidence=True),
}
_GIVEN = ("site", "search", "published_from", "published_to", "where", "mask_numbers")


@click.command()
@click.argument("format_", metavar="FORMAT", type=click.Choice(list(_FORMATS)))
@click.option("--out", required=True, metavar="PATH", type=click.Path(path_type=Path), help="What to write.")
@click.option("--site", help="Only this site's releases.")
@click.option("--from", "published_from", type=Day(), help="Published on this day or later.")
@click.option("--to", "published_to", type=Day(), help="Published on this day or earlier.")
@click.option("--search", metavar="TEXT", help="Only releases with these words, as in the search box.")
@click.option("--where", metavar="SQL", help="Only rows of which this expression is true: year = 2025 AND chars > 500.")
@click.option("--mask-numbers", is_flag=True, help="Mask identity, telephone, plate and bank card numbers in texts.")
@click.option("--table", type=click.Choice(TABLES), help="Another table than the releases: what belongs to them.")
@click.option(
    "--since-export",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Only releases that changed since this export was made, as csv, jsonl or parquet; column `change` says how.",
)
@click.option("--no-bom", is_flag=True, help="Leave out the mark by which Excel knows UTF-8.")
@click.option("--raw-cells", is_flag=True, help="Leave cells as they are that a spreadsheet may run as formulas.")
@click.option("--parquet", is_flag=True, help="Write the tables of a data package as Parquet.")
@click.pass_obj
def export(given: Given, /, format_: str, out: Path, **options: Any) -> None:
    """Write releases to a file, with its SHA-256 beside it.

    FORMAT is csv, jsonl, parquet, datapackage, corpus (each a folder, or a zip where PATH ends so), warc or wacz.
    """
    _check(out, options)
    own = _own_options(format_, options)
    wanted = Wanted(**{name: options[name] for name in _GIVEN}, table=own.pop("table", RELEASES))
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # so that half a file goes away
    with Archive.open(given.archive) as archive:
        if wanted.site and wanted.site not in (known := sites(archive)):
            others = ", ".join(known) or "none"
            raise click.BadParameter(f"{wanted.site} is not in this archive; known: {others}.", param_hint="--site")
        if _is_the_archives(archive.folder, out):
            raise click.BadParameter(f"{out} is a part of the archive.", param_hint="--out")
        try:
            with one_moment(archive):
                written = _FORMATS[format_].write(archive, out, wanted, **own)
        except WrongWhereError as problem:
            raise click.BadParameter(str(problem), param_hint="--where") from problem
        except EarlierExportError as problem:
            raise click.BadParameter(f"{problem}.", param_hint="--since-export") from problem
        except NoPyarrowError as problem:
            raise click.UsageError(f"{problem}.") from problem
        except OSError as problem:
            reason = problem.strerror or problem
            raise click.BadParameter(f"{out} cannot be written: {reason}.", param_hint="--out") from problem
    _say(written, is_masked=wanted.mask_numbers)


def _check(out: Path, options: dict[str, Any]) -> None:
    """Raise BadParameter for what is wrong in whatever archive."""
    if str(out) == "-":
        raise click.BadParameter("an export goes to a file, not to standard output.", param_hint="--out")
    if options["published_from"] and options["published_to"] and options["published_from"] > options["published_to"]:
        raise click.BadParameter("this day is before --from.", param_hint="--to")
    if options["since_export"] and options["since_export"].resolve() == out.resolve():
        raise click.BadParameter("it would be written over; --out has to be another file.", param_hint="--since-export")
    for name in ("site", "search", "where"):
        if not _is_text(options[name] or ""):
            raise click.BadParameter("it is not written in the characters of this terminal.", param_hint=_spelt(name))
    if understood(options["search"]).was_cut:
        said = f"it is longer than the {LONGEST} characters and words that a search may have."
        raise click.BadParameter(said, param_hint="--search")


def _is_text(given: str) -> bool:
    """Whether the bytes on the command line were characters; Python makes lone surrogates of others."""
    return not any("\ud800" <= sign <= "\udfff" for sign in given)


def _is_the_archives(folder: Path, out: Path) -> bool:
    """Whether writing to `out` would destroy what an archive is made of."""
    target, home = out.resolve(), folder.resolve()
    database = (home / DATABASE).resolve()
    if target.parent in (home, database.parent) and target.name.startswith((DATABASE, REMOVALS, "press.lock")):
        return True
    return target.is_relative_to((home / "warc").resolve())


def _own_options(format_: str, options: dict[str, Any]) -> dict[str, Any]:
    """What the format's function is given beside the selection; an option that it does not take is wrong usage."""
    own = {name: value for name, value in options.items() if name not in _GIVEN and value}
    for name in own:
        if name not in _FORMATS[format_].takes:
            others = ", ".join(other for other, takes in _FORMATS.items() if name in takes.takes)
            raise click.BadParameter(f"{format_} does not take it; {others} does.", param_hint=_spelt(name))
    if options["mask_numbers"] and _FORMATS[format_].is_evidence:
        raise click.BadParameter(f"{format_} holds the pages as they came, unmasked.", param_hint="--mask-numbers")
    return {"bom": False, **own} if own.pop("no_bom", False) else own


def _spelt(option: str) -> str:
    return f"--{option.replace('_', '-')}"


def _say(written: Written, *, is_masked: bool) -> None:
    click.echo(f"{_counted(written.rows, written.unit)} written to {written.path}")
    if written.texts is not None:
        click.echo(f"{_counted(written.texts, 'text')}, a file each.")
    click.echo(f"SHA-256 {written.sha256}")
    if written.guarded:
        click.echo(
            f"An apostrophe was put before {_counted(written.guarded, 'cell')} that a spreadsheet might run as a"
            " formula; --raw-cells leaves them as they are."
        )
    if is_masked:
        click.echo(f"{_counted(written.masked, 'number')} masked.")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
