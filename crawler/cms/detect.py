"""Which CMS family made a list page, by the marks it leaves."""

from __future__ import annotations

import re

from crawler.cms.base import Page, entries_of_heaviest_run

# In order; the first mark found wins. A quoted first argument is UCAP's function of the same name.
_SCRIPT_MARKS = (
    ("trs", re.compile(r"\bcreatePageHTML\s*\(\s*\d+\s*,")),
    ("trs", re.compile(r"\bcountPage\s*=\s*\d+")),
)
_ADDRESS_MARKS = (("trs", re.compile(r"/t(?:19|20)\d{6}_\d+\.s?html?$")),)


def detect(page: Page) -> tuple[str, str] | None:
    """The family and the mark that gave it away, in the page's own words; None where no mark is known.

    An address is a mark only where most entries of the list share its shape: other sites link to such pages too.
    """
    for script in page.tree.iter("script"):
        code = "".join(script.itertext())
        for family, mark in _SCRIPT_MARKS:
            if found := mark.search(code):
                return family, found[0]
    entries = entries_of_heaviest_run(page)
    for family, mark in _ADDRESS_MARKS:
        alike = [found[0] for entry in entries if (found := mark.search(entry.url))]
        if len(alike) * 2 > len(entries):
            return family, alike[0]
    return None
