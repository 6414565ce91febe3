"""The schema in SQL: a script a step. What stands here has been run on somebody's archive and is never changed."""

from __future__ import annotations

EVIDENCE = """
CREATE TABLE divisions (
    code TEXT PRIMARY KEY, name TEXT NOT NULL, english TEXT NOT NULL, level TEXT NOT NULL,
    parent TEXT REFERENCES divisions(code)
);
CREATE TABLE sites (
    slug TEXT PRIMARY KEY, name TEXT NOT NULL, english TEXT NOT NULL, kind TEXT NOT NULL,
    division TEXT REFERENCES divisions(code), home TEXT NOT NULL, verified TEXT, evidence TEXT
);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, site TEXT NOT NULL REFERENCES sites(slug), started TEXT NOT NULL, finished TEXT,
    outcome TEXT, vantage TEXT, listed INTEGER NOT NULL DEFAULT 0, stated_total INTEGER,
    fetched INTEGER NOT NULL DEFAULT 0, new INTEGER NOT NULL DEFAULT 0, edited INTEGER NOT NULL DEFAULT 0,
    gone INTEGER NOT NULL DEFAULT 0, restored INTEGER NOT NULL DEFAULT 0, not_modified INTEGER NOT NULL DEFAULT 0,
    walled INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX runs_site ON runs(site, id);
CREATE TABLE findings (
    id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL REFERENCES runs(id), site TEXT NOT NULL REFERENCES sites(slug),
    expectation TEXT NOT NULL, seen TEXT NOT NULL, wanted TEXT NOT NULL, url TEXT
);
CREATE INDEX findings_run ON findings(run_id);
CREATE TABLE captures (
    id INTEGER PRIMARY KEY, site TEXT NOT NULL REFERENCES sites(slug), run_id INTEGER REFERENCES runs(id),
    url TEXT NOT NULL, captured TEXT NOT NULL, status INTEGER, content_type TEXT, bytes INTEGER, payload_digest TEXT,
    etag TEXT, last_modified TEXT, outcome TEXT NOT NULL, warc_file TEXT, warc_offset INTEGER, warc_length INTEGER,
    refers_to INTEGER REFERENCES captures(id), ip TEXT, error TEXT
);
CREATE INDEX captures_url ON captures(url, payload_digest);
CREATE INDEX captures_run ON captures(run_id);
"""

# `walks.resume_at` is the last list page that was synced, `next_at` the page it led to. `entries.known`: a completed
# walk of that listing has listed the entry. `entries.ahead`: it was new when its walk, cut short before, was taken up,
# and the list between it and the place of the cut is not read through yet.
# `pages.listed_day` orders what is new; `pages.back` marks what was found on back pages.
FRONTIER = """
CREATE TABLE listings (
    id INTEGER PRIMARY KEY, site TEXT NOT NULL REFERENCES sites(slug), listing_column TEXT NOT NULL, url TEXT NOT NULL,
    completed TEXT, walked_full TEXT, UNIQUE (site, url)
);
CREATE TABLE walks (
    id INTEGER PRIMARY KEY, listing_id INTEGER NOT NULL REFERENCES listings(id),
    run_id INTEGER NOT NULL REFERENCES runs(id), is_full INTEGER NOT NULL, started TEXT NOT NULL, ended TEXT,
    outcome TEXT, list_pages INTEGER NOT NULL DEFAULT 0, stated_total INTEGER, resume_at TEXT, next_at TEXT
);
CREATE INDEX walks_listing ON walks(listing_id, ended);
CREATE TABLE pages (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, url TEXT NOT NULL, site TEXT NOT NULL REFERENCES sites(slug),
    kind TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_due TEXT, last_status INTEGER,
    last_error TEXT, discovered TEXT NOT NULL, listed_day TEXT, found_on TEXT, back INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, key)
);
CREATE INDEX pages_due ON pages(site, kind, back, listed_day DESC, id) WHERE state IN ('waiting', 'walled', 'failed');
CREATE TABLE entries (
    listing_id INTEGER NOT NULL REFERENCES listings(id), url TEXT NOT NULL,
    page_id INTEGER NOT NULL REFERENCES pages(id), title TEXT NOT NULL, published_day TEXT,
    walk_id INTEGER NOT NULL REFERENCES walks(id), known INTEGER NOT NULL DEFAULT 0,
    ahead INTEGER NOT NULL DEFAULT 0, listed TEXT NOT NULL, PRIMARY KEY (listing_id, url)
) WITHOUT ROWID;
CREATE INDEX entries_page ON entries(page_id);
CREATE INDEX entries_walk ON entries(walk_id);
"""

