"""Captured pages, read where their records stand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from archive.bodies import Held
from archive.errors import ArchiveError
from crawler.captured import read
from crawler.site import Site


def test_a_lost_file_is_an_answer_and_no_end_of_the_process(tmp_path: Path) -> None:
    site = Site("x", "某市公安局", "X", "https://gaj.example.gov.cn/", "a test", ())
    held = Held(7, tmp_path, "x/x-20260302-00000.warc.gz", 0, 10, "sha256:0")
    found = read(held, "https://gaj.example.gov.cn/1.html", "text/html", site, dt.datetime.now(dt.UTC), None)
    assert isinstance(found, ArchiveError)
    assert "x-20260302-00000.warc.gz: capture 7 cannot be read" in str(found)
