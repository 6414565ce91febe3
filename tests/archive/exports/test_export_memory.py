from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from archive import Archive

ROWS = 300_000
MEGABYTES = 150
# The process says itself what it took: a started one's ru_maxrss begins with its parent's peak.
RUN = """
import sys
from pathlib import Path
from archive.cli import cli
try:
    cli(sys.argv[1:])
finally:
    print(Path("/proc/self/status").read_text())
"""
MANY = f"""
WITH RECURSIVE number(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM number WHERE n < {ROWS})
INSERT INTO press_releases (
    key, site, division, url, title, published, published_precision, published_day, year, published_from,
    content_source, body, body_kind, chars, first_seen, last_seen, version, text_digest, capture_id, extractor
) SELECT printf('%012d', n), r.site, r.division, 'https://press.example/' || n, r.title || n,
    strftime('%Y-%m-%dT%H:%M:%S+08:00', 1000000000 + n, 'unixepoch'), r.published_precision, r.published_day,
    r.year, r.published_from, r.content_source, r.body, r.body_kind, r.chars,
    r.first_seen, r.last_seen, 1, 'sha256:' || n, r.capture_id, r.extractor
FROM number CROSS JOIN press_releases AS r ON r.id = 1
"""  # noqa: S608 - ours


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, keep_release) -> Path:
    """The folder of an archive of 300,000 releases, none of them in the index of words."""
    folder = tmp_path_factory.mktemp("large") / "data"
    with Archive.open(folder, write=True) as archive:
        archive.store.declare_site(
            slug="beijing", name="北京市公安局", english="", kind="police", division="110000", home="", verified=None
        )
        keep_release(archive, "1.html")
        archive.db.conn.execute("DROP TRIGGER press_releases_indexed")
        for name in ("published", "site", "year", "same", "spread", "named", "reposts", "textless"):
            archive.db.conn.execute(f"DROP INDEX press_releases_{name}")
        archive.db.conn.execute(MANY)
        archive.db.conn.execute("CREATE INDEX press_releases_published ON press_releases(published, id DESC)")
    return folder


def start(archive: Path, *arguments: str | Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "POLICE_PRESS_ARCHIVE": str(archive)}
    command = [sys.executable, "-c", RUN, "export", *map(str, arguments)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def peak(running: subprocess.Popen[str], rows: int) -> float:
    """The most memory, in MB, that an export has taken when it is done."""
    said, problems = running.communicate(timeout=100)
    assert f"{rows} rows written" in said, problems
    [kilobytes] = re.findall(r"VmHWM:\s+(\d+) kB", said)
    return int(kilobytes) / 1000


def test_memory_does_not_grow_with_the_rows(large, tmp_path):
    csv = start(large, "csv", "--out", tmp_path / "a.csv")
    parquet = start(large, "parquet", "--out", tmp_path / "a.parquet", "--where", "id % 3 = 0")
    assert peak(csv, ROWS) < MEGABYTES
    assert peak(parquet, ROWS // 3) < MEGABYTES