RELEASES = """
CREATE TABLE press_releases (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, site TEXT NOT NULL REFERENCES sites(slug),
    division TEXT REFERENCES divisions(code), url TEXT NOT NULL, listing_column TEXT, title TEXT, published TEXT,
    published_precision TEXT, published_day TEXT, year INTEGER, published_from TEXT, content_source TEXT, issuer TEXT,
    author TEXT, editor TEXT, body TEXT NOT NULL, body_kind TEXT NOT NULL, chars INTEGER NOT NULL,
    is_repost INTEGER, repost_of TEXT, first_seen TEXT NOT NULL, last_seen TEXT NOT NULL, gone_at TEXT, same_as TEXT,
    version INTEGER NOT NULL, text_digest TEXT NOT NULL, capture_id INTEGER NOT NULL REFERENCES captures(id),
    extractor TEXT NOT NULL
);
CREATE INDEX press_releases_published ON press_releases(published);
CREATE INDEX press_releases_site ON press_releases(site, published);
CREATE INDEX press_releases_year ON press_releases(year);
CREATE TABLE release_columns (
    release_id INTEGER NOT NULL REFERENCES press_releases(id), listing_column TEXT NOT NULL, url TEXT NOT NULL,
    PRIMARY KEY (release_id, listing_column, url)
);
CREATE TABLE versions (
    release_id INTEGER NOT NULL REFERENCES press_releases(id), version INTEGER NOT NULL, title TEXT,
    body TEXT NOT NULL, text_digest TEXT NOT NULL, captured TEXT NOT NULL,
    capture_id INTEGER NOT NULL REFERENCES captures(id), made_by TEXT NOT NULL, extractor TEXT NOT NULL,
    PRIMARY KEY (release_id, version)
);
CREATE TABLE events (
    id INTEGER PRIMARY KEY, release_id INTEGER NOT NULL REFERENCES press_releases(id), kind TEXT NOT NULL,
    at TEXT NOT NULL, capture_id INTEGER REFERENCES captures(id), detail TEXT
);
CREATE INDEX events_release ON events(release_id);
CREATE INDEX events_at ON events(at);
CREATE TABLE attachments (
    release_id INTEGER NOT NULL REFERENCES press_releases(id), version INTEGER NOT NULL, position INTEGER NOT NULL,
    kind TEXT NOT NULL, url TEXT NOT NULL, name TEXT, caption TEXT, capture_id INTEGER REFERENCES captures(id),
    PRIMARY KEY (release_id, version, position)
);
"""

# The index is made over a view that parts Han characters, so that `integrity-check` with rank 1 finds a wrong entry.
# `han` is a Python function (archive.search): a connection without it cannot change a release and leave the index be.
SEARCH = """
CREATE VIEW releases_segmented AS SELECT id, han(title) AS title, han(body) AS body FROM press_releases;
CREATE VIRTUAL TABLE releases_fts USING fts5(
    title, body, content='releases_segmented', content_rowid='id', tokenize='ascii'
);
CREATE TRIGGER press_releases_indexed AFTER INSERT ON press_releases BEGIN
    INSERT INTO releases_fts(rowid, title, body) VALUES (new.id, han(new.title), han(new.body));
END;
CREATE TRIGGER press_releases_unindexed AFTER DELETE ON press_releases BEGIN
    INSERT INTO releases_fts(releases_fts, rowid, title, body)
    VALUES ('delete', old.id, han(old.title), han(old.body));
END;
CREATE TRIGGER press_releases_reindexed AFTER UPDATE OF title, body ON press_releases
WHEN old.title IS NOT new.title OR old.body IS NOT new.body BEGIN
    INSERT INTO releases_fts(releases_fts, rowid, title, body)
    VALUES ('delete', old.id, han(old.title), han(old.body));
    INSERT INTO releases_fts(rowid, title, body) VALUES (new.id, han(new.title), han(new.body));
END;
"""

