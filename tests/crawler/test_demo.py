"""The sample province: what its pages say, what its servers answer, and what a test may change while they run."""

from __future__ import annotations

import datetime as dt
import http.client
import io
import json
import socket
import struct
import threading
import urllib.request
import zlib
from collections import Counter
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import lxml.html
import pytest
from lxml.html import HtmlElement

from crawler.cms.forms import with_form
from crawler.demo.answers import Answer, picture
from crawler.demo.families import jiangxi
from crawler.demo.pages import LONGEST_LINK, PER_PAGE, department
from crawler.demo.releases import COLUMNS, SampleRelease, in_column, load_releases
from crawler.demo.server import QINGLING, REXIAN, SampleProvince
from crawler.site import load_sites

RELEASES = load_releases()
SEED = "/jinri/20230611/84213.html"
ARTICLE = RELEASES[0].path


@pytest.fixture
def province() -> Iterator[SampleProvince]:
    with SampleProvince() as running:
        yield running


@pytest.fixture(scope="module")
def pages() -> dict[str, Answer]:
    return department(RELEASES)


def get(url: str, **headers: str) -> tuple[int, Message, bytes]:
    """Status, headers and body; an underscore in a header's name stands for a hyphen."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def tree(url: str) -> HtmlElement:
    status, _, body = get(url)
    assert status == 200, url
    return lxml.html.document_fromstring(body.decode())


def list_addresses(province: SampleProvince, column: str) -> list[str]:
    """The column's list pages as the first page's own pager names them."""
    first = province.url(COLUMNS[column])
    call = tree(first).xpath("string(//script[contains(., 'createPageHTML')])")
    total = int(call.partition("(")[2].partition(",")[0])
    return [first, *(urljoin(first, f"index_{number}.shtml") for number in range(1, total))]


def test_the_releases_are_as_many_and_as_varied_as_a_first_crawl_needs() -> None:
    assert len(RELEASES) == 46
    assert {column: len(in_column(RELEASES, column)) for column in COLUMNS} == {"警务动态": 31, "警情通报": 16}
    assert len({release.source for release in RELEASES if release.source.endswith("市公安局")}) >= 5
    assert len({release.path for release in RELEASES}) == len(RELEASES)
    bodies = [paragraph for release in RELEASES for paragraph in release.paragraphs]
    assert len(set(bodies)) == len(bodies)
    assert {release.markup for release in RELEASES} == {"p", "br", "word"}
    assert [release.image for release in RELEASES if not release.paragraphs] == ["警情通报"]
    assert all(2 <= len(release.paragraphs) <= 5 for release in RELEASES if release.paragraphs)
    assert any(release.table for release in RELEASES)
    assert any(release.attachment for release in RELEASES)


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.id)
def test_the_day_in_the_address_is_the_day_of_publication(release: SampleRelease) -> None:
    assert release.id[1:9] == f"{release.published:%Y%m%d}"
    assert release.published.utcoffset() == dt.timedelta(hours=8)


@pytest.mark.parametrize("column", COLUMNS)
def test_the_list_pages_link_to_every_release_of_the_column_once_newest_first(
    province: SampleProvince, column: str
) -> None:
    linked: list[str] = []
    for address in list_addresses(province, column):
        for row in tree(address).cssselect(".news_list li"):
            (link,) = row.cssselect("a")
            linked.append(urlsplit(urljoin(address, link.get("href"))).path)
            release = next(release for release in RELEASES if release.path == linked[-1])
            assert link.get("title") == release.title
            assert len(link.text) <= LONGEST_LINK
            assert release.title.startswith(link.text.removesuffix("…"))
            assert row.cssselect("span")[0].text == f"{release.published:%Y-%m-%d}"
    assert linked == [release.path for release in in_column(RELEASES, column)]


def test_the_pager_is_called_as_trs_calls_it(province: SampleProvince) -> None:
    calls = [
        tree(address).xpath("string(//script[contains(., 'createPageHTML')])")
        for address in list_addresses(province, "警务动态")
    ]
    assert calls == [f'createPageHTML(3, {number}, "index", "shtml", "page_div", 31);' for number in range(3)]
    assert PER_PAGE == 12
    assert get(province.url("/xwzx/jwdt/index_3.shtml"))[0] == 404


def test_one_release_stands_in_both_columns_under_one_address() -> None:
    both = set(in_column(RELEASES, "警务动态")) & set(in_column(RELEASES, "警情通报"))
    assert [release.path for release in both] == ["/xwzx/jqtb/202606/t20260628_4744021.html"]


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.id)
def test_an_article_page_says_what_the_release_says(pages: dict[str, Answer], release: SampleRelease) -> None:
    page = lxml.html.document_fromstring(pages[release.path].body.decode())
    metas = {meta.get("name"): meta.get("content") for meta in page.xpath("//meta[@name]")}
    moment = f"{release.published:%Y-%m-%d %H:%M}"
    assert page.xpath("string(//h1)") == metas["ArticleTitle"] == release.title
    assert (metas["PubDate"], metas["ContentSource"]) == (moment, release.source)
    assert metas["ColumnName"] == release.column
    byline = page.cssselect(".byline")[0].text_content()
    assert byline.startswith(f"发布时间：{moment}　来源：{release.source}　【字体：大 中 小】 分享到：")
    body, *footer = page.cssselect(".TRS_Editor")
    shown = body.text_content()
    assert [shown.count(paragraph) for paragraph in release.paragraphs] == [1] * len(release.paragraphs)
    assert [image.get("src") for image in body.cssselect("img")] == [f"./{release.picture_file}"] * bool(release.image)
    assert len(body.cssselect("tr")) == len(release.table)
    assert "主办" in footer[0].text_content()


def test_word_s_spans_split_numbers_and_keep_the_text(pages: dict[str, Answer]) -> None:
    (release,) = (release for release in RELEASES if release.markup == "word")
    page = pages[release.path].body.decode()
    assert '<span lang="EN-US">1</span><span>43万余</span>' in page
    assert "143万余名" not in page.partition('<div class="TRS_Editor">')[2].partition("</div>")[0]


def test_bare_text_stands_between_line_breaks(pages: dict[str, Answer]) -> None:
    (release,) = (release for release in RELEASES if release.markup == "br")
    body = lxml.html.document_fromstring(pages[release.path].body.decode()).cssselect(".TRS_Editor")[0]
    assert {child.tag for child in body} == {"br"}


@pytest.mark.parametrize("site", [QINGLING, REXIAN])
def test_every_page_answers_and_every_link_and_image_on_it_too(province: SampleProvince, site: str) -> None:
    paths = province.paths(site=site)
    wanted = {province.url(path, site=site) for path in paths}
    for path in paths:
        status, headers, body = get(province.url(path, site=site))
        assert status == 200, path
        assert int(headers["Content-Length"]) == len(body) > 0
        if headers["Content-Type"] == "text/html; charset=utf-8":
            page = lxml.html.document_fromstring(body.decode(), base_url=province.url(path, site=site))
            page.make_links_absolute()
            wanted |= {link for element, kind, link, _ in page.iterlinks() if kind in ("href", "src")}
    links = {link.partition("#")[0] for link in wanted if not link.startswith("javascript:")}
    assert {link: get(link)[0] for link in links} == dict.fromkeys(links, 200)


def test_robots_are_welcome_but_for_one_folder(province: SampleProvince) -> None:
    assert get(province.url("/robots.txt"))[2].decode() == "User-agent: *\nDisallow: /admin/\n"


def test_the_site_files_load_and_name_pages_that_answer(province: SampleProvince, tmp_path: Path) -> None:
    province.write_sites(tmp_path / "sites")
    sites = load_sites(tmp_path / "sites")
    assert list(sites) == ["qingling", "rexian"]
    qingling, rexian = sites.values()
    assert (qingling.kind, qingling.name, qingling.division) == ("police", "青岭省公安厅", None)
    assert {listing.column: listing.cms for listing in qingling.listings} == {"警务动态": "trs", "警情通报": "trs"}
    assert (rexian.kind, rexian.name) == ("other", "青岭热线")
    for site in sites.values():
        assert site.evidence == "sample province, invented for this project"
        assert (site.verified, site.fetch.delay, site.fetch.robots) == (None, 0, True)
        addresses = [site.home, *(listing.url for listing in site.listings)]
        assert {address: get(address)[0] for address in addresses} == dict.fromkeys(addresses, 200)


def test_the_seed_page_has_the_whole_release_and_all_the_noise_around_it(province: SampleProvince) -> None:
    page = tree(province.url(SEED, site=REXIAN))
    assert page.xpath("string(//h1)") == "兰州公安圆满完成2023兰州马拉松安保工作"
    assert page.cssselect(".info")[0].text_content() == "时间:2023-06-11 22:00:20 来源: 甘肃公安"
    lines = [line.text_content() for line in page.cssselect(".content p")]
    assert lines[:2] == ["", "(资料图片)"]
    assert lines[2].startswith("6月11日7:30,2023兰州马拉松")
    assert lines[-3].endswith("超过429万人次。")
    assert lines[-2:] == ["发布:甘肃省公安厅政治部宣传处", "编辑:欣然 佳佳"]
    body = lines[2:-2]
    assert (len(body), sum(map(len, body))) == (9, 2220)
    assert len(page.cssselect(".content img")) == 1
    assert page.cssselect(".tags")[0].text_content() == "标签:"
    assert len(page.cssselect(".recommend .item")) == 8
    assert {item.text_content() for item in page.cssselect(".recommend .item span")} == {"来源:2023.06.08"}
    assert [button.text_content() for button in page.cssselect("a.close")] == ["X 关闭", "X 关闭"]
    assert page.text_content().count("新闻快讯") == 2


def test_the_reposting_site_lists_its_three_releases_with_their_days(province: SampleProvince) -> None:
    rows = tree(province.url("/jinri/", site=REXIAN)).cssselect(".list li")
    listed = {row.cssselect("a")[0].get("href"): row.cssselect("span")[0].text for row in rows}
    assert listed.pop(SEED) == "2023-06-11"
    assert len(listed) == 2
    for path, day in listed.items():
        page = tree(province.url(path, site=REXIAN))
        assert page.cssselect(".info")[0].text_content().startswith(f"时间:{day} ")


@pytest.mark.parametrize("path", [ARTICLE, ARTICLE.rpartition("/")[0] + f"/{RELEASES[0].picture_file}"])
def test_a_page_that_did_not_change_is_answered_by_304(province: SampleProvince, path: str) -> None:
    url = province.url(path)
    _, headers, _ = get(url)
    assert headers["Last-Modified"] == "Fri, 03 Jul 2026 01:15:00 GMT"
    for condition in (
        {"If_None_Match": headers["ETag"]},
        {"If_None_Match": f'"other", W/{headers["ETag"]}'},
        {"If_Modified_Since": headers["Last-Modified"]},
    ):
        status, again, body = get(url, **condition)
        assert (status, body, again["ETag"]) == (304, b"", headers["ETag"])
    assert get(url, If_None_Match='"other"', If_Modified_Since=headers["Last-Modified"])[0] == 200
    assert get(url, If_Modified_Since="Thu, 02 Jul 2026 00:00:00 GMT")[0] == 200


def test_a_list_page_carries_no_validators(province: SampleProvince) -> None:
    _, headers, _ = get(province.url("/xwzx/jwdt/"))
    assert (headers["ETag"], headers["Last-Modified"]) == (None, None)
    assert get(province.url("/xwzx/jwdt/"), If_Modified_Since="Fri, 01 Jan 2027 00:00:00 GMT")[0] == 200


def test_a_page_can_be_changed_removed_and_put_back_while_the_site_runs(province: SampleProvince) -> None:
    url, before = province.url(ARTICLE), province.body(ARTICLE)
    etag = get(url)[1]["ETag"]
    province.replace(ARTICLE, before.replace("1.2万余名", "1.3万余名"))
    status, headers, body = get(url, If_None_Match=etag)
    assert status == 200
    assert headers["ETag"] != etag
    assert "1.3万余名" in body.decode()
    province.remove(ARTICLE)
    status, _, body = get(url, If_None_Match=etag)
    assert status == 404
    assert "您访问的页面不存在或已删除" in body.decode()
    province.replace(ARTICLE, before)
    assert get(url)[2].decode() == before
    assert get(url, If_None_Match=etag)[0] == 304
    with pytest.raises(KeyError):
        province.remove("/no/such/page.html")


def test_a_page_can_be_turned_into_another_answer(province: SampleProvince) -> None:
    province.replace("/loop", "", status=302, headers={"Location": "/loop"})
    status, headers, _ = get(province.url("/loop"))
    assert (status, headers["Location"]) == (302, "/loop")
    etag = get(province.url(ARTICLE))[1]["ETag"]
    province.replace(ARTICLE, province.body(ARTICLE), status=503)
    assert get(province.url(ARTICLE), If_None_Match=etag)[0] == 503


def test_an_answer_may_hang_on_the_query_or_on_the_form_and_be_changed_for_one_of_them() -> None:
    form = "webSiteCode%5B%5D=qlsgat&channelCode%5B%5D=col42150&current=2&pageSize=15"
    second = with_form(jiangxi.DATA, form)
    with SampleProvince(further=[jiangxi.department]) as province:

        def listed(form: str) -> list[object]:
            asking = urllib.request.Request(province.url(jiangxi.DATA, site="jiangxi"), form.encode())  # noqa: S310 - loopback
            with urllib.request.urlopen(asking, timeout=10) as answer:  # noqa: S310 - loopback
                return [one["source"]["title"] for one in json.load(answer)["data"]["results"]]

        titles = [release.title for release in jiangxi.RELEASES]
        assert listed(form) == titles[15:30]
        province.replace(second, '{"data": {"results": []}}', site="jiangxi")
        assert listed(form) == []
        assert listed(form.replace("current=2", "current=3")) == titles[30:]
        province.restore(second, site="jiangxi")
        assert listed(form) == titles[15:30]
        assert province.requests[0].path == second


def test_a_page_that_was_changed_or_removed_is_restored(province: SampleProvince) -> None:
    before = get(province.url(ARTICLE))[2]
    for change in (lambda: province.replace(ARTICLE, "other"), lambda: province.remove(ARTICLE)):
        change()
        assert get(province.url(ARTICLE))[2] != before
        province.restore(ARTICLE)
        assert get(province.url(ARTICLE))[2] == before


def test_every_request_is_kept_in_order_with_what_was_answered(province: SampleProvince) -> None:
    get(province.url("/xwzx/jwdt/?a=1"), User_Agent="asking")
    get(province.url("/nothing"))
    get(province.url(site=REXIAN))
    assert [(request.site, request.path, request.status) for request in province.requests] == [
        ("qingling", "/xwzx/jwdt/?a=1", 200),
        ("qingling", "/nothing", 404),
        ("rexian", "/", 200),
    ]
    assert province.requests[0].headers["User-Agent"] == "asking"
    moments = [request.at for request in province.requests]
    assert moments == sorted(moments)


def test_closing_frees_the_ports_and_ends_the_threads() -> None:
    threads = Counter(thread.name for thread in threading.enumerate())
    with SampleProvince() as province:
        port = urlsplit(province.url()).port
        get(province.url())
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    left = Counter(thread.name for thread in threading.enumerate()) - threads
    assert not [name for name in left if name.startswith("sample site")]


def test_a_visitor_who_hangs_up_leaves_no_traceback(
    province: SampleProvince, capfd: pytest.CaptureFixture[str]
) -> None:
    visitor = socket.create_connection(("127.0.0.1", urlsplit(province.url()).port or 0), timeout=5)
    visitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    visitor.sendall(b"GET / HTTP/1.1\r\nHo")
    visitor.close()  # with no lingering: the server meets a reset, in the middle of the headers
    assert get(province.url())[0] == 200
    assert capfd.readouterr().err == ""


def test_the_pictures_are_png_files_of_the_size_they_state() -> None:
    drawn = picture(7, RELEASES[0].published, 64, 40).body
    assert drawn.startswith(b"\x89PNG\r\n\x1a\n")
    stream, kinds = io.BytesIO(drawn[8:]), []
    while head := stream.read(8):
        size, kind = struct.unpack(">I4s", head)
        data = stream.read(size)
        assert struct.unpack(">I", stream.read(4))[0] == zlib.crc32(kind + data)
        kinds.append((kind, data))
    assert struct.unpack(">II", kinds[0][1][:8]) == (64, 40)
    assert len(zlib.decompress(kinds[1][1])) == 40 * (1 + 3 * 64)
    assert drawn != picture(8, RELEASES[0].published, 64, 40).body


def test_the_attachment_is_a_pdf_whose_table_points_at_its_objects(province: SampleProvince) -> None:
    release = next(release for release in RELEASES if release.attachment)
    _, headers, body = get(urljoin(province.url(release.path), release.attachment_file))
    assert headers["Content-Type"] == "application/pdf"
    start = int(body.rsplit(b"\n", 3)[-3])
    rows = body[start:].split(b"\n")[3:8]
    assert [body[int(row[:10]) :][:7] for row in rows] == [b"%d 0 obj" % number for number in range(1, 6)]
