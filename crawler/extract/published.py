"""When a release was published: the dates that its page offers, and the choice among them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crawler.extract.dates import FINER, SHANGHAI, Moment, find

_FIRST = dt.date(1999, 1, 1)  # before that no department had a website
_CLOCKS_DIFFER = dt.timedelta(hours=1)  # a page may say 09:30 and be captured at 09:29:50
_ASIDE = ("updated", "written", "closing", "page")  # believed if nothing else is, and no contradiction to what is


@dataclass(frozen=True, slots=True)
class Candidate:
    """A date and where it was found: `layout`, `byline`, `meta:pubdate`, `entry`, `url`; or `page`, `updated`,
    `written`, `closing`, which tell when something else was done or happened, and are believed if nothing else is.

    `doubtful` is set for a meta that may be the time at which the page was generated anew.
    """

    moment: Moment
    origin: str
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """The candidate that was believed, those that were not, each with the reason, and whether they contradict it.

    They do where a candidate that is plausible names a day more than one day away, or another month or year.
    """

    chosen: Candidate | None
    rejected: Sequence[tuple[Candidate, str]]
    is_conflict: bool


def choose(candidates: Iterable[Candidate], captured: dt.datetime | None = None) -> Choice:
    """The date to believe: the first candidate that is plausible, unless two other kinds agree against it.

    Plausible is: not before 1999 and not after the capture, give or take an hour between the two clocks. A doubtful
    one is only taken where nothing speaks against it. Of candidates for the same day the finest wins, since a list or
    an address says less than a byline.
    """
    offered = list(dict.fromkeys(candidates))
    refused = [(one, why) for one in offered if (why := _implausible(one.moment, captured))]
    plausible = [one for one in offered if not _implausible(one.moment, captured)]
    firm = [one for one in plausible if not one.doubtful]
    stale = [one for one in plausible if one.doubtful and any(_contradicts(other, one) for other in firm)]
    refused += [(one, "the time at which the page was made anew") for one in stale]
    ranked = sorted((one for one in plausible if one not in stale), key=lambda one: one.doubtful)
    with_day = [one for one in ranked if FINER[one.moment.precision] >= FINER["day"]]
    if not with_day:
        chosen = max(ranked, key=lambda one: FINER[one.moment.precision], default=None)
    else:
        winner = _believed(with_day)
        same = [one for one in with_day if _apart(one, winner) == 0]
        chosen = max(same, key=lambda one: (_told(one.moment), one is winner))
    others = [one for one in ranked if chosen and one.moment.day != chosen.moment.day]
    against = [one for one in others if chosen and _contradicts(chosen, one)]
    is_conflict = any(not one.doubtful and one.origin not in _ASIDE for one in against)
    return Choice(chosen, [*refused, *((one, "another place says otherwise") for one in others)], is_conflict)


def _believed(ranked: list[Candidate]) -> Candidate:
    """The first, unless it is a meta, an entry or an address alone against two others that agree."""
    spoken = [one for one in ranked if one.origin not in _ASIDE]
    if not spoken or spoken[0].origin in ("layout", "byline"):
        return next(iter(spoken or ranked))
    for rival in spoken:
        if len({o.origin for o in spoken if _apart(o, rival) == 0}) > 1 and _supporters(spoken[0], spoken) == 1:
            return rival
    return spoken[0]


def _contradicts(one: Candidate, other: Candidate) -> bool:
    """Do they name days more than one apart, or another month or year where one of them names no day?"""
    if min(FINER[one.moment.precision], FINER[other.moment.precision]) >= FINER["day"]:
        return _apart(one, other) > 1
    years = one.moment.day.year, other.moment.day.year
    if "year" in (one.moment.precision, other.moment.precision):
        return years[0] != years[1]
    return years[0] != years[1] or one.moment.day.month != other.moment.day.month


def _told(moment: Moment) -> int:
    """How fine a date is; seconds of 00 tell no more than the minute, since a CMS adds them to what it knows."""
    if moment.precision == "second" and isinstance(moment.at, dt.datetime) and not moment.at.second:
        return FINER["minute"]
    return FINER[moment.precision]


def _supporters(candidate: Candidate, among: list[Candidate]) -> int:
    return len({one.origin for one in among if _apart(one, candidate) <= 1})


def _apart(one: Candidate, other: Candidate) -> int:
    return abs((one.moment.day - other.moment.day).days)


def _implausible(moment: Moment, captured: dt.datetime | None) -> str | None:
    """Why a date cannot be that of the release."""
    if moment.day < _FIRST:
        return "before 1999"
    if captured is None:
        return None
    latest = captured + _CLOCKS_DIFFER
    is_later = (
        moment.at > latest if isinstance(moment.at, dt.datetime) else moment.at > latest.astimezone(SHANGHAI).date()
    )
    return "after the capture" if is_later else None


def from_metas(metas: Mapping[str, Sequence[str]]) -> Iterator[Candidate]:
    """The dates of a page's metas, the standard's PubDate first."""
    generated = [moment for name in _GENERATED for value in metas.get(name, ()) if (moment := find(value))]
    for name in _META_NAMES:
        for value in metas.get(name, ()):
            if moment := find(value):
                doubtful = any(_same_time(moment, made) for made in generated)
                yield Candidate(moment, f"meta:{name}", doubtful)


def _same_time(moment: Moment, made: Moment) -> bool:
    """Is this the time at which the page was made, as far as both say?"""
    if not isinstance(moment.at, dt.datetime) or not isinstance(made.at, dt.datetime):
        return False
    if "minute" in (moment.precision, made.precision):
        return moment.at.replace(second=0) == made.at.replace(second=0)
    return moment.at == made.at


_GENERATED = ("maketime", "htmlgeneratetime", "others", "createdate_page")
_META_NAMES = (
    "pubdate",
    "publishdate",
    "publish_date",
    "pubtime",
    "publish-date",
    "firstpublishedtime",
    "article:published_time",
    "og:published_time",
    "datepublished",
    "weibo: article:create_at",
    "og:release_date",
    "og:time",
    "apub:time",
    "bytedance:published_time",
    "createdate",
    "date",
)
