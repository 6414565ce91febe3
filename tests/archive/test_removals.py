"""Removals: what `removals.toml` names leaves every table and every byte of press.db, and a tombstone stays."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import urllib.parse
import urllib.request
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from older_archive import take_back
from sample_release import ARTICLE, SEEN, answer, declare_site

from archive import Archive, ArchiveError, ArchiveInUseError, search
from archive.addresses import key
from archive.cli import cli
from archive.connection import connect
from archive.erasure import hidden
from archive.faults import Checked
from archive.lock import Lock
from archive.models import Article, Attachment, Entry, Fetched, Finding, ListRead, Rejected, RunFacts, WalkOptions
from archive.removals import Tombstone, tombstone
from archive.removals_file import Removal, RemovalsError, read
from archive.stats import stats
from archive.verify import verify

# A word that stands in every field of the release, in its addresses and in those of its pictures.
MARK = "zhaoliuqing"
NAME = "赵六卿"
HOST = "https://press.example"
PAGE, OTHER, COPY = f"{HOST}/a/{MARK}_1.html", f"{HOST}/a/t20260301_2.html", f"{HOST}/b/t20260302_3.html"
SPELT = f"{HOST}/a/{MARK}_1.html?utm_source={MARK}"
LIST = f"{HOST}/a/"
LOGO = f"{HOST}/logo.png"
KEY, REASON = key(PAGE), "at the request of a person named in it"
BODY = f"通报：{NAME}一案。"
NAMED = Article(
    title=f"{NAME}{MARK}案",
    published=dt.datetime.fromisoformat("2026-03-01T09:30:05+08:00"),
    published_precision="second",
    content_source=f"{MARK}来源",
    issuer=f"{MARK}局",
    author=f"{MARK}作者",
    editor=f"{MARK}编辑",
    body=BODY,
    body_kind="text",
    extractor="test-1",
    subtitle=f"{MARK}副题",
    attachments=(
        Attachment("image", f"{HOST}/{MARK}.jpg", f"{MARK}像", f"{MARK}图"),
        Attachment("image", LOGO, "徽标"),
    ),
    labels={"记者": MARK},
    is_repost=True,
    repost_of=f"{MARK}报",
    stripped=(MARK,),
    origins={"title": f"heading {MARK}"},
    rejected=(Rejected("title", MARK, "meta", "shorter"),),
)


def fill(folder: Path) -> None:
    """Three releases of one site: one with a name everywhere, edited once; one beside it; and one with its old text."""
    with Archive.open(folder, write=True) as archive:
        declare_site(archive.store, "beijing", "北京市公安局", "110000")
        run = archive.store.begin_run(RunFacts("beijing", "crawl", SEEN))
        frontier = archive.frontier("beijing", run, SEEN)
        frontier.walk([("警务报道", LIST)], WalkOptions())
        listed = frontier.next_page()
        assert listed
        entries = [Entry(PAGE, NAMED.title or "", SEEN.date()), Entry(SPELT, MARK), Entry(OTHER, "夜市守护行动")]
        frontier.list_read(listed, ListRead(LIST, entries))
        page = frontier.page(PAGE, "article")
        for day, article in ((2, NAMED), (3, replace(NAMED, body=f"{BODY}\n{MARK}更正。"))):
            came = replace(answer(PAGE, f"<p>{MARK}{day}</p>".encode()), captured=SEEN.replace(day=day))
            (capture,) = archive.captures.keep_page(Fetched(run, page, (came,), "ok", SEEN))
            archive.store.keep(PAGE, article, capture)
        frontier.fetched(page, 200)
        again = replace(answer(PAGE, f"<p>{MARK}3</p>".encode()), captured=SEEN.replace(day=4))
        archive.captures.keep_page(Fetched(run, page, (again,), "ok", SEEN))
        archive.captures.keep(answer(SPELT, b"a hop that nobody knows the page of"))
        for one in NAMED.attachments:
            frontier.attach(page, one.url)
            archive.store.keep_attachment(one.url, archive.captures.keep(answer(one.url, one.url.encode())))
        archive.store.keep(
            OTHER,
            replace(ARTICLE, stripped=("打印本页", f"上一篇：{NAMED.title}"), attachments=NAMED.attachments[1:]),
            archive.captures.keep(answer(OTHER)),
        )
        copied = replace(ARTICLE, title="转载", body=BODY)
        archive.store.keep(COPY, copied, archive.captures.keep(answer(COPY)))
        archive.store.keep(COPY, replace(copied, body="已改写。"), archive.captures.keep(answer(COPY, b"<p>2</p>")))
        archive.store.find(run, Finding("beijing", "page", f"{MARK} did not come", "the page", PAGE))
        absence = archive.captures.keep(answer(PAGE, b"404"))
        frontier.absent(page, "gone", 404, absence.id)
        archive.store.take_down(PAGE, "2026-03-05T10:00:00+08:00", absence, f"gone: {MARK}")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled") / "data"
    fill(folder)
    return folder


@pytest.fixture
def folder(filled: Path, tmp_path: Path) -> Path:
    shutil.copytree(filled, tmp_path / "data")
    return tmp_path / "data"


def wants(folder: Path, *keys: str, date: str = "2026-03-05", reason: str = REASON) -> None:
    entries = (f'[[removal]]\nkey = "{one}"\ndate = {date}\nreason = "{reason}"\n' for one in keys)
    (folder / "removals.toml").write_text("\n".join(entries), "utf-8")


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--archive", str(folder), *arguments])


def rows(folder: Path, sql: str, *values: object) -> list[tuple[object, ...]]:
    with Archive.open(folder) as archive:
        return archive.db.conn.execute(sql, values).fetchall()


def bytes_of_database(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("press.db*"))


def everything(folder: Path) -> str:
    """All that any table says, the search index's own apart."""
    with Archive.open(folder) as archive:
        return "\n".join(archive.db.conn.iterdump())


