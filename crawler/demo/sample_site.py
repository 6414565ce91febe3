"""What a sample site is: its name, its lists, what it answers, what a crawl of it has to find, and its site file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from crawler.demo.answers import Answer
from crawler.demo.invented import Release

Asked = Callable[[str], Answer]
"""An answer that depends on what was asked: given the query or, of a POST, the form."""

Answers = dict[str, Answer | Asked]
"""Answers by address: a path, which holds for every query, or a path with its query, which comes before it.

An address that is asked for by POST is written as `crawler.cms.forms` writes it.
"""


@dataclass(frozen=True)
class SampleSite:
    """One site of the sample province. `listings` maps a column's name to the address of its first page.

    `releases` are what its lists show, newest first, each once; `stated_total` what its lists say there are, together.
    """

    slug: str
    name: str
    english: str
    cms: str
    listings: Mapping[str, str]
    answers: Answers
    releases: tuple[Release, ...] = ()
    stated_total: int | None = None
    kind: str = "police"
    selectors: Mapping[str, str] = field(default_factory=dict)

    def declaration(self, root: str, cms: str | None = None) -> str:
        """The text of its site file, where the site answers at `root`; all lists of another family, if one is given."""
        family = cms or self.cms
        selectors = "".join(f'{name} = "{css}"\n' for name, css in self.selectors.items() if family == "html")
        listings = "".join(
            f'\n[[listing]]\ncolumn = "{column}"\ncms = "{family}"\nurl = "{root}{address}"\n{selectors}'
            for column, address in self.listings.items()
        )
        return (
            f'name = "{self.name}"\nenglish = "{self.english} (sample)"\nkind = "{self.kind}"\nhome = "{root}/"\n'
            f'evidence = "sample province, invented for this project"\n{listings}\n[fetch]\ndelay = 0\n'
        )
