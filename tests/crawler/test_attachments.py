"""Images and files of releases: which are fetched, when and how often, and what it means that one changes or fails."""

from __future__ import annotations

import datetime as dt
import posixpath
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from archive.captures import digest
from crawler.demo.answers import Answer, pdf, picture
from crawler.demo.releases import SHANGHAI, SampleRelease
from crawler.demo.server import QINGLING, REXIAN, SampleProvince
from crawler.keeping import MOST_ATTACHMENTS
from tests.conftest import Press
from tests.servers import server

MIB = 1024 * 1024
SAID = "昨日，青岭市公安局在车站抓获多名涉嫌诈骗的人员，案件正在进一步侦办之中，请广大群众提高警惕。"
EARLIER, LATER = (dt.datetime(2026, 7, day, tzinfo=dt.UTC) for day in (1, 3))
FIRST, RETRIED = "2026-07-02T08:00:00+08:00", "2026-07-02T09:30:00+08:00"
NEXT_DAY, A_MONTH_ON = "2026-07-03T12:00:00+08:00", "2026-08-03T12:00:00+08:00"
UNLISTED = "/xwzx/jqtb/202607/t20260703_1.html"
FILES = (
    "SELECT a.url, c.outcome, c.payload_digest FROM press_releases AS r JOIN attachments AS a ON a.release_id = r.id"
)


def release(number: int, *, column: str = "警情通报", text: bool = False, file: bool = False) -> SampleRelease:
    """A release of `number` days ago: a picture, or one in a text, or a file."""
    at = dt.datetime(2026, 7, 1, 9, tzinfo=SHANGHAI) - dt.timedelta(days=number)
    return SampleRelease(
        id=f"t{at:%Y%m%d}_{4_000_000 + number}",
        column=column,
        title=f"青岭省公安厅第{number}号警情通报",
        published=at,
        source="青岭省公安厅",
        paragraphs=(SAID,) if text else (),
        image=None if file else "警情通报",
        attachment="青岭省公安厅通报原件" if file else None,
    )


NAMES = (
    *("picture", "file", "text", "elsewhere", "allowed", "shared", "missing"),
    *("page", "wall", "big", "huge", "listed_file", "called_a_page", "hostile"),
)

RELEASES = {
    name: release(number, text=name == "text", file=name in ("file", "called_a_page"))
    for number, name in enumerate(NAMES)
}
RELEASES["back"] = release(40)  # on the list's second page, for twelve stand on the first
OTHER_COLUMN = release(3, column="警务动态", text=True)


def file_of(name: str) -> str:
    """The path of a release's picture or file."""
    one = RELEASES[name]
    return posixpath.join(posixpath.dirname(one.path), one.attachment_file if one.attachment else one.picture_file)


def showing(province: SampleProvince, name: str, *addresses: str) -> str:
    """A release's page with these pictures in place of its own."""
    images = "".join(f'<img src="{address}">' for address in addresses)
    page, found = re.subn(r'<img src="\./W0[^>]*>', images, province.body(RELEASES[name].path))
    assert found == 1
    return page


def show(province: SampleProvince, name: str, *addresses: str) -> None:
    """Let a release's page show these pictures in place of its own."""
    province.replace(RELEASES[name].path, showing(province, name, *addresses))


def own(name: str) -> Answer:
    """The picture or file that a release has from the start."""
    number = int(RELEASES[name].id[-7:])
    is_file = RELEASES[name].attachment is not None
    return pdf(f"Sample province, annex {number}", EARLIER) if is_file else picture(number, EARLIER)


def png(size: int) -> Answer:
    return Answer(b"\x89PNG\r\n\x1a\n" + bytes(size), "image/png", EARLIER)


