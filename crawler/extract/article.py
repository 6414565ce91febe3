"""Bytes of an article page in, an Article out: over its charset, text, byline, dates and files."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lxml.html import HtmlElement

from archive.models import Article, Attachment, BodyKind, Entry, Rejected
from crawler.extract import attachments, byline, charset, dates, document, labels, metas, published, repost
from crawler.extract.document import clean
from crawler.extract.evidence import Evidence, Offer
from crawler.extract.extractor import layout_of, name_of
from crawler.extract.files import as_file
from crawler.extract.parts import Parts, split
from crawler.extract.published import Candidate
from crawler.extract.title import Heading
from crawler.site import ArticleLayout, Site

_HAN = re.compile("[\u4e00-\u9fff]")
_SENTENCE = re.compile(r"[。；！？]|今天是")
# A date begins a short line, or has its hour: 2019-09-05 11:10 某某 评论, 原创 2020-03-09 18:14
_LED = re.compile(r"^\W{0,3}(?:19|20)\d\d\D.{0,60}$|\d[日号]?\s{0,3}(?:[01]?\d|2[0-3])[:：][0-5]\d", re.DOTALL)
_LONGEST_NAME = 20
_LONGEST_DATED = 120
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
    decoded = charset.decode(payload, content_type)
    tree = document.parse(decoded.text, decoded.utf8)
    known = metas.read(tree)
    document.drop_unseen(tree)
    parts = split(tree, known, layout, entry.title if entry else None)
    laid = _laid_out(tree, layout)
    said = byline.read((*parts.head, *_below(parts)))
    evidence = Evidence()
    fields = _fields(evidence, parts, said, known, laid)
    found, captions = attachments.read(parts.media, _roots(parts), parts.around, url)
    body = _body([line.text for line in parts.text if line not in captions], found)
    when = _when(evidence, _dates(parts, said, known, laid, url, entry), captured)
    is_repost, repost_of = repost.judge(site, fields["issuer"], fields["content_source"])
    if body or found:
        evidence.origins["body"] = parts.found_by
    if parts.subtitle:
        evidence.origins["subtitle"] = "heading"
    return Article(
        **fields,
        published=when.moment.at if when else None,
        published_precision=when.moment.precision if when else None,
        body="\n".join(body),
        body_kind=_kind(body, found),
        extractor=name_of(layout),
        subtitle=parts.subtitle,
        attachments=tuple(found),
        labels=said.labels,
        is_repost=is_repost,
        repost_of=repost_of,
        stripped=tuple(line.text for line in (*parts.stripped, *(() if body else parts.text)) if line not in captions),
        origins=evidence.origins,
        rejected=tuple(evidence.rejected),
        conflicts=tuple(sorted(evidence.conflicts)),
        charset=decoded.chosen,
        charset_declared=decoded.declared,
        characters_lost=decoded.lost,
    )


def _of_file(
    file: Sequence[Attachment], url: str, captured: dt.datetime | None, entry: Entry | None, extractor: str
) -> Article:
    """A release whose body is a file: what is known of it comes from the list and the address."""
    evidence = Evidence()
    title = evidence.choose("title", [("entry", entry.title if entry else None), ("file name", file[0].name)])
    when = _when(evidence, _dates_beside(url, entry), captured)
    return Article(
        title=title,
        published=when.moment.at if when else None,
        published_precision=when.moment.precision if when else None,
        content_source=None,
        issuer=None,
        author=None,
        editor=None,
        body="",
        body_kind=_kind((), file),
        extractor=extractor,
        attachments=tuple(file),
        origins=evidence.origins,
        rejected=tuple(evidence.rejected),
        conflicts=tuple(sorted(evidence.conflicts)),
    )


def _laid_out(tree: HtmlElement, layout: ArticleLayout | None) -> Mapping[str, str]:
    """What the layout's own selectors for title, date and source find."""
    if layout is None:
        return {}
    selectors = {"title": layout.title, "published": layout.published, "content_source": layout.content_source}
    found = {name: tree.cssselect(selector) for name, selector in selectors.items() if selector}
    return {name: text for name, hits in found.items() if hits and (text := clean(hits[0].text_content()))}


