"""`CITATION.cff` of a data package, by the Citation File Format 1.2.0."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any

from archive.exports.contents import Contents, counted
from archive.exports.descriptor import title
from archive.exports.tables import RELEASES
from archive.metadata import about

_MESSAGE = (
    "If you use this dataset, please cite it as below, and each release by its permanent key. The archive does not know"
    " its keeper's name: whoever publishes this puts it in the place of the author, with the date of publication."
)
_COUNTED = (("versions", "version"), ("events", "event"), ("captures", "capture"))


def citation(contents: Contents, sha256: str) -> str:
    """The whole file; `sha256`, in hex, is that of `datapackage.json`, which has the digests of all tables.

    It names no licence and no day of release: neither is known to the archive.
    """
    return "".join(_lines(_fields(contents, sha256)))


def _fields(contents: Contents, sha256: str) -> dict[str, Any]:
    ours = [{"name": "The police press archive contributors"}]
    return {
        "cff-version": "1.2.0",
        "message": _MESSAGE,
        "title": title(contents),
        "abstract": _abstract(contents),
        "type": "dataset",
        **({"version": contents.version} if contents.version else {}),
        "authors": [{"name": "The keeper of this archive, who is not named in it"}],
        "keywords": ["press releases", "police", "China", "web archive"],
        "identifiers": [
            {"type": "other", "value": f"sha256:{sha256}", "description": "SHA-256 of datapackage.json in this package"}
        ],
        "references": [
            {
                "type": "software",
                "title": about()["title"],
                "version": version("police-press-archive"),
                "authors": ours,
            }
        ],
    }


def _abstract(contents: Contents) -> str:
    rows = contents.rows
    asked = contents.wanted
    of_what = (
        ", ".join(site["name"] for site in contents.sites if asked.site == site["slug"]) or "all sites known to it"
    )
    narrowed = asked.search or asked.where or asked.published_from or asked.published_to
    stood = f", as the archive stood at {contents.newest}" if contents.newest else ""
    kinds = [(rows[name], what) for name, what in _COUNTED]
    return (
        f"{counted(rows[RELEASES], 'press release')} of police departments in China, of {of_what}{stood}, with"
        f" {', '.join(counted(number, what) for number, what in kinds)}."
        f"{' It is a selection: the codebook says which.' if narrowed else ''}"
    )


def _lines(fields: dict[str, Any]) -> list[str]:
    """YAML of texts, lists of texts and lists of flat objects; a text is quoted as in JSON, which YAML reads."""
    lines: list[str] = []
    for name, value in fields.items():
        if isinstance(value, str):
            lines.append(f"{name}: {json.dumps(value, ensure_ascii=False)}\n")
            continue
        lines.append(f"{name}:\n")
        lines += [f"  - {json.dumps(one, ensure_ascii=False)}\n" for one in value]
    return lines
