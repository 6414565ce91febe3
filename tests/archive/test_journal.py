"""What WARC files tell of runs and pages: all that was written down, and of damaged files nothing that was not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sample_release import declare_site

from archive import Archive, journal, warc
from archive.journal import PageTold, Place, RunTold
from archive.models import Answer, Fetched, PageKind, RunFacts, WalkOptions

BEGAN = dt.datetime.fromisoformat("2026-03-02T10:00:00+08:00")
HOME = "https://press.example/"
NAME = "beijing/beijing-20260302-00000.warc.gz"
OPTIONS = WalkOptions(since=dt.date(2026, 1, 1))
CRAWL = RunFacts(
    "beijing", "crawl", BEGAN, "a desk", "http=http://proxy.example:8080", (("要闻", HOME, "trs"),), OPTIONS
)
FETCH = RunFacts("beijing", "fetch", BEGAN + dt.timedelta(hours=1), wanted=f"{HOME}a/1.html")
IMPORT = RunFacts("beijing", "import", BEGAN + dt.timedelta(hours=2))
OUTCOMES = {200: "ok", 302: "ok", 304: "not_modified", 404: "gone"}
ANY_FIXTURE = [HealthCheck.function_scoped_fixture]


@dataclass(frozen=True)
class Asked:
    """A page that was asked for: the statuses of its answers, and an error where nothing came after them."""

    path: str
    statuses: tuple[int, ...] = (200,)
    kind: PageKind = "article"
    error: str | None = None

    @property
    def outcome(self) -> str:
        return "timeout" if self.error else OUTCOMES[self.statuses[-1]]

    def fetched(self, archive: Archive, at: dt.datetime) -> Fetched:
        page = archive.frontier("beijing", 0, at).page(f"{HOME}{self.path}", self.kind)
        if self.kind == "listing":
            page = replace(page, listing=HOME)
        answers = [
            Answer("beijing", None, f"{page.url}{'?' * hop}", at, status, (), page.url.encode(), OUTCOMES[status])
            for hop, status in enumerate(self.statuses)
        ]
        return Fetched(None, page, tuple(answers), self.outcome, at, self.error)


PAGES = [
    Asked("", kind="listing"),
    Asked("a/1.html"),
    Asked("a/2.html"),
    Asked("b/", (302, 302, 200), kind="listing"),
    Asked("a/3.html", (302, 200)),
    Asked("a/4.html"),
    Asked("a/5.html", (), error="no such host"),
    Asked("a/6.html"),
    Asked("a/7.html", (404,)),
    Asked("a/8.png", kind="attachment"),
    Asked("a/2.html", (304,)),
    Asked("a/9.html", (302,), error="no answer"),
    Asked("a/10.html"),
    Asked("", (304,), kind="listing"),
    Asked("a/11.html"),
]


def write(folder: Path, runs: Sequence[tuple[RunFacts, Sequence[Asked]]]) -> None:
    """Write runs down, each with its end."""
    with Archive.open(folder, write=True) as archive:
        declare_site(archive.store, "beijing", "北京市公安局", "110000")
        for facts, pages in runs:
            archive.captures.begin(replace(facts, number=archive.store.begin_run(facts)))
            for asked in pages:
                archive.captures.keep_page(asked.fetched(archive, facts.started))
            archive.captures.note("beijing", facts.started, journal.run_ended(facts.started, "finished"))


def told(folder: Path) -> tuple[list[RunTold], list[Place]]:
    """The runs, and the damage."""
    damage: list[Place] = []
    return journal.runs_told(folder / "warc", "beijing", damage.append), damage


def pages_of(folder: Path) -> list[PageTold]:
    return [page for run in told(folder)[0] for page in run.pages]


@dataclass(frozen=True)
class Told:
    """A file as it was written: its bytes, where its records are, the pages it tells, and the last record of each."""

    folder: Path
    content: bytes
    records: list[tuple[int, int]]
    pages: list[PageTold]
    ends: list[int]

    def spoilt(self, content: bytes) -> list[PageTold]:
        (self.folder / "warc" / NAME).write_bytes(content)
        return pages_of(self.folder)

    def hit(self, record: int) -> list[PageTold]:
        """What is told when a byte in the middle of that record is another one."""
        return self.spoilt(flipped(self.content, sum(self.records[record]) // 2, 4))

    def first_record(self, page: int) -> int:
        """That of a page's note, or of its answer if it has none."""
        return self.ends[page - 1] + 1 if page else 1


def flipped(content: bytes, at: int, bit: int) -> bytes:
    return content[:at] + bytes([content[at] ^ (1 << bit)]) + content[at + 1 :]


def known(pages: list[PageTold]) -> list[PageTold]:
    """Those of which it is known what they were for."""
    return [page for page in pages if page.kind]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("journal")
    write(folder, [(CRAWL, PAGES)])
    path = folder / "warc" / NAME
    with path.open("rb") as opened:
        records = list(warc.whole_records(opened))
        places = list(journal.places(opened, NAME))
    # Behind an answer stands its request; a note stands alone.
    sizes = [2 * len(asked.statuses) + bool(journal.page_fields(one)) for asked, one in fetched(folder)]
    ends = [sum(sizes[: number + 1]) for number in range(len(sizes))]
    assert len(records) == len(places) == ends[-1] + 2, "one for the run's beginning, one for its end"
    return Told(folder, path.read_bytes(), records, pages_of(folder), ends)


def fetched(folder: Path) -> Iterator[tuple[Asked, Fetched]]:
    with Archive.open(folder, write=True) as archive:
        for asked in PAGES:
            yield asked, asked.fetched(archive, BEGAN)


def test_a_run_is_told_with_its_facts_its_pages_and_its_end(file: Told) -> None:
    file.spoilt(file.content)
    (run,), damage = told(file.folder)
    assert (run.facts, run.ended, damage) == (replace(CRAWL, number=1), (BEGAN, "finished"), [])
    assert [(page.url, page.kind, page.outcome, page.error) for page in run.pages] == [
        (f"{HOME}{asked.path}", asked.kind, asked.outcome, asked.error) for asked in PAGES
    ]
    assert [tuple((place.status, outcome) for place, outcome in page.answers) for page in run.pages] == [
        tuple((status, OUTCOMES[status]) for status in asked.statuses) for asked in PAGES
    ]
    assert {page.listing for page in run.pages if page.kind == "listing"} == {HOME}
