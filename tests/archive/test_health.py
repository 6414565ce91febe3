"""How sites stand after runs of every kind of end: what is said, since when, and what breaks a series."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sample_release import ARTICLE, SEEN, answer, declare_site

from archive import Archive, ArchiveError
from archive.clock import iso
from archive.health import SiteState, Standing, health, states
from archive.models import Answer, Fetched, Finding, RunCounts, RunFacts, RunKind, WalkOptions

NOW = dt.datetime.fromisoformat("2026-03-31T12:00:00+08:00")
LIST = "https://press.example/jwdt/"
SHORT = Finding("beijing", "min_listed", "3 entries on the first list page", "at least 15", LIST)
UNREAD = Finding("beijing", "first list page", "timeout: no answer", "a list of entries", LIST)

End = Callable[..., int]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "data", write=True) as archive:
        for slug, name in (("beijing", "北京市公安局"), ("gansu", "甘肃省公安厅")):
            declare_site(archive.store, slug, name, None)
        archive.commit()
        yield archive


@pytest.fixture
def end(archive: Archive) -> End:
    """A run of beijing on a day of March at ten, with its outcome (None: not ended), entries listed, and findings."""

    def end(
        day: int, outcome: str | None = "finished", *findings: Finding, kind: RunKind = "crawl", listed: int = 20
    ) -> int:
        at = SEEN.replace(day=day)
        run_id = archive.store.begin_run(RunFacts("beijing", kind, at, vantage="样例市"))
        for finding in findings:
            archive.store.find(run_id, finding)
        if outcome:
            archive.store.update_run(run_id, RunCounts(listed=listed), None, finished=at, outcome=outcome)
        archive.commit()
        return run_id

    return end


def met(archive: Archive, run_id: int, outcome: str, url: str = LIST) -> None:
    """A list page was asked for in a run and met that."""
    page = archive.frontier("beijing", run_id, SEEN).page(url, "listing")
    archive.captures.keep_page(Fetched(run_id, page, (), outcome, SEEN, "no answer"))
    archive.commit()


def standing(archive: Archive, *sites: str, now: dt.datetime = NOW) -> list[Standing]:
    with Archive.open(archive.folder) as reading:
        return health(reading, sites or ("beijing",), now)


def day(number: int) -> str:
    return iso(SEEN.replace(day=number))


def test_a_site_without_a_run_never_ran(archive: Archive, end: End) -> None:
    end(31, kind="fetch")
    assert standing(archive, "beijing", "nowhere") == [
        Standing(Finding("beijing", "run", "never ran", "a run every 3 days")),
        Standing(Finding("nowhere", "run", "never ran", "a run every 3 days")),
    ]


def test_nothing_is_said_where_all_is_well(archive: Archive, end: End) -> None:
    end(29, "failed", UNREAD)
    end(30, "finished")
    assert standing(archive) == []
    end(31, "time_limit")
    assert standing(archive) == []


def test_a_floor_missed_stands_since_the_first_run_of_the_series(archive: Archive, end: End) -> None:
    end(1, "finished", SHORT)
    end(2, "finished")
    for number in (3, 4, 5):
        end(number, "time_limit", SHORT)
    found = standing(archive, now=SEEN.replace(day=5))
    assert found == [Standing(SHORT, day(3), 3, None, day(5))]


def test_what_was_seen_is_the_last_run_s_and_may_differ_from_the_first_s(archive: Archive, end: End) -> None:
    end(1, "finished", Finding("beijing", "min_listed", "4 entries on the first list page", "at least 15", LIST))
    end(2, "finished", SHORT)
    (found,) = standing(archive, now=SEEN.replace(day=2))
    assert (found.finding.seen, found.since, found.runs) == (SHORT.seen, day(1), 2)


@pytest.mark.parametrize("outcome", ["walled", "failed", "killed", "stopped", "broken"])
def test_a_run_that_could_not_look_breaks_no_series_of_a_floor(archive: Archive, end: End, outcome: str) -> None:
    end(1, "finished", SHORT)
    end(2, outcome)
    end(3, "finished", SHORT)
    (found,) = standing(archive, now=SEEN.replace(day=3))
    assert (found.since, found.runs) == (day(1), 2)


def test_a_failed_run_that_read_this_list_breaks_the_series_of_its_failures(archive: Archive, end: End) -> None:
    other = Finding("beijing", "first list page", "timeout: no answer", "a list of entries", f"{LIST}b/")
    end(1, "failed", UNREAD)
    end(2, "failed", other)
    end(3, "failed", UNREAD, other)
    found = standing(archive, now=SEEN.replace(day=3))
    assert [(one.finding.url, one.since, one.runs) for one in found] == [(LIST, day(3), 1), (other.url, day(2), 2)]


def test_a_walled_site_says_since_when_by_which_wall_and_when_it_last_answered(archive: Archive, end: End) -> None:
    end(1)
    end(2, "finished", listed=0)
    for number in range(3, 17):
        met(archive, end(number, "walled", listed=0), "challenge")
    assert standing(archive, now=SEEN.replace(day=16)) == [
        Standing(Finding("beijing", "outcome", "walled", "answers without walls"), day(3), 14, "challenge", day(1))
    ]


@pytest.mark.parametrize("outcome", ["killed", "stopped", "broken", "failed"])
def test_a_run_that_did_not_get_through_is_said_so(archive: Archive, end: End, outcome: str) -> None:
    end(1)
    end(2, outcome)
    wanted = "a run that gets through its lists"
    assert standing(archive, now=SEEN.replace(day=2)) == [
        Standing(Finding("beijing", "outcome", outcome, wanted), day(2), 1, None, day(1))
    ]


def test_why_a_run_failed_is_said_once_with_the_kind_of_failure(archive: Archive, end: End) -> None:
    met(archive, end(1, "failed", UNREAD), "timeout")
    assert standing(archive, now=SEEN.replace(day=1)) == [Standing(UNREAD, day(1), 1, "timeout")]


def test_a_list_without_entries_is_its_own_kind(archive: Archive, end: End) -> None:
    end(1, "failed", Finding("beijing", "entries", "0", "at least 1", LIST))
    (found,) = standing(archive, now=SEEN.replace(day=1))
    assert found.kind == "no_entries"


def test_a_list_that_came_in_part_is_no_failure_of_its_page(archive: Archive, end: End) -> None:
    run_id = end(1, "finished", Finding("beijing", "list pages", "3 came", "10 list pages", LIST))
    page = archive.frontier("beijing", run_id, SEEN).page(LIST, "listing")
    came = Answer("beijing", run_id, LIST, SEEN, 200, (), b"<ul></ul>", "ok")
    archive.captures.keep_page(Fetched(run_id, page, (came,), "ok", SEEN))
    archive.commit()
    (found,) = standing(archive, now=SEEN.replace(day=1))
    assert found.kind is None


def test_one_thing_found_twice_in_a_run_is_said_once(archive: Archive, end: End) -> None:
    end(1, "finished", SHORT, SHORT)
    (found,) = standing(archive, now=SEEN.replace(day=1))
    assert found.runs == 1


def test_a_run_under_way_is_passed_over(archive: Archive, end: End) -> None:
    end(1, "finished", SHORT)
    end(2, None)
    (found,) = standing(archive, now=SEEN.replace(day=2))
    assert (found.finding, found.since) == (SHORT, day(1))


def test_a_first_run_under_way_leaves_nothing_to_be_said(archive: Archive, end: End) -> None:
    end(1, None)
    assert standing(archive, now=SEEN.replace(day=1)) == []


@pytest.mark.parametrize(
    ("outcome", "seen"),
    [("finished", "the last one began 2026-03-02T10:00:00+08:00"),
     (None, "the last one began 2026-03-02T10:00:00+08:00 and never ended")],
)  # fmt: skip
def test_a_site_that_is_not_run_any_more(archive: Archive, end: End, outcome: str | None, seen: str) -> None:
    end(2, outcome)
    assert standing(archive, now=SEEN + dt.timedelta(days=3)) == []
    (found,) = standing(archive, now=SEEN + dt.timedelta(days=3, seconds=1))
    assert found.finding == Finding("beijing", "run", seen, "a run every 3 days")
    assert found.since == day(2)


def test_what_is_known_of_each_site(archive: Archive, end: End) -> None:
    end(1)
    end(3, "failed", UNREAD, listed=0)
    end(4, "killed", listed=0)
    end(5, "walled", listed=0)
    end(6, kind="import")
    for name, published in (("a", dt.date(2026, 2, 27)), ("b", dt.date(2062, 1, 1)), ("c", None)):
        article = replace(ARTICLE, published=published, published_precision="day")
        archive.store.keep(f"{LIST}{name}.html", article, archive.captures.keep(answer(f"{LIST}{name}.html")))
    archive.db.conn.execute("UPDATE press_releases SET gone_at = ? WHERE published IS NULL", (day(5),))
    archive.frontier("beijing", 1, SEEN).walk([("警务动态", LIST)], WalkOptions())
    archive.db.conn.execute("UPDATE listings SET discovered = ?", (day(1),))
    archive.commit()
    with Archive.open(archive.folder) as reading:
        assert states(reading, NOW) == {
            "beijing": SiteState(
                last_run=day(5),
                outcome="walled",
                vantage="样例市",
                last_answered=day(1),
                unanswered=2,
                last_release="2026-02-27",
                releases=3,
                gone=1,
                discovered=(("警务动态", LIST),),
            ),
            "gansu": SiteState(),
        }


def test_an_archive_that_cannot_be_read_is_said_so(empty_archive: Path) -> None:
    with closing(sqlite3.connect(empty_archive / "press.db")) as db:
        db.execute("DROP TABLE runs")
    for asked in (lambda archive: health(archive, ["beijing"], NOW), lambda archive: states(archive, NOW)):
        with Archive.open(empty_archive) as reading, pytest.raises(ArchiveError, match="no such table: runs"):
            asked(reading)
