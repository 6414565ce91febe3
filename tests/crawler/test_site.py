"""Site files: what a right one gives, and that each wrong one is refused with file and key."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from crawler import cms
from crawler.site import FAMILIES, ArticleLayout, Expect, Fetch, Listing, SiteError, load_site, load_sites

HEAD = """
name = "青岭省公安厅"
english = "Qingling Provincial Public Security Department"
division = "110000"
home = "http://gat.example.cn/"
evidence = "invented for this test"
"""
LISTING = """
[[listing]]
column = "警务动态"
cms = "trs"
url = "http://gat.example.cn/xwzx/jwdt/"
"""


def written(folder: Path, text: str, name: str = "qingling.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_the_shortest_file_has_every_default(tmp_path: Path) -> None:
    site = load_site(written(tmp_path, HEAD + LISTING))
    assert (site.slug, site.kind, site.division, site.host) == ("qingling", "police", "110000", "gat.example.cn")
    assert site.listings == (Listing("警务动态", "trs", "http://gat.example.cn/xwzx/jwdt/"),)
    assert site.fetch == Fetch(3.0, True, False, "needed", (), (1, 3, 7, 30, 90, 180, 365), 30)
    assert site.expect == Expect(None, None, {})
    assert (site.articles, site.verified) == ((), None)


def test_a_full_file_is_read_whole(tmp_path: Path) -> None:
    full = f"""{HEAD}kind = "other"
verified = 2026-12-01
{LISTING}
[[listing]]
column = "警情通报"
cms = "html"
url = "http://gat.example.cn/tb/"
entry = "ul.list > li"
link = "a.title"
title = "a.title"
date = "span"
next = "a.next"

[[article]]
body = "#zoom"
until = 2025-12-31
[[article]]
body = ".TRS_Editor"
title = "h1"

[fetch]
delay = 5
robots = false
legacy_tls = true
attachments = "all"
attachment_hosts = ["files.example.cn"]
revisit_days = [1, 7]
full_walk_days = 10

