"""The history of a release: its versions with their attachments, and its events, oldest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Literal

from sqlite_utils import Database

from archive.addresses import canonical
from archive.clock import iso
from archive.columns import columns as columns_of
from archive.models import Article, Attachment, Capture
from archive.rows import insert, update

MadeBy = Literal["crawl", "reparse", "import"]
# A text is kept once: here only if the release has another one (schema.TEXT_ONCE).
_ADD = """
INSERT INTO kept_versions
    (release_id, version, title, subtitle, text_digest, captured, capture_id, made_by, extractor, body)
VALUES (:release_id, :version, :title, :subtitle, :text_digest, :captured, :capture_id, :made_by, :extractor,
    nullif(:body, (SELECT body FROM press_releases WHERE id = :release_id)))
"""


def differs(article: Article, other: Article) -> bool:
    """Whether two readings of a release are two versions of it: another text, title, subtitle or attachments."""
    texts = [(one.title, one.subtitle, one.body) for one in (article, other)]
    return texts[0] != texts[1] or differ(article.attachments, other.attachments)


def differ(some: Sequence[Attachment], others: Sequence[Attachment]) -> bool:
    """Whether two lists of attachments are not the same; an address may name another session."""
    return [_same(one) for one in some] != [_same(one) for one in others]


def _same(one: Attachment) -> Attachment:
    try:
        return replace(one, url=canonical(one.url))
    except ValueError:  # no address that could be asked for
        return one


class History:
    """Versions and events in an archive's open transaction; a release is named by its id."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def attachments(self, release_id: int, number: int) -> list[Attachment]:
        """What belongs to a version, in the page's order."""
        cursor = self._db.conn.execute(
            "SELECT kind, url, name, caption FROM attachments WHERE release_id = ? AND version = ? ORDER BY position",
            (release_id, number),
        )
        return [Attachment(*row) for row in cursor]

    def add(self, release_id: int, number: int, article: Article, capture: Capture, made_by: MadeBy) -> None:
        """A version with its attachments; those that an earlier version has too keep their bytes' capture."""
        at = {"release_id": release_id, "version": number, "captured": iso(capture.captured), "capture_id": capture.id}
        self._db.conn.execute(_ADD, {**columns_of(article), **at, "made_by": made_by})
        for position, one in enumerate(article.attachments, 1):
            held = self._db.conn.execute(
                "SELECT capture_id FROM attachments WHERE release_id = ? AND url = ? AND version < ?"
                " AND capture_id IS NOT NULL ORDER BY version DESC LIMIT 1",
                (release_id, one.url, number),
            ).fetchone()
            place = {"release_id": release_id, "version": number, "position": position}
            insert(self._db, "attachments", **place, **asdict(one), capture_id=held[0] if held else None)

    def event(self, release_id: int, kind: str, capture: Capture, detail: str | None) -> None:
        """Something that a capture shows to have happened."""
        at = iso(capture.captured)
        insert(self._db, "events", release_id=release_id, kind=kind, at=at, capture_id=capture.id, detail=detail)

    def insert(
        self,
        release_id: int,
        past: tuple[Article, Capture],
        made_by: MadeBy,
        was: Article | None,
        then: tuple[Article, Capture],
    ) -> bool:
        """Give a capture of the past its place; returns whether that made a version.

        `was` is what the capture before it shows, `then` what the one after it does, with that capture.
        """
        article, capture = past
        if was and not differs(article, was):
            return False
        (number,) = self._db.conn.execute(
            "SELECT count(*) FROM versions WHERE release_id = ? AND captured <= ?", (release_id, iso(capture.captured))
        ).fetchone()
        after, seen = then
        if not differs(article, after) and self._move(release_id, seen, capture):
            return False
        comes_back = was is not None and not differs(was, after)
        self._make_room(release_id, number, 2 if comes_back else 1)
        self.add(release_id, number + 1, article, capture, made_by)
        if number:
            self.event(release_id, "edited", capture, None)
        else:
            self._move_event(release_id, "first_seen", capture)
            self._begins(release_id, 2)
        if comes_back:
            self.add(release_id, number + 2, after, seen, made_by)
            self.event(release_id, "edited", seen, None)
        self._number_events(release_id)
        return True

    def replace_bytes(self, url: str, capture: Capture) -> int:
        """Note the capture that holds an attachment's bytes; returns how many releases it is an edit of.

        Other bytes under the same address are another version of a release, with the text it had. Bytes from before
        those that are held say nothing of today: they are those of the version of their time, where it has none yet.
        """
        edited = 0
        self._fill(url, capture)
        for release_id, number, held, held_at in self._db.conn.execute(
            "SELECT r.id, r.version, held.payload_digest, held.captured FROM attachments AS a JOIN press_releases AS r"
            " ON r.id = a.release_id AND r.version = a.version LEFT JOIN captures AS held ON held.id = a.capture_id"
            " WHERE a.url = ? GROUP BY r.id ORDER BY r.id",
            (url,),
        ).fetchall():
            if held is not None and held_at > iso(capture.captured):
                continue
            if held == capture.payload_digest and capture.refers_to is not None:
                continue  # what it refers to is held already
            if held is not None and held != capture.payload_digest:
                number = self._repeated(release_id, number, capture)
                self.event(release_id, "edited", capture, f"version {number}: other bytes at {url}")
                edited += 1
            self._db.conn.execute(
                "UPDATE attachments SET capture_id = ? WHERE release_id = ? AND version = ? AND url = ?",
                (capture.id, release_id, number, url),
            )
        return edited

    def share_bytes(self, page_key: str, url: str) -> None:
        """Let the release of a page have an attachment's bytes that another release had fetched just now."""
        self._db.conn.execute(
            "UPDATE attachments SET capture_id = (SELECT max(capture_id) FROM attachments WHERE url = :url)"
            " WHERE url = :url AND capture_id IS NULL"
            " AND (release_id, version) = (SELECT id, version FROM press_releases WHERE key = :key)",
            {"url": url, "key": page_key},
        )

    def _fill(self, url: str, capture: Capture) -> None:
        """Give these bytes to the version of their time, the first where they are older, unless it has some."""
        self._db.conn.execute(
            "UPDATE attachments SET capture_id = ? WHERE url = ? AND capture_id IS NULL AND version ="
            " (SELECT coalesce(max(v.version), 1) FROM versions AS v"
            " WHERE v.release_id = attachments.release_id AND v.captured <= ?)",
            (capture.id, url, iso(capture.captured)),
        )

    def _repeated(self, release_id: int, number: int, capture: Capture) -> int:
        """A version with the text of the one before it."""
        self._db.conn.execute(
            "INSERT INTO kept_versions"
            " (release_id, version, title, subtitle, text_digest, captured, capture_id, made_by, extractor, body)"
            " SELECT release_id, version + 1, title, subtitle, text_digest, ?, capture_id, made_by, extractor, body"
            " FROM kept_versions WHERE release_id = ? AND version = ?",
            (iso(capture.captured), release_id, number),
        )
        self._db.conn.execute(
            "INSERT INTO attachments SELECT release_id, version + 1, position, kind, url, name, caption, capture_id"
            " FROM attachments WHERE release_id = ? AND version = ?",
            (release_id, number),
        )
        update(self._db, "press_releases", release_id, {"version": number + 1})
        return number + 1

    def _move(self, release_id: int, seen: Capture, capture: Capture) -> bool:
        """A version was there earlier than was known; False where none begins with the capture `seen`."""
        at = iso(capture.captured)
        moved = self._db.conn.execute(
            "UPDATE kept_versions SET captured = ?, capture_id = ? WHERE release_id = ? AND capture_id = ?"
            " RETURNING version",
            (at, capture.id, release_id, seen.id),
        ).fetchone()
        if moved is None:
            return False
        self._move_event(release_id, "first_seen" if moved[0] == 1 else "edited", capture, seen)
        return True

    def _move_event(self, release_id: int, kind: str, capture: Capture, seen: Capture | None = None) -> None:
        self._db.conn.execute(
            "UPDATE events SET at = ?, capture_id = ? WHERE release_id = ? AND kind = ?"
            " AND coalesce(capture_id = ?, 1)",
            (iso(capture.captured), capture.id, release_id, kind, seen and seen.id),
        )

    def _make_room(self, release_id: int, after: int, count: int) -> None:
        """Give the versions after a number other numbers, by way of negative ones: each is unique at any moment."""
        for table in ("kept_versions", "attachments"):
            for change in (f"-version - {count}", "-version"):
                self._db.conn.execute(
                    f"UPDATE {table} SET version = {change} WHERE release_id = ? AND (version > ? OR version < 0)",  # noqa: S608 - our own text
                    (release_id, after),
                )
        self._db.conn.execute("UPDATE press_releases SET version = version + ? WHERE id = ?", (count, release_id))

    def _begins(self, release_id: int, number: int) -> None:
        """The version that was the first is an edit of an earlier one."""
        self._db.conn.execute(
            "INSERT INTO events (release_id, kind, at, capture_id)"
            " SELECT release_id, 'edited', captured, capture_id FROM versions WHERE release_id = ? AND version = ?",
            (release_id, number),
        )

    def _number_events(self, release_id: int) -> None:
        """Have each edit name its version again."""
        self._db.conn.execute(
            "UPDATE events SET detail = (SELECT 'version ' || max(v.version) FROM versions AS v"
            " WHERE v.release_id = events.release_id AND v.capture_id = events.capture_id)"
            " WHERE release_id = ? AND kind = 'edited' AND EXISTS (SELECT 1 FROM versions AS v"
            " WHERE v.release_id = events.release_id AND v.capture_id = events.capture_id)",
            (release_id,),
        )
