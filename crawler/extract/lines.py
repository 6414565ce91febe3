"""The lines a reader sees on a page, and which of them each of its elements holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from lxml.html import HtmlElement

from crawler.extract.document import clean
from crawler.extract.furniture import reads_as_prose
from crawler.extract.labelled import SEAM


@dataclass(slots=True, eq=False)
class Line:
    """A run of text between two line breaks of the page, white space collapsed, or one image (then without text).

    `linked` counts its characters inside links; `block` is the element it stands in. The row of a data table is one
    line, its cells parted by a tab. `parts` are its texts in each of several inline elements, kept of
    a line short enough to be a byline.
    """

    text: str
    linked: int
    block: HtmlElement
    image: HtmlElement | None = None
    row: bool = False
    parts: Sequence[str] = ()
    _shown: str | None = None
    _is_prose: bool | None = None

    @property
    def shown(self) -> str:
        """The text with a SEAM wherever one inline element ends or begins: a reader sees gaps there."""
        if self._shown is None:
            self._shown = SEAM.join(map(_with_gaps, self.parts)) if self.parts else self.text
        return self._shown

    @property
    def link_share(self) -> float:
        """The part of the text that is inside links, from 0 to 1."""
        return self.linked / len(self.text) if self.text else 0.0

    @property
    def is_prose(self) -> bool:
        """Could the line be a paragraph of a release: sentences, not links, not cut off like a teaser?"""
        if self._is_prose is None:
            self._is_prose = self.linked * 2 < len(self.text) and reads_as_prose(self.text)
        return self._is_prose


def _with_gaps(part: str) -> str:
    """The text of one inline element, with a space where white space parts it from its neighbours."""
    said = clean(part)
    return f"{' ' if part[:1].isspace() else ''}{said}{' ' if part[-1:].isspace() else ''}" if said else " "


@dataclass(frozen=True, eq=False)
class Page:
    """The lines of a page in its order; `spans` says which of them stand in an element, from the first to before the
    last number, for each block and each element around blocks; `names` are the ids and classes that elements have.
    """

    lines: Sequence[Line]
    spans: Mapping[HtmlElement, tuple[int, int]]
    names: Mapping[HtmlElement, str]

    def inside(self, element: HtmlElement) -> range:
        """The numbers of the lines that stand in an element, or in the nearest around it that has lines."""
        while element not in self.spans:
            around = element.getparent()
            if around is None:
                return range(len(self.lines))
            element = around
        return range(*self.spans[element])

    @cached_property
    def _prose(self) -> Sequence[int]:
        return list(accumulate((len(line.text) if line.is_prose else 0 for line in self.lines), initial=0))

    def prose(self, numbers: range) -> int:
        """How many characters of prose stand in these lines."""
        return self._prose[numbers.stop] - self._prose[numbers.start] if numbers else 0
