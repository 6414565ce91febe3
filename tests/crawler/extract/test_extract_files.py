"""Answers that are files, and pages that only look like some."""

from __future__ import annotations

import datetime as dt

import pytest

from archive.models import Attachment, Entry
from crawler.extract import extract

URL = "http://gat.example.cn/xwzx/202607/P020260703551.pdf"
ENTRY = Entry(URL, "关于开展夏季治安整治的通告", dt.date(2026, 7, 3))
PAGE = "<html><head><title>通告</title></head><body><div id='zoom'><p>即日起开展夏季治安整治。</p></div></body></html>"


@pytest.mark.parametrize(
    ("payload", "content_type", "kind", "body_kind"),
    [
        (b"%PDF-1.7 ...", "application/pdf", "file", "attachment"),
        (b"%PDF-1.7 ...", "text/html", "file", "attachment"),
        (b"\x00\x01\x02", "application/octet-stream", "file", "attachment"),
        (b"\x00\x01\x02", "text/html", "file", "attachment"),
        (b"\x89PNG\r\n\x1a\n", None, "image", "image"),
        (b"\xff\xd8\xff\xe0", "image/jpeg", "image", "image"),
        (b"....ftypmp42", "video/mp4", "video", "video"),
    ],
)
def test_a_file_is_a_release_whose_body_is_that_file(
    payload: bytes, content_type: str | None, kind: str, body_kind: str
) -> None:
    article = extract(payload, URL, content_type, entry=ENTRY)
    assert (article.title, article.body, article.body_kind) == (ENTRY.title, "", body_kind)
    assert (article.published, article.published_precision) == (dt.date(2026, 7, 3), "day")
    assert article.attachments == (Attachment(kind, URL, "P020260703551.pdf"),)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "content_type", ["text/html", "text/plain", "application/xhtml+xml", None, "", "application/x"]
)
def test_a_page_is_a_page_whatever_its_server_calls_it(content_type: str | None) -> None:
    article = extract(PAGE.encode(), "http://gat.example.cn/a.html", content_type)
    assert (article.body, article.body_kind) == ("即日起开展夏季治安整治。", "text")


def test_a_file_nobody_listed_is_named_by_its_address() -> None:
    article = extract(b"%PDF-1.7", "http://gat.example.cn/%E9%80%9A%E5%91%8A.pdf")
    assert (article.title, article.published) == ("通告.pdf", None)
