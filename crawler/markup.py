"""Mark-up made a tree, for list pages and article pages alike: a page is read to its end, or said to be unreadable."""

from __future__ import annotations

from typing import Any

import lxml.html
from lxml import etree
from lxml.html import HtmlElement

# One class for every element, which libxml2's bindings know without asking: lxml.html asks Python for each.
_ELEMENTS = etree.ElementDefaultClassLookup(element=HtmlElement)


class UnreadablePageError(ValueError):
    """The parser gave up in the middle of a page; what stands behind is missing from its tree."""


def parse(markup: bytes, **options: Any) -> HtmlElement:
    """Parse a page of any brokenness, in UTF-8; an empty document where there is nothing to parse.

    `options` are for lxml's parser. Raises UnreadablePageError: what was cut off would pass for a list that ends, or a
    release that was emptied.
    """
    # libxml2 gives up at 256 elements within one another, with `huge_tree` at 2,048; of 151 saved pages none has 50.
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True, collect_ids=False, **options)
    parser.set_element_class_lookup(_ELEMENTS)
    try:
        tree = lxml.html.document_fromstring(markup or b"<html></html>", parser=parser)
    except etree.ParserError:  # nothing in it but a comment or a declaration
        return lxml.html.document_fromstring(b"<html></html>")
    for problem in parser.error_log:
        if problem.level == etree.ErrorLevels.FATAL:
            raise UnreadablePageError(f"the parser gave up: {problem.message.partition(',')[0]}")
    return tree
