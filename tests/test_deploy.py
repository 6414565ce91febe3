"""`deploy/`: what is in it is taken by cron, systemd and the program; its cron lines are run as cron would run them."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sysconfig
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from archive.lock import Lock
from crawler.cli import cli
from crawler.demo.portal import LIST
from crawler.demo.server import REXIAN, SampleProvince
from tests.conftest import Press

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
UNITS = sorted(path for path in (DEPLOY / "systemd").iterdir() if path.is_file())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
TIMERS = [unit for unit in UNITS if unit.suffix == ".timer"]
PROGRAM = "/opt/police-press/.venv/bin/police-press"
INSTALLED = Path(sysconfig.get_path("scripts")) / "police-press"
STATE = "/var/lib/police-press"
CRON = (DEPLOY / "crontab").read_text("utf-8")
CRAWL, BACKUP = re.findall(r"(?m)^[\d*][\S]* \S+ \S+ \S+ \S+ (.+)$", CRON)


def settings(unit: Path) -> list[tuple[str, str]]:
    """The lines NAME=value of a unit, in order: a name may stand there twice."""
    found = re.findall(r"(?m)^(\w+)=(.*)$", unit.read_text("utf-8"))
    assert found
    return [(name, value.strip()) for name, value in found]


def arguments(line: str) -> list[str]:
    """What a command line gives to the program, up to the shell's next word."""
    words = list(shlex.shlex(line, posix=True, punctuation_chars=True))
    given = words[words.index(PROGRAM) + 1 :]
    return given[: next((at for at, word in enumerate(given) if word in ("&&", ">")), len(given))]


LINES = [CRAWL, BACKUP, *(value for unit in SERVICES for name, value in settings(unit) if PROGRAM in value)]


def test_the_units_are_those_that_are_wanted() -> None:
    assert [unit.name for unit in UNITS] == [
        "police-press-backup.service",
        "police-press-backup.timer",
        "police-press-crawl.service",
        "police-press-crawl.timer",
        "police-press-serve.service",
    ]
    assert len(LINES) == len(SERVICES) + 2


@pytest.mark.parametrize("line", LINES, ids=lambda line: " ".join(arguments(line)))
def test_a_command_line_is_one_that_the_program_takes(line: str) -> None:
    given = arguments(line)
    at = next(at for at, word in enumerate(given) if word in cli.commands)
    cli.make_context("police-press", given[: at + 1]).close()
    cli.commands[given[at]].make_context(given[at], given[at + 1 :]).close()


def test_what_is_given_in_the_environment_is_known_to_the_readme() -> None:
    given = re.findall(r"(?m)^#?(POLICE_PRESS_\w+)=", CRON + (DEPLOY / "police-press.env").read_text("utf-8"))
    assert {"POLICE_PRESS_CONTACT", "POLICE_PRESS_PING"} <= set(given)
    readme = (ROOT / "README.md").read_text("utf-8")
    assert {name for name in given if name not in readme} == set()


def test_every_path_is_a_conventional_one() -> None:
    for file in (path for path in DEPLOY.rglob("*") if path.is_file()):
        paths = re.findall(r"(?<![\w.}/:])/[a-z][\w./-]*", file.read_text("utf-8"))
        usual = ("/opt/police-press", STATE, "/etc/police-press.env", "/etc/systemd/system", "/bin/", "/dev/null")
        usual += ("/etc/nginx/conf.d/", "/etc/letsencrypt/live/", "/var/cache/nginx")
        named = ("/usr/sbin/nologin", "/start", "/fail", "/robots.txt", "/static")
        elsewhere = [path for path in paths if not path.startswith(usual)]
        assert {path for path in elsewhere if path not in named} == set(), file.name


@pytest.mark.parametrize("timer", TIMERS, ids=lambda timer: timer.stem)
def test_a_timer_has_its_service_and_makes_up_for_what_was_slept_through(timer: Path) -> None:
    assert timer.with_suffix(".service") in SERVICES
    given = dict(settings(timer))
    assert given["Persistent"] == "true"
    assert given["RandomizedDelaySec"]


def test_only_the_served_copy_is_seen_by_the_server_and_nothing_is_written_by_it() -> None:
    served = dict(settings(DEPLOY / "systemd" / "police-press-serve.service"))
    assert {"StateDirectory", "ReadWritePaths", "User"}.isdisjoint(served)
    assert served["InaccessiblePaths"] == f"-{STATE}/data"
    assert f"--archive {STATE}/copy serve" in served["ExecStart"]


