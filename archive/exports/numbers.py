"""Numbers of people that releases leave open: by which patterns they are found, and how they are masked.

Each character of a number becomes an asterisk, separators included: nothing of the number stays but its length. So the
length of a text, `chars`, and the place of every other word in it are what they were, and no word is added that a count
of words would find. What a page has masked itself stays as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from archive.exports.patterns import ENDINGS, IN_RUNS, LOCAL, LOCAL_NUMBER, PROVINCES, Pattern

NOTES = """\
Every character of a number, separators included, becomes an asterisk: texts keep their length.
Numbers are masked, names are not. Numbers in figures are masked, those in words (一三九…) and in pictures are not.
What a page has masked itself stays as it is: 138****0001.
Web addresses are not masked, neither in a column nor in a text.
Digests and counts are those of the text before masking, and so is what a search or an expression selects.
Whoever tries all numbers finds the one that fits a digest: where that matters, publish without text_digest.
A local telephone number is only known as one after a word that says so; short public ones (110, 12345, 96110) stay.
A number that a line break, or a blank at an unusual place, parts in two is not found.
Numbers of accounts (QQ, WeChat), passports, companies and army vehicles are not looked for."""

_NARROW: dict[int, str] = {
    **{
        ord(wide): chr(ord(wide) - 0xFEE0)
        for wide in "０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ（）＋"
    },
    **{ord(first) + at: chr(ord("A") + at) for first in "aａ" for at in range(26)},
    **dict.fromkeys(map(ord, "－‐‑–—−"), "-"),
    **dict.fromkeys(map(ord, "\u00a0\u2003\u3000"), " "),
    **dict.fromkeys(map(ord, "•・‧∙●．"), "·"),
}
_WORD = "0-9A-Za-z０-９Ａ-Ｚａ-ｚ"
_WIDE = re.escape("".join(map(chr, _NARROW)))
# Where a number can be: seven characters at least of those that numbers are made of, and those that tell what is none.
_RUN = re.compile(rf"[{_WORD}(（+＋{PROVINCES}使][{_WORD}()+.·\- {_WIDE}{ENDINGS}元万亿旦×]{{6,}}+")
_DIGIT = re.compile("[0-9０-９]")
_ADDRESS = re.compile(r"((?:https?://|www\.)[0-9A-Za-z\-._~:/?#@!$&'*+=%\[\]]+)")


def mask(text: str) -> tuple[str, int]:
    """The text with the numbers masked, and how many there were. Takes time in proportion to the text, whatever it is.

    What is in a web address, or in letters and digits that belong together (a digest, an account's name), is none.
    """
    if not _DIGIT.search(text):  # most names and titles
        return text, 0
    pieces, count = _ADDRESS.split(text), 0
    for at in range(0, len(pieces), 2):  # between them are the addresses
        pieces[at], found = _mask_piece(pieces[at])
        count += found
    return "".join(pieces), count


def mask_json(text: str) -> tuple[str, int]:
    """The same for JSON, which it stays: every string that is a value, names of fields not. Raises ValueError."""
    count = 0

    def masked(value: Any) -> Any:
        nonlocal count
        if isinstance(value, dict):
            return {name: masked(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [masked(inner) for inner in value]
        if not isinstance(value, str):
            return value
        shown, found = mask(value)
        count += found
        return shown

    said = masked(json.loads(text))
    return (json.dumps(said, ensure_ascii=False), count) if count else (text, 0)


def _mask_piece(text: str) -> tuple[str, int]:
    count = 0

    def in_run(found: re.Match[str]) -> str:
        nonlocal count
        masked, numbers = _mask_run(found[0])
        count += numbers
        return masked

    def in_list(found: re.Match[str]) -> str:
        nonlocal count
        masked, numbers = LOCAL_NUMBER.subn(lambda number: "*" * len(number[0]), found[0])
        count += numbers
        return masked

    return LOCAL.expression.sub(in_list, _RUN.sub(in_run, text)), count


def _mask_run(run: str) -> tuple[str, int]:
    narrow, count = run.translate(_NARROW), 0
    digits = sum(map(str.isdecimal, narrow))
    for pattern in IN_RUNS:
        if digits < pattern.digits:
            continue
        at, kept = 0, list[str]()
        for start, end in _spans(pattern, narrow):
            kept += [narrow[at:start], "*" * (end - start)]
            at = end
        if kept:
            narrow = "".join((*kept, narrow[at:]))
            count += len(kept) // 2
    if not count:
        return run, 0
    return "".join(map(_starred, narrow, run)), count


def _starred(now: str, was: str) -> str:
    return "*" if now == "*" else was


def _spans(pattern: Pattern, text: str) -> Iterator[tuple[int, int]]:
    """Where the numbers of a kind are; what looks like one and is none may still hold the beginning of one."""
    at = 0
    while found := pattern.expression.search(text, at):
        is_valid = pattern.is_valid(found[0])
        if is_valid:
            yield found.span()
        at = found.end() if is_valid else found.start() + 1
