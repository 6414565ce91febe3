from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.charset import decode

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=4, max_size=60)
PAGE = '<html><head><meta charset="{}"></head><body>{}</body></html>'


@given(HAN, st.sampled_from(["utf-8", "gb2312", "gbk", "gb18030"]), st.sampled_from(["utf-8", "gb18030"]))
def test_the_text_comes_back_whatever_the_page_declares(text: str, declared: str, written: str) -> None:
    page = PAGE.format(declared, text)
    decoded = decode(page.encode(written))
    assert decoded.text == page
    assert decoded.lost == 0
    assert decoded.declared == declared


@pytest.mark.parametrize(
    ("payload", "content_type", "chosen"),
    [
        ("\ufeff警情".encode(), None, "utf-8"),
        ("警情通报".encode("utf-16"), None, "utf-16-le"),
        ("警情通报".encode(), "text/html; charset=gb2312", "utf-8"),
        ("民警赵喆".encode("gb18030"), "text/html; charset=GB2312", "gb18030"),
        (PAGE.format("big5", "警察破獲詐騙集團，籲請市民留意").encode("big5"), None, "big5hkscs"),
        ("警察破獲詐騙集團".encode("big5"), "text/html; charset=Big5", "big5hkscs"),
        (PAGE.format("iso-8859-1", "警情通报").encode("gbk"), None, "gb18030"),
        (PAGE.format("base64", "警情通报").encode("gbk"), "text/html; charset=punycode", "gb18030"),
        (PAGE.format("no-such-charset", "警情通报").encode("gbk"), None, "gb18030"),
    ],
)
def test_what_is_chosen(payload: bytes, content_type: str | None, chosen: str) -> None:
    decoded = decode(payload, content_type)
    assert (decoded.chosen, decoded.lost) == (chosen, 0)


@pytest.mark.parametrize("cut", [1, 2])
def test_utf_8_cut_off_within_a_character_is_still_utf_8(cut: int) -> None:
    decoded = decode(("某市公安局通报一起案件" * 3).encode()[:-cut])
    assert (decoded.chosen, decoded.lost) == ("utf-8", 1)


def test_what_cannot_be_read_is_counted_and_kept_as_replacement_characters() -> None:
    payload = PAGE.format("utf-8", "警情通报").encode() + b"\xff\xff"
    decoded = decode(payload)
    assert decoded.lost == decoded.text.count("\ufffd") > 0
    assert "警情通报" in decoded.text
