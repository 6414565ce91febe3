"""Invented releases to measure with, their pages, and archives of many of them: 34 sites, 17 years, always the same.

This is no real text. Words are drawn at random, as often as Zipf's law has it, from some thousand that mean nothing;
some real ones are strewn in, each into a fixed share of the releases, so that searches have something to find. A text
is 800 characters long in the median and 1,060 in the mean: the nine whole government articles among the pages that
extraction is measured on have 868 in the median.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import math
import random
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

from archive import Archive, search
from archive.addresses import key
from archive.bodies import digest
from archive.clock import SHANGHAI, iso
from archive.columns import columns as columns_of
from archive.divisions import DIVISIONS
from archive.models import Answer, Article, RunCounts, RunFacts
from archive.readings import columns as reading_of

SEEN = dt.datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)
PORT = 8033
FIRST_DAY, DAYS = dt.date(2009, 1, 1), 6270
COLUMNS = ("警务动态", "通知公告", "警方提示", "平安建设", "队伍风采")
SOURCES = ("样例日报", "样例市公安局", "样例网", None)
# What the fixed searches ask for, and the share of releases that each is strewn into.
COMMON = {"公安": 0.9, "民警": 0.75, "工作": 0.65, "安全": 0.6, "公安机关": 0.55}
MIDDLING = {
    "交警": 0.2,
    "反诈": 0.16,
    "禁毒": 0.12,
    "身份证": 0.09,
    "电动自行车": 0.07,
    "电信诈骗": 0.05,
    "110": 0.04,
    "扫黑除恶": 0.03,
    "打拐": 0.02,
    "G30": 0.012,
}
RARE = {
    "2023兰州马拉松": 0.0008,
    "跨省追逃": 0.0007,
    "油菜花节": 0.0006,
    "汽车营地": 0.0005,
    "骑警队": 0.0004,
    "迪丽·样例": 0.0002,
    "三千公里": 0.0002,
    "冰雪大世界": 0.0001,
    "渡口派出所": 0.0001,
    "无名河": 0.00005,
}
PLANTED = COMMON | MIDDLING | RARE
_PARAGRAPH = "margin: 0px 0px 15px; text-align: justify; line-height: 2em; font-family: 仿宋_GB2312; text-indent: 2em;"
_SPAN = "font-family: 仿宋_GB2312, 仿宋, FangSong; font-size: 16pt; letter-spacing: 0pt; background: rgb(255,255,255);"
_SAMPLE = 30
_COMPARED = ("press_releases", "kept_versions", "events", "readings", "release_columns", "entries", "captures")
_CHUNK = 5000
_CACHE_KIB = 400_000  # else a million addresses in no order are read and written again for every chunk


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
        text = _text(chance, words, weights, max(60, int(chance.lognormvariate(math.log(800), 0.75))))
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
        column = chance.randrange(len(COLUMNS))
        url = f"{listing(site, column)}{day:%Y%m}/t{day:%Y%m%d}_{number}.html"
        yield Invented(site, column, url, article)


def home(site: int) -> str:
    """A site's first page: each has an address of its own on the loopback, so that a server can stand in for it."""
    return f"http://127.8.0.{site + 1}:{PORT}/"


def listing(site: int, column: int) -> str:
    """The first page of one of a site's lists, and what the addresses of its releases begin with."""
    return f"{home(site)}jwzx/lm{column}/"


def page(one: Invented) -> bytes:
    """The article page of a release as a TRS site shows it, with as much around the text as real ones have.

    88 KB, 12 KB when they are packed, 415 elements: in the median the nine whole government articles among the pages
    that extraction is measured on have 82, 12 and 380.
    """
    article = one.article
    assert article.published  # noqa: S101 - every invented release has a date
    title, at = html.escape(article.title or ""), f"{article.published:%Y-%m-%d %H:%M}"
    source = html.escape(article.content_source or "")
    paragraphs = "".join(
        f'<p style="{_PARAGRAPH}"><span style="{_SPAN}">　　{html.escape(line)}</span></p>\n'
        for line in article.body.split("\n")
        if line
    )
    head, above, below = _surroundings()
    return (
        f'<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n<title>{title}-样例省公安厅</title>\n'
        f'<meta name="ArticleTitle" content="{title}">\n<meta name="PubDate" content="{at}">\n'
        f'<meta name="ContentSource" content="{source}">\n{head}</head>\n<body>\n{above}<div class="main">\n'
        f'<h1>{title}</h1>\n<div class="info">时间：{at}　来源：{source}</div>\n'
        f'<div class="TRS_Editor">\n{paragraphs}</div>\n</div>\n{below}</body>\n</html>\n'
    ).encode()


def make(folder: Path, count: int) -> None:
    """Fill an archive by SQL, after a sample of the same releases has shown the store to write the very same rows."""
    with tempfile.TemporaryDirectory() as scratch:
        stored, filled = Path(scratch, "stored"), Path(scratch, "filled")
        sample = list(invented(_SAMPLE))
        _keep(stored, sample)
        _fill(filled, iter(sample))
        if _rows(stored) != _rows(filled):
            raise SystemExit("the rows written by SQL are not those of the store; mend benchmarks/corpus.py")
    unfinished = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    _fill(unfinished, invented(count))
    unfinished.rename(folder)


