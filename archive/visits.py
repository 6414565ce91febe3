"""When a release is looked at again, and what it means that it is not there: absences, and what makes one `gone`.

The rules are the contract's ("What a crawl does"): a clear answer that a release is not there has to stand for a day,
while the site's lists answer; and where too many go missing at once, the site has changed, not the releases.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from sqlite_utils import Database

from archive.clock import SHANGHAI, iso
from archive.models import Page

# "Visited again 24 h later (20 h is enough)": a daily run is never to the minute.
CONFIRM_AFTER = dt.timedelta(hours=20)
REVISIT_DAYS = (1, 3, 7, 30, 90, 180, 365)
COUNTED_OVER = dt.timedelta(days=7)
MANY = 20
MANY_SHARE = 0.2

Absence = Literal["first", "waiting", "held", "gone", "still gone"]


def next_visit(base: dt.datetime, days: Sequence[int], now: dt.datetime) -> dt.datetime | None:
    """The first of the visits due `days` after `base`, each rounded to the hour, that is still to come; else None."""
    for day in sorted(days):
        due = _to_the_hour(base + dt.timedelta(days=day))
        if due > now:
            return due
    return None


def base_of(published: str | None, first_seen: str) -> dt.datetime:
    """From when visits are counted: the later of first finding and publication, the first moment of a day or month."""
    found = dt.datetime.fromisoformat(first_seen)
    if not published:
        return found
    day = published + {4: "-01-01", 7: "-01"}.get(len(published), "")
    moment = dt.datetime.fromisoformat(day)
    return max(found, moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI))


def _to_the_hour(moment: dt.datetime) -> dt.datetime:
    return (moment + dt.timedelta(minutes=30)).replace(minute=0, second=0, microsecond=0)


class Absences:
    """The absences of one site: each begins with a first clear answer, and ends `gone` or `answered`."""

    def __init__(self, db: Database, site: str, now: dt.datetime) -> None:
        self._db, self._site, self._now = db, site, now

    def seen(self, page: Page, capture_id: int, *, lists_answer: bool) -> tuple[Absence, str | None]:
        """Take in a clear answer that a release is not there.

        Returns what it means, and for `gone` and `held` the time of the first such answer.
        """
        row = self._db.conn.execute(
            "SELECT id, first_at FROM absences WHERE page_id = ? AND ended IS NULL", (page.id,)
        ).fetchone()
        if row is None:
            self._db.conn.execute(
                "INSERT INTO absences (page_id, site, first_at, capture_id) VALUES (?, ?, ?, ?)",
                (page.id, self._site, iso(self._now), capture_id),
            )
            return "first", None
        absence, first_at = row
        if not lists_answer or self._now < dt.datetime.fromisoformat(first_at) + CONFIRM_AFTER:
            return "waiting", first_at
        is_held = self._site_changed(first_at)
        self._db.conn.execute(
            "UPDATE absences SET again_at = ?, again_capture_id = ? WHERE id = ?", (iso(self._now), capture_id, absence)
        )
        if is_held:
            return "held", first_at
        self._end(page, "gone")
        return "gone", first_at

    def answered(self, page: Page) -> None:
        """The page is there again: an absence that was not confirmed is over."""
        self._end(page, "answered")

    def confirm(self) -> list[tuple[str, int, str]]:
        """A person says that what is missing was taken down: absences so far are no longer held back.

        Returns address, capture and first time of those that a second answer has confirmed already.
        """
        now = iso(self._now)
        self._db.conn.execute("UPDATE sites SET gone_confirmed = ? WHERE slug = ?", (now, self._site))
        return self._db.conn.execute(
            "UPDATE absences SET ended = ?, outcome = 'gone' WHERE site = ? AND ended IS NULL AND again_at IS NOT NULL"
            " RETURNING (SELECT url FROM pages WHERE id = page_id), again_capture_id, first_at",
            (now, self._site),
        ).fetchall()

    def _end(self, page: Page, outcome: str) -> None:
        self._db.conn.execute(
            "UPDATE absences SET ended = ?, outcome = ? WHERE page_id = ? AND ended IS NULL",
            (iso(self._now), outcome, page.id),
        )

    def _site_changed(self, first_at: str) -> bool:
        """Whether so many are missing that it is the site that changed, and no person has said otherwise.

        What was held back once holds back all that follows, until a person has said so or the pages are there again:
        those seven days pass, and a redesign stays. Pages fetched for the first time are no measure of how many are
        missing: a redesign brings every release under a new address.
        """
        since = iso(dt.datetime.fromisoformat(first_at) - COUNTED_OVER)  # a weekly crawl confirms only after a week
        missing, held, confirmed = self._db.conn.execute(
            "SELECT (SELECT count(*) FROM absences WHERE site = :site AND first_at >= :since),"
            " EXISTS (SELECT 1 FROM absences WHERE site = :site AND ended IS NULL AND again_at IS NOT NULL),"
            " (SELECT gone_confirmed FROM sites WHERE slug = :site)",
            {"site": self._site, "since": since},
        ).fetchone()
        if confirmed and first_at <= confirmed:
            return False
        return bool(held) or (missing >= MANY and missing >= MANY_SHARE * self._visited_again(since))

    def _visited_again(self, since: str) -> int:
        """How many of the site's releases were visited since then; looks at all of them, so only where it matters."""
        (visited,) = self._db.conn.execute(
            "SELECT count(*) FROM pages AS p JOIN press_releases AS r ON r.key = p.key"
            " WHERE p.site = ? AND p.kind = 'article' AND p.visited >= ? AND p.visited > r.first_seen",
            (self._site, since),
        ).fetchone()
        return int(visited)
