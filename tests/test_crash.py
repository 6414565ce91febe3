"""`kill -9` at random points of a crawl over 300 releases: nothing is lost, nothing is fetched without need."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import os
import random
import shutil
import signal
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.captures import digest
from archive.warc import whole_records
from tests import warm
from tests.conftest import Press, content
from tests.servers import Answer, Served, server, site_of

SEED = 20260302
RELEASES, PUBLISHED_LATER, PER_PAGE = 300, 64, 8
EDITED = (299, 297, 296, 294)
# Pages first seen in the morning, those edited among them, are due for a visit the next day; the evening's are not yet.
MORNING = "2026-03-02T08:00:00+08:00"
EVENING = "2026-03-03T04:00:00+08:00"
NEXT_DAY = "2026-03-03T14:00:00+08:00"
EVENTS = "SELECT key, kind, detail FROM events JOIN press_releases AS r ON r.id = release_id ORDER BY key, events.id"
VERSIONS = """
SELECT key, v.version, v.title, v.body, made_by
FROM versions AS v JOIN press_releases AS r ON r.id = release_id ORDER BY key, v.version
"""


def at_once(archive: Path) -> object:
    """Changes all the time: the run waits for an answer, or reads it."""
    return time.monotonic()


def database(archive: Path) -> object:
    """Changes when the archive comes into being."""
    return (archive / "press.db").exists()


def transaction(archive: Path) -> object:
    """Changes when SQLite writes to its log: the batch's records are on the disc, its rows on their way."""
    log = archive / "press.db-wal"
    return log.exists() and (log.stat().st_size, log.stat().st_mtime_ns)


def record(archive: Path) -> object:
    """Changes when records, or pieces of one, go into a WARC file: no row speaks of them yet."""
    return sum(file.stat().st_size for file in archive.glob("warc/*/*.open"))


def names(archive: Path) -> object:
    """Changes when a WARC file is opened, and when it gets its name at the end of a run."""
    return sorted(archive.glob("warc/*/*"))


@dataclass(frozen=True)
class Kill:
    """Where a run is killed: between so many and so many requests into it, at the next change of what a sign shows."""

    clock: str
    requests: tuple[int, int]
    sign: Callable[[Path], object]


# There is more to do than all of these runs together can keep: a batch is up to 20 pages or 2 seconds.
FIRST_WALK = (
    Kill(MORNING, (0, 0), database),
    Kill(MORNING, (0, 0), transaction),
    Kill(MORNING, (24, 34), at_once),  # among 38 list pages, of which 20 are safe
    Kill(MORNING, (30, 45), transaction),
    Kill(EVENING, (10, 40), record),
    Kill(EVENING, (10, 50), at_once),
    Kill(EVENING, (5, 40), transaction),
    Kill(EVENING, (3, 3), names),
)
LATER = (
    Kill(NEXT_DAY, (5, 25), record),
    Kill(NEXT_DAY, (3, 8), transaction),
    Kill(NEXT_DAY, (5, 20), at_once),
    Kill(NEXT_DAY, (3, 3), names),
)


@dataclass
class Phase:
    """Runs over a site that does not change: how often each path was asked for, and how often that was in need.

    `lost` were asked for and in no synced batch when the run was killed; `taken_up` are list pages at which a walk
    that was cut short goes on, as the contract has it.
    """

    kills: int
    asked: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    taken_up: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Crashed:
    """An archive whose runs were killed and one whose were not; both saw the site before and after it changed."""

    press: Press
    undisturbed: Press
    phases: tuple[Phase, Phase]


def page(html: str) -> Answer:
    """An answer in one piece: of two, the second waits for an acknowledgement of the first (40 ms on Linux)."""
    body = html.encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"

    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(head.encode() + body)

    return write