def test_before_a_removal_the_name_is_everywhere(folder: Path) -> None:
    with Archive.open(folder) as archive:
        for table in ("press_releases", "versions", "attachments", "readings", "entries", "pages", "captures", "events",
                      "findings", "release_columns"):  # fmt: skip
            assert MARK in str(archive.db.conn.execute(f"SELECT * FROM {table}").fetchall()), table  # noqa: S608 - ours
    assert MARK.encode() in bytes_of_database(folder)


def test_a_removal_leaves_no_name_in_any_table_nor_in_any_byte_of_the_file(folder: Path) -> None:
    wants(folder, KEY)
    assert run(folder, "stats").exit_code == 0
    said = everything(folder)
    assert MARK not in said
    assert MARK.encode() not in bytes_of_database(folder)
    shows = NAME.encode()
    assert bytes_of_database(folder).count(shows) == 1, "the text that another release had before"
    with Archive.open(folder) as archive:
        shown = archive.db.conn.execute("SELECT capture_id FROM press_releases WHERE key = ?", (KEY,)).fetchone()
        assert archive.captures.payload(*shown) == f"<p>{MARK}3</p>".encode(), "the evidence is still there"


def test_counts_stay_and_the_archive_is_sound(folder: Path) -> None:
    tables = ("press_releases", "versions", "events", "attachments", "readings", "captures", "findings", "runs")
    counts = [(table, f"SELECT count(*) FROM {table}") for table in tables]  # noqa: S608 - our own names
    before = [rows(folder, sql) for _, sql in counts]
    wants(folder, KEY)
    assert [rows(folder, sql) for _, sql in counts] == before
    with Archive.open(folder) as archive:
        assert list(verify(archive, Checked())) == []


def test_what_is_left_is_a_tombstone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICE_PRESS_NOW", "2026-03-06T10:00:00+08:00")
    wants(folder, KEY)
    with Archive.open(folder) as archive:
        assert tombstone(archive.db.conn, KEY) == Tombstone(
            KEY, "beijing", "2026-03-01", "2026-03-05", REASON, "2026-03-06T10:00:00+08:00"
        )
        assert tombstone(archive.db.conn, key(OTHER)) is None
    (release,) = rows(
        folder,
        "SELECT site, url, title, body, published, published_precision, published_day, year, text_digest,"
        " version, removed FROM press_releases WHERE key = ?",
        KEY,
    )
    day = "2026-03-01"
    assert release == ("beijing", hidden(KEY), None, "", day, "day", day, 2026, hidden(KEY), 2, "2026-03-05")
    (page,) = rows(folder, "SELECT state, url, next_due FROM pages WHERE key = ?", KEY)
    assert page == ("removed", hidden(KEY), None)


