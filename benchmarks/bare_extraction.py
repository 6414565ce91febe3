#!/usr/bin/env python3
"""Bare extraction: the fields of every page of a folder, and nothing else.

    python benchmarks/bare_extraction.py SITES FOLDER

SITES holds the site file `bench.toml`, whose home stands before the pages' names. Exit code 1 if a page has no text.
"""

from __future__ import annotations

import sys
from pathlib import Path

from archive.clock import now
from crawler.extract import extract
from crawler.site import load_sites

if __name__ == "__main__":
    _, sites, folder = sys.argv
    site, seen, empty = load_sites(Path(sites))["bench"], now(), 0
    for file in sorted(Path(folder).iterdir()):
        article = extract(
            file.read_bytes(), f"{site.home}article/{file.name}", "text/html; charset=utf-8", site, seen, None
        )
        empty += article.body_kind != "text"
    sys.exit(empty > 0)