def site(newest: int, edited: Sequence[int] = ()) -> dict[str, Answer]:
    """List pages and releases 0 to `newest`, the higher number the newer; those edited have a sentence more."""
    paths = {n: f"/2026/t{dt.date(2025, 3, 1) + dt.timedelta(n):%Y%m%d}_{n}.html" for n in range(newest, -1, -1)}
    answers = {"/robots.txt": page("User-agent: *\n")}
    for n, path in paths.items():
        more = "经复核，此数据已更正。" if n in edited else ""
        text = f"<p>第{n}号通报：全省公安机关当日检查各类场所{n + 100}处，均已当场督促整改。{more}</p>"
        answers[path] = page(
            f"<title>第{n}号：夏季巡查情况</title><div class='TRS_Editor'>{text}<p>请广大群众提高警惕。</p></div>"
        )
    rows = [
        f"<li><a href='{path}'>第{n}号：夏季巡查情况</a><span>{path[7:15]}</span></li>" for n, path in paths.items()
    ]
    total = -(-len(rows) // PER_PAGE)
    for number in range(total):
        pager = f"<script>createPageHTML({total}, {number}, 'index', 'html')</script>"
        shown = "".join(rows[number * PER_PAGE : (number + 1) * PER_PAGE])
        answers[f"/index_{number}.html" if number else "/"] = page(f"<ul>{shown}</ul>{pager}")
    return answers


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Crashed:
    folder = tmp_path_factory.mktemp("crashed")
    dice = random.Random(SEED)  # noqa: S311 - no secret
    answers = site(RELEASES - 1)
    with server(answers) as served:
        press = site_of(folder, served.home)
        undisturbed = Press(folder / "undisturbed", press.sites)
        # Of what is edited later both see the old text too. When the rest was first seen is no part of the comparison.
        assert undisturbed("crawl", "--max-pages", "2", POLICE_PRESS_NOW=MORNING).returncode == 0
        served.paths.clear()
        first_walk = Phase(len(FIRST_WALK))
        for kill in FIRST_WALK:
            run_and_kill(press, served, kill, dice, first_walk)
        answers |= site(RELEASES + PUBLISHED_LATER - 1, EDITED)
        later = Phase(len(LATER))
        for kill in LATER:
            run_and_kill(press, served, kill, dice, later)
        for one in (press, undisturbed):
            ended = one("crawl", POLICE_PRESS_NOW=NEXT_DAY)
            assert ended.returncode == 0, ended.stdout + ended.stderr
            if one is press:
                later.asked += Counter(path for path in served.paths if path != "/robots.txt")
    return Crashed(press, undisturbed, (first_walk, later))


def run_and_kill(press: Press, served: Served, kill: Kill, dice: random.Random, phase: Phase) -> None:
    """One `crawl` in a session of its own, killed with every process it has; books what it asked for, and lost."""
    last_run, taken_up = left_behind(press.archive)
    phase.taken_up += taken_up
    after, jitter = dice.randint(*kill.requests), dice.uniform(0, 0.003)
    said = press.sites.with_name("said")
    running = warm.start(["crawl"], press.environment(POLICE_PRESS_NOW=kill.clock), said)
    try:
        look_closely(lambda: len(served.paths) >= after, running)
        shown = kill.sign(press.archive)
        look_closely(lambda: kill.sign(press.archive) != shown, running)
        time.sleep(jitter)
    finally:
        with suppress(ProcessLookupError):  # it is over: said below
            os.killpg(running.pid, signal.SIGKILL)
        running.join(30)
    over = f"the crawl was over before it could be killed: {said.read_text('utf-8')}"
    assert running.exitcode == -signal.SIGKILL, over
    asked = Counter(path for path in served.paths if path != "/robots.txt")
    served.paths.clear()
    phase.asked += asked
    phase.lost += asked - committed(press.archive, last_run)


def look_closely(happens: Callable[[], bool], running: BaseProcess) -> None:
    """Return when it has happened, or the process is over: looks more often than a commit takes (2 to 20 ms)."""
    deadline = time.monotonic() + 60
    while not happens() and running.is_alive():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.0005)


def left_behind(archive: Path) -> tuple[int, Counter[str]]:
    """The last run on record, and the list pages at which walks that were cut short go on."""
    with database_copied(archive) as db:
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'walks'").fetchone():
            return 0, Counter()
        ((last_run,),) = db.execute("SELECT coalesce(max(id), 0) FROM runs")
        cut = db.execute("SELECT resume_at FROM walks WHERE ended IS NULL AND resume_at IS NOT NULL")
        return last_run, paths(cut)


