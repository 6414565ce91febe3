"""Hanweb JCMS (大汉): lists whose first records stand as XML in a script, and whose further ones a proxy gives."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode, urlsplit

from crawler.cms.base import ListPage, Page, entries_of_heaviest_run, next_page, stated_pages, stated_total
from crawler.cms.datastore import Store, entries_of, stores_in
from crawler.cms.weights import by_address

# /art/2026/9/24/art_6372_11834669.html, and the address of the vendor's newer system, which stands in such lists too.
_ARTICLE_ADDRESS = re.compile(r"/art_(?:\d+_\d+|[0-9a-f]{32})\.html$")
_IS_ANSWER = re.compile(r"(?:<\?xml[^>]{0,200}>\s*)?<datastore\b", re.IGNORECASE)
# $('#59425').jpage({…totalRecord:412,…,proxyUrl:'/module/web/jpage/dataproxy.jsp',perPage:15,…,ajaxParam:{col:1,…}})
_CALL = re.compile(r"\.jpage\s*\(\s*\{")
_LENGTH_OF_CALL = 4000
_TOTAL = re.compile(r"\btotalRecord['\"]?\s*:\s*['\"]?(\d{1,7})\b", re.IGNORECASE)
_PER_PAGE = re.compile(r"\bperPage['\"]?\s*:\s*['\"]?(\d{1,4})\b", re.IGNORECASE)
_PROXY = re.compile(r"\bproxyUrl['\"]?\s*:\s*['\"]([^'\"\s]+)['\"]", re.IGNORECASE)
_FORM = re.compile(r"\bajaxParam['\"]?\s*:\s*\{([^{}]*)\}", re.IGNORECASE)
_FIELD = re.compile(r"(?<!\w)['\"]?(\w+)['\"]?\s*:\s*(?:'([^']*)'|\"([^\"]*)\"|([\w./-]+))")
_WINDOW = ("page", "perpage", "startrecord", "endrecord")


@dataclass(frozen=True, slots=True)
class _Call:
    """What the script says that lays out a list: its total, entries a page, where further ones are and with what."""

    total: int | None = None
    per_page: int | None = None
    proxy: str | None = None
    form: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Unit:
    """A list of the page: its records, what its script says, and the proxy's address and form, if there is one."""

    store: Store
    call: _Call
    proxy: str | None
    form: dict[str, str]

    @property
    def total(self) -> int | None:
        return self.call.total if self.store.total is None else self.store.total


def parse(page: Page) -> ListPage:
    """Read a Hanweb list page, or what the proxy answers for a further one.

    The pager's own links, `index.html?uid=59425&pageNum=2`, are for its script: the server gives page one for them.
    """
    stores = stores_in(page.text)
    if stores and _IS_ANSWER.match(page.text.lstrip("\ufeff \t\r\n")):
        return _read_answer(page, stores[0])
    units = [unit for unit in _units(page, stores) if unit.store.records or unit.proxy]
    if units:
        return _read_unit(page, max(units, key=lambda unit: _likeness(page, unit)))
    entries = entries_of_heaviest_run(page, by_address(page, _ARTICLE_ADDRESS))
    return ListPage(entries, _next_by_words(page), stated_total(page), stated_pages(page))


def _units(page: Page, stores: list[Store]) -> list[_Unit]:
    """The lists of a page, each with the call of its unit, else with the one in the same place."""
    calls = _calls(page.text)
    named = {call.form["unitid"]: call for call in reversed(calls) if "unitid" in call.form}
    beside = calls if len(calls) == len(stores) else [_Call()] * len(stores)
    units = []
    for store, call in zip(stores, beside, strict=True) if stores else ((Store(), call) for call in calls):
        group = _query(store.next_group or "")
        call = named.get(group.get("unitid", ""), call)
        proxy = page.absolute(store.next_group or call.proxy)
        units.append(_Unit(store, call, proxy, {**call.form, **group}))
    return units


