"""`python -m archive`: the verbs that need no crawler, on a machine that has none."""

from archive.cli import cli

cli(prog_name="python -m archive")
