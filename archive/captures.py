"""Captures: each answer as a WARC record, each attempt as a row, and the bytes read back."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive import bodies, journal, records, warc
from archive.bodies import Held, digest
from archive.clock import iso
from archive.errors import ArchiveError
from archive.models import Answer, Capture, Fetched, RunFacts

_COLUMNS = [field.name for field in dataclasses.fields(Capture)]


class Captures:
    """The captures of one archive: rows in its open transaction, records in its WARC files.

    Nothing is safe before `sync`, and no transaction may be committed before it.
    """

    def __init__(self, db: Database, folder: Path) -> None:
        self._db, self._folder = db, folder
        self._open: dict[str, tuple[dt.date, warc.WarcFile]] = {}
        self._left: dict[str, warc.WarcFile] = {}  # for another day's, by name, with records that have no rows yet
        self._begun: dict[str, Mapping[str, str | None]] = {}
        self._announced: set[tuple[str, str]] = set()

    def begin(self, run: RunFacts) -> None:
        """From here on what is kept of the run's site belongs to that run; each WARC file it writes to says so."""
        self._begun[run.site] = journal.run_fields(run)
        self._announced = {one for one in self._announced if one[0] != run.site}

    def keep_page(self, fetched: Fetched) -> list[Capture]:
        """Keep every answer of a page, and what they do not say themselves in a note before them.

        The page that got no answer, or failed after those it got, has an attempt at the end: a row without a record.
        """
        # All of a page in one file: at midnight, or at 1 GiB, a note and its answers would part, and neither be told.
        file = None if fetched.is_recorded else self._file(fetched.page.site, fetched.at)
        if file and (said := journal.page_fields(fetched)):
            file.write(records.note(fetched.page.url, fetched.at, said))
        captures = [self.keep(answer, fetched.page.id, file) for answer in fetched.answers]
        if journal.is_attempt(fetched):
            captures.append(
                self._row(
                    site=fetched.page.site,
                    run_id=fetched.run_id,
                    url=fetched.page.url,
                    captured=fetched.at,
                    outcome=fetched.outcome,
                    error=fetched.error,
                    page_id=fetched.page.id,
                )
            )
        return captures

    def note(self, site: str, at: dt.datetime, said: Mapping[str, str | None], url: str | None = None) -> None:
        """Write down in a site's WARC file what no answer says."""
        self._file(site, at).write(records.note(url, at, said))

    def keep(self, answer: Answer, page_id: int | None = None, file: warc.WarcFile | None = None) -> Capture:
        """Write an answer down, into that file or the one of its day.

        An unchanged body, or a 304, becomes a revisit record of the capture that holds it.
        """
        body_digest = digest(answer.body)
        held = self._held(answer, body_digest)
        payload_digest = held.payload_digest if held and held.payload_digest else body_digest
        if answer.place:
            name, offset, length = answer.place
        else:
            file = file or self._file(answer.site, answer.captured)
            name = file.name
            offset, length = file.write(*records.answered(answer, payload_digest, held))
        return self._row(
            site=answer.site,
            run_id=answer.run_id,
            url=answer.url,
            captured=answer.captured,
            outcome=answer.outcome,
            status=answer.status,
            content_type=answer.header("content-type"),
            bytes=len(answer.body),
            payload_digest=payload_digest,
            etag=answer.header("etag"),
            last_modified=answer.header("last-modified"),
            ip=answer.ip,
            warc_file=name,
            warc_offset=offset,
            warc_length=length,
            refers_to=held.id if held else None,
            page_id=page_id,
        )

    def shown(self, url: str, payload_digest: str | None = None) -> Capture | None:
        """The last capture of an address that has a body to show, its own or that of the capture it refers to; of that
        very body, where a digest is given.
        """
        row = self._db.conn.execute(
            "SELECT id FROM captures WHERE url = ? AND payload_digest = coalesce(?, payload_digest) AND outcome = 'ok'"
            " AND status BETWEEN 200 AND 299 AND warc_file IS NOT NULL ORDER BY id DESC LIMIT 1",
            (url, payload_digest),
        ).fetchone()
        return self.row(row[0]) if row else None

    def _held(self, answer: Answer, body_digest: str) -> Capture | None:
        """The capture that holds the very body of an answer, where there is one; of one read back, the one it names."""
        if answer.place and answer.refers_to is None:
            return None
        if answer.place and (named := self._named(answer)):
            return named
        if answer.status == HTTPStatus.NOT_MODIFIED:
            shown = self.shown(answer.url, answer.refers_to)
            return self.row(shown.refers_to) if shown and shown.refers_to else shown
        holders = self._db.conn.execute(
            "SELECT id FROM captures WHERE url = ? AND payload_digest = ? AND warc_file IS NOT NULL"
            " AND refers_to IS NULL ORDER BY id DESC",
            (answer.url, body_digest),
        ).fetchall()
        for (capture_id,) in holders:
            with suppress(ArchiveError):  # one that rotted holds nothing, and here is the body to be kept again
                self.payload(capture_id)
                return self.row(capture_id)
        return None

    def _named(self, answer: Answer) -> Capture | None:
        """The capture that a revisit record names: of several that hold the same body, the one of that moment."""
        row = self._db.conn.execute(
            "SELECT id FROM captures WHERE url = ? AND payload_digest = ? AND captured = ? AND warc_file IS NOT NULL"
            " AND refers_to IS NULL ORDER BY id DESC LIMIT 1",
            (answer.url, answer.refers_to, answer.refers_to_date and iso(answer.refers_to_date)),
        ).fetchone()
        return self.row(row[0]) if row else None

    def row(self, capture_id: int) -> Capture:
        """A capture by its id; raises ArchiveError where there is none."""
        cursor = self._db.conn.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM captures WHERE id = ?",  # noqa: S608 - our own names
            (capture_id,),
        )
        row = cursor.fetchone()
        if row is None:
            raise ArchiveError(f"there is no capture {capture_id}")
        columns = dict(zip(_COLUMNS, row, strict=True))
        return Capture(**{**columns, "captured": dt.datetime.fromisoformat(columns["captured"])})

    def has(self, answer: Answer) -> bool:
        """Whether this very answer is kept: the same body from the same address at the same second."""
        row = self._db.conn.execute(
            "SELECT 1 FROM captures WHERE url = ? AND payload_digest = ? AND captured = ?",
            (answer.url, digest(answer.body), iso(answer.captured)),
        ).fetchone()
        return row is not None

    def has_attempt(self, url: str, at: dt.datetime, run_id: int | None) -> bool:
        """Whether a run has a row of an attempt without an answer at that second."""
        row = self._db.conn.execute(
            "SELECT 1 FROM captures WHERE url = ? AND captured = ? AND run_id IS ? AND warc_file IS NULL",
            (url, iso(at), run_id),
        ).fetchone()
        return row is not None

    def neighbours(self, capture: Capture) -> tuple[Capture | None, Capture | None]:
        """The captures of the same page that show it next before and next after a moment's."""
        shows = (
            "SELECT id FROM captures WHERE page_id = ? AND outcome IN ('ok', 'not_modified')"
            " AND (status BETWEEN 200 AND 299 OR status = 304) AND id != ?"
        )
        found = []
        for order in ("captured <= ? ORDER BY captured DESC, id DESC", "captured > ? ORDER BY captured, id"):
            row = self._db.conn.execute(
                f"{shows} AND {order} LIMIT 1",
                (capture.page_id, capture.id, iso(capture.captured)),
            ).fetchone()
            found.append(self.row(row[0]) if row else None)
        return found[0], found[1]

    def kept_up_to(self, warc_file: str) -> int:
        """The byte of a WARC file where the last record that a row speaks of ends; 0 where no row does."""
        sql = "SELECT max(warc_offset + warc_length) FROM captures WHERE warc_file = ?"
        return int(self._db.conn.execute(sql, (warc_file,)).fetchone()[0] or 0)

    def payload(self, capture_id: int) -> bytes:
        """The body of a capture, found through the capture it refers to where it is a revisit.

        Raises ArchiveError where the record cannot be read or its digest is wrong.
        """
        return bodies.read(self.held(capture_id))

    def held(self, capture_id: int) -> Held:
        """Where the body of a capture stands; raises ArchiveError where it has none."""
        row = self._db.conn.execute(
            "SELECT held.warc_file, held.warc_offset, held.warc_length, held.payload_digest FROM captures AS asked"
            " JOIN captures AS held ON held.id = coalesce(asked.refers_to, asked.id) WHERE asked.id = ?",
            (capture_id,),
        ).fetchone()
        if row is None or row[0] is None:
            raise ArchiveError(f"capture {capture_id} holds no body")
        return Held(capture_id, self._folder, *row)

    def body_of(self, url: str, payload_digest: str) -> bytes:
        """The body that an address gave with that digest; raises ArchiveError where none is kept."""
        row = self._db.conn.execute(
            "SELECT id FROM captures WHERE url = ? AND payload_digest = ? AND warc_file IS NOT NULL"
            " AND refers_to IS NULL ORDER BY id DESC LIMIT 1",
            (url, payload_digest),
        ).fetchone()
        if row is None:
            raise ArchiveError(f"no capture of {url} has the digest {payload_digest}")
        return self.payload(row[0])

    def sync(self) -> None:
        """Return when every record written so far is on the disc."""
        for file in self._files():
            file.sync()

    def close_left(self) -> None:
        """Close the WARC files of days gone by; only now that rows speak of their records, see `warc.repair`."""
        while self._left:
            self._left.popitem()[1].close()

    def close(self) -> None:
        """Sync and close every WARC file."""
        self.close_left()
        for site in list(self._open):
            self._open.pop(site)[1].close()

    def abandon(self) -> None:
        """Let go of every WARC file as it is, `.open` in its name: for an archive that cannot be written."""
        for file in self._files():
            file.abandon()
        self._open.clear()
        self._left.clear()

    def _files(self) -> list[warc.WarcFile]:
        return [*self._left.values(), *(file for _, file in self._open.values())]

    def _file(self, site: str, at: dt.datetime) -> warc.WarcFile:
        day = at.astimezone(dt.UTC).date()
        if site in self._open:
            opened, file = self._open[site]
            if opened == day and file.size < warc.LARGEST:
                return file
            file.sync()
            self._left[file.name] = self._open.pop(site)[1]
        name = warc.next_name(self._folder, site, day)
        file = self._left.pop(name) if name in self._left else warc.WarcFile(self._folder, name)
        self._open[site] = day, file
        run = self._begun.get(site, {})
        if not file.size or (run and (site, file.name) not in self._announced):
            self._announced.add((site, file.name))
            file.write(records.info(file.name.rpartition("/")[2], at, {"isPartOf": site, **run}))
        return file

    def _row(self, **columns: Any) -> Capture:
        row = {**columns, "captured": iso(columns["captured"])}
        names = ", ".join(row)
        cursor = self._db.conn.execute(
            f"INSERT INTO captures ({names}) VALUES ({', '.join('?' * len(row))})",  # noqa: S608 - our own names
            tuple(row.values()),
        )
        return Capture(id=cursor.lastrowid or 0, **columns)
