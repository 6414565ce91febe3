"""A page around which everything changes at every visit is the same release, visit after visit."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import cluttered_pages
import pytest

from archive import Archive
from archive.models import Answer, Entry
from crawler.extract import extract
from crawler.site import Listing, Site

URL = "https://gat.qingling.example/jwdt/202607/t20260709_1234567.html"
HOME = "https://gat.qingling.example/"
SITE = Site("qingling", "青岭省公安厅", "Qingling", HOME, "invented for a test", (Listing("警务动态", "trs", HOME),))
ENTRY = Entry(URL, cluttered_pages.TITLE, cluttered_pages.PUBLISHED.date())
VISITS = 100


@pytest.mark.parametrize("make", cluttered_pages.MAKES)
def test_a_hundred_visits_to_a_page_whose_clutter_changes_give_no_event(tmp_path: Path, make: str) -> None:
    payloads = set()
    with Archive.open(tmp_path, write=True) as archive:
        archive.store.declare_site(
            slug=SITE.slug,
            name=SITE.name,
            english=SITE.english,
            kind=SITE.kind,
            division=SITE.division,
            home=SITE.home,
            verified=None,
            evidence=SITE.evidence,
        )
        for visit in range(VISITS):
            at = cluttered_pages.PUBLISHED + dt.timedelta(days=visit + 1)
            payload = cluttered_pages.page(make, visit)
            payloads.add(payload)
            answer = Answer(SITE.slug, None, URL, at, 200, (("Content-Type", "text/html"),), payload, "ok")
            with archive.page_kept():
                article = extract(payload, URL, "text/html", SITE, at, ENTRY)
                kept = archive.store.keep(URL, article, archive.captures.keep(answer))
            assert kept.change == ("same" if visit else "new"), article.body
        rows = archive.db.conn.execute("SELECT title, body, published, content_source, version FROM press_releases")
        body = "\n".join(cluttered_pages.PARAGRAPHS)
        published = cluttered_pages.PUBLISHED.isoformat(timespec="minutes")
        assert rows.fetchall() == [(cluttered_pages.TITLE, body, published, "青岭省公安厅", 1)]
        assert archive.db.conn.execute("SELECT kind FROM events").fetchall() == [("first_seen",)]
    assert len(payloads) == VISITS
