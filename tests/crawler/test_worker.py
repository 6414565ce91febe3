"""What a job can do to its process, and what is left of it: one failed job, and nothing that outlives us."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.models import Article, Entry
from crawler import cms
from crawler.extract import extract
from crawler.site import ArticleLayout, Expect, Listing, Site
from crawler.worker import Worker, WorkFailedError
from tests.conftest import wait_until
from tests.crawler.worker_jobs import (
    announce_and_wait,
    die_after_answering,
    echo,
    hold_a_lock,
    kill_itself,
    raise_value_error,
    raise_what_does_not_unpickle,
    return_what_does_not_unpickle,
)

ROOT = Path(__file__).parents[2]
URL = "http://gaj.example.gov.cn/tfbg/202605/t20260504_1.html"
PAGE = """<html><head><title>三人涉嫌诈骗被刑事拘留</title></head><body><h1>三人涉嫌诈骗被刑事拘留</h1>
<p>发布时间：2026-05-04　来源：市公安局</p><div class="TRS_Editor"><p>5月3日，市公安局在车站抓获三名涉嫌诈骗的人员。</p>
<p>目前，案件正在进一步侦办中。</p></div></body></html>""".encode()
SITE = Site(
    slug="test",
    name="测试市公安局",
    english="Test",
    home="http://gaj.example.gov.cn/",
    evidence="invented",
    listings=(Listing("警情通报", "html", "http://gaj.example.gov.cn/tfbg/", {"entry": "li"}),),
    articles=(ArticleLayout("div.TRS_Editor"),),
    expect=Expect(fill_rate={"title": 1.0}),
)
ENTRY = Entry(URL, "三人涉嫌诈骗被刑事拘留", dt.date(2026, 5, 4))
CAPTURED = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
# Backtracks for longer than anybody waits, in C, without ever letting go of the interpreter.
HANG = (re.match, r"(a+)+$", "a" * 60 + "b")
MIB = 1024 * 1024
GIB = 1024 * MIB


def is_gone(pid: int) -> bool:
    """Whether a process has ended, be it that nobody has asked yet how."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.fixture
def worker() -> Iterator[Worker]:
    with Worker(seconds=30) as running:
        yield running


FAILURES: dict[str, tuple[Callable[..., object], tuple[object, ...], str]] = {
    "segmentation fault": (kill_itself, (signal.SIGSEGV,), r"its process died \(signal 11\)"),
    "killed": (kill_itself, (signal.SIGKILL,), r"its process died \(signal 9\)"),
    "exit": (os._exit, (3,), r"its process died \(exit code 3\)"),
    "exit as if all were well": (os._exit, (0,), r"its process died \(exit code 0\)"),
    "polite exit": (sys.exit, ("enough",), "SystemExit: enough"),
    "stack overflow": (re.compile, ("(" * 100_000,), "RecursionError: .*|error: .*"),
    "memory": (bytes, (2 * GIB,), "MemoryError"),
    "exception": (raise_value_error, (), "ValueError: no such page"),
    "exception that does not unpickle": (raise_what_does_not_unpickle, (), "WantsTwoError: two words"),
    "result that does not pickle": (hold_a_lock, (), "TypeError: cannot pickle .*"),
    "result that does not unpickle": (return_what_does_not_unpickle, (), "TypeError: .*missing 1 required.*"),
}


