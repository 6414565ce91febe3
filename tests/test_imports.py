"""The table "Who may import whom" of the design, kept with `ast`: which part of the project may know which."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted(
    path.relative_to(ROOT).as_posix() for part in ("archive", "crawler") for path in (ROOT / part).rglob("*.py")
)
FAMILIES = r"crawler\.cms\.(trs|hanweb|jpaas|ucap|nfcms|jiangxi|vsb|aspx|feed|html|auto)\b"
SQLITE = r"sqlite3|sqlite_utils|datasette"
MODELS, FRONTIER = r"archive\.models", r"archive\.(models|frontier|walks)"

# The first pattern that fits a file's path says what it may import of ours, and what not of anybody's.
TABLE = [
    (r"archive/models\.py", r"$.", r"scrapy|trafilatura"),
    (r"archive/", r"archive", r"scrapy|twisted|trafilatura|lxml"),
    (r"crawler/(site|toml_table)\.py", rf"{MODELS}|crawler\.toml_table", rf"scrapy|{SQLITE}"),
    (r"crawler/cms/__init__\.py", r"crawler\.cms", rf"scrapy|{SQLITE}"),
    (r"crawler/cms/", rf"crawler\.(cms|markup|url_dates)|{MODELS}", rf"scrapy|{SQLITE}|{FAMILIES}"),
    (r"crawler/url_dates\.py", MODELS, rf"scrapy|{SQLITE}"),  # lists and pages must read one address alike
    (r"crawler/markup\.py", r"$.", rf"scrapy|{SQLITE}"),  # and one page to its end, or neither
    (
        r"crawler/extract/",
        rf"crawler\.(extract|markup|site|url_dates)|{MODELS}",
        rf"scrapy|twisted|urllib\.request|http|{SQLITE}",
    ),
    (r"crawler/walls\.py", r"$.", r"scrapy"),
    (
        r"crawler/spiders/",
        rf"crawler\.(site|cms|walls|items|failures|extract\.files)|archive\.addresses|{FRONTIER}",
        SQLITE,
    ),
    (r"crawler/", r"archive|crawler", SQLITE),
]
STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|PRAGMA|BEGIN|COMMIT)\s+\S")


def imported(tree: ast.AST, package: list[str]) -> Iterator[str]:
    """Dotted names of all that a module imports, wherever in it, names out of a package included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            front = [*above, node.module] if node.module else above
            yield from (".".join([*front, alias.name]) for alias in node.names)


@pytest.mark.parametrize("file", FILES)
def test_a_module_imports_only_what_its_part_may_know(file: str) -> None:
    ours, never = next((ours, never) for part, ours, never in TABLE if re.match(part, file))
    package = file.removesuffix(".py").split("/")[:-1]
    for name in imported(ast.parse((ROOT / file).read_text("utf-8")), package):
        own = re.match(r"(archive|crawler)\b", name)
        assert not own or re.match(rf"({ours})(\.|$)", name), (
            f"{file} imports {name}, which the design's table does not allow"
        )
        assert not re.match(rf"({never})(\.|$)", name), f"{file} imports {name}, which it must never know"


@pytest.mark.parametrize("file", [file for file in FILES if file.startswith("crawler/")])
def test_sql_is_written_in_the_archive_only(file: str) -> None:
    for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not STATEMENT.match(node.value), f"{file}:{node.lineno} has SQL in it: {node.value!r}"
