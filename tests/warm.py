"""Commands, ours, Scrapy's and Datasette's, in processes forked from one that has loaded them: real, a second sooner.

A suite that runs the command some three hundred times would else spend most of its time on imports.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from subprocess import CompletedProcess

from crawler import worker
from tests.forked_workers import forking

# What a crawl loads, and nothing that makes a thread or a reactor by being imported.
_OURS = "cli cms crawl conditional extensions extract.article guard heads middlewares pipelines scheduler spiderloader"
_SCRAPYS = """
cmdline crawler robotstxt statscollectors core.downloader.handlers.http11 utils.engine http.cookies
downloadermiddlewares.redirect
downloadermiddlewares.cookies downloadermiddlewares.defaultheaders downloadermiddlewares.downloadtimeout
downloadermiddlewares.httpauth downloadermiddlewares.httpcache downloadermiddlewares.httpcompression
downloadermiddlewares.httpproxy downloadermiddlewares.offsite downloadermiddlewares.retry
downloadermiddlewares.robotstxt downloadermiddlewares.stats downloadermiddlewares.useragent extensions.closespider
extensions.corestats extensions.feedexport extensions.logcount extensions.logstats extensions.memdebug
extensions.memusage extensions.remote_control extensions.spiderstate extensions.telnet extensions.throttle
spidermiddlewares.depth spidermiddlewares.httperror spidermiddlewares.metacopy spidermiddlewares.start
spidermiddlewares.urllength
"""
_LOADED = [f"crawler.{name}" for name in _OURS.split()] + [f"scrapy.{name}" for name in _SCRAPYS.split()]
_LOADED += ["archive.web", "datasette.cli", "tests.forked_workers"]
Command = Callable[[list[str]], None]
ROOT = Path(__file__).parents[1]
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(_LOADED)


def run(arguments: Sequence[str], environment: Mapping[str, str], *, seconds: float) -> CompletedProcess[str]:
    """`python -m crawler ARGUMENTS` to its end; raises TimeoutError where that takes too long."""
    return _ended(_police_press, arguments, environment, seconds)


def scrapy(arguments: Sequence[str], environment: Mapping[str, str], *, seconds: float) -> CompletedProcess[str]:
    """`python -m scrapy ARGUMENTS` in the project's folder, likewise."""
    return _ended(_scrapy, arguments, environment, seconds, ROOT)


def start(arguments: Sequence[str], environment: Mapping[str, str], said: Path) -> BaseProcess:
    """The command, running, in a session of its own with all the processes it has; what it says goes into a file."""
    return _started(_police_press_apart, arguments, environment, said, said)


def datasette(arguments: Sequence[str], log: Path, folder: Path) -> BaseProcess:
    """`datasette ARGUMENTS` in this folder, running; all that it says goes into the log."""
    return _started(_datasette, arguments, os.environ, log, log, folder)


def _ended(
    command: Command,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    seconds: float,
    folder: Path | None = None,
) -> CompletedProcess[str]:
    with tempfile.TemporaryDirectory() as kept:
        out, err = Path(kept) / "out", Path(kept) / "err"
        process = _started(command, arguments, environment, out, err, folder)
        process.join(seconds)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutError(f"{arguments} took longer than {seconds} s: {err.read_text('utf-8')}")
        return CompletedProcess(arguments, process.exitcode, out.read_text("utf-8"), err.read_text("utf-8"))


def _started(
    command: Command,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    out: Path,
    err: Path,
    folder: Path | None = None,
) -> BaseProcess:
    given = (command, list(arguments), dict(environment), out, err, folder or Path.cwd())
    process = _forks.Process(target=_be, args=given)
    process.start()
    return process


def _be(
    command: Command,
    arguments: list[str],
    environment: dict[str, str],
    out: Path,
    err: Path,
    folder: Path,
) -> None:
    """Be the command: its arguments, environment, folder, streams, exit code."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.modules.pop("crawler.settings", None)  # it looks at the environment
    for path, stream in ((out, 1), (err, 2)):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(descriptor, stream)
        os.close(descriptor)
    try:
        command(arguments)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as a Python that is to end does
        traceback.print_exc()
        code = 1
    else:
        code = 0
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(code)


def _police_press(arguments: list[str]) -> None:
    from crawler.cli import main

    warnings.simplefilter("error", ResourceWarning)
    worker.started = forking()
    sys.argv = ["police-press", *arguments]
    main(arguments, prog_name="police-press")


def _police_press_apart(arguments: list[str]) -> None:
    os.setsid()
    try:
        _police_press(arguments)
    finally:
        time.sleep(0.5)  # a Python that was started takes a while to end, and may be killed while it does


def _scrapy(arguments: list[str]) -> None:
    from scrapy.cmdline import execute

    warnings.simplefilter("error", ResourceWarning)
    worker.started = forking()
    execute(["scrapy", *arguments])


def _datasette(arguments: list[str]) -> None:
    from datasette.cli import cli

    sys.argv = ["datasette", *arguments]
    cli(arguments, prog_name="datasette")