def test_the_search_index_agrees_and_does_not_find_it(folder: Path) -> None:
    wants(folder, KEY)
    Archive.open(folder).close()
    with closing(sqlite3.connect(folder / "press.db")) as db:
        search.register(db)
        db.execute("INSERT INTO releases_fts(releases_fts, rank) VALUES ('integrity-check', 1)")
        for word in (NAME, MARK):
            found = db.execute("SELECT count(*) FROM releases_fts WHERE releases_fts MATCH zh(?)", (word,)).fetchone()
            assert found == (0,)
        assert db.execute("SELECT count(*) FROM releases_fts WHERE releases_fts MATCH zh('夜市')").fetchone() == (1,)


def test_what_other_releases_have_stays(folder: Path) -> None:
    others = (
        "SELECT r.key, r.title, r.body, a.url, a.capture_id, c.url FROM press_releases AS r"
        " LEFT JOIN attachments AS a ON a.release_id = r.id LEFT JOIN captures AS c ON c.id = a.capture_id"
        " WHERE r.key <> ? ORDER BY r.key"
    )
    before = rows(folder, others, KEY)
    assert LOGO in str(before)
    wants(folder, KEY)
    assert rows(folder, others, KEY) == before
    assert rows(folder, "SELECT count(*) FROM captures WHERE url = ?", LOGO) == [(1,)]


def test_a_page_that_redirects_to_it_links_to_it_as_a_file_or_quotes_it_says_nothing_of_it(folder: Path) -> None:
    """Under a spelling that only the redirect has, and with quotation marks, which JSON escapes."""
    away, named, spelt = f"{HOST}/c/4.html", f"{HOST}/c/{MARK}.html", f"{HOST}/c/{MARK}.html?utm_medium={MARK}"
    other = "孙八九"
    title = f'关于"{other}"一案的通报'
    with Archive.open(folder, write=True) as archive:
        pages = archive.frontier("beijing", 1, SEEN)
        archive.store.keep(named, replace(ARTICLE, title=title), archive.captures.keep(answer(named)))
        page = pages.page(away, "article")
        answers = (replace(answer(away, b""), status=302), answer(spelt))
        (_, there) = archive.captures.keep_page(Fetched(1, page, answers, "ok", SEEN))
        linking = replace(
            ARTICLE,
            title="转向",
            attachments=(Attachment("file", named, f"{other}案全文"),),
            labels={"下一篇": title},
            rejected=(Rejected("title", title, "neighbour", "not its own"),),
        )
        archive.store.keep(away, linking, there)
        pages.attach(page, named)
        archive.store.find(1, Finding("beijing", "page", f"{other} did not come", "the page", spelt))
    wants(folder, KEY, key(named))
    assert MARK not in everything(folder)
    assert other not in everything(folder)
    assert rows(folder, "SELECT kind, url, name FROM attachments WHERE url LIKE 'removed:%' AND kind = 'file'") == [
        ("file", hidden(key(named)), None)
    ]
    assert rows(folder, "SELECT state, url FROM pages WHERE kind = 'attachment' AND key = ?", key(named)) == [
        ("removed", hidden(key(named)))
    ]


def test_it_says_which_other_releases_have_or_had_the_text_and_which_copies_hold_it(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "press.db.before-origins-1").write_bytes(b"an old copy")
    wants(folder, KEY)
    Archive.open(folder).close()
    assert f"{KEY}: the same text stands in {key(COPY)}; each needs a removal of its own" in caplog.text
    assert "press.db.before-origins-1 beside press.db, and every backup" in caplog.text
    assert "press.db-" not in caplog.text
    caplog.clear()
    Archive.open(folder).close()
    Archive.open(folder, write=True).close()
    assert caplog.text == "", "it is said once"


