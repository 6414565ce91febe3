"""What a hostile server can send: each answer is recorded as what it is, at a bounded price, and the crawl goes on."""

from __future__ import annotations

import gzip
import itertools
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import brotli
import pytest
from scrapy.utils._compression import zstd

from tests.conftest import Press
from tests.crawler.test_reading import FOR_EVER
from tests.processes import peak_of_tree
from tests.servers import ARTICLE, Answer, listing, sent, server, site_of

MIB = 1024 * 1024
HTML = "Content-Type: text/html; charset=utf-8"
ZEROS = bytes(4 * MIB)
PAGE = ARTICLE.format(1).encode()


def raw_deflate() -> bytes:
    """One block of a raw stream that can be repeated, as it refers to nothing before it."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(ZEROS) + packer.flush(zlib.Z_FULL_FLUSH)


def packed_by_brotli() -> bytes:
    packer = brotli.Compressor(quality=1)
    return b"".join(packer.process(ZEROS) for _ in range(128)) + packer.finish()


def drip(piece: bytes) -> Iterator[bytes]:
    for _ in range(100):
        time.sleep(0.1)
        yield piece


def head_without_end(piece: bytes) -> Answer:
    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-More: 1\r\n")
        while True:
            handler.wfile.write(piece)

    return write


def in_one_piece(page: bytes) -> Answer:
    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(f"HTTP/1.1 200 OK\r\n{HTML}\r\nContent-Length: {len(page)}\r\n\r\n".encode() + page)

    return write


def packed(encoding: str, body: bytes) -> Answer:
    return sent(HTML, f"Content-Encoding: {encoding}", f"Content-Length: {len(body)}", body=[body])


ENDLESS = itertools.repeat(b"x" * 65536)
# Each bomb holds half a GiB. What is recorded of each answer, and the answer.
ANSWERS: dict[str, tuple[str, Answer]] = {
    "gzip-bomb": ("too_large", packed("gzip", gzip.compress(ZEROS) * 128)),
    "gzip-in-gzip": ("too_large", packed("gzip, gzip", gzip.compress(gzip.compress(ZEROS) * 128))),
    "deflate-bomb": ("too_large", packed("deflate", raw_deflate() * 128)),
    "brotli-bomb": ("too_large", packed("br", packed_by_brotli())),
    "zstd-bomb": ("too_large", packed("zstd", zstd.compress(ZEROS) * 128)),
    "gzip-that-is-none": ("truncated", packed("gzip", PAGE)),
    "deflate-that-is-none": ("truncated", packed("deflate", PAGE)),
    "brotli-that-is-none": ("truncated", packed("br", PAGE)),
    "zstd-that-is-none": ("truncated", packed("zstd", PAGE)),
    "body-without-end": ("too_large", sent(HTML, body=ENDLESS)),
    "chunks-without-end": (
        "too_large",
        sent(HTML, "Transfer-Encoding: chunked", body=itertools.repeat(b"10000\r\n" + b"x" * 65536 + b"\r\n")),
    ),
    "five-gigabytes": ("too_large", sent(HTML, f"Content-Length: {5 * 1024 * MIB}", body=ENDLESS)),
    "body-in-drips": ("timeout", sent(HTML, body=drip(b"<p>"))),
    "headers-in-drips": ("timeout", sent(body=drip(b"X-More: 1\r\n"))),
    "headers-without-end": ("too_large", head_without_end(b"X-More: " + b"1" * 8000 + b"\r\n")),
    "header-lines-folded-without-end": ("too_large", head_without_end(b" " + b"1" * 8000 + b"\r\n")),
    "a-header-line-without-end": ("connection_error", head_without_end(b"1" * 8000)),
    "length-too-long": ("truncated", sent(HTML, f"Content-Length: {len(PAGE) + 1}", body=[PAGE])),
    "length-too-short": ("ok", sent(HTML, f"Content-Length: {len(PAGE)}", body=[PAGE, b"<p>x" * 9999])),
    "length-below-zero": ("connection_error", sent(HTML, "Content-Length: -1", body=[PAGE])),
    "length-in-words": ("connection_error", sent(HTML, "Content-Length: many", body=[PAGE])),
    "two-lengths": ("connection_error", sent(HTML, "Content-Length: 9", "Content-Length: 99", body=[PAGE])),
    "no-http-at-all": ("connection_error", head_without_end(b"\x00\xff" * 4000)),
    "charset-of-no-text": ("ok", sent("Content-Type: text/html; charset=hex", body=[PAGE])),
    "charset-undefined": ("ok", sent("Content-Type: text/html; charset=undefined", body=[PAGE])),
    "charset-that-takes-for-ever": (
        "ok",
        sent("Content-Type: text/html; charset=punycode", body=[PAGE, b"<p>-", b"a" * 4 * MIB]),
    ),
    "title-of-a-megabyte": ("ok", "<title>{}</title>".format("通" * MIB).encode() + PAGE),
    "divs-in-divs": ("ok", b"<div>" * 1_000 + PAGE),
    "divs-in-divs-without-end": ("extract_failed", b"<div>" * 200_000 + PAGE),
    "attributes-without-end": ("extract_failed", FOR_EVER + PAGE),
    **{f"long-page-of-a-kept-connection-{number}": ("ok", in_one_piece(PAGE + b" " * 60_000)) for number in range(6)},
}


@dataclass(frozen=True)
class Crawled:
    """A crawl that is over: what it left, what it printed, and the peak of its processes' memory together, in MiB."""

    press: Press
    home: str
    output: str
    peak: float


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """One crawl of a site on which every answer but the list and a few pages is hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    pages = {f"/{name}.html": answer for name, (_, answer) in ANSWERS.items()}
    with server({"/": listing(pages), **pages}) as site:
        press = site_of(folder, site.home)
        settings = ("DOWNLOAD_TIMEOUT=2", "RETRY_TIMES=0", "LOG_LEVEL=ERROR", "EXTRACT_SECONDS=4")
        command = [sys.executable, "-m", "scrapy", "crawl", "test", *(x for one in settings for x in ("-s", one))]
        with (folder / "output").open("w+") as output:
            root = Path(__file__).parents[2]
            running = subprocess.Popen(command, cwd=root, env=press.environment(), stdout=output, stderr=output)
            peak = peak_of_tree(running, seconds=60)
            assert running.returncode == 0
            output.seek(0)
            yield Crawled(press, site.home, output.read(), peak)


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_recorded_as_what_it_is(crawled: Crawled, name: str) -> None:
    outcome = ANSWERS[name][0]
    url = f"{crawled.home}{name}.html"
    captures = crawled.press.rows("SELECT outcome, warc_file IS NOT NULL FROM captures WHERE url = ? ORDER BY id", url)
    assert captures == [("ok", 1)] * (outcome in ("ok", "extract_failed")) + [(outcome, 0)] * (outcome != "ok")
    state = "fetched" if outcome == "ok" else "failed"
    assert crawled.press.rows("SELECT state FROM pages WHERE url = ?", url) == [(state,)]


def test_the_crawl_goes_on_to_its_end_without_an_error(crawled: Crawled) -> None:
    well = sum(outcome == "ok" for outcome, _ in ANSWERS.values())
    assert crawled.press.rows("SELECT outcome, fetched, failed FROM runs") == [("finished", well, len(ANSWERS) - well)]
    assert crawled.output == ""


def test_a_body_longer_than_it_says_is_as_long_as_it_says(crawled: Crawled) -> None:
    url = f"{crawled.home}length-too-short.html"
    assert crawled.press.rows("SELECT bytes FROM captures WHERE url = ?", url) == [(len(PAGE),)]


def test_memory_stays_bounded(crawled: Crawled) -> None:
    assert crawled.peak < 600  # 430 here: two thirds the crawl's own, the rest its reader's
