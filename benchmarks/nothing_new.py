#!/usr/bin/env python3
"""What a run costs that finds nothing new, beside the same run over a smaller archive: nothing may grow.

    python benchmarks/nothing_new.py [--quick] [--archive DIR ...]

The archives are invented (benchmarks/corpus.py): 34 sites with five lists each, made once and kept for the next run.
A server on loopback stands in for all sites: it answers the first page of every list with the 20 newest entries that
the archive has of it. In a small archive a list has fewer, and others of its site are put into it beforehand, so that
every list page of every archive has 20. `police-press crawl` is run over the archive itself, as on the day after the
one on which all of it was seen: no visit is due for another two hours, no list for a walk to its end.

Sites are asked at once, without a delay, under all floors that a site file can set. Requests are those that the server
got; robots.txt, asked for once a site and run, is counted apart. The start is the time from the command's first
instruction to the first request. Archives take turns, each after a run that nobody counts; medians of three count.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import html
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from corpus import COLUMNS, PORT, SEEN, home, listing, make
from processes import Taken, run
from table import Missing, Row, Wanted, told

from archive import Archive
from archive.clock import iso
from archive.divisions import DIVISIONS

LISTED = 20  # entries on a list page
NOW, DUE = SEEN + dt.timedelta(hours=22), SEEN + dt.timedelta(hours=24)
ROUNDS = 3
SITES = range(len(DIVISIONS))
SITE = """
name = "样例省公安厅"
english = "Sample Province (invented)"
home = "{home}"
evidence = "invented, served on loopback for measuring"
[fetch]
delay = 0
[expect]
min_listed = 15
max_silent_days = 400
fill_rate = {{ published = 0.98, body = 0.95, content_source = 0.5 }}
"""
LISTING = """
[[listing]]
column = "{column}"
cms = "trs"
url = "{url}"
"""
# A list of fewer than 20 takes in the newest others of its site, as known there as its own.
_TOP_UP = """
INSERT OR IGNORE INTO entries (listing_id, url, page_id, title, published_day, walk_id, known, listed)
SELECT :listing, e.url, e.page_id, e.title, e.published_day, :listing, 1, e.listed
FROM entries AS e JOIN listings AS l ON l.id = e.listing_id
WHERE l.site = :site GROUP BY e.url
ORDER BY max(e.listing_id = :listing) DESC, e.published_day DESC, e.url LIMIT :wanted
"""
_NEWEST = """
SELECT listing_id, url, title, published_day FROM (
    SELECT *, row_number() OVER (PARTITION BY listing_id ORDER BY published_day DESC, url) AS place FROM entries
) WHERE place <= ? ORDER BY listing_id, place
"""


@dataclass
class Asked:
    """The addresses that the server was asked for so far, and when the first was (`time.perf_counter`)."""

    addresses: list[str] = field(default_factory=list)
    first: float = 0.0


@dataclass(frozen=True)
class Measured:
    """One run: requests aside from robots.txt, the seconds before the first one, and what it took as a whole."""

    requests: int
    start: float
    taken: Taken


def measured(quick: bool) -> Iterator[Row | Missing]:
    """The rows of a run with nothing new."""
    sizes = (1_000, 2_000) if quick else (1_000, 100_000, 1_000_000)
    results = Path(__file__).with_name("results")
    with tempfile.TemporaryDirectory() as scratch:
        yield from compared([results / f"search-{size}" for size in sizes], Path(scratch), 1 if quick else ROUNDS)


def compared(folders: Sequence[Path], scratch: Path, rounds: int) -> Iterator[Row]:
    """Each archive beside the first one, made where it is missing: its name ends in the number of its releases."""
    sites = _declared(scratch / "sites")
    pages = {folder: _list_pages(folder) for folder in folders}
    runs: dict[Path, list[Measured]] = {folder: [] for folder in folders}
    for round_ in range(rounds + 1):
        for folder in folders:
            found = _crawled(folder, sites, pages[folder])
            if round_:
                runs[folder].append(found)
    for folder in folders:
        asked = [float(one.requests) for one in runs[folder]]
        what, lists = f"requests of a run with nothing new, {_releases(folder):,} releases", len(SITES) * len(COLUMNS)
        yield Row(what, "list pages", "requests", max(asked), lists, Wanted("ratio", 1, 1), {"ours": asked})
    least, *others = folders
    for folder in others:
        yield from _beside(folder, runs[folder], least, runs[least])


def _beside(folder: Path, ours: list[Measured], least: Path, theirs: list[Measured]) -> Iterator[Row]:
    many, few = f"{_releases(folder):,} releases", f"itself over {_releases(least):,}"
    starts, seconds = ([[pick(one) for one in runs] for runs in (ours, theirs)] for pick in (_start, _seconds))
    also = {
        name: [pick(one.taken) for one in runs]
        for whose, runs in (("ours", ours), ("theirs", theirs))
        for name, pick in ((f"{whose}, CPU seconds", _processor), (f"{whose}, MiB", _peak))
    }
    for what, (mine, its), wanted, raw in (
        ("start of a run with nothing new", starts, Wanted("difference", most=1), {}),
        ("a run with nothing new", seconds, Wanted("ratio", most=1.2), also),
    ):
        raw = {"ours": mine, "theirs": its, **raw}
        yield Row(f"{what}, {many}", few, "s", statistics.median(mine), statistics.median(its), wanted, raw)


def _start(one: Measured) -> float:
    return one.start


def _seconds(one: Measured) -> float:
    return one.taken.seconds


def _processor(taken: Taken) -> float:
    return taken.processor


def _peak(taken: Taken) -> float:
    return taken.peak


def _releases(folder: Path) -> int:
    return int(folder.name.rpartition("-")[2])


def _crawled(folder: Path, sites: Path, pages: Mapping[str, bytes]) -> Measured:
    command = [sys.executable, "-m", "crawler", "--archive", folder, "--sites", sites, "crawl", "--quiet"]
    with _answering(pages) as asked:
        begun = time.perf_counter()
        taken = run(command, environment={"POLICE_PRESS_NOW": iso(NOW)})
    return Measured(sum(not address.endswith("/robots.txt") for address in asked.addresses), asked.first - begun, taken)


def _declared(folder: Path) -> Path:
    """A folder with a site file for every site of the corpus."""
    folder.mkdir()
    for site in SITES:
        lists = (LISTING.format(column=column, url=listing(site, n)) for n, column in enumerate(COLUMNS))
        (folder / f"s{site}.toml").write_text(SITE.format(home=home(site)) + "".join(lists), "utf-8")
    return folder


def _list_pages(folder: Path) -> dict[str, bytes]:
    """The first page of every list, by its address; the archive is made where it is missing, and is as NOW wants it."""
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        make(folder, _releases(folder))
    Archive.open(folder, write=True).close()  # brings the schema of one made before forward
    addresses = {_number(site, n): listing(site, n) for site in SITES for n in range(len(COLUMNS))}
    with closing(sqlite3.connect(folder / "press.db")) as db, db:
        db.execute("UPDATE pages SET next_due = ? WHERE kind = 'article' AND next_due IS NOT ?", (iso(DUE), iso(DUE)))
        newest = _newest(db)
        if short := [number for number in addresses if len(newest[number]) < LISTED]:
            for number in short:
                values = {"listing": number, "site": f"s{(number - 1) // len(COLUMNS)}", "wanted": LISTED}
                db.execute(_TOP_UP, values)
            newest = _newest(db)
    return {address: _list_page(newest[number]) for number, address in addresses.items()}


def _number(site: int, column: int) -> int:
    """The id of a list in every archive of the corpus."""
    return 1 + site * len(COLUMNS) + column


def _newest(db: sqlite3.Connection) -> dict[int, list[tuple[str, str, str]]]:
    """Address, title and day of the newest entries, by the list's id."""
    found: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    for number, *entry in db.execute(_NEWEST, (LISTED,)):
        found[number].append((entry[0], entry[1], entry[2]))
    return found


