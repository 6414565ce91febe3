#!/usr/bin/env python3
"""What a crawl costs: CPU beside bare Scrapy and bare extraction, speed beside news-please, memory, bytes on disk.

    python benchmarks/crawling.py [--quick]

All fetch the same 2,000 invented pages of real size from one server on loopback. Each is a process of its own and is
measured whole, start-up and children included, in turn, three times; medians count.

- **Ours** is `police-press crawl` into a new archive, with its own politeness but a delay of 0: robots.txt, list pages,
  releases, one request at a time; WARC files synced, text extracted in another process, stored and indexed.
- **Bare Scrapy** walks the same list and drops what it fetches (bare_scrapy.py), **bare extraction** reads the same
  bytes from files (bare_extraction.py).
- **news-please 1.6** is given the addresses of all releases (its `Download` crawler), so that it has no list to read.
  Its own settings are left as they come: robots.txt obeyed, four requests at a time, no delay, HtmlFileStorage and
  JsonFileStorage, its four extractors. It is started as its launcher starts it, without the launcher, which waits for
  10 s at the end. It runs once: it takes minutes, in which short disturbances are lost.
- **Memory** is the sum of the peaks of all processes of a crawl of 2,000 and of 20,000 pages.
- **WARC bytes** are all of the WARC files (list pages and requests too), **database bytes** all of press.db, after the
  crawl of 20,000 pages.
"""

from __future__ import annotations

import gzip
import json
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from loopback import Loopback, articles, served
from peers import ABSENT, PYTHON
from processes import Taken, run
from table import Missing, Row, Wanted, alone

from archive import Archive

HERE = Path(__file__).parent
NEWS_PLEASE = "news-please 1.6 with its file storage"
ROUNDS = 3


@dataclass(frozen=True)
class Sizes:
    """What a crawl left, in bytes a release."""

    warc: float
    database: float
    text: float  # titles and bodies in UTF-8


def measured(quick: bool) -> Iterator[Row | Missing]:
    """The rows of a crawl."""
    few, many = (100, 400) if quick else (2_000, 20_000)
    with tempfile.TemporaryDirectory() as work:
        scratch = Path(work)
        with served(few) as site:
            ours, scrapy, extraction = _side_by_side(site, scratch, 1 if quick else ROUNDS)
            yield _cpu(site.count, ours, scrapy, extraction)
            yield from _speed(site, scratch, ours)
        with served(many) as site:
            large = crawled(site, scratch / "large")
            yield _memory(few, ours, many, large)
            yield from _bytes(scratch / "large", many)


def crawled(site: Loopback, folder: Path) -> Taken:
    """Crawl all of a site into a new archive in this folder, as `archive`; its site file is beside it, in `sites`."""
    sites = site.declared(folder / "sites")
    where = ("--archive", folder / "archive", "--sites", sites)
    taken = run([sys.executable, "-m", "crawler", *where, "crawl", "--quiet"])
    with Archive.open(folder / "archive") as archive:
        [kept] = archive.db.conn.execute("SELECT count(*) FROM press_releases").fetchone()
    if kept != site.count:
        raise ChildProcessError(f"{kept} of {site.count} releases were kept")
    return taken


def _side_by_side(site: Loopback, scratch: Path, rounds: int) -> tuple[list[Taken], list[Taken], list[Taken]]:
    """A crawl, bare Scrapy and bare extraction, in turn."""
    pages = scratch / "pages"
    pages.mkdir()
    for number, body in enumerate(articles(site.count)):
        (pages / f"{number}.html").write_bytes(body)
    bare: list[str | Path] = [sys.executable, HERE / "bare_scrapy.py", site.listing, str(site.count)]
    reading: list[str | Path] = [sys.executable, HERE / "bare_extraction.py", site.declared(scratch / "sites"), pages]
    taken = [(crawled(site, scratch / str(one)), run(bare), run(reading)) for one in range(rounds)]
    ours, scrapy, extracted = (list(column) for column in zip(*taken, strict=True))
    return ours, scrapy, extracted


