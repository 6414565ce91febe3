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
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from corpus import fingerprint, make
from processes import Taken, run
from table import Missing, Row, Wanted

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
NO_SHELL = "needs the sqlite3 shell"
LIMITS = {"export csv": 3.0, "export csv --raw-cells": 3.0, "export parquet": 2.0}


def main() -> int:
    """Make what is missing, run everything in turn, and say what it took."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    options.add_argument("--releases", type=int, default=100_000)
    options.add_argument("--archive", type=Path, help="where the archive is, or will be made")
    options.add_argument("--times", type=int, default=5, help="how often each is run")
    chosen = options.parse_args()
    if not (sqlite3 := shutil.which("sqlite3")):
        raise SystemExit(f"{NO_SHELL}. On Debian and Ubuntu: apt-get install sqlite3")
    folder: Path = chosen.archive or made(chosen.releases)
    print(f"{folder.name}: {(folder / 'press.db').stat().st_size / 1e6:,.0f} MB, texts {fingerprint(folder)}")
    return told(*exported(folder, sqlite3, chosen.times))


def measured(quick: bool) -> Iterator[Row | Missing]:
    """CSV and Parquet beside the shell."""
    releases, times = (2_000, 1) if quick else (100_000, 5)
    if not (sqlite3 := shutil.which("sqlite3")):
        yield Missing(f"exports of {releases:,} releases", "the sqlite3 shell", NO_SHELL)
        return
    runs, _ = exported(made(releases), sqlite3, times)
    for name, limit in LIMITS.items():
        ours, theirs = (min(one.seconds for one in runs[which]) for which in (name, SHELL))
        raw = {"ours": [one.seconds for one in runs[name]], SHELL: [one.seconds for one in runs[SHELL]]}
        what = f"{name}, {releases:,} releases"
        yield Row(what, "the sqlite3 shell, same rows as CSV", "s", ours, theirs, Wanted("ratio", most=limit), raw)


def made(releases: int) -> Path:
    """An archive of so many invented releases, made where it is missing."""
    folder = Path(__file__).with_name("results") / f"search-{releases}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        print(f"making {folder.name} …", file=sys.stderr, flush=True)
        make(folder, releases)
    Archive.open(folder, write=True).close()  # brings the schema of one made before forward
    return folder


def exported(folder: Path, sqlite3: str, times: int) -> tuple[dict[str, list[Taken]], dict[str, float]]:
    """What the shell and each export took, in turn, and the MB that they wrote."""
    runs: dict[str, list[Taken]] = {name: [] for name in (SHELL, *EXPORTS)}
    megabytes: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch, "out")
        shell = (sqlite3, "-readonly", "-csv", "-header", folder / "press.db", same_rows(folder))
        for _ in range(times):
            for name in runs:
                words = EXPORTS.get(name)
                if words:
                    taken = run((POLICE_PRESS, "--archive", folder, "export", *words, "--out", out))
                else:
                    taken = run(shell, out=out)
                runs[name].append(taken)
                megabytes[name] = out.stat().st_size / 1e6
                out.unlink()
    return runs, megabytes


def same_rows(folder: Path) -> str:
    """The SELECT of what an export of all releases holds."""
    with Archive.open(folder) as archive:
        exported = table(archive.db.conn, RELEASES)
    names = ", ".join(column.name for column in exported.columns)
    return f"SELECT {names} FROM ({exported.rows}) ORDER BY {exported.order}"  # noqa: S608 - our own


def told(runs: dict[str, list[Taken]], megabytes: dict[str, float]) -> int:
    """Print what was measured; 1 if a limit is passed. The ratio of CPU is steadier where a machine is shared."""
    shell = best(runs[SHELL])
    print(f"\n{'':24} {'MB':>6} {'seconds':>8} {'× shell':>8} {'limit':>6} {'CPU':>6} {'× shell':>8} {'MiB':>6}")
    passed = False
    for name, every in runs.items():
        taken, limit = best(every), LIMITS.get(name)
        ratio = taken.seconds / shell.seconds
        passed |= limit is not None and ratio > limit
        print(
            f"{name:24} {megabytes[name]:6.0f} {taken.seconds:8.2f} {ratio:8.2f} {limit or '–':>6}"
            f" {taken.processor:6.2f} {taken.processor / shell.processor:8.2f} {taken.peak:6.0f}"
        )
    return int(passed)


def best(every: Sequence[Taken]) -> Taken:
    """The shortest times, and the highest peak."""
    return Taken(
        min(taken.seconds for taken in every),
        min(taken.processor for taken in every),
        max(taken.peak for taken in every),
    )


if __name__ == "__main__":
    sys.exit(main())
