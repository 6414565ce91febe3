"""Removals in the life of an archive: crawls, revisits, imports, a rebuild and `reparse` leave removed what was."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from simulated_days import articles, at_day, on_day

from archive import Archive
from archive.erasure import hidden
from archive.removals import tombstone
from crawler.demo.releases import load_releases
from crawler.demo.server import QINGLING, SampleProvince
from tests.conftest import Press, asked

REASON = "at the request of a person named in it"


@pytest.fixture(scope="module")
def province() -> Iterator[SampleProvince]:
    with SampleProvince(load_releases()[:8]) as running:
        yield running


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory, province: SampleProvince) -> Press:
    """The sample department crawled once, to be copied."""
    folder = tmp_path_factory.mktemp("crawled")
    province.write_sites(folder / "sites")
    press = Press(folder / "data", folder / "sites")
    assert on_day(press, 0) == 0
    return press


@pytest.fixture
def press(crawled: Press, tmp_path: Path) -> Press:
    shutil.copytree(crawled.archive, tmp_path / "data")
    return Press(tmp_path / "data", crawled.sites)


class Unwanted:
    """The first release of the sample department, and its removal."""

    def __init__(self, press: Press, province: SampleProvince) -> None:
        self.press, self.path = press, articles(province)[0]
        ((self.key, self.url, self.title, self.body),) = press.rows(
            "SELECT key, url, title, body FROM press_releases WHERE url LIKE ?", f"%{self.path}"
        )
        self.file = press.archive / "removals.toml"

    def remove(self) -> None:
        entry = f'[[removal]]\nkey = "{self.key}"\ndate = 2026-07-10\nreason = "{REASON}"\n'
        self.file.write_text(entry, "utf-8")

    def traces(self) -> list[str]:
        """Which of title, address and paragraphs are anywhere in the bytes of press.db."""
        database = b"".join(path.read_bytes() for path in self.press.archive.glob("press.db*"))
        looked_for = [str(self.title), str(self.path), *str(self.body).splitlines()]
        return [text for text in looked_for if text.encode() in database]

    def row(self) -> tuple[object, ...]:
        sql = "SELECT url, title, body, removed FROM press_releases WHERE key = ?"
        return self.press.rows(sql, self.key)[0]


GONE = ("", "2026-07-10")


@pytest.fixture
def unwanted(press: Press, province: SampleProvince) -> Unwanted:
    made = Unwanted(press, province)
    assert made.traces()
    return made


def test_later_crawls_ask_for_it_no_more_and_bring_nothing_of_it_back(
    unwanted: Unwanted, press: Press, province: SampleProvince
) -> None:
    unwanted.remove()
    for day in (1, 40):
        province.requests.clear()
        assert on_day(press, day, "--full") == 0
        paths = asked(province, QINGLING)
        assert unwanted.path not in paths
        assert paths
        assert unwanted.traces() == []
    assert unwanted.row() == (hidden(unwanted.key), None, *GONE)
    sound = press("verify")
    assert (sound.returncode, sound.stdout.splitlines()[-1]) == (0, "sound")


def test_a_quiet_crawl_says_nothing_of_it_and_a_loud_one_does(unwanted: Unwanted, press: Press) -> None:
    unwanted.remove()
    quiet = press("crawl", QINGLING, "--quiet", **at_day(1))
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    assert unwanted.traces() == []
    unwanted.file.unlink()
    assert "no longer in removals.toml" in press("reparse", **at_day(2)).stderr


def test_a_rebuild_removes_it_again_and_reparse_leaves_it(unwanted: Unwanted, press: Press) -> None:
    unwanted.remove()
    assert on_day(press, 1) == 0
    counts = (
        "SELECT (SELECT count(*) FROM press_releases), (SELECT count(*) FROM versions), (SELECT count(*) FROM events)"
    )
    before = press.rows(counts)
    (press.archive / "press.db").unlink()
    made = press("reparse", "--from-captures", **at_day(2))
    assert made.returncode == 0, made.stderr
    assert f"{unwanted.key}: removed from press.db" in made.stderr
    assert unwanted.traces() == []
    assert unwanted.row() == (hidden(unwanted.key), None, *GONE)
    assert press.rows(counts) == before
    assert press("reparse", **at_day(2)).returncode == 0
    assert unwanted.row() == (hidden(unwanted.key), None, *GONE)
    assert press("verify").returncode == 0


def test_taken_out_of_the_file_a_rebuild_brings_it_back(unwanted: Unwanted, press: Press) -> None:
    unwanted.remove()
    assert press("stats").returncode == 0
    unwanted.file.unlink()
    assert press("reparse", **at_day(2)).returncode == 0
    assert unwanted.row() == (hidden(unwanted.key), None, *GONE)
    assert press("reparse", "--from-captures", **at_day(2)).returncode == 0
    assert unwanted.row() == (unwanted.url, unwanted.title, unwanted.body, None)
    with Archive.open(press.archive) as archive:
        assert tombstone(archive.db.conn, str(unwanted.key)) is None


def test_a_person_cannot_fetch_it_again_unknowingly(unwanted: Unwanted, press: Press, province: SampleProvince) -> None:
    unwanted.remove()
    province.requests.clear()
    refused = press("fetch", str(unwanted.url), "--site", QINGLING, **at_day(1))
    assert refused.returncode == 2
    assert f"was removed on 2026-07-10: {REASON}" in refused.stderr
    assert asked(province) == []


def test_an_import_leaves_it_out_and_says_so(unwanted: Unwanted, press: Press, province: SampleProvince) -> None:
    unwanted.remove()
    saved = press.archive.with_name("saved.html")
    saved.write_text(province.body(unwanted.path), "utf-8")
    named = ("--url", str(unwanted.url), "--captured", "2026-07-10T12:00:00+08:00")
    refused = press("import", str(saved), "--site", QINGLING, *named, **at_day(1))
    assert refused.returncode == 1
    assert f"removed on 2026-07-10: {REASON}" in refused.stdout
    assert unwanted.traces() == []
    assert unwanted.row() == (hidden(unwanted.key), None, *GONE)


def test_a_page_that_leads_to_it_does_not_bring_its_address_back(
    unwanted: Unwanted, press: Press, province: SampleProvince
) -> None:
    unwanted.remove()
    other = articles(province)[1]
    shown = province.body(other)
    province.requests.clear()
    province.replace(other, "", status=302, headers={"Location": unwanted.path})
    try:
        assert on_day(press, 1) == 0
    finally:
        province.replace(other, shown)
    assert unwanted.path in asked(province, QINGLING)
    assert unwanted.url not in {url for (url,) in press.rows("SELECT url FROM captures")}
    assert press("verify").returncode == 0


def test_a_file_that_cannot_be_followed_begins_no_rebuild(unwanted: Unwanted, press: Press) -> None:
    unwanted.remove()
    unwanted.file.write_text("[[removal]]\nkey = 3\n", "utf-8")
    before = (press.archive / "press.db").read_bytes()
    refused = press("reparse", "--from-captures", **at_day(1))
    assert refused.returncode == 2
    assert "removal[1].date: missing" in refused.stderr
    assert (press.archive / "press.db").read_bytes() == before
    assert not list(press.archive.glob("press.db.*"))
