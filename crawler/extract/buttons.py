"""Buttons and bylines that stand on the line of a sentence: where the line is to be parted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from crawler.extract import byline
from crawler.extract.furniture import is_control

Run = tuple[str, bool, bool]  # text, whether it stands in a link, whether in an inline element
_LONGEST_BUTTON = 20  # characters of one button, white space included
_SENTENCE_ENDS = re.compile(r"[。！？!?；;…][”’」』）)】]*$")
_CROSSED = re.compile(r"[XxＸ×✕╳✖]\s*关\s*闭|关\s*闭\s*[XxＸ×✕╳✖]")
_BUTTONS_BEHIND = re.compile(r"(?:[【\[]\s*[^【】\[\]。]{1,8}[】\]]\s*){1,6}|[XxＸ×✕╳✖]\s*关\s*闭")
_LONGEST_BEHIND = 120
_ENOUGH_BEFORE = 8  # characters in which a sentence shows that it ends


def parted(runs: Sequence[Run]) -> Iterable[Sequence[Run]]:
    """The runs of a line; those of buttons that stand behind a whole sentence are a line of their own.

    They have to be the last on the line: in 依法予以<b>关闭</b>整顿 the same word is the release's own. With the cross
    of X 关闭 they may also stand before a sentence. No text is lost here; which lines of buttons are cut is for the
    trimming to say.
    """
    if len(runs) == 1:
        return (runs,)
    last = next((run for run in reversed(runs) if run[0].strip()), runs[-1])
    return _parted(runs) if _is_button(last) or any("闭" in text for text, _, _ in runs) else (runs,)


def _parted(runs: Sequence[Run]) -> Iterator[Sequence[Run]]:
    last = max(n for n, run in enumerate(runs) if run[0].strip())
    start = number = 0
    while number < len(runs):
        end = number
        while end < len(runs) and (_is_button(runs[end]) or (end > number and not runs[end][0].strip())):
            end += 1
        if end > number and _is_apart(runs, start, number, end, last):
            if number > start:
                yield runs[start:number]
            yield [(" ".join([text for text, _, _ in runs[number:end]]), False, True)]
            start = end
        number = max(end, number + 1)
    if start < len(runs):
        yield runs[start:]


def _is_button(run: Run) -> bool:
    text, _, is_wrapped = run
    return is_wrapped and len(text) <= _LONGEST_BUTTON and is_control(text.strip())


def _is_apart(runs: Sequence[Run], start: int, number: int, end: int, last: int) -> bool:
    """Do the buttons from `number` to `end` stand apart from the sentences; `last` is the last run with text."""
    before, first = "", number
    while first > start and len(before) < _ENOUGH_BEFORE:  # not all of a line that may have a hundred thousand runs
        first -= 1
        before = runs[first][0].strip() + before
    if before and not _SENTENCE_ENDS.search(before[-_ENOUGH_BEFORE:]):
        return False
    return bool((before and end > last) or _CROSSED.search("".join([text for text, _, _ in runs[number:end]])))


def behind(text: str) -> int | None:
    """Where buttons or a byline begin that stand behind a whole sentence on its line; None if none do."""
    end = text.rfind("。", 0, -1)
    if end < 0 or not 3 < len(text) - end < _LONGEST_BEHIND or text[-1] == "。":
        return None
    while text[end + 1] in "”’」』）)":
        end += 1
        if end + 1 == len(text):
            return None
    rest = text[end + 1 :].strip()
    closes = _BUTTONS_BEHIND.fullmatch(rest) and is_control(rest)
    return end + 1 if closes or byline.names_people(rest) else None
