"""What an entry's address adds to its weight, in families whose article addresses have a shape of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urljoin

from crawler.cms.base import Page, Row, by_day


def by_address(page: Page, article: re.Pattern[str]) -> Callable[[Row], float]:
    """A rule for `entries_of_heaviest_run`: an address in which `article` is found counts like a day shown.

    Twice as much beneath the list's own folder, so that the list outweighs teasers of other columns beside it.
    """
    folder = urljoin(page.url, ".")

    def weigh(row: Row) -> float:
        weight = by_day(row)
        if article.search(row.url):
            weight += 4.0 if row.url.startswith(folder) else 2.0
        return weight

    return weigh
