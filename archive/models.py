"""The things an archive holds, as plain frozen dataclasses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Precision = Literal["second", "minute", "day", "month", "year"]
BodyKind = Literal["text", "image", "attachment", "video", "empty"]
RunKind = Literal["crawl", "fetch", "import"]
PageKind = Literal["listing", "article", "attachment"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list page: an absolute URL, the link's text, and the day the list shows, if any."""

    url: str
    title: str
    published: dt.date | None = None


@dataclass(frozen=True, slots=True)
class ListRead:
    """A list page as it was read: its entries in page order, the page it leads to, and what the site says it has.

    `is_frame`: it holds no entries itself, and `next_page` is the address of what fills it in a browser.
    """

    url: str
    entries: Sequence[Entry]
    next_page: str | None = None
    stated_total: int | None = None
    stated_pages: int | None = None
    is_frame: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """An image, file or video of a release; `url` is absolute."""

    kind: Literal["image", "file", "video"]
    url: str
    name: str | None = None
    caption: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A value that a page offers for a field of its release and that was not taken: where it stands, and why not."""

    field: str
    value: str
    origin: str
    reason: str


@dataclass(frozen=True, slots=True)
class Article:
    """What `crawler.extract.extract` found on one captured page.

    `published` is an aware datetime (Asia/Shanghai) where second or minute are known, else a date: the month's or
    year's first day where only those are. `body` has one paragraph a line; `stripped` holds what was cut from it.
    `labels` are the other labelled values of the page, as it writes them (记者, 审核, 文号, 索引号 …). `is_repost` is
    None where the page names no issuing body. `extractor` changes whenever the same bytes could give another text.

    `origins` says for each field that has a value where on the page it stood, `rejected` what else was offered, and
    `conflicts` for which fields two places disagree. `charset` is what read the bytes, `charset_declared` what the page
    or its header said; `characters_lost` are U+FFFD in the text now.
    """

    title: str | None
    published: dt.datetime | dt.date | None
    published_precision: Precision | None
    content_source: str | None
    issuer: str | None
    author: str | None
    editor: str | None
    body: str
    body_kind: BodyKind
    extractor: str
    subtitle: str | None = None
    attachments: tuple[Attachment, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    is_repost: bool | None = None
    repost_of: str | None = None
    stripped: tuple[str, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
    rejected: tuple[Rejected, ...] = ()
    conflicts: tuple[str, ...] = ()
    charset: str | None = None
    charset_declared: str | None = None
    characters_lost: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered to one request, ready to be kept.

    `body` is decoded from Content-Encoding and Transfer-Encoding; the headers are as they came, name and value as text.
    `place` is where its record stands already (WARC file, offset, length): for one read back from there; then
    `refers_to` is the digest of the body that a revisit record stands for, None for a record with a body of its own,
    and `refers_to_date` is when the capture was made that holds it.
    """

    site: str
    run_id: int | None
    url: str
    captured: dt.datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    outcome: str
    ip: str | None = None
    protocol: str = "HTTP/1.1"
    method: str = "GET"
    request_headers: tuple[tuple[str, str], ...] = ()
    request_body: bytes = b""
    place: tuple[str, int, int] | None = None
    refers_to: str | None = None
    refers_to_date: dt.datetime | None = None

    def header(self, name: str) -> str | None:
        """The first value of a header, by its lower-case name."""
        return next((value for header, value in self.headers if header.lower() == name), None)


@dataclass(frozen=True, slots=True)
class Capture:
    """One fetch kept. `outcome` is `ok`, `not_modified`, `gone`, `soft_404`, a wall kind or a failure kind.

    The WARC fields are None for an attempt that got no answer. `refers_to` is the id of the capture that holds the
    body, where this one is a revisit record; `page_id` the page it was asked for. `captured` is aware.
    """

    id: int
    site: str
    run_id: int | None
    url: str
    captured: dt.datetime
    outcome: str
    status: int | None = None
    content_type: str | None = None
    bytes: int | None = None
    payload_digest: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    ip: str | None = None
    error: str | None = None
    warc_file: str | None = None
    warc_offset: int | None = None
    warc_length: int | None = None
    refers_to: int | None = None
    page_id: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A row of the frontier, handed out to be fetched.

    `found_on` is the list page that links to it; `listing` the first page of the list that a list page belongs to.
    """

    id: int
    key: str
    url: str
    site: str
    kind: PageKind
    found_on: str | None = None
    listing: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page that was asked for, with every answer, redirect hops first, and what came of it.

    `outcome` is that of the page, `error` says more where it is no `ok`. `at` is when that was known. `is_recorded`:
    the WARC files say all this already.
    """

    run_id: int | None
    page: Page
    answers: tuple[Answer, ...]
    outcome: str
    at: dt.datetime
    error: str | None = None
    is_recorded: bool = False


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a run was begun with: all that its captures do not say and a rebuild has to know.

    `listings` are columns, first pages and CMS families; `wanted` is the one page that `fetch` asked for. `number` is
    the run's id where it has one already.
    """

    site: str
    kind: RunKind
    started: dt.datetime
    vantage: str | None = None
    proxy: str | None = None
    listings: tuple[tuple[str, str, str], ...] = ()
    options: WalkOptions | None = None
    wanted: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """One press release as it reads today; times are the text of the contract's columns."""

    id: int
    key: str
    site: str
    url: str
    title: str | None
    published: str | None
    published_precision: Precision | None
    content_source: str | None
    issuer: str | None
    author: str | None
    editor: str | None
    body: str
    body_kind: BodyKind
    listing_column: str | None
    is_repost: bool | None
    repost_of: str | None
    first_seen: str
    last_seen: str
    gone_at: str | None
    version: int


@dataclass(frozen=True, slots=True)
class Finding:
    """An expectation a run did not meet: what was wanted, what was seen, and where."""

    site: str
    expectation: str
    seen: str
    wanted: str
    url: str | None = None


@dataclass(slots=True)
class RunCounts:
    """What one run of one site did; in its row of `runs` once it has ended, zeros for one that was killed."""

    listed: int = 0
    fetched: int = 0
    new: int = 0
    edited: int = 0
    gone: int = 0
    restored: int = 0
    not_modified: int = 0
    walled: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class WalkOptions:
    """How far this run goes: `crawl`'s --full, --since, --max-pages, --no-revisit, and the site's `full_walk_days`."""

    full: bool = False
    since: dt.date | None = None
    max_pages: int | None = None
    full_walk_days: int = 30
    revisits: bool = True
