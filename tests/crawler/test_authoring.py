from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given as examples
from hypothesis import strategies as st

from archive.models import Article
from crawler import cms
from crawler.cli import main
from crawler.demo.pages import PER_PAGE
from crawler.demo.server import SampleProvince
from crawler.extract import EXTRACTOR
from crawler.new_site import SLUGS, as_toml, proposed, slug_of
from crawler.site import Expect, Fetch, Listing, Site, load_site
from tests import test_pages
from tests.conftest import Press, asked
from tests.servers import ARTICLE, Answer, Served, listing, sent, server

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "tests" / "pages"
NOTICE = PAGES / "trs@2024-03-05" / "article.html"
LIST = "/xwzx/jwdt/"
AT = {"POLICE_PRESS_NOW": "2026-07-04T10:00:00+08:00"}
LAYOUTS = """
name = "测试"
english = "Test"
home = "http://127.0.0.1/"
evidence = "invented for a test"
discover = true
[[article]]
until = 2026-03-01
body = "#old"
[[article]]
body = "#new"
"""
PARAGRAPHS = [
    "3月1日，样例市公安局城东分局破获系列盗窃案，抓获犯罪嫌疑人三名，追回电动自行车二十余辆。",
    *(f"第{number}起案件中，民警走访商户{number}家，调取监控录像后锁定嫌疑人。" for number in range(1, 13)),
]
# GB18030 that says UTF-8; its metas name another source and another day than its byline.
DISPUTED = f"""<html><head><meta charset="utf-8"><title>城东警方破获系列盗窃案_样例市公安局</title>
<meta name="PubDate" content="2026-03-09 10:00"><meta name="ContentSource" content="样例日报"></head>
<body><h1>城东警方破获系列盗窃案</h1><p>发布时间：2026-03-01 09:30 来源：样例市公安局 审核：赵某</p>
<div class="TRS_Editor">{"".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)}
<p><img src="W1\x9b2J.jpg" alt="发还现场" width="600"></p><p>图为民警向群众发还被盗车辆。</p><p>X 关闭</p></div>"""


def run(*arguments: str | Path, sites: Path | None = None, typed: bytes = b"") -> Result:
    """The command in this process: for what asks no website."""
    environment = {"POLICE_PRESS_SITES": str(sites) if sites else None, **AT}
    return CliRunner(env=environment).invoke(main, [str(argument) for argument in arguments], input=typed)


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout_bytes.decode("utf-8").splitlines()]


