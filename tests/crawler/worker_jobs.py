"""Jobs for the tests of the worker; a light module, because each process that does one has to import it."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path


class WantsTwoError(Exception):
    """Pickles, but cannot be made again from its one argument."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first + second)


def echo(value: object) -> object:
    return value


def raise_value_error() -> None:
    raise ValueError("no such page")


def raise_what_does_not_unpickle() -> None:
    raise WantsTwoError("two", " words")


def hold_a_lock() -> object:
    return threading.Lock()


def return_what_does_not_unpickle() -> object:
    return WantsTwoError("two", " words")


def kill_itself(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)
    time.sleep(600)


def die_after_answering() -> str:
    threading.Timer(0.001, os.kill, (os.getpid(), signal.SIGSEGV)).start()
    return "answered"


def announce_and_wait(begun: str, go_on: str) -> int:
    Path(begun).touch()
    while not Path(go_on).exists():  # the time limit of a job ends it
        time.sleep(0.01)
    return os.getpid()
