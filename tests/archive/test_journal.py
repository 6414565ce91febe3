"""What WARC files tell of runs and pages: all that was written down, and of damaged files nothing that was not."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
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

    @property
    def records(self) -> int:
        """An answer has its request behind it; a lone article page has no note before it."""
        is_lone = self.kind == "article" and self.statuses in ((200,), (304,))
        return 2 * len(self.statuses) + (not is_lone)

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
    for facts, pages in runs:
        with Archive.open(folder, write=True) as archive:
            declare_site(archive.store, "beijing", "北京市公安局", "110000")
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
    ends: list[int]  # as numbers in `records`

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
    ends = list(itertools.accumulate(asked.records for asked in PAGES))
    assert len(records) == ends[-1] + 2, "one for the run's beginning, one for its end"
    return Told(folder, path.read_bytes(), records, pages_of(folder), ends)


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


def test_runs_in_one_file_are_told_apart_and_a_run_in_two_files_as_one(tmp_path: Path) -> None:
    first, second, third = PAGES[:3]
    write(tmp_path, [(CRAWL, [first, second]), (FETCH, [second]), (IMPORT, [third])])
    with Archive.open(tmp_path, write=True) as archive:
        archive.captures.begin(replace(IMPORT, started=BEGAN + dt.timedelta(hours=3), number=4))
        for day in (0, 1):
            archive.captures.keep_page(third.fetched(archive, BEGAN + dt.timedelta(days=day)))
    runs, damage = told(tmp_path)
    assert damage == []
    assert [(run.number, run.facts and run.facts.kind, run.ended is None) for run in runs] == [
        (1, "crawl", False),
        (2, "fetch", False),
        (3, "import", False),
        (4, "import", True),
    ]
    files = [[page.answers[0][0].file for page in run.pages] for run in runs]
    assert files == [[NAME] * 2, [NAME], [NAME], [NAME, NAME.replace("0302", "0303")]]


def test_a_persons_word_stands_alone_and_answers_of_no_run_are_told_too(tmp_path: Path) -> None:
    at = BEGAN - dt.timedelta(days=1)
    with Archive.open(tmp_path, write=True) as archive:
        declare_site(archive.store, "beijing", "北京市公安局", "110000")
        archive.captures.keep_page(PAGES[1].fetched(archive, at))
        archive.captures.note("beijing", BEGAN, journal.gone_confirmed(BEGAN, 7))
    alone, word = told(tmp_path)[0]
    assert (alone.facts, alone.started, [page.url for page in alone.pages]) == (None, at, [f"{HOME}a/1.html"])
    assert (word.confirmed, word.number, word.pages) == (BEGAN, 7, [])


@given(st.data())
def test_a_byte_that_is_another_hides_one_page_and_at_most_the_next(file: Told, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(file.content) - 1))
    pages = file.spoilt(flipped(file.content, at, data.draw(st.integers(0, 7))))
    record = next(number for number, (_, end) in enumerate(file.records) if at < end)
    hit = next((number for number, end in enumerate(file.ends) if record <= end), len(PAGES)) if record else -1
    assert_only_missing(file, pages, (hit, hit + 1))


@given(st.data())
def test_a_file_that_is_cut_off_tells_all_pages_that_are_whole(file: Told, data: st.DataObject) -> None:
    size = data.draw(st.integers(0, len(file.content)))
    # The request behind a page's last answer says nothing of it.
    whole = [page for page, last in enumerate(file.ends) if file.records[last - bool(PAGES[page].statuses)][1] <= size]
    pages = file.spoilt(file.content[:size])
    assert known(pages) == [file.pages[page] for page in whole]
    assert sum(place.length for place in told(file.folder)[1]) == size - max(
        end for _, end in [(0, 0), *file.records] if end <= size
    )


def assert_only_missing(file: Told, pages: list[PageTold], numbers: Sequence[int]) -> None:
    """What is told is true, and all of it is told but for some of these pages."""
    assert [page for page in known(pages) if page not in file.pages] == []
    assert [page for page in file.pages if page not in pages and file.pages.index(page) not in numbers] == []


@pytest.mark.parametrize("page", [1, 3, 4, 7, 12])
def test_of_an_answer_behind_damage_nobody_knows_what_it_was_for(file: Told, page: int) -> None:
    """Where the note stood, or stands for a lone page, is damage now: no answer of it, no target of a redirect."""
    record = file.first_record(page) - (PAGES[page].records == 2)
    pages = file.hit(record)
    assert file.pages[page] not in pages
    assert [place for lost in pages if lost.kind is None for place, _ in lost.answers] == [
        place for place, _ in file.pages[page].answers
    ]
    assert_only_missing(file, pages, (page - 1, page))


@pytest.mark.parametrize("answer", [0, 1, 2])
def test_what_a_damaged_redirect_led_to_is_told_as_no_article(file: Told, answer: int) -> None:
    number = next(number for number, asked in enumerate(PAGES) if len(asked.statuses) == 3)
    pages = file.hit(file.first_record(number) + 1 + 2 * answer)
    others = [place for place, _ in file.pages[number].answers if place != file.pages[number].answers[answer][0]]
    assert [place for lost in pages if lost.kind is None for place, _ in lost.answers] == others
    assert_only_missing(file, pages, (number,))


def test_a_damaged_article_costs_no_other_page(file: Told) -> None:
    lone = [number for number, asked in enumerate(PAGES) if asked.records == 2]
    for number in lone:
        assert known(file.hit(file.first_record(number))) == file.pages[:number] + file.pages[number + 1 :]


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "page": st.sampled_from(["listing", "article", "attachment", "", "index"]),
        "answers": st.text(max_size=20) | st.integers(0, 99).map("ok ".__mul__),
        "outcome": st.text(max_size=5),
    },
)


@settings(max_examples=20)
@given(FIELDS)
@example({"page": "listing"})
@example({"page": "index", "answers": "ok", "outcome": "ok"})
@example({"page": "listing", "answers": "ok ok ok", "outcome": "ok"})
def test_a_note_in_other_words_hides_nothing_behind_the_next_one(
    tmp_path_factory: pytest.TempPathFactory, fields: dict[str, str]
) -> None:
    folder = tmp_path_factory.mktemp("note")
    first, second, *others = PAGES[1:5]
    with Archive.open(folder, write=True) as archive:
        declare_site(archive.store, "beijing", "北京市公安局", "110000")
        archive.captures.begin(CRAWL)
        archive.captures.keep_page(PAGES[0].fetched(archive, BEGAN))
        archive.captures.note("beijing", BEGAN, fields, HOME)
        answers = [archive.captures.keep(first.fetched(archive, BEGAN).answers[0])]
        for asked in (second, *others):
            answers += archive.captures.keep_page(asked.fetched(archive, BEGAN))
    pages = pages_of(folder)
    offsets = [place.offset for page in pages for place, _ in page.answers]
    assert offsets[1:] == [capture.warc_offset for capture in answers], "each answer once, in their order"
    assert [(page.url, page.kind, page.outcome) for page in pages[-len(others) :]] == [
        (f"{HOME}{asked.path}", asked.kind, asked.outcome) for asked in others
    ]
    if "page" in fields and fields["page"] not in ("listing", "article", "attachment"):
        assert pages[1].kind is None, "nobody knows what the answer behind it was for"


HEADER = st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=30)


@settings(max_examples=20)
@given(st.lists(st.tuples(st.sampled_from(["ETag", "X-Odd", "Content-Encoding"]), HEADER), max_size=4))
@example([("ETag", '"公安"'.encode("gbk").decode("latin-1"))])
@example([("ETag", '"公安"'.encode().decode("latin-1"))])
@example([("ETag", "\xa0e\xe9\x85"), ("X-Odd", " : ")])
def test_headers_are_read_back_byte_by_byte(
    tmp_path_factory: pytest.TempPathFactory, headers: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("headers")
    answer = Answer("beijing", None, HOME, BEGAN, 200, tuple(headers), b"body", "ok")
    with Archive.open(folder, write=True) as archive:
        declare_site(archive.store, "beijing", "北京市公安局", "110000")
        archive.captures.keep(answer)
        archive.captures.sync()
        ((place, outcome),) = still_open(folder)[0].answers
        read = journal.read_answer(folder / "warc", place, outcome, "beijing", None, archive.captures.body_of)
    assert replace(read, place=None) == answer


def still_open(folder: Path) -> list[PageTold]:
    """The pages of a file that is being written."""
    with (folder / "warc" / f"{NAME}{warc.OPEN}").open("rb") as file:
        return [one for one in journal.pages_told(journal.places(file, NAME)) if isinstance(one, PageTold)]
