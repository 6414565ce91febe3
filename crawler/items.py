"""What the spider yields: a page asked for, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from archive.models import Answer, Page
from archive.walks import ListRead


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list page that was read. `answers` are all of this page's, redirect hops first."""

    page: Page
    answers: tuple[Answer, ...]
    read: ListRead


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """An article page that came, not extracted yet; `body` is what it shows, that of an earlier capture after a 304."""

    page: Page
    answers: tuple[Answer, ...]
    body: bytes
    content_type: str | None


@dataclass(frozen=True, slots=True)
class FailedPage:
    """A page that did not come: a wall, an error page, or no answer at all."""

    page: Page
    answers: tuple[Answer, ...]
    outcome: str
    error: str