@pytest.mark.parametrize("kind", FAILURES)
def test_a_job_that_fails_says_why_and_the_next_one_is_done(worker: Worker, kind: str) -> None:
    function, arguments, reason = FAILURES[kind]
    failing, following = worker.submit(function, *arguments), worker.submit(echo, "next")
    with pytest.raises(WorkFailedError) as failure:
        failing.result(60)
    assert re.fullmatch(reason, str(failure.value)), failure.value
    assert following.result(60) == "next"


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        pytest.param(*HANG[:1], HANG[1:], id="in C"),
        pytest.param(time.sleep, (600,), id="asleep"),
        pytest.param(extract, (b"<p>" * (8 * MIB // 3), URL), id="a page of nothing but paragraphs"),
    ],
)
def test_a_job_that_takes_too_long_is_ended(function: Callable[..., object], arguments: tuple[object, ...]) -> None:
    with Worker(seconds=2) as worker:
        pid = worker.submit(os.getpid).result(60)
        failing, following = worker.submit(function, *arguments), worker.submit(os.getpid)
        with pytest.raises(WorkFailedError, match=r"^took longer than 2 s$"):
            failing.result(60)
        assert following.result(60) != pid
        assert is_gone(pid)


@pytest.mark.parametrize("workers", [1, 2])
def test_of_sixty_jobs_with_a_bad_one_the_others_are_done(workers: int) -> None:
    load = bytes(100_000)  # more than a pipe takes at once
    with Worker(workers, seconds=30) as worker:
        jobs = [worker.submit(echo, (number, load)) for number in range(20)]
        bad = worker.submit(kill_itself, signal.SIGSEGV)
        jobs += [worker.submit(echo, (number, load)) for number in range(20, 59)]
        assert [job.result(60) for job in jobs] == [(number, load) for number in range(59)]
        with pytest.raises(WorkFailedError):
            bad.result(60)


def test_a_process_that_dies_after_its_answer_costs_no_other_job(worker: Worker) -> None:
    jobs = [
        worker.submit(die_after_answering if number % 5 == 0 else echo, *([number] * bool(number % 5)))
        for number in range(20)
    ]
    for job in jobs[::5]:  # on a busy machine one may die before its answer is out
        assert job.exception(60) is None or isinstance(job.exception(), WorkFailedError)
    assert [job.result(60) for number, job in enumerate(jobs) if number % 5] == [n for n in range(20) if n % 5]


def test_a_process_killed_while_idle_costs_no_job(worker: Worker) -> None:
    pid = worker.submit(os.getpid).result(60)
    os.kill(pid, signal.SIGKILL)
    assert worker.submit(echo, 1).result(60) == 1


def test_pages_are_read_as_they_are_without_a_worker(worker: Worker) -> None:
    article = worker.submit(extract, PAGE, URL, "text/html; charset=utf-8", SITE, CAPTURED, entry=ENTRY).result(60)
    assert article == extract(PAGE, URL, "text/html; charset=utf-8", SITE, CAPTURED, ENTRY)
    assert isinstance(article, Article)
    assert "车站" in article.body
    listing = cms.Page(SITE.home, f'<ul><li><a href="{URL}">{ENTRY.title}</a> 2026-05-04</li></ul>', {"entry": "li"})
    listed = worker.submit(cms.parse, "html", listing).result(60)
    assert listed == cms.parse("html", listing)
    assert listed.entries == (ENTRY,)


def test_a_site_travels_whole(worker: Worker) -> None:
    assert worker.submit(echo, SITE).result(60) == SITE


def test_an_argument_that_cannot_travel_is_the_callers_fault(worker: Worker) -> None:
    with pytest.raises(TypeError, match="cannot pickle"):
        worker.submit(echo, threading.Lock())


def test_jobs_can_be_awaited() -> None:
    async def read() -> list[object]:
        with Worker(2, seconds=30) as worker:
            jobs = [asyncio.wrap_future(worker.submit(*job)) for job in ((echo, 1), (os._exit, 3), (echo, 2))]
            return list(await asyncio.gather(*jobs, return_exceptions=True))

    one, failure, two = asyncio.run(read())
    assert (one, two) == (1, 2)
    assert isinstance(failure, WorkFailedError)


def test_a_cancelled_job_that_waits_is_not_done(worker: Worker, tmp_path: Path) -> None:
    begun, go_on = tmp_path / "begun", tmp_path / "go on"
    first = worker.submit(announce_and_wait, str(begun), str(go_on))
    second, third = worker.submit((tmp_path / "second").touch), worker.submit(echo, 3)
    wait_until(begun.exists)
    assert second.cancel()
    go_on.touch()
    assert first.result(60)
    assert third.result(60) == 3
    assert not (tmp_path / "second").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_to_the_whole_group_do_not_end_a_job(worker: Worker, tmp_path: Path, number: signal.Signals) -> None:
    begun, go_on = tmp_path / "begun", tmp_path / "go on"
    pid = worker.submit(os.getpid).result(60)
    job = worker.submit(announce_and_wait, str(begun), str(go_on))
    wait_until(begun.exists)
    os.kill(pid, number)
    go_on.touch()
    assert job.result(60) == pid


def test_nothing_is_started_before_the_first_job() -> None:
    before = threading.active_count()
    with Worker(2):
        assert threading.active_count() == before


def test_close_ends_what_runs_and_fails_what_waits() -> None:
    worker = Worker(seconds=600)
    pid = worker.submit(os.getpid).result(60)
    jobs = [worker.submit(*HANG), worker.submit(echo, 1)]
    wait_until(jobs[0].running)
    worker.close()
    worker.close()
    for job in jobs:
        with pytest.raises(WorkFailedError, match="closed"):
            job.result(0)
    assert is_gone(pid)
    with pytest.raises(RuntimeError, match="closed"):
        worker.submit(echo, 1)


PARENT = """
import os, re, sys, time
from crawler.worker import Worker
worker = Worker(seconds=600)
print(worker.submit(os.getpid).result(60), flush=True)
if sys.argv[1] == "busy":
    job = worker.submit(re.match, "(a+)+$", "a" * 60 + "b")
    while not job.running():
        time.sleep(0.01)
    time.sleep(0.2)
print("ready", flush=True)
if sys.argv[2] == "waits":
    time.sleep(600)
"""


@pytest.mark.parametrize("how", ["busy", "idle"])
@pytest.mark.parametrize("end", ["waits", "ends"])
def test_no_process_outlives_the_one_that_started_it(how: str, end: str) -> None:
    command = [sys.executable, "-c", PARENT, how, end]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        assert parent.stderr
        pid = int(parent.stdout.readline())
        try:
            assert parent.stdout.readline() == "ready\n"
            if end == "waits":
                assert not is_gone(pid)
                parent.kill()
            assert parent.wait(30) == (-signal.SIGKILL if end == "waits" else 0)
            wait_until(lambda: is_gone(pid), seconds=10)
        finally:
            parent.kill()
            if not is_gone(pid):
                os.kill(pid, signal.SIGKILL)
        assert parent.stderr.read() == ""


BLOATED = {
    "divs in divs": "b'<div>' * 2_000 + page",
    "divs in divs without end": "b'<div>' * 100_000 + page",
    "a title of a megabyte": "b'<title>' + '通'.encode() * 2**20 + b'</title>' + page",
    "one line of 8 MiB": "page + b'<p>' + '通报。'.encode() * (8 * 2**20 // 9)",
    "elements without end": "b'<b>x</b>' * 2**20",
    "a bomb": "None",
}
EXPECTED = {
    "divs in divs without end": "UnreadablePageError: .*",
    "elements without end": r"took longer than 5 s|MemoryError.*",
    "a bomb": "MemoryError",
}
# Its own peak by the kernel's book of this program: `ru_maxrss` begins with the peak of whoever started it.
READER = """
import re, resource, sys
from crawler.extract import extract
from crawler.worker import Worker, WorkFailedError
page = sys.stdin.buffer.read()
with Worker(seconds={seconds}) as worker:
    job = worker.submit(extract, {page}, "{url}") if {page} else worker.submit(bytearray, 2**33)
    try:
        print(len(job.result(60).body))
    except WorkFailedError as problem:
        print(problem)
own = int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
print((own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) // 1024)
"""


@pytest.mark.parametrize("page", BLOATED)
def test_memory_of_all_processes_stays_bounded(page: str) -> None:
    program = READER.format(page=BLOATED[page], url=URL, seconds=5 if page == "elements without end" else 60)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, input=PAGE, capture_output=True, timeout=120, check=True
    )
    said, peak = done.stdout.decode().splitlines()
    assert re.fullmatch(EXPECTED.get(page, r"\d+"), said)
    assert int(peak) < 1200
