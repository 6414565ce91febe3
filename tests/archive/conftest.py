from __future__ import annotations

import datetime as dt
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sample_release import ARTICLE, SEEN, declare_site

from archive import Archive
from archive.models import Answer, Attachment
from tests import warm

CHINA = dt.timezone(dt.timedelta(hours=8))
LONG_BODY = "\n".join(f"第{number}段：赛道沿线设置岗位六十一处，确保赛事安全有序。" for number in range(1, 9))

Keep = Callable[..., str]
Serve = Callable[..., AbstractContextManager[str]]


def _keep(archive: Archive, path: str, site: str = "beijing", **fields: Any) -> str:
    url = f"https://press.example/{path}"
    html = f"<html><body>{path}</body></html>".encode()
    answer = Answer(site, None, url, SEEN, 200, (("Content-Type", "text/html"),), html, "ok")
    archive.store.keep(url, replace(ARTICLE, **fields), archive.captures.keep(answer))
    return url


def _declare_sites(archive: Archive) -> None:
    for slug, name, division in (("beijing", "北京市公安局", "110000"), ("gansu", "甘肃省公安厅", "620000")):
        declare_site(archive.store, slug, name, division)


@pytest.fixture(scope="session")
def keep_release() -> Keep:
    """Keep a captured page and what was read on it: archive, path, site, fields of Article that differ; the address."""
    return _keep


@pytest.fixture
def empty_archive(tmp_path: Path) -> Path:
    """The folder of an archive that knows two sites and no release."""
    with Archive.open(tmp_path / "data", write=True) as archive:
        _declare_sites(archive)
    return tmp_path / "data"


@pytest.fixture(scope="session")
def small_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an archive with five releases of two sites, to be read only.

    One is hostile to a reader, one an image without title and date.
    """
    folder = tmp_path_factory.mktemp("small") / "data"
    with Archive.open(folder, write=True) as archive:
        _declare_sites(archive)
        _keep(archive, "a/1.html")
        marathon = {"title": "马拉松安保工作圆满完成", "published": dt.date(2025, 6, 11), "body": LONG_BODY}
        _keep(archive, "a/2.html", published_precision="day", **marathon)
        notice = {"published": dt.date(2024, 12, 1), "published_precision": "month"}
        _keep(archive, "b/3.html", "gansu", body='他说："不要点击陌生链接"，\n\n再说一遍。', **notice)
        undated = {"title": None, "published": None, "published_precision": None, "origins": {}, "conflicts": ()}
        poster = (Attachment("image", "https://press.example/b/poster.png", caption="情况通报"),)
        _keep(archive, "b/4.html", "gansu", body="", body_kind="image", attachments=poster, **undated)
        hostile = {
            "title": "=HYPERLINK(<img src=x onerror=alert(1)>)",
            "content_source": "</p><script>alert(2)</script>",
            "editor": "javascript:alert(3)",
            "body": "<script>alert(4)</script>\n<b onclick=alert(5)>粗</b>",
            "attachments": (Attachment("file", "javascript:alert(6)"),),
        }
        _keep(archive, "b/5.html?<script>", "gansu", published=dt.datetime(2023, 6, 1, 8, tzinfo=CHINA), **hostile)
    return folder


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Serve:
    """Run a command that serves on a port of its own choice, for as long as the context lasts; the address.

    Datasette is forked from a process that has loaded it, unless it is to be `cold`.
    """

    @contextmanager
    def serving(*command: str | Path, cwd: Path | None = None, cold: bool = False) -> Iterator[str]:
        log = tmp_path_factory.mktemp("server") / "log"
        log.touch()
        program, *arguments = map(str, command)
        start = _cold if cold or Path(program).name != "datasette" else _forked
        with start([program, *arguments], log, cwd or Path.cwd()) as is_running:
            yield _address(is_running, log)

    return serving


@contextmanager
def _cold(command: Sequence[str], log: Path, folder: Path) -> Iterator[Callable[[], bool]]:
    with log.open("wb") as file, subprocess.Popen(command, stdout=file, stderr=file, cwd=folder) as process:
        try:
            yield lambda: process.poll() is None
        finally:
            process.terminate()


@contextmanager
def _forked(command: Sequence[str], log: Path, folder: Path) -> Iterator[Callable[[], bool]]:
    process = warm.datasette(command[1:], log, folder)
    try:
        yield process.is_alive
    finally:
        process.terminate()
        process.join()


def _address(is_running: Callable[[], bool], log: Path) -> str:
    deadline = time.monotonic() + 60
    while is_running() and time.monotonic() < deadline:
        if said := re.search(r"running on (http://127\.0\.0\.1:[1-9]\d*)", log.read_text(encoding="utf-8")):
            return said[1]
        time.sleep(0.02)
    raise AssertionError(f"no server came up: {log.read_text(encoding='utf-8')}")
