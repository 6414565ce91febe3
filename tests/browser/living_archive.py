"""The archive that is looked at: sample sites crawled by the real command over some days in which things happen."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from archive import Archive
from crawler.demo.answers import Answer
from crawler.demo.families import nfcms, ucap
from crawler.demo.releases import SampleRelease, load_releases
from crawler.demo.server import QINGLING, SampleProvince
from tests.browser import hostile_site
from tests.conftest import Press

START = dt.datetime.fromisoformat("2026-07-10T08:00:00+08:00")
END = START + dt.timedelta(days=7, hours=3)
WALL = "<html><script>$_ts=window['$_ts'];$_ts=window.$_ts</script></html>"
EDITED, RETITLED, GONE, RESTORED, COPIED = (load_releases()[number] for number in (0, 4, 2, 5, 7))
NOTE = "以上数据截至7月3日零时，已由省公安厅指挥中心核对。"


def make(folder: Path, *, is_hostile: bool) -> Path:
    """Live through a week: edits, takedowns, a restoration, a wall, a copy, a repost, a removal; the archive's folder.

    `is_hostile`: the department of `hostile_site` is among the sites.
    """
    departments = (ucap.department, nfcms.department, *([hostile_site.department] if is_hostile else []))
    with SampleProvince(further=departments) as province:
        province.write_sites(folder / "sites")
        press = Press(folder / "data", folder / "sites")
        _crawl(press, 0)
        _edit(province)
        if is_hostile:
            _edit_hostile(province)
        for release in (GONE, RESTORED):
            province.remove(release.path)
        for path in (nfcms.path(1), nfcms.api_path(1)):
            province.put(path, Answer(WALL.encode(), status=412), site="nfcms")
        _crawl(press, 1)
        _crawl(press, 2)
        province.restore(RESTORED.path)
        _crawl(press, 7)
        copy = COPIED.path.replace(".html", "_1.html")
        province.replace(copy, province.body(COPIED.path))
        _done(press, 7.1, "fetch", province.url(copy), "--site", QINGLING)
        _remove(press)
    return press.archive


def _edit(province: SampleProvince) -> None:
    last = EDITED.paragraphs[-1][-12:]
    figures = [("1.2万余名", "1.3万余名"), ("整改安全隐患1930处", "整改安全隐患1980处")]
    _replace(province, EDITED, [*figures, (last, f"{last}</p>\n<p>　　{NOTE}")])
    _replace(province, RETITLED, [("业务量公布", "业务量通报")])


def _replace(province: SampleProvince, release: SampleRelease, edits: list[tuple[str, str]]) -> None:
    page = province.body(release.path)
    for old, new in edits:
        assert old in page
        page = page.replace(old, new)
    province.replace(release.path, page)


def _edit_hostile(province: SampleProvince) -> None:
    name = hostile_site.EDITED
    answer = hostile_site.article(name, hostile_site.ATTACKS["script"])
    province.replace(hostile_site.path(name).partition("?")[0], answer.body, site=hostile_site.SLUG)


def _crawl(press: Press, day: float) -> None:
    _done(press, day, "--vantage", hostile_site.VANTAGE, "crawl")


def _done(press: Press, day: float, *command: str) -> None:
    moment = START + dt.timedelta(days=day)
    done = press(*command, POLICE_PRESS_NOW=moment.isoformat())
    assert done.returncode in (0, 1), done.stderr  # 1: a site was walled


def _remove(press: Press) -> None:
    [(key,)] = press.rows("SELECT key FROM press_releases WHERE site = 'ucap' ORDER BY published LIMIT 1")
    removal = f'[[removal]]\nkey = "{key}"\ndate = 2026-07-17\nreason = "{hostile_site.REASON}"\n'
    (press.archive / "removals.toml").write_text(removal, "utf-8")
    Archive.open(press.archive, write=True).close()