[expect]
min_listed = 15
max_silent_days = 10
fill_rate = {{ published = 0.98, body = 1 }}
"""
    site = load_site(written(tmp_path, full))
    assert (site.kind, site.verified) == ("other", dt.date(2026, 12, 1))
    assert site.listings[1].selectors == {
        "entry": "ul.list > li",
        "link": "a.title",
        "title": "a.title",
        "date": "span",
        "next": "a.next",
    }
    assert site.articles == (ArticleLayout("#zoom", dt.date(2025, 12, 31)), ArticleLayout(".TRS_Editor", title="h1"))
    assert site.fetch == Fetch(5.0, False, True, "all", ("files.example.cn",), (1, 7), 10)
    assert site.expect == Expect(15, 10, {"published": 0.98, "body": 1.0})


def test_the_layout_in_force_is_the_one_of_the_day(tmp_path: Path) -> None:
    layouts = '[[article]]\nbody = "#a"\nuntil = 2020-06-30\n[[article]]\nbody = "#b"\n'
    site = load_site(written(tmp_path, HEAD + LISTING + layouts))
    days = [dt.date(2020, 6, 30), dt.date(2020, 7, 1), None]
    assert [layout and layout.body for layout in map(site.layout, days)] == ["#a", "#b", "#b"]


WRONG = {
    "no TOML": ("name = ", "cannot be read as TOML"),
    "unknown key": (f'colour = "blue"\n{HEAD}{LISTING}', "colour: unknown key"),
    "unknown key of a listing": (f"{HEAD}{LISTING}page = 2\n", "listing[1].page: unknown key"),
    "unknown key of fetch": (f"{HEAD}{LISTING}[fetch]\ndelays = 3\n", "fetch.delays: unknown key"),
    "missing name": ((HEAD + LISTING).replace('name = "青岭省公安厅"', ""), "name: missing"),
    "missing listing": (HEAD, "listing: missing"),
    "missing column": ((HEAD + LISTING).replace('column = "警务动态"', ""), "listing[1].column: missing"),
    "empty name": ((HEAD + LISTING).replace("青岭省公安厅", " "), "name: is empty"),
    "wrong type": ((HEAD + LISTING).replace('"青岭省公安厅"', "7"), "name: has to be a text in quotes, not 7"),
    "listing as one table": (f'{HEAD}[listing]\ncolumn = "a"\n', "listing: has to be tables [[listing]]"),
    "unknown family": ((HEAD + LISTING).replace('"trs"', '"wordpress"'), "listing[1].cms: has to be one of trs"),
    "no address": (
        (HEAD + LISTING).replace("http://gat.example.cn/xwzx", "/xwzx"),
        "listing[1].url: has to be an http",
    ),
    "file address": ((HEAD + LISTING).replace("http://gat.example.cn/", "file:///etc/"), "home: has to be an http"),
    "short division": ((HEAD + LISTING).replace("110000", "11"), "division: has to be a six-digit GB/T 2260 code"),
    "unknown kind": (f'kind = "court"\n{HEAD}{LISTING}', "kind: has to be one of police, other"),
    "verified with a time": (f"verified = 2026-12-01T08:00:00\n{HEAD}{LISTING}", "verified: has to be a date without"),
    "html without entry": ((HEAD + LISTING).replace('"trs"', '"html"'), "listing[1].entry: missing"),
    "selectors of another family": (f'{HEAD}{LISTING}entry = "li"\n', "listing[1].entry: only the family html"),
    "no selector": (f'{HEAD}{LISTING}[[article]]\nbody = "##zoom["\n', "article[1].body: is no CSS selector"),
    "layout without body": (f"{HEAD}{LISTING}[[article]]\nuntil = 2020-01-01\n", "article[1].body: missing"),
    "layout without its last day": (
        f'{HEAD}{LISTING}[[article]]\nbody = "#a"\n[[article]]\nbody = "#b"\n',
        "article[1].until: every layout but the last",
    ),
    "layouts out of order": (
        (
            f"{HEAD}{LISTING}"
            '[[article]]\nbody = "#a"\nuntil = 2021-01-01\n[[article]]\nbody = "#b"\nuntil = 2020-01-01\n'
            '[[article]]\nbody = "#c"\n'
        ),
        "article[2].until: layouts stand oldest first",
    ),
    "negative delay": (f"{HEAD}{LISTING}[fetch]\ndelay = -1\n", "fetch.delay: has to be from 0"),
    "true as a number": (f"{HEAD}{LISTING}[fetch]\ndelay = true\n", "fetch.delay: has to be a number"),
    "number as a flag": (f"{HEAD}{LISTING}[fetch]\nrobots = 1\n", "fetch.robots: has to be true or false"),
    "texts as days": (f'{HEAD}{LISTING}[fetch]\nrevisit_days = ["1"]\n', "fetch.revisit_days: holds '1'"),
    "no days between walks": (f"{HEAD}{LISTING}[fetch]\nfull_walk_days = 0\n", "fetch.full_walk_days: has to be 1"),
    "share over 1": (f"{HEAD}{LISTING}[expect]\nfill_rate = {{ body = 95 }}\n", "expect.fill_rate.body: has to be a"),
    "an address twice": (
        HEAD + LISTING + LISTING.replace("警务动态", "警情通报"),
        "listing[2].url: another [[listing]] has this address too",
    ),
    "Scrapy's own selectors": (
        f'{HEAD}{LISTING}[[article]]\nbody = "div"\ntitle = "a::text"\n',
        "article[1].title: is no CSS selector",
    ),
    "a selector of browsers": (f'{HEAD}{LISTING}[[article]]\nbody = "p:visible"\n', "article[1].body: is no CSS"),
    "unknown column": (
        f"{HEAD}{LISTING}[expect]\nfill_rate = {{ publishd = 0.9 }}\n",
        "expect.fill_rate.publishd: unk",
    ),
    "a revisit in the past": (f"{HEAD}{LISTING}[fetch]\nrevisit_days = [-5]\n", "fetch.revisit_days: holds -5"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_file_is_refused_with_file_and_key(tmp_path: Path, what: str) -> None:
    text, said = WRONG[what]
    path = written(tmp_path, text)
    with pytest.raises(SiteError) as refusal:
        load_site(path)
    assert str(refusal.value).startswith(f"{path}: ")
    assert said in str(refusal.value)


@pytest.mark.parametrize("name", ["Beijing.toml", "nei_mongol.toml", "1st.toml", "北京.toml"])
def test_a_file_name_that_is_no_slug_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SiteError, match="the file's name is the slug"):
        load_site(written(tmp_path, HEAD + LISTING, name))


def test_a_folder_without_site_files_is_an_error_not_an_empty_crawl(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="no site file"):
        load_sites(tmp_path)


def test_the_folder_can_be_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, HEAD + LISTING, "nei-mongol.toml")
    monkeypatch.setenv("POLICE_PRESS_SITES", str(tmp_path))
    assert list(load_sites()) == ["nei-mongol"]


def test_every_family_that_a_site_file_may_name_has_a_parser() -> None:
    assert set(FAMILIES) == set(cms.FAMILIES)