# `pages.visited`: when an article page last gave a clear answer, NULL until its release is kept. An absence begins with
# the first clear answer that a release is not there; `again_at` is the one that confirms it.
VISITS = """
ALTER TABLE pages ADD COLUMN visited TEXT;
ALTER TABLE sites ADD COLUMN gone_confirmed TEXT;
CREATE TABLE absences (
    id INTEGER PRIMARY KEY, page_id INTEGER NOT NULL REFERENCES pages(id), site TEXT NOT NULL REFERENCES sites(slug),
    first_at TEXT NOT NULL, capture_id INTEGER NOT NULL REFERENCES captures(id), again_at TEXT,
    again_capture_id INTEGER REFERENCES captures(id), ended TEXT, outcome TEXT
);
CREATE UNIQUE INDEX absences_open ON absences(page_id) WHERE ended IS NULL;
CREATE INDEX absences_site ON absences(site, first_at);
CREATE INDEX pages_visits ON pages(site, next_due) WHERE kind = 'article' AND visited IS NOT NULL;
CREATE INDEX press_releases_same ON press_releases(site, text_digest);
UPDATE pages SET visited = discovered, next_due = discovered WHERE kind = 'article' AND state = 'fetched';
"""

# `captures.page_id`: the page that a capture was asked for, redirect hops too. `runs.kind`: `crawl`, `fetch`, `import`.
# `listings.discovered`: since when a list found from the site's home page is used; NULL for one that its file names.
ORIGINS = """
ALTER TABLE captures ADD COLUMN page_id INTEGER REFERENCES pages(id);
ALTER TABLE runs ADD COLUMN kind TEXT NOT NULL DEFAULT 'crawl';
ALTER TABLE runs ADD COLUMN proxy TEXT;
ALTER TABLE listings ADD COLUMN discovered TEXT;
CREATE INDEX captures_page ON captures(page_id, captured);
CREATE INDEX attachments_url ON attachments(url);
DROP INDEX pages_due;
CREATE INDEX pages_due ON pages(site, back, listed_day DESC, id)
    WHERE kind != 'listing' AND state IN ('waiting', 'walled', 'failed');
UPDATE captures SET page_id = coalesce(
    (SELECT id FROM pages WHERE kind = 'article' AND key = key_of(captures.url)),
    (SELECT id FROM pages WHERE kind = 'listing' AND key = key_of(captures.url))
);
"""

# A subtitle is searched with the title; what is there has none, so that its index stays right.
# How the text that a release shows today was read from its page. A release of an older archive has no row until it is
# read again. `labels` and `origins` are JSON objects, `rejected` a list of them; `conflicts` are names parted by ", ".
READINGS = """
ALTER TABLE press_releases ADD COLUMN subtitle TEXT;
ALTER TABLE versions ADD COLUMN subtitle TEXT;
DROP TRIGGER press_releases_indexed;
DROP TRIGGER press_releases_unindexed;
DROP TRIGGER press_releases_reindexed;
DROP VIEW releases_segmented;
CREATE VIEW releases_segmented AS
SELECT id, han(coalesce(title || coalesce(' ' || subtitle, ''), subtitle)) AS title, han(body) AS body
FROM press_releases;
CREATE TRIGGER press_releases_indexed AFTER INSERT ON press_releases BEGIN
    INSERT INTO releases_fts(rowid, title, body)
    VALUES (new.id, han(coalesce(new.title || coalesce(' ' || new.subtitle, ''), new.subtitle)),
        han(new.body));
END;
CREATE TRIGGER press_releases_unindexed AFTER DELETE ON press_releases BEGIN
    INSERT INTO releases_fts(releases_fts, rowid, title, body)
    VALUES ('delete', old.id, han(coalesce(old.title || coalesce(' ' || old.subtitle, ''), old.subtitle)),
        han(old.body));
END;
CREATE TRIGGER press_releases_reindexed AFTER UPDATE OF title, subtitle, body ON press_releases
WHEN old.title IS NOT new.title OR old.subtitle IS NOT new.subtitle OR old.body IS NOT new.body BEGIN
    INSERT INTO releases_fts(releases_fts, rowid, title, body)
    VALUES ('delete', old.id, han(coalesce(old.title || coalesce(' ' || old.subtitle, ''), old.subtitle)),
        han(old.body));
    INSERT INTO releases_fts(rowid, title, body)
    VALUES (new.id, han(coalesce(new.title || coalesce(' ' || new.subtitle, ''), new.subtitle)),
        han(new.body));
END;
CREATE TABLE readings (
    release_id INTEGER PRIMARY KEY REFERENCES press_releases(id), charset TEXT, charset_declared TEXT,
    characters_lost INTEGER NOT NULL, conflicts TEXT, labels TEXT, origins TEXT, rejected TEXT, stripped TEXT
);
"""

