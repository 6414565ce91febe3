"""What the tests of the crawler share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crawler.worker import Worker


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """A worker that reads pages, one for all tests of a module."""
    with Worker() as running:
        yield running
