#!/usr/bin/env python3
"""Read saved list pages as a crawl would, and say which of the entries known to be on them were found.

    python benchmarks/listings.py [FOLDER]

FOLDER (default: ../shared/pages beside this repository) holds `manifest.jsonl`, one object a line with `id`, `file`,
`url`, `charset`, `ptype`, `has_truth` and `truth`. Each page of the type `list` is read through the family that the
detector names, and through `auto`. Its truth has `items`, each with `href`, `title` and `date`, and may have
`total_records`. A page whose truth is an empty list is one that nobody can read entries from: `unreadable`, not zero.
Exit code 1 if an entry is missing, if one comes that is none, or if a title, a day or the total is wrong.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from table import NO_PAGES, Missing, Row, Wanted

from crawler.cms import ListPage, Page, parse
from crawler.cms.detect import detect

DEFAULT = Path(__file__).parent.parent.parent / "shared" / "pages"
COUNTS = ("gold", "found", "missing", "beyond", "title", "day", "total")


def main() -> int:
    """Read every page both ways and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=DEFAULT)
    folder = parser.parse_args().folder
    print(f"{'page':38}{'read as':10}" + "".join(f"{name:>9}" for name in COUNTS) + "  mark, or what was seen")
    sums: Counter[str] = Counter()
    for page, way, counts, said in readings(folder):
        sums.update(counts)
        print(f"{page:38}{way:10}" + "".join(f"{counts.get(name, '-'):>9}" for name in COUNTS) + f"  {said}")
    bad = sums["gold"] - sums["found"] + sums["beyond"] + sums["wrong"]
    print(
        f"{sums['pages']} readings: {sums['found']} of {sums['gold']} entries found, {sums['beyond']} beyond them,"
        f" {sums['wrong']} titles, days and totals wrong; {sums['unreadable']} of a page that is unreadable"
    )
    return 1 if bad or not sums["gold"] else 0


def measured(folder: Path) -> Iterator[Row | Missing]:
    """How many of the known entries were read, those that are none and what is wrong taken off."""
    what, beside = "entries read from saved list pages", "entries known to be there"
    if not folder.exists():
        yield Missing(what, beside, NO_PAGES)
        return
    sums: Counter[str] = Counter()
    for _, _, counts, _ in readings(folder):
        sums.update(counts)
    read = sums["found"] - sums["beyond"] - sums["wrong"]
    yield Row(what, beside, "entries", read, sums["gold"], Wanted("ratio", least=1))


def readings(folder: Path) -> Iterator[tuple[str, str, Counter[str], str]]:
    """Each list page read in each way: its name, the way, what was found of the truth, and what there is to say."""
    rows = [json.loads(line) for line in (folder / "manifest.jsonl").read_text("utf-8").splitlines()]
    for row in rows:
        if row["ptype"] == "list" and row["has_truth"]:
            page = Page(row["url"], (folder / row["file"]).read_bytes().decode(row["charset"], "replace"))
            truth = json.loads((folder / row["truth"]).read_text("utf-8"))
            detected = detect(page)
            ways = dict([detected]) if detected else {}
            for way, said in {**ways, "auto": "" if detected else "no mark known: the general rule"}.items():
                counts, seen = held_against(truth, page, parse(way, page))
                yield row["id"].rpartition("/")[2], way, counts, seen or said


def held_against(truth: dict[str, Any], page: Page, listed: ListPage) -> tuple[Counter[str], str]:
    """What was found of the truth, counted, and what there is to say about it."""
    gold = {urljoin(page.url, item["href"]): item for item in truth["items"]}
    entries = {entry.url: entry for entry in listed.entries}
    if not gold:
        return unreadable(page, listed)
    found = gold.keys() & entries.keys()
    counts = Counter(
        pages=1,
        gold=len(gold),
        found=len(found),
        missing=len(gold) - len(found),
        beyond=len(entries.keys() - gold.keys()),
        title=sum(entries[url].title == " ".join(gold[url]["title"].split()) for url in found),
        day=sum(str(entries[url].published) == gold[url]["date"] for url in found),
    )
    counts["wrong"] = 2 * len(found) - counts["title"] - counts["day"]
    if stated := truth.get("total_records"):
        counts["total"] = listed.stated_total or 0
        counts["wrong"] += listed.stated_total != stated
    amiss = [f"missing {url}" for url in gold.keys() - found]
    amiss += [f"beyond {url}" for url in entries.keys() - gold.keys()]
    return counts, "; ".join(amiss[:3])


def unreadable(page: Page, listed: ListPage) -> tuple[Counter[str], str]:
    """A page that shows no entry: whatever came has to stand in a comment of it."""
    shown = parse("auto", Page(page.url, re.sub(r"<!--.*?-->", "", page.text, flags=re.DOTALL)))
    visible = {entry.url for entry in shown.entries}
    hidden = len({entry.url for entry in listed.entries} - visible)
    said = f"unreadable: {hidden} entries, in a comment only" if hidden else "unreadable"
    return Counter(pages=1, unreadable=1, beyond=len(visible)), said


if __name__ == "__main__":
    sys.exit(main())