def _below(parts: Parts) -> Iterator[str]:
    """The bylines below the text."""
    for line in parts.tail:
        if byline.is_byline(said := line.shown):
            yield said


def _fields(
    evidence: Evidence,
    parts: Parts,
    said: byline.Byline,
    known: Mapping[str, Sequence[str]],
    laid: Mapping[str, str],
) -> dict[str, Any]:
    """Title, source, issuer, author and editor: the layout's, what the page shows, and last what the metas say."""
    shown = laid.get("content_source")
    source = byline.read([shown]).first("content_source") or shown if shown else None
    visible = said.fields.get("content_source", ())
    metas_say = [offer for name in ("contentsource", "source") for offer in _all(f"meta:{name}", known.get(name, ()))]
    evidence.compare("content_source", source or next(iter(visible), None), next((one for _, one in metas_say), None))
    writers = [one for one in known.get("author", ()) if _HAN.search(one) and len(one) <= _LONGEST_NAME]
    sources = [("layout", source), *_all("byline", visible), *metas_say, ("document table", said.official)]
    return {
        "title": _title(evidence, parts.heading, said, known, laid),
        "content_source": evidence.choose("content_source", sources),
        "issuer": evidence.choose("issuer", _all("byline", said.fields.get("issuer", ()))),
        "author": evidence.choose(
            "author", [*_all("byline", said.fields.get("author", ())), *_all("meta:author", writers)]
        ),
        "editor": evidence.choose("editor", _all("byline", said.fields.get("editor", ()))),
    }


def _title(
    evidence: Evidence,
    heading: Heading | None,
    said: byline.Byline,
    known: Mapping[str, Sequence[str]],
    laid: Mapping[str, str],
) -> str | None:
    offers = [(heading.origin, heading.text), *heading.offers] if heading else []
    shown = laid.get("title") or (heading.text if heading else None)
    evidence.compare("title", shown, metas.first(known, "articletitle"))
    return evidence.choose("title", [("layout", laid.get("title")), *offers, ("byline", said.first("title"))])


def _all(origin: str, values: Iterable[str]) -> list[Offer]:
    return [(origin, value) for value in values]


def _when(evidence: Evidence, candidates: Iterable[Candidate], captured: dt.datetime | None) -> Candidate | None:
    choice = published.choose(candidates, captured)
    if choice.chosen:
        evidence.origins["published"] = choice.chosen.origin
    for one, reason in choice.rejected:
        evidence.rejected.append(Rejected("published", str(one.moment), one.origin, reason))
    if choice.is_conflict:
        evidence.conflicts.add("published")
    return choice.chosen


def _dates(
    parts: Parts,
    said: byline.Byline,
    known: Mapping[str, Sequence[str]],
    laid: Mapping[str, str],
    url: str,
    entry: Entry | None,
) -> Iterator[Candidate]:
    beside = [*published.from_metas(known), *_dates_beside(url, entry)]
    yield from _found("layout", [laid.get("published", "")])
    visible = [*said.fields.get("published", ()), *map(byline.unlabelled, filter(byline.is_byline, parts.head))]
    dated = [line for line in parts.head if len(line) <= _LONGEST_DATED and not _SENTENCE.search(line)]
    visible += [line for line in dated if _LED.search(line) and "，" not in line]
    for text in visible:
        if moment := dates.find(text) or dates.completed(text, [one.moment for one in beside]):
            yield Candidate(moment, "byline")
    yield from beside
    yield from _found("page", dated)
    yield from _found("updated", said.fields.get("updated", ()))
    yield from _found("written", [said.labels[label] for label in labels.WRITTEN if label in said.labels])
    yield from _found("closing", [line.text for line in parts.text[-3:] if dates.is_date(line.text)])


def _found(origin: str, texts: Iterable[str]) -> Iterator[Candidate]:
    for text in texts:
        if moment := dates.find(text):
            yield Candidate(moment, origin)


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
