"""The store: sites, runs, releases with their versions and events. Keeping the same thing twice changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from posixpath import basename
from typing import Any, Literal
from urllib.parse import urlsplit

from sqlite_utils import Database

from archive import readings
from archive.addresses import key
from archive.clock import iso
from archive.columns import columns as columns_of
from archive.errors import ArchiveError
from archive.history import History, MadeBy, differ
from archive.models import Article, Attachment, Capture, Entry, Finding, Page, Release, RunCounts, RunFacts
from archive.rows import insert, update

Change = Literal["new", "edited", "reparsed", "same"]


@dataclass(frozen=True, slots=True)
class Resting:
    """What a release rests on: the row, the capture its text was read from, and the extractor that read it."""

    release_id: int
    version: int
    capture_id: int
    extractor: str
    body_kind: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What keeping an article changed; `restored` where the release had been gone.

    `is_past`: the capture is older than the last one that showed the release, and nothing was changed yet.
    """

    change: Change
    restored: bool = False
    is_past: bool = False


class Store:
    """Releases, versions and events of one archive, in its open transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._history = History(db)

    def declare_site(self, **columns: Any) -> None:
        """Bring a row of `sites` up to its site file; raises ArchiveError for a division that GB/T 2260 lacks."""
        code = columns["division"]
        if code and not self._db.conn.execute("SELECT 1 FROM divisions WHERE code = ?", (code,)).fetchone():
            raise ArchiveError(f"site {columns['slug']}: division {code} is no provincial-level code of GB/T 2260")
        self._db.table("sites").upsert(columns, pk="slug")

    def begin_run(self, run: RunFacts) -> int:
        """A new row of `runs`, under the run's own number where that is free and higher than its site's others: in a
        merged archive runs of two have one number. Its site's runs that never ended are marked as killed.
        """
        self._db.conn.execute("UPDATE runs SET outcome = 'killed' WHERE site = ? AND outcome IS NULL", (run.site,))
        taken = self._db.conn.execute(
            "SELECT 1 FROM runs WHERE id = :number OR (site = :site AND id > :number) LIMIT 1",
            {"number": run.number, "site": run.site},
        ).fetchone()
        return insert(
            self._db,
            "runs",
            id=None if taken else run.number,
            site=run.site,
            kind=run.kind,
            started=iso(run.started),
            vantage=run.vantage,
            proxy=run.proxy,
        )

    def last_start(self, site: str) -> str | None:
        """When the last run of a site began, by the clock of that time."""
        row = self._db.conn.execute("SELECT started FROM runs WHERE site = ? ORDER BY id DESC LIMIT 1", (site,))
        return next((started for (started,) in row), None)

    def update_run(
        self,
        run_id: int,
        counts: RunCounts,
        stated_total: int | None,
        *,
        finished: dt.datetime | None = None,
        outcome: str | None = None,
    ) -> None:
        """Write down how far a run has come, or how it ended."""
        columns = {**asdict(counts), "stated_total": stated_total, "outcome": outcome}
        columns["finished"] = iso(finished) if finished else None
        pairs = ", ".join(f"{name} = :{name}" for name in columns)
        self._db.conn.execute(f"UPDATE runs SET {pairs} WHERE id = :id", {**columns, "id": run_id})  # noqa: S608 - names

    def find(self, run_id: int, finding: Finding) -> None:
        """Write down an expectation that a run did not meet."""
        insert(self._db, "findings", run_id=run_id, **asdict(finding))

    def resting(self, url: str) -> Resting | None:
        """What the release of that address rests on; None where there is none yet."""
        row = self._db.conn.execute(
            "SELECT id, version, capture_id, extractor, body_kind FROM press_releases WHERE key = ?", (key(url),)
        ).fetchone()
        return Resting(*row) if row else None

    def all_resting(self, site: str) -> list[tuple[str, Resting]]:
        """The addresses of a site's releases, those aside that were removed, with what each rests on; in the order in
        which its captures were written, which is that of its WARC files.
        """
        rows = self._db.conn.execute(
            "SELECT url, id, version, capture_id, extractor, body_kind FROM press_releases WHERE site = ?"
            " AND removed IS NULL ORDER BY capture_id, id",
            (site,),
        )
        return [(url, Resting(*columns)) for url, *columns in rows]

    def entry(self, release_id: int) -> Entry | None:
        """The entry that led to a release, as its list last showed it."""
        row = self._db.conn.execute(
            "SELECT e.url, e.title, e.published_day FROM press_releases AS r"
            " JOIN pages AS p ON p.kind = 'article' AND p.key = r.key JOIN entries AS e ON e.page_id = p.id"
            " WHERE r.id = ? ORDER BY e.listed DESC LIMIT 1",
            (release_id,),
        ).fetchone()
        return Entry(row[0], row[1], row[2] and dt.date.fromisoformat(row[2])) if row else None

    def keep(self, url: str, article: Article, capture: Capture, made_by: MadeBy = "crawl") -> Kept:
        """Make a release of an article, or bring the one it is up to it.

        A text, title, subtitle or attachments other than the last version's are a new version, and an event `edited`
        unless `made_by` is `reparse`. A capture older than the last one that showed the release says nothing of how it
        reads today: it changes nothing here unless it is read again for a `reparse`, and is for `keep_past`. Nothing
        changes a release that was removed.
        """
        columns = columns_of(article)
        row = self._db.conn.execute("SELECT * FROM press_releases WHERE key = ?", (key(url),)).fetchone()
        if row is None:
            release_id = self._first(url, columns, article, capture, made_by)
            self.list_columns(release_id)
            return Kept("new")
        release = dict(zip(self._names("press_releases"), row, strict=True))
        if release["removed"]:
            return Kept("same")
        captured = iso(capture.captured)
        if captured < release["last_seen"] and made_by != "reparse":
            return Kept("same", is_past=True)
        changed = (
            columns["text_digest"] != release["text_digest"]
            or columns["title"] != release["title"]
            or columns["subtitle"] != release["subtitle"]
            or differ(article.attachments, self._history.attachments(release["id"], release["version"]))
        )
        seen = {"last_seen": max(release["last_seen"], captured)}
        if changed:
            seen["version"] = release["version"] + 1
        reads_otherwise = readings.write(self._db, release["id"], article)
        if changed or reads_otherwise or any(release[name] != value for name, value in columns.items()):
            seen["capture_id"] = capture.id
        others = {name: value for name, value in {**columns, **seen}.items() if release[name] != value}
        if others:
            update(self._db, "press_releases", release["id"], others)
        restored = made_by != "reparse" and self._restore(release["id"], capture)
        if not changed:
            return Kept("same", restored)
        self._history.add(release["id"], release["version"] + 1, article, capture, made_by)
        if made_by == "reparse":
            return Kept("reparsed")
        self._history.event(release["id"], "edited", capture, f"version {release['version'] + 1}")
        return Kept("edited", restored)

    def keep_past(
        self,
        url: str,
        article: Article,
        capture: Capture,
        made_by: MadeBy,
        was: Article | None,
        then: tuple[Article, Capture],
    ) -> Kept:
        """Give a capture of the past its place in a release's history: see `archive.history.History.insert`."""
        release_id, first_seen = self._db.conn.execute(
            "SELECT id, first_seen FROM press_releases WHERE key = ?", (key(url),)
        ).fetchone()
        update(self._db, "press_releases", release_id, {"first_seen": min(first_seen, iso(capture.captured))})
        is_edit = self._history.insert(release_id, (article, capture), made_by, was, then)
        return Kept("edited" if is_edit else "same")

    def has_attachment(self, url: str) -> bool:
        """Whether a release has an image, a file or a video of that address."""
        return self._db.conn.execute("SELECT 1 FROM attachments WHERE url = ?", (url,)).fetchone() is not None

    def keep_attachment(self, url: str, capture: Capture) -> int:
        """Note that a capture holds an attachment's bytes; returns how many releases that is an edit of."""
        return self._history.replace_bytes(url, capture)

    def share_attachment(self, page: Page, url: str) -> None:
        """Note for a page's release what `keep_attachment` noted before it, in the same run, for another one."""
        self._history.share_bytes(page.key, url)

    def take_down(self, url: str, since: str, capture: Capture, detail: str) -> None:
        """A release is gone since that time, as a second clear answer shows; its text stays."""
        release_id = self._db.conn.execute(
            "UPDATE press_releases SET gone_at = ? WHERE key = ? RETURNING id", (since, key(url))
        ).fetchone()[0]
        self._history.event(release_id, "gone", capture, detail)

    def _restore(self, release_id: int, capture: Capture) -> bool:
        row = self._db.conn.execute(
            "UPDATE press_releases SET gone_at = NULL WHERE id = ? AND gone_at <= ? RETURNING id",
            (release_id, iso(capture.captured)),
        ).fetchone()
        if row:
            self._history.event(release_id, "restored", capture, None)
        return row is not None

    def list_columns(self, release_id: int) -> None:
        """Write down every column that lists a release, under each spelling of its address."""
        self._db.conn.execute(
            "INSERT OR IGNORE INTO release_columns SELECT r.id, l.listing_column, e.url FROM press_releases AS r"
            " JOIN pages AS p ON p.kind = 'article' AND p.key = r.key JOIN entries AS e ON e.page_id = p.id"
            " JOIN listings AS l ON l.id = e.listing_id WHERE r.id = ?",
            (release_id,),
        )

    def releases(self, where: str, values: Mapping[str, Any]) -> Iterator[Release]:
        """Releases by a condition on `press_releases`, newest first."""
        names = list(Release.__dataclass_fields__)
        cursor = self._db.conn.execute(
            f"SELECT {', '.join(names)} FROM press_releases WHERE {where} ORDER BY published DESC, key",  # noqa: S608
            values,
        )
        for row in cursor:
            columns = dict(zip(names, row, strict=True))
            repost = columns["is_repost"]
            yield Release(**{**columns, "is_repost": None if repost is None else bool(repost)})

    def _first(self, url: str, columns: dict[str, Any], article: Article, capture: Capture, made_by: MadeBy) -> int:
        site = self._db.conn.execute("SELECT division FROM sites WHERE slug = ?", (capture.site,)).fetchone()
        listed = self._db.conn.execute(
            "SELECT l.listing_column FROM pages AS p JOIN entries AS e ON e.page_id = p.id"
            " JOIN listings AS l ON l.id = e.listing_id WHERE p.kind = 'article' AND p.key = ? ORDER BY l.id LIMIT 1",
            (key(url),),
        ).fetchone()
        release_id = insert(
            self._db,
            "press_releases",
            key=key(url),
            site=capture.site,
            division=site[0] if site else None,
            url=url,
            listing_column=listed[0] if listed else None,
            **columns,
            first_seen=iso(capture.captured),
            last_seen=iso(capture.captured),
            same_as=self._same(capture.site, columns, article.attachments),
            version=1,
            capture_id=capture.id,
        )
        insert(self._db, "readings", release_id=release_id, **readings.columns(article))
        self._history.add(release_id, 1, article, capture, made_by)
        self._history.event(release_id, "first_seen", capture, None)
        return release_id

    def _same(self, site: str, columns: Mapping[str, Any], files: Sequence[Attachment]) -> str | None:
        """The key of the release with the same text, title and day on the same site, found before elsewhere.

        Where there is no text, the same pictures or files have to be there, by their names.
        """
        rows = self._db.conn.execute(
            "SELECT key, id, version FROM press_releases WHERE site = ? AND text_digest = ? AND title IS ?"
            " AND published_day IS ? AND same_as IS NULL ORDER BY id",
            (site, columns["text_digest"], columns["title"], columns["published_day"]),
        ).fetchall()
        for found, release_id, number in rows:
            if columns["body"] or _names(files) == _names(self._history.attachments(release_id, number)) != []:
                return str(found)
        return None

    def _names(self, table: str) -> list[str]:
        return [column[1] for column in self._db.conn.execute(f"PRAGMA table_info({table})")]


def _names(files: Sequence[Attachment]) -> list[str]:
    return [basename(urlsplit(one.url).path) for one in files]
