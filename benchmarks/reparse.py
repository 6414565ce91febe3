#!/usr/bin/env python3
"""What reading an archive again costs apart from extraction, and how much a second worker gains.

    python benchmarks/reparse.py [--quick]

An archive of 4,000 invented releases, crawled from loopback, is read again with one worker and with two; the same pages
are read from files by extraction alone (bare_extraction.py). Each is a process of its own and is measured whole, with
start-up and children, in turn, three times; medians count. Apart from extraction is CPU of all processes less that of
extraction alone. Nothing reads otherwise, as after a change of the extractor that few pages feel.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from crawling import HERE, ROUNDS, crawled
from loopback import articles, served
from processes import run
from table import Missing, Row, Wanted, alone


def measured(quick: bool) -> Iterator[Row | Missing]:
    """The rows of `police-press reparse`."""
    count, rounds = (200, 1) if quick else (4_000, ROUNDS)
    with tempfile.TemporaryDirectory() as work:
        scratch = Path(work)
        with served(count) as site:
            crawled(site, scratch)
        pages = scratch / "pages"
        pages.mkdir()
        for number, body in enumerate(articles(count)):
            (pages / f"{number}.html").write_bytes(body)
        where = ("--archive", scratch / "archive", "--sites", scratch / "sites")
        again = [sys.executable, "-m", "crawler", *where, "reparse", "--workers"]
        bare = [sys.executable, HERE / "bare_extraction.py", scratch / "sites", pages]
        taken = [(run([*again, "1"]), run([*again, "2"]), run(bare)) for _ in range(rounds)]
    rates = [count / (one.processor - extraction.processor) for one, _, extraction in taken]
    speeds = {
        "one worker": [count / one.seconds for one, _, _ in taken],
        "two workers": [count / two.seconds for _, two, _ in taken],
    }
    yield Row(
        f"reparse apart from extraction, {count:,} pages",
        "a fixed number",
        "pages/s",
        statistics.median(rates),
        None,
        Wanted("ours", least=500),
        {"apart from extraction": rates},
    )
    yield Row(
        "reparse with two workers",
        "one worker",
        "pages/s",
        statistics.median(speeds["two workers"]),
        statistics.median(speeds["one worker"]),
        Wanted("ratio", least=1.6),
        speeds,
    )


if __name__ == "__main__":
    sys.exit(alone(measured, __doc__))
