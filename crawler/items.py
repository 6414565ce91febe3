"""What the spider yields: a page asked for, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from archive.models import Answer, Page


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list page that came, not read yet. `answers` are all of this page's, redirect hops first.

    `url` is the address that answered; `text` what it shows, that of an earlier capture after a 304.
    """

    page: Page
    answers: tuple[Answer, ...]
    url: str
    text: str


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """An article page that came, not extracted yet; `body` is what it shows, that of an earlier capture after a 304."""

    page: Page
    answers: tuple[Answer, ...]
    body: bytes
    content_type: str | None


@dataclass(frozen=True, slots=True)
class AttachmentPage:
    """An image or a file of a release that came, or did not change."""

    page: Page
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class FailedPage:
    """A page that did not come: a wall, an error page, or no answer at all."""

    page: Page
    answers: tuple[Answer, ...]
    outcome: str
    error: str


Item = ListPage | ArticlePage | AttachmentPage | FailedPage
