"""The extractor's name, which changes whenever the same bytes could give another text; and the layout it goes by."""

from __future__ import annotations

import datetime as dt
import hashlib
from importlib.metadata import version

from crawler.extract.dates import SHANGHAI
from crawler.site import ArticleLayout, Site

EXTRACTOR = f"3+trafilatura-{version('trafilatura')}"


def extractor_of(site: Site, captured: dt.datetime) -> str:
    """The name of the extractor that reads a capture of that day today."""
    return name_of(layout_of(site, captured))


def layout_of(site: Site | None, captured: dt.datetime | None) -> ArticleLayout | None:
    """The layout in force on that day in Shanghai, if the site has one."""
    if site is None:
        return None
    return site.layout(captured.astimezone(SHANGHAI).date() if captured else None)


def name_of(layout: ArticleLayout | None) -> str:
    """With a layout in force its digest belongs to the extractor's name: editing the site file can change the text."""
    if layout is None:
        return EXTRACTOR
    return f"{EXTRACTOR}+layout-{hashlib.sha256(repr(layout).encode()).hexdigest()[:8]}"
