"""A sample site of one list whose pages all stand written out, each under an address of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crawler.demo.answers import text
from crawler.demo.articles import articles
from crawler.demo.invented import Release
from crawler.demo.sample_site import SampleSite


def of_one_list(
    pages: Mapping[str, str],
    releases: Sequence[Release],
    *,
    slug: str,
    name: str,
    english: str,
    cms: str,
    column: str,
    template: str,
    stated_total: int | None = None,
    selectors: Mapping[str, str] | None = None,
) -> SampleSite:
    """The site. `pages` are its list pages by their paths, the first one first; `template` is that of its articles."""
    return SampleSite(
        slug=slug,
        name=name,
        english=english,
        cms=cms,
        listings={column: next(iter(pages))},
        answers={**{path: text(page) for path, page in pages.items()}, **articles(template, releases)},
        releases=tuple(releases),
        stated_total=stated_total,
        selectors=selectors or {},
    )