@dataclass
class Lived:
    """Three crawls of a site and a `fetch`: what each asked for, and what the archive then said of files' pages."""

    press: Press
    province: SampleProvince
    elsewhere: list[str]
    fetched: subprocess.CompletedProcess[str] | None = None
    asked: list[list[tuple[str, int]]] = field(default_factory=list)
    pages: list[dict[str, tuple[object, ...]]] = field(default_factory=list)

    def crawl(self, at: str) -> None:
        self.province.requests.clear()
        done = self.press("crawl", POLICE_PRESS_NOW=at)
        assert (done.returncode, done.stderr) == (0, "")
        self.asked.append([(one.path, one.status) for one in self.province.requests if one.site == QINGLING])
        rows = self.press.rows("SELECT url, state, attempts, next_due, last_error FROM pages WHERE kind = 'attachment'")
        self.pages.append({str(url): tuple(rest) for url, *rest in rows})

    def page(self, name: str, after: int) -> tuple[object, ...] | None:
        """State, attempts, time due and error of a release's file after a crawl."""
        return self.pages[after].get(self.province.url(file_of(name)))

    def files(self, name: str) -> list[tuple[object, ...]]:
        """A release's images and files, by version: address, outcome of the capture that holds it, and its digest."""
        sql = f"{FILES} LEFT JOIN captures AS c ON c.id = a.capture_id WHERE r.url = ? ORDER BY a.version, a.position"
        return self.press.rows(sql, self.province.url(RELEASES[name].path))


def digest_of(answer: Answer) -> str:
    return digest(answer.body)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    folder = tmp_path_factory.mktemp("attachments")
    releases = sorted([*RELEASES.values(), OTHER_COLUMN], key=lambda one: one.published, reverse=True)
    with SampleProvince(releases) as province, server({"/a.png": b"\x89PNG"}, host="127.0.0.2") as elsewhere:
        province.write_sites(folder / "sites")
        (folder / "sites" / f"{REXIAN}.toml").unlink()
        qingling = folder / "sites" / f"{QINGLING}.toml"
        host = province.url(site=REXIAN).split("/")[2]
        qingling.write_text(f'{qingling.read_text("utf-8")}attachment_hosts = ["{host}"]\n', "utf-8")
        life = Lived(Press(folder / "data", folder / "sites"), province, elsewhere.paths)
        show(province, "elsewhere", f"{elsewhere.home}a.png")
        show(province, "allowed", province.url("/upload/allowed.png", site=REXIAN))
        province.put("/upload/allowed.png", picture(4, EARLIER), site=REXIAN)
        show(province, "shared", file_of("picture"))
        here = province.url().removeprefix("http://")
        show(
            province,
            "hostile",
            *("http://10.1.2.3/a.png", "//127.0.0.2:1/a.png", f"http://u:p@{here}a.png", "http://[bad/a.png"),
            *("data:image/png;base64,AAAA", "javascript:alert(1)", "file:///etc/passwd", "http://a..b/a.png"),
            "/一 张.png",
        )
        province.put("/%E4%B8%80%20%E5%BC%A0.png", picture(5, EARLIER))
        province.remove(file_of("missing"))
        province.put(file_of("page"), Answer("<h1>公安要闻</h1><p>欢迎访问，今天是2026年7月3日。</p>".encode()))
        province.put(file_of("wall"), Answer(b"<script>var __jsl_clearance=1</script>", status=521))
        province.put(file_of("big"), png(19 * MIB))
        province.put(file_of("huge"), png(21 * MIB))
        province.put(RELEASES["listed_file"].path, pdf("a release", EARLIER))
        province.put(file_of("called_a_page"), Answer(pdf("called a page", EARLIER).body))
        life.crawl(FIRST)
        province.put(file_of("missing"), picture(6, EARLIER))
        life.crawl(RETRIED)
        province.put(file_of("picture"), picture(99, LATER))
        province.put(RELEASES["listed_file"].path, pdf("another release", LATER))
        life.crawl(NEXT_DAY)
        many = [f"/many/{number}.png" for number in range(300)]
        province.put(UNLISTED, Answer(showing(province, "picture", *many).encode()))
        for path in many:
            province.put(path, picture(1, EARLIER, 8, 8))
        province.requests.clear()
        life.fetched = life.press("fetch", province.url(UNLISTED), "--site", QINGLING, POLICE_PRESS_NOW=A_MONTH_ON)
        life.asked.append([(one.path, one.status) for one in province.requests])
        yield life


