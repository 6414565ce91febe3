from __future__ import annotations

import http.client
import json
import re
import sqlite3
import sys
import urllib.parse
from collections.abc import Iterator
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest
from lxml import html

from archive.web.safety import NAMED
from archive.web.serving import metadata_file

PAGES = ["/", "/press", "/press/press_releases", "/press/captures/1", "/press?sql=select+1", "/nothing", "/-/patterns"]
DATA = ["/press.json", "/robots.txt", "/export.csv", "/press/sites.csv"]
ENDLESS = "with recursive t(n) as (select 1 union all select n + 1 from t) select count(*) from t"


@pytest.fixture(scope="module", params=["datasette", "police-press"])
def host(request, small_archive: Path, serve) -> Iterator[str]:
    """The small archive as a plain Datasette serves it, and as the command does."""
    program = Path(sys.executable).with_name(request.param)
    if request.param == "datasette":
        command = [program, small_archive / "press.db", "-m", metadata_file(), "--port", "0"]
    else:
        command = [program, "--archive", small_archive, "serve", "--port", "0"]
    with serve(*command, cold=True) as address:
        yield urllib.parse.urlsplit(address).netloc


def ask(host: str, path: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, str]:
    """An answer to a request line that no library has tidied up."""
    connection = http.client.HTTPConnection(host, timeout=20)
    connection.putrequest(method, "/", skip_host="Host" in headers, skip_accept_encoding=True)
    connection._buffer[0] = f"{method} {path} HTTP/1.1".encode()  # the request line: http.client refuses odd ones
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read().decode("utf-8")
    connection.close()
    return answer, body


def sql(host: str, query: str) -> tuple[http.client.HTTPResponse, str]:
    return ask(host, f"/press.json?{urllib.parse.urlencode({'sql': query, '_shape': 'array'})}")


def policy(answer: http.client.HTTPResponse) -> dict[str, list[str]]:
    said = answer.headers["Content-Security-Policy"]
    return {name: values for name, *values in (part.split() for part in said.split(";"))}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_only_what_its_template_brought(host, path):
    answer, body = ask(host, path)
    rules = policy(answer)
    [nonce] = (value.strip("'").removeprefix("nonce-") for value in rules["script-src"])
    assert rules["default-src"] == ["'none'"]
    assert rules["style-src"] == ["'self'", f"'nonce-{nonce}'"]
    assert rules["base-uri"] == rules["frame-ancestors"] == ["'none'"]
    assert not re.search(r"unsafe-|\*", answer.headers["Content-Security-Policy"])
    page = html.fromstring(body)
    assert {element.get("nonce") for element in page.xpath("//script | //style")} <= {nonce}
    assert not page.xpath("//@style | //@*[starts-with(name(), 'on')]")
    assert answer.headers["Cache-Control"].startswith("private")


def test_every_answer_has_a_nonce_of_its_own(host):
    assert len({ask(host, "/")[0].headers["Content-Security-Policy"] for _ in range(5)}) == 5


@pytest.mark.parametrize(
    "path", [*PAGES, "/press.json", "/robots.txt", "/export.csv", "/press/sites.csv", "//a.example/"]
)
def test_every_answer_says_what_a_browser_may_do(host, path):
    answer, _ = ask(host, path)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert policy(answer)["default-src"] == ["'none'"]


