"""The documents keep up with the program: what it can do stands in them, and what stands in them is there."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import click
import pytest

from crawler.cli import cli
from crawler.site import FAMILIES, ArticleLayout, Listing, Site, load_sites

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def test_every_verb_stands_in_the_readme() -> None:
    assert [verb for verb in cli.commands if not re.search(rf"\b{verb}\b", README)] == []


def test_every_verb_and_option_says_what_it_does() -> None:
    for name, command in cli.commands.items():
        assert command.help, name
        for option in command.params:
            assert not isinstance(option, click.Option) or option.help, f"{name} {option.name}"


def test_every_format_and_option_of_export_stands_in_its_document() -> None:
    said = (ROOT / "docs" / "exporting.md").read_text("utf-8")
    options = [name for option in cli.commands["export"].params for name in option.opts if name.startswith("--")]
    [formats] = [option.type.choices for option in cli.commands["export"].params if option.name == "format_"]
    [tables] = [option.type.choices for option in cli.commands["export"].params if option.name == "table"]
    assert {name for name in (*options, *formats, *tables) if f"`{name}" not in said} == set()


@pytest.mark.parametrize("code", range(5))
def test_every_exit_code_stands_in_the_readme(code: int) -> None:
    assert re.search(rf"\b{code} (done|wrong|another|the archive)", README)


def test_every_variable_the_program_reads_stands_in_the_readme() -> None:
    sources = [*(ROOT / "crawler").rglob("*.py"), *(ROOT / "archive").rglob("*.py")]
    read = {name for path in sources for name in re.findall(r"POLICE_PRESS_[A-Z]+", path.read_text("utf-8"))}
    assert read
    assert {name for name in read if name not in README} == set()


def test_every_shipped_site_stands_in_the_readme() -> None:
    assert [slug for slug in load_sites(ROOT / "crawler" / "sites") if f"`{slug}`" not in README] == []


def test_no_site_is_said_to_be_verified() -> None:
    """Nothing here could look at a live site; a `verified` day is for a person who did."""
    assert [site.slug for site in load_sites(ROOT / "crawler" / "sites").values() if site.verified] == []


def test_the_keys_of_a_site_file_stand_in_contributing() -> None:
    shown = {field.name for kind in (Site, Listing) for field in fields(kind)}
    shown -= {"slug", "listings", "articles", "fetch", "expect", "kind", "selectors"}
    assert {key for key in shown if f"{key} =" not in CONTRIBUTING} == set()
    assert {name for name in FAMILIES if f"`{name}`" not in CONTRIBUTING and name not in CONTRIBUTING} == set()
    assert {field.name for field in fields(ArticleLayout)} >= {"body", "until"}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text("utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("requirements.lock", {"scrapy", "trafilatura", "datasette", "hatchling"}),
        ("tests/archive/exports/readers.lock", {"pandas", "duckdb", "frictionless", "pywb", "pyarrow"}),
    ],
)
def test_a_lock_file_names_exact_versions_with_hashes_and_no_address(path: str, names: set[str]) -> None:
    lock = (ROOT / path).read_text("utf-8")
    assert "://" not in lock
    pinned = re.findall(r"(?m)^([a-z0-9-]+)==(\S+)", lock)
    assert len(pinned) == len(re.findall(r"(?m)^[a-z0-9]", lock))
    assert lock.count("--hash=sha256:") >= len(pinned)
    assert names <= {name for name, _ in pinned}