def _cpu(count: int, ours: Sequence[Taken], scrapy: Sequence[Taken], extraction: Sequence[Taken]) -> Row:
    raw = {
        name: [1000 * one.processor / count for one in taken]
        for name, taken in (("ours", ours), ("bare Scrapy", scrapy), ("bare extraction", extraction))
    }
    theirs = statistics.median(raw["bare Scrapy"]) + statistics.median(raw["bare extraction"])
    return Row(
        f"CPU a page archived, {count:,} pages",
        "bare Scrapy and bare extraction",
        "ms",
        statistics.median(raw["ours"]),
        theirs,
        Wanted("ratio", most=1.25),
        raw,
    )


def _speed(site: Loopback, scratch: Path, ours: Sequence[Taken]) -> Iterator[Row | Missing]:
    what = "pages a second, one process, two cores"
    rates = [site.count / one.seconds for one in ours]
    ours_rate = statistics.median(rates)
    yield Row(what, "a fixed number", "pages/s", ours_rate, None, Wanted("ours", least=40), {"ours": rates})
    if not PYTHON.exists():
        yield Missing(what, NEWS_PLEASE, ABSENT)
        return
    try:
        theirs = site.count / _news_please(site, scratch / "news-please").seconds
    except subprocess.CalledProcessError as problem:
        yield Missing(what, NEWS_PLEASE, f"it ended with exit code {problem.returncode}")
        return
    raw = {"ours": rates, "news-please": [theirs]}
    yield Row(what, NEWS_PLEASE, "pages/s", ours_rate, theirs, Wanted("ratio", least=5), raw)


def _news_please(site: Loopback, folder: Path) -> Taken:
    """Its own configuration, but for the place of its files and for its log, which would be a line a page."""
    find = "import importlib.util; print(importlib.util.find_spec('newsplease').origin)"
    found = subprocess.run([PYTHON, "-c", find], capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 - the peers' own Python
    package = Path(found).parent
    settings = (package / "config" / "config.cfg").read_text("utf-8")
    settings = re.sub(r"(?m)^working_path = .*", f"working_path = {folder}", settings)
    settings = re.sub(r"(?m)^LOG_LEVEL = .*", "LOG_LEVEL = ERROR", settings)
    folder.mkdir()
    (folder / "config.cfg").write_text(settings, "utf-8")
    urls = {"base_urls": [{"url": site.articles, "crawler": "Download"}]}
    (folder / "sitelist.hjson").write_text(json.dumps(urls), "utf-8")
    command = [PYTHON, package / "single_crawler.py", folder / "config.cfg", folder / "sitelist.hjson"]
    taken = run([*command, "0", "False", "False"])
    kept = [json.loads(one.read_text("utf-8"))["url"] for one in (folder / "data").rglob("*.json")]
    if set(kept) != set(site.articles):
        raise ChildProcessError(f"news-please kept {len(set(kept))} of {site.count} pages")
    return taken


def _memory(few: int, ours: Sequence[Taken], many: int, large: Taken) -> Row:
    small = [one.peak for one in ours]
    return Row(
        f"memory of a crawl, {many:,} pages",
        f"{few:,} pages",
        "MiB",
        large.peak,
        statistics.median(small),
        Wanted("ratio", most=1.15),
        {f"{few} pages": small, f"{many} pages": [large.peak]},
    )


def _bytes(folder: Path, count: int) -> Iterator[Row]:
    left = sizes(folder / "archive")
    packed = sum(len(gzip.compress(body, 9)) for body in articles(count)) / count
    warc = {"WARC": [left.warc], "gzip -9": [packed]}
    yield Row("WARC bytes a release", "gzip of the page", "bytes", left.warc, packed, Wanted("ratio", most=1.15), warc)
    database = {"database": [left.database], "text": [left.text]}
    what, most = "database bytes a release", Wanted("ratio", most=3.8)
    yield Row(what, "titles and bodies in UTF-8", "bytes", left.database, left.text, most, database)


def sizes(folder: Path) -> Sizes:
    """What stands in an archive."""
    with Archive.open(folder) as archive:
        count, text = archive.db.conn.execute(
            "SELECT count(*), sum(length(CAST(title AS BLOB)) + length(CAST(body AS BLOB))) FROM press_releases"
        ).fetchone()
    warc = sum(file.stat().st_size for file in (folder / "warc").rglob("*.warc.gz"))
    return Sizes(warc / count, (folder / "press.db").stat().st_size / count, text / count)


if __name__ == "__main__":
    sys.exit(alone(measured, __doc__))