@lru_cache(maxsize=1)
def _surroundings() -> tuple[str, str, str]:
    """What stands around every text: styles and scripts in the head, a menu above, sidebar and footer below."""
    chance = random.Random(8)  # noqa: S311 - not for secrets
    numbers = range(155)
    styles = "".join(
        f".c{n} {{\n    margin: {chance.randrange(99)}px;\n    color: #{chance.randrange(1 << 24):06x};\n}}\n"
        for n in numbers
    )
    scripts = "".join(
        f"    function show{n}(on) {{\n        var box = document.getElementById('box{chance.randrange(9999)}');\n"
        f"        if (box) {{\n            box.style.display = on ? 'block' : 'none';\n        }}\n"
        f"        return {chance.randrange(1 << 30)};\n    }}\n"
        for n in numbers
    )

    def item(kind: str, number: int, tail: str = "") -> str:
        name = "样例" + "".join(chance.choices("公开政务服务互动动态通知信息平安法治队伍警营", k=6)) + str(number)
        return (
            f'{" " * 32}<li class="{kind}-item {kind}-{number}">\n{" " * 36}<a target="_blank" title="{name}"'
            f' href="/{kind}/{chance.randrange(10**6)}/t20210617_{chance.randrange(10**7)}.html">{name}</a>{tail}\n'
            f"{' ' * 32}</li>\n"
        )

    menu = "".join(item("nav", number) for number in range(70))
    others = "".join(item("side", number, f"<span>2021-0{1 + number % 9}-17</span>") for number in range(40))
    links = "".join(f'<option value="https://x{n}.example/">样例市公安局{n}</option>\n' for n in range(120))
    head = f"<style>\n{styles}</style>\n<script>\n{scripts}</script>\n"
    below = (
        f'<div class="side"><ul>\n{others}</ul></div>\n<div class="footer">版权所有：样例省公安厅\n'
        f"<select>\n{links}</select></div>\n<script>\n{scripts[: len(scripts) // 4]}}}</script>\n"
    )
    return head, f'<div class="nav"><ul>\n{menu}</ul></div>\n', below


def _vocabulary(chance: random.Random) -> tuple[list[str], list[float]]:
    """Words of one to four characters of GB 2312's first level, the first ones as frequent as function words are."""
    characters = [bytes((high, low)).decode("gb2312") for high in range(0xB0, 0xD7) for low in range(0xA1, 0xFA)]
    chance.shuffle(characters)
    words = list("的在和了对为是中将与")
    lengths = chance.choices((1, 2, 3, 4), weights=(1, 12, 3, 2), k=12_000)
    words += ["".join(chance.choices(characters[:2500], k=length)) for length in lengths]
    return words, list(accumulate(1 / (rank + 8) for rank in range(len(words))))


def _text(chance: random.Random, words: list[str], weights: list[float], length: int) -> str:
    chosen = chance.choices(words, cum_weights=weights, k=round(length / 2.2))
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
        archive.db.conn.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        _declare(archive)
        while chunk := list(islice(releases, _CHUNK)):
            _write(archive, chunk)
            archive.commit()


def _declare(archive: Archive) -> None:
    for site, (code, name, english, _, _) in enumerate(DIVISIONS):
        archive.store.declare_site(
            slug=_slug(site),
            name=f"{name}公安厅",
            english=english,
            kind="police",
            division=code,
            home=home(site),
            verified=None,
            evidence="invented for measuring",
        )
        run = archive.store.begin_run(RunFacts(_slug(site), "crawl", SEEN))
        archive.store.update_run(run, RunCounts(), None, finished=SEEN, outcome="finished")
        for column, named in enumerate(COLUMNS):
            archive.db.conn.execute(
                "INSERT INTO listings (site, listing_column, url, completed, walked_full) VALUES (?, ?, ?, ?, ?)",
                (_slug(site), named, listing(site, column), iso(SEEN), iso(SEEN)),
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
        day, listing_id = _day(one), 1 + one.site * len(COLUMNS) + one.column
        pages.append((page_id, key(one.url), one.url, _slug(one.site), iso(SEEN), day, iso(SEEN)))
        entries.append((listing_id, one.url, page_id, one.article.title, day, listing_id, iso(SEEN)))
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
    version = {name: columns[name] for name in ("title", "subtitle", "text_digest", "extractor")} | {"body": None}
    yield (
        "kept_versions",
        {"release_id": number, "version": 1, "captured": at, "capture_id": number, "made_by": "crawl"} | version,
    )
    yield "events", {"release_id": number, "kind": "first_seen", "at": at, "capture_id": number}
    yield "release_columns", {"release_id": number, "listing_column": COLUMNS[one.column], "url": one.url}


def _rows(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that speaks of releases; the places of WARC records aside, and what a frontier has of its own clock."""
    with Archive.open(folder) as archive:
        found = {}
        for table in _COMPARED:
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
