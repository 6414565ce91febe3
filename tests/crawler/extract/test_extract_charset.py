from __future__ import annotations

import codecs
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract import extract
from crawler.extract.charset import decode

PAGE = '<html><head><meta charset="{}"></head><body>{}</body></html>'
CHINESE = ("gb2312", "gbk", "gb18030")
OTHERS = ("utf-8", "iso-8859-1", "no-such-charset")
BIG5 = ("big5", "big5-hkscs", "Big5")
# What a page is written in, and what it may declare so that its text is decidable. Bytes in GB18030 and in Big5 are
# nearly always valid in the other too, so that only a true declaration tells them apart: a page in Big5 that declares
# nothing, or in GBK that declares Big5, can be guessed by the commonness of its characters, but not known.
WRITTEN: dict[str, tuple[str | None, ...]] = {
    **dict.fromkeys(("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"), (None, *CHINESE, *BIG5, *OTHERS)),
    **dict.fromkeys(CHINESE, (None, *CHINESE, *OTHERS)),
    "big5hkscs": BIG5,
}
HOLDING = {"utf-8-sig": "utf-8", "utf-16-le": "utf-8", "utf-16-be": "utf-8"}
BOMS = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}


HAN = [letter for letter in map(chr, range(0x3400, 0xA000)) if letter.isalpha()]  # with those of Extension A


@cache
def prose(codec: str) -> st.SearchStrategy[list[str]]:
    """Paragraphs of the characters that a charset holds."""
    letters = [letter for letter in HAN if letter.encode(codec, "replace") != b"?"]
    clause = st.text(letters, min_size=12, max_size=20)
    paragraph = st.lists(clause, min_size=2, max_size=3).map(lambda clauses: "，".join(clauses) + "。")
    return st.lists(paragraph, min_size=2, max_size=3, unique=True)


@given(st.data(), st.sampled_from(sorted(WRITTEN)), st.booleans())
def test_the_text_comes_back_in_any_charset_whatever_is_declared_where(
    data: st.DataObject, written: str, in_meta: bool
) -> None:
    paragraphs = data.draw(prose(HOLDING.get(written, written)))
    declared = data.draw(st.sampled_from(WRITTEN[written]))
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">' if declared and in_meta else ""
    text = "".join(f"<p>　　{paragraph}</p>" for paragraph in paragraphs)
    html = f'<html><head>{meta}<title>公安民警</title></head><div class="TRS_Editor">{text}</div></html>'
    payload = BOMS.get(written, b"") + html.encode(written)
    header = f"text/html; charset={declared}" if declared and not in_meta else "text/html"
    found = extract(payload, "https://gaj.example.gov.cn/1.html", header)
    assert (found.title, found.body, found.characters_lost) == ("公安民警", "\n".join(paragraphs), 0)
    if declared and not (in_meta and written in BOMS):  # in UTF-16 a meta is not read
        assert found.charset_declared == declared.lower()


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
