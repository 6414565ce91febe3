"""The command in a process forked from one that has Scrapy loaded: the real thing, half a second sooner.

A suite that runs the command some three hundred times would else spend most of its time on imports.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import traceback
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from subprocess import CompletedProcess

# What a crawl loads, and nothing that makes a thread or a reactor by being imported.
_OURS = "cli crawl conditional extensions guard heads middlewares pipelines scheduler spiderloader"
_SCRAPYS = """
crawler robotstxt statscollectors core.downloader.handlers.http11 utils.engine http.cookies
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
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(_LOADED)


def run(arguments: Sequence[str], environment: Mapping[str, str], *, seconds: float) -> CompletedProcess[str]:
    """`python -m crawler ARGUMENTS` to its end; raises TimeoutError where that takes too long."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        process = _forks.Process(target=_command, args=(list(arguments), dict(environment), out, err))
        process.start()
        process.join(seconds)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutError(f"{arguments} took longer than {seconds} s: {err.read_text('utf-8')}")
        return CompletedProcess(arguments, process.exitcode, out.read_text("utf-8"), err.read_text("utf-8"))


def _command(arguments: list[str], environment: dict[str, str], out: Path, err: Path) -> None:
    """Be the command: its arguments, environment, streams, exit code."""
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["police-press", *arguments]
    sys.modules.pop("crawler.settings", None)  # it looks at the environment
    warnings.simplefilter("error", ResourceWarning)
    for path, stream in ((out, 1), (err, 2)):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(descriptor, stream)
        os.close(descriptor)
    from crawler.cli import main

    try:
        main(arguments, prog_name="police-press")
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
