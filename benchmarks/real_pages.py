#!/usr/bin/env python3
"""Crawl a folder of saved pages as if they were a site, and say how many became releases with which fields.

    python benchmarks/real_pages.py FOLDER

FOLDER holds `manifest.jsonl`, one object a line with `file`, `kind`, `ptype` and `fragment`. Its whole gov and news
article pages are served on loopback behind one list page, which an `auto` site file crawls with the real command. The
list page gives each page a neutral name and a made-up day, because a list has both; a title or day that came from there
is not counted. Exit code 1 if a page did not become a release with a capture.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from processes import run
from table import NO_PAGES, Missing, Row, Wanted

from archive import Archive

SITE = """
name = "Saved pages"
english = "Saved pages"
kind = "other"
home = "{home}"
evidence = "saved pages, served on loopback for measuring"
[[listing]]
column = "saved"
cms = "auto"
url = "{home}"
[fetch]
delay = 0
"""


def main() -> int:
    """Crawl and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as work:
        started = time.monotonic()
        pages = crawled(folder, Path(work))
        return report(pages, Path(work) / "data", time.monotonic() - started)


def measured(folder: Path) -> Iterator[Row | Missing]:
    """How many of the pages became a release."""
    what, beside = "saved pages that became a release", "pages"
    if not folder.exists():
        yield Missing(what, beside, NO_PAGES)
        return
    with tempfile.TemporaryDirectory() as work:
        pages = crawled(folder, Path(work))
        found = releases(Path(work) / "data").keys()
    yield Row(what, beside, "pages", len(pages.keys() & found), len(pages), Wanted("ratio", least=1))


def crawled(folder: Path, work: Path) -> dict[str, dict[str, str]]:
    """Serve the pages and crawl them into `data`; what the manifest says of each, by address.

    Raises subprocess.CalledProcessError.
    """
    rows = [json.loads(line) for line in (folder / "manifest.jsonl").read_text("utf-8").splitlines()]
    pages = {
        f"/saved/{number:03}.html": row
        for number, row in enumerate(rows)
        if row["ptype"] == "article" and not row["fragment"] and row["kind"] in ("gov", "news")
    }
    server = serve({path: (folder / row["file"]).read_bytes() for path, row in pages.items()})
    home = f"http://127.0.0.1:{server.server_port}/"
    (work / "sites").mkdir()
    (work / "sites" / "saved.toml").write_text(SITE.format(home=home), "utf-8")
    run([sys.executable, "-m", "crawler", "--archive", work / "data", "--sites", work / "sites", "crawl"])
    server.shutdown()
    return {home.rstrip("/") + path: row for path, row in pages.items()}


def serve(bodies: dict[str, bytes]) -> ThreadingHTTPServer:
    """A server of these pages and of the list of them."""
    items = "".join(
        f'<li><a href="{path}">saved page number {path[7:10]}</a><span>2026-06-{30 - number % 30:02}</span></li>'
        for number, path in enumerate(bodies)
    )
    bodies = {**bodies, "/": f"<html><body><h1>Saved pages</h1><ul>{items}</ul></body></html>".encode()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = bodies.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *arguments: object) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return server


def releases(kept: Path) -> dict[str, tuple[str | None, ...]]:
    """Title, date, where that is from, text and its kind of each release that has a capture in a WARC file."""
    with Archive.open(kept) as archive:
        rows = archive.db.conn.execute(
            "SELECT r.url, r.title, r.published, r.published_from, r.body, r.body_kind FROM press_releases AS r"
            " JOIN captures AS c ON c.id = r.capture_id WHERE c.warc_file IS NOT NULL"
        )
        return {url: tuple(read) for url, *read in rows}


def report(pages: dict[str, dict[str, str]], kept: Path, seconds: float) -> int:
    """Print the table; 1 if a page is missing."""
    counts: dict[str, Counter[str]] = {"gov": Counter(), "news": Counter()}
    missing, poor = [], []
    found = releases(kept)
    with Archive.open(kept) as archive:
        failures = archive.db.conn.execute("SELECT url, last_error FROM pages WHERE state <> 'fetched'").fetchall()
    for url, row in pages.items():
        count = counts[row["kind"]]
        count["pages"] += 1
        if url not in found:
            missing.append(f"{row['file']}: {dict(failures).get(url)}")
            continue
        title, published, published_from, body, kind = found[url]
        has = {
            "release": True,
            "title": bool(title and not title.startswith("saved page number")),
            "date": bool(published) and "entry" not in (published_from or ""),
            "body": bool(body),
            "body or its kind": bool(body) or kind != "empty",
        }
        count.update(name for name, value in has.items() if value)
        if not all(has.values()):
            poor.append(f"{row['file']}: no {', '.join(name for name, value in has.items() if not value)}")
    names = ["pages", "release", "title", "date", "body", "body or its kind"]
    print(f"{'':6}" + "".join(f"{name:>18}" for name in names))
    for kind, count in [*counts.items(), ("all", counts["gov"] + counts["news"])]:
        print(f"{kind:6}" + "".join(f"{count[name]:>18}" for name in names))
    print(f"{seconds:.1f} s for the crawl, {seconds / len(pages) * 1000:.0f} ms a page")
    print("\n".join([*(f"missing: {one}" for one in missing), *poor]))
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