class TestExtract:
    def test_a_line_a_page_with_every_field(self, tmp_path: Path) -> None:
        (tmp_path / "empty.html").write_bytes(b"<html><body></body></html>")
        result = run("extract", NOTICE, PAGES / "seed-br@2023-06-12" / "article.html", tmp_path / "empty.html")
        assert result.exit_code == 0, result.output
        notice, repost, empty = lines(result)
        assert notice.keys() == {"file", "url"} | {field.name for field in fields(Article)}
        assert {"标签:", "精彩推送", "X 关闭"} <= set(repost["stripped"])
        expected = json.loads((NOTICE.parent / "expected.json").read_text("utf-8"))["article"]
        files = [Path(one["url"]).name for one in expected.pop("attachments")]
        assert [one["url"] for one in notice["attachments"]] == [f"http://unknown.invalid/{name}" for name in files]
        expected.pop("is_repost")  # without a site nobody can say
        assert {name: notice[name] for name in expected} == expected | {"published": "2024-03-04T16:20+08:00"}
        assert (notice["file"], notice["url"]) == (str(NOTICE), None)
        assert notice["origins"].keys() >= {"title", "published", "body"}
        assert (notice["charset"], notice["characters_lost"]) == ("utf-8", 0)
        assert notice["extractor"]
        assert "春雷".encode() in result.stdout_bytes
        assert (empty["body_kind"], empty["title"], empty["published"]) == ("empty", None, None)

    def test_what_was_not_taken_is_said_with_its_place_and_the_reason(self, tmp_path: Path) -> None:
        (tmp_path / "page.html").write_bytes(DISPUTED.encode("gb18030"))
        [said] = lines(run("extract", tmp_path / "page.html", "--captured", "2026-03-08"))
        otherwise = "another place says otherwise"
        assert [tuple(one.values()) for one in said["rejected"]] == [
            ("content_source", "样例日报", "meta:contentsource", otherwise),
            ("published", "2026-03-09T10:00+08:00", "meta:pubdate", "after the capture"),
        ]
        assert said["conflicts"] == ["content_source"]
        assert (said["origins"]["published"], said["labels"]) == ("byline", {"审核": "赵某"})
        assert (said["charset"], said["charset_declared"], said["stripped"]) == ("gb18030", "utf-8", ["X 关闭"])

    def test_every_place_and_every_reason_stands_in_the_document(self, tmp_path: Path) -> None:
        (tmp_path / "page.html").write_bytes(DISPUTED.encode("gb18030"))
        pages = [tmp_path / "page.html", *sorted(PAGES.glob("*/article.html"))]
        said = lines(run("extract", *pages, "--captured", "2026-03-08"))
        found = {place for page in said for place in page["origins"].values()}
        found |= {name for page in said for one in page["rejected"] for name in (one["origin"], one["reason"])}
        document = (ROOT / "docs" / "reading.md").read_text("utf-8")
        listed = set(re.findall(r"^\| `(.+?)` \|", document, re.MULTILINE))
        assert {"byline", "heading", "container", "prose", "after the capture"} <= found
        assert {"meta:NAME" if name.startswith("meta:") else name for name in found} <= listed

    def test_lines_for_a_person(self, tmp_path: Path) -> None:
        page = tmp_path / "page\x1b[2J.html"
        page.write_bytes(DISPUTED.encode("gb18030"))
        result = run("extract", "--text", page, "--captured", "2026-03-10")
        assert result.exit_code == 0, result.output
        assert result.stdout_bytes.decode("utf-8").splitlines() == [
            f"file       {tmp_path}/page\\x1b[2J.html",
            "title      城东警方破获系列盗窃案 (from: heading)",
            "subtitle   none found",
            "published  2026-03-01T09:30+08:00 (from: byline; two places disagree)",
            "  not      2026-03-09T10:00+08:00 (meta:pubdate: another place says otherwise)",
            "source     样例市公安局 (from: byline; two places disagree)",
            "  not      样例日报 (meta:contentsource: another place says otherwise)",
            "issuer     none found",
            "author     none found",
            "editor     none found",
            "repost     unknown",
            "label      审核: 赵某",
            f"body       text; characters: {len('|'.join(PARAGRAPHS))}; lines: 13 (from: container)",
            *(f"  {paragraph}" for paragraph in PARAGRAPHS[:5]),
            "  … 3 more …",
            *(f"  {paragraph}" for paragraph in PARAGRAPHS[8:]),
            "image      http://unknown.invalid/W12J.jpg",
            "  name     发还现场",
            "  caption  图为民警向群众发还被盗车辆。",
            "stripped   lines: 1",
            "  X 关闭",
            "charset    gb18030; declared: utf-8; characters lost: 0",
            f"extractor  {EXTRACTOR}",
            "",
        ]

    def test_a_page_that_cannot_be_read_costs_its_own_block(self, tmp_path: Path) -> None:
        (tmp_path / "bloated.html").write_bytes(b" " * (8 * 1024 * 1024 + 1))
        result = run("extract", "--text", tmp_path / "bloated.html", NOTICE)
        bloated, notice = result.stdout_bytes.decode("utf-8").split("\n\n", 1)
        assert result.exit_code == 1
        assert re.fullmatch(r"file       .*bloated\.html\nerror      .*8 MiB.*", bloated)
        assert notice.startswith(f"file       {NOTICE}\ntitle      ")

    def test_standard_input_with_an_address(self) -> None:
        url = "https://gat.example.gov.cn/xwzx/gayw/202403/t20240304_1.html"
        [notice] = lines(run("extract", "-", "--url", url, typed=NOTICE.read_bytes()))
        assert (notice["file"], notice["url"]) == ("-", url)
        assert notice["attachments"][1]["url"].startswith("https://gat.example.gov.cn/xwzx/gayw/202403/P0")

    def test_a_site_gives_the_layout_in_force(self, tmp_path: Path) -> None:
        (tmp_path / "sites").mkdir()
        (tmp_path / "sites" / "test.toml").write_text(LAYOUTS, "utf-8")
        page = tmp_path / "page.html"
        text = "民警提醒广大群众，接到陌生来电索要验证码的，一律不要告诉对方。"
        page.write_text(f"<h1>提醒</h1><div id=old><p>旧版。{text}</div><div id=new><p>新版。{text}</div>", "utf-8")
        arguments = ["extract", page, "--site", "test", "--captured"]
        [old] = lines(run(*arguments, "2026-03-01", sites=tmp_path / "sites"))
        [new] = lines(run(*arguments, "2026-03-02", sites=tmp_path / "sites"))
        assert (old["body"][:2], new["body"][:2]) == ("旧版", "新版")

    def test_a_page_that_cannot_be_read_costs_its_own_line(self, tmp_path: Path) -> None:
        (tmp_path / "bloated.html").write_bytes(b" " * (8 * 1024 * 1024 + 1))
        result = run("extract", tmp_path / "bloated.html", NOTICE)
        bloated, notice = lines(result)
        assert result.exit_code == 1
        assert bloated.keys() == {"file", "url", "error"}
        assert "8 MiB" in bloated["error"]
        assert notice["title"]

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["nowhere.html"], "does not exist"),
            ([str(PAGES)], "is a directory"),
            ([str(NOTICE), "--site", "atlantis"], "no such site: atlantis"),
            ([str(NOTICE), str(NOTICE), "--url", "http://a.example/"], "one address is for one file"),
        ],
    )
    def test_wrong_usage(self, arguments: list[str], said: str) -> None:
        result = run("extract", *arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert said in result.stderr


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("https://gat.shandong.gov.cn/jwzx/", "shandong"),
        ("https://hnga.henan.gov.cn/", "henan"),
        ("http://gat.xizang.gov.cn/", "xizang"),
        ("http://gatgw.shanxi.gov.cn/", "shanxi"),
        ("http://gat.shaanxi.gov.cn/", "shaanxi"),
        ("http://hnga.gov.cn/", None),
        ("https://gat.nmg.gov.cn/", None),
        ("https://www.henan.hunan.example/", None),
        ("http://127.0.0.1:8000/", None),
    ],
)
def test_a_slug_is_a_label_of_the_host_or_asked_for(url: str, slug: str | None) -> None:
    assert slug_of(url) == slug


