"""Processes of their own for work on strangers' pages, so that a page which hangs, crashes or bloats costs one job."""

from __future__ import annotations

import fcntl
import logging
import os
import pickle
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from queue import SimpleQueue
from types import TracebackType
from typing import Any, NamedTuple, ParamSpec, Self, TypeVar

T = TypeVar("T")
P = ParamSpec("P")

# Bytes of address space for one process. What extraction does in 10 s took 0.5 GiB at most (2 MiB of nothing but short
# paragraphs; a usual page takes 0.1); what took more, up to 2.1 GiB for 8 MiB of `<b>x</b>`, took 20 to 60 s as well.
MEMORY = 1024**3


class WorkFailedError(Exception):
    """A job brought no result; the text says why, in words."""


class _DiedError(WorkFailedError):
    """The process ended before it gave an answer."""


class _Job(NamedTuple):
    payload: bytes
    future: Future[Any]


class Worker:
    """Does jobs in processes of their own, `workers` at a time; each job gets `seconds` of wall time.

    Nothing is started before the first job. A job that takes longer, ends its process or raises fails alone, with
    WorkFailedError, and the next one gets a fresh process. Processes outlive neither `close` nor this process.
    This is no sandbox: a worker may do what we may, and its results are unpickled.
    """

    def __init__(self, workers: int = 1, seconds: float = 10.0) -> None:
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._processes = [_Process(seconds) for _ in range(workers)]
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def submit(self, function: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> Future[T]:
        """Have `function(*arguments, **keywords)` done; does not wait. The future raises WorkFailedError.

        Function, arguments and result travel by pickle, so the function is one of a module (not of `__main__`). Raises
        what pickle raises for what cannot travel, and RuntimeError after `close`. A job can be cancelled until it has
        begun; the future's callbacks run in a thread of this class.
        """
        job = _Job(pickle.dumps((function, arguments, keywords)), Future())
        with self._lock:
            if self._closed:
                raise RuntimeError("the worker is closed")
            if not self._threads:
                for process in self._processes:
                    thread = threading.Thread(target=self._serve, args=(process,), daemon=True)
                    self._threads.append(thread)
                    thread.start()
            self._jobs.put(job)
        return job.future

    def close(self) -> None:
        """Kill what runs; its jobs and those that wait raise WorkFailedError. Closing again does nothing."""
        with self._lock:
            self._closed = True
        for process in self._processes:
            process.close()
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def _serve(self, process: _Process) -> None:
        # Blocked in this thread, they are blocked in what it starts: ^C and `systemctl stop` reach all processes at
        # once, and the page being read then is to be read to its end. The main thread still gets its own.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        for job in iter(self._jobs.get, None):
            if job.future.set_running_or_notify_cancel():
                try:
                    answer = process.do(job.payload)
                except WorkFailedError as failure:
                    job.future.set_exception(failure)
                else:
                    job.future.set_result(answer)
        process.end()


class _Process:
    """One process at a time, started when it is needed; used by one thread, closed by any.

    A program of its own, not a fork: that would take along the archive's lock file and whatever locks other threads
    hold, and Python 3.12 warns of it.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None
        self._lock = threading.Lock()
        self._closed = False

    def do(self, payload: bytes) -> object:
        """Send a job and wait for its result; raises WorkFailedError."""
        used = self._child is not None
        try:
            return self._ask(payload)
        except _DiedError:
            if not used:
                raise
            return self._ask(payload)  # the job before may have left it dying: only a fresh process is evidence

    def close(self) -> None:
        """Kill the process and start no other."""
        with self._lock:
            self._closed = True
            if self._child:
                self._child.kill()

    def end(self) -> int | None:
        """Kill the process if it still runs. Its exit code as `subprocess` has it, None if there was no process."""
        pipe, self._pipe = self._pipe, None
        if pipe:
            pipe.close()
        with self._lock:
            child, self._child = self._child, None
        if child is None:
            return None
        with child:
            child.kill()
        return child.returncode

    def _ask(self, payload: bytes) -> object:
        try:
            pipe = self._pipe or self._start()
            pipe.send_bytes(payload)
            answer = pipe.recv_bytes() if pipe.poll(self._seconds) else None
        except (EOFError, OSError) as problem:
            raise self._death(problem) from problem
        if answer is None:
            self.end()
            raise WorkFailedError(f"took longer than {self._seconds:g} s")
        done, result = pickle.loads(answer)  # noqa: S301 -- what `_answer` wrote, and read back once already
        if not done:
            self.end()
            raise WorkFailedError(result)
        return result

    def _start(self) -> Connection:
        ours, theirs = Pipe()
        with theirs, self._lock:
            self._pipe = ours
            if self._closed:
                raise EOFError
            self._child = started(theirs.fileno())
        return ours

    def _death(self, problem: Exception) -> WorkFailedError:
        """What an end of the pipe, or of the attempt to start, was about."""
        code = self.end()
        if self._closed:
            return WorkFailedError("the worker was closed before it was done")
        if code is None:
            return WorkFailedError(f"its process could not be started: {problem}")
        return _DiedError(f"its process died ({f'signal {-code}' if code < 0 else f'exit code {code}'})")


def started(pipe: int) -> subprocess.Popen[bytes]:
    """A process that does the jobs which come from this end of a pipe, a descriptor; whoever has started it ends it."""
    program = f"import sys; sys.path[:] = {sys.path!r}; from crawler.worker import work; work({pipe})"
    command = [sys.executable, "-c", program]
    # Nothing is ever written to its standard input: that it ends says that this process has, see `work`.
    return subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=[pipe])  # noqa: S603 -- this Python, our program


def work(pipe: int) -> None:
    """The life of a worker process: jobs from the pipe with this descriptor, answers into it, one by one."""
    # Should the process that started us be killed with -9, its end of our standard input closes, and the kernel ends us
    # by SIGIO, whatever hangs here: a job in C code would let neither a thread nor a Python signal handler run.
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(sys.stdin, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(sys.stdin, fcntl.F_SETFL, fcntl.fcntl(sys.stdin, fcntl.F_GETFL) | os.O_ASYNC)
    for limit, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(limit)[1]
        resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    logging.getLogger().addHandler(logging.NullHandler())  # what a library says of a page is not for the terminal
    with Connection(pipe) as jobs, suppress(EOFError):
        while True:
            payload = jobs.recv_bytes()
            try:
                answer = _answer(payload)
            except BaseException as error:
                jobs.send_bytes(pickle.dumps((False, f"{type(error).__name__}: {error}".removesuffix(": "))))
                raise SystemExit(1) from error  # after a MemoryError, say, the next page deserves a fresh process
            jobs.send_bytes(answer)


def _answer(payload: bytes) -> bytes:
    function, arguments, keywords = pickle.loads(payload)  # noqa: S301 -- what `submit` wrote
    answer = pickle.dumps((True, function(*arguments, **keywords)))
    pickle.loads(answer)  # noqa: S301 -- our own; what cannot be read back is to fail here, not in the main process
    return answer
