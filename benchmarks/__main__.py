#!/usr/bin/env python3
"""Everything that is measured, in one run: one table, and its numbers and picture in benchmarks/results/.

    python benchmarks [NAME…] [--pages FOLDER] [--quick]

All rows of all parts, or of those named. FOLDER (default: ../shared/pages beside this repository) holds saved pages
with gold values. A whole run writes `results/DATE.json` and `results/DATE.svg`; some parts only, or a `--quick` trial
with small sizes whose numbers say nothing, write nothing. Exit code 1 if a row is not where it is wanted, or could not
be measured.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import crawling
import exports
import listings
import nothing_new
import peers
import real_pages
import reparse
import search
from picture import picture
from table import Missing, Row, cells, told

RESULTS = Path(__file__).parent / "results"
PAGES = Path(__file__).parent.parent.parent / "shared" / "pages"
LIBRARIES = ("scrapy", "twisted", "lxml", "trafilatura", "warcio", "sqlite-utils", "datasette")
Measured = Iterator[Row | Missing]
SIZED: dict[str, Callable[[bool], Measured]] = {
    "crawling": crawling.measured,
    "nothing_new": nothing_new.measured,
    "search": search.measured,
    "reparse": reparse.measured,
    "exports": exports.measured,
}
PAGED: dict[str, Callable[[Path], Measured]] = {
    "extraction": peers.extraction,
    "listings": listings.measured,
    "real_pages": real_pages.measured,
}
PARTS = (*SIZED, *PAGED)


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--pages", type=Path, default=PAGES)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    if unknown := set(given.names) - set(PARTS):
        parser.error(f"no {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    rows: list[Row | Missing] = []
    for name in given.names or PARTS:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        for row in SIZED[name](given.quick) if name in SIZED else PAGED[name](given.pages):
            print(" | ".join(cells(row)), file=sys.stderr, flush=True)
            rows.append(row)
    code = told(rows)
    if not given.names and not given.quick:
        write(rows)
    return code


def write(rows: list[Row | Missing]) -> None:
    """The numbers and the picture of today."""
    today = f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"
    RESULTS.mkdir(exist_ok=True)
    told = {"date": today, "machine": machine(), "rows": [as_told(row) for row in rows]}
    (RESULTS / f"{today}.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (RESULTS / f"{today}.svg").write_text(picture(rows, f"Measured beside what is wanted, {today}"), "utf-8")
    print(f"\nwritten: benchmarks/results/{today}.json and .svg")


def as_told(row: Row | Missing) -> dict[str, Any]:
    """A row with what follows from its numbers."""
    if isinstance(row, Missing):
        return {**asdict(row), "holds": False}
    return {**asdict(row), "ratio": row.ratio, "holds": row.holds}


def machine() -> dict[str, Any]:
    """What of the machine and its programs matters to the numbers."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory, GiB": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "libraries": {name: version(name) for name in LIBRARIES},
        "peers": peers.versions(),
    }


if __name__ == "__main__":
    sys.exit(main())
