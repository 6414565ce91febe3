"""What a person's files hold, as far as one can tell without reading a page; and what is said of it in the end."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

from archive.addresses import key
from archive.models import Answer

_SHOWN = 20
_LONGEST = 300
# A browser follows a redirect at once, this crawler at the pace of the site's `delay`.
_FOLLOWED_WITHIN = dt.timedelta(minutes=1)
_MOST_FOLLOWED = 10
# Redirects held at a time: more, or larger ones, are no longer those of a person's visit.
_MOST_REDIRECTS, _LARGEST_REDIRECT = 10_000, 1 << 14
_REDIRECTS = (
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.SEE_OTHER,
    HTTPStatus.TEMPORARY_REDIRECT,
    HTTPStatus.PERMANENT_REDIRECT,
)
_HTML = re.compile(r"\s*(?:$|text/(?:html|plain)|application/xhtml\+xml)", re.IGNORECASE)
# `index_1.shtml` (TRS), `common_list_2.shtml` (UCAP), `column-index-3.shtml` are pages of one list.
_NUMBER = re.compile(r"[_-]\d+$")


@dataclass(slots=True)
class Imported:
    """How many captures were kept, by kind of page, and how many were here before; what was left out, and why.

    `other_files` counts what no release has: pictures of the site's frame, scripts, styles.
    """

    kept: Counter[str] = field(default_factory=Counter)
    before: int = 0
    other_files: int = 0
    left_out: int = 0
    shown: list[tuple[str, str]] = field(default_factory=list)

    def leave(self, what: str, why: str) -> None:
        """Something was left out; the first of these are told one by one."""
        self.left_out += 1
        if len(self.shown) < _SHOWN:
            self.shown.append((what[:_LONGEST], why[:_LONGEST]))

    def lines(self) -> Iterator[str]:
        """What a person is told."""
        kinds = ", ".join(f"{kind} {number}" for kind, number in sorted(self.kept.items())) or "none"
        others = f"; files that no release has: {self.other_files}" if self.other_files else ""
        yield f"captures kept: {kinds}; here before: {self.before}; left out: {self.left_out}{others}"
        for what, why in self.shown:
            yield f"left out: {what}: {why}"
        if self.left_out > len(self.shown):
            yield f"left out: {self.left_out - len(self.shown)} more"


class Redirects:
    """Where redirects led, of those that a person's files hold."""

    def __init__(self) -> None:
        self._by_target: dict[str, list[Answer]] = {}
        self._held = 0

    def note(self, answer: Answer) -> None:
        """Remember an answer that is a redirect."""
        location = answer.header("location")
        if not is_redirect(answer) or len(answer.body) > _LARGEST_REDIRECT or self._held >= _MOST_REDIRECTS:
            return
        try:
            target = key(urljoin(answer.url, location))
        except ValueError:  # it leads nowhere
            return
        self._by_target.setdefault(target, []).append(answer)
        self._held += 1

    def trail(self, answer: Answer, is_known: Callable[[str], bool]) -> tuple[Answer, ...] | None:
        """An answer behind the redirects that led to it, from the address that is known; None where none is."""
        trail: tuple[Answer, ...] = (answer,)
        while not is_known(trail[0].url):
            before = self._before(trail[0])
            if before is None or len(trail) > _MOST_FOLLOWED:
                return None
            trail = (before, *trail)
        return trail

    def _before(self, answer: Answer) -> Answer | None:
        since = answer.captured - _FOLLOWED_WITHIN
        hops = self._by_target.get(key(answer.url), ())
        in_time = (hop for hop in hops if hop is not answer and since <= hop.captured <= answer.captured)
        return max(in_time, key=lambda hop: hop.captured, default=None)


def is_redirect(answer: Answer) -> bool:
    """Whether an answer sends its reader to another address."""
    return answer.status in _REDIRECTS and answer.header("location") is not None


def is_page(answer: Answer) -> bool:
    """Whether an answer is an HTML page or says nothing of what it is; those of sites are often sent as plain text."""
    return _HTML.match(answer.header("content-type") or "") is not None


def is_further_page(url: str, first: str) -> bool:
    """Whether an address is called as a list's first page is, with a number: how static lists name the others."""
    asked, listed = urlsplit(url), urlsplit(first)
    folder, _, name = asked.path.rpartition("/")
    first_folder, _, first_name = listed.path.rpartition("/")
    if asked.netloc.lower() != listed.netloc.lower() or folder != first_folder or asked.query or listed.query:
        return False
    stem, first_stem = name.partition(".")[0], first_name.partition(".")[0] or "index"
    return _NUMBER.search(stem) is not None and _NUMBER.sub("", stem) == _NUMBER.sub("", first_stem)
