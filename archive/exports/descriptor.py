"""`datapackage.json`: a package's tables as Frictionless Data Package, version 1, describes them."""

from __future__ import annotations

from typing import Any, get_args

from archive.exports.contents import Contents, Resource
from archive.exports.coverage_table import STATES
from archive.exports.rows import Wanted
from archive.exports.tables import Column, Kind, Table
from archive.history import MadeBy
from archive.metadata import about
from archive.models import BodyKind, PageKind, Precision, RunKind
from archive.records import SOFTWARE

NAME = "police-press-archive"
# What a field's kind needs beside its name; %z takes +08:00.
_FORMS: dict[Kind, dict[str, Any]] = {
    "boolean": {"trueValues": ["1"], "falseValues": ["0"]},
    "datetime": {"format": "%Y-%m-%dT%H:%M:%S%z"},
}
# The values that the public face of the archive fixes.
_OUTCOMES = (
    "ok", "not_modified", "gone", "soft_404", "challenge", "waf", "rate_limited", "captcha", "maintenance", "shell",
    "robots_denied", "tls_error", "dns_error", "connection_error", "timeout", "too_large", "truncated",
    "refused_address", "redirect_loop", "client_error", "server_error", "moved", "extract_failed",
)  # fmt: skip
_ENUMS: dict[tuple[str, str], tuple[str, ...]] = {
    ("press_releases", "published_precision"): get_args(Precision),
    ("press_releases", "body_kind"): get_args(BodyKind),
    ("versions", "made_by"): get_args(MadeBy),
    ("events", "kind"): ("first_seen", "edited", "gone", "restored"),
    ("attachments", "kind"): ("image", "file", "video"),
    ("captures", "outcome"): _OUTCOMES,
    ("captures", "page_kind"): get_args(PageKind),
    ("runs", "kind"): get_args(RunKind),
    ("sites", "kind"): ("police", "other"),
    ("coverage", "state"): STATES,
}
_PATTERNS = {
    ("press_releases", "key"): "[a-z2-7]{12}",
    # Shanghai had other offsets than +08:00: summer time from 1986 to 1991, and its own mean time before 1901.
    ("press_releases", "published"): r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d)?\+0[89]:\d\d(:\d\d)?)?)?)?",
    ("coverage", "month"): r"(\d{4}(-\d\d)?|undated)",
}
_CSV = {
    "format": "csv",
    "mediatype": "text/csv",
    "encoding": "utf-8",
    "dialect": {
        "delimiter": ",",
        "lineTerminator": "\r\n",
        "quoteChar": '"',
        "doubleQuote": True,
        "skipInitialSpace": False,
        "header": True,
    },
}
_PARQUET = {"format": "parquet", "mediatype": "application/vnd.apache.parquet"}


def descriptor(contents: Contents) -> dict[str, Any]:
    """The whole of `datapackage.json`. It claims no licence: the texts are not the archive's to give."""
    tabular = not contents.is_parquet
    return {
        "profile": "tabular-data-package" if tabular else "data-package",
        "name": "-".join(filter(None, (NAME, contents.wanted.site))),
        "title": title(contents),
        "description": about()["description"],
        **({"version": contents.version, "created": contents.newest} if contents.newest else {}),
        "sources": [
            {"title": site["name"], **({"path": site["home"]} if site["home"] else {})} for site in contents.sites
        ],
        "contributors": [{"title": "The police press archive contributors", "role": "wrangler"}],
        "keywords": ["press releases", "police", "China", "web archive"],
        "resources": [_resource(resource, is_tabular=tabular) for resource in contents.resources],
        "policePress": {
            "selection": selection(contents.wanted),
            "captured": dict(zip(("first", "last"), contents.captured, strict=True)) if contents.captured else None,
            "vantages": _named(contents.vantages),
            "software": SOFTWARE,
            "extractors": _named(contents.extractors),
            "rows": contents.rows,
            "guardedCells": contents.guarded,
            "maskedNumbers": contents.masked,
            "rights": about()["license"],
        },
    }


def title(contents: Contents) -> str:
    """The archive's name, and the site's where only one was asked for."""
    only = contents.only_site
    return f"{about()['title']}: {only['name']}" if only else about()["title"]


def selection(wanted: Wanted) -> dict[str, Any]:
    """What was asked for, in the words of the command's options; what was not is null."""
    return {
        "site": wanted.site,
        "search": wanted.search,
        "from": wanted.published_from.isoformat() if wanted.published_from else None,
        "to": wanted.published_to.isoformat() if wanted.published_to else None,
        "where": wanted.where,
        "mask-numbers": wanted.mask_numbers,
    }


def constraints(table: Table, column: Column) -> dict[str, Any]:
    """What holds for every value of a column.

    A text is required only where it cannot be empty: in a CSV an empty text and a missing one look the same.
    """
    names = table.name, column.name
    referring = [name for reference in table.references for name in reference.columns]
    is_told = column.kind != "string" or column.name in (*table.key, *referring) or names in _ENUMS
    found: dict[str, Any] = {"required": True} if column.is_required and is_told else {}
    if table.key == (column.name,):
        found["unique"] = True
    if names in _ENUMS:
        found["enum"] = list(_ENUMS[names])
    if names in _PATTERNS:
        found["pattern"] = _PATTERNS[names]
    return found


def _resource(resource: Resource, *, is_tabular: bool) -> dict[str, Any]:
    table = resource.table
    return {
        "name": table.name,
        "path": resource.path,
        "profile": "tabular-data-resource" if is_tabular else "data-resource",
        "title": table.title,
        "description": table.description,
        **(_CSV if is_tabular else _PARQUET),
        "bytes": resource.member.bytes,
        "hash": f"sha256:{resource.member.sha256}",
        "schema": _schema(table, missing=[""] if is_tabular else []),
    }


def _schema(table: Table, *, missing: list[str]) -> dict[str, Any]:
    references = [
        {
            "fields": list(columns),
            "reference": {"resource": "" if other == table.name else other, "fields": list(fields)},
        }
        for columns, other, fields in table.references
    ]
    return {
        "fields": [_field(table, column) for column in table.columns],
        "missingValues": missing,
        **({"primaryKey": list(table.key)} if table.key else {}),
        **({"foreignKeys": references} if references else {}),
    }


def _field(table: Table, column: Column) -> dict[str, Any]:
    held = constraints(table, column)
    return {
        "name": column.name,
        "type": column.kind,
        **_FORMS.get(column.kind, {}),
        "description": column.description,
        **({"constraints": held} if held else {}),
    }


def _named(values: set[str | None]) -> list[str]:
    return sorted(value for value in values if value)
