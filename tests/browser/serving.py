"""An archive served by the real command, on a port of its own choice, at the end of the week it was crawled in."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser.living_archive import END


@contextmanager
def served(archive: Path, log: Path) -> Iterator[str]:
    """Serve this archive folder for as long as the context lasts; its address. What the server says goes to `log`."""
    command = [sys.executable, "-m", "crawler", "--archive", archive, "serve", "--port", "0"]
    environment = {**os.environ, "POLICE_PRESS_NOW": END.isoformat()}
    with log.open("wb") as file, subprocess.Popen(command, stdout=file, stderr=file, env=environment) as process:
        try:
            yield _address(process, log)
        finally:
            process.terminate()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if said := re.search(r"running on (http://127\.0\.0\.1:[1-9]\d*)", log.read_text("utf-8")):
            return said[1]
        time.sleep(0.05)
    raise AssertionError(f"no server came up: {log.read_text('utf-8')}")
