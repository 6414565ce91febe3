"""A back file of 20,000 pages under `--for 50m` in an hourly cron: it is worked through, and nothing new waits."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from dataclasses import dataclass, field

import pytest
from simulated_site import START, Column, Run, Simulation, simulated

from archive.models import Page

SEED = 20260302
BACK_FILE, PER_PAGE, NOTICES = 20_000, 15, 30
AN_HOUR = 1 / 24
A_RUN = 1_000  # pages: 50 minutes at 3 seconds each
AT_MOST = 100  # hours
VISITS_AT = 4
# The hour in which a list page gives no answer. What comes behind the first of them are back pages: the runs after it
# find nothing new on page two.
BROKEN = {0: 40, 1: 700, 2: 1_100}
# The hour in which a run is killed: after so many pages, of which the last so many were not safe.
KILLED = {3: (611, 7), 6: (3, 3), 9: (19, 19), 13: (870, 14), 17: (240, 1)}
# Instructions of SQLite's machine for a page, everything done for it taken together. Measured: 240 for an article
# whether 200 are waiting or 17,000, and 3,000 for a list page; a query that sorts takes 110,000 with 5,000 waiting.
A_PAGE = 10_000
TO_DO = "SELECT id FROM walks WHERE ended IS NULL UNION ALL SELECT id FROM pages WHERE state = 'waiting' LIMIT 1"


@dataclass
class Cron:
    """The runs of every hour until nothing waits, each with what was new on page one and what was due for a visit.

    `lost` is what was asked for in vain, `cost` the instructions of SQLite's machine for each run.
    """

    runs: list[Run] = field(default_factory=list)
    fresh: list[list[str]] = field(default_factory=list)
    due: list[list[str]] = field(default_factory=list)
    lost: list[Page] = field(default_factory=list)
    cost: list[int] = field(default_factory=list)


@pytest.fixture(scope="module")
def news() -> Column:
    """A column that was never read before; 3 to 6 releases come out in it every hour."""
    column = Column(size=PER_PAGE)
    column.grow(BACK_FILE)
    return column


@pytest.fixture(scope="module")
def notices() -> Column:
    """A column that is in the archive already. Nothing new comes out in it; its releases are due for a visit."""
    column = Column("jqtb", size=NOTICES)
    column.grow(NOTICES)
    return column


@pytest.fixture(scope="module")
def cron(news: Column, notices: Column) -> Cron:
    dice = random.Random(SEED)  # noqa: S311 - no secret
    cron = Cron()
    with simulated(notices) as site:
        site.run(days=-2)
        due = (START + dt.timedelta(hours=VISITS_AT)).isoformat()
        site.db.conn.execute("UPDATE pages SET next_due = ? WHERE kind = 'article'", (due,))
        site.now, site.columns = START - dt.timedelta(hours=1), (news, notices)
        kept: set[str] = set()
        for hour in range(AT_MOST):
            cron.fresh.append([entry.url for entry in news.read(news.url(1)).entries if entry.url not in kept])
            cron.due.append([notices.entry(article).url for article in notices.articles] if hour == VISITS_AT else [])
            news.broken = {BROKEN[hour]} if hour in BROKEN else set()
            until, lost = KILLED.get(hour, (A_RUN, 0))
            run_of_the_hour(site, cron, until, lost)
            kept |= {page.url for page in cron.runs[-1].asked[: until - lost]}
            if not site.rows(TO_DO):
                return cron
            news.grow(dice.randint(3, 6))
    raise AssertionError(f"there is work to do after {AT_MOST} hours")


def run_of_the_hour(site: Simulation, cron: Cron, until: int, lost: int) -> None:
    cost = 0

    def count() -> int:
        nonlocal cost
        cost += 1_000
        return 0

    site.db.conn.set_progress_handler(count, 1_000)
    cron.runs.append(site.run(days=AN_HOUR, until=until, lost=lost))
    site.db.conn.set_progress_handler(None, 0)
    cron.cost.append(cost)
    cron.lost += cron.runs[-1].asked[until - lost : until]


def test_every_run_does_what_is_new_and_what_is_due_before_anything_of_the_back_file(
    cron: Cron, news: Column, notices: Column
) -> None:
    lists = sorted([news.url(1), news.url(2), notices.url(1)])
    for run, fresh, due in list(zip(cron.runs, cron.fresh, cron.due, strict=True))[1:]:
        asked = [page.url for page in run.asked]
        assert sorted(asked[:3]) == lists
        assert asked[3:][: len(fresh)] == fresh[: len(asked) - 3], "newest first"
        assert asked[3 + len(fresh) :][: len(due)] == due


def test_every_article_is_fetched_once(cron: Cron, news: Column, notices: Column) -> None:
    fetched = Counter(page.url for run in cron.runs for page in run.asked if page.kind == "article")
    fetched -= Counter(page.url for page in cron.lost)
    visited = [notices.entry(article).url for article in notices.articles]
    assert fetched == Counter([*(news.entry(article).url for article in news.articles), *visited])


def test_the_back_file_is_worked_through_in_as_many_runs_as_it_has_thousands_of_pages(cron: Cron) -> None:
    fresh = {url for found in cron.fresh[1:] for url in found}
    needed = BACK_FILE + BACK_FILE // PER_PAGE + len(fresh) + NOTICES + len(cron.lost)
    asked = [len(run.asked) for run in cron.runs]
    # First pages, what comes before the place of a cut, and list pages that gave no answer.
    assert needed < sum(asked) <= needed + 4 * len(cron.runs) + len(BROKEN)
    # All hours are full but the first, which ends where the list broke, those of the kills, and the last.
    full = [pages for hour, pages in enumerate(asked[:-1]) if hour not in KILLED and hour]
    assert set(full) == {A_RUN}
    assert len(cron.runs) <= -(-needed // A_RUN) + len(KILLED)


def test_a_page_costs_the_database_the_same_however_many_wait(cron: Cron) -> None:
    dear = [hour for hour, run in enumerate(cron.runs) if cron.cost[hour] > A_PAGE * len(run.asked)]
    assert dear == []
