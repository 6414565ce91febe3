"""The pages of the sample department's site, 青岭省公安厅: home, lists and articles in the manner of TRS WCM."""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from collections.abc import Iterable, Sequence
from html import escape
from math import ceil

from crawler.demo.answers import Answer, fill, pdf, picture, text
from crawler.demo.releases import COLUMNS, SHANGHAI, SampleRelease, in_column

PER_PAGE = 12
LONGEST_LINK = 24  # characters of a title that the list shows; the whole stands in the link's title attribute
_BUILT = dt.datetime(2025, 11, 1, 9, 0, tzinfo=SHANGHAI)


def department(releases: Sequence[SampleRelease]) -> dict[str, Answer]:
    """Every address of the site, as a path, with its answer; `releases` come newest first."""
    answers = {
        "/": text(_home(releases)),
        "/robots.txt": text("User-agent: *\nDisallow: /admin/\n", "text/plain; charset=utf-8"),
        "/js/createpage.js": text(fill("createpage.js"), "text/javascript; charset=utf-8", _BUILT),
        "/images/logo.png": picture(1, _BUILT, 64, 64),
        "/images/share.png": picture(2, _BUILT, 24, 24),
        "/images/ewm.png": picture(3, _BUILT, 96, 96),
    }
    for column, folder in COLUMNS.items():
        pages = list_pages(releases, column)
        answers |= {f"{folder}index{f'_{number}' if number else ''}.shtml": text(page) for number, page in pages}
        answers[folder] = answers[f"{folder}index.shtml"]
    for release in releases:
        answers |= _release(release, releases)
    return answers


def list_pages(releases: Sequence[SampleRelease], column: str) -> Iterable[tuple[int, str]]:
    """The column's list pages, each with the number that TRS gives it: 0 is the first, `index_1` the second."""
    listed, folder = in_column(releases, column), COLUMNS[column]
    total = ceil(len(listed) / PER_PAGE)
    for number in range(total):
        rows = listed[number * PER_PAGE : (number + 1) * PER_PAGE]
        pager = f'createPageHTML({total}, {number}, "index", "shtml", "page_div", {len(listed)});'
        items = "\n".join(_item(release, folder) for release in rows)
        content = fill("list.html", column=column, items=items, pager=pager, sidebar=_sidebar(releases, column, folder))
        yield number, _frame(f"{column}_青岭省公安厅", _column_metas(column), content)


def article_page(release: SampleRelease, releases: Sequence[SampleRelease]) -> str:
    """The release's page, with its neighbours and three related links among the others of its column."""
    folder = posixpath.dirname(release.path) + "/"
    column = in_column(releases, release.column)
    place = column.index(release)
    content = fill(
        "article.html",
        column=release.column,
        folder=COLUMNS[release.column],
        title=escape(release.title),
        published=f"{release.published:%Y-%m-%d %H:%M}",
        source=escape(release.source),
        body=_body(release),
        editor=f'<p class="editor">责任编辑：{escape(release.editor)}</p>' if release.editor else "",
        previous=_neighbour(column[place - 1] if place else None, folder),
        following=_neighbour(column[place + 1] if place + 1 < len(column) else None, folder),
        related="\n".join(_item(column[(place + step) % len(column)], folder) for step in (3, 5, 8)),
        sidebar=_sidebar(releases, release.column, folder),
    )
    return _frame(f"{escape(release.title)}_青岭省公安厅", _article_metas(release), content)


def _release(release: SampleRelease, releases: Sequence[SampleRelease]) -> dict[str, Answer]:
    folder, modified = posixpath.dirname(release.path), release.published
    answers = {release.path: text(article_page(release, releases), modified=modified)}
    number = int(release.id[-7:])
    if release.image:
        answers[f"{folder}/{release.picture_file}"] = picture(number, modified)
    if release.attachment:
        answers[f"{folder}/{release.attachment_file}"] = pdf(f"Sample province, annex {number}", modified)
    return answers


