"""The reading room as a browser asks for it: one real Datasette over one archive, and its answers."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

from lxml import html

from archive.web.serving import metadata_file


class Serve(Protocol):
    """The fixture `serve`."""

    def __call__(self, *command: str | Path, cwd: Path | None = None) -> AbstractContextManager[str]: ...


@dataclass(frozen=True)
class Answer:
    """An answer, errors too; `headers` by their lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def page(self) -> html.HtmlElement:
        return html.fromstring(self.body.decode("utf-8"))

    @property
    def text(self) -> str:
        """What a reader sees of a page, in one line."""
        return " ".join(self.page.xpath("string(//main)").split())


@dataclass(frozen=True)
class Room:
    """A Datasette that is running."""

    address: str

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.address + path, headers=names, method=method)  # noqa: S310 - our own server
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - as above
                return Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read())

    def follow(self, link: str) -> Answer:
        """The answer to a link of a page, whatever host it names."""
        return self.get(urlunsplit(urlsplit(link)._replace(scheme="", netloc="")))


@contextmanager
def opened(folder: Path, serve: Serve) -> Iterator[Room]:
    """Serve an archive as any Datasette user would, for as long as the context lasts."""
    datasette = Path(sys.executable).with_name("datasette")
    with serve(datasette, folder / "press.db", "-m", metadata_file(), "--port", "0") as address:
        yield Room(address)
