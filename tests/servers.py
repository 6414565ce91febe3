"""Web servers on loopback for tests: any answer, a hostile one too, and sites that stand on them."""

from __future__ import annotations

import datetime as dt
import itertools
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from tests.conftest import Press

Answer = bytes | Callable[[BaseHTTPRequestHandler], None]

SITE = """
name = "测试"
english = "Test"
home = "{home}"
evidence = "invented for a test"
[[listing]]
column = "要闻"
cms = "auto"
url = "{home}"
[fetch]
delay = 0
"""
ARTICLE = "<title>通报</title><div class='TRS_Editor'><p>第{}起案件正在依法办理之中，请广大群众提高警惕。</p></div>"


@dataclass(frozen=True)
class Served:
    """A server that runs: its root, and what came in, connections (by the visitor's port) and paths asked for."""

    home: str
    port: int
    connections: list[int] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


@contextmanager
def server(answers: Mapping[str, Answer], *, host: str = "127.0.0.1", port: int = 0) -> Iterator[Served]:
    """Serve these paths, each with an HTML page or by a function that writes the answer, and 404 for any other."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # connections are kept alive

        def do_GET(self) -> None:
            served.paths.append(self.path)
            answer = answers.get(self.path, b"")
            if callable(answer):
                with suppress(ConnectionError):  # the crawl has hung up, as it should
                    answer(self)
                return
            self.send_response(200 if self.path in answers else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *arguments: object) -> None:
            """Be quiet."""

    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

        def verify_request(self, request: object, client_address: tuple[str, int]) -> bool:
            served.connections.append(client_address[1])
            return True

    with Server((host, port), Handler) as running:
        root = f"http://{f'[{host}]' if ':' in host else host}:{running.server_port}/"
        served = Served(root, running.server_port)
        serving = Thread(target=running.serve_forever, args=(0.05,))
        serving.start()
        try:
            yield served
        finally:
            running.shutdown()
            serving.join()


def sent(*headers: str, body: Iterable[bytes] = (), status: str = "200 OK") -> Answer:
    """An answer of exactly these header lines and bytes, whatever they promise; the connection ends after it."""

    def write(handler: BaseHTTPRequestHandler) -> None:
        head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", "Connection: close", *headers, ""))
        handler.wfile.write(head.encode("latin-1"))
        handler.close_connection = True
        for chunk in body:
            handler.wfile.write(chunk)

    return write


def listing(urls: Iterable[str]) -> bytes:
    """A list page of these addresses, a day apart."""
    days = (dt.date(2026, 6, 30) - dt.timedelta(number) for number in itertools.count())
    lines = (
        f'<li><a href="{url}">第{number}条测试通报标题</a><span>{day}</span></li>'
        for number, (url, day) in enumerate(zip(urls, days, strict=False), 1)
    )
    return "".join(lines).encode()


def site_of(folder: Path, home: str) -> Press:
    """The command on an archive in this folder, for one site, `test`, whose home is its only listing."""
    (folder / "sites").mkdir()
    (folder / "sites" / "test.toml").write_text(SITE.format(home=home), "utf-8")
    return Press(folder / "data", folder / "sites")
