"""Several files that appear together, as a folder or a zip, only when all of them are whole."""

from __future__ import annotations

import hashlib
import os
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from archive.exports.file import GrowingFile, put_in_place, remove, unfinished
from archive.warc import sync_folder

SUMS = "SHA256SUMS"
# The same files are the same bytes: no clock and no owner goes into the archive. 1980 is where a zip's time begins.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_FILE_MODE = 0o100644 << 16
# The same time as Info-ZIP's extended timestamp (0x5455). Any extra field would do: zipfile writes that of ZIP64 before
# a member only, and ReplayWeb.page 2.4.6, where the list of members has none, looks for the content 20 bytes too early.
_EXTRA = struct.pack("<HHBl", 0x5455, 5, 1, 315_532_800)


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a package: its bytes, and their SHA-256 in hex."""

    bytes: int
    sha256: str


class Package:
    """A folder or zip being written; `members` are those that are whole, by their path with `/`, in order.

    `sha256` is known once it stands under its name: a zip's in hex, a folder's that of its list of digests.
    """

    def __init__(self, opened: Callable[[str, bool], AbstractContextManager[GrowingFile]]) -> None:
        self._opened = opened
        self.members: dict[str, Member] = {}
        self.sha256 = ""

    @contextmanager
    def member(self, name: str, *, stored: bool = False) -> Iterator[GrowingFile]:
        """Write one file, one after the other; in a zip it is compressed unless `stored`. Raises OSError."""
        if name in self.members:
            raise ValueError(f"{name} is in the package already")
        with self._opened(name, stored) as file:
            yield file
        self.members[name] = Member(file.size, file.sha256)

    def add(self, name: str, content: str) -> None:
        """Write one small file of text, in UTF-8. Raises OSError."""
        with self.member(name) as file:
            file.write(content.encode())

    def sums(self) -> str:
        """Write the list of digests of all members so far, as `sha256sum --check` reads it; its own digest."""
        listed = "".join(f"{member.sha256}  {name}\n" for name, member in sorted(self.members.items()))
        self.add(SUMS, listed)
        self.sha256 = self.members[SUMS].sha256
        return self.sha256


@contextmanager
def whole_package(path: Path, *, as_zip: bool | None = None) -> Iterator[Package]:
    """Write files beside `path`, and give it that name at the end; whatever interrupts leaves what was there.

    A zip where the name ends so, unless `as_zip` says it: with `PATH.sha256` beside it. A folder that is there and not
    empty is not replaced. Raises OSError where it cannot be written.
    """
    target = path.resolve()
    if (target.suffix == ".zip") if as_zip is None else as_zip:
        yield from _whole_zip(target)
    else:
        yield from _whole_folder(target)


def _whole_zip(target: Path) -> Iterator[Package]:
    if target.exists() and not target.is_file():
        raise OSError("it is there already, and no ordinary file")
    with unfinished(target) as part:
        with part.open("wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:

                @contextmanager
                def opened(name: str, stored: bool) -> Iterator[GrowingFile]:
                    about = zipfile.ZipInfo(name, _EPOCH)
                    about.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
                    about.external_attr = _FILE_MODE
                    about.extra = _EXTRA
                    about.create_system = 3  # Unix, wherever it is written
                    with zipped.open(about, "w", force_zip64=True) as inside:
                        yield GrowingFile(inside)

                package = Package(opened)
                yield package
            file.flush()
            os.fsync(file.fileno())
        with part.open("rb") as written:
            package.sha256 = hashlib.file_digest(written, "sha256").hexdigest()
        put_in_place(part, target, package.sha256)


def _whole_folder(target: Path) -> Iterator[Package]:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise OSError("it is there already, and no empty folder")
    with unfinished(target) as part:
        part.mkdir()

        @contextmanager
        def opened(name: str, _: bool) -> Iterator[GrowingFile]:
            inside = part / PurePosixPath(name)
            inside.parent.mkdir(parents=True, exist_ok=True)
            with inside.open("xb") as file:
                yield GrowingFile(file)

        yield Package(opened)
        os.sync()  # once: with a sync a file, 100,000 texts took 168 seconds in place of 21
        if target.exists():
            remove(target)
        part.rename(target)
        sync_folder(target.parent)
