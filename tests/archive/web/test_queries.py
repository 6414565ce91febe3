from __future__ import annotations

import json
import re
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import walked_sites
from lxml import html
from sample_release import ARTICLE

from archive import Archive
from archive.models import Answer, Attachment, Capture
from archive.web.serving import metadata_file

QUERIES: dict[str, dict[str, Any]] = json.loads(metadata_file().read_text("utf-8"))["databases"]["press"]["queries"]
HOSTILE = ("'", '"', "';--", "\x00", "-1", "1e999", "9" * 30, "%", "NULL", "公安 OR", "<script>", "(" * 500)
SAME = "某地公安机关在各处张贴同一篇通报，提醒群众防火防盗，出门关好门窗，遇事拨打报警电话，不信谣言，不传谣言。"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sites that were walked, and one release for whatever a query asks after."""
    folder = tmp_path_factory.mktemp("asked") / "data"
    walked_sites.make(folder)
    with Archive.open(folder, write=True) as opened:
        for site in ("beijing", "gansu"):
            _keep(opened, site, "same", title="同一篇通报", body=SAME)
        _keep(opened, "henan", "edited", title="旧标题")
        _keep(opened, "henan", "edited", days=1, title="新标题")
        _keep(opened, "henan", "repost", is_repost=True, repost_of="样例日报")
        poster = (Attachment("image", "https://henan.example/poster.png"),)
        _keep(opened, "henan", "poster", body="", body_kind="image", attachments=poster)
        _keep(opened, "jilin", "gone")
        absent = _captured(opened, "jilin", "gone", walked_sites.NOW + timedelta(days=3))
        opened.store.take_down(_url("jilin", "gone"), "2026-03-04T10:00:00+08:00", absent, "404")
    return folder


def _url(site: str, name: str) -> str:
    return f"https://{site}.example/{name}.html"


def _keep(opened: Archive, site: str, name: str, *, days: int = 0, **fields: Any) -> None:
    capture = _captured(opened, site, name, walked_sites.NOW + timedelta(days=days))
    fields = {"body": f"{name}：民警走访商户二十余家，提醒大家防火防盗。", **fields}
    opened.store.keep(_url(site, name), replace(ARTICLE, **fields), capture)


def _captured(opened: Archive, site: str, name: str, at: datetime) -> Capture:
    return opened.captures.keep(Answer(site, None, _url(site, name), at, 200, (), f"{name}{at}".encode(), "ok"))


@pytest.fixture(scope="module")
def site(archive: Path, serve) -> Iterator[str]:
    datasette = Path(sys.executable).with_name("datasette")
    with serve(datasette, archive / "press.db", "-m", metadata_file(), "--port", "0") as address:
        yield address


@pytest.fixture(scope="module")
def empty_site(tmp_path_factory: pytest.TempPathFactory, serve) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("empty") / "data"
    with Archive.open(folder, write=True):
        pass
    with serve(
        Path(sys.executable).with_name("datasette"), folder / "press.db", "-m", metadata_file(), "--port", "0"
    ) as at:
        yield at


def fetch(address: str, **query: str) -> bytes:
    with urllib.request.urlopen(f"{address}?{urllib.parse.urlencode(query)}") as answer:  # noqa: S310 - our own server
        return answer.read()


def ask(address: str, query: str, /, **parameters: str) -> list[dict[str, Any]]:
    return json.loads(fetch(f"{address}/press/{query}.json", _shape="array", **parameters))


def parameters(name: str) -> list[str]:
    return re.findall(r":([a-z_]+)", QUERIES[name]["sql"])


def test_there_are_a_dozen():
    assert len(QUERIES) >= 12


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_finds_something(site, name):
    assert ask(site, name)


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_of_an_empty_archive_finds_nothing(empty_site, name):
    assert ask(empty_site, name) == []


@pytest.mark.parametrize("name", [name for name in QUERIES if parameters(name)])
def test_no_parameter_is_an_error(site, name):
    for value in HOSTILE:
        ask(site, name, **dict.fromkeys(parameters(name), value))


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_says_what_it_shows_and_what_its_parameters_are(name):
    description = QUERIES[name]["description"]
    assert description.count(".") >= 2
    assert QUERIES[name]["title"]
    assert all(f"{one}:" in description for one in parameters(name))


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_has_a_page(site, name):
    page = html.fromstring(fetch(f"{site}/press/{name}").decode("utf-8"))
    assert QUERIES[name]["title"] in page.text_content()
    assert {one for one in page.xpath("//form//input/@name") if not one.startswith("_")} >= set(parameters(name))


def test_mentions_are_counted_by_province_and_month(site):
    found = {(row["province"], row["month"]): row["releases"] for row in ask(site, "mentions", words="同一篇")}
    assert found == {("北京市", "2026-03"): 1, ("甘肃省", "2026-03"): 1}
    assert ask(site, "mentions", words="同一篇", year="2025") == []


@pytest.mark.parametrize(("within_days", "count"), [("", 1), ("3", 0), ("4", 1), ("soon", 0)])
def test_what_vanished_soon(site, within_days, count):
    found = ask(site, "vanished", within_days=within_days)
    assert len(found) == count
    assert all(row["now"] == "still gone" for row in found)


@pytest.mark.parametrize(("provinces", "count"), [("", 1), ("2", 1), ("3", 0), ("0", 1)])
def test_the_same_text_in_several_provinces(site, provinces, count):
    found = ask(site, "same-text", provinces=provinces)
    assert [row["sites"].split(",") for row in found] == [["beijing", "gansu"]] * count


def test_silent_sites(site):
    found = {row["site"]: row["silent_days"] for row in ask(site, "silent-sites", days="1")}
    assert found["hebei"] is None
    assert found["jilin"] == 1


def test_a_changed_title(site):
    [row] = ask(site, "edited-titles")
    assert (row["title_before"], row["title_after"]) == ("旧标题", "新标题")


def test_reposts_of_one_site(site):
    assert [row["issued_by"] for row in ask(site, "reposts", site="henan")] == ["样例日报"]
    assert ask(site, "reposts", site="beijing") == []


def test_notices_without_a_text(site):
    assert [row["kind"] for row in ask(site, "without-text")] == ["image"]
    assert ask(site, "without-text", kind="video") == []


def test_walls(site):
    assert {(row["site"], row["wall"]) for row in ask(site, "walls")} >= {("吉林省公安厅", "challenge")}


def test_every_query_is_listed_with_its_sentence(site):
    page = html.fromstring(fetch(f"{site}/queries").decode("utf-8"))
    assert [one.text_content() for one in page.xpath("//article/h2")] == [one["title"] for one in QUERIES.values()]
    for link, name in zip(page.xpath("//article/h2/a/@href"), QUERIES, strict=True):
        assert link == f"/press/{name}"
    assert page.xpath("//form[@action='/press/mentions']//input/@name") == ["words", "year"]
