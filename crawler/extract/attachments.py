"""The images, files and videos of a release, with absolute addresses, names and captions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import unquote, urljoin, urlsplit

from lxml.html import HtmlElement

from archive.models import Attachment
from crawler.extract.document import clean, seen
from crawler.extract.furniture import is_furniture
from crawler.extract.lines import Line

_BREAKS = str.maketrans("", "", "\t\r\n")  # a browser reads over them in an address
_SOURCES = ("data-original", "data-src", "data-lazy-src", "data-echo", "lazysrc", "oldsrc", "src")
_NOT_OURS = re.compile(
    r"(?:^|[/_.-])(?:icon|icons|ico|logo|share|weixin|wechat|weibo|qrcode|qr|ewm|erweima|blank|spacer|pixel|loading|"
    r"placeholder|arrow|btn|button|print|close|dot|line|filetypeimages|beacon|track|count|stat)s?\d*(?:[/_.-]|$)"
)  # of an address in lower case
_FILE = r"\.(?:docx?|xlsx?|pptx?|pdf|wps|et|ofd|zip|rar|7z|txt|csv|rtf)"
_VIDEO = r"\.(?:mp4|m3u8|flv|webm|mov|avi|wmv)"
_FILES = re.compile(rf"{_FILE}$", re.IGNORECASE)
_DOWNLOAD = re.compile(r"(?:document/download|downfile|download\.jsp|/download\?|attach(?:ment)?\.)", re.IGNORECASE)
_VIDEOS = re.compile(rf"{_VIDEO}$", re.IGNORECASE)
_LINKED = re.compile(rf"{_FILE}|{_VIDEO}|down|attach|\.%")  # what a file's address, in lower case, has at least
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|bmp|webp)$", re.IGNORECASE)
_CAPTION = re.compile(
    r"^\W*(?:资料图|图为|图[①-⑩一二三四五六七八九十\d]{0,3}\s*[:：/]|图源|图片(?:来源|由)?|组图|配图|制图)"
    r"|(?:[\s（(/](?:摄|摄影|供图)|摄影[:：].{1,12}|供图|资料图片?|(?:^|[\s。，、；：:（(/])[\u4e00-\u9fff]{2,4}\s?摄)[）)]?\s*$"
)
_LONGEST_CAPTION = 120
_LONGEST_CENTRED = 60
_CENTRED = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
_NAMED_CENTRED = re.compile(r"(?:^|[\s_-])(?:text)?cent(?:er|re)(?:ed)?(?:$|[\s_-])", re.IGNORECASE)
_PIXELS = re.compile(r"\s*(\d{1,5})\s*(?:px)?\s*$")
_STYLED = {side: re.compile(rf"(?:^|;)\s*{side}\s*:\s*(\d{{1,5}})(?:\.\d+)?px") for side in ("width", "height")}
_SMALLEST = 40  # pixels; below that it is an icon, at 1 a tracker
_NO_NAMES = ("图片", "图像", "image", "img", "pic")  # what an editor calls any picture
_THUMBNAIL = 100  # pixels, where both sides are given
_NAMED_CAPTION = re.compile(r"caption|imgdes|img-des|pic-?(?:info|text|desc)|tuzhu|tushuo", re.IGNORECASE)


def read(
    lines: Sequence[Line], roots: Iterable[HtmlElement], around: HtmlElement | None, url: str
) -> tuple[list[Attachment], set[Line]]:
    """The attachments of a release, and those `lines` that are captions.

    `lines` are the release's own, images among them; files are read from `roots`, its elements, and videos also from
    the element `around` title and text: players often stand between the two.
    """
    images, captions = _images(lines, url)
    rest = [found for root in roots for found in (*_files(root, url), *_videos(root, url))]
    played = _videos(around, url) if around is not None else ()
    unique = {(one.kind, one.url): one for one in reversed([*images, *rest, *played])}
    return list(reversed(unique.values())), {lines[number] for number in captions}


def _images(lines: Sequence[Line], url: str) -> tuple[list[Attachment], set[int]]:
    found: list[Attachment] = []
    captions: set[int] = set()
    for number, line in enumerate(lines):
        if line.image is None or (address := _image_address(line.image, url)) is None:
            continue
        caption = _caption(lines, number, captions)
        if caption is not None:
            captions.add(caption)
        text = lines[caption].text if caption is not None else None
        found.append(Attachment("image", address, _name(line.image), text))
    return found, captions


def _caption(lines: Sequence[Line], number: int, taken: set[int]) -> int | None:
    """The line beside an image that is its caption: by what it says, its element or its place."""
    for beside in (number + 1, number - 1):
        if not 0 <= beside < len(lines) or beside in taken:
            continue
        line = lines[beside]
        if not line.text or len(line.text) > _LONGEST_CAPTION:
            continue
        named = line.block.tag == "figcaption" or _NAMED_CAPTION.search(line.block.get("class", ""))
        if named or is_caption(line.text) or (beside > number and _is_centred_sentence(lines, beside)):
            return beside
    return None


def _is_centred_sentence(lines: Sequence[Line], number: int) -> bool:
    """Is this a short sentence centred below an image? A mere phrase may be a heading or a table's title (表2 …)."""
    line, following = lines[number], next(iter(lines[number + 1 : number + 2]), None)
    if len(line.text) > _LONGEST_CENTRED or not line.text.endswith("。") or not _is_centred(line):
        return False
    return following is None or following.image is not None or not _is_centred(following)


