"""A command as a process of its own, and what it took: seconds, CPU seconds and memory, all its processes together."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Taken:
    """What one command took; start-up and every process that it waited for are in all three."""

    seconds: float  # on the clock
    processor: float  # user and system seconds
    peak: float  # MiB: the sum of each process's peak


def run(
    command: Sequence[str | Path], *, out: Path | None = None, environment: Mapping[str, str] | None = None
) -> Taken:
    """Run it to its end, its standard output into `out` or away; `environment` is added to ours.

    Where it fails, the end of what it said of errors goes to our standard error, and subprocess.CalledProcessError is
    raised.
    """
    with tempfile.TemporaryFile() as errors, Path(out or os.devnull).open("wb") as file:
        begun = time.perf_counter()
        running = subprocess.Popen(command, stdout=file, stderr=errors, env={**os.environ, **(environment or {})})  # noqa: S603 - our own commands, and peers installed to be measured
        peaks: dict[int, int] = {}
        ended = 0
        while not ended:
            _look(running.pid, peaks)
            time.sleep(0.02)
            ended, status, used = os.wait4(running.pid, os.WNOHANG)
        seconds = time.perf_counter() - begun
        running.returncode = os.waitstatus_to_exitcode(status)
        if running.returncode:
            errors.seek(0)
            sys.stderr.write(errors.read()[-2000:].decode(errors="replace"))
            raise subprocess.CalledProcessError(running.returncode, command)
    return Taken(seconds, used.ru_utime + used.ru_stime, sum(peaks.values()) / 1024)


def _look(pid: int, peaks: dict[int, int]) -> None:
    """The memory peaks so far, in KiB, of a process and its descendants.

    VmHWM begins anew with a program; the maximum that wait4 tells has that of the process that started it.
    """
    tree = [pid]
    for one in tree:
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            if found := re.search(rb"VmHWM:\s+(\d+) kB", Path(f"/proc/{one}/status").read_bytes()):
                peaks[one] = max(peaks.get(one, 0), int(found[1]))
            for task in Path(f"/proc/{one}/task").iterdir():
                tree += map(int, (task / "children").read_text("ascii").split())
