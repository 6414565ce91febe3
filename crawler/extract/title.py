"""The title of a release: the heading that the page's own head, metas and list entry agree on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.extract import byline
from crawler.extract.document import HEADINGS, clean, says_nothing, squeeze
from crawler.extract.furniture import is_furniture
from crawler.extract.lines import Line, Page

_META_TITLES = ("articletitle", "og:title", "twitter:title", "title")
_PLACE_METAS = ("sitename", "columnname")  # a heading that reads like one of them names where the page stands
_SUFFIX = re.compile(r"\s*(?:[_|]|\s[-–—]+\s|--+|[-–]{1,2}(?=[^-–—]{2,20}$))\s*")
_DASH_OR_BAR = re.compile(r"(?:｜|[—―]{1,2})([^｜—―]{2,20})$")  # these stand in titles too: 警情通报｜…, 守护——记…
_SEPARATORS = re.compile(r"[\s_|｜–—-]+")
_CUT = re.compile(r"(?:\.{2,}|…+)$")
_NAMED = re.compile(r"title|headline|biaoti|\bbt\b|tit\b|subject", re.IGNORECASE)
_SITE = re.compile(r"(?:网|网站|公安[厅局]|政府|频道|在线|门户|日报|首页|新闻中心)$")
_LONGEST = 120
_MOST_SUBTITLES = 3
_MOST_PARTS = 3
_LONGEST_SITE = 12
_SUBTITLE = re.compile(r"sub-?_?tit|subhead|fu-?biao|fbt|f-?title|small-?tit|vice-?tit")
_KICKER = re.compile(r"(?:^|[\s_-])(?:yt|yinti|jianti|kicker|eyebrow)(?:$|[\s_-])")
_DASHED = re.compile(r"^\s*(?:[—―–-]{2,}|[—―])")


@dataclass(frozen=True, slots=True)
class Heading:
    """A title, where it stands, and the numbers of the page's lines that end it and show its subtitle, if any do.

    `around` are all lines of its element, the site's name in it too. `offers` are all titles that the page names, with
    the places where it does.
    """

    text: str
    origin: str
    line: int | None
    subtitle: Sequence[int]
    around: Sequence[int]
    offers: Sequence[tuple[str, str]]


def find(
    tree: HtmlElement,
    metas: Mapping[str, Sequence[str]],
    page: Page,
    body_start: int,
    listed: str | None = None,
) -> Heading | None:
    """The title; `body_start` is the number of the body's first line, above which headings count.

    Meta and `<title>` say what the title is (the latter with the site's name behind it), the heading on the page how
    it is written in full; the list entry, often cut short, comes last. A title cut with … gives way to a fuller form.
    """
    full = page_title(tree)
    full = "" if _is_site(without_suffix(full), "") else full
    metas_say = [(f"meta:{name}", value) for name in _META_TITLES for value in metas.get(name, ())]
    claimed = [(origin, value) for origin, value in metas_say if not _is_site(value, full)]
    named = [value for _, value in claimed]
    claims = [*named, *filter(None, (full, listed))]
    place = _shown(page.lines, body_start + 3, claims)
    if place is None:  # below a column that tells something else
        place = _shown(page.lines, len(page.lines), claims)
    heading = _text(page.lines, place)
    if place is None:
        places = {squeeze(value) for name in _PLACE_METAS for value in metas.get(name, ())}
        place = _nearest_heading(page.lines, body_start, places)
        nearest = _text(page.lines, place)
        heading = nearest if _without_site(nearest, full, named) != nearest else ""
    offers = [("heading", _without_site(heading, full, named)), *claimed]
    if not heading:
        offers.append(("heading", _text(page.lines, place)))
    offers += [("title element", without_suffix(full)), ("entry", listed or "")]
    offers = [(origin, text) for origin, text in offers if text]
    if not offers:
        return None
    fuller = [offer for offer in offers if _continues(offer[1], offers[0][1])]
    origin, text = max(fuller, key=lambda offer: len(offer[1]), default=offers[0])
    if place is None or (origin != "heading" and not _begins_alike(_text(page.lines, place), text)):
        return Heading(text, origin, None, (), (), offers)
    within = _within(page, place.start)
    subtitle = _subtitle(page, place, within)
    return Heading(text, origin, place.stop - 1, subtitle, [*place, *within, *subtitle], offers)


def _text(lines: Sequence[Line], place: range | None) -> str:
    """The title that stands on these lines; a <br> may part it."""
    return "".join(lines[number].text for number in place or ())


def _parted(lines: Sequence[Line], number: int) -> range:
    """The lines over which a title is parted that begins with this one: next to it, in the same element."""
    last = number + 1
    while last < min(number + _MOST_PARTS, len(lines)) and lines[last].block is lines[number].block:
        if not lines[last].text or _DASHED.match(lines[last].text) or byline.is_byline(lines[last].shown):
            break
        last += 1
    return range(number, last)


def _begins_alike(shown: str, text: str) -> bool:
    stem = squeeze(_CUT.sub("", shown))
    return bool(stem) and squeeze(text).startswith(stem)


def _within(page: Page, line: int) -> range:
    """The lines of the heading element that the title stands in, if it stands in one."""
    block = page.lines[line].block
    heading = next((element for element in (block, *block.iterancestors()) if element.tag in HEADINGS), None)
    return page.inside(heading) if heading is not None else range(0)


def _subtitle(page: Page, place: range, within: range) -> Sequence[int]:
    """The lines that are the title's subtitle: next below in the same heading, named so, or begun with a dash; or one
    above it that is named a kicker (引题).
    """
    above = place.start - 1
    is_kicker = above >= 0 and _KICKER.search(page.names.get(page.lines[above].block, ""))
    found = [above] if is_kicker and page.lines[above].text else []
    for number in range(place.stop, min(place.stop + _MOST_SUBTITLES, len(page.lines))):
        below = page.lines[number]
        if not 4 <= len(below.text) <= _LONGEST or below.linked or byline.is_byline(below.shown):
            break
        named = _SUBTITLE.search(page.names.get(below.block, ""))
        if is_furniture(below.shown) or not (number in within or named or _DASHED.match(below.text)):
            break
        if not _SITE.search(below.text):
            found.append(number)
    return found


def page_title(tree: HtmlElement) -> str:
    """The text of `<title>`, which most browsers show and most sites end with their own name."""
    return next((text for e in tree.iter("title") if not says_nothing(text := clean(e.text))), "")


def without_suffix(full: str) -> str:
    """A `<title>` less the column's and the site's names behind it."""
    parts = [part for part in _SUFFIX.split(full) if part.strip()]
    if len(parts) == 1 and (last := _DASH_OR_BAR.search(full)) and _SITE.search(last[1]):
        return full[: last.start()].strip()
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


def _shown(lines: Sequence[Line], end: int, claims: Sequence[str]) -> range | None:
    """The lines before `end` that are the title by several accounts: they are, or begin, what the metas say."""
    wanted = [squeezed for claim in claims if (squeezed := squeeze(_CUT.sub("", claim)))]
    beginnings = {claim[0] for claim in wanted}  # what agrees with a claim begins as it does
    best: tuple[float, range] | None = None
    for number, line in enumerate(lines[:end]):
        if line.text[:1] not in beginnings or line.row:
            continue
        goes_on = number + 1 < len(lines) and lines[number + 1].block is line.block
        for place in (range(number, number + 1), *([_parted(lines, number)] if goes_on else ())):
            text = squeeze(_text(lines, place))
            if len(text) > _LONGEST or (len(text) < 4 and (len(text) < 2 or text not in wanted)):  # 通告 is a title
                continue
            agreed = sum(_agrees(text, claim) for claim in wanted)
            if not agreed:
                continue
            score = agreed + _is_heading(line) + min(len(text), 60) / 60 - (line.link_share > 0.5)
            if best is None or score >= best[0]:
                best = (score, place)
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


def _nearest_heading(lines: Sequence[Line], body_start: int, places: set[str]) -> range | None:
    """The heading next above the text: `h1` before `h2` and `h3`, and those before what is only named like a title."""
    above = range(min(body_start, len(lines) - 1), -1, -1)
    fitting = [n for n in above if _could_be_title(lines[n]) and squeeze(lines[n].text) not in places]
    for tag in ("h1", "h2", "h3", None):
        for number in fitting:
            block = lines[number].block
            if block.tag == tag or (tag is None and _is_heading(lines[number])):
                return _around(lines, number)
    return _above_byline(lines, fitting)


def _above_byline(lines: Sequence[Line], fitting: Sequence[int]) -> range | None:
    """The line next above the byline, on a page that marks no heading at all."""
    below: str | None = None
    for number in fitting:
        text = lines[number].text
        if byline.is_byline(text):
            below = text
        elif below is not None and not is_furniture(text):
            return _around(lines, number)
    return None


def _could_be_title(line: Line) -> bool:
    text = line.text
    if line.row or line.link_share >= 0.5 or not 4 <= len(text) <= _LONGEST or _DASHED.match(text):
        return False
    return not says_nothing(text) and not (len(text) <= _LONGEST_SITE and _SITE.search(text))


def _around(lines: Sequence[Line], number: int) -> range:
    """The lines over which a title is parted that ends with this one."""
    first = next((n for n in range(max(0, number - _MOST_PARTS + 1), number) if number in _parted(lines, n)), number)
    return range(first, number + 1)


def _continues(text: str, cut: str) -> bool:
    stem = _CUT.sub("", cut)
    return stem != cut and len(text) > len(stem) and squeeze(text).startswith(squeeze(stem))


def _is_site(value: str, full: str) -> bool:
    """Is the meta only the site's or the column's name, as `title` and `og:title` often are?"""
    return len(value) <= _LONGEST_SITE and bool(_SITE.search(value)) and not full.startswith(value)
