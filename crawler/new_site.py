"""A new site: what a look at its list page says, its site file, and its pages saved as a fixture."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archive.clock import iso
from archive.divisions import DIVISIONS
from archive.exploration import is_list
from archive.models import Answer, Article
from crawler.account import account, escaped, short
from crawler.extract import extract
from crawler.items import ArticlePage, ListPage
from crawler.site import ArticleLayout, Expect, Fetch, Listing, Site
from crawler.survey import text_selectors
from crawler.worker import Worker, WorkFailedError

if TYPE_CHECKING:
    from crawler.look import Seen  # brings Scrapy with it

ENTRIES_SHOWN = 10
_FLOOR = 85  # percent of what was seen
# Where the name is neither the English one nor told by it: ISO 3166-2:CN.
_ROMANISED = {"Inner Mongolia": "nei-mongol", "Tibet": "xizang"}
SLUGS = {_ROMANISED.get(english, english.lower()): code for code, _, english, *_ in DIVISIONS if code < "710000"}


@dataclass(frozen=True, slots=True)
class NewSite:
    """A site as its file will declare it, what was seen of it, and what was read from its release.

    `selector` is a container's in which the same text is found; no layout has to name it.
    """

    site: Site
    seen: Seen
    article: Article
    selector: str | None


def slug_of(url: str) -> str | None:
    """The slug that is a label of an address's host, as in gat.shandong.gov.cn; None for none or two of them."""
    named = SLUGS.keys() & set((urlsplit(url).hostname or "").split("."))
    return named.pop() if len(named) == 1 else None


def proposed(url: str, slug: str, name: str | None, division: str | None, delay: float | None) -> Site:
    """The site as far as it is known before anybody looked."""
    parts = urlsplit(url)
    return Site(
        slug=slug,
        name=name or "",
        english="",
        home=f"{parts.scheme}://{parts.netloc}/",
        evidence="",
        listings=(Listing("", "auto", url.partition("#")[0]),),
        division=division,
        fetch=Fetch() if delay is None else Fetch(delay=delay),
    )


