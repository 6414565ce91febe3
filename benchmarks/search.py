#!/usr/bin/env python3
"""What a search and its index cost, beside `LIKE` and FTS5's own tokenizer for such texts, `trigram`.

    python benchmarks/search.py [--quick]

The archives are invented (benchmarks/corpus.py), made once and kept for the next run, as is the trigram index.
The fixed list is what corpus.py strews into the texts: 5 words in over half of the releases, 10 in 1 to 20 %, 10 in
under 0.1 %. All do the work of a page of hits: every hit counted by division, year and column, the 20 newest in order
and with the beginnings of their texts. Ours is `archive.hits.find`, asked five times; the others are asked once, since
they take that long, and only ours is asked of the larger archive as often. Each takes a connection of its own, and asks
once what nobody counts.

- **`LIKE`** reads every title and text.
- **Trigram** finds words of three characters or more in its index. Shorter ones, half of the list, it cannot find at
  all, and reads every title and text like `LIKE`. Its own numbers, for the words that it finds, are in the JSON.
- Neither knows words: 110 is found in 2110 too, and 公安 is not found across a comma as ours finds it. So they count a
  few hits more or fewer.
- **Index**: the same texts, 20 releases a transaction as in a crawl, into a file that holds nothing else; CPU time.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from heapq import nlargest
from itertools import islice
from pathlib import Path

from corpus import COMMON, MIDDLING, RARE, invented, make
from search_pages import under, waited
from table import Missing, Row, Wanted, alone

from archive import Archive, search
from archive.connection import connect
from archive.hits import PAGE, Narrowed, find
from archive.search import understood
from archive.snippets import READ

RESULTS = Path(__file__).with_name("results")
WORDS = (*COMMON, *MIDDLING, *RARE)
LARGE, LARGEST = 100_000, 1_000_000
TIMES = 5
SAMPLE, BATCH = 20_000, 20
TRIGRAM = 3  # the fewest characters that it finds
_OURS = "CREATE VIRTUAL TABLE texts USING fts5(body, title, content='', tokenize='ascii')"
_TRIGRAM = "CREATE VIRTUAL TABLE texts USING fts5(body, title, content='', tokenize='trigram')"
_LIKE = "title LIKE '%' || :word || '%' OR body LIKE '%' || :word || '%'"
_IN_TRIGRAM = "id IN (SELECT rowid FROM texts WHERE texts MATCH '\"' || :word || '\"')"
_FOUND = "SELECT published, -id, division, year, listing_column FROM press_releases WHERE {condition}"
_SHOWN = "SELECT key, title, published, substr(body, 1, :read) FROM press_releases WHERE id = :id"

Asked = Callable[[str], object]


def measured(quick: bool) -> Iterator[Row | Missing]:
    """The rows of a search."""
    large, largest = (1_000, 2_000) if quick else (LARGE, LARGEST)
    yield from _beside(_archive(large), large, 100, with_trigram=True)
    yield waited(_archive(large), large, 1 if quick else TIMES)
    yield from _index(500 if quick else SAMPLE)
    yield from _beside(_archive(largest), largest, 500, with_trigram=False)


def _archive(releases: int) -> Path:
    folder = RESULTS / f"search-{releases}"
    if not folder.exists():
        RESULTS.mkdir(exist_ok=True)
        make(folder, releases)
    Archive.open(folder, write=True).close()  # brings the schema of one made before forward
    return folder


def _beside(folder: Path, releases: int, most: int, *, with_trigram: bool) -> Iterator[Row]:
    """95 % of the searches of the fixed list take no longer than this."""
    ours = _timed(_ours(folder), TIMES)
    others = {"`LIKE '%…%'`": _timed(_theirs(folder, None), 1)}
    if with_trigram:
        others["FTS5 trigram, and `LIKE` for two characters"] = _timed(_theirs(folder, _trigram(folder)), 1)
    for name, theirs in others.items():
        what, raw = f"search in {releases:,} releases, 95 % under", {"ours": ours, "theirs": theirs}
        yield Row(what, name, "ms", under(ours), under(theirs), Wanted("ours", most=most), raw)


def _timed(asked: Asked, times: int) -> list[float]:
    """Milliseconds of each search of the fixed list, the list gone through so often."""
    waits = []
    asked(WORDS[0])
    for word in WORDS * times:
        begun = time.perf_counter()
        asked(word)
        waits.append((time.perf_counter() - begun) * 1000)
    return waits


def _ours(folder: Path) -> Asked:
    db = connect(folder / "press.db", write=False).conn
    return lambda word: find(db, understood(word), Narrowed(), "newest", 1)


def _theirs(folder: Path, trigram: Path | None) -> Asked:
    """The same page by `LIKE`, or by a trigram index where the word is long enough for one."""
    db = connect(folder / "press.db", write=False).conn
    if trigram:
        db.execute("ATTACH ? AS trigram", (str(trigram),))

    def asked(word: str) -> object:
        condition = _IN_TRIGRAM if trigram and len(word) >= TRIGRAM else _LIKE
        rows = db.execute(_FOUND.format(condition=condition), {"word": word}).fetchall()
        counts = [Counter(row[place] for row in rows) for place in (2, 3, 4)]
        newest = nlargest(PAGE, rows)
        shown = [db.execute(_SHOWN, {"id": -row[1], "read": READ}).fetchone() for row in newest]
        return len(rows), counts, shown

    return asked


def _trigram(folder: Path) -> Path:
    """The trigram index of an archive, in a file beside its folder, made where it is missing."""
    file = folder.with_name(f"{folder.name}-trigram.db")
    if not file.exists():
        unfinished = file.with_suffix(".part")
        unfinished.unlink(missing_ok=True)
        with closing(connect(folder / "press.db", write=False).conn) as db:
            texts = db.execute("SELECT id, body, title FROM press_releases ORDER BY id")
            _built(unfinished, _TRIGRAM, "?", texts, releases_at_once=10_000)
        unfinished.rename(file)
    return file


def _index(releases: int) -> Iterator[Row]:
    """Size and speed of an index, ours and trigram in turn."""
    texts = [(number, one.article.body, one.article.title) for number, one in enumerate(invented(releases), 1)]
    taken: dict[str, list[float]] = {"ours": [], "theirs": []}
    sizes: dict[str, list[float]] = {"ours": [], "theirs": []}
    with tempfile.TemporaryDirectory() as scratch:
        for round_ in range(3):
            for name, create, value in (("ours", _OURS, "han(?)"), ("theirs", _TRIGRAM, "?")):
                file = Path(scratch, f"{name}-{round_}")
                begun = time.process_time()
                _built(file, create, value, iter(texts), releases_at_once=BATCH)
                taken[name].append(releases / (time.process_time() - begun))
                sizes[name].append(file.stat().st_size / releases)
                file.unlink()
    trigram = "FTS5 trigram, the same texts"
    for what, unit, measures, wanted in (
        ("full-text index, bytes a release", "bytes", sizes, Wanted("ratio", most=0.5)),
        ("full-text index, releases a second of CPU", "releases/s", taken, Wanted("ratio", least=3)),
    ):
        ours, theirs = (statistics.median(measures[name]) for name in ("ours", "theirs"))
        yield Row(what, trigram, unit, ours, theirs, wanted, measures)


def _built(
    file: Path, create: str, value: str, texts: Iterator[tuple[int, str, str | None]], *, releases_at_once: int
) -> None:
    """An index and nothing else; texts are number, body and title, and `value` is what is made of each."""
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        search.register(db)
        db.execute("PRAGMA page_size = 8192")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(create)
        while batch := list(islice(texts, releases_at_once)):
            db.execute("BEGIN")
            db.executemany(f"INSERT INTO texts (rowid, body, title) VALUES (?, {value}, {value})", batch)  # noqa: S608 - our own
            db.execute("COMMIT")


if __name__ == "__main__":
    sys.exit(alone(measured, __doc__))