@pytest.mark.parametrize(
    "arguments", [["stats"], ["verify"], ["backup", "copy.db"], ["export", "csv", "--out", "a.csv"]]
)
def test_every_verb_applies_it_first(folder: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    wants(folder, KEY)
    result = run(folder, *arguments)
    assert result.exit_code == 0, result.output
    assert MARK.encode() not in bytes_of_database(folder)
    for written in folder.parent.glob("*.*"):
        assert MARK.encode() not in written.read_bytes()


def test_an_export_has_a_row_for_it_with_the_day(folder: Path) -> None:
    wants(folder, KEY)
    out = folder.parent / "out.csv"
    assert run(folder, "export", "csv", "--out", str(out)).exit_code == 0
    with out.open(encoding="utf-8-sig", newline="") as file:
        released = {row["key"]: row for row in csv.DictReader(file)}
    assert len(released) == 3
    assert (released[KEY]["removed"], released[KEY]["title"], released[KEY]["site"]) == ("2026-03-05", "", "beijing")
    assert released[key(OTHER)]["removed"] == ""


def test_stats_counts_it_as_removed(folder: Path) -> None:
    wants(folder, KEY, "aaaaaaaaaaaa")
    with Archive.open(folder) as archive:
        counts = stats(archive)
    assert (counts.releases, counts.removed.releases, counts.removed.waiting) == (3, 1, ("aaaaaaaaaaaa",))
    said = run(folder, "stats").stdout
    assert "removed, their text not here: 1 of the releases" in said
    assert "to be removed and not here: aaaaaaaaaaaa" in said


def test_a_key_that_is_no_release_is_said_and_removed_when_it_is_one(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    later = f"{HOST}/c/{MARK}_9.html"
    wants(folder, key(later))
    with Archive.open(folder, write=True) as archive:
        assert f"{key(later)} is no release of this archive" in caplog.text
        assert tombstone(archive.db.conn, key(later)) == Tombstone(key(later), None, None, "2026-03-05", REASON, None)
        capture = archive.captures.keep(answer(later))
        archive.store.keep(later, replace(NAMED, body=f"另案：{MARK}9"), capture)
        archive.commit()
        shown = archive.db.conn.execute("SELECT body, removed FROM press_releases WHERE key = ?", (key(later),))
        assert shown.fetchall() == [("", "2026-03-05")]
    assert f"{MARK}_9".encode() not in bytes_of_database(folder)
    assert f"{MARK}9".encode() not in bytes_of_database(folder)


def test_nobody_asks_for_it_and_no_list_brings_its_title_back(folder: Path) -> None:
    new = f"{HOST}/a/{MARK}_new.html"
    wants(folder, KEY, key(new))
    long_after = SEEN + dt.timedelta(days=400)
    with Archive.open(folder, write=True) as archive:
        run_id = archive.store.begin_run(RunFacts("beijing", "crawl", long_after))
        frontier = archive.frontier("beijing", run_id, long_after)
        frontier.walk([("警务报道", LIST)], WalkOptions())
        asked = []
        while page := frontier.next_page():
            asked.append(page.url)
            if page.kind == "listing":
                entries = [Entry(PAGE, NAMED.title or ""), Entry(SPELT, MARK), Entry(new, MARK), Entry(OTHER, "夜市")]
                frontier.list_read(page, ListRead(LIST, entries))
                assert not archive.db.conn.execute(
                    "SELECT 1 FROM entries WHERE title LIKE ?", (f"%{MARK}%",)
                ).fetchall()
            else:
                frontier.failed(page, "timeout", None, "no answer")
    assert set(asked) == {LIST, OTHER, LOGO}
    assert MARK.encode() not in bytes_of_database(folder)
    with Archive.open(folder) as archive:
        assert tombstone(archive.db.conn, key(new)) is not None


def test_a_capture_brought_in_later_says_nothing_of_it(folder: Path) -> None:
    wants(folder, KEY)
    with Archive.open(folder, write=True) as archive:
        later = replace(answer(PAGE, b"<p>again</p>"), captured=SEEN.replace(day=20))
        assert (
            archive.store.keep(PAGE, replace(NAMED, body=f"{MARK}又来"), archive.captures.keep(later)).change == "same"
        )
    assert MARK.encode() not in bytes_of_database(folder)
    assert rows(folder, "SELECT version FROM press_releases WHERE key = ?", KEY) == [(2,)]
    assert rows(folder, "SELECT count(*) FROM captures WHERE payload_digest IS NOT NULL AND url = ?", PAGE) == [(0,)]
    with Archive.open(folder) as archive:
        assert list(verify(archive, Checked())) == []


def test_an_open_absence_of_it_is_over(folder: Path) -> None:
    wants(folder, KEY)
    with Archive.open(folder, write=True) as archive:
        assert archive.confirm_gone("beijing", SEEN + dt.timedelta(days=30)) == 0
        assert archive.store.all_resting("beijing")[0][0] == OTHER


def test_a_killed_removal_is_done_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wants(folder, KEY)
    db = connect(folder / "press.db", write=True)
    with closing(db.conn):
        db.conn.execute(
            "INSERT INTO removals VALUES (?, 'beijing', '2026-03-01', '2026-03-05', ?, NULL)", (KEY, REASON)
        )
    Archive.open(folder).close()
    assert MARK.encode() not in bytes_of_database(folder)
    with closing(sqlite3.connect(folder / "press.db")) as settled:  # its rows are erased, its bytes perhaps not
        settled.execute("UPDATE removals SET applied = NULL")
        settled.commit()
    with Archive.open(folder) as archive:
        stone = tombstone(archive.db.conn, KEY)
    assert stone
    assert stone.applied is not None


def test_beside_a_reader_it_leaves_the_tables_at_once_and_the_file_with_the_next_verb(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.connection.WAIT_SECONDS", 0.1)
    with closing(sqlite3.connect(folder / "press.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT body FROM press_releases WHERE key = ?", (KEY,)).fetchone() == (
            f"{BODY}\n{MARK}更正。",
        )
        wants(folder, KEY)
        assert rows(folder, "SELECT body FROM press_releases WHERE key = ?", KEY) == [("",)]
        assert "another program is reading press.db" in caplog.text
        assert rows(folder, "SELECT applied FROM removals") == [(None,)]
        assert MARK.encode() in bytes_of_database(folder)
    Archive.open(folder).close()
    assert MARK.encode() not in bytes_of_database(folder)


def test_taken_out_of_the_file_it_stays_removed_and_that_is_said(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    wants(folder, KEY, "aaaaaaaaaaaa")
    Archive.open(folder).close()
    (folder / "removals.toml").unlink()
    caplog.clear()
    Archive.open(folder, write=True).close()
    assert f"{KEY}: is removed and no longer in removals.toml" in caplog.text
    assert "reparse --from-captures brings it back" in caplog.text
    assert rows(folder, "SELECT key, applied IS NOT NULL FROM removals") == [(KEY, 1)]


def test_another_date_or_reason_is_taken_over(folder: Path) -> None:
    wants(folder, KEY)
    Archive.open(folder).close()
    wants(folder, KEY, date="2026-03-04", reason="by order of a court")
    assert rows(folder, "SELECT date, reason FROM removals") == [("2026-03-04", "by order of a court")]
    assert rows(folder, "SELECT removed FROM press_releases WHERE key = ?", KEY) == [("2026-03-04",)]


GOOD = '[[removal]]\nkey = "aaaaaaaaaaaa"\ndate = 2026-03-05\nreason = "asked"\n'


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("[[removal]\nkey", "removals.toml: Expected ']]'"),
        ("[removal]\nkey = 1", "removals.toml: removal: entries begin with [[removal]]"),
        ('[[remove]]\nkey = "a"', "removals.toml: remove: unknown key"),
        (GOOD.replace('"aaaaaaaaaaaa"', "7"), "removal[1].key: has to be a release's key like 'fi4pg5axthj6', not 7"),
        (GOOD.replace("aaaaaaaaaaaa", "Aaaaaaaaaaa1"), "removal[1].key: has to be a release's key"),
        (GOOD.replace("2026-03-05", '"2026-03-05"'), "removal[1].date: has to be a date like 2026-03-05, without"),
        (GOOD.replace("2026-03-05", "2026-03-05T10:00:00"), "removal[1].date: has to be a date like 2026-03-05"),
        (GOOD.replace("2026-03-05", "2026-03-08"), "removal[1].date: 2026-03-08 is still to come, today is 2026-03-07"),
        (GOOD.replace('"asked"', '" "'), "removal[1].reason: has to be a text in quotes that says why"),
        (GOOD.replace('reason = "asked"', ""), "removal[1].reason: missing"),
        (f"{GOOD}name = 1", "removal[1].name: unknown key"),
        (GOOD + GOOD.replace("asked", "again"), "removal[2].key: aaaaaaaaaaaa stands in removal[1] already"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_followed_is_a_sentence_and_changes_nothing(
    folder: Path, told: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICE_PRESS_NOW", "2026-03-07T10:00:00+08:00")
    (folder / "removals.toml").write_text(told, "utf-8")
    before = bytes_of_database(folder)
    result = run(folder, "stats")
    assert result.exit_code == 2
    assert f"{folder / 'removals.toml'}: " in result.output
    assert said in result.output
    with pytest.raises(RemovalsError):
        Archive.open(folder, write=True)
    assert bytes_of_database(folder) == before
    Lock(folder).release()


def test_a_file_in_another_encoding_and_one_that_cannot_be_read(folder: Path) -> None:
    (folder / "removals.toml").write_bytes(GOOD.replace("asked", "应当事人要求").encode("gb18030"))
    assert (run(folder, "stats").exit_code, "is no UTF-8" in run(folder, "stats").output) == (2, True)
    (folder / "removals.toml").unlink()
    (folder / "removals.toml").mkdir()
    result = run(folder, "stats")
    assert result.exit_code == 4
    assert "removals.toml: cannot be read" in result.output


def test_a_good_file_is_read_in_its_order(folder: Path) -> None:
    wants(folder, KEY, "aaaaaaaaaaaa")
    assert read(folder) == (Removal(KEY, "2026-03-05", REASON), Removal("aaaaaaaaaaaa", "2026-03-05", REASON))
    (folder / "removals.toml").write_text("# nothing yet\n", "utf-8")
    assert read(folder) == ()


def test_an_archive_that_another_run_holds_is_not_read(folder: Path) -> None:
    wants(folder, KEY)
    with Lock(folder):
        with pytest.raises(ArchiveInUseError, match=r"names what press\.db still holds.*another run holds"):
            Archive.open(folder)
        assert run(folder, "stats").exit_code == 3


def test_serve_does_not_start_where_a_removal_cannot_be_applied(folder: Path) -> None:
    wants(folder, KEY)
    may_not = ["setpriv", "--bounding-set=-all"] if os.geteuid() == 0 else []
    program = [sys.executable, "-m", "archive", "--archive", str(folder), "serve", "--port", "0"]
    (folder / "press.lock").unlink()
    folder.chmod(0o555)
    try:
        ended = subprocess.run([*may_not, *program], capture_output=True, text=True, timeout=30)
    finally:
        folder.chmod(0o755)
    assert ended.returncode == 4, ended.stderr
    assert "names what press.db still holds" in ended.stderr
    assert "running on" not in ended.stderr


def test_datasette_shows_no_text_and_the_tombstone(folder: Path, serve) -> None:
    wants(folder, KEY)
    program = [sys.executable, "-m", "archive", "--archive", folder, "serve", "--port", "0"]
    with serve(*program) as address:
        told = {}
        for table in ("press_releases", "versions", "attachments", "readings", "removals", "entries", "captures"):
            with urllib.request.urlopen(f"{address}/press/{table}.json?_shape=array") as page:  # noqa: S310 - our own server
                told[table] = json.loads(page.read())
        sql = urllib.parse.urlencode({"sql": "SELECT * FROM removals", "_shape": "array"})
        with urllib.request.urlopen(f"{address}/press.json?{sql}") as page:  # noqa: S310 - as above
            (stone,) = json.loads(page.read())
    assert MARK not in json.dumps(told, ensure_ascii=False)
    assert (stone["key"], stone["date"], stone["reason"]) == (KEY, "2026-03-05", REASON)
    assert {row["key"]: row["removed"] for row in told["press_releases"]}[KEY] == "2026-03-05"


def test_an_archive_of_an_older_program_is_brought_forward_by_a_removal(folder: Path) -> None:
    take_back(folder, "removals")
    with Archive.open(folder) as archive:
        assert tombstone(archive.db.conn, KEY) is None
        assert stats(archive).removed.releases == 0
    wants(folder, KEY)
    with Archive.open(folder) as archive:
        assert tombstone(archive.db.conn, KEY) is not None
    (copy,) = folder.glob("press.db.before-*")
    assert MARK.encode() in copy.read_bytes(), "a copy from before holds it still: see docs/removals.md"


def test_an_archive_that_is_not_there_is_not_made_for_a_removal(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    wants(tmp_path / "data", KEY)
    with pytest.raises(ArchiveError, match="there is no archive here"):
        Archive.open(tmp_path / "data")
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["removals.toml"]