def test_the_picture_or_file_that_is_a_release_is_kept(lived: Lived) -> None:
    for name in ("file", "back"):
        assert lived.files(name) == [(lived.province.url(file_of(name)), "ok", digest_of(own(name)))]
        kind = lived.press.rows(
            "SELECT body_kind FROM press_releases WHERE url = ?", lived.province.url(RELEASES[name].path)
        )
        assert kind == [("attachment" if name == "file" else "image",)]


def test_a_picture_beside_a_text_is_noted_and_not_fetched(lived: Lived) -> None:
    assert lived.files("text") == [(lived.province.url(file_of("text")), None, None)]
    assert lived.page("text", 0) is None


def test_a_picture_on_another_host_is_fetched_only_if_the_site_file_names_the_host(lived: Lived) -> None:
    assert lived.elsewhere == []
    ((url, *nothing),) = lived.files("elsewhere")
    assert (str(url)[-6:], nothing) == ("/a.png", [None, None])
    assert lived.files("allowed")[0][1:] == ("ok", digest_of(picture(4, EARLIER)))


def test_a_file_comes_behind_its_release_newest_first_and_before_back_pages(lived: Lived) -> None:
    paths = [path for path, _ in lived.asked[0]]
    first = paths.index(RELEASES["picture"].path)
    behind = [RELEASES["picture"].path, file_of("picture"), RELEASES["file"].path, file_of("file")]
    assert paths[first:][:5] == [*behind, RELEASES["text"].path]
    assert paths[-2:] == [RELEASES["back"].path, file_of("back")]
    assert paths.index("/xwzx/jqtb/index_1.shtml") < paths.index(file_of("back"))


def test_a_picture_of_two_releases_is_fetched_once_and_belongs_to_both(lived: Lived) -> None:
    assert [path for path, _ in lived.asked[0]].count(file_of("picture")) == 1
    assert lived.files("shared") == lived.files("picture")


def test_a_file_is_kept_up_to_twenty_mebibytes(lived: Lived) -> None:
    assert lived.files("big")[0][1:] == ("ok", digest_of(png(19 * MIB)))
    assert lived.files("huge")[0][1:] == (None, None)
    assert str(lived.page("huge", 0)).count("too_large") == 1


@pytest.mark.parametrize(
    ("name", "state", "said"),
    [("missing", "failed", "gone"), ("page", "failed", "soft_404"), ("wall", "walled", "challenge")],
)
def test_a_file_that_does_not_come_is_asked_for_again_after_growing_gaps(
    lived: Lived, name: str, state: str, said: str
) -> None:
    after_one = lived.page(name, 0)
    assert after_one
    assert after_one[:3] == (state, 1, "2026-07-02T09:00:00+08:00")
    assert str(after_one[3]).startswith(f"{said}: ")
    if name == "missing":
        assert lived.page(name, 1) == ("fetched", 0, None, None)
        assert lived.files(name)[0][1:] == ("ok", digest_of(picture(6, EARLIER)))
    else:
        after_two = lived.page(name, 1)
        assert after_two
        assert after_two[:3] == (state, 2, "2026-07-02T15:30:00+08:00")
        assert lived.files(name)[0][1:] == (None, None)


def test_a_file_that_its_server_calls_a_page_is_a_file(lived: Lived) -> None:
    assert lived.files("called_a_page")[0][1:] == ("ok", digest_of(pdf("called a page", EARLIER)))


def test_of_hostile_addresses_only_what_can_be_asked_for_is(lived: Lived) -> None:
    shown = [url for url, *_ in lived.files("hostile")]
    assert len(shown) == 5
    fetched = [(url, outcome) for url, outcome, _ in lived.files("hostile") if outcome]
    assert fetched == [(lived.province.url("/一%20张.png"), "ok")]


