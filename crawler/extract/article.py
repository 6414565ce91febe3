"""Bytes of an article page in, an Article out: over its charset, text, byline, dates and files."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence

from lxml.html import HtmlElement

from archive.models import Article, Attachment, BodyKind, Entry
from crawler.extract import attachments, buttons, byline, charset, dates, document, metas, repost
from crawler.extract.dates import Candidate
from crawler.extract.document import clean
from crawler.extract.extractor import layout_of, name_of
from crawler.extract.files import as_file
from crawler.extract.parts import Parts, split
from crawler.site import ArticleLayout, Site

_HAN = re.compile("[\u4e00-\u9fff]")
_FILE_LABEL = re.compile(r"^附件?\s*[\d一二三四五六七八九十]{0,3}\s*[:：.、]\s*")


def read(
    payload: bytes,
    url: str,
    content_type: str | None = None,
    site: Site | None = None,
    captured: dt.datetime | None = None,
    entry: Entry | None = None,
) -> Article:
    """See `crawler.extract.extract`."""
    layout = layout_of(site, captured)
    if file := as_file(payload, url, content_type):
        return _of_file(file, url, captured, entry, name_of(layout))
    tree = document.parse(charset.decode(payload, content_type).text)
    known = metas.read(tree)
    document.drop_unseen(tree)
    buttons.set_apart(tree)
    parts = split(tree, known, layout, entry.title if entry else None)
    laid = _laid_out(tree, layout)
    fields = _fields(parts, known, laid)
    found, captions = attachments.read(parts.media, _roots(parts), url)
    body = _body([line.text for line in parts.text if line not in captions], found)
    when = dates.choose(_dates(parts, fields, known, laid, url, entry), captured)
    is_repost, repost_of = repost.judge(site, fields.get("issuer"), fields.get("content_source"))
    return Article(
        title=laid.get("title") or parts.title or fields.get("title"),
        published=when.moment.at if when else None,
        published_precision=when.moment.precision if when else None,
        published_from=when.origin if when else None,
        content_source=fields.get("content_source"),
        issuer=fields.get("issuer"),
        author=fields.get("author"),
        editor=fields.get("editor"),
        body="\n".join(body),
        body_kind=_kind(body, found),
        extractor=name_of(layout),
        attachments=tuple(found),
        stripped=(*parts.stripped, *(line.text for line in parts.text if not body and line not in captions)),
        is_repost=is_repost,
        repost_of=repost_of,
    )


def _of_file(
    file: Sequence[Attachment], url: str, captured: dt.datetime | None, entry: Entry | None, extractor: str
) -> Article:
    """A release whose body is a file: what is known of it comes from the list and the address."""
    when = dates.choose(_dates_beside(url, entry), captured)
    return Article(
        title=entry.title if entry and entry.title else file[0].name,
        published=when.moment.at if when else None,
        published_precision=when.moment.precision if when else None,
        published_from=when.origin if when else None,
        content_source=None,
        issuer=None,
        author=None,
        editor=None,
        body="",
        body_kind=_kind((), file),
        extractor=extractor,
        attachments=tuple(file),
    )


def _laid_out(tree: HtmlElement, layout: ArticleLayout | None) -> Mapping[str, str]:
    """What the layout's own selectors for title, date and source find."""
    if layout is None:
        return {}
    selectors = {"title": layout.title, "published": layout.published, "content_source": layout.content_source}
    found = {name: tree.cssselect(selector) for name, selector in selectors.items() if selector}
    return {name: text for name, hits in found.items() if hits and (text := clean(hits[0].text_content()))}


def _fields(parts: Parts, known: Mapping[str, str], laid: Mapping[str, str]) -> Mapping[str, str]:
    """The labelled fields: the layout's, those above the text, those below it, and last what the metas say."""
    below = [line.text for line in parts.tail if byline.is_byline(line.text)]
    fields = byline.read(below) | byline.read(parts.head)
    source = known.get("contentsource") or known.get("source") or byline.official_issuer(parts.head)
    fields.setdefault("content_source", source or "")
    if _HAN.search(author := known.get("author", "")) and len(author) <= 20:
        fields.setdefault("author", author)  # what is not Chinese there is the name of a program or a user
    if shown := laid.get("content_source"):
        fields["content_source"] = byline.read([shown]).get("content_source", shown)
    return {name: value for name, value in fields.items() if value}


def _dates(
    parts: Parts,
    fields: Mapping[str, str],
    known: Mapping[str, str],
    laid: Mapping[str, str],
    url: str,
    entry: Entry | None,
) -> Iterator[Candidate]:
    if moment := dates.find(laid.get("published")):
        yield Candidate(moment, "layout")
    if moment := dates.find(fields.get("published")):
        yield Candidate(moment, "byline")
    for line in parts.head:
        if len(line) <= 120 and "今天是" not in line and (moment := dates.find(line)):
            yield Candidate(moment, "page")
    yield from dates.from_metas(known.items())
    yield from _dates_beside(url, entry)
    for last in parts.text[-3:]:
        if dates.is_date(last.text) and (moment := dates.find(last.text)):
            yield Candidate(moment, "closing")


def _dates_beside(url: str, entry: Entry | None) -> Iterator[Candidate]:
    """What the list and the address say, whatever stands on the page."""
    if entry and entry.published:
        yield Candidate(dates.Moment(entry.published, "day"), "entry")
    if moment := dates.in_url(url):
        yield Candidate(moment, "url")


def _roots(parts: Parts) -> Iterator[HtmlElement]:
    if parts.container is not None:
        yield parts.container
    yield from (line.block for line in parts.tail if len(line.text) < 200)


def _body(lines: Sequence[str], found: Sequence[Attachment]) -> Sequence[str]:
    """The lines of the text; none where they only name the files that are the release, as 附件：… does."""
    files = {one.name for one in found if one.kind == "file"}
    return [] if files.issuperset(_FILE_LABEL.sub("", line) for line in lines) else lines


def _kind(body: Sequence[str], found: Sequence[Attachment]) -> BodyKind:
    if body:
        return "text"
    kinds = {one.kind for one in found}
    if "image" in kinds:
        return "image"
    if "file" in kinds:
        return "attachment"
    return "video" if "video" in kinds else "empty"
