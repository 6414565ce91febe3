"""The WARC files of one site in two archives put together: files as they are, or records that only one of them has."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

from warcio.archiveiterator import ArchiveIterator

from archive import warc
from archive.errors import ArchiveError

_END = 1 << 16


class _Stretch(NamedTuple):
    """A record, by the identifier that the standard wants to be unique in the world, and where it stands."""

    record_id: str
    kind: str
    start: int
    end: int


@dataclass(slots=True)
class United:
    """What came of a site's files. `names` are those of the other archive, with what they are called here.

    `staged` are files that are new here, or longer than they were, and wait in the folder of that name. Of a file in
    `parted` only some records are new: they got a file of their own, where rows would not find them.
    """

    names: dict[str, str] = field(default_factory=dict)
    staged: list[str] = field(default_factory=list)
    parted: list[str] = field(default_factory=list)


class Uniting:
    """Puts a site's files of the WARC folder `theirs` to those of `ours`, by way of the folder `stage`.

    There stand in the end: copies, on the disc, of what is new here, and links to all else. Neither folder changes
    before `move_in`. Files only grow at their end, so one that begins like another is the same one on a later day.
    Raises ArchiveError for a file with a damaged record.
    """

    def __init__(self, ours: Path, theirs: Path, stage: Path, site: str) -> None:
        self._ours, self._theirs, self._stage, self._site = ours, theirs, stage, site
        self.united = United()
        (stage / site).mkdir(parents=True)
        for path in (ours / site).glob("*.warc.gz"):
            (stage / site / path.name).symlink_to(path.resolve())
        for path in sorted((theirs / site).glob("*.warc.gz")):
            self._take(path)
        warc.sync_folder(stage / site)

    def move_in(self) -> None:
        """Give the new files their place; what `stage` holds then are links."""
        folder = self._ours / self._site
        folder.mkdir(parents=True, exist_ok=True)
        warc.sync_folder(self._ours)
        for name in self.united.staged:
            (self._stage / name).replace(self._ours / name)
        warc.sync_folder(folder)

    def _take(self, path: Path) -> None:
        same_day = sorted((self._stage / self._site).glob(f"{path.name[: -len('00000.warc.gz')]}?????.warc.gz"))
        for there in same_day:
            if _begins_with(there, path):
                self._call(path, there)
                return
        for there in same_day:
            if _begins_with(path, there):
                there.unlink()
                self._copy(path, there)
                return
        free = self._free(path, same_day)
        known = {one.record_id for there in same_day for one in _records(there)}
        if not known & {one.record_id for one in _records(path)}:
            self._copy(path, free)
        else:
            self._part(path, free, known)

    def _free(self, path: Path, same_day: list[Path]) -> Path:
        if path.name not in [there.name for there in same_day]:
            return self._stage / self._site / path.name
        last = same_day[-1].name
        return same_day[-1].with_name(f"{last[:-13]}{int(last[-13:-8]) + 1:05}.warc.gz")

    def _copy(self, path: Path, there: Path) -> None:
        for _ in _records(path):
            pass
        shutil.copyfile(path, there)
        _sync(there)
        self._call(path, there)
        self.united.staged.append(f"{self._site}/{there.name}")

    def _part(self, path: Path, there: Path, known: set[str]) -> None:
        """Copy the records that are new, each run's behind its `warcinfo`, which says whose they are."""
        self.united.parted.append(f"{self._site}/{path.name}")
        with ExitStack() as stack:
            file, parts = stack.enter_context(path.open("rb")), list(_stretches(path, known))
            if not parts:
                return
            new = stack.enter_context(there.open("xb"))
            for part in parts:
                file.seek(part.start)
                new.write(file.read(part.end - part.start))
        _sync(there)
        self.united.staged.append(f"{self._site}/{there.name}")

    def _call(self, path: Path, there: Path) -> None:
        self.united.names[f"{self._site}/{path.name}"] = f"{self._site}/{there.name}"


def _stretches(path: Path, known: set[str]) -> Iterator[_Stretch]:
    info: _Stretch | None = None
    for record in _records(path):
        if record.kind == "warcinfo":
            info = record
        if record.record_id not in known:
            if info and info is not record:
                yield info
            info = None
            yield record


def _records(path: Path) -> Iterator[_Stretch]:
    whole = 0
    with path.open("rb") as file:
        for start, end in warc.whole_records(file):
            file.seek(start)
            record = next(iter(ArchiveIterator(file)))
            yield _Stretch(str(record.rec_headers.get_header("WARC-Record-ID")), record.rec_type, start, end)
            whole = end
    if whole != path.stat().st_size:
        raise ArchiveError(f"{path}: damaged at byte {whole}; verify says more. Put the file back from a copy.")


def _begins_with(longer: Path, shorter: Path) -> bool:
    """Whether one file goes on where the other ends. Two that begin and end alike at the same bytes are one: a record
    there has an identifier that no other one has.
    """
    size = shorter.stat().st_size
    if longer.stat().st_size < size:
        return False
    with longer.open("rb") as one, shorter.open("rb") as other:
        return all(_read(one, at, size) == _read(other, at, size) for at in (0, max(size - _END, 0)))


def _read(file: BinaryIO, at: int, size: int) -> bytes:
    file.seek(at)
    return file.read(min(_END, size - at))


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
