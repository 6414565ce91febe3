"""`export corpus`: a text file a release, and a table of what is known of each, for programs that count words."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from string import Template
from typing import Any

from archive.exports.contents import counted, newest_moment
from archive.exports.csv import write_csv
from archive.exports.descriptor import selection
from archive.exports.package import Package, whole_package
from archive.exports.rows import Rows, Wanted, Written, named_table, reading
from archive.exports.tables import RELEASES, Column, Table
from archive.folder import Archive
from archive.metadata import about
from archive.records import SOFTWARE

METADATA = "metadata.csv"
# All in one folder: AntConc opens a folder and not those within, and quanteda's readtext calls a text by the name of
# its file only where all are in one. By date, so that Voyant shows them in the order in which they were published.
_TEXTS = "texts"
_DOC_ID = Column(
    "doc_id", "string", "The release's file in the folder texts; empty where it has no text.", False, False
)

_README = Template("""\
$title: a corpus

$releases, $texts, written by $software
from an archive whose newest moment is $newest. Selected: $selection.

texts/           One file a release that has a text: UTF-8 without a byte order mark, lines end in LF. What stands
                 before the first empty line is the title, and in a second line the subtitle; where a page has none,
                 the file begins with the empty line. The body follows, one paragraph a line.
                 A name is DATE_SITE_KEY.txt. The date is as long as it is precise (2026-03-01, 2026-03, 2026), or
                 "undated": names sort by date.
metadata.csv     One row a release, oldest first. doc_id is the name of its file; it is empty where there is none: the
                 page holds a picture, a video or an attachment and no text, or the text was removed. UTF-8 without a
                 byte order mark, RFC 4180.
SHA256SUMS       sha256sum --check SHA256SUMS says whether a file was changed since.

Columns are those of the releases but the body; "chars" is the length of the body alone. Leave out rows with a "same_as"
before you count: their text is on the same site twice.

$formulas
$masked

R, quanteda:     texts <- readtext::readtext("texts/*.txt", encoding = "UTF-8")
                 known <- read.csv("metadata.csv", fileEncoding = "UTF-8", na.strings = "")
                 corpus <- quanteda::corpus(merge(texts, known, by = "doc_id"))
AntConc:         in the corpus manager, raw files, add the directory "texts".
Voyant:          upload a zip of the folder "texts" alone; a table among texts would be read as one.

Chinese has no blanks between words. See that your program parts them (tokens() of quanteda does), or have a segmenter
rewrite the files first.
""")


def export_corpus(archive: Archive, out: Path, wanted: Wanted, *, raw_cells: bool = False) -> Written:
    """Write a corpus of the releases wanted to `out`, a zip where it is named so, else a new folder.

    An apostrophe goes before a cell of metadata.csv that a spreadsheet could run as a formula, unless `raw_cells`.
    Raises OSError where `out` cannot be written, ArchiveError where the archive cannot be read, WrongWhereError.
    """
    rows = Rows(archive, named_table(archive, RELEASES), wanted)
    beside = out.resolve().parent
    with whole_package(out) as package, tempfile.TemporaryFile("w+", dir=beside, encoding="utf-8", newline="") as known:
        corpus = _Corpus(package, rows)
        releases, guarded = write_csv(known, corpus.table, corpus.described(), raw_cells=raw_cells)
        known.seek(0)
        with package.member(METADATA) as file:
            for line in known:
                file.write(line.encode())
        with reading(archive):
            newest = newest_moment(archive.db.conn)
        written = Written(out, releases, "", guarded, rows.masked, unit="release", texts=corpus.texts)
        package.add("README.txt", _readme(written, wanted, newest, raw_cells=raw_cells))
        package.sums()
    return replace(written, sha256=package.sha256)


class _Corpus:
    """Texts being written one by one while what is known of their releases is read; `texts` counts them."""

    def __init__(self, package: Package, rows: Rows) -> None:
        self._package, self._rows = package, rows
        self._names = [column.name for column in rows.exported.columns]
        self._body = self._names.index("body")
        columns = [column for column in rows.exported.columns if column.name != "body"]
        self.table: Table = replace(rows.exported, columns=(_DOC_ID, *columns))
        self.texts = 0

    def described(self) -> Iterator[tuple[Any, ...]]:
        """A row of metadata.csv for each release, whose text is written by then."""
        for row in self._rows:
            yield (self._write(row), *row[: self._body], *row[self._body + 1 :])

    def _write(self, row: tuple[Any, ...]) -> str | None:
        release = dict(zip(self._names, row, strict=True))
        if not release["body"].strip():
            return None
        name = doc_id(release)
        self._package.add(f"{_TEXTS}/{name}", as_document(release))
        self.texts += 1
        return name


def doc_id(release: dict[str, Any]) -> str:
    """The name of a release's file, the same in every archive, and a name on every system."""
    named = "_".join(((release["published"] or "undated")[:10], release["site"], release["key"]))
    return f"{re.sub('[^0-9A-Za-z_-]', '-', named)}.txt"


def as_document(release: dict[str, Any]) -> str:
    """Title, subtitle, an empty line, the body; lines end in LF, the last one too."""
    heading = [line for line in (release["title"], release.get("subtitle")) if line]
    text = "\n".join([*heading, "", release["body"].strip("\r\n"), ""])
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _readme(written: Written, wanted: Wanted, newest: str | None, *, raw_cells: bool) -> str:
    asked = [
        f"--{name}" if value is True else f"--{name} {value}" for name, value in selection(wanted).items() if value
    ]
    guarded = (
        f"An apostrophe was put before {counted(written.guarded, 'cell')} that a spreadsheet might run as a formula."
    )
    masked = (
        f"{counted(written.masked, 'number')} masked with asterisks, in texts and table; lengths are what they were."
    )
    return _README.substitute(
        title=about()["title"],
        releases=counted(written.rows, "release"),
        texts=counted(written.texts or 0, "text"),
        software=SOFTWARE,
        newest=newest or "not known, since nothing has happened in it",
        selection=", ".join(asked) or "everything",
        formulas="Cells are as they are, though a spreadsheet may run some as formulas." if raw_cells else guarded,
        masked=masked if wanted.mask_numbers else "Numbers of people are as the pages have them.",
    )
