"""What two archives hold: which sites belong together, and what either has of them that the other lacks.

The unit of a merge is a group of sites. Sites are of one group where a row of one refers to a row of another, or both
archives have the same page under another site: then only one archive that has all of them can say what is whose.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from archive.folder import Archive
from archive.merging import OF_SITES

Side = Literal["main", "theirs"]

# Sites of one archive that refer to one another. A release's capture is that of its last version.
_REFERENCES = """
SELECT c.site, p.site FROM {0}.captures AS c JOIN {0}.pages AS p ON p.id = c.page_id WHERE c.site <> p.site
UNION SELECT c.site, h.site FROM {0}.captures AS c JOIN {0}.captures AS h ON h.id = c.refers_to WHERE c.site <> h.site
UNION SELECT c.site, r.site FROM {0}.captures AS c JOIN {0}.runs AS r ON r.id = c.run_id WHERE c.site <> r.site
UNION SELECT l.site, p.site FROM {0}.entries AS e JOIN {0}.listings AS l ON l.id = e.listing_id
    JOIN {0}.pages AS p ON p.id = e.page_id WHERE l.site <> p.site
UNION SELECT a.site, p.site FROM {0}.absences AS a JOIN {0}.pages AS p ON p.id = a.page_id WHERE a.site <> p.site
UNION SELECT r.site, p.site FROM {0}.press_releases AS r JOIN {0}.pages AS p ON p.kind = 'article' AND p.key = r.key
    WHERE r.site <> p.site
UNION SELECT r.site, c.site FROM (
    SELECT id AS release_id, capture_id FROM {0}.press_releases UNION SELECT release_id, capture_id FROM {0}.versions
    UNION SELECT release_id, capture_id FROM {0}.events UNION SELECT release_id, capture_id FROM {0}.attachments
) AS x JOIN {0}.press_releases AS r ON r.id = x.release_id JOIN {0}.captures AS c ON c.id = x.capture_id
    WHERE r.site <> c.site
"""
# Sites that have the same page in both archives, or a picture that one of them has fetched and the other shows.
_SHARED = """
SELECT o.site, t.site FROM main.pages AS o JOIN theirs.pages AS t USING (kind, key) WHERE o.site <> t.site
UNION SELECT o.site, t.site FROM main.press_releases AS o JOIN theirs.press_releases AS t USING (key)
    WHERE o.site <> t.site
UNION SELECT ro.site, rt.site FROM main.attachments AS o JOIN theirs.attachments AS t USING (url)
    JOIN main.press_releases AS ro ON ro.id = o.release_id JOIN theirs.press_releases AS rt ON rt.id = t.release_id
    WHERE ro.site <> rt.site AND coalesce(o.capture_id, t.capture_id) IS NOT NULL
"""
# What an archive says that it has, in words that a rebuild does not change: today's extraction may find other outcomes,
# a removal hides addresses, and of a run that was killed before its first answer no WARC file tells.
_HELD = f"""
SELECT slug, '', '', '' FROM {{0}}.sites WHERE slug IN (SELECT value FROM json_each(:sites))
UNION ALL SELECT site, kind, started, '' FROM {{0}}.runs WHERE {OF_SITES}
    AND (finished IS NOT NULL OR EXISTS (SELECT 1 FROM {{0}}.captures WHERE run_id = runs.id))
UNION ALL SELECT site, captured, status, payload_digest FROM {{0}}.captures WHERE {OF_SITES}
    AND warc_file IS NOT NULL
UNION ALL SELECT site, captured, outcome, NULL FROM {{0}}.captures WHERE {OF_SITES}
    AND warc_file IS NULL AND outcome <> 'extract_failed'
"""  # noqa: S608 - our own text
_MORE = "{0} EXCEPT SELECT * FROM ({1}) LIMIT 1"
_LATER_WORD = f"""
SELECT 1 FROM {{0}}.sites AS a LEFT JOIN {{1}}.sites AS b USING (slug)
WHERE {OF_SITES.replace("site", "slug", 1)} AND coalesce(a.gone_confirmed, '') > coalesce(b.gone_confirmed, '')
"""  # noqa: S608 - our own text


class MergeError(Exception):
    """Two archives that cannot be one; the message says which site, and what each says of it."""


def check_sites(archive: Archive, other: Path) -> None:
    """Raise MergeError where one slug is of two places, or on two hosts, in the archive and in `theirs`."""
    rows = archive.db.conn.execute(
        "SELECT slug, o.division, t.division, o.home, t.home FROM main.sites AS o JOIN theirs.sites AS t USING (slug)"
    )
    for slug, *said in rows:
        for ours, theirs in (said[:2], [urlsplit(home).netloc.lower() for home in said[2:]]):
            if ours != theirs:
                raise MergeError(
                    f"site {slug} is {ours} in {archive.folder}, and {theirs} in {other}. Where both are of one"
                    f" department, crawl it in both with today's site file first: police-press crawl {slug}"
                )


def groups(archive: Archive) -> list[list[str]]:
    """The sites of `theirs`, each with all that it has to do with in either archive."""
    db = archive.db.conn
    found = {slug: {slug} for (slug,) in db.execute("SELECT slug FROM theirs.sites UNION SELECT slug FROM main.sites")}
    for sql in (_REFERENCES.format("main"), _REFERENCES.format("theirs"), _SHARED):
        for one, other in db.execute(sql):
            if found[one] is not found[other]:
                found[one] |= found[other]
                found.update(dict.fromkeys(found[other], found[one]))
    theirs = [slug for (slug,) in db.execute("SELECT slug FROM theirs.sites ORDER BY slug")]
    return list({id(found[slug]): sorted(found[slug]) for slug in theirs}.values())


def has_more(archive: Archive, one: Side, other: Side, sites: Collection[str]) -> bool:
    """Whether one of `main` and `theirs` holds anything of these sites that the other lacks."""
    values = {"sites": json.dumps(list(sites))}
    queries = (_MORE.format(_HELD.format(one), _HELD.format(other)), _LATER_WORD.format(one, other))
    return any(archive.db.conn.execute(sql, values).fetchone() for sql in queries)
