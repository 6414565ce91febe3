#!/usr/bin/env python3
"""Where the time goes: of a crawl (main process, worker), of a reparse, of searches; text in benchmarks/results/.

    python benchmarks/profiles.py [--pages 2000]

writes `results/profile.txt`: for each the functions that take longest by themselves and with what they call, by
cProfile over the same site on loopback that the benchmarks crawl. A profile makes every call dearer: it tells where
to look, and `make bench` tells whether it helped. The times of the main processes include waiting.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import os
import pickle
import pstats
import subprocess
import sys
import tempfile
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread

from corpus import COMMON, MIDDLING, RARE
from loopback import articles, served

from archive import Archive, search
from archive.clock import now
from archive.hits import Narrowed, find
from archive.search import understood
from crawler.extract import extract
from crawler.site import load_sites
from crawler.worker import work

RESULTS = Path(__file__).parent / "results"
SHOWN = 40


def main() -> int:
    """Crawl, reparse and search under the profiler; write what it says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2_000)
    count = parser.parse_args().pages
    with tempfile.TemporaryDirectory() as work, served(count) as site:
        scratch = Path(work)
        sites = site.declared(scratch / "sites")
        verbs = ("--archive", str(scratch / "archive"), "--sites", str(sites))
        profiles = {
            f"crawl of {count} pages, main process": _command(scratch / "crawl", *verbs, "crawl", "--quiet"),
            f"crawl of {count} pages, worker": _own(scratch / "worker", "worker", str(count), str(sites)),
            f"reparse of {count} releases, main process": _command(scratch / "reparse", *verbs, "reparse"),
            f"searches in {count} releases": _own(scratch / "searches", "searches", str(scratch / "archive")),
        }
        told = "\n".join(f"{'=' * 100}\n{title}\n{'=' * 100}\n{_told(file)}" for title, file in profiles.items())
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "profile.txt").write_text(told, "utf-8")
    print("written: benchmarks/results/profile.txt")
    return 0


def _command(file: Path, *arguments: str) -> Path:
    """`police-press` with these arguments, profiled into this file."""
    return _profiled(file, "-m", "cProfile", "-o", str(file), "-m", "crawler", *arguments)


def _own(file: Path, *arguments: str) -> Path:
    """One of the functions below, profiled in a process of its own: a worker limits the process that it is."""
    return _profiled(file, __file__, "--run", str(file), *arguments)


def _profiled(file: Path, *arguments: str) -> Path:
    subprocess.run([sys.executable, *arguments], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - our own
    return file


def _told(file: Path) -> str:
    """Both tables of a profile, without the places of files."""
    text = io.StringIO()
    for order in ("tottime", "cumtime"):
        pstats.Stats(str(file), stream=text).strip_dirs().sort_stats(order).print_stats(SHOWN)
    return text.getvalue().replace(f"{file}\n", "\n")


def _worker(count: str, sites: str) -> None:
    """The life of a worker that is given every page of the site, as a crawl gives them."""
    ours, theirs = Pipe()
    Thread(target=_give, args=(ours, int(count), Path(sites)), daemon=True).start()
    work(os.dup(theirs.fileno()))  # which closes it


def _give(pipe: Connection, count: int, sites: Path) -> None:
    site, seen = load_sites(sites)["bench"], now()
    for number, body in enumerate(articles(count)):
        address = f"{site.home}article/{number}.html"
        pipe.send_bytes(pickle.dumps((extract, (body, address, "text/html; charset=utf-8", site, seen, None), {})))
        pipe.recv_bytes()
    pipe.close()


def _searches(folder: str) -> None:
    """The first page of hits for every planted word, twenty times over."""
    with Archive.open(folder) as archive:
        search.register(archive.db.conn)
        for word in (*COMMON, *MIDDLING, *RARE) * 20:
            find(archive.db.conn, understood(word), Narrowed(), "newest", 1)


if __name__ == "__main__":
    if sys.argv[1:2] != ["--run"]:
        sys.exit(main())
    _, _, into, name, *given = sys.argv
    with cProfile.Profile() as profile:
        if name == "worker":
            _worker(*given)
        else:
            _searches(*given)
    profile.dump_stats(into)