# What `removals.toml` names, and what came of it. `site` and `published_day` are filled in when the release is found,
# `applied` when its last bytes have left the file. `press_releases.removed` is the day of the removal.
REMOVALS = """
CREATE TABLE removals (
    key TEXT PRIMARY KEY, site TEXT REFERENCES sites(slug), published_day TEXT, date TEXT NOT NULL,
    reason TEXT NOT NULL, applied TEXT
);
ALTER TABLE press_releases ADD COLUMN removed TEXT;
"""

# Datasette 0.65 sorts the first page of a table by the column alone, the next ones by column and id: only in the order
# of an index that has both does it leave out no release of a day with more of them than a page. Newest first, that is.
# The next four are what a search, coverage and the queries read instead of the releases themselves.
READING_ORDER = """
DROP INDEX press_releases_published;
CREATE INDEX press_releases_published ON press_releases(published, id DESC);
DROP INDEX press_releases_site;
CREATE INDEX press_releases_site ON press_releases(site, published, id DESC);
CREATE INDEX press_releases_spread ON press_releases(division, year, listing_column, site, published);
CREATE INDEX press_releases_named ON press_releases(site, issuer, content_source);
CREATE INDEX press_releases_reposts ON press_releases(repost_of, site, published_day) WHERE is_repost = 1;
CREATE INDEX press_releases_textless ON press_releases(body_kind, published) WHERE body_kind <> 'text';
CREATE INDEX events_changes ON events(at, id) WHERE kind <> 'first_seen';
"""

# Of every word of a text but not of its title FTS5 writes down the number of the column, unless it is the first one:
# with the text first the index is 1.06 times as large as the texts, else 1.50 times (measured over 2,000 releases).
TEXT_FIRST = """
DROP TABLE releases_fts;
CREATE VIRTUAL TABLE releases_fts USING fts5(
    body, title, content='releases_segmented', content_rowid='id', tokenize='ascii'
);
INSERT INTO releases_fts(releases_fts) VALUES ('rebuild');
"""

# The version that a release is at repeated its text: a third of the file. Where it is the release's own it is NULL now;
# before a release gets another text, the trigger writes down what those versions say, whoever changes it. The view has
# a lookup in place of a join, since SQLite takes one apart at the right of a LEFT JOIN only if it is of one table.
# `body` ends a row, so that all else is found without it.
TEXT_ONCE = """
CREATE TABLE kept_versions (
    release_id INTEGER NOT NULL REFERENCES press_releases(id), version INTEGER NOT NULL, title TEXT, subtitle TEXT,
    text_digest TEXT NOT NULL, captured TEXT NOT NULL, capture_id INTEGER NOT NULL REFERENCES captures(id),
    made_by TEXT NOT NULL, extractor TEXT NOT NULL, body TEXT, PRIMARY KEY (release_id, version)
);
INSERT INTO kept_versions
SELECT release_id, version, title, subtitle, text_digest, captured, capture_id, made_by, extractor,
    nullif(v.body, (SELECT r.body FROM press_releases AS r WHERE r.id = v.release_id))
FROM versions AS v;
DROP TABLE versions;
CREATE VIEW versions AS
SELECT release_id, version, title,
    coalesce(v.body, (SELECT r.body FROM press_releases AS r WHERE r.id = v.release_id)) AS body,
    text_digest, captured, capture_id, made_by, extractor, subtitle
FROM kept_versions AS v;
CREATE TRIGGER press_releases_retold BEFORE UPDATE OF body ON press_releases WHEN old.body IS NOT new.body BEGIN
    UPDATE kept_versions SET body = old.body WHERE release_id = old.id AND body IS NULL;
    UPDATE kept_versions SET body = NULL WHERE release_id = old.id AND body = new.body;
END;
"""

