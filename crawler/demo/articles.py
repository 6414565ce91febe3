"""Article pages of the sample sites: one template a CMS family, filled with what a release says."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from crawler.demo.answers import Answer, fill, text
from crawler.demo.invented import Release, told


def articles(template: str, releases: Iterable[Release]) -> dict[str, Answer]:
    """The pages of these releases by their paths, with validators."""
    return {release.path: article(template, release) for release in releases}


def article(template: str, release: Release) -> Answer:
    """A release's page, as `templates/families/TEMPLATE.html` writes it."""
    says = told(release)
    page = fill(
        f"families/{template}.html",
        title=escape(release.title),
        path=release.path,
        year=str(release.day.year),
        day=f"{says.published:%Y-%m-%d}",
        chinese_day=f"{says.published:%Y年%m月%d日}",
        minute=f"{says.published:%Y-%m-%d %H:%M}",
        source=escape(says.source),
        editor=escape(says.editor),
        body="\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in says.paragraphs),
        lines="<br>\n".join(f"　　{escape(paragraph)}" for paragraph in says.paragraphs),
    )
    return text(page, modified=says.published)
