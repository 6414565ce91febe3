"""What can be wrong with an archive, as a person can act on it."""

from __future__ import annotations

import errno
import sqlite3

_FULL_DISC = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
# By SQLite's result codes, extended ones first (https://www.sqlite.org/rescode.html). An error in writing is that of a
# file size limit, measured: SQLite tells a full disc by SQLITE_FULL.
_FULL = "Make room on the disc, or raise the limit on the size of a file."
RIGHTS = "Give this user the right to write there."
DAMAGED = "Put press.db back from a backup, or rebuild it from the WARC files: police-press reparse --from-captures."
_REMEDIES = {
    sqlite3.SQLITE_IOERR_WRITE: _FULL,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: RIGHTS,
    sqlite3.SQLITE_CANTOPEN: RIGHTS,
    sqlite3.SQLITE_BUSY: "Another program writes into press.db; let it end, or close it.",
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
}


class ArchiveError(Exception):
    """The archive cannot be read or written, or is damaged; the message says what, where, and what to do."""


class ArchiveInUseError(Exception):
    """Another run holds the archive; the message says who and since when."""


class DamagedWarcError(ArchiveError):
    """A WARC file is damaged where no interrupted run can have damaged it; nothing was changed."""


class NewerArchiveError(ArchiveError):
    """A newer version of this program has worked on the archive; nothing was changed."""


def is_damage(problem: OSError | sqlite3.Error) -> bool:
    """Whether it is the content of the database that is wrong, and not its surroundings."""
    return _remedy_of_sqlite(problem) == DAMAGED


def remedy(problem: OSError | sqlite3.Error) -> str:
    """What a person can do about it, as a sentence after one that says what is wrong; empty where nobody can say."""
    if isinstance(problem, OSError):
        if problem.errno in _FULL_DISC:
            return _FULL
        return RIGHTS if problem.errno in _FORBIDDEN else ""
    return _remedy_of_sqlite(problem)


def _remedy_of_sqlite(problem: Exception) -> str:
    code = getattr(problem, "sqlite_errorcode", None)  # not set by errors of the Python module itself
    if code is None:
        return ""
    return _REMEDIES.get(code) or _REMEDIES.get(code & 0xFF, "")
