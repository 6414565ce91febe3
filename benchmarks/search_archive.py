"""An archive of many invented releases to measure with: pseudo-Chinese of 34 sites and 17 years, always the same."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from archive import Archive, search
from archive.addresses import key
from archive.captures import digest
from archive.clock import SHANGHAI, iso
from archive.columns import columns as columns_of
from archive.divisions import DIVISIONS
from archive.models import Answer, Article, RunCounts, RunFacts
from archive.readings import columns as reading_of

SEEN = dt.datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)
FIRST_DAY, DAYS = dt.date(2009, 1, 1), 6270
COLUMNS = ("警务动态", "通知公告", "警方提示", "平安建设", "队伍风采")
SOURCES = ("样例日报", "样例市公安局", "样例网", None)
# What the fixed queries ask for, and the share of releases that have it.
PLANTED = {
    "公安": 0.5,
    "民警": 0.5,
    "公安机关": 0.3,
    "安全": 0.25,
    "电信诈骗": 0.05,
    "G30": 0.01,
    "110": 0.04,
    "2023兰州马拉松": 0.0005,
    "迪丽·样例": 0.0002,
    "无名河": 0.00005,
}
_SAMPLE = 30
_CHUNK = 5000


@dataclass(frozen=True)
class Invented:
    """One invented release: where it is listed, its address, and what is read on its page."""

    site: int
    column: int
    url: str
    article: Article


def invented(count: int, seed: int = 6) -> Iterator[Invented]:
    """So many releases, in the order in which a crawl of each site in turn would keep them, newest first."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    words, weights = _vocabulary(chance)
    for number in range(count):
        site = number % len(DIVISIONS)
        day = FIRST_DAY + dt.timedelta(days=DAYS - int(DAYS * number / count) - chance.randrange(3))
        text = _text(chance, words, weights, max(60, int(chance.lognormvariate(6.3, 0.6))))
        article = Article(
            title="".join(chance.choices(words, cum_weights=weights, k=chance.randrange(5, 14))),
            published=dt.datetime(day.year, day.month, day.day, chance.randrange(8, 20), tzinfo=SHANGHAI),
            published_precision="minute",
            content_source=chance.choice(SOURCES),
            issuer=None,
            author=None,
            editor=None,
            body=text,
            body_kind="text",
            extractor="invented-1",
        )
        yield Invented(site, chance.randrange(len(COLUMNS)), f"https://s{site}.example/{number}.html", article)


def make(folder: Path, count: int) -> None:
    """Fill an archive by SQL, after a sample of the same releases has shown the store to write the very same rows."""
    with tempfile.TemporaryDirectory() as scratch:
        stored, filled = Path(scratch, "stored"), Path(scratch, "filled")
        sample = list(invented(_SAMPLE))
        _keep(stored, sample)
        _fill(filled, iter(sample))
        if _rows(stored) != _rows(filled):
            raise SystemExit("the rows written by SQL are not those of the store; mend benchmarks/search_archive.py")
    unfinished = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    _fill(unfinished, invented(count))
    unfinished.rename(folder)


def _vocabulary(chance: random.Random) -> tuple[list[str], list[float]]:
    """Words of one to four characters of GB 2312's first level, the first ones as frequent as function words are."""
    characters = [bytes((high, low)).decode("gb2312") for high in range(0xB0, 0xD7) for low in range(0xA1, 0xFA)]
    chance.shuffle(characters)
    words = list("的在和了对为是中将与")
    lengths = chance.choices((1, 2, 3, 4), weights=(1, 12, 3, 2), k=12_000)
    words += ["".join(chance.choices(characters[:2500], k=length)) for length in lengths]
    return words, list(accumulate(1 / (rank + 8) for rank in range(len(words))))


