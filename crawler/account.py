"""What was read from a page, in lines for a person: each value, where it stood, and what was not taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archive.columns import published_text
from archive.models import Article, Attachment

_NAMES = {
    "title": "title",
    "subtitle": "subtitle",
    "published": "published",
    "content_source": "source",
    "issuer": "issuer",
    "author": "author",
    "editor": "editor",
}
_LONGEST = 110
_MOST_PARAGRAPHS = 10
_MOST_STRIPPED = 30


def account(article: Article) -> Iterator[str]:
    """The lines of one page; of the page's own words nothing that steers a terminal."""
    return map(escaped, _lines(article))


def escaped(text: str) -> str:
    r"""The text on one line: what is not printable stands there as an escape (\x1b), white space as a space."""
    return "".join(
        sign if sign.isprintable() else " " if sign.isspace() else sign.encode("unicode_escape").decode()
        for sign in text
    )


def short(text: str) -> str:
    """The text, cut where it is too long for a line, unless it names an address."""
    return text if len(text) <= _LONGEST or "://" in text else f"{text[: _LONGEST - 1]}…"


def _lines(article: Article) -> Iterator[str]:
    for field in _NAMES:
        yield from _field(article, field)
    yield f"repost     {_repost(article)}"
    for label, value in article.labels.items():
        yield f"label      {label}: {short(value)}"
    body = article.body.split("\n") if article.body else []
    where = f" (from: {article.origins['body']})" if "body" in article.origins else ""
    yield f"body       {article.body_kind}; characters: {len(article.body)}; lines: {len(body)}{where}"
    yield from _ends(body, _MOST_PARAGRAPHS)
    for one in article.attachments:
        yield from _attachment(one)
    yield f"stripped   lines: {len(article.stripped)}"
    yield from _ends(article.stripped, _MOST_STRIPPED)
    declared = f"declared: {article.charset_declared or 'none'}; characters lost: {article.characters_lost}"
    yield f"charset    {article.charset or 'none'}; {declared}"
    yield f"extractor  {article.extractor}"


def _field(article: Article, field: str) -> Iterator[str]:
    value = published_text(article) if field == "published" else getattr(article, field)
    said = [f"from: {article.origins[field]}"] if field in article.origins else []
    said += ["two places disagree"] if field in article.conflicts else []
    yield f"{_NAMES[field]:<10} {short(value or 'none found')}" + (f" ({'; '.join(said)})" if said else "")
    for one in article.rejected:
        if one.field == field:
            yield f"  not      {short(one.value)} ({one.origin}: {one.reason})"


def _repost(article: Article) -> str:
    if article.is_repost is None:
        return "unknown"
    return f"yes, of {article.repost_of or 'nobody named'}" if article.is_repost else "no"


def _attachment(one: Attachment) -> Iterator[str]:
    yield f"{one.kind:<10} {one.url}"
    if one.name:
        yield f"  name     {short(one.name)}"
    if one.caption:
        yield f"  caption  {short(one.caption)}"


def _ends(lines: Sequence[str], most: int) -> Iterator[str]:
    """All lines, or the first and the last of them and how many stand between."""
    left_out = len(lines) - most
    shown = lines if left_out <= 0 else (*lines[: most // 2], f"… {left_out} more …", *lines[-(most // 2) :])
    yield from (f"  {short(line)}" for line in shown)