@pytest.fixture
def systemd(tmp_path: Path) -> Path:
    """The units in a folder, with a program that is there on every machine in place of ours."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed (on Debian and Ubuntu: apt-get install systemd)")
    folder = tmp_path / "units"
    shutil.copytree(DEPLOY / "systemd", folder)
    for unit in folder.glob("*.service"):
        unit.write_text(unit.read_text("utf-8").replace(PROGRAM, "/bin/true"), "utf-8")
    return folder


def analyzed(*command: str | Path) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze") or "there is no systemd-analyze"
    return subprocess.run([program, *map(str, command)], capture_output=True, text=True, timeout=60)


def test_systemd_takes_the_units_without_a_word(systemd: Path) -> None:
    done = analyzed("verify", "--man=no", *(systemd / unit.name for unit in UNITS))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    crawl = systemd / "police-press-crawl.service"
    crawl.write_text(f"{crawl.read_text('utf-8')}ProtectSytem=strict\n", "utf-8")
    assert "ProtectSytem" in analyzed("verify", "--man=no", crawl).stderr, "systemd finds no mistake"


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.stem)
def test_little_is_left_to_a_unit_that_was_taken_over(systemd: Path, service: Path) -> None:
    """systemd's own measure, from 0 to 10 and given here in tenths; 9.6 is a unit that says nothing."""
    if int(analyzed("--version").stdout.split()[1]) < 250:
        pytest.skip("systemd-analyze security reads files from systemd 250 on")
    command = ("security", "--offline=true", "--no-pager")
    assert analyzed(*command, "--threshold=20", systemd / service.name).returncode == 0
    shutil.rmtree(systemd / "police-press-.service.d")
    assert analyzed(*command, "--threshold=70", systemd / service.name).returncode == 1


def as_cron(line: str, press: Press) -> subprocess.CompletedProcess[str]:
    """Run a line of the crontab: `sh -c` in the home folder, an environment of four names and the crontab's own, no
    terminal, nothing to read. The program is this one, the state folder and the sites are the test's.
    """
    home = press.archive.parent
    environment = {"HOME": str(home), "LOGNAME": "police-press", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}
    environment |= dict(re.findall(r"(?m)^(\w+)=(.*)$", CRON))
    assert environment["POLICE_PRESS_ARCHIVE"] == f"{STATE}/data"
    environment |= {"POLICE_PRESS_ARCHIVE": str(press.archive), "POLICE_PRESS_SITES": str(press.sites)}
    assert "%" not in line, "cron makes it the end of the command"
    line = line.replace(PROGRAM, shlex.quote(str(INSTALLED))).replace(STATE, shlex.quote(str(home)))
    return subprocess.run(
        ["/bin/sh", "-c", line],
        env=environment,
        cwd=home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        timeout=120,
    )


@pytest.fixture
def small(press: Press) -> Press:
    """The smaller of the two sample sites alone, so that a crawl takes a second."""
    (press.sites / "qingling.toml").unlink()
    (press.archive.parent / "copy").mkdir()
    return press


@contextmanager
def served(copy: Path) -> Iterator[str]:
    """The line of the unit that serves, on a free port and a folder that it cannot write, root or not; the address."""
    (line,) = (value for _, value in settings(SERVICES[-1]) if PROGRAM in value)
    given = [*arguments(line)[:-1], "0"]
    given[given.index(f"{STATE}/copy")] = str(copy)
    may_not = ["setpriv", "--bounding-set=-all"] if os.geteuid() == 0 else []
    copy.chmod(0o555)
    command = [*may_not, str(INSTALLED), *given]
    with subprocess.Popen(command, cwd="/", stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr
            said = (re.search(r"running on (http://\S+)", line) for line in process.stderr)
            address = next((found[1] for found in said if found), None)
            assert address, "no server came up"
            yield address
        finally:
            process.terminate()
            copy.chmod(0o755)


def read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310 - our own server on loopback
        return answer.read().decode("utf-8")


def test_cron_has_nothing_to_mail_on_a_good_day_and_the_finding_on_a_bad_one(
    small: Press, province: SampleProvince
) -> None:
    well = as_cron(CRAWL, small)
    assert (well.returncode, well.stdout, well.stderr) == (0, "", "")
    with Lock(small.archive):
        held = as_cron(CRAWL, small)
    assert (held.returncode, held.stdout, held.stderr) == (3, "", "")
    province.remove(LIST, site=REXIAN)
    failed = as_cron(CRAWL, small)
    assert (failed.returncode, failed.stderr) == (1, "")
    address = province.url(LIST, site=REXIAN)
    assert f"first list page: wanted a list of entries, saw gone: HTTP status 404 at {address}\n" in failed.stdout
    (small.archive / "press.db").write_bytes(b"no database")
    assert as_cron(CRAWL, small).returncode == 4
    broken = as_cron(BACKUP, small)
    assert (broken.returncode, broken.stdout) == (4, "")
    assert "press.db: cannot be opened as an archive" in broken.stderr


def test_the_nightly_copy_takes_the_place_of_the_last_one_and_is_served(small: Press) -> None:
    copy = small.archive.parent / "copy"
    assert small("crawl").returncode == 0
    for _ in range(2):
        done = as_cron(BACKUP, small)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert [path.name for path in sorted(copy.rglob("*"))] == ["next", "press.db"]
    (copy / "next").rmdir()
    (title,) = small.rows("SELECT title FROM press_releases ORDER BY id LIMIT 1")[0]
    with served(copy) as address:
        assert str(title) in read(f"{address}/press/press_releases")
        assert [path.name for path in copy.iterdir()] == ["press.db"], "the server wrote beside the copy"
    with closing(sqlite3.connect(copy / "press.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
