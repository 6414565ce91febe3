"""What the tests of the crawler share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crawler.worker import Worker


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    """A worker that reads pages, one for all tests."""
    with Worker() as running:
        yield running
