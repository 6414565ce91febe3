"""The store: sites, runs, releases with their versions and events. Keeping the same thing twice changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from posixpath import basename
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from sqlite_utils import Database

from archive.addresses import key
from archive.clock import iso
from archive.columns import columns as columns_of
from archive.errors import ArchiveError
from archive.models import Article, Attachment, Capture, Finding, Release, RunCounts

Change = Literal["new", "edited", "reparsed", "same"]
MadeBy = Literal["crawl", "reparse", "import"]


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
    """What keeping an article changed; `restored` where the release had been gone."""

    change: Change
    restored: bool = False


class Store:
    """Releases, versions and events of one archive, in its open transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def declare_site(self, **columns: Any) -> None:
        """Bring a row of `sites` up to its site file; raises ArchiveError for a division that GB/T 2260 lacks."""
        code = columns["division"]
        if code and not self._db.conn.execute("SELECT 1 FROM divisions WHERE code = ?", (code,)).fetchone():
            raise ArchiveError(f"site {columns['slug']}: division {code} is no provincial-level code of GB/T 2260")
        self._db.table("sites").upsert(columns, pk="slug")

    def begin_run(self, site: str, started: dt.datetime, vantage: str | None) -> int:
        """A new row of `runs`; runs of that site that never ended are marked as killed."""
        self._db.conn.execute("UPDATE runs SET outcome = 'killed' WHERE site = ? AND outcome IS NULL", (site,))
        return _insert(self._db, "runs", site=site, started=iso(started), vantage=vantage)

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
        _insert(self._db, "findings", run_id=run_id, **asdict(finding))

    def resting(self, url: str) -> Resting | None:
        """What the release of that address rests on; None where there is none yet."""
        row = self._db.conn.execute(
            "SELECT id, version, capture_id, extractor, body_kind FROM press_releases WHERE key = ?", (key(url),)
        ).fetchone()
        return Resting(*row) if row else None

    def keep(self, url: str, article: Article, capture: Capture, made_by: MadeBy = "crawl") -> Kept:
        """Make a release of an article, or bring the one it is up to it.

        A text, title or attachments other than the last version's are a new version, and an event `edited` unless
        `made_by` is `reparse`. A capture older than the last one that showed the release says nothing of how it reads
        today and only widens its `first_seen`, unless it is read again for a `reparse`.
        """
        columns = columns_of(article)
        row = self._db.conn.execute("SELECT * FROM press_releases WHERE key = ?", (key(url),)).fetchone()
        if row is None:
            release_id = self._first(url, columns, article, capture, made_by)
            self.list_columns(release_id)
            return Kept("new")
        release = dict(zip(self._names("press_releases"), row, strict=True))
        captured = iso(capture.captured)
        if captured < release["last_seen"] and made_by != "reparse":
            _update(self._db, "press_releases", release["id"], {"first_seen": min(release["first_seen"], captured)})
            return Kept("same")
        changed = (
            columns["text_digest"] != release["text_digest"]
            or columns["title"] != release["title"]
            or list(article.attachments) != self._attachments(release["id"], release["version"])
        )
        seen = {"last_seen": max(release["last_seen"], captured)}
        if changed:
            seen["version"] = release["version"] + 1
        if changed or any(release[name] != value for name, value in columns.items()):
            seen["capture_id"] = capture.id
        _update(self._db, "press_releases", release["id"], {**columns, **seen})
        restored = made_by != "reparse" and self._restore(release["id"], capture)
        if not changed:
            return Kept("same", restored)
        self._version(release["id"], release["version"] + 1, columns, article, capture, made_by)
        if made_by == "reparse":
            return Kept("reparsed")
        self._event(release["id"], "edited", capture, f"version {release['version'] + 1}")
        return Kept("edited", restored)

    def take_down(self, url: str, since: str, capture: Capture, detail: str) -> None:
        """A release is gone since that time, as a second clear answer shows; its text stays."""
        release_id = self._db.conn.execute(
            "UPDATE press_releases SET gone_at = ? WHERE key = ? RETURNING id", (since, key(url))
        ).fetchone()[0]
        self._event(release_id, "gone", capture, detail)

    def _restore(self, release_id: int, capture: Capture) -> bool:
        row = self._db.conn.execute(
            "UPDATE press_releases SET gone_at = NULL WHERE id = ? AND gone_at IS NOT NULL RETURNING id", (release_id,)
        ).fetchone()
        if row:
            self._event(release_id, "restored", capture, None)
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
        release_id = _insert(
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
        self._version(release_id, 1, columns, article, capture, made_by)
        self._event(release_id, "first_seen", capture, None)
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
            if columns["body"] or _names(files) == _names(self._attachments(release_id, number)) != []:
                return str(found)
        return None

    def _version(
        self,
        release_id: int,
        number: int,
        columns: dict[str, Any],
        article: Article,
        capture: Capture,
        made_by: MadeBy,
    ) -> None:
        _insert(
            self._db,
            "versions",
            release_id=release_id,
            version=number,
            title=columns["title"],
            body=columns["body"],
            text_digest=columns["text_digest"],
            captured=iso(capture.captured),
            capture_id=capture.id,
            made_by=made_by,
            extractor=article.extractor,
        )
        for position, one in enumerate(article.attachments, 1):
            _insert(self._db, "attachments", release_id=release_id, version=number, position=position, **asdict(one))

    def _attachments(self, release_id: int, number: int) -> list[Attachment]:
        cursor = self._db.conn.execute(
            "SELECT kind, url, name, caption FROM attachments WHERE release_id = ? AND version = ? ORDER BY position",
            (release_id, number),
        )
        return [Attachment(*row) for row in cursor]

    def _event(self, release_id: int, kind: str, capture: Capture, detail: str | None) -> None:
        at = iso(capture.captured)
        _insert(self._db, "events", release_id=release_id, kind=kind, at=at, capture_id=capture.id, detail=detail)

    def _names(self, table: str) -> list[str]:
        return [column[1] for column in self._db.conn.execute(f"PRAGMA table_info({table})")]


def _names(files: Sequence[Attachment]) -> list[str]:
    return [basename(urlsplit(one.url).path) for one in files]


def _insert(db: Database, table: str, **columns: Any) -> int:
    places = ", ".join("?" * len(columns))
    cursor = db.conn.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})",  # noqa: S608 - names are our own
        tuple(columns.values()),
    )
    return cast("int", cursor.lastrowid)


def _update(db: Database, table: str, row_id: int, columns: Mapping[str, Any]) -> None:
    pairs = ", ".join(f"{name} = :{name}" for name in columns)
    db.conn.execute(f"UPDATE {table} SET {pairs} WHERE id = :id", {**columns, "id": row_id})  # noqa: S608 - as above
