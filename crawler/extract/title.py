"""The title of a release: the heading that the page's own head, metas and list entry agree on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.extract import byline
from crawler.extract.document import HEADINGS, Line, clean, squeeze
from crawler.extract.furniture import is_furniture

_META_TITLES = ("articletitle", "og:title", "twitter:title", "title")
_SUFFIX = re.compile(r"\s*(?:[_|｜]|\s[-–—]+\s|--+|[-–—]{1,2}(?=[^-–—]{2,20}$))\s*")
_SEPARATORS = re.compile(r"[\s_|｜–—-]+")
_CUT = re.compile(r"(?:\.{2,}|…+)$")
_NAMED = re.compile(r"title|headline|biaoti|\bbt\b|tit\b|subject", re.IGNORECASE)
_SITE = re.compile(r"(?:网|网站|公安[厅局]|政府|频道|在线|门户|日报|首页|新闻中心)$")
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Heading:
    """A title and the number of the page's line that shows it; None where no line does."""

    text: str
    line: int | None


def find(
    tree: HtmlElement,
    metas: Mapping[str, str],
    lines: Sequence[Line],
    body_start: int,
    listed: str | None = None,
) -> Heading | None:
    """The title; `body_start` is the number of the body's first line, above which headings count.

    Meta and `<title>` say what the title is (the latter with the site's name behind it), the heading on the page how
    it is written in full; the list entry, often cut short, comes last. A title cut with … gives way to a fuller form.
    """
    full = page_title(tree)
    full = "" if _is_site(full, "") else full
    claimed = [value for name in _META_TITLES if (value := metas.get(name)) and not _is_site(value, full)]
    shown = _shown(lines, body_start, [*claimed, *([full] if full else []), *([listed] if listed else [])])
    if shown is not None:
        return Heading(_without_site(lines[shown].text, full, claimed), shown)
    nearest = _nearest_heading(lines, body_start)
    if nearest and (text := _without_site(nearest.text, full, claimed)) != nearest.text:
        return Heading(text, nearest.line)
    candidates = [*claimed, nearest.text if nearest else "", *([without_suffix(full)] if full else []), listed or ""]
    best = next((one for one in candidates if one), None)
    if best is None:
        return None
    fuller = [one for one in candidates if _continues(one, best)]
    chosen = max(fuller, key=len, default=best)
    return Heading(chosen, nearest.line if nearest and chosen == nearest.text else None)


def page_title(tree: HtmlElement) -> str:
    """The text of `<title>`, which most browsers show and most sites end with their own name."""
    return next((text for e in tree.iter("title") if (text := clean(e.text_content()))), "")


def without_suffix(full: str) -> str:
    """A `<title>` less the column's and the site's names behind it."""
    parts = [part for part in _SUFFIX.split(full) if part.strip()]
    if len(parts) < 2:
        return full.strip()
    if _SITE.search(parts[0]) and len(parts[0]) < len(parts[1]):  # 某某公安局_标题
        return parts[1].strip()
    return parts[0].strip()


def _without_site(heading: str, full: str, claimed: Sequence[str]) -> str:
    """The heading less the site's name, where it bears that name as `<title>` does: TITLE热讯网 beside TITLE-热讯网."""
    if heading == full or heading in claimed or _folded(heading) != _folded(full):
        return heading
    return without_suffix(full)


def _folded(text: str) -> str:
    return _SEPARATORS.sub("", text)


def _shown(lines: Sequence[Line], body_start: int, claims: Sequence[str]) -> int | None:
    """The line that is the title by several accounts: it begins, or is, what the metas and `<title>` say."""
    wanted = [squeeze(_CUT.sub("", claim)) for claim in claims]
    best: tuple[float, int] | None = None
    for number, line in enumerate(lines[: body_start + 3]):
        text = squeeze(line.text)
        if not 4 <= len(text) <= _LONGEST or line.row:
            continue
        agreed = sum(_agrees(text, claim) for claim in wanted if claim)
        if not agreed:
            continue
        score = agreed + _is_heading(line) + min(len(text), 60) / 60 - (line.link_share > 0.5)
        if best is None or score >= best[0]:
            best = (score, number)
    return best[1] if best else None


def _agrees(text: str, claim: str) -> bool:
    if text == claim:
        return True
    rest = claim[len(text) :]
    if claim.startswith(text):  # the site's name may follow, but not the rest of a sentence
        return bool(re.match(r"[-_|｜–—<（(]", rest)) and len(text) > 5
    return text.startswith(claim) and len(claim) >= 8 and len(text) <= 2 * len(claim) + 10


def _is_heading(line: Line) -> float:
    block = line.block
    if block.tag in ("h1", "h2"):
        return 1.0
    named = " ".join((block.get("class", ""), block.get("id", "")))
    return 0.5 if block.tag in HEADINGS or _NAMED.search(named) else 0.0


def _nearest_heading(lines: Sequence[Line], body_start: int) -> Heading | None:
    """The heading next above the text: `h1` before `h2` and `h3`, and those before what is only named like a title."""
    above = range(min(body_start, len(lines) - 1), -1, -1)
    fitting = [n for n in above if 4 <= len(lines[n].text) <= _LONGEST and lines[n].link_share < 0.5]
    for tag in ("h1", "h2", "h3", None):
        for number in fitting:
            block = lines[number].block
            if block.tag == tag or (tag is None and _is_heading(lines[number])):
                return Heading(lines[number].text, number)
    return _above_byline(lines, fitting)


def _above_byline(lines: Sequence[Line], fitting: Sequence[int]) -> Heading | None:
    """The line next above the byline, on a page that marks no heading at all."""
    below: str | None = None
    for number in fitting:
        text = lines[number].text
        if byline.is_byline(text):
            below = text
        elif below is not None and not is_furniture(text):
            return Heading(text, number)
    return None


def _continues(text: str, cut: str) -> bool:
    stem = _CUT.sub("", cut)
    return stem != cut and len(text) > len(stem) and squeeze(text).startswith(squeeze(stem))


def _is_site(value: str, full: str) -> bool:
    """Is the meta only the site's or the column's name, as `title` and `og:title` often are?"""
    return len(value) <= 12 and bool(_SITE.search(value)) and not full.startswith(value)
