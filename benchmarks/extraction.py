#!/usr/bin/env python3
"""Extract saved pages with this project and with its peers, and print what each gets right and what it costs.

    python benchmarks/extraction.py [FOLDER] [--scorer FILE] [--repeat 3] [--json FILE]

FOLDER (default: ../shared/pages beside this repository) holds `manifest.jsonl` and pages with gold fields. The scorer
(default: tools/score_extraction.py beside FOLDER) knows what is right and how each peer is called. Peers that cannot be
imported are named and left out. To have them all, in an environment of their own:

    python -m venv peers
    peers/bin/python -m pip install --require-hashes --no-deps -r requirements.lock
    peers/bin/python -m pip install -r benchmarks/requirements.txt
    PYTHONPATH=. peers/bin/python benchmarks/extraction.py

Every page goes through all extractors in turn, so that whatever else the machine does slows all alike. Its time is the
median of the repetitions, in CPU milliseconds from bytes to fields, once everything is loaded. Exit code 1 if the
project crashed on a page; a target that is missed is said, and is no failure.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import logging
import multiprocessing
import platform
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

Run = Callable[[bytes, str], dict[str, Any]]
Score = dict[str, Any]

DEFAULT = Path(__file__).parent.parent.parent / "shared" / "pages"
FIELDS = ("title", "date", "source")
DISTRIBUTIONS = {"trafilatura-precision": "trafilatura", "readability": "readability-lxml"}
HEAD = ("P", "R", "F1", "< 0.80", *FIELDS, "ms median", "ms mean", "× trafilatura", "crashes")
TARGETS = {  # of the project: at least this, but `below` and the two ratios at most
    "whole pages": {"f1": 0.975, "below": 0, "title": 0.95, "date": 0.95, "median_ratio": 0.2, "mean_ratio": 0.25},
    "fragments": {"f1": 0.985, "title": 0.95, "date": 0.95, "source": 0.95, "median_ratio": 0.2, "mean_ratio": 0.25},
}
AT_MOST = ("below", "median_ratio", "mean_ratio")


@dataclass
class Figures:
    """One extractor on one set of pages: means over the pages, CPU milliseconds, ratios to stock trafilatura."""

    precision: float
    recall: float
    f1: float
    below: int
    fields: dict[str, tuple[int, int]]  # right and all, of each field that the extractor offers
    median: float
    mean: float
    median_ratio: float
    mean_ratio: float
    crashes: int


def main() -> int:
    """Score, time and print; 1 if the project crashed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=DEFAULT)
    parser.add_argument("--scorer", type=Path)
    parser.add_argument("--repeat", type=int, default=3, help="timed passes over the pages (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="write all figures, and the score of every page, to this file")
    options = parser.parse_args()
    place = options.scorer or options.folder.parent / "tools" / "score_extraction.py"
    scorer = loaded(place)
    rows = scorer.pages(options.folder, None, {"police", "gov", "news"}, False)
    scored = {name: scorer.score(run, options.folder, rows) for name, run in importable(scorer).items()}
    offered = timed(place, scored, [(options.folder / row["file"], row["url"]) for row in rows], options.repeat)
    kept: dict[str, Any] = {"python": platform.python_version(), "repeat": options.repeat, "pages": scored}
    for title, fragment in {"whole pages": False, "fragments": True}.items():
        chosen = {row["id"] for row in rows if row["fragment"] is fragment}
        if not chosen:
            parser.error(f"no {title} with gold fields in {options.folder}")
        part = {name: [page for page in pages if page["id"] in chosen] for name, pages in scored.items()}
        found = {name: figures(pages, part["trafilatura"], offered[name]) for name, pages in part.items()}
        report(title, found, part["project"])
        kept[title] = {name: asdict(one) for name, one in found.items()}
    if options.json:
        options.json.write_text(json.dumps(kept, ensure_ascii=False, indent=1), "utf-8")
    return 1 if any(page["error"] for page in scored["project"]) else 0


def loaded(place: Path) -> ModuleType:
    """The scorer, which is no part of this project, from its file; its peers' warnings are not for this screen."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    spec = importlib.util.spec_from_file_location("score_extraction", place)
    if spec is None or spec.loader is None or not place.is_file():
        sys.exit(f"no scorer at {place}: name it with --scorer")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def importable(scorer: ModuleType) -> dict[str, Run]:
    """The extractors that can be imported here, ready to run; the others are named on the screen."""
    runs, absent = {}, []
    for name, extractor in scorer.EXTRACTORS.items():
        try:
            runs[name] = extractor()
        except ModuleNotFoundError as problem:
            absent.append(f"{name} ({problem})")
    if absent:
        print(f"Not measured: {', '.join(absent)}. To have them: pip install -r benchmarks/requirements.txt\n")
    return runs


def timed(
    scorer: Path, scored: dict[str, list[Score]], pages: list[tuple[Path, str]], repeat: int
) -> dict[str, set[str]]:
    """Put each page's median time in the place of the scorer's single one; return the fields each extractor offers.

    An extractor has a process of its own, so that none pays for another's garbage or gains from its caches. A first
    pass is not counted: on one page of it dateparser, which htmldate asks, compiles the patterns of 205 locales. That
    1.5 s is paid once in a process, and would double the mean of stock trafilatura on 57 pages (2026-11-22).
    """
    took: dict[str, list[list[float]]] = {name: [[] for _ in pages] for name in scored}
    offered: dict[str, set[str]] = {name: set() for name in scored}
    spawn = multiprocessing.get_context("spawn")
    with contextlib.ExitStack() as stack:
        workers = {name: stack.enter_context(ProcessPoolExecutor(1, spawn)) for name in scored}
        for _ in range(1 + repeat):
            for number, page in enumerate(pages):
                for name, worker in workers.items():
                    ms, fields = worker.submit(measured, scorer, name, *page).result()
                    took[name][number].append(ms)
                    offered[name] |= fields
    for name, scores in scored.items():
        for score, (_, *times) in zip(scores, took[name], strict=True):
            score["ms"] = statistics.median(times)
    return offered


def measured(scorer: Path, name: str, file: Path, url: str) -> tuple[float, set[str]]:
    """CPU milliseconds of one page in this process, and the names of the fields that came."""
    run, payload, fields = runner(scorer, name), file.read_bytes(), set()
    started = time.process_time()
    with contextlib.suppress(Exception):  # the scorer has counted the crash; it took its time all the same
        fields = set(run(payload, url))
    return 1000 * (time.process_time() - started), fields


@cache
def runner(scorer: Path, name: str) -> Run:
    """The extractor of this process, loaded once."""
    run: Run = loaded(scorer).EXTRACTORS[name]()
    return run


def figures(pages: list[Score], stock: list[Score], offered: set[str]) -> Figures:
    """The scores of one extractor's pages, summed up."""
    bodies = [page for page in pages if "f1" in page]
    held = {field: [page[field] for page in pages if field in page] for field in FIELDS if field in offered}
    times, stock_times = [page["ms"] for page in pages], [page["ms"] for page in stock]
    return Figures(
        **{key: statistics.mean(page[key] for page in bodies) for key in ("precision", "recall", "f1")},
        below=sum(page["f1"] < 0.8 for page in bodies),
        fields={field: (sum(values), len(values)) for field, values in held.items()},
        median=statistics.median(times),
        mean=statistics.mean(times),
        median_ratio=statistics.median(times) / statistics.median(stock_times),
        mean_ratio=statistics.mean(times) / statistics.mean(stock_times),
        crashes=sum(page["error"] is not None for page in pages),
    )


def report(title: str, found: dict[str, Figures], project: list[Score]) -> None:
    """Print the table, and of the project its targets and the pages on which it is wrong."""
    print(f"| {len(project)} {title} | {' | '.join(HEAD)} |\n|---|{'--:|' * len(HEAD)}")
    for name, one in found.items():
        label = "**this project**" if name == "project" else f"{name} {version(DISTRIBUTIONS.get(name, name))}"
        fields = " | ".join("{}/{}".format(*one.fields[field]) if field in one.fields else "–" for field in FIELDS)
        quality = f"{one.precision:.3f} | {one.recall:.3f} | {one.f1:.3f} | {one.below} | {fields}"
        ratios = f"{one.median_ratio:.2f}, {one.mean_ratio:.2f}"
        print(f"| {label} | {quality} | {one.median:.1f} | {one.mean:.1f} | {ratios} | {one.crashes} |")
    print()
    ours = found["project"]
    shares = {field: right / max(count, 1) for field, (right, count) in ours.fields.items()}
    for name, target in TARGETS[title].items():
        value = shares.get(name, 0.0) if name in FIELDS else getattr(ours, name)
        met, bound = (value <= target, "most") if name in AT_MOST else (value >= target, "least")
        print(f"{'met' if met else 'MISSED'}: {title}, {name} {value:.3f}, at {bound} {target}")
    for page in project:
        wrong = [field for field in FIELDS if not page.get(field, True)]
        if wrong or page["error"] or page.get("f1", 1) < 0.8:
            print(f"look at {page['id']}: F1 {page.get('f1', 1):.3f}, wrong {wrong}, {page['error'] or 'no crash'}")
    print()


if __name__ == "__main__":
    sys.exit(main())
