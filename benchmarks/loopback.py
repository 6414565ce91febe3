#!/usr/bin/env python3
"""An invented site on loopback, in a process of its own: releases of real size, and the TRS list pages that name them.

    python benchmarks/loopback.py COUNT

says its address once it is up, and serves until it is ended.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from corpus import invented, page

LISTED = 20  # entries on a list page
SITE = """
name = "样例省公安厅"
english = "Sample Province (invented)"
home = "{home}"
evidence = "invented, served on loopback for measuring"
[[listing]]
column = "警务动态"
cms = "trs"
url = "{home}list/index.html"
[fetch]
delay = 0
"""


@dataclass(frozen=True)
class Loopback:
    """A site that is up: its home, how many releases it has, and where its process is."""

    home: str
    count: int

    @property
    def articles(self) -> list[str]:
        """The addresses of all releases, newest first."""
        return [f"{self.home}article/{number}.html" for number in range(self.count)]

    @property
    def listing(self) -> str:
        """The address of the first list page."""
        return f"{self.home}list/index.html"

    def declared(self, folder: Path) -> Path:
        """A folder with its site file, `bench.toml`."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "bench.toml").write_text(SITE.format(home=self.home), "utf-8")
        return folder


@contextmanager
def served(count: int) -> Iterator[Loopback]:
    """The site, up until the block ends."""
    command = [sys.executable, __file__, str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - this file
        try:
            assert process.stdout  # noqa: S101 - it is a pipe
            if not (home := process.stdout.readline().strip()):
                raise ChildProcessError("the site on loopback did not come up")
            yield Loopback(home, count)
        finally:
            process.terminate()


def articles(count: int) -> Iterator[bytes]:
    """The pages of the releases, as they are served."""
    return map(page, invented(count))


class _Site:
    """Answers by path; a release's page is made when it is asked for (0.03 ms), because 20,000 of them are 700 MB."""

    def __init__(self, count: int) -> None:
        self._releases = list(invented(count))
        pages = -(-count // LISTED)
        self._lists = {f"/list/index_{n}.html" if n else "/list/index.html": self._list(n, pages) for n in range(pages)}

    def answer(self, path: str) -> bytes:
        """The whole answer to a path."""
        body = self._lists.get(path) or self._article(path)
        if body is None:
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body

    def _article(self, path: str) -> bytes | None:
        number = path.removeprefix("/article/").removesuffix(".html")
        return page(self._releases[int(number)]) if number.isdecimal() and int(number) < len(self._releases) else None

    def _list(self, number: int, pages: int) -> bytes:
        begun = number * LISTED
        lines = "".join(
            f'<li><a href="/article/{place}.html">{html.escape(one.article.title or "")}</a>'
            f"<span>{str(one.article.published)[:10]}</span></li>\n"
            for place, one in enumerate(self._releases[begun : begun + LISTED], begun)
        )
        pager = f'<script>createPageHTML({pages}, {number}, "index", "html");</script>'
        head = '<html><head><meta charset="utf-8"><title>警务动态</title></head>'
        return f"{head}<body><ul>{lines}</ul>{pager}</body></html>".encode()


class _Visitor(asyncio.Protocol):
    """One connection, kept alive; what is asked for one after another is answered so."""

    def __init__(self, site: _Site) -> None:
        self._site, self._asked = site, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - it is TCP
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        *requests, self._asked = (self._asked + data).split(b"\r\n\r\n")
        for request in requests:
            self._transport.write(self._site.answer(request.split(b" ", 2)[1].decode()))


async def _serve(count: int) -> None:
    site = _Site(count)
    server = await asyncio.get_running_loop().create_server(lambda: _Visitor(site), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int)
    asyncio.run(_serve(parser.parse_args().count))