def _text(chance: random.Random, words: list[str], weights: list[float], length: int) -> str:
    chosen = chance.choices(words, cum_weights=weights, k=length // 2)
    for word, share in PLANTED.items():
        if chance.random() < share:
            for _ in range(chance.choice((1, 1, 2, 4))):
                chosen[chance.randrange(len(chosen))] = word
    for place in range(9, len(chosen), 11):
        chosen[place] = "。\n" if place % 5 == 0 else "，"
    return "".join(chosen)


def _keep(folder: Path, releases: Sequence[Invented]) -> None:
    """Through the real store, each with a capture in a WARC file."""
    with Archive.open(folder, write=True) as archive:
        _declare(archive)
        for one in releases:
            _list(archive, [one])
            page = archive.frontier(_slug(one.site), 1 + one.site, SEEN).page(one.url, "article")
            answer = Answer(_slug(one.site), 1 + one.site, one.url, SEEN, 200, (), one.url.encode(), "ok")
            archive.store.keep(one.url, one.article, archive.captures.keep(answer, page.id))


def _fill(folder: Path, releases: Iterator[Invented]) -> None:
    """By SQL; captures without a WARC record."""
    with Archive.open(folder, write=True) as archive:
        _declare(archive)
        chunk: list[Invented] = []
        for one in releases:
            chunk.append(one)
            if len(chunk) == _CHUNK:
                _write(archive, chunk)
                chunk = []
        _write(archive, chunk)


def _declare(archive: Archive) -> None:
    for site, (code, name, english, _, _) in enumerate(DIVISIONS):
        archive.store.declare_site(
            slug=_slug(site),
            name=f"{name}公安厅",
            english=english,
            kind="police",
            division=code,
            home=f"https://s{site}.example/",
            verified=None,
            evidence="invented for measuring",
        )
        run = archive.store.begin_run(RunFacts(_slug(site), "crawl", SEEN))
        archive.store.update_run(run, RunCounts(), None, finished=SEEN, outcome="finished")
        for column, named in enumerate(COLUMNS):
            listing = (f"https://s{site}.example/{column}/", named)
            archive.db.conn.execute(
                "INSERT INTO listings (site, listing_column, url, completed, walked_full) VALUES (?, ?, ?, ?, ?)",
                (_slug(site), listing[1], listing[0], iso(SEEN), iso(SEEN)),
            )
            archive.db.conn.execute(
                "INSERT INTO walks (listing_id, run_id, is_full, started, ended, outcome) VALUES (?, ?, 1, ?, ?, ?)",
                (1 + site * len(COLUMNS) + column, run, iso(SEEN), iso(SEEN), "completed"),
            )


def _slug(site: int) -> str:
    return f"s{site}"


def _list(archive: Archive, releases: Sequence[Invented]) -> None:
    """Their pages and entries, as a completed walk leaves them."""
    begun = archive.db.conn.execute("SELECT coalesce(max(id), 0) + 1 FROM pages").fetchone()[0]
    pages, entries = [], []
    for page_id, one in enumerate(releases, begun):
        day, listing = _day(one), 1 + one.site * len(COLUMNS) + one.column
        pages.append((page_id, key(one.url), one.url, _slug(one.site), iso(SEEN), day, iso(SEEN)))
        entries.append((listing, one.url, page_id, one.article.title, day, listing, iso(SEEN)))
    archive.db.conn.executemany(
        "INSERT INTO pages (id, key, url, site, kind, state, discovered, listed_day, visited)"
        " VALUES (?, ?, ?, ?, 'article', 'fetched', ?, ?, ?)",
        pages,
    )
    archive.db.conn.executemany(
        "INSERT INTO entries (listing_id, url, page_id, title, published_day, walk_id, known, listed)"
        " VALUES (?, ?, ?, ?, ?, ?, 1, ?)",
        entries,
    )


def _day(one: Invented) -> str:
    assert one.article.published  # noqa: S101 - every invented release has a date
    return one.article.published.isoformat()[:10]


def _write(archive: Archive, releases: Sequence[Invented]) -> None:
    _list(archive, releases)
    begun = archive.db.conn.execute("SELECT coalesce(max(id), 0) + 1 FROM press_releases").fetchone()[0]
    tables: dict[str, list[dict[str, Any]]] = {}
    for number, one in enumerate(releases, begun):
        for table, row in _rows_of(number, one):
            tables.setdefault(table, []).append(row)
    for table, rows in tables.items():
        names = ", ".join(rows[0])
        places = ", ".join(f":{name}" for name in rows[0])
        archive.db.conn.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)  # noqa: S608 - our own


def _rows_of(number: int, one: Invented) -> Iterator[tuple[str, dict[str, Any]]]:
    site, at, columns = _slug(one.site), iso(SEEN), columns_of(one.article)
    body = one.url.encode()
    yield (
        "captures",
        {"id": number, "site": site, "run_id": 1 + one.site, "url": one.url, "captured": at, "status": 200}
        | {"bytes": len(body), "payload_digest": digest(body), "outcome": "ok", "page_id": number},
    )
    yield (
        "press_releases",
        {"id": number, "key": key(one.url), "site": site, "division": DIVISIONS[one.site][0], "url": one.url}
        | {"listing_column": COLUMNS[one.column], **columns, "first_seen": at, "last_seen": at}
        | {"version": 1, "capture_id": number},
    )
    yield "readings", {"release_id": number, **reading_of(one.article)}
    version = {name: columns[name] for name in ("title", "subtitle", "body", "text_digest", "extractor")}
    yield (
        "versions",
        {"release_id": number, "version": 1, "captured": at, "capture_id": number, "made_by": "crawl"} | version,
    )
    yield "events", {"release_id": number, "kind": "first_seen", "at": at, "capture_id": number}
    yield "release_columns", {"release_id": number, "listing_column": COLUMNS[one.column], "url": one.url}


def _rows(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that speaks of releases; the places of WARC records aside, and what a frontier has of its own clock."""
    with Archive.open(folder) as archive:
        found = {}
        for table in ("press_releases", "versions", "events", "readings", "release_columns", "entries", "captures"):
            names = [row[1] for row in archive.db.conn.execute(f"PRAGMA table_info({table})")]
            wanted = ", ".join(name for name in names if not name.startswith("warc_"))
            found[table] = archive.db.conn.execute(f"SELECT {wanted} FROM {table} ORDER BY 1, 2").fetchall()  # noqa: S608 - our own
        return found


def fingerprint(folder: Path) -> str:
    """What a made archive holds, in one short digest: two makings can be told to be the same."""
    with Archive.open(folder) as archive:
        search.register(archive.db.conn)
        digests = archive.db.conn.execute("SELECT text_digest FROM press_releases ORDER BY id")
        return hashlib.sha256("".join(one for (one,) in digests).encode()).hexdigest()[:16]
