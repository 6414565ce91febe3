"""What is known of a site's months: one without releases is empty only if the site's lists say so.

An empty month is known to be empty where every list of the site that is in use was read through by a completed walk
which began after that month, goes back beyond it, and shows nothing in it, and where no release or entry of the site is
without a date. Whatever else has no releases is unknown, and says why.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

State = Literal["archived", "at least", "gap", "none", "unknown"]
_MONTH = len("2026-03")


@dataclass(frozen=True, slots=True)
class Month:
    """A site's month: how many releases are archived, how many more are listed and never came, and what that means.

    `reason` says why it is unknown or not complete, or since when it is known to be empty; `trouble` how many of the
    month's own runs were walled or failed.
    """

    name: str
    state: State
    archived: int
    missing: int
    reason: str
    trouble: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of a site: when it was last read through, how its last walk ended, the oldest month it shows.

    `completed` is when the run began in which the walk was completed; that run read the list's first page again, so the
    list is known up to there.
    """

    column: str
    url: str
    completed: str | None
    outcome: str | None
    stated_total: int | None
    oldest: str | None
    months: frozenset[str]


@dataclass(slots=True)
class SiteCoverage:
    """What is known of one site; months are `2026-03`, `archived` has the year where only that is known.

    `stated` is the site's own total with the time of the run that read it.
    """

    slug: str
    name: str
    english: str
    division: str | None
    archived: dict[str | None, int] = field(default_factory=dict)
    missing: dict[str | None, dict[str, int]] = field(default_factory=dict)
    lists: list[Listing] = field(default_factory=list)
    runs: dict[str, dict[str, int]] = field(default_factory=dict)
    last_run: tuple[str, str | None] | None = None
    stated: tuple[int, str] | None = None

    @property
    def total(self) -> int:
        """All releases that are archived."""
        return sum(self.archived.values())

    @property
    def undated(self) -> int:
        """Releases without a date, and entries without one whose pages never came: they may belong to any month."""
        return self.archived.get(None, 0) + sum(self.missing.get(None, {}).values())

    @property
    def total_missing(self) -> int:
        """Articles that are listed and never came."""
        return sum(sum(states.values()) for states in self.missing.values())

    @property
    def completed(self) -> str | None:
        """Up to when all of its lists are known; None where one never was read through."""
        walked = [one.completed for one in self.lists]
        return min((one for one in walked if one), default=None) if all(walked) else None

    @property
    def oldest(self) -> str | None:
        """The month from which all lists of the site show something; None where one shows no dates."""
        months = [one.oldest for one in self.lists]
        return max((one for one in months if one), default=None) if all(months) else None

    def month(self, name: str) -> Month:
        """One month of it."""
        archived, states = self.archived.get(name, 0), self.missing.get(name, {})
        missing = sum(states.values())
        doubt = self._doubt(name)
        state: State
        if missing:
            state = "gap"
            never = ", ".join(f"{count} {_NEVER[one]}" for one, count in sorted(states.items()))
            doubt = "; ".join(part for part in (f"listed and not archived: {never}", doubt) if part)
        elif archived:
            state = "at least" if doubt else "archived"
        else:
            doubt = doubt or self._unsure(name)
            state = "unknown" if doubt else "none"
            doubt = doubt or f"its lists were read through on {(self.completed or '')[:10]} and show nothing in it"
        return Month(name, state, archived, missing, doubt, self._trouble(name))

    def _doubt(self, name: str) -> str:
        """Why the lists do not vouch for a month; empty where they do."""
        completed, oldest = self.completed, self.oldest
        if self.last_run is None:
            return "never crawled"
        if completed is None:
            return f"its lists have not all been read to the end{self._last_trouble()}"
        if name > completed[:_MONTH]:
            return f"after the last time its lists were read through, on {completed[:10]}{self._last_trouble()}"
        if name == completed[:_MONTH]:
            return f"known up to {completed[:10]}, when its lists were last read through"
        if oldest is None:
            return "a list of it shows no dates"
        if name < oldest:
            return f"its lists go back to {oldest} only"
        return ""

    def _last_trouble(self) -> str:
        """How the last run, or the last walk of a list, came to no good end."""
        if self.last_run and (outcome := _TROUBLE.get(self.last_run[1] or "")):
            return f"; the last run, on {self.last_run[0][:10]}, {outcome}"
        if any(one.outcome == "short" for one in self.lists):
            return "; a list brought less than the site says it has"
        return ""

    def _unsure(self, name: str) -> str:
        """Why a month without releases may have some all the same, though the lists were read; empty where not."""
        if coarse := self.archived.get(name[:4], 0):
            return f"{coarse} release{_s(coarse)} of {name[:4]} name{'s' if coarse == 1 else ''} no month"
        if self.undated:
            return f"{self.undated} release{_s(self.undated)} without a date may belong here"
        if any(name in one.months for one in self.lists):
            return "a list shows releases of this month, and their pages another date"
        return ""

    def _trouble(self, name: str) -> str:
        outcomes = self.runs.get(name, {})
        said = [f"{outcomes[one]} {one}" for one in _TROUBLE if outcomes.get(one)]
        runs = sum(outcomes.values())
        return f"of {runs} run{_s(runs)} in this month: {', '.join(said)}" if said else ""


_NEVER = {"waiting": "not asked for yet", "walled": "behind a wall", "failed": "failed"}
_TROUBLE = {
    "walled": "was walled",
    "failed": "failed",
    "killed": "was killed",
    "broken": "broke off",
    "stopped": "was stopped",
}


def _s(count: int) -> str:
    return "" if count == 1 else "s"