def _calls(text: str) -> list[_Call]:
    calls = []
    for found in _CALL.finditer(text):
        code = text[found.end() : found.end() + _LENGTH_OF_CALL].partition(".jpage")[0]
        total, per_page, proxy, form = (mark.search(code) for mark in (_TOTAL, _PER_PAGE, _PROXY, _FORM))
        fields = {name: one or two or bare for name, one, two, bare in _FIELD.findall(form[1])} if form else {}
        calls.append(
            _Call(
                total=int(total[1]) if total else None,
                per_page=int(per_page[1]) if per_page else None,
                proxy=proxy[1] if proxy else None,
                form=fields,
            )
        )
    return calls


def _likeness(page: Page, unit: _Unit) -> tuple[bool, int]:
    """How much a unit is the page's list, not one beside it: it is of the page's own column, it has more records."""
    column = unit.form.get("columnid")
    return bool(column) and f"/col{column}/" in urlsplit(page.url).path, len(unit.store.records)


def _read_unit(page: Page, unit: _Unit) -> ListPage:
    listed = ListPage(entries_of(page, unit.store), None, unit.total, unit.store.pages)
    inlined = len(unit.store.records)
    if unit.proxy is None:
        return replace(listed, next_page=_next_by_words(page))
    if unit.store.next_group and "page" not in unit.form:  # an encrypted query, to be taken as it stands
        return replace(listed, next_page=page.elsewhere(unit.proxy), is_frame=not inlined)
    if not inlined:
        return replace(listed, next_page=_group(unit.proxy, unit.form, 1, unit.call.per_page), is_frame=True)
    is_all = inlined >= unit.total if unit.total is not None else inlined < (unit.call.per_page or 0)
    return listed if is_all else replace(listed, next_page=_group(unit.proxy, unit.form, 2, inlined))


def _read_answer(page: Page, store: Store) -> ListPage:
    entries = entries_of(page, store)
    form = _query(page.url)
    number, size = _whole(form.get("page")), _whole(form.get("perpage"))
    if not number:
        following = page.elsewhere(store.next_group) if store.records else None
        return ListPage(entries, following, store.total, store.pages)
    if number == 2 and size and not store.records:
        # Page 1 of this proxy may hold more than the list page inlined, and be the only one.
        return ListPage((), _group(page.url, form, 1, None), store.total, store.pages, is_frame=True)
    if number == 2 and size and (given := _size_given(store, size)) != size:
        again = _group(page.url, form, size // given + 1, given)
        return ListPage((), again, store.total, store.pages, is_frame=True)
    ends = [store.pages] if store.pages else []
    if store.total and size:
        ends.append(-(-store.total // size))
    more = number < min(ends) if ends else size is not None and len(store.records) >= size
    following = _group(page.url, form, number + 1, size) if store.records and more else None
    return ListPage(entries, following, store.total, store.pages)


def _size_given(store: Store, size: int) -> int:
    """How many records a page of this proxy has, as its answer to `page=2` shows; `size` where it does not show it.

    Asked by GET it heeds `page` and may ignore `perpage`: a public note has `totalrecord` 1928 and `totalpage` 20, so
    97 to 101 records a page. Where the list page holds fewer, page 2 would follow it with a gap that nobody sees. So
    page 2 counts only if it is as long as it has to be; else the page that holds the first record not listed yet is
    asked for, and `perpage` then says the true size.
    """
    given = len(store.records)
    if store.total is None or store.total <= size or given == min(size, store.total - size):
        return size
    is_last = store.pages <= 2 if store.pages else 2 * given >= store.total
    return max(store.total - given if is_last else given, 0) or size


def _group(proxy: str, form: dict[str, str], number: int, size: int | None) -> str:
    """The address of the proxy's page of this number, from 1, by GET."""
    fields = [("page", str(number)), *((name, value) for name, value in form.items() if name.lower() not in _WINDOW)]
    if size:
        fields.append(("perpage", str(size)))
    return f"{proxy.partition('?')[0]}?{urlencode(fields, errors='replace')}"


def _query(url: str) -> dict[str, str]:
    return dict(parse_qsl(url.partition("#")[0].partition("?")[2], keep_blank_values=True))


def _whole(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[0-9]{1,5}", text) else None


def _next_by_words(page: Page) -> str | None:
    following = next_page(page)
    return None if following is None or "pageNum" in _query(following) else following
