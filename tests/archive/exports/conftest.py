from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

READERS = Path(__file__).parents[3] / ".venv-readers" / "bin" / "python"

Reader = Callable[..., str]


@pytest.fixture(scope="session")
def reader() -> Reader:
    """Run the Python in which pandas, DuckDB, frictionless and pywb are installed (`make readers`); what it prints."""
    if not READERS.exists():
        if os.environ.get("CI"):
            pytest.fail("the programs that read exports are missing: make readers")
        pytest.skip("needs the programs that read exports: make readers")

    def run(*arguments: str | Path) -> str:
        done = subprocess.run([READERS, *arguments], capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
