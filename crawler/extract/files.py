"""A listed address that answers with a file instead of a page: a release whose body is that file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from posixpath import basename
from urllib.parse import unquote, urlsplit

from archive.models import Attachment

# How files begin, whatever their server calls them: PDF, ZIP (docx, xlsx), OLE (doc, xls), RAR, PNG, JPEG, GIF.
_BEGINNINGS = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"Rar!", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
_IMAGES = _BEGINNINGS[4:]
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_MARKUP = re.compile(rb"[\s\xef\xbb\xbf]*<(?:!|\?|[a-z])", re.IGNORECASE)


def as_file(payload: bytes, url: str, content_type: str | None) -> Sequence[Attachment]:
    """The file that an answer is, as the one attachment of its release; empty where the answer is a page.

    What calls itself text is a page unless it begins like a file or has zero bytes; what calls itself something else is
    one if it begins like mark-up.
    """
    kind = (content_type or "").partition(";")[0].strip().lower()
    is_binary = b"\x00" in payload[:512] and not payload.startswith(_UTF_16)
    if not payload.startswith(_BEGINNINGS) and not is_binary:
        is_text = kind.startswith("text/") or kind.endswith("xml") or not kind
        if is_text or _MARKUP.match(payload):
            return ()
    name = unquote(basename(urlsplit(url).path)) or None
    if kind.startswith("image/") or payload.startswith(_IMAGES):
        return (Attachment("image", url, name),)
    return (Attachment("video" if kind.startswith("video/") else "file", url, name),)
