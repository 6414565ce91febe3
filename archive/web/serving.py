"""Datasette over one archive: with which metadata, on which port."""

from __future__ import annotations

import os
from pathlib import Path

from datasette.cli import serve  # type: ignore[import-untyped]  # Datasette ships no types

from archive.metadata import metadata_file

# What anybody may ask of a page, whatever a later Datasette's defaults are; a plain one of 0.65 has the same limit of
# rows and one second, in which its own search box does not always sort 50,000 hits (seen at load 4). Its limit of
# 100 MB on a CSV would be met by a table of bodies: a stream is whole, or breaks off.
# Suggesting facets took 2.7 of the 3 seconds of the page of 100,000 releases (measured).
_SETTINGS = {"sql_time_limit_ms": 3000, "max_returned_rows": 1000, "max_csv_mb": 0, "suggest_facets": 0}


def _database(archive: Path) -> list[str]:
    """How Datasette is given the database. To read one in WAL mode SQLite has to make a file beside it; where the
    folder cannot be written, as that of a copy that is served, it has to be told that nobody else can either.
    """
    path = archive / "press.db"
    fixed = not os.access(archive, os.W_OK) and not path.with_name(f"{path.name}-wal").exists()
    return ["--immutable", str(path)] if fixed else [str(path)]


def serve_archive(archive: Path, host: str, port: int) -> bool:
    """Serve an archive folder until somebody ends it; False where Datasette could not start and has said why."""
    settings = [part for name, value in _SETTINGS.items() for part in ("--setting", name, str(value))]
    where = ["--metadata", str(metadata_file()), "--host", host, "--port", str(port)]
    arguments = [*_database(archive), *where, *settings]
    try:
        serve.main(arguments, prog_name="datasette", standalone_mode=False)
    except SystemExit as ended:  # uvicorn's way, with 3 for a port that is taken: our 3 says that an archive is in use
        return not ended.code
    return True
