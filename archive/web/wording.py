"""What the archive writes for machines, said for readers: how precise a date is, sizes, and what an edit changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archive.web.differences import first_difference
from archive.web.pages import readable

COARSE = {"day": "only the day is known", "month": "only the month is known", "year": "only the year is known"}
MADE_BY = {
    "crawl": "seen on the site",
    "import": "seen in a capture that was brought in",
    "reparse": "the same page read anew by this archive; no edit by the site",
}
_SAMPLE = 40  # characters of what went and of what came
_CONTEXT = 8
_STEPS = 60_000  # of difflib for one sample; fifty stand on a page


def dated(published: str | None, precision: str | None) -> str:
    """When a release was published, with a word on what is not known of it."""
    if not published:
        return "no date was found on the page"
    return f"{readable(published)} ({COARSE[precision]})" if precision in COARSE else readable(published)


def size(count: int | None) -> str:
    """A number of bytes, in units of a thousand."""
    if count is None:
        return "size unknown"
    number, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB"):
        if number < 1000:
            break
        number, unit = number / 1000, larger
    return f"{count} bytes" if unit == "bytes" else f"{number:.1f} {unit}"


def changed(version: Mapping[str, Any]) -> str:
    """What a version has that the one before it had not: `title`, `subtitle`, `chars` against `old_title` …

    `other_text`: the texts themselves differ.
    """
    if version["old_version"] is None:
        return "first text seen" if version["version"] == 1 else "the version before it is not known"
    said = [f"{name} changed" for name in ("title", "subtitle") if version[name] != version[f"old_{name}"]]
    more = version["chars"] - version["old_chars"]
    if more:
        said.append(
            f"text {abs(more):,} character{'' if abs(more) == 1 else 's'} {'longer' if more > 0 else 'shorter'}"
        )
    elif version["other_text"]:
        said.append("text changed, its length did not")
    return "; ".join(said) or "images or files changed, the text did not"


def sample(old: str, new: str) -> tuple[str, str, str, str]:
    """The first place where two different texts differ: what stands before it, what went, what came, what follows."""
    i1, i2, j1, j2 = first_difference(old, new, _STEPS)
    before = old[:i1].rpartition("\n")[2]
    after = old[i2:].partition("\n")[0]
    return (
        f"…{before[-_CONTEXT:]}" if len(before) > _CONTEXT else before,
        _cut(old[i1:i2]),
        _cut(new[j1:j2]),
        f"{after[:_CONTEXT]}…" if len(after) > _CONTEXT else after,
    )


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return f"{line[:_SAMPLE]}…" if len(line) > _SAMPLE else line
