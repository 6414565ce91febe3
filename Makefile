# Each target does all the set-up it needs, on a machine that has only Python 3.11 or newer and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
READERS := .venv-readers
READERS_ASKED := tests/archive/exports/readers.txt
READERS_LOCK := tests/archive/exports/readers.lock
DEMO_ARGS ?=
CRAWL_ARGS ?=
PAGES ?= ../shared/pages

.PHONY: setup demo crawl test readers lint bench bench-peers pictures lock clean

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

# PAGES is a folder of saved pages with gold values; they are other people's works, and not part of the project.
bench: setup
	$(BIN)/python benchmarks/real_pages.py $(PAGES)
	$(BIN)/python benchmarks/listings.py $(PAGES)
	$(BIN)/python benchmarks/extraction.py $(PAGES)
	$(BIN)/python benchmarks/search.py
	$(BIN)/python benchmarks/exports.py

# Needs Chromium and a CJK font.
pictures: setup
	$(BIN)/python -m tests.browser.pictures

# The peers' own requirements contradict the project's, so they live beside it.
bench-peers:
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --require-hashes --no-deps -r requirements.lock
	.venv-peers/bin/python -m pip install --quiet -r benchmarks/peers.txt
	PYTHONPATH=. .venv-peers/bin/python benchmarks/extraction.py $(PAGES)

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
	rm -rf $(VENV) $(READERS) .venv-lock .venv-peers build dist
