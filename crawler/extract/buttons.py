"""Buttons that stand in a paragraph of the release, put on lines of their own."""

from __future__ import annotations

import re
from itertools import islice

from lxml import html
from lxml.html import HtmlElement

from crawler.extract.document import BLOCKS, BREAKS, clean
from crawler.extract.furniture import is_control

_INLINE = ("a", "b", "em", "font", "i", "label", "span", "strong", "u")
_LONGEST = 80  # characters, white space included
_MOST_RUNS = 8  # of text looked at inside or behind one element
_SENTENCE_ENDS = re.compile(r"[。！？!?；;…][”’」』）)】]*$")
_CROSSED = re.compile(r"[XxＸ×✕╳✖]\s*关\s*闭|关\s*闭\s*[XxＸ×✕╳✖]")


def set_apart(tree: HtmlElement) -> None:
    """Break the line before an inline element that is nothing but buttons and stands behind a whole sentence.

    It has to be the last on its line, other buttons aside: in 依法予以<b>关闭</b>整顿 the same word is the release's
    own. One with the cross of X 关闭 may also stand before a sentence. No text is lost here; which lines of buttons are
    cut is for the trimming to say.
    """
    for element in list(tree.iter(*_INLINE)):
        text = "".join(islice(element.itertext(), _MOST_RUNS)) if len(element) else element.text
        if not text or len(text) > _LONGEST or not is_control(text := clean(text)):
            continue
        before = _before(element)
        if before and not _SENTENCE_ENDS.search(before):
            continue
        if _CROSSED.search(text):
            element.tag = "div"
        elif before and (not (after := _after(element)) or is_control(after)):
            element.addprevious(html.Element("br"))


def _before(element: HtmlElement) -> str:
    """The run of text next before the element on its line; empty where the line begins with the element."""
    while (parent := element.getparent()) is not None:
        previous = element.getprevious()
        if text := clean(parent.text if previous is None else previous.tail):
            return text
        if (parent if previous is None else previous).tag in BLOCKS | BREAKS:
            return ""
        if previous is not None and (text := clean(previous.text_content())):
            return text
        element = parent if previous is None else previous
    return ""


def _after(element: HtmlElement) -> str:
    """What follows the element on its line, or the beginning of it."""
    runs = [element.tail or ""]
    while len(runs) < _MOST_RUNS:
        following = element.getnext()
        around = element.getparent() if following is None else following
        if around is None or around.tag in BLOCKS | BREAKS:
            break
        runs.append((around.text_content() if following is not None else "") + (around.tail or ""))
        element = around
    return clean("".join(runs))
