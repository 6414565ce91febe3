"""The metadata of a page's head, as the government standard (国办发〔2017〕47号) and the vendors write it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence

from lxml.html import HtmlElement

from crawler.extract.document import clean, says_nothing

_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)\b[^<>]*>", re.IGNORECASE)
_MOST_VALUES = 20  # of one name; of the saved pages none has more than a few


def read(tree: HtmlElement) -> Mapping[str, Sequence[str]]:
    """Each meta name in lower case (`name`, `property` or `itemprop`) with its values that say something, each once.

    Tags inside a value are dropped (a subtitle's `<div>` with all behind it), white space collapsed; `null` and
    template placeholders are no value.
    """
    found: dict[str, list[str]] = {}
    for name, value in _pairs(tree):
        if not says_nothing(value):
            values = found.setdefault(name, [])
            if len(values) < _MOST_VALUES and value not in values:
                values.append(value)
    return found


def first(metas: Mapping[str, Sequence[str]], name: str) -> str | None:
    """The first value of a name, given in lower case."""
    return next(iter(metas.get(name, ())), None)


def _pairs(tree: HtmlElement) -> Iterator[tuple[str, str]]:
    for meta in tree.iter("meta"):
        name = meta.get("name") or meta.get("property") or meta.get("itemprop") or ""
        if name:
            yield name.strip().lower(), _plain(meta.get("content") or "")


def _plain(value: str) -> str:
    value = html.unescape(value)
    if "<" not in value:
        return clean(value)
    if block := re.search(r"<(?:div|p|br)\b", value, re.IGNORECASE):
        value = value[: block.start()] if clean(_TAG.sub("", value[: block.start()])) else value
    return clean(_TAG.sub("", value))
