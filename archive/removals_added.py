"""Entries of another archive's `removals.toml` put behind those of our own, so that a rebuild knows them too."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Sequence
from pathlib import Path

from archive import clock
from archive.errors import ArchiveError, remedy
from archive.removals_file import FILE, Removal, RemovalsError, read
from archive.warc import sync_folder


def add(folder: Path, removals: Sequence[Removal], other: Path) -> list[str]:
    """Put those of another archive's removals into an archive's file whose keys it does not name; returns the keys.

    What a person wrote there stays as it is. Raises RemovalsError where entries cannot follow it, ArchiveError where
    the file cannot be written.
    """
    ours, path = {removal.key for removal in read(folder)}, folder / FILE
    new = [removal for removal in removals if removal.key not in ours]
    if not new:
        return []
    before = path.read_text("utf-8") if path.exists() else ""
    text = (
        "\n\n".join([*([before.rstrip("\n")] if before else []), *(_entry(removal, other) for removal in new)]) + "\n"
    )
    keys = [removal.key for removal in new]
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        said = f"{path}: entries of {other / FILE} cannot follow what stands here ({problem})"
        raise RemovalsError(f"{said}; write them in by hand: {', '.join(keys)}") from problem
    unfinished = folder / f".{FILE}.part"
    try:
        with unfinished.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        sync_folder(folder)
    except OSError as problem:
        raise ArchiveError(f"{path}: cannot be written: {problem.strerror}. {remedy(problem)}".rstrip()) from problem
    return keys


def _entry(removal: Removal, other: Path) -> str:
    # A string of JSON is one of TOML, but for DEL (TOML 1.0, "String").
    reason = json.dumps(removal.reason, ensure_ascii=False).replace("\x7f", "\\u007f")
    return (
        f"# from {json.dumps(str(other), ensure_ascii=False)}, merged on {clock.now().date()}\n"
        f'[[removal]]\nkey = "{removal.key}"\ndate = {removal.date}\nreason = {reason}'
    )
