"""Replay moments of an export with pywb, in the Python that has it: FOLDER EXPORT [TIMESTAMP URL]…

Prints a JSON list of what a browser would get for each: status, Memento-Datetime, Location, and the body as Latin-1.
"""

from __future__ import annotations

import json
import os
import sys

from gevent.monkey import patch_all

patch_all()

from pywb.apps.frontendapp import FrontEndApp  # noqa: E402 - gevent comes first
from pywb.manager.manager import main as manage  # noqa: E402 - as above
from werkzeug.test import Client  # noqa: E402 - as above

folder, export, *asked = sys.argv[1:]
os.chdir(folder)
manage(["init", "press"])
manage(["add", "--unpack-wacz", "press", export])
browser = Client(FrontEndApp())
answers = []
for timestamp, url in zip(asked[::2], asked[1::2], strict=True):
    answer = browser.get(f"/press/{timestamp}mp_/{url}")
    headers = [answer.headers.get(name) for name in ("Memento-Datetime", "Location")]
    answers.append([answer.status_code, *headers, answer.data.decode("latin-1")])
print(json.dumps(answers), flush=True)
os._exit(0)  # its own server on loopback would wait for more
