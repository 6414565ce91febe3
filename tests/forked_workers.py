"""Worker processes forked from one that has loaded what reading a page takes: the real thing, 0.4 s of CPU sooner.

What forks them is itself forked before the command does anything, so that they have none of its locks and threads.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Never, Self

from crawler.worker import work


class ForkedWorker:
    """What `crawler.worker` uses of a `subprocess.Popen`."""

    returncode: int

    def __init__(self, forker: socket.socket, pipe: int) -> None:
        theirs, self._stdin = os.pipe()  # it ends when this process does
        self._told, telling = Pipe(duplex=False)
        with telling:
            socket.send_fds(forker, [b"!"], [pipe, theirs, telling.fileno()])
        os.close(theirs)
        self._pid: int = self._told.recv()

    def kill(self) -> None:
        with suppress(ProcessLookupError):  # it has ended already
            os.kill(self._pid, signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._stdin)
        with self._told:
            self.returncode = self._told.recv()


def forking() -> Callable[[int], ForkedWorker]:
    """What stands for `crawler.worker.started` in this process; to be called while it has one thread."""
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ours.close()
        _fork_for_ever(theirs)
    theirs.close()
    return lambda pipe: ForkedWorker(ours, pipe)


def _fork_for_ever(asked: socket.socket) -> Never:
    """Fork a worker whenever one is asked for, and a process that waits for its end; until nobody can ask."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here waits for those who wait
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})  # as `crawler.worker` does
    while True:
        _, descriptors, _, _ = socket.recv_fds(asked, 1, 3)
        if not descriptors:
            os._exit(0)
        if os.fork() == 0:
            asked.close()
            _fork_one(*descriptors)
        for one in descriptors:
            os.close(one)


def _fork_one(pipe: int, stdin: int, telling: int) -> Never:
    """Be the worker, or who tells its process id and, once it has ended, its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid:
        os.close(pipe)
        os.close(stdin)
        with Connection(telling) as told:
            told.send(pid)
            told.send(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        os._exit(0)
    os.close(telling)
    os.dup2(stdin, 0)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - multiprocessing has put /dev/null in its place
    code = 1
    try:
        work(pipe)
        code = 0
    finally:
        os._exit(code)