# What a crawl asks for is found as fast in a large archive as in a small one: tests/crawler/test_plans.py reads the
# plans. `entries` and `release_columns` had each address two or three times, in the table and its indexes. `pages_due`
# has all that decides whether a page is due, so that those that failed are passed over without a look at them.
FLAT = """
CREATE TABLE entries_anew (
    listing_id INTEGER NOT NULL REFERENCES listings(id), url TEXT NOT NULL,
    page_id INTEGER NOT NULL REFERENCES pages(id), title TEXT NOT NULL, published_day TEXT,
    walk_id INTEGER NOT NULL REFERENCES walks(id), known INTEGER NOT NULL DEFAULT 0,
    ahead INTEGER NOT NULL DEFAULT 0, listed TEXT NOT NULL, PRIMARY KEY (page_id, listing_id, url)
) WITHOUT ROWID;
INSERT INTO entries_anew SELECT * FROM entries ORDER BY page_id, listing_id, url;
DROP TABLE entries;
ALTER TABLE entries_anew RENAME TO entries;
CREATE INDEX entries_unknown ON entries(walk_id) WHERE NOT known;
CREATE TABLE release_columns_anew (
    release_id INTEGER NOT NULL REFERENCES press_releases(id), listing_column TEXT NOT NULL, url TEXT NOT NULL,
    PRIMARY KEY (release_id, listing_column, url)
) WITHOUT ROWID;
INSERT INTO release_columns_anew SELECT * FROM release_columns ORDER BY release_id, listing_column, url;
DROP TABLE release_columns;
ALTER TABLE release_columns_anew RENAME TO release_columns;
CREATE INDEX pages_listed ON pages(site, listed_day DESC, id, back) WHERE kind = 'article';
DROP INDEX pages_due;
CREATE INDEX pages_due ON pages(site, back, listed_day DESC, id, next_due, state, visited, kind)
    WHERE kind != 'listing' AND state IN ('waiting', 'walled', 'failed');
DROP INDEX captures_page;
CREATE INDEX captures_page ON captures(page_id);
CREATE INDEX captures_place ON captures(warc_file, warc_offset) WHERE warc_file IS NOT NULL;
DROP INDEX walks_listing;
CREATE INDEX walks_listing ON walks(listing_id);
CREATE INDEX walks_open ON walks(listing_id) WHERE ended IS NULL;
CREATE INDEX runs_open ON runs(site) WHERE outcome IS NULL;
CREATE INDEX findings_site ON findings(site, expectation);
"""

# FTS5 writes a segment for each statement of a trigger, and puts them together again later: a batch that is indexed at
# once, before it is committed, takes 0.6 of the time (measured). What waits for that is named in a table, so that no
# writer can leave a release out, and none is taken out of the index before it is in it. OR IGNORE would not do: in a
# trigger it gives way to the upsert that fired it.
IN_BATCHES = """
CREATE TABLE releases_unindexed (id INTEGER PRIMARY KEY);
DROP TRIGGER press_releases_indexed;
DROP TRIGGER press_releases_unindexed;
DROP TRIGGER press_releases_reindexed;
CREATE TRIGGER press_releases_indexed AFTER INSERT ON press_releases BEGIN
    INSERT INTO releases_unindexed VALUES (new.id);
END;
CREATE TRIGGER press_releases_unindexed AFTER DELETE ON press_releases BEGIN
    INSERT INTO releases_fts(releases_fts, rowid, title, body)
    SELECT 'delete', old.id, han(coalesce(old.title || coalesce(' ' || old.subtitle, ''), old.subtitle)), han(old.body)
    WHERE old.id NOT IN (SELECT id FROM releases_unindexed);
    DELETE FROM releases_unindexed WHERE id = old.id;
END;
CREATE TRIGGER press_releases_reindexed AFTER UPDATE OF title, subtitle, body ON press_releases
WHEN old.title IS NOT new.title OR old.subtitle IS NOT new.subtitle OR old.body IS NOT new.body BEGIN
    INSERT INTO releases_fts(releases_fts, rowid, title, body)
    SELECT 'delete', old.id, han(coalesce(old.title || coalesce(' ' || old.subtitle, ''), old.subtitle)), han(old.body)
    WHERE old.id NOT IN (SELECT id FROM releases_unindexed);
    INSERT INTO releases_unindexed SELECT new.id WHERE new.id NOT IN (SELECT id FROM releases_unindexed);
END;
"""
