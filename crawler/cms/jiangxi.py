"""Jiangxi's unified platform: list pages that hold a template, filled by a script from the JSON of `/queryList`."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

from crawler.cms import json_answer
from crawler.cms.base import (
    Entry,
    ListPage,
    Page,
    day_in,
    day_in_address,
    entries_of_heaviest_run,
    next_page,
    stated_pages,
    stated_total,
)
from crawler.cms.forms import form_of, with_form
from crawler.cms.rows import squeezed

# var params={current:1, unitid:'380055', webSiteCode:['jxssthjt'], channelCode:['col42150'], perPage:'15', …};
_OBJECT = re.compile(r"=\s{0,9}\{([^{}]{0,4000})\}")
_MEMBER = re.compile(r"(?<!\w)['\"]?(\w+)['\"]?\s*:\s*(\[[^\[\]]*\]|'[^']*'|\"[^\"]*\"|\w+)")
_CODE = re.compile(r"[\w.-]+")
_CHANNELS = ("channelCode", "channelId")  # the id is how a city government on the platform names it
_SITE = "webSiteCode"
_PAGE_SIZE = 15
_TOTALS = ("total", "totalCount", "totalRecord")  # which of them the platform writes was not seen
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_MILLISECONDS = re.compile(r"[0-9]{12,13}")
_LONGEST_TITLE = 1000

Form = list[tuple[str, str]]


def parse(page: Page) -> ListPage:
    """Read a list page of the platform, or what `/queryList` answers to the form in the page's address."""
    answer = json_answer.read(page.text)
    if answer is not None:
        return _read_answer(page, json_answer.members(answer.get("data")))
    data, forms = page.absolute("/queryList"), list(_forms(page))
    if data is None or not forms:
        entries = entries_of_heaviest_run(page)
        return ListPage(entries, next_page(page), stated_total(page), stated_pages(page))
    folders = set(urlsplit(page.url).path.split("/"))
    own = max(forms, key=lambda form: any(name.startswith("channel") and code in folders for name, code in form))
    return ListPage((), with_form(data, urlencode(own)), is_frame=True)


def _forms(page: Page) -> Iterator[Form]:
    """What the lists of a page are asked for with; of several the page's own is the one whose channel is its folder."""
    for script in page.tree.iter("script"):
        for found in _OBJECT.finditer("".join(script.itertext())):
            members = dict(_MEMBER.findall(found[1]))
            if _SITE not in members or not any(name in members for name in _CHANNELS):
                continue
            size = next(
                (stated for name in ("perPage", "pageSize") if (stated := _stated(members.get(name)))), _PAGE_SIZE
            )
            codes = [
                (f"{name}[]", code) for name in (_SITE, *_CHANNELS) for code in _CODE.findall(members.get(name, ""))
            ]
            yield [("current", "1"), ("pageSize", str(size)), *codes, ("sort", "sortNum"), ("order", "desc")]


def _stated(value: str | None) -> int | None:
    return json_answer.count((value or "").strip("'\""))


def _read_answer(page: Page, data: dict[str, object]) -> ListPage:
    results = json_answer.items(data.get("results"))
    entries: dict[str, Entry] = {}
    for result in results:
        entry = _entry(page, json_answer.members(json_answer.members(result).get("source")))
        if entry is not None:
            entries.setdefault(entry.url, entry)
    total = next((stated for name in _TOTALS if (stated := json_answer.count(data.get(name))) is not None), None)
    following = _following(page, len(results), total) if entries else None
    return ListPage(tuple(entries.values()), following, total)


def _following(page: Page, given: int, total: int | None) -> str | None:
    """The address of the next page: nothing but the form that was sent says which page an answer is."""
    sent = form_of(page.url)
    form = parse_qsl(sent[1], keep_blank_values=True) if sent else []
    number, size = (json_answer.count(dict(form).get(name)) for name in ("current", "pageSize"))
    if sent is None or not number or not size or not (given >= size if total is None else number * size < total):
        return None
    turned = [(name, str(number + 1) if name == "current" else value) for name, value in form]
    return with_form(sent[0], urlencode(turned, errors="replace"))


def _entry(page: Page, source: dict[str, object]) -> Entry | None:
    """One result; the address of its page for computers stands in JSON within the JSON, `{"pc":"/…"}`."""
    url = page.elsewhere(json_answer.string(json_answer.members(source.get("urls")).get("pc")))
    if url is None:
        return None
    title = _title(source.get("title")) or _title(source.get("showTitle"))
    return Entry(url, title, _day(source.get("pubDate")) or day_in_address(url))


def _title(value: object) -> str:
    return squeezed(html.unescape(re.sub(r"<[^<>]*>", "", json_answer.string(value)[:_LONGEST_TITLE])))


def _day(value: object) -> dt.date | None:
    """The day in Shanghai of `2026-03-01 09:30:05`, `2026-03-01` or milliseconds since 1970, also written as text."""
    text = str(value) if isinstance(value, int) and abs(value) < 10**13 else json_answer.string(value).strip()
    if _MILLISECONDS.fullmatch(text):
        return dt.datetime.fromtimestamp(int(text) / 1000, _SHANGHAI).date()
    return day_in(text)
