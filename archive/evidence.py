"""WARC files held against the rows of `captures`: each record read, each digest recomputed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from itertools import chain, groupby
from pathlib import Path
from typing import BinaryIO

from archive import warc
from archive.agreement import ANSWERS, UNREADABLE, Record, Row, disagreements, read, rows_by_place
from archive.faults import FROM_A_COPY, Checked, Fault

_ONE_OF_TWO = "Put this file back from a copy; if it is the right one, press.db from a backup."


def faults_of_evidence(folder: Path, db: sqlite3.Connection, checked: Checked) -> Iterator[Fault]:
    """Every fault of the WARC files in `folder`, and of the rows that speak of their records.

    Files are read from the front, a record at a time, so memory stays flat. Rows are to be older than the files: a
    record that no row speaks of is counted, and is no fault.
    """
    spoken_of = set()
    for name, of_this_file in groupby(rows_by_place(db), lambda row: row.file):
        spoken_of.add(name)
        yield from _faults_of_file(folder, name, of_this_file, checked)
    for name in sorted(_names(folder) - spoken_of):
        yield from _faults_of_file(folder, name, iter(()), checked)
    for path in sorted(folder.glob(f"*/*.warc.gz{warc.OPEN}")):
        # Asked for again, because a crawl may just have closed it under the other name.
        if path.with_name(path.name.removesuffix(warc.OPEN)).exists() and path.exists():
            wrong = "stands beside a closed file of the same name, which the next crawl would overwrite"
            yield Fault(_shown(f"{path.parent.name}/{path.name}"), wrong, "Move the shorter of the two away.")


def _names(folder: Path) -> set[str]:
    paths = chain(folder.glob("*/*.warc.gz"), folder.glob(f"*/*.warc.gz{warc.OPEN}"))
    return {f"{path.parent.name}/{path.name.removesuffix(warc.OPEN)}" for path in paths}


def _shown(name: str) -> str:
    return f"warc/{name}"


def _faults_of_file(folder: Path, name: str, rows: Iterator[Row], checked: Checked) -> Iterator[Fault]:
    checked.warc_files += 1
    try:
        file, size, is_open = _opened(folder / name)
        with file:
            yield from _Reading(name, file, size, is_open, checked).faults(rows)
    except OSError as problem:
        left = sum(1 for _ in rows)
        checked.captures += left
        what = "is missing" if isinstance(problem, FileNotFoundError) else f"cannot be read ({problem.strerror})"
        yield Fault(_shown(name), f"{what}, and rows speak of {left} captures in it", FROM_A_COPY)


def _opened(path: Path) -> tuple[BinaryIO, int, bool]:
    """A WARC file, its size before it was opened, and whether it is still being written; raises OSError.

    A crawl may close it or write to it again at any moment, under the other name.
    """
    writing = path.with_name(path.name + warc.OPEN)
    for one in (path, writing, path):
        with suppress(FileNotFoundError):
            size = one.stat().st_size
            return one.open("rb"), size, one is writing
    raise FileNotFoundError(path)


class _Reading:
    """One WARC file being read beside its rows, both in the order of bytes."""

    def __init__(self, name: str, file: BinaryIO, size: int, is_open: bool, checked: Checked) -> None:
        self._name, self._file = name, file
        self._size, self._is_open, self._checked = size, is_open, checked

    def faults(self, rows: Iterator[Row]) -> Iterator[Fault]:
        """Every fault of the file's records and of the rows; where no whole record stands, rows are read one by one."""
        row, whole = next(rows, None), 0
        for start, end in warc.whole_records(self._file):
            if start >= self._size:
                break
            while row and row.offset < start:
                yield from self._alone(row)
                row = next(rows, None)
            record = self._record(start, end)
            if not (row and row.offset == start):
                yield from self._unspoken(record)
            while row and row.offset == start:
                yield from self._judged(row, end, record)
                row = next(rows, None)
            whole = end
        while row and row.offset < whole:
            yield from self._alone(row)
            row = next(rows, None)
        yield from self._unread(whole, row)
        for left in chain([row] if row else [], rows):
            yield from self._alone(left)

    def _unspoken(self, record: Record | Fault) -> Iterator[Fault]:
        if isinstance(record, Fault):
            yield record
        else:
            self._checked.unspoken += record.kind in ANSWERS

    def _unread(self, whole: int, row: Row | None) -> Iterator[Fault]:
        """What follows the whole records, unless a row speaks of its first byte: then that row is told so."""
        if whole >= self._size or (row and row.offset == whole):
            return
        if self._is_open and row is None:
            self._checked.unfinished += self._size - whole
        else:
            wrong = f"no whole record begins here, and {self._size - whole} bytes follow"
            yield Fault(_shown(self._name), wrong, FROM_A_COPY, whole)

    def _alone(self, row: Row) -> Iterator[Fault]:
        """A row that speaks of a place where the file, read from its front, has no record."""
        if self._is_whole(row):
            yield from self._judged(row, row.end, self._record(row.offset, row.end))
        else:
            self._checked.captures += 1
            yield self._fault(row, f"no whole record of {row.length} bytes stands here")

    def _is_whole(self, row: Row) -> bool:
        if row.offset < 0 or not 0 < row.length <= self._size - row.offset:
            return False
        self._file.seek(row.offset)
        return list(warc.whole_records(BytesIO(self._file.read(row.length)))) == [(0, row.length)]

    def _judged(self, row: Row, end: int, record: Record | Fault) -> Iterator[Fault]:
        self._checked.captures += 1
        if isinstance(record, Fault):
            yield replace(record, capture=row.capture)
            return
        if end != row.end:
            yield self._fault(row, f"its row says {row.length} bytes, and the record has {end - row.offset}")
        for wrong in disagreements(row, record):
            yield self._fault(row, wrong)

    def _fault(self, row: Row, wrong: str) -> Fault:
        return Fault(_shown(self._name), wrong, _ONE_OF_TWO, row.offset, row.capture)

    def _record(self, start: int, end: int) -> Record | Fault:
        """The record that stands there whole; a fault where it contradicts itself."""
        self._checked.records += 1
        self._checked.bytes += end - start
        try:
            record = read(self._file, start)
        except UNREADABLE as problem:
            return Fault(_shown(self._name), f"no WARC record that can be read: {problem}", FROM_A_COPY, start)
        if not record.digests_hold:
            return Fault(_shown(self._name), "the record has another digest than it states", FROM_A_COPY, start)
        return record
