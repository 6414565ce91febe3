"""A department's site as a person's browser recorded it, and an archive that such files are imported into."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive import Archive, clock
from archive.faults import Checked
from archive.models import Answer, Page, RunFacts, WalkOptions
from archive.rebuilt import rebuilding
from archive.verify import verify
from crawler.brought import Imported
from crawler.importing import Import
from crawler.items import ArticlePage, AttachmentPage, FailedPage, Item, ListPage
from crawler.keeping import Keeping
from crawler.rebuild import Rebuild
from crawler.run import Run
from crawler.site import load_sites
from crawler.walls import classify
from crawler.worker import Worker
from tests.archive.foreign_files import HTML, record

SLUG, COLUMN = "yangli", "警情通报"
ROOT = "https://gaj.press.example"
LIST = f"{ROOT}/jqtb/"
PICTURE = f"{ROOT}/jqtb/202603/W1005.png"
PNG = ("Content-Type", "image/png")
WALL = b"<script>var $_ts = window['$_ts'];</script>"
SITE = f"""
name = "样例市公安局"
english = "Sample City Public Security Bureau"
home = "{ROOT}/"
evidence = "invented for a test"
[[listing]]
column = "{COLUMN}"
cms = "trs"
url = "{LIST}"
[fetch]
delay = 0
"""


# What a release has, with its key and the capture that shows it.
_OF_RELEASE = "JOIN press_releases AS r ON r.id = x.release_id LEFT JOIN captures AS c ON c.id = x.capture_id"
_HISTORY = {
    "releases": "SELECT r.key, r.url, r.site, listing_column, title, published, content_source, body, body_kind,"
    " first_seen, last_seen, gone_at, same_as, version, text_digest, c.url, c.captured, c.payload_digest"
    " FROM press_releases AS r JOIN captures AS c ON c.id = r.capture_id ORDER BY r.key",
    "readings": "SELECT key, subtitle, charset, charset_declared, characters_lost, conflicts, labels, origins,"
    " rejected, stripped FROM readings JOIN press_releases ON id = release_id ORDER BY key",
    "columns": "SELECT key, x.listing_column, x.url FROM release_columns AS x"
    " JOIN press_releases AS r ON r.id = x.release_id ORDER BY 1, 2, 3",
    "versions": "SELECT r.key, x.version, x.title, x.body, x.captured, made_by, x.extractor, c.url, c.captured"  # noqa: S608 - our own text
    f" FROM versions AS x {_OF_RELEASE} ORDER BY 1, 2",
    "events": "SELECT r.key, x.kind, x.at, x.detail, c.url, c.captured"  # noqa: S608 - our own text
    f" FROM events AS x {_OF_RELEASE} ORDER BY 1, 3, 2",
    "files": "SELECT r.key, x.version, x.position, x.url, c.captured, c.payload_digest"  # noqa: S608 - our own text
    f" FROM attachments AS x {_OF_RELEASE} ORDER BY 1, 2, 3",
    "pages": "SELECT key, kind, state, next_due, visited FROM pages ORDER BY 2, 1",
}


def address(number: int) -> str:
    return f"{LIST}202603/t202603{number:02}_10{number:02}.html"


def title(number: int) -> str:
    return f"城东分局第{number}号警情通报：夜间巡逻守护平安"


def article(number: int, more: str = "") -> bytes:
    """A release of the 警情通报 column; the fifth is a picture."""
    text = f"3月{number}日，城东分局接到群众报警{number}起，均已依法处置，未造成人员伤亡。{more}"
    body = f"<p>{text}</p><p>警方提示：夜间出行请结伴而行，遇到危险请立即拨打报警电话。</p>"
    if number == 5:
        body = '<p style="text-align:center"><img src="./W1005.png"></p>'
    return (
        f"<html><head><title>{title(number)}</title><meta name='ArticleTitle' content='{title(number)}'>"
        f"<meta name='PubDate' content='2026-03-{number:02} 09:30'>"
        "<meta name='ContentSource' content='城东分局'></head>"
        f"<body><h1>{title(number)}</h1><div class='TRS_Editor'>{body}</div></body></html>"
    ).encode()


def listing(numbers: Sequence[int], page: int = 0, pages: int = 1) -> bytes:
    """A TRS list page of these releases."""
    lines = "".join(
        f"<li><a href='{address(number)}'>{title(number)}</a><span>2026-03-{number:02}</span></li>"
        for number in numbers
    )
    pager = f"<script>createPageHTML({pages}, {page}, 'index', 'html');</script>"
    return f"<html><title>{COLUMN}</title><body><ul>{lines}</ul>{pager}</body></html>".encode()


def kept(
    body: bytes,
    url: str,
    day: int = 9,
    *headers: tuple[str, str],
    status: str = "200 OK",
    hour: int = 9,
    year: int = 2026,
) -> bytes:
    """A WARC record of a page that a browser saw at half past nine in Shanghai, on that day of March."""
    seen = f"{year}-03-{day:02}T{hour - 8:02}:30:05Z"
    return record(body, *(headers or [HTML]), url=url, status=status, WARC_Date=seen)


@dataclass
class Desk:
    """An archive folder, what can be done to it without a network or another process, and the clock."""

    folder: Path
    sites: Path
    worker: Worker
    patch: pytest.MonkeyPatch

    def at(self, day: int, hour: int = 8) -> None:
        """It is that day of March 2026."""
        self.patch.setenv(clock.VARIABLE, f"2026-03-{day:02}T{hour:02}:00:00+08:00")

    def bring(
        self, *files: Path, url: str | None = None, captured: dt.datetime | None = None, site: str = SLUG
    ) -> Imported:
        with self._archive() as archive:
            bringing = Import(archive, load_sites(self.sites)[site], self.worker, "a desk in Gansu")
            return bringing.files(files, url, captured)

    def file(self, name: str, *records: bytes) -> Path:
        """A WARC file."""
        path = self.folder.with_name(name)
        path.write_bytes(b"".join(records))
        return path

    def crawl(self, pages: Mapping[str, bytes | int]) -> list[str]:
        """Crawl a site of these pages, or statuses, 404 for others; the addresses asked for."""
        asked = []
        with self._archive() as archive:
            site, now = load_sites(self.sites)[SLUG], clock.now()
            listings = tuple((one.column, one.url, one.cms) for one in site.listings)
            run = Run(archive, site, RunFacts(SLUG, "crawl", now, listings=listings, options=WalkOptions()))
            keeping = Keeping(run, self.worker)
            while page := run.frontier.next_page():
                item = _came(page, pages.get(page.url, 404), run.id, now)
                keeping.keep(item, keeping.reader.begin(item))
                asked.append(page.url)
            run.end("finished", now)
        return asked

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        with Archive.open(self.folder) as archive:
            return archive.db.conn.execute(sql, values).fetchall()

    def whole(self) -> dict[str, object]:
        """Every row of every table, the one aside that is empty after a commit, and the size of every WARC file."""
        tables = self.rows(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%!_fts%' ESCAPE '!'"
            " AND name <> 'releases_unindexed'"
        )
        rows: dict[str, object] = {str(name): self.rows(f"SELECT * FROM {name} ORDER BY 1, 2") for (name,) in tables}  # noqa: S608 - our own names
        return rows | {path.name: path.stat().st_size for path in self.folder.rglob("*.warc.gz")}

    def history(self) -> dict[str, list[tuple[object, ...]]]:
        """Releases, versions, events and files, by key; ids, runs and their times aside."""
        return {name: self.rows(sql) for name, sql in _HISTORY.items()}

    def rebuild(self) -> list[str]:
        """Make the database anew; returns what could not be read."""
        said: list[str] = []
        with rebuilding(self.folder) as archive:
            rebuild = Rebuild(archive, load_sites(self.sites), self.worker, said.append)
            rebuild.all()
        return [*said, *rebuild.faults]

    def faults(self) -> list[str]:
        """What `verify` finds."""
        with Archive.open(self.folder) as archive:
            return [str(fault) for fault in verify(archive, Checked())]

    @contextmanager
    def _archive(self) -> Iterator[Archive]:
        with Archive.open(self.folder, write=True) as archive:
            yield archive


def _came(page: Page, body: bytes | int, run_id: int, at: dt.datetime) -> Item:
    """What the spider yields for an answer."""
    status, body = (body, b"") if isinstance(body, int) else (200, body)
    headers = PNG if page.kind == "attachment" else HTML
    outcome = classify(status, {}, body.decode("utf-8") if page.kind != "attachment" else "", len(body))
    answer = Answer(SLUG, run_id, page.url, at, status, (headers,), body, outcome)
    if outcome != "ok":
        return FailedPage(page, (answer,), outcome, f"HTTP status {status}")
    if page.kind == "listing":
        return ListPage(page, (answer,), page.url, body.decode("utf-8"))
    if page.kind == "attachment":
        return AttachmentPage(page, (answer,))
    return ArticlePage(page, (answer,), body, HTML[1])