def _is_centred(line: Line) -> bool:
    block = line.block
    styled = f"{block.get('style', '')};text-align:{block.get('align', '')}"
    return block.tag == "center" or bool(_CENTRED.search(styled) or _NAMED_CENTRED.search(block.get("class", "")))


def is_caption(text: str) -> bool:
    """Does the line speak of a picture, as 图为… and (资料图片) do?"""
    return bool(_CAPTION.search(text))


def _name(image: HtmlElement) -> str | None:
    name = clean(image.get("title") or image.get("alt"))
    return name if name and not _PICTURE.search(name) and name not in _NO_NAMES else None


def _image_address(image: HtmlElement, url: str) -> str | None:
    sides = [_pixels(image, side) for side in ("width", "height")]
    if any(0 < side < _SMALLEST for side in sides) or 0 < min(sides) <= max(sides) < _THUMBNAIL:
        return None
    if is_furniture(_name(image) or ""):
        return None
    for attribute in _SOURCES:
        address = absolute(image.get(attribute), url)
        if address is None:
            continue
        if attribute == "oldsrc" and absolute(image.get("src"), url) is not None:
            continue  # TRS keeps the editor's own file name there; what the page shows is src
        return None if _NOT_OURS.search(urlsplit(address).path.lower()) else address
    return None


def is_picture(image: HtmlElement) -> bool:
    """Could the image be a release's own, and not an icon, a pixel, a logo or a button?"""
    return _image_address(image, "http://unknown.invalid/") is not None and not is_banner(image)


def is_banner(image: HtmlElement) -> bool:
    """Is the image a link to a page, as an advertisement or another release's thumbnail is, and not to itself?

    Within the text a release's own may be one too: old sites link it to their next page, or to one that enlarges it.
    """
    link = next(image.iterancestors("a"), None)
    target = (link.get("href") or "").strip() if link is not None else ""
    if not target or target.startswith("#") or target.lower().startswith("javascript:"):
        return False
    return not _PICTURE.search(target.partition("?")[0])


def _pixels(image: HtmlElement, side: str) -> int:
    said, style = image.get(side), image.get("style")
    match = _PIXELS.match(said) if said else None
    if match is None and style:
        match = _STYLED[side].search(style)
    return int(match[1]) if match else 0


def is_file(address: str) -> bool:
    """Does a link's address name a file or a download?"""
    return bool(_LINKED.search(address.lower()))


def _files(root: HtmlElement, url: str) -> Iterator[Attachment]:
    for link in root.iter("a"):
        target = link.get("href")
        if not target or not is_file(target) or (address := absolute(target, url)) is None:
            continue
        path, name = unquote(urlsplit(address).path), clean(link.text_content()) or clean(link.get("title")) or None
        if _FILES.search(path) or _DOWNLOAD.search(address) or (name and _FILES.search(name)):
            yield Attachment("file", address, name)
        elif _VIDEOS.search(path):
            yield Attachment("video", address, name)


def _videos(root: HtmlElement, url: str) -> Iterator[Attachment]:
    for element in root.iter("video", "source", "embed", "object", "iframe"):
        for attribute in ("src", "data-src", "data", "href"):
            address = absolute(element.get(attribute), url)
            if address and (_VIDEOS.search(urlsplit(address).path) or element.tag == "video"):
                yield Attachment("video", address, clean(element.get("title")) or None)
                break


def absolute(address: str | None, url: str) -> str | None:
    """The address resolved against the page's; None for scripts, data, placeholders and what is no web address."""
    if not address:
        return None
    if not address.isprintable():
        address = seen(address).translate(_BREAKS)
    address = address.strip()
    if not address or address.startswith(("#", "data:", "javascript:", "about:")) or "{{" in address or "${" in address:
        return None
    try:
        resolved = urljoin(url, address)
        parts = urlsplit(resolved)
        known = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    return (
        resolved.replace(" ", "%20") if known else None
    )  # as browsers ask; a space stands in no WARC record's address
