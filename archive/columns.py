"""What of an article stands in the columns of a release, and how a time is written as precisely as it is known."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from archive.models import Article


def columns(article: Article) -> dict[str, Any]:
    """The columns of `press_releases` that come from the page."""
    day = article.published.date() if isinstance(article.published, dt.datetime) else article.published
    precise = article.published_precision in ("second", "minute", "day")
    return {
        "title": article.title,
        "subtitle": article.subtitle,
        "published": published_text(article),
        "published_precision": article.published_precision,
        "published_day": day.isoformat() if day and precise else None,
        "year": day.year if day else None,
        "published_from": article.origins.get("published"),
        "content_source": article.content_source,
        "issuer": article.issuer,
        "author": article.author,
        "editor": article.editor,
        "body": article.body,
        "body_kind": article.body_kind,
        "chars": len(article.body),
        "is_repost": article.is_repost,
        "repost_of": article.repost_of,
        "text_digest": text_digest(article.title, article.body),
        "extractor": article.extractor,
    }


def text_digest(title: str | None, body: str) -> str:
    """`sha256:` and the hex of title and body; attachments are compared one by one."""
    text = f"{title or ''}\n\n{body}"
    return f"sha256:{hashlib.sha256(text.encode('utf-8')).hexdigest()}"


def published_text(article: Article) -> str | None:
    """`published` as long as it is precise: `2026-03-01T09:30:05+08:00`, `…T09:30+08:00`, `2026-03-01`, `2026-03`."""
    when = article.published
    if when is None:
        return None
    if isinstance(when, dt.datetime):
        return when.isoformat(timespec="seconds" if article.published_precision == "second" else "minutes")
    return when.isoformat()[: {"month": 7, "year": 4}.get(article.published_precision or "day", 10)]