@pytest.mark.parametrize(
    "path",
    [
        "/\\example.com/",
        "/%5Cexample.com/",
        "/%5cexample.com",
        "//example.com/",
        "/%2Fexample.com/",
        "/%2f%5cexample.com/",
        "/\\/example.com/",
        "///example.com//",
        "/%09/example.com/",
        "/%0d%0aLocation:example.com/",
        "/press/\\x/",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_an_address_that_leads_away_is_refused(host, path, method):
    answer, _ = ask(host, path, method)
    assert answer.status == 400
    assert "Location" not in answer.headers


def test_a_redirect_stays_here(host):
    answer, _ = ask(host, "/press/")
    assert (answer.status, answer.headers["Location"]) == (302, "/press")


def test_a_host_that_is_none_is_refused(host):
    assert ask(host, "/press.json", Host='a"><script>')[0].status == 400
    assert ask(host, "/press.json", Host="archive.example:8001")[0].status == 200


def test_search_engines_are_told(host):
    answer, body = ask(host, "/robots.txt")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "Disallow: /\n" in body
    assert "X-Robots-Tag" not in ask(host, "/")[0].headers
    assert ask(host, "/press/press_releases")[0].headers["X-Robots-Tag"] == "noindex"


def test_sql_that_does_not_end_is_ended(host):
    answer, body = sql(host, ENDLESS)
    assert answer.status == 400
    assert "too long" in json.loads(body)["error"]
    _, page = ask(host, f"/press?{urllib.parse.urlencode({'sql': ENDLESS})}")
    assert "too long" in html.fromstring(page).xpath("string(//main)")


def test_sql_gives_a_thousand_rows_at_most(host):
    answer, body = sql(host, ENDLESS.replace("count(*)", "n") + " limit 5000")
    assert (answer.status, len(json.loads(body))) == (200, 1000)


@pytest.mark.parametrize(
    "query",
    [
        "select zeroblob(1000000000)",
        "select printf('%.*c', 900000000, 'x')",
        f"select 'x' like '{'%a' * 2000}'",
        "select replace(hex(zeroblob(100000)), '0', hex(zeroblob(1000)))",
        "select trim('a', hex(zeroblob(1000)))",
        "insert into sites(slug) values ('x')",
        "with t as (select 1) delete from sites",
        "attach ':memory:' as other",
        "select load_extension('x')",
        "pragma journal_mode = delete",
    ],
)
def test_sql_that_does_harm_is_an_error_of_who_asks(host, query):
    assert sql(host, query)[0].status == 400


def test_one_step_of_sql_takes_no_longer_than_its_texts_are_long(host):
    answer, body = sql(host, "select instr(hex(zeroblob(4000000)), hex(zeroblob(2000000)) || '1') as found")
    assert (answer.status, json.loads(body)) == (200, [{"found": 0}])


@pytest.mark.parametrize(
    "asked",
    [
        "instr('北京市公安局', '公安')",
        "instr('abc', 'x')",
        "instr(x'616263', x'6263')",
        "instr(12345, 34)",
        "instr(null, 'a')",
        "replace('a-b-c', '-', '')",
        "replace('abc', '', 'x')",
        "replace(null, 'a', 'b')",
        "trim('xxaxx', 'x')",
        "ltrim('  a ', ' ')",
        "rtrim('a北', '北')",
        "trim('a', null)",
        "trim('  a ')",
    ],
)
def test_functions_that_are_bounded_give_what_sqlite_gives(host, asked):
    with closing(sqlite3.connect(":memory:")) as plain:
        [expected] = plain.execute(f"select {asked}").fetchone()
    assert json.loads(sql(host, f"select {asked} as said")[1]) == [{"said": expected}]


def test_an_error_says_what_happened_and_nothing_of_this_machine(host, small_archive):
    answer, body = ask(host, "/press/nothing")
    assert answer.status == 404
    assert html.fromstring(body).xpath("//h1/text()") == ["Not found"]
    assert str(small_archive) not in body
    assert json.loads(ask(host, "/press/nothing.json")[1])["status"] == 404


def test_what_is_asked_for_is_shown_as_text(host):
    _, body = ask(host, f"/press/press_releases?_search={urllib.parse.quote('<script>alert(1)</script>')}")
    assert "<script>alert" not in body
    _, body = ask(
        host, "/press?" + urllib.parse.urlencode({"sql": "select '</textarea><script>alert(1)</script>' as a"})
    )
    assert "<script>alert" not in body


def test_the_reading_room_is_closed_where_the_archive_is(small_archive, serve, tmp_path):
    metadata = json.loads(metadata_file().read_text("utf-8")) | {"allow": {"id": "root"}}
    closed = tmp_path / "closed.json"
    closed.write_text(json.dumps(metadata), "utf-8")
    datasette = Path(sys.executable).with_name("datasette")
    with serve(datasette, small_archive / "press.db", "-m", closed, "--port", "0") as address:
        host = urllib.parse.urlsplit(address).netloc
        assert [ask(host, path)[0].status for path in ("/", "/export.csv", "/press", "/robots.txt")] == [
            403,
            403,
            403,
            200,
        ]


def test_pages_are_only_to_be_read(host):
    answer, _ = ask(host, "/export.csv", "POST")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("field", [field for field in NAMED if "textarea" not in field])
def test_the_fields_that_are_named_are_those_of_datasette(field):
    assert field in (files("datasette") / "templates" / "table.html").read_text("utf-8")


def test_a_field_without_a_label_is_named(host):
    page = html.fromstring(ask(host, "/press/press_releases?year=2024")[1])
    fields = page.xpath("//form[@class='filters']//*[self::select or self::input[@type='text']]")
    assert len(fields) >= 6
    assert all(field.get("aria-label") for field in fields)