def _home(releases: Sequence[SampleRelease]) -> str:
    columns = []
    for column, folder in COLUMNS.items():
        items = "\n".join(_item(release, "/") for release in in_column(releases, column)[:6])
        columns.append(fill("home_column.html", column=column, folder=folder, items=items))
    return _frame("青岭省公安厅", _metas(ColumnName="首页", ColumnType="首页"), "\n".join(columns))


def _frame(title: str, metas: str, content: str) -> str:
    return fill("frame.html", title=title, metas=metas, content=content)


def _metas(**named: str) -> str:
    site = {"SiteName": "青岭省公安厅", "SiteDomain": "gat.qingling.example", "SiteIDCode": "0000000001"}
    return "\n".join(f'<meta name="{name}" content="{escape(value)}">' for name, value in (site | named).items())


def _column_metas(column: str) -> str:
    return _metas(ColumnName=column, ColumnDescription=column, ColumnKeywords=column, ColumnType="工作动态")


def _article_metas(release: SampleRelease) -> str:
    return _metas(
        ColumnName=release.column,
        ColumnType="工作动态",
        ArticleTitle=release.title,
        PubDate=f"{release.published:%Y-%m-%d %H:%M}",
        ContentSource=release.source,
        Author="",
        Url=release.path,
    )


def _link(target: SampleRelease, folder: str) -> str:
    """A relative link as TRS writes it: `./` below the page's own folder, `../` outside."""
    relative = posixpath.relpath(target.path, folder)
    return relative if relative.startswith("../") else f"./{relative}"


def _item(release: SampleRelease, folder: str) -> str:
    title = release.title
    shown = title if len(title) <= LONGEST_LINK else title[: LONGEST_LINK - 1] + "…"
    link = f'<a href="{_link(release, folder)}" title="{escape(title)}">{escape(shown)}</a>'
    return f"<li>{link}<span>{release.published:%Y-%m-%d}</span></li>"


def _sidebar(releases: Sequence[SampleRelease], column: str, folder: str) -> str:
    others = [release for release in releases if release.column != column][:5]
    return "\n".join(
        f'<li><em>{release.published:%m-%d}</em> <a href="{_link(release, folder)}">{escape(release.title)}</a></li>'
        for release in others
    )


def _neighbour(release: SampleRelease | None, folder: str) -> str:
    if release is None:
        return "没有了"
    return f'<a href="{_link(release, folder)}">{escape(release.title)}</a>'


def _body(release: SampleRelease) -> str:
    paragraphs = [_paragraph(paragraph, release.markup) for paragraph in release.paragraphs]
    if release.image:
        file, alt = release.picture_file, escape(release.image)
        shown = [f'<img src="./{file}" alt="{alt}" oldsrc="{file}">', escape(release.caption or "")]
        paragraphs[1:1] = [f'<p style="text-align: center;">{line}</p>' for line in shown if line]
    if release.table:
        rows = ("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in release.table)
        paragraphs.append('<table border="1" cellspacing="0">\n' + "\n".join(rows) + "\n</table>")
    if release.attachment:
        name = escape(f"{release.attachment}.pdf")
        paragraphs.append(f'<p>附件：<a href="./{release.attachment_file}" title="{name}">{name}</a></p>')
    return "\n".join(paragraphs)


def _paragraph(paragraph: str, markup: str) -> str:
    """One paragraph in the release's markup; Word's splits every number after its first digit."""
    shown = escape(paragraph, quote=False)
    if markup == "br":
        return f"　　{shown}<br><br>"
    if markup == "word":
        split = re.sub(r"(\d)(\d+\w{0,2})", r'<span lang="EN-US">\1</span><span>\2</span>', shown)
        return f'<p class="MsoNormal"><span style="font-family: 仿宋_GB2312;">{split}</span></p>'
    return f"<p>　　{shown}</p>"
