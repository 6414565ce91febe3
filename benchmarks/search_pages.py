#!/usr/bin/env python3
"""How long a reader waits for a page of hits, for words in half of 100,000 releases as for rare ones.

    python benchmarks/search_pages.py [--releases 100000] [--archive DIR] [--times 5]

The archive is invented (benchmarks/corpus.py), made once in some minutes and kept for the next run. It is
served by the real Datasette and asked over HTTP, one request after another, with a fixed list of searches. Exit code 1
if 95 % of the searches do not take less than 100 ms. The pages of coverage, `_search=` and the ready-made queries are
timed beside them, without a limit of their own. An answer that is an error counts as one that never came.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from corpus import fingerprint, make
from table import Row, Wanted

from archive import Archive
from archive.web.serving import metadata_file

LIMIT_MS, SHARE = 100, 0.95
WORDS = (
    "公安",
    "民警",
    "的",
    "安",
    "公安机关",
    "公安 民警",
    "公安 OR 民警",
    "公安 -民警",
    "电信诈骗",
    "安全 电信诈骗",
    "110",
    "G30",
    "2023兰州马拉松",
    "迪丽·样例",
    "无名河",
    "公安 无名河",
    "查无此词",
    '"公安民警"',
    "安*",
    "民警的在和对",
)
NARROWED: tuple[dict[str, str], ...] = (
    {},
    {"order": "best"},
    {"page": "7"},
    {"year": "2020"},
    {"province": "110000", "order": "best"},
    {"from": "2019-05-01", "to": "2023-04-30"},
    {"column": "警务动态"},
    {"site": "s3", "year": "2021"},
)
BROWSED: tuple[dict[str, str], ...] = (
    {},
    {"year": "2020"},
    {"province": "110000"},
    {"column": "警务动态", "page": "400"},
)
# Beside the searches: pages that read the whole archive.
OTHERS = (
    "/coverage",
    "/coverage?year=2012",
    "/coverage/s3",
    "/press/press_releases.json?_search=公安&_size=20",
    "/press/press_releases.json?_search=公安&_size=20&_nofacet=1",
)


def main() -> int:
    """Make what is missing, ask, and say how long it took."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    options.add_argument("--releases", type=int, default=100_000)
    options.add_argument("--archive", type=Path, help="where the archive is, or will be made")
    options.add_argument("--times", type=int, default=5, help="how often each search is asked")
    chosen = options.parse_args()
    results = Path(__file__).with_name("results")
    folder: Path = chosen.archive or results / f"search-{chosen.releases}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        print(f"making {folder} …", flush=True)
        make(folder, chosen.releases)
    Archive.open(folder, write=True).close()  # brings the schema of one made before forward
    print(f"{folder.name}: {(folder / 'press.db').stat().st_size / 1e6:,.0f} MB, texts {fingerprint(folder)}")
    with served(folder) as address:
        waits = searched(address, chosen.times)
        others = timed(address, [*OTHERS, *ready_made()], chosen.times)
    return told(waits, others)


def waited(folder: Path, releases: int, times: int) -> Row:
    """The row of `make bench`."""
    with served(folder) as address:
        waits = [wait for taken in searched(address, times).values() for wait in taken]
    what = f"page of hits over HTTP, {releases:,} releases, {SHARE:.0%} under"
    return Row(what, "itself", "ms", under(waits), None, Wanted("ours", most=LIMIT_MS), {"ours": waits})


def searched(address: str, times: int) -> dict[str, list[float]]:
    """The fixed list of searches, timed."""
    searches = [
        f"/search?{urllib.parse.urlencode({'q': words, **narrowed})}" for words in WORDS for narrowed in NARROWED
    ]
    searches += [f"/search?{urllib.parse.urlencode(browsed)}" for browsed in BROWSED]
    timed(address, searches[::7], 1)  # the first ones read what nobody has read yet
    return timed(address, searches, times)


def under(waits: Sequence[float]) -> float:
    """What 95 % of the waits are under."""
    return sorted(waits)[int(len(waits) * SHARE)]


def told(waits: dict[str, list[float]], others: dict[str, list[float]]) -> int:
    """Print what was measured; 1 if a reader waits too long."""
    for title, measured in (("slowest searches", waits), ("other pages", others)):
        print(f"\n{title}, median and longest in ms")
        slowest = sorted(measured.items(), key=lambda one: -statistics.median(one[1]))
        for path, taken in slowest[: len(others)]:
            print(f"  {statistics.median(taken):7.0f} {max(taken):7.0f}  {urllib.parse.unquote_plus(path)}")
    every = [wait for taken in waits.values() for wait in taken]
    reached, half = under(every), statistics.median(every)
    print(f"\n{len(every)} searches: median {half:.0f} ms, 95 % under {reached:.0f} ms, longest {max(every):.0f} ms")
    return int(reached >= LIMIT_MS)


def ready_made() -> list[str]:
    """The addresses of the ready-made queries, asked with their defaults."""
    queries = json.loads(metadata_file().read_text(encoding="utf-8"))["databases"]["press"]["queries"]
    return [f"/press/{name}.json?_shape=array" for name in queries]


def timed(address: str, paths: Sequence[str], times: int) -> dict[str, list[float]]:
    """How many milliseconds each address took each time, to the last byte; for ever where the answer is an error."""
    waits: dict[str, list[float]] = {path: [] for path in paths}
    for _ in range(times):
        for path in paths:
            begun = time.perf_counter()
            asked = urllib.parse.quote(path, safe="/?&=%+")
            try:
                with urllib.request.urlopen(address + asked) as answer:  # noqa: S310 - our own server
                    answer.read()
                waits[path].append((time.perf_counter() - begun) * 1000)
            except urllib.error.HTTPError as problem:
                print(f"{path}: {problem}")
                waits[path].append(math.inf)
    return waits


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Datasette over the archive, on a port of its own choice."""
    command = [Path(sys.executable).with_name("datasette"), folder / "press.db", "-m", metadata_file(), "--port", "0"]
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch, "log")
        with log.open("wb") as file, subprocess.Popen(command, stdout=file, stderr=file) as process:  # noqa: S603 - our own
            try:
                yield _address(log, process)
            finally:
                process.terminate()


def _address(log: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if found := re.search(r"running on (http://127\.0\.0\.1:[1-9]\d*)", log.read_text(encoding="utf-8")):
            return found[1]
        time.sleep(0.1)
    raise SystemExit("no server came up")


if __name__ == "__main__":
    sys.exit(main())
