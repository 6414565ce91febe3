# Each target does all the set-up it needs, on a machine that has only Python 3.11 or newer and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PEERS := .venv-peers
READERS := .venv-readers
READERS_ASKED := tests/archive/exports/readers.txt
READERS_LOCK := tests/archive/exports/readers.lock
DEMO_ARGS ?=
CRAWL_ARGS ?=
BENCH_ARGS ?=
PAGES ?= ../shared/pages

.PHONY: setup demo crawl test readers lint bench profile pictures lock clean

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12")'
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "This Python has no venv module. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	$(BIN)/python -m pip check
	@touch $@

demo: setup
	$(BIN)/police-press demo $(DEMO_ARGS)

crawl: setup
	$(BIN)/police-press crawl $(CRAWL_ARGS)

test: lint
	$(BIN)/python -m pytest

# The programs that people read exports with, beside the project: with them `make test` reads its exports back.
readers: $(READERS)/.installed

$(READERS)/.installed: $(READERS_LOCK)
	$(PYTHON) -m venv --clear $(READERS)
	$(READERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(READERS_LOCK)
	$(READERS)/bin/python -m pip check
	@touch $@

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# All rows beside the peers in one run: a table, and benchmarks/results/DATE.json and .svg. Takes a while, on a quiet machine.
# PAGES is a folder of saved pages with gold values; they are other people's works, and not part of the project.
bench: setup $(PEERS)/.installed
	$(BIN)/python benchmarks --pages $(PAGES) $(BENCH_ARGS)

# The peers' own requirements contradict the project's, so they live beside it.
$(PEERS)/.installed: requirements.lock benchmarks/requirements.txt
	$(PYTHON) -m venv --clear $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	$(PEERS)/bin/python -m pip check
	@touch $@

# Where the time goes: of a crawl (both processes), of a reparse, of a search, as text in benchmarks/results/.
profile: setup
	$(BIN)/python benchmarks/profiles.py

# Needs Chromium and a CJK font.
pictures: setup
	$(BIN)/python -m tests.browser.pictures

# Exact versions with hashes for every supported Python, and no address of any index.
lock:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet uv
	.venv-lock/bin/uv pip compile --quiet --python-version 3.11 --universal --upgrade --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --extra dev pyproject.toml -o requirements.lock
	.venv-lock/bin/uv pip compile --quiet --python-version 3.11 --universal --upgrade --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header $(READERS_ASKED) -o $(READERS_LOCK)
	rm -rf .venv-lock

clean:
	rm -rf $(VENV) $(READERS) $(PEERS) .venv-lock build dist
