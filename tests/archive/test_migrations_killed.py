"""A migration that is killed while it makes its copy: what stands under the copy's name is whole, or not there."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from archive import Archive, migrations, search

# SQLite calls back every ten steps; at the first of these that sees a file of the copy, the copy has just begun.
KILLED = """
import os, signal, sys
from pathlib import Path
from archive.connection import connect
from archive.migrations import upgrade

def kill():
    if any("press.db.before-" in name for name in os.listdir(database.parent)):
        os.kill(os.getpid(), signal.SIGKILL)

database = Path(sys.argv[1])
with connect(database, write=True) as db:
    db.conn.set_progress_handler(kill, 10)
    upgrade(db, database)
"""


def test_a_copy_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    database = tmp_path / "press.db"
    (tmp_path / "warc").mkdir()
    with closing(sqlite3.connect(database)) as older:
        search.register(older)
        steps = Migrations("police-press-archive")
        for step in (migrations.first_schema, migrations.visits):
            steps()(step)
        steps.apply(Database(older, execute_plugins=False))
        older.commit()
    killed = subprocess.run([sys.executable, "-c", KILLED, str(database)], capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert [path.name for path in tmp_path.glob("*before-*")] == [".press.db.before-visits-1.part"]
    Archive.open(tmp_path, write=True).close()
    (copy,) = tmp_path.glob("*before-*")
    assert copy.name == "press.db.before-visits-1"
    with closing(sqlite3.connect(copy)) as whole:
        assert whole.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert whole.execute("SELECT count(*) FROM divisions").fetchone() == (34,)