def test_unchanged_files_are_looked_at_with_their_release_and_cost_nothing(lived: Lived) -> None:
    assert [one for one in lived.asked[1] if one[0] == file_of("back")] == []
    for name in ("file", "big", "back"):
        assert [status for path, status in lived.asked[2] if path == file_of(name)] == [304]
        assert lived.page(name, 2) == ("fetched", 0, None, None)


def test_other_bytes_under_an_address_are_an_edit_of_every_release_that_has_them(lived: Lived) -> None:
    changed = {name: RELEASES[name] for name in ("picture", "shared", "listed_file")}
    events = lived.press.rows(
        "SELECT r.url, e.at, e.detail LIKE 'version 2: other bytes at %' FROM events AS e"
        " JOIN press_releases AS r ON r.id = e.release_id WHERE e.kind != 'first_seen' ORDER BY r.url DESC"
    )
    assert events == [(lived.province.url(one.path), NEXT_DAY, 1) for one in changed.values()]
    assert lived.press.rows("SELECT edited FROM runs ORDER BY id") == [(0,), (0,), (3,), (0,)]
    for name in ("picture", "shared"):
        both = [digest_of(own("picture")), digest_of(picture(99, LATER))]
        assert [held for _, _, held in lived.files(name)] == both


def test_a_release_that_is_a_file_is_fetched_once_a_visit(lived: Lived) -> None:
    path = RELEASES["listed_file"].path
    assert [[one for one, _ in crawl].count(path) for crawl in lived.asked] == [1, 0, 1, 0]
    two = [digest_of(pdf(line, EARLIER)) for line in ("a release", "another release")]
    assert [held for _, _, held in lived.files("listed_file")] == two


def test_fetch_takes_a_page_with_its_pictures_up_to_a_bound_and_nothing_else(lived: Lived) -> None:
    due = lived.press.rows("SELECT count(*) FROM pages WHERE kind != 'listing' AND next_due < ?", A_MONTH_ON)
    assert due > [(10,)]
    many = [f"/many/{number}.png" for number in range(MOST_ATTACHMENTS)]
    assert [path for path, _ in lived.asked[3]] == ["/robots.txt", UNLISTED, *many]
    assert lived.fetched
    assert lived.fetched.returncode == 1
    assert f"wanted at most {MOST_ATTACHMENTS}, which are fetched, saw 300 images and files" in lived.fetched.stdout
    kept = lived.press.rows("SELECT count(*), count(capture_id) FROM attachments WHERE url LIKE '%/many/%'")
    assert kept == [(300, MOST_ATTACHMENTS)]


def test_the_archive_is_sound(lived: Lived) -> None:
    done = lived.press("verify")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


@pytest.fixture
def province() -> Iterator[SampleProvince]:
    with SampleProvince([RELEASES["picture"], RELEASES["file"], OTHER_COLUMN]) as running:
        yield running


def test_a_site_file_may_ask_for_all_files_or_for_none(press: Press, province: SampleProvince) -> None:
    for slug, wanted in ((QINGLING, "none"), (REXIAN, "all")):
        file = press.sites / f"{slug}.toml"
        file.write_text(f'{file.read_text("utf-8")}attachments = "{wanted}"\n', "utf-8")
    province.put(RELEASES["file"].path, pdf("a release", EARLIER))
    assert press("crawl").returncode == 0
    kept = press.rows(f"{FILES} LEFT JOIN captures AS c ON c.id = a.capture_id WHERE r.site = ?", REXIAN)
    assert [outcome for _, outcome, _ in kept] == ["ok"] * 3
    kept = press.rows(f"{FILES} JOIN captures AS c ON c.id = a.capture_id WHERE r.site = ?", QINGLING)
    assert kept == [(province.url(RELEASES["file"].path), "ok", digest_of(pdf("a release", EARLIER)))]
    assert press.rows("SELECT count(*) FROM pages WHERE kind = 'attachment' AND site = ?", QINGLING) == [(0,)]
