"""`python -m crawler` is `police-press`."""

from crawler.cli import main

main(prog_name="police-press")