def committed(archive: Path, last_run: int) -> Counter[str]:
    """Paths by their captures in synced batches of the runs after that one."""
    with database_copied(archive) as db:
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'captures'").fetchone():
            return Counter()
        return paths(db.execute("SELECT url FROM captures WHERE run_id > ?", (last_run,)))


@contextmanager
def database_copied(archive: Path) -> Iterator[sqlite3.Connection]:
    """A copy, to be asked: the next run is to find what the killed one left, not what a reader made of it."""
    with tempfile.TemporaryDirectory() as folder:
        for file in archive.glob("press.db*"):
            shutil.copy(file, folder)
        with closing(sqlite3.connect(Path(folder) / "press.db")) as db:
            yield db


def paths(rows: Iterable[tuple[str]]) -> Counter[str]:
    return Counter(urlsplit(url).path for (url,) in rows)


def test_every_release_is_there_once_as_in_an_archive_that_nobody_killed(crashed: Crashed) -> None:
    total = RELEASES + PUBLISHED_LATER
    assert crashed.press.rows("SELECT count(*), count(DISTINCT key) FROM press_releases") == [(total, total)]
    assert content(crashed.press) == content(crashed.undisturbed)
    for history in (EVENTS, VERSIONS):
        assert crashed.press.rows(history) == crashed.undisturbed.rows(history)
    assert crashed.press.rows("SELECT count(*) FROM events WHERE kind = 'edited'") == [(len(EDITED),)]


@pytest.mark.parametrize("which", [0, 1], ids=["first walk", "later"])
def test_no_page_is_fetched_more_often_than_once_and_the_times_it_was_in_flight(crashed: Crashed, which: int) -> None:
    phase = crashed.phases[which]
    allowed = phase.lost + phase.taken_up
    too_often = {path: n for path, n in phase.asked.items() if n > 1 + allowed[path] and path != "/"}
    assert too_often == {}
    assert phase.asked["/"] <= phase.kills + 1, "the first list page, once a run"
    assert phase.lost.total() >= phase.kills, "the kills hit pages that were not kept yet"
    assert which or phase.taken_up, "a kill cut the first walk short"


def test_every_record_is_whole_and_true_and_every_answer_has_its_row(crashed: Crashed) -> None:
    archive = crashed.press.archive
    assert not list(archive.rglob("*.open"))
    answers = set()
    for path in archive.glob("warc/*/*.warc.gz"):
        with path.open("rb") as file:
            assert max(end for _, end in whole_records(file)) == path.stat().st_size
            for kind, offset in true_records(file):
                if kind in ("response", "revisit"):
                    answers.add((f"test/{path.name}", offset))
    rows = crashed.press.rows("SELECT warc_file, warc_offset FROM captures")
    assert len(rows) == len(answers)
    assert set(rows) == answers


def true_records(file: BinaryIO) -> Iterator[tuple[str, int]]:
    """Kind and offset of every record, its digests found true: warcio checks none of a revisit's."""
    file.seek(0)
    for record in ArchiveIterator(file, check_digests=True):
        body = record.content_stream().read()
        assert record.digest_checker.problems == []
        assert record.rec_type == "revisit" or record.digest_checker.passed
        assert record.rec_type != "response" or record.rec_headers["WARC-Payload-Digest"] == digest(body)
    file.seek(0)
    records = ArchiveIterator(file, no_record_parse=True)
    for record in records:
        block = base64.b32encode(hashlib.sha1(record.raw_stream.read()).digest())  # noqa: S324 - WARC's usual one
        assert record.rec_headers["WARC-Block-Digest"] == f"sha1:{block.decode()}"
        yield record.rec_type, records.get_record_offset()


def test_every_run_that_was_killed_is_said_to_be_so(crashed: Crashed) -> None:
    runs = crashed.press.rows("SELECT outcome, finished IS NOT NULL FROM runs ORDER BY id")
    assert set(runs) == {("killed", 0), ("finished", 1)}, "those finished were killed while they gave a file its name"
    assert runs[-1] == ("finished", 1), "the last one, which nobody killed"


def test_verify_finds_an_archive_without_fault(crashed: Crashed) -> None:
    verified = crashed.press("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
