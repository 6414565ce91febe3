"""WACZ packages (specs.webrecorder.net/wacz/1.1.1): the WARC files in a zip, read as streams, nothing on disc."""

from __future__ import annotations

import hashlib
import io
import json
import lzma
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO
from zipfile import ZipFile, ZipInfo

from archive.foreign import digests
from archive.foreign.index import Sources
from archive.foreign.refusals import DamagedError, ForeignFileError
from archive.foreign.stream import LARGEST, Source

_CHUNK = 1 << 16
_MOST_MEMBERS = 1000
_MOST_LISTED = 1 << 20  # bytes of the list of members, which zipfile reads at one go
_MOST_DESCRIBED = 8 << 20  # bytes of datapackage.json
# Zip data can grow a thousand times. gzip data in a zip hardly does, and pages of HTML far less than this.
_MOST_SHRUNK = 200
_LOCAL_HEADER = 30
_PACKAGE = "datapackage.json"
_WARC = re.compile(r"archive/(?:[^/]+/)*[^/]+\.warc(?:\.gz)?")
_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
# What zipfile raises for bytes that make no sense, by fuzzing it and reading it.
_UNREADABLE = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
    EOFError,
    OverflowError,
    OSError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
)


@contextmanager
def opened(path: Path) -> Iterator[Sources]:
    """The WARC files of a package, each of which can be opened again and again while the package is.

    Raises ForeignFileError for a package that is damaged, encrypted, dangerous, or holds other bytes than it says.
    """
    with _Bounded(path.open("rb", buffering=0)) as file:
        try:
            package = ZipFile(file)
        except _UNREADABLE as problem:
            raise ForeignFileError(f"no zip file that can be read ({problem})") from problem
        with package:
            members = package.infolist()
            _check_members(members, path.stat().st_size)
            warcs = [one for one in members if _WARC.fullmatch(one.filename)]
            if not warcs:
                raise ForeignFileError(_without_warcs(members))
            _check_digests(package, warcs)
            yield [partial(_member, package, one) for one in warcs]


class _Bounded(io.BufferedReader):
    """A file of which no reader takes much at one go: zipfile asks for the list of members with its stated size."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Raises ForeignFileError for more than 1 MiB."""
        all_of_it = size is None or size < 0
        found = super().read(_MOST_LISTED + 1 if all_of_it else min(size or 0, _MOST_LISTED + 1))
        if len(found) > _MOST_LISTED:
            raise ForeignFileError(f"its list of members is larger than {_MOST_LISTED >> 20} MiB")
        return found


class _Member:
    """A member of a package, decompressed as it is read."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file, self._name = file, name

    def read(self, size: int, /) -> bytes:
        """Raises DamagedError where zipfile finds the member wrong: bad data, a bad checksum, an early end."""
        try:
            return self._file.read(size)
        except _UNREADABLE as problem:
            raise DamagedError(f"{self._name}: its zip data is wrong ({problem})") from problem


@contextmanager
def _member(package: ZipFile, info: ZipInfo) -> Iterator[Source]:
    try:
        file = package.open(info)
    except _UNREADABLE as problem:
        raise DamagedError(f"{info.filename}: it cannot be read ({problem})") from problem
    with file:
        yield _Member(file, info.filename)


def _check_members(members: list[ZipInfo], size: int) -> None:
    """Raises ForeignFileError for a member that no honest tool writes.

    Nothing of a package is written to disc, so a name cannot do harm here; it says what kind of file this is.
    """
    if len(members) > _MOST_MEMBERS:
        raise ForeignFileError(
            f"{len(members)} members; a WACZ has some dozens, and more than {_MOST_MEMBERS} are refused"
        )
    names = set()
    for one in members:
        if wrong := _wrong_with(one) or ("is there twice" if one.filename in names else None):
            raise ForeignFileError(f"member {one.filename[:200]!r} {wrong}")
        names.add(one.filename)
    if (stated := sum(one.file_size for one in members)) > LARGEST:
        raise ForeignFileError(
            f"its members come to {stated:,} bytes, more than {LARGEST >> 30} GiB; import it in parts"
        )
    ends = 0
    for one in sorted(members, key=lambda one: one.header_offset):
        if one.header_offset < ends:
            raise ForeignFileError(f"member {one.filename[:200]!r} overlaps another, as in a zip bomb")
        ends = one.header_offset + _LOCAL_HEADER + one.compress_size
    if ends > size:
        raise ForeignFileError("its members are longer than the file; it may have been cut off on the way")


def _wrong_with(one: ZipInfo) -> str | None:
    name = one.orig_filename
    if name.startswith("/") or _DRIVE.match(name) or "\\" in name or ".." in name.split("/"):
        return "points out of the package (a zip slip)"
    if _CONTROLS.search(name):
        return "has control characters in its name"
    if stat.S_ISLNK(one.external_attr >> 16):
        return "is a symbolic link"
    if one.flag_bits & 0x1:
        return "is encrypted; unpack and pack it without a password"
    if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is compressed in a way that WACZ does not know"
    if one.file_size > _MOST_SHRUNK * max(one.compress_size, 1 << 10):
        return f"grows more than {_MOST_SHRUNK} times when it is unpacked, as a zip bomb does"
    return None


def _without_warcs(members: list[ZipInfo]) -> str:
    if any(one.filename.endswith(".wacz") for one in members):
        return "a package of WACZ packages; unpack it and import those in it"
    return "a zip file without a WARC file in its folder `archive`, so no WACZ"


def _check_digests(package: ZipFile, warcs: list[ZipInfo]) -> None:
    """Hold each WARC file against the digest that datapackage.json states, where it does, and against the zip's own."""
    stated = _stated_digests(package)
    for info in warcs:
        algorithm, value = stated.get(info.filename, ("", b""))
        computed = hashlib.new(algorithm or "sha256", usedforsecurity=False)
        with _member(package, info) as member:
            while part := member.read(_CHUNK):
                computed.update(part)
        if algorithm and computed.digest() != value:
            raise ForeignFileError(f"{info.filename} has another digest than {_PACKAGE} states: damaged or changed")


def _stated_digests(package: ZipFile) -> dict[str, tuple[str, bytes]]:
    info = package.NameToInfo.get(_PACKAGE)
    if info is None:
        return {}
    if info.file_size > _MOST_DESCRIBED:
        raise ForeignFileError(f"its {_PACKAGE} is larger than {_MOST_DESCRIBED >> 20} MiB")
    with _member(package, info) as member:
        parts = list(iter(lambda: member.read(_CHUNK), b""))
    try:
        described = json.loads(b"".join(parts))
    except (ValueError, RecursionError) as problem:
        raise ForeignFileError(f"its {_PACKAGE} is no JSON ({problem})") from problem
    resources = described.get("resources") if isinstance(described, dict) else None
    found = {}
    for one in resources if isinstance(resources, list) else ():
        if isinstance(one, dict) and isinstance(one.get("path"), str) and isinstance(one.get("hash"), str):
            digest = digests.parsed(one["hash"])
            if digest:
                found[one["path"]] = digest
    return found
