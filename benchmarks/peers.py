"""The peers: where their environment is, what is in it, and what extraction costs and gets right beside theirs."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from processes import run
from table import NO_PAGES, Missing, Row, Wanted

ROOT = Path(__file__).parent.parent
PYTHON = ROOT / ".venv-peers" / "bin" / "python"
ABSENT = "no .venv-peers, which `make bench` makes"
NAMES = ("trafilatura", "readability", "gne", "newspaper4k")
FAST = {"trafilatura": 5.0}  # times as fast as this one; as fast as any other


def versions() -> dict[str, str]:
    """The exact versions that benchmarks/requirements.txt asks for."""
    text = (ROOT / "benchmarks" / "requirements.txt").read_text("utf-8")
    return dict(re.findall(r"(?m)^([\w-]+)(?:\[\w+\])?==(\S+)", text))


def extraction(folder: Path) -> Iterator[Row | Missing]:
    """Speed and F1 on the whole pages of this folder, by benchmarks/extraction.py in the peers' environment."""
    what = "extraction of whole pages, pages a CPU second"
    beside = ", ".join(NAMES)
    if not PYTHON.exists():
        yield Missing(what, beside, ABSENT)
        return
    if not folder.exists():
        yield Missing(what, beside, NO_PAGES)
        return
    with tempfile.TemporaryDirectory() as scratch:
        said = Path(scratch, "figures.json")
        command: list[str | Path] = [PYTHON, ROOT / "benchmarks" / "extraction.py", folder, "--json", said]
        try:
            run(command, environment={"PYTHONPATH": str(ROOT)})
        except subprocess.CalledProcessError as problem:
            yield Missing(what, beside, f"benchmarks/extraction.py ended with exit code {problem.returncode}")
            return
        figures: dict[str, dict[str, Any]] = json.loads(said.read_text("utf-8"))["whole pages"]
    ours = figures["project"]
    for name in NAMES:
        if name not in figures:
            yield Missing(what, name, "it could not be imported")
            continue
        theirs = figures[name]
        raw = {f"{who}, ms of a page": [one["median"], one["mean"]] for who, one in (("ours", ours), (name, theirs))}
        raw |= {f"{who}, F1": [one["f1"]] for who, one in (("ours", ours), (name, theirs))}
        wanted = Wanted("ratio", least=FAST.get(name, 1.0))
        yield Row(what, name, "pages/s", 1000 / ours["median"], 1000 / theirs["median"], wanted, raw)
        yield Row("extraction of whole pages, F1", name, "", ours["f1"], theirs["f1"], Wanted("ratio", least=1.0))
