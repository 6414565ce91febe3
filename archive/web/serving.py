"""Datasette over one archive: with which metadata, on which port."""

from __future__ import annotations

from pathlib import Path

from datasette.cli import serve  # type: ignore[import-untyped]  # Datasette ships no types


def metadata_file() -> Path:
    """`datasette-metadata.json`: in an installed package beside this module, in the repository at the top."""
    packaged = Path(__file__).with_name("datasette-metadata.json")
    return packaged if packaged.exists() else packaged.parents[2] / packaged.name


def serve_archive(archive: Path, host: str, port: int) -> bool:
    """Serve an archive folder until somebody ends it; False where Datasette could not start and has said why."""
    arguments = [str(archive / "press.db"), "--metadata", str(metadata_file()), "--host", host, "--port", str(port)]
    try:
        serve.main(arguments, prog_name="datasette", standalone_mode=False)
    except SystemExit as ended:  # uvicorn's way, with 3 for a port that is taken: our 3 says that an archive is in use
        return not ended.code
    return True
