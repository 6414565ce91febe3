"""What a page says to someone who never saw its site: a list page's family and names, where an article has its text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler import cms
from crawler.cms.detect import detect
from crawler.extract import charset, document, metas
from crawler.extract.document import clean

_LONGEST_NAME = 60
_BETWEEN_PARTS = re.compile(r"\s*[_|｜—–-]+\s*")  # <title>公安要闻_青岭省公安厅</title>
_PLAIN_NAME = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Survey:
    """A list page's family, the mark that gave it away (None: no mark is known), what was read from it, and its names.

    `name` is what the site calls itself and `column` what it calls this list: metas first, then the title.
    """

    family: str
    mark: str | None
    read: cms.ListPage
    name: str | None
    column: str | None


def survey(url: str, text: str, family: str | None = None) -> Survey:
    """Read a list page as `family` does, else the one detected; by the general rule where that finds no entry."""
    page = cms.Page(url, text)
    family, mark = (family, None) if family else detect(page) or ("auto", None)
    read = cms.parse(family, page)
    if not (read.entries or read.is_frame) and (general := cms.parse("auto", page)).entries:
        family, mark, read = "auto", None, general
    return Survey(family, mark, read, *_names(page.tree))


def text_selectors(payload: bytes, content_type: str | None, listed: str | None) -> list[str]:
    """CSS selectors of the element that holds an article's text, by its id and classes; others may match them too.

    `listed` is the title that the list page showed.
    """
    from crawler.extract.parts import split  # brings trafilatura with it, which only a worker needs

    tree = document.parse(charset.decode(payload, content_type).text)
    known = metas.read(tree)
    document.drop_unseen(tree)
    found = split(tree, known, None, listed).container
    if found is None:
        return []
    named = [("#", found.get("id", "")), *((".", name) for name in found.get("class", "").split())]
    return [f"{sign}{name}" for sign, name in named if _PLAIN_NAME.fullmatch(name)]


def printable(text: str) -> str:
    """A page's own words on one line, with nothing in them that steers a terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _names(tree: HtmlElement) -> tuple[str | None, str | None]:
    """What the site and the list are called. Jilin's ColumnName is the site's own name, and says nothing then."""
    known = metas.read(tree)
    parts = [part for part in _BETWEEN_PARTS.split(clean(tree.findtext(".//title") or "")) if part]
    name = metas.first(known, "sitename") or (parts[-1] if len(parts) > 1 else None)
    columns = [metas.first(known, "columnname"), *parts[:1]]
    column = next((one for one in columns if one and one != name), None)
    return _short(name), _short(column)


def _short(name: str | None) -> str | None:
    shown = clean(printable(name or ""))
    return shown if 0 < len(shown) <= _LONGEST_NAME else None
