from __future__ import annotations

import pytest

from archive.models import Attachment
from crawler.demo.pages import department
from crawler.demo.releases import SampleRelease, load_releases
from crawler.extract import extract
from crawler.extract.attachments import absolute

URL = "https://gaj.example.gov.cn/jwbd/202406/t20240603_1.html"
TEXT = "<p>6月3日，某市公安局召开新闻发布会，通报夏季治安打击整治行动阶段性战果。</p>"

RELEASES = load_releases()
SENTENCE = "6月2日晚，民警在城南夜市开展安全检查。"


def attachments(inside: str, outside: str = "") -> tuple[Attachment, ...]:
    html = f'<html><body><h1>某市公安局通报战果</h1><div class="TRS_Editor">{TEXT}{inside}</div>{outside}</body></html>'
    return extract(html.encode(), URL).attachments


def image(path: str, caption: str | None = None, name: str | None = None) -> Attachment:
    return Attachment("image", f"https://gaj.example.gov.cn{path}", name, caption)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<img src="./W1.jpg" oldsrc="W1.jpg">', [image("/jwbd/202406/W1.jpg")]),
        ('<img oldsrc="W1.jpg">', [image("/jwbd/202406/W1.jpg")]),
        ('<img src="/images/loading.gif" data-src="/u/a.png">', [image("/u/a.png")]),
        ('<img src="/u/a.png" alt="会场">', [image("/u/a.png", name="会场")]),
        ('<img src="/u/a.png" alt="a.png">', [image("/u/a.png")]),
        ('<img src="/u/a.png"><img src="/u/a.png">', [image("/u/a.png")]),
        ('<img src="/u/a.png" width="1" height="1">', []),
        ('<img src="/u/a.png" style="width:16px">', []),
        ('<img src="/fileTypeImages/icon_pdf.gif">', []),
        ('<img src="/images/share/weixin.png">', []),
        ('<img src="data:image/png;base64,AAAA">', []),
        ('<img src="{{pic}}">', []),
        ('<figure><img src="/u/a.png"><figcaption>现场</figcaption></figure>', [image("/u/a.png", "现场")]),
        ('<p><img src="/u/a.png"></p><p>图为发布会现场。</p>', [image("/u/a.png", "图为发布会现场。")]),
        ('<p>(资料图片)</p><p><img src="/u/a.png"></p>', [image("/u/a.png", "(资料图片)")]),
        (f'<p><img src="/u/a.png"></p>{TEXT}', [image("/u/a.png")]),
        *(
            (f'<p {centred}><img src="/u/a.png"></p><p {centred}>{SENTENCE}</p>{TEXT}', [image("/u/a.png", SENTENCE)])
            for centred in ('style="TEXT-ALIGN: center"', 'align="center"', 'class="text-center"')
        ),
        (f'<center><img src="/u/a.png"><br>{SENTENCE}</center>{TEXT}', [image("/u/a.png", SENTENCE)]),
        (f'<p><img src="/u/a.png"></p><p class="tuzhu">宣讲现场</p>{TEXT}', [image("/u/a.png", "宣讲现场")]),
        (f'<p><img src="/u/a.png"></p><p>{SENTENCE}</p>{TEXT}', [image("/u/a.png")]),
        (f'<p align="center">{SENTENCE}</p><p><img src="/u/a.png"></p>{TEXT}', [image("/u/a.png")]),
        (f'<p><img src="/u/a.png"></p><p align="center">二、主要成效</p>{TEXT}', [image("/u/a.png")]),
        (
            f'<p><img src="/u/a.png"></p><p align="center">{SENTENCE}</p><p align="center">{SENTENCE}</p>',
            [image("/u/a.png")],
        ),
        (
            '<a href="./P1.pdf">附件1.pdf</a>',
            [Attachment("file", "https://gaj.example.gov.cn/jwbd/202406/P1.pdf", "附件1.pdf")],
        ),
        (
            '<img src="http://gaj.example.gov.cn/u/&#10;a&#9;.png">',
            [Attachment("image", "http://gaj.example.gov.cn/u/a.png")],
        ),
        ('<img src="/u/&#x202e;a.png">', [image("/u/a.png")]),
        ('<a href="/x/">普通链接</a>', []),
        ('<a href="javascript:void(0)">附件.pdf</a>', []),
        ('<video><source src="/v/a.mp4"></video>', [Attachment("video", "https://gaj.example.gov.cn/v/a.mp4")]),
    ],
)
def test_what_belongs_to_a_release(html: str, expected: list[Attachment]) -> None:
    assert list(attachments(html)) == expected


def test_files_below_the_text_belong_to_it_and_pictures_of_the_foot_do_not() -> None:
    below = (
        '<p>附件【<a href="/download.jsp?id=8">名单.docx</a>】</p><div class="footer"><img src="/u/jiguan.png"></div>'
    )
    assert attachments("", below) == (Attachment("file", "https://gaj.example.gov.cn/download.jsp?id=8", "名单.docx"),)


def test_a_caption_is_the_images_and_not_the_texts() -> None:
    html = f'<div class="TRS_Editor">{TEXT}<p><img src="/u/a.png"></p><p>图为发布会现场。</p>{TEXT}</div>'
    assert "图为" not in extract(html.encode(), URL).body
    centred = html.replace("<p>图为发布会现场。", f'<p style="text-align:center">{SENTENCE}')
    assert SENTENCE not in extract(centred.encode(), URL).body


@pytest.mark.parametrize("release", [release for release in RELEASES if release.caption], ids=lambda one: one.id)
def test_the_captions_of_the_sample_province(release: SampleRelease) -> None:
    found = extract(department(RELEASES)[release.path].body, f"https://qingling.example{release.path}")
    assert [one.caption for one in found.attachments] == [release.caption]
    assert found.body.split("\n") == list(release.paragraphs)


@pytest.mark.parametrize(
    "address", ["", "#top", "mailto:a@example.com", "http://[", "//", "ftp://a.example/b.pdf", None]
)
def test_what_is_no_web_address(address: str | None) -> None:
    assert absolute(address, "about:blank") is None
