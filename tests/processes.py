"""Processes as Linux counts them: which belong to one that runs, and the memory that they take together."""

from __future__ import annotations

import re
import subprocess
import time
from contextlib import suppress
from pathlib import Path


def children(pid: int) -> list[int]:
    """The processes that a process has started and that still are, whichever of its threads did."""
    found = []
    with suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


def peak_of_tree(running: subprocess.Popen[bytes], *, seconds: float) -> float:
    """The sum, in MiB, of the memory peaks of a process and all its descendants; returns when it has ended."""
    peaks: dict[int, int] = {}
    deadline = time.monotonic() + seconds
    while running.poll() is None:
        if time.monotonic() > deadline:
            running.kill()
            running.wait()
            raise AssertionError("the crawl did not end")
        tree = [running.pid]
        for pid in tree:
            with suppress(FileNotFoundError, ProcessLookupError):  # as above
                status = Path(f"/proc/{pid}/status").read_text()
                if found := re.search(r"VmHWM:\s+(\d+) kB", status):
                    peaks[pid] = max(int(found[1]), peaks.get(pid, 0))
            tree += children(pid)
        time.sleep(0.02)
    return sum(peaks.values()) / 1024
