"""The sample province's press releases, as `releases.toml` declares them."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
COLUMNS = {"警务动态": "/xwzx/jwdt/", "警情通报": "/xwzx/jqtb/"}


@dataclass(frozen=True, slots=True)
class SampleRelease:
    """One release; `paragraphs` are its text, `table` (rows of cells) and `caption` aside.

    `image` describes the picture, `attachment` names a PDF without its ending.
    """

    id: str
    column: str
    title: str
    published: dt.datetime
    source: str
    paragraphs: tuple[str, ...]
    also_in: str | None = None
    editor: str | None = None
    markup: Literal["p", "br", "word"] = "p"
    image: str | None = None
    caption: str | None = None
    attachment: str | None = None
    table: tuple[tuple[str, ...], ...] = ()

    @property
    def path(self) -> str:
        """Where its page stands, in the manner of TRS: month folder, then day and number."""
        return f"{COLUMNS[self.column]}{self.id[1:7]}/{self.id}.html"

    @property
    def picture_file(self) -> str:
        """The picture's file beside the page, named as TRS names them."""
        return f"W0{self.id[1:].replace('_', '')}.png"

    @property
    def attachment_file(self) -> str:
        """The attachment's file beside the page."""
        return f"P0{self.id[1:].replace('_', '')}.pdf"


def load_releases() -> tuple[SampleRelease, ...]:
    """Every release, newest first."""
    declared = tomllib.loads(Path(__file__).with_name("releases.toml").read_text("utf-8"))
    releases = (_release(**table) for table in declared["release"])
    return tuple(sorted(releases, key=lambda release: release.published, reverse=True))


def in_column(releases: Sequence[SampleRelease], column: str) -> tuple[SampleRelease, ...]:
    """The releases that the column's list links to, those of another column included."""
    return tuple(release for release in releases if column in (release.column, release.also_in))


def _release(*, published: str, paragraphs: list[str], table: tuple[list[str], ...] = (), **rest: Any) -> SampleRelease:
    return SampleRelease(
        published=dt.datetime.fromisoformat(published).replace(tzinfo=SHANGHAI),
        paragraphs=tuple(paragraphs),
        table=tuple(tuple(row) for row in table),
        **rest,
    )
