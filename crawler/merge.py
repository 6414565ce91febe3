"""Archives made one: of each group of sites the rows of whoever has more, or told anew from the captures of both."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive import comparing, merging
from archive.errors import ArchiveError, ArchiveInUseError
from archive.folder import Archive
from archive.lock import Lock
from archive.other import OtherArchive
from archive.removals_added import add as add_removals
from archive.removals_file import RemovalsError
from archive.removals_file import read as removals_wanted
from archive.uniting import Uniting
from crawler.rebuild import Rebuild
from crawler.site import Site
from crawler.worker import Worker

STAGE = "merging"
TOLD = "told.db"


@dataclass(slots=True)
class Merged:
    """How many groups of sites came over as they were, and how many were told anew; keys of removals taken over."""

    taken: int = 0
    told_anew: int = 0
    removals: int = 0

    @property
    def is_nothing(self) -> bool:
        """Whether all that the others have was here before."""
        return not (self.taken or self.told_anew or self.removals)


class Merge:
    """Takes what other archives have into one that is open to write. `sites` are needed where both crawled one.

    What is on its way stands in the folder `merging`. A group is there whole, WARC files before rows, or not at all;
    after a kill the next merge goes on.
    """

    def __init__(self, archive: Archive, sites: Mapping[str, Site], worker: Worker, say: Callable[[str], None]) -> None:
        self._archive, self._sites, self._worker, self._say = archive, sites, worker, say
        self._stage = archive.folder / STAGE
        self.merged = Merged()

    def take(self, other: OtherArchive) -> None:
        """Take in another archive.

        Raises MergeError where one slug means two sites, ArchiveError for what is damaged or cannot be written,
        RemovalsError where its removals cannot follow ours. Groups that came over before the error stay.
        """
        self._clear()
        with merging.attached(self._archive, "theirs", other.database):
            comparing.check_sites(self._archive, other.folder)
        self._take_removals(other)
        with merging.attached(self._archive, "theirs", other.database):
            for group in comparing.groups(self._archive):
                if comparing.has_more(self._archive, "theirs", "main", group):
                    self._take_group(other, group)

    def _take_removals(self, other: OtherArchive) -> None:
        """Before any of their rows: nobody is to read what is named in either file."""
        if keys := add_removals(self._archive.folder, other.removals, other.folder):
            self._archive.remove(removals_wanted(self._archive.folder))
            self._say(f"{other.folder}: {len(keys)} removals taken over into removals.toml: {', '.join(keys)}")
            self.merged.removals += len(keys)

    def _take_group(self, other: OtherArchive, group: Sequence[str]) -> None:
        ours_has_more = comparing.has_more(self._archive, "main", "theirs", group)
        self._clear()
        try:
            sites = [Uniting(self._archive.folder / "warc", other.warc, self._stage / "warc", slug) for slug in group]
            if ours_has_more or any(site.united.parted for site in sites):
                self._tell_anew(other, group, sites)
            else:
                self._move_in(sites)
                names = {theirs: ours for site in sites for theirs, ours in site.united.names.items()}
                merging.take(self._archive, "theirs", group, names)
                self._say(f"{other.folder}: {', '.join(group)}: taken over")
                self.merged.taken += 1
        except OSError as problem:
            raise ArchiveError(f"{self._archive.folder}: cannot take in {other.folder}: {problem}") from problem
        finally:
            self._clear()

    def _tell_anew(self, other: OtherArchive, group: Sequence[str], sites: Sequence[Uniting]) -> None:
        """Both have what the other lacks: an archive of this group alone is told all of it, and gives its rows."""
        if missing := [slug for slug in group if slug not in self._sites]:
            raise comparing.MergeError(
                f"{', '.join(missing)}: {self._archive.folder} and {other.folder} both have captures of it, or of a"
                " site that shares pages with it, so it is to be read anew, and there is no site file for it. Put the"
                " file back, or name the folder that has it with --sites."
            )
        self._say(f"{other.folder}: {', '.join(group)}: told anew from the captures of both, which takes a while")
        with Archive.open_anew(self._stage, TOLD, Lock(self._stage)) as told:
            rebuild = Rebuild(told, self._sites, self._worker, self._say)
            rebuild.all()
        if rebuild.faults:
            raise ArchiveError("\n".join([*rebuild.faults, f"{self._archive.folder}: {', '.join(group)} not merged"]))
        self._move_in(sites)
        with merging.attached(self._archive, "told", self._stage / TOLD):
            merging.take(self._archive, "told", group, {})
        self.merged.told_anew += 1

    def _move_in(self, sites: Sequence[Uniting]) -> None:
        for site in sites:
            site.move_in()

    def _clear(self) -> None:
        if self._stage.exists():
            shutil.rmtree(self._stage)


def merge(
    folder: Path, others: Sequence[Path], sites: Mapping[str, Site], worker: Worker, say: Callable[[str], None]
) -> Merged:
    """Merge other archives into the one in a folder, which is made where there is none.

    All of them are held and looked over before anything is changed. Raises what `Merge.take` does, and
    ArchiveInUseError.
    """
    with ExitStack() as held:
        opened = [held.enter_context(_held(other, folder)) for other in others]
        archive = held.enter_context(Archive.open(folder, write=True))
        for line in archive.repaired:
            say(f"repaired after a run that was cut off: {line}")
        work = Merge(archive, sites, worker, say)
        for other in opened:
            with _both_named(other.folder, folder):
                work.take(other)
    return work.merged


def _held(other: Path, folder: Path) -> OtherArchive:
    if other.resolve() == folder.resolve():
        raise comparing.MergeError(f"{other}: is the archive that the others are to be merged into")
    with _both_named(other, folder):
        return OtherArchive(other)


@contextmanager
def _both_named(other: Path, folder: Path) -> Iterator[None]:
    """Have what goes wrong say which archive was to go where."""
    try:
        yield
    except (ArchiveError, ArchiveInUseError, RemovalsError) as problem:
        raise type(problem)(f"{other} cannot be merged into {folder}: {problem}") from problem