def judged(site: Site, seen: Seen, today: dt.date, worker: Worker) -> NewSite:
    """What was seen, put into a site, and its release read. Raises WorkFailedError where the release cannot be read."""
    first, survey = seen.lists[0], seen.survey
    parts = urlsplit(first.url)
    name = site.name or survey.name or parts.netloc
    column = survey.column or parts.path.strip("/").rpartition("/")[2] or parts.netloc
    found = replace(
        site,
        name=name,
        english=_english(site.slug, name),
        home=f"{parts.scheme}://{parts.netloc}/",
        evidence=f"list page read on {today} by new-site; not judged by a person yet",
        listings=(Listing(column, survey.family, first.url),),
        expect=Expect(min_listed=max(1, len(survey.read.entries) * _FLOOR // 100)),
    )
    article = _read(found, seen, worker)
    return NewSite(found, seen, article, _selector(found, seen, article, worker))


def _english(slug: str, name: str) -> str:
    kind = "Department" if name.endswith("厅") else "Bureau"
    return f"{slug.replace('-', ' ').title()} Public Security {kind}"


def _read(site: Site, seen: Seen, worker: Worker) -> Article:
    page, answer = seen.article, seen.article.answers[-1]
    entry = seen.entry if seen.entry.title else None
    job = worker.submit(extract, page.body, answer.url, page.content_type, site, answer.captured, entry)
    return job.result()


def _selector(site: Site, seen: Seen, article: Article, worker: Worker) -> str | None:
    """The container's selector: the first by whose layout the same text is read."""
    page = seen.article
    try:
        for selector in worker.submit(text_selectors, page.body, page.content_type, seen.entry.title or None).result():
            again = _read(replace(site, articles=(ArticleLayout(selector),)), seen, worker)
            if article.body and (again.title, again.body) == (article.title, article.body):
                return selector
    except WorkFailedError:
        return None  # the page was read before: what is not known is how to name the container
    return None


def as_toml(site: Site, selector: str | None) -> str:
    """A site's file, as `crawler.site.load_site` reads it, with what only a person can add as comments."""
    [listing] = site.listings
    division = site.division or SLUGS.get(site.slug, "000000")
    lines = [
        f"name = {_quoted(site.name)}",
        f"english = {_quoted(site.english)}  # made from the slug: put it right",
        f"{'' if site.division else '# '}division = {_quoted(division)}  # GB/T 2260",
        f"home = {_quoted(site.home)}",
        f"evidence = {_quoted(site.evidence)}",
        "# verified = 2026-12-01  # only after a person saw this file work on the live site, that day",
        "\n[[listing]]",
        f"column = {_quoted(listing.column)}",
        f"cms = {_quoted(listing.cms)}",
        f"url = {_quoted(listing.url)}",
        "\n# Where extraction takes too much or too little, this names the container of a release's text.",
        "# [[article]]",
        f"# body = {_quoted(selector or '#container')}",
    ]
    if site.fetch != Fetch():
        lines += ["\n[fetch]", f"delay = {site.fetch.delay:g}"]
    lines += ["\n[expect]", f"min_listed = {site.expect.min_listed}  # {_FLOOR} % of what new-site saw"]
    return "\n".join(lines) + "\n"


def save_pages(new: NewSite, folder: Path) -> None:
    """Write the pages looked at and what is known of them, as tests/test_pages.py reads it, into a new folder."""
    seen = new.seen
    folder.mkdir(parents=True)
    lines = [
        "# Saved by new-site; CONTRIBUTING.md says what to do before it is committed.",
        f'site = "{new.site.slug}"',
    ]
    for name, page in zip(("listing", "frame"), reversed(seen.lists), strict=False):
        (folder / f"{name}.html").write_bytes(page.answers[-1].body)
        lines += [f"\n[{name}]", f"cms = {_quoted(seen.survey.family)}", *_about(page)]
    (folder / "article.html").write_bytes(seen.article.body)
    lines += ["\n[article]", *_about(seen.article), f"captured = {iso(seen.article.answers[-1].captured)}"]
    if seen.entry.title:
        lines += ["\n[article.entry]", f"title = {_quoted(seen.entry.title)}"]
        lines += [f"published = {seen.entry.published}"] if seen.entry.published else []
    (folder / "page.toml").write_text("\n".join(lines) + "\n", "utf-8")


def _about(page: ListPage | ArticlePage) -> Iterator[str]:
    answer: Answer = page.answers[-1]
    yield f"url = {_quoted(page.url if isinstance(page, ListPage) else answer.url)}"
    if content_type := answer.header("content-type"):
        yield f"content_type = {_quoted(content_type)}"


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's, but that DEL is escaped too and no half of a surrogate pair can stand in it."""
    whole = text.encode("utf-8", "replace").decode()
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")


def report(new: NewSite) -> Iterator[str]:
    """What was seen, a line each, for a person to judge; of the page's own words nothing that steers a terminal."""
    yield from (short(escaped(line)) for line in _of_list(new))
    yield ""
    yield from map(escaped, _of_article(new))


def _of_list(new: NewSite) -> Iterator[str]:
    survey, [listing] = new.seen.survey, new.site.listings
    read = survey.read
    mark = f"by its mark {survey.mark}" if survey.mark else "no mark of a known family: the general rule reads it"
    yield f"site       {new.site.slug}: {new.site.name}"
    yield f"family     {survey.family}, {mark}"
    yield f"listing    {listing.column}: {listing.url}"
    if len(new.seen.lists) > 1:
        yield f"filled by  {new.seen.lists[-1].page.url}"
    of = f" of {read.stated_total} that the site states" if read.stated_total is not None else ""
    yield f"entries    {len(read.entries)} on this page{of}; next page: {read.next_page or 'none'}"
    for entry in read.entries[:ENTRIES_SHOWN]:
        yield f"  {entry.published or 'no day    '}  {entry.title}"
        yield f"              {entry.url}"
    if not is_list(read.entries):
        yield "doubtful   fewer than five entries show a day: is this a list of releases?"


def _of_article(new: NewSite) -> Iterator[str]:
    article = new.article
    yield f"article    {new.seen.article.answers[-1].url}"
    yield from account(article)
    if new.selector:
        yield f"layout     none needed; the text stands in {new.selector}"
    elif article.body_kind == "empty":
        yield "doubtful   nothing was read: is this a release? Try another with --article, or name its container."
