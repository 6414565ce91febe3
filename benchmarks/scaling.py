#!/usr/bin/env python3
"""The arithmetic of docs/scaling.md: what 33, 400 and 3,000 sites ask of machines, from what `make bench` measured.

    python benchmarks/scaling.py [FILE]

FILE (default: the newest in benchmarks/results/) is what a whole run of `python benchmarks` wrote. What it does not
measure, and what is assumed, stands below, each with where it is from. Prints the two tables of the document.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

SITES = (33, 400, 3_000)

# Assumed.
RUNS = 24  # a day: cron, every hour
LISTS = 2  # a site: the 14 site files that name theirs have 25
NEW = 5  # releases a site and day; 20,000 in 17 years are 3.2, and departments publish more now than they did
BACK_FILE = 20_000  # releases a site, the number for a province
LISTED = 20  # entries on a list page
DELAY = 3.0  # seconds between two requests, a site file's default
REVISITS = 7  # of each release in its first year: revisit_days
FULL_WALK_DAYS = 30

# Measured on 2026-11-22 with the site of loopback.py (100 releases): 24 runs half an hour apart with nothing new, and
# two more in which every release was due and had not changed. Bytes are of the WARC files and of press.db, an answer.
UNCHANGED_WARC, UNCHANGED_DATABASE = 1_000, 450
CHANGED_LIST_WARC = 2_000
# Measured on 2026-11-22: 33 and 400 sites at addresses of their own on loopback, one list page each, three releases at
# first (4.2 and 28 CPU seconds, 187 and 314 MiB) and nothing new an hour later (2.4 and 12 CPU seconds).
RUN_SECONDS, RUN_SECONDS_A_SITE = 1.6, 0.025
MEMORY, MEMORY_A_SITE = 175, 0.35  # MiB
FILES, FILES_A_SITE = 20, 2  # open at once: 819 with 400 sites


@dataclass(frozen=True)
class Measured:
    """What a page costs, by `make bench`."""

    processor: float  # seconds
    rate: float  # pages a second of one process
    warc: float  # bytes
    database: float  # bytes


def main() -> int:
    """Print both tables."""
    results = Path(__file__).with_name("results")
    file = Path(sys.argv[1]) if sys.argv[1:] else max(results.glob("*.json"), default=None)
    if file is None:
        sys.exit("nothing was measured yet: make bench")
    measured = read(file)
    print(f"{file.name}: {measured}\n")
    print(told("once begun, every day", [daily(sites, measured) for sites in SITES]))
    print(told("the first year", [first(sites, measured) for sites in SITES]))
    return 0


def read(file: Path) -> Measured:
    """The numbers of a run; a KeyError where it has not measured one of them."""
    rows = json.loads(file.read_text("utf-8"))["rows"]
    ours = {row["what"].partition(",")[0]: row["ours"] for row in rows if "ours" in row}
    return Measured(
        ours["CPU a page archived"] / 1000,
        ours["pages a second"],
        ours["WARC bytes a release"],
        ours["database bytes a release"],
    )


def daily(sites: int, page: Measured) -> dict[str, str]:
    """A day, once the back files are in and a year old."""
    lists, robots, revisits = RUNS * LISTS, RUNS, REVISITS * NEW
    walked = BACK_FILE / LISTED / FULL_WALK_DAYS
    requests = lists + robots + NEW + revisits + walked
    processor = sites * ((NEW + revisits + walked) * page.processor + RUNS * RUN_SECONDS_A_SITE) + RUNS * RUN_SECONDS
    warc = NEW * page.warc + (lists + robots + revisits) * UNCHANGED_WARC + walked * CHANGED_LIST_WARC
    database = NEW * page.database + (requests - NEW) * UNCHANGED_DATABASE
    return {
        "sites": f"{sites:,}",
        "requests a day": f"{sites * requests:,.0f}",
        "a second, on the average": f"{sites * requests / 86_400:.2f}",
        "one host is asked for": f"{requests * DELAY / 60:.0f} min a day",
        "CPU a day": f"{processor / 60:.0f} min",
        "new releases a year": f"{365 * NEW * sites:,}",
        "WARC a year": f"{365 * sites * warc / 1e9:,.1f} GB",
        "database a year": f"{365 * sites * database / 1e9:,.1f} GB",
    }


def first(sites: int, page: Measured) -> dict[str, str]:
    """The back files, and that all of their releases are visited again in the year after."""
    requests, again = BACK_FILE + BACK_FILE / LISTED, REVISITS * BACK_FILE
    warc = BACK_FILE * page.warc + again * UNCHANGED_WARC
    database = BACK_FILE * page.database + again * UNCHANGED_DATABASE
    return {
        "sites": f"{sites:,}",
        "releases": f"{sites * BACK_FILE / 1e6:.2f} million",
        "at least, for the delay": f"{requests * DELAY / 3600:.1f} h",
        "pages a second then": f"{sites / DELAY:,.0f}",
        "cores then": f"{sites / DELAY * page.processor:.2f}",
        "one process takes": f"{max(requests * DELAY, sites * requests / page.rate) / 86_400:.1f} days",
        "visits again": f"{sites * again / 1e6:.1f} million",
        "WARC": f"{sites * warc / 1e9:,.0f} GB",
        "database": f"{sites * database / 1e9:,.0f} GB",
        "memory of one process": f"{MEMORY + MEMORY_A_SITE * sites:,.0f} MiB",
        "open files": f"{FILES + FILES_A_SITE * sites:,}",
    }


def told(title: str, columns: list[dict[str, str]]) -> str:
    """A Markdown table with a column for each number of sites."""
    lines = [(title, *("" for _ in columns)), ("---", *("--:" for _ in columns))]
    lines += [(name, *(column[name] for column in columns)) for name in columns[0]]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
