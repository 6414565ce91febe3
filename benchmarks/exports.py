#!/usr/bin/env python3
"""How long an export of 100,000 releases takes beside the sqlite3 shell over the same rows, and how much memory.

    python benchmarks/exports.py [--releases 100000] [--archive DIR] [--times 5]

The archive is invented (benchmarks/corpus.py), made once in some minutes and kept for the next run. Shell and
exports are whole processes that write the same columns in the same order to a file, one after another, in turn; the
shortest time of each counts. Exit code 1 if CSV takes more than 3 times, or Parquet more than twice, what the shell
does.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from corpus import fingerprint, make

from archive import Archive
from archive.exports.tables import RELEASES, table

POLICE_PRESS = Path(sys.executable).with_name("police-press")
SHELL = "sqlite3 -csv"
EXPORTS = {
    "export csv": ("csv",),
    "export csv --raw-cells": ("csv", "--raw-cells"),
    "export jsonl": ("jsonl",),
    "export parquet": ("parquet",),
}
LIMITS = {"export csv": 3.0, "export csv --raw-cells": 3.0, "export parquet": 2.0}


@dataclass(frozen=True)
class Taken:
    """What one process took: seconds on the clock and of the processor, and the peak of its memory in MiB."""

    seconds: float
    processor: float
    peak: float
    megabytes: float


def main() -> int:
    """Make what is missing, run everything in turn, and say what it took."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    options.add_argument("--releases", type=int, default=100_000)
    options.add_argument("--archive", type=Path, help="where the archive is, or will be made")
    options.add_argument("--times", type=int, default=5, help="how often each is run")
    chosen = options.parse_args()
    if not (sqlite3 := shutil.which("sqlite3")):
        raise SystemExit("needs the sqlite3 shell. On Debian and Ubuntu: apt-get install sqlite3")
    folder: Path = chosen.archive or Path(__file__).with_name("results") / f"search-{chosen.releases}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        print(f"making {folder} …", flush=True)
        make(folder, chosen.releases)
        Archive.open(folder, write=True).close()
    print(f"{folder.name}: {(folder / 'press.db').stat().st_size / 1e6:,.0f} MB, texts {fingerprint(folder)}")
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch, "out")
        commands: dict[str, Sequence[str | Path]] = {
            SHELL: (sqlite3, "-readonly", "-csv", "-header", folder / "press.db", same_rows(folder))
        }
        for name, words in EXPORTS.items():
            commands[name] = (POLICE_PRESS, "--archive", folder, "export", *words, "--out", out)
        runs: dict[str, list[Taken]] = {name: [] for name in commands}
        for _ in range(chosen.times):
            for name, command in commands.items():
                runs[name].append(run(command, out))
                out.unlink()
    return told(runs)


def same_rows(folder: Path) -> str:
    """The SELECT of what an export of all releases holds."""
    with Archive.open(folder) as archive:
        exported = table(archive.db.conn, RELEASES)
    names = ", ".join(column.name for column in exported.columns)
    return f"SELECT {names} FROM ({exported.rows}) ORDER BY {exported.order}"  # noqa: S608 - our own


def run(command: Sequence[str | Path], out: Path) -> Taken:
    """Run it to its end; the shell writes its standard output to `out`. Raises SystemExit where it fails."""
    is_shell = command[0] != POLICE_PRESS
    begun = time.perf_counter()
    with (out if is_shell else Path(os.devnull)).open("wb") as file:
        running = subprocess.Popen(command, stdout=file)  # noqa: S603 - our own
        peak = 0.0
        while True:
            # VmHWM begins anew with a program; the maximum that wait4 tells has that of the process that started it.
            with suppress(FileNotFoundError, ProcessLookupError):
                status = Path(f"/proc/{running.pid}/status").read_text(encoding="ascii", errors="replace")
                if found := re.search(r"VmHWM:\s+(\d+) kB", status):
                    peak = max(peak, int(found[1]) / 1024)
            pid, code, used = os.wait4(running.pid, os.WNOHANG)
            if pid:
                break
            time.sleep(0.02)
    seconds = time.perf_counter() - begun
    running.returncode = os.waitstatus_to_exitcode(code)
    if running.returncode:
        raise SystemExit(f"{command[0]} ended with {running.returncode}")
    return Taken(seconds, used.ru_utime + used.ru_stime, peak, out.stat().st_size / 1e6)


def told(runs: dict[str, list[Taken]]) -> int:
    """Print what was measured; 1 if a limit is passed. The ratio of CPU is steadier where a machine is shared."""
    shell = best(runs[SHELL])
    print(f"\n{'':24} {'MB':>6} {'seconds':>8} {'× shell':>8} {'limit':>6} {'CPU':>6} {'× shell':>8} {'MiB':>6}")
    passed = False
    for name, every in runs.items():
        taken, limit = best(every), LIMITS.get(name)
        ratio = taken.seconds / shell.seconds
        passed |= limit is not None and ratio > limit
        print(
            f"{name:24} {taken.megabytes:6.0f} {taken.seconds:8.2f} {ratio:8.2f} {limit or '–':>6}"
            f" {taken.processor:6.2f} {taken.processor / shell.processor:8.2f} {taken.peak:6.0f}"
        )
    return int(passed)


def best(every: Sequence[Taken]) -> Taken:
    """The shortest times, and the highest peak."""
    return Taken(
        min(taken.seconds for taken in every),
        min(taken.processor for taken in every),
        max(taken.peak for taken in every),
        every[0].megabytes,
    )


if __name__ == "__main__":
    sys.exit(main())
