"""The verbs `sites` and `health` as a person and a program read them, and advice for everything that can happen."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

from archive import Archive
from archive.given import Given
from archive.models import Fetched, Finding, RunCounts, RunFacts, WalkOptions
from crawler.advice import advice
from crawler.overview import health, sites
from crawler.run import declare
from crawler.site import PACKAGED_SITES, load_sites

SEEN = dt.datetime.fromisoformat("2026-03-02T10:00:00+08:00")
NOW = "2026-03-04T10:00:00+08:00"
LIST = "https://gat.qingling.example/jwdt/"
OTHER = "https://rexian.example/"
HEAD = 'name = "{}"\nenglish = "Sample"\nhome = "{}"\nevidence = "invented for a test"\n'

# The contract's lists ("What a crawl does", "The archive folder"), and what `no_entries` adds to them.
WALLS = "challenge waf rate_limited captcha maintenance shell"
FAILURES = (
    "robots_denied tls_error dns_error connection_error timeout too_large truncated refused_address redirect_loop"
    " client_error server_error moved extract_failed"
)
OTHERS = "gone soft_404 no_entries"

Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two sites, one of which looks for its lists, and no archive yet."""
    files = tmp_path / "sites"
    files.mkdir()
    listing = '[[listing]]\ncolumn = "警务动态"\ncms = "trs"\nurl = "{}"\n'
    head = HEAD.format("青岭省公安厅", "https://gat.qingling.example/")
    (files / "qingling.toml").write_text(head + "verified = 2026-02-01\n" + listing.format(LIST), "utf-8")
    (files / "rexian.toml").write_text(
        HEAD.format("新青岭维吾尔自治区生产建设兵团热线公安局", OTHER) + 'kind = "other"\ndiscover = true\n', "utf-8"
    )
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A verb on the folder, at a frozen moment."""
    monkeypatch.setenv("POLICE_PRESS_NOW", NOW)

    def run(verb: click.Command, *arguments: str) -> Result:
        return CliRunner().invoke(verb, arguments, obj=Given(folder / "data", str(folder / "sites")))

    return run


@pytest.fixture
def crawled(folder: Path) -> Path:
    """The folder with an archive: qingling answered and then met a wall twice, rexian found a list."""
    declared = load_sites(folder / "sites")
    with Archive.open(folder / "data", write=True) as archive:
        for site in declared.values():
            declare(archive, site)
        for hour, outcome in enumerate(["finished", "failed", "failed"]):
            at = SEEN + dt.timedelta(hours=hour)
            run_id = archive.store.begin_run(RunFacts("qingling", "crawl", at, vantage="样例市"))
            if outcome == "failed":
                page = archive.frontier("qingling", run_id, at).page(LIST, "listing")
                archive.captures.keep_page(Fetched(run_id, page, (), "waf", at, "HTTP status 403"))
                said = Finding("qingling", "first list page", "waf: HTTP status 403", "a list of entries", LIST)
                archive.store.find(run_id, said)
            listed = 20 if outcome == "finished" else 0
            archive.store.update_run(run_id, RunCounts(listed=listed), None, finished=at, outcome=outcome)
        run_id = archive.store.begin_run(RunFacts("rexian", "crawl", SEEN))
        archive.frontier("rexian", run_id, SEEN).walk([("今日青岭", f"{OTHER}news/")], WalkOptions())
        archive.db.conn.execute("UPDATE listings SET discovered = ? WHERE site = 'rexian'", (SEEN.isoformat(),))
        archive.store.update_run(run_id, RunCounts(listed=9), None, finished=SEEN, outcome="time_limit")
    return folder


def test_sites_without_an_archive_never_ran(run: Run, folder: Path) -> None:
    done = run(sites)
    assert done.exit_code == 0
    header, qingling, rexian, *notes = done.stdout.splitlines()
    assert header.split() == "site name lists verified last run outcome answered newest releases gone".split()  # noqa: SIM905 - as it is read
    assert qingling.split() == ["qingling", "青岭省公安厅", "1", "trs", "2026-02-01", "never", "never", "0", "0"]
    assert rexian.split()[-6:] == ["discover", "no", "never", "never", "0", "0"]
    assert notes == ["", "files verified on the live site: 1 of 2", "rexian: kind other"]
    assert not (folder / "data").exists()


def test_sites_after_runs(run: Run, crawled: Path) -> None:
    _, qingling, rexian, *notes = run(sites).stdout.splitlines()
    assert qingling.split()[4:] == ["2026-02-01", "2026-03-02", "failed", "x2", "2026-03-02", "0", "0"]
    assert rexian.split()[2:] == ["1", "found", "no", "2026-03-02", "time_limit", "2026-03-02", "0", "0"]
    assert notes == [
        "",
        "files verified on the live site: 1 of 2",
        "last run from 样例市: qingling",
        "last run from a vantage nobody named: rexian",
        "rexian: kind other",
        f"rexian: found 今日青岭 {OTHER}news/",
    ]


def test_columns_stand_under_each_other_whatever_the_script(run: Run, crawled: Path) -> None:
    header, *lines = run(sites).stdout.splitlines()[:3]
    starts = [cell_len(header[: header.index(name)]) for name in ("lists", "verified", "last run")]
    shown = [[cell_len(line[: line.index(cell)]) for cell in cells] for line, cells in zip(
        lines, [("1 trs", "2026-02-01", "2026-03-02"), ("1 found", "no", "2026-03-02")], strict=True
    )]  # fmt: skip
    assert shown == [starts, starts]


def test_the_real_sites_fit_into_120(tmp_path: Path) -> None:
    done = CliRunner().invoke(sites, obj=Given(tmp_path / "data", str(PACKAGED_SITES)))
    table = done.stdout.partition("\n\n")[0].splitlines()
    assert len(table) == len(load_sites(PACKAGED_SITES)) + 1
    assert max(map(cell_len, table)) <= 120
    assert "…" not in done.stdout


def test_a_name_gives_way_in_a_line_of_120(run: Run, crawled: Path) -> None:
    (crawled / "sites" / "rexian.toml").rename(crawled / "sites" / "a-slug-of-20-letters.toml")
    lines = run(sites).stdout.splitlines()[:3]
    assert max(map(cell_len, lines)) <= 120
    assert "…" in lines[1]


def test_sites_as_json(run: Run, crawled: Path) -> None:
    qingling, rexian = json.loads(run(sites, "--json").stdout)
    assert qingling == {
        "slug": "qingling",
        "name": "青岭省公安厅",
        "english": "Sample",
        "kind": "police",
        "division": None,
        "home": "https://gat.qingling.example/",
        "discover": False,
        "listings": [{"column": "警务动态", "cms": "trs", "url": LIST}],
        "verified": "2026-02-01",
        "last_run": {"started": "2026-03-02T12:00:00+08:00", "outcome": "failed", "vantage": "样例市"},
        "last_answered": "2026-03-02T10:00:00+08:00",
        "unanswered": 2,
        "last_release": None,
        "releases": 0,
        "gone": 0,
    }
    assert (rexian["discover"], rexian["kind"], rexian["verified"]) == (True, "other", None)
    assert rexian["listings"] == [{"column": "今日青岭", "cms": "auto", "url": f"{OTHER}news/"}]


def test_health_says_what_was_seen_since_when_and_what_to_try(run: Run, crawled: Path) -> None:
    done = run(health)
    assert done.exit_code == 1
    finding = f"qingling: first list page: wanted a list of entries, saw waf: HTTP status 403 at {LIST}"
    since = "; since 2026-03-02, 2 runs; last answered 2026-03-02"
    assert done.stdout.splitlines() == [finding + since, "", f"waf: {advice('waf')}"]


def test_health_of_the_sites_asked_for(run: Run, crawled: Path) -> None:
    done = run(health, "rexian")
    assert (done.exit_code, done.stdout) == (0, "nothing to report of 1 site\n")
    assert (run(health, "rexian", "--json").exit_code, run(health, "rexian", "--json").stdout) == (0, "[]\n")
    unknown = run(health, "nowhere")
    assert unknown.exit_code == 2
    assert "no such site: nowhere. There are: qingling, rexian." in unknown.stderr


def test_health_as_json(run: Run, crawled: Path) -> None:
    done = run(health, "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout) == [
        {
            "site": "qingling",
            "expectation": "first list page",
            "seen": "waf: HTTP status 403",
            "wanted": "a list of entries",
            "url": LIST,
            "since": "2026-03-02T11:00:00+08:00",
            "runs": 2,
            "kind": "waf",
            "last_answered": "2026-03-02T10:00:00+08:00",
            "advice": advice("waf"),
        }
    ]


def test_health_without_an_archive_says_that_no_site_ever_ran(run: Run, folder: Path) -> None:
    done = run(health)
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "qingling: run: wanted a run every 3 days, saw never ran",
        "rexian: run: wanted a run every 3 days, saw never ran",
    ]
    assert not (folder / "data").exists()


@pytest.mark.parametrize("verb", [sites, health])
def test_a_wrong_site_file_is_exit_2(run: Run, folder: Path, verb: click.Command) -> None:
    (folder / "sites" / "gansu.toml").write_text("name = 甘肃", "utf-8")
    assert run(verb).exit_code == 2


@pytest.mark.parametrize("outcome", f"{WALLS} {FAILURES} {OTHERS}".split())
def test_there_is_advice_for_every_outcome(outcome: str) -> None:
    assert advice(outcome).endswith(".")


@pytest.mark.parametrize("outcome", WALLS.split())
def test_no_advice_is_a_way_around_a_wall(outcome: str) -> None:
    assert not any(
        word in advice(outcome).lower() for word in ("proxy", "user-agent", "user agent", "cookie", "headless")
    )


def test_an_outcome_that_nobody_knows_has_no_advice() -> None:
    with pytest.raises(KeyError):
        advice("ok")


@pytest.mark.parametrize(
    ("outcome", "word"),
    [("tls_error", "legacy_tls = true"), ("captcha", "police-press import"), ("connection_error", "http"),
     ("rate_limited", "delay"), ("challenge", "vantage")],
)  # fmt: skip
def test_advice_names_what_to_try(outcome: str, word: str) -> None:
    assert word in advice(outcome)
