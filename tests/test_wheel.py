"""The package as others install it: everything it needs travels in the wheel."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_demo_runs_from_a_wheel_in_another_folder(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*build, "--wheel-dir", str(tmp_path), str(ROOT)], check=True, capture_output=True, timeout=120)
    (wheel,) = tmp_path.glob("police_press_archive-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "installed")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path / "installed")}

    def run(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command], cwd=elsewhere, env=environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    where = "import crawler, archive.web.serving as web; print(crawler.__file__, web.metadata_file())"
    assert run("-c", where).count(str(tmp_path / "installed")) == 2
    shown = run("-m", "crawler", "demo", "--no-serve")
    assert "66 rows written" in shown
    assert "qingling: finished: 47 listed, 46 fetched, 46 new" in shown
    assert "nfcms: finished: 11 listed, 8 fetched, 8 new" in shown
    assert "欣然 佳佳" in shown
    assert not list(elsewhere.iterdir()), "the demo left something behind"
    assert "beijing" in run("-c", "from crawler.site import load_sites; print(*load_sites())")
