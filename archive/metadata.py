"""What every table and column means, in one place: `datasette-metadata.json`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any


def metadata_file() -> Path:
    """`datasette-metadata.json`: in an installed package in `archive/web`, in the repository at the top."""
    packaged = Path(__file__).parent / "web" / "datasette-metadata.json"
    return packaged if packaged.exists() else packaged.parents[2] / packaged.name


@cache
def described() -> dict[str, dict[str, Any]]:
    """Title, description and columns of every table, by its name."""
    tables: dict[str, dict[str, Any]] = json.loads(metadata_file().read_text("utf-8"))["databases"]["press"]["tables"]
    return tables


@cache
def about() -> dict[str, str]:
    """What is said of the archive as a whole: its title, description and license."""
    said = json.loads(metadata_file().read_text("utf-8"))
    return {name: said[name] for name in ("title", "description", "license")}
