"""A captured article page, read in a worker process from its WARC record: its bytes need not travel there."""

from __future__ import annotations

import datetime as dt

from archive import bodies
from archive.bodies import Held
from archive.errors import ArchiveError
from archive.models import Article, Entry
from crawler.extract import extract
from crawler.site import Site


def read(
    held: Held, url: str, content_type: str | None, site: Site, captured: dt.datetime, entry: Entry | None
) -> Article | ArchiveError:
    """What `extract` makes of a capture; the error, not raised, where its record cannot be read.

    A job that raises takes its process with it, and of a WARC file that is lost every record would.
    """
    try:
        body = bodies.read(held)
    except ArchiveError as damage:
        return damage
    return extract(body, url, content_type, site, captured, entry)
