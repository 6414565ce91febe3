"""The `<datastore>` XML of Hanweb's lists: its records, its totals, and the address of the next group."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from crawler.cms.base import Entry, Page, Row, row_of
from crawler.cms.rows import title_of

# Cut apart, not parsed: an XML parser gives up at the first ampersand, and an HTML parser sees no CDATA.
_STORE, _STORE_END = (re.compile(rf"<{slash}datastore\b[^<>]{{0,200}}>", re.IGNORECASE) for slash in ("", "/"))
_RECORD, _RECORD_END = (re.compile(rf"<{slash}record\b[^<>]{{0,200}}>", re.IGNORECASE) for slash in ("", "/"))
_GROUP, _GROUP_END = (re.compile(rf"<{slash}nextgroup\b[^<>]{{0,200}}>", re.IGNORECASE) for slash in ("", "/"))
_HREF = re.compile(r"\bhref\s*=\s*(?:'([^']+)'|\"([^\"]+)\")", re.IGNORECASE)
_TOTAL, _PAGES = (
    re.compile(rf"<{name}>(?:<!\[CDATA\[)?\s{{0,9}}(\d{{1,7}})\s{{0,9}}(?:\]\]>)?</{name}>", re.IGNORECASE)
    for name in ("totalrecord", "totalpage")
)


@dataclass(frozen=True, slots=True)
class Store:
    """`records` are HTML, one line of the list each; `next_group` is the href that leads to further ones."""

    records: tuple[str, ...] = ()
    next_group: str | None = None
    total: int | None = None
    pages: int | None = None


def stores_in(text: str) -> list[Store]:
    """The datastores of a list page, which may have several, or of the proxy's answer, in their order."""
    return [_store(_STORE_END.split(part, 1)[0]) for part in _STORE.split(text)[1:]]


def entries_of(page: Page, store: Store) -> tuple[Entry, ...]:
    """The records as entries, each address once; those that lead nowhere are left out."""
    found: dict[str, Entry] = {}
    for record in store.records:
        row = _row(page, record)
        if row is not None:
            found.setdefault(row.url, row.entry)
    return tuple(found.values())


def _store(text: str) -> Store:
    total, pages = _TOTAL.search(text), _PAGES.search(text)
    _, *groups = _GROUP.split(text, 1)
    href = _HREF.search(_markup(_GROUP_END.split(groups[0], 1)[0])) if groups else None
    return Store(
        records=tuple(_markup(_RECORD_END.split(record, 1)[0]) for record in _RECORD.split(text)[1:]),
        next_group=(href[1] or href[2]).replace("&amp;", "&") if href else None,
        total=int(total[1]) if total else None,
        pages=int(pages[1]) if pages else None,
    )


def _markup(text: str) -> str:
    """What stands in an element as CDATA, as entities, or plain."""
    text = text.strip()
    if text.startswith("<![CDATA["):
        return text.removeprefix("<![CDATA[").removesuffix("]]>")
    return text if "<" in text else html.unescape(text)


def _row(page: Page, record: str) -> Row | None:
    """A record's line; of several links, as of a picture and a title, the one with the longest title leads on."""
    tree = Page(page.url, record).tree
    links = [link for link in tree.iter("a") if page.elsewhere(link.get("href"))]
    return row_of(page, tree, max(links, key=lambda link: len(title_of(link)))) if links else None