def test_slugs_are_those_of_the_shipped_sites() -> None:
    assert SLUGS.keys() >= {"nei-mongol", "xizang", "shanxi", "shaanxi"}
    assert len(SLUGS) == 31


TEXTS = st.text(min_size=1).filter(lambda text: bool(text.strip()))


@examples(TEXTS, TEXTS, st.sampled_from([None, "370000"]), st.sampled_from([0, 0.5, 3, 10]), st.integers(1, 500))
def test_a_site_file_declares_the_site(
    tmp_path_factory: pytest.TempPathFactory, name: str, column: str, division: str | None, delay: float, floor: int
) -> None:
    url = "https://gaj.qingling.example:8080/jwzx/?a=%22b"
    site = Site(
        slug="qingling",
        name=name,
        english="Qingling",
        home=url,
        evidence="invented for a test",
        listings=(Listing(column, "trs", url),),
        division=division,
        fetch=Fetch(delay=delay),
        expect=Expect(min_listed=floor),
    )
    file = tmp_path_factory.getbasetemp() / "qingling.toml"
    file.write_text(as_toml(site, "#zoom"), "utf-8")
    assert load_site(file) == site


def test_an_address_is_proposed_without_its_fragment() -> None:
    site = proposed("http://gat.example:81/a/#top", "test", None, None, None)
    assert (site.home, site.listings[0].url, site.fetch.delay) == (
        "http://gat.example:81/",
        "http://gat.example:81/a/",
        3,
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["http://127.0.0.1/a/"], "--slug"),
        (["http://127.0.0.1/a/", "--slug", "Not a slug"], "no slug"),
        (["http://127.0.0.1/a/", "--slug", "taken"], "taken.toml is there already"),
        (["http://127.0.0.1/a/", "--slug", "saved"], "saved@2026-07-04 is there already"),
        (["http://127.0.0.1/a/", "--slug", "test", "--division", "000001"], "000001"),
        (["ftp://127.0.0.1/a/", "--slug", "test"], "not an http or https address"),
        (["http://me:secret@127.0.0.1/a/", "--slug", "test"], "no name and password"),
    ],
)
def test_new_site_used_wrongly(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "taken.toml").write_text(LAYOUTS, "utf-8")
    (tmp_path / "saved@2026-07-04").mkdir()
    before = sorted(tmp_path.rglob("*"))
    result = run("new-site", *arguments, "--out", tmp_path, sites=tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_the_whole_round(tmp_path: Path, province: SampleProvince, monkeypatch: pytest.MonkeyPatch) -> None:
    """From an address to a golden page that holds, with no Python touched."""
    pages = tmp_path / "tests" / "pages"
    press = Press(tmp_path / "data", tmp_path / "sites")
    options = ["--slug", "qingling", "--delay", "0", "--division", "370000", "--out", str(pages)]
    made = press("new-site", province.url(LIST), *options, **AT)
    assert (made.returncode, made.stderr) == (0, "")
    assert_says_what_it_saw(made.stdout, province)
    assert_site_file(tmp_path / "sites" / "qingling.toml", province)
    assert_saved(pages / "qingling@2026-07-04", province)
    assert not press.archive.exists()

    shutil.copy(ROOT / "tests" / "test_pages.py", tmp_path / "tests")
    first = golden(press, tmp_path)
    assert first.returncode == 1
    assert re.search(r"\b1 failed", first.stdout), first.stdout
    assert "review it, then commit it" in first.stdout
    expected = json.loads((pages / "qingling@2026-07-04" / "expected.json").read_text("utf-8"))
    assert len(expected["listing"]["entries"]) == PER_PAGE
    assert expected["article"]["is_repost"] is False
    monkeypatch.setenv("POLICE_PRESS_SITES", str(press.sites))
    test_pages.test_page(pages / "qingling@2026-07-04")


FRAME = """<title>警务动态_测试公安局</title><meta name="SiteName" content="测试公安局"><div id="unit"></div>
<script src="/script/0/AuthorizedRead/unitbuild.js" url="/api-gateway/jpaas-publish-server/front/page/build/unit"
 queryData="{'parseType':'bulidstatic','webId':'1','tplSetId':'2','pageType':'column','tagId':'当前栏目list','pageId':'3'}">
</script>"""


def test_a_list_that_a_browser_fills_is_saved_with_its_frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    articles = [f"/art/2026/art_{number:032x}.html" for number in range(7)]
    inner = f'{listing(articles).decode()}<div class="pagination" rows="15" count="7"></div>'
    filling = json.dumps({"success": True, "data": {"html": f"<ul>{inner}</ul>"}}).encode()
    answers: dict[str, Answer] = {"/jwdt/": FRAME.encode(), articles[0]: ARTICLE.format("1\x1b[2J").encode()}
    with server(answers) as running:
        filled_by = cms.parse("jpaas", cms.Page(f"{running.home}jwdt/", FRAME)).next_page or ""
        answers[filled_by.removeprefix(running.home[:-1])] = filling
        press = Press(tmp_path / "data", tmp_path / "sites")
        options = ["--slug", "test", "--delay", "0", "--out", str(tmp_path)]
        made = press("new-site", f"{running.home}jwdt/", *options, **AT)
    assert (made.returncode, made.stderr) == (0, "")
    assert f"filled by  {filled_by}" in made.stdout
    assert "\x1b" not in made.stdout
    assert "entries    7 on this page of 7 that the site states" in made.stdout
    site = load_site(tmp_path / "sites" / "test.toml")
    assert site.listings == (Listing("警务动态", "jpaas", f"{running.home}jwdt/"),)

    monkeypatch.setenv("POLICE_PRESS_SITES", str(tmp_path / "sites"))
    with pytest.raises(pytest.fail.Exception, match="review it"):
        test_pages.test_page(tmp_path / "test@2026-07-04")
    expected = json.loads((tmp_path / "test@2026-07-04" / "expected.json").read_text("utf-8"))
    assert (expected["frame"]["is_frame"], expected["frame"]["next_page"]) == (True, filled_by)
    assert len(expected["listing"]["entries"]) == 7
    test_pages.test_page(tmp_path / "test@2026-07-04")


def assert_says_what_it_saw(said: str, province: SampleProvince) -> None:
    assert "trs, by its mark createPageHTML(" in said
    assert said.count("/t20") == 11  # ten entries and the article
    assert "青岭省公安机关启动夏季治安打击整治行动首轮集中清查" in said
    assert "2026-07-03T09:15+08:00 (from: byline)" in said
    assert "7月2日20时，全省公安机关同步启动" in said
    assert "stands in .TRS_Editor" in said
    paths = asked(province)
    assert (paths[0], len(paths)) == (LIST, 2)
    assert province.requests[0].path == "/robots.txt"
    assert all(one.headers["User-Agent"].startswith("police-press-archive/") for one in province.requests)


def assert_site_file(file: Path, province: SampleProvince) -> None:
    site = load_site(file)
    assert (site.name, site.division, site.home) == ("青岭省公安厅", "370000", province.url())
    assert site.listings == (Listing("警务动态", "trs", province.url(LIST)),)
    assert site.evidence == "list page read on 2026-07-04 by new-site; not judged by a person yet"
    assert (site.verified, site.articles) == (None, ())
    assert (site.expect.min_listed, dict(site.expect.fill_rate)) == (PER_PAGE * 85 // 100, {})


def assert_saved(folder: Path, province: SampleProvince) -> None:
    assert sorted(path.name for path in folder.iterdir()) == ["article.html", "listing.html", "page.toml"]
    assert (folder / "listing.html").read_text("utf-8") == province.body(LIST)
    declared = tomllib.loads((folder / "page.toml").read_text("utf-8"))
    assert (declared["site"], declared["listing"]["cms"]) == ("qingling", "trs")
    assert declared["article"]["captured"].isoformat() == AT["POLICE_PRESS_NOW"]


def golden(press: Press, folder: Path) -> subprocess.CompletedProcess[str]:
    """`pytest -k qingling` on a copy of the tests of pages."""
    options = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder), "-n0", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *options, "-k", "qingling", str(folder / "tests" / "test_pages.py")]
    return subprocess.run(command, cwd=ROOT, env=press.environment(), capture_output=True, text=True, timeout=60)