def _list_page(entries: Sequence[tuple[str, str, str]]) -> bytes:
    lines = "".join(
        f'<li><a href="{html.escape(url)}">{html.escape(title)}</a><span>{day}</span></li>\n'
        for url, title, day in entries
    )
    head = '<html><head><meta charset="utf-8"><title>样例栏目</title></head>'
    return f"{head}<body><ul>{lines}</ul></body></html>".encode()


class _Visitor(asyncio.Protocol):
    """One connection, kept alive, with one request at a time."""

    def __init__(self, pages: Mapping[str, bytes], asked: Asked) -> None:
        self._pages, self._asked, self._request = pages, asked, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - it is TCP
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._request += data
        if not self._request.endswith(b"\r\n\r\n"):
            return
        self._asked.first = self._asked.first or time.perf_counter()
        first, *headers = self._request.decode().split("\r\n")
        host = next(line[len("host: ") :] for line in headers if line.lower().startswith("host: "))
        address, self._request = f"http://{host}{first.split(' ')[1]}", b""
        self._asked.addresses.append(address)
        body, status = self._pages.get(address, b""), "200 OK" if address in self._pages else "404 Not Found"
        head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)


@contextmanager
def _answering(pages: Mapping[str, bytes]) -> Iterator[Asked]:
    """All sites at their addresses on the loopback, in a thread, until the block ends; whatever is no page is a 404."""
    asked, loop = Asked(), asyncio.new_event_loop()
    hosts = [home(site).removeprefix("http://").partition(":")[0] for site in SITES]
    server = loop.run_until_complete(loop.create_server(lambda: _Visitor(pages, asked), hosts, PORT))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield asked
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small archives, to see that it runs")
    parser.add_argument("--archive", type=Path, nargs="+", help="these instead; a name ends in how many releases")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        found = list(compared(chosen.archive, Path(work), ROUNDS) if chosen.archive else measured(chosen.quick))
    sys.exit(told(found))
