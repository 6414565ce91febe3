"""What tests of the whole share: the sample province on loopback, and the real command against it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from archive import Archive
from crawler.demo.releases import load_releases
from crawler.demo.server import SampleProvince
from tests import warm

# How long an example takes is the machine's affair. CI looks at the same examples every time, a person at new ones.
settings.register_profile("person", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "person")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One test process more than there are cores: a crawl under test waits now and then."""
    return 1 + (os.cpu_count() or 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Wholes before parts: what takes longest comes first, and no process is left alone with it at the end."""
    items.sort(key=lambda item: len(item.path.parts))


@dataclass(frozen=True)
class Press:
    """The command `police-press` in a process of its own, on one archive folder and one folder of site files.

    A subclass whose `command` is another one is run as that, from a cold start.
    """

    archive: Path
    sites: Path

    def __call__(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        if type(self).command is Press.command:
            return warm.run(arguments, self.environment(**environment), seconds=120)
        return subprocess.run(
            self.command(*arguments), env=self.environment(**environment), capture_output=True, text=True, timeout=120
        )

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """The same, running."""
        return subprocess.Popen(
            self.command(*arguments),
            env=self.environment(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "crawler", *arguments]

    def environment(self, **more: str) -> dict[str, str]:
        ours = {"POLICE_PRESS_ARCHIVE": str(self.archive), "POLICE_PRESS_SITES": str(self.sites)}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("POLICE_PRESS_")}
        return {**inherited, "PYTHONWARNINGS": "error::ResourceWarning", **ours, **more}

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """What a query gives on the archive as it stands."""
        with Archive.open(self.archive) as archive:
            return archive.db.conn.execute(sql, values).fetchall()


ALL = len(load_releases()) + 3


def wait_until(happens: Callable[[], bool], *, seconds: float = 30) -> None:
    """Return when it has happened; raises AssertionError if it does not."""
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def asked(province: SampleProvince, site: str | None = None) -> list[str]:
    """The paths asked for, in order, robots.txt aside."""
    return [one.path for one in province.requests if one.path != "/robots.txt" and site in (None, one.site)]


def content(press: Press) -> list[tuple[object, ...]]:
    """The archive by key; ids, runs and times aside."""
    releases = press.rows(
        "SELECT key, site, url, listing_column, title, published, content_source, issuer, editor, body, body_kind,"
        " is_repost, repost_of, version, text_digest FROM press_releases ORDER BY key"
    )
    columns = press.rows(
        "SELECT key, c.listing_column, c.url FROM release_columns AS c JOIN press_releases AS r ON r.id = c.release_id"
        " ORDER BY 1, 2, 3"
    )
    return [*releases, *columns]


@pytest.fixture
def province() -> Iterator[SampleProvince]:
    with SampleProvince() as running:
        yield running


@pytest.fixture
def press(tmp_path: Path, province: SampleProvince) -> Press:
    """The command with the sample province's site files and an archive that is not there yet."""
    province.write_sites(tmp_path / "sites")
    return Press(tmp_path / "data", tmp_path / "sites")