EMPTY = "<title>要闻_测试公安局</title><p>栏目建设中，敬请期待。2026-07-01</p>".encode()
FAILING = {
    "/empty/": "no_entries",
    "/secret/": "robots_denied",
    "/wall/": "challenge",
    "/inward/": "refused_address",
}


@pytest.fixture
def trouble() -> Iterator[Served]:
    """Lists that cannot be made a site: each for the reason named above."""
    answers = {
        "/robots.txt": sent("Content-Type: text/plain", body=[b"User-agent: *\nDisallow: /secret/\n"]),
        "/empty/": EMPTY,
        "/secret/": EMPTY,
        "/wall/": sent(status="521 ", body=[b"<script>document.cookie='__jsl_clearance=1'</script>"]),
        "/inward/": listing(f"http://[::1]:9/a/t20260630_{number}.html" for number in range(5)),
    }
    with server(answers) as running:
        yield running


def test_what_cannot_be_looked_at_leaves_nothing(tmp_path: Path, trouble: Served) -> None:
    press = Press(tmp_path / "data", tmp_path / "sites")
    options = ["--slug", "test", "--delay", "0", "--out", str(tmp_path / "pages")]
    for path, outcome in FAILING.items():
        done = press("new-site", trouble.home[:-1] + path, *options)
        assert (done.returncode, done.stdout) == (1, ""), path
        assert re.search(rf"^Error: http://\S+: {outcome}: ", done.stderr), done.stderr
        assert len(done.stderr.splitlines()) >= 3
        assert done.stderr.endswith("Nothing was written.\n")
        assert ("no mark of a known family; 测试公安局, 要闻" in done.stderr) == (path == "/empty/")
    assert not list(tmp_path.iterdir())


CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def shown(program: str) -> list[list[str]]:
    """The arguments of each command of CONTRIBUTING that calls a program of the environment."""
    found = re.findall(rf"^ +\.venv/bin/{program} (.+)$", CONTRIBUTING, re.MULTILINE)
    return [shlex.split(line.partition(" > ")[0]) for line in found]


@pytest.mark.parametrize("arguments", shown("police-press"), ids=" ".join)
def test_every_verb_and_option_of_contributing_is_there(arguments: list[str]) -> None:
    while arguments[0].startswith("--"):
        assert arguments[0] in {name for one in main.params for name in one.opts}
        arguments = arguments[2:]
    known = {name for one in main.commands[arguments[0]].params for name in one.opts}
    assert {name for name in arguments if name.startswith("--")} <= known


def test_a_broken_site_is_mended_as_contributing_says(tmp_path: Path) -> None:
    """From the capture, through a dated layout, to a new version; each command as it stands there."""
    (tmp_path / "sites").mkdir()
    site = tmp_path / "sites" / "test.toml"
    site.write_text(LAYOUTS, "utf-8")
    press, url = Press(tmp_path / "data", tmp_path / "sites"), "http://127.0.0.1/a/t20260704_1.html"
    text = "民警提醒广大群众，接到陌生来电索要验证码的，一律不要告诉对方。"
    page = tmp_path / "page.html"
    page.write_text(
        f"<html><h1>提醒</h1><div id=new><p>推荐。{text}</div><div id=newer><p>正文。{text}</div></html>", "utf-8"
    )
    kept = ["--archive", str(press.archive)]
    brought = ["import", page, "--site", "test", "--url", url, "--captured", "2026-07-04"]
    assert run(*kept, *brought, sites=press.sites).exit_code == 0

    [_, captures] = [tool("sqlite-utils", [str(press.archive / "press.db"), *one[1:]]) for one in shown("sqlite-utils")]
    [(file, offset)] = press.rows("SELECT warc_file, warc_offset FROM captures WHERE site = 'test'")
    assert str(file) in captures
    [extracting] = shown("warcio")
    places = {"FILE": str(file), "OFFSET": str(offset), "data/": f"{press.archive}/"}
    page.write_text(tool("warcio", [replaced(one, places) for one in extracting]), "utf-8")
    [reading] = [one for one in shown("police-press") if one[0] == "extract"]
    places = {"page.html": str(page), "URL": url, "SLUG": "test"}
    assert lines(run(*(replaced(one, places) for one in reading), sites=press.sites))[0]["body"][:2] == "推荐"

    site.write_text(
        LAYOUTS.replace('body = "#new"', 'until = 2026-07-03\nbody = "#new"\n[[article]]\nbody = "#newer"'), "utf-8"
    )
    assert lines(run(*(replaced(one, places) for one in reading), sites=press.sites))[0]["body"][:2] == "正文"
    [again] = [one for one in shown("police-press") if one[0] == "reparse"]
    assert run(*kept, *(replaced(one, places) for one in again), sites=press.sites).exit_code == 0
    assert press.rows("SELECT made_by, substr(body, 1, 2) FROM versions ORDER BY version") == [
        ("import", "推荐"),
        ("reparse", "正文"),
    ]


def replaced(text: str, places: dict[str, str]) -> str:
    for placeholder, value in places.items():
        text = text.replace(placeholder, value)
    return text


def tool(name: str, arguments: list[str]) -> str:
    command = [str(Path(sys.executable).with_name(name)), *(one.replace("SLUG", "test") for one in arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
