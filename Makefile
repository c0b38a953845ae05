PYTHON ?= $(shell command -v python3.11 || command -v python3)
UV ?= uv
WORKERS ?= 2
MONTH ?= january-2027
SUITE ?= default
SINCE ?= HEAD

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check

# Each stamp marks an installed lock file: what running needs, and on top of it what developing needs.
RUN := $(VENV)/.stamp-run
DEV := $(VENV)/.stamp-dev

# Every process that a test starts would compile the code again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help venv run quick test test-all lint bench timefold fixtures vendor pictures lock clean

help:
	@echo "make run       plan the fixture month, show the summary and where the workbook is, and run the service until Ctrl-C"
	@echo "make quick     lint, types, and the tests of the modules changed since the last commit, within a minute (SINCE=main: since main)"
	@echo "make test      everything that a change must pass (some minutes on two cores)"
	@echo "make test-all  the same with the slow tests"
	@echo "make lint      style, types and imports only"
	@echo "make bench     how fast weeks, months and a quarter are proven, beside other solvers (SUITE=evening: all, in an hour and a half; full: in hours)"
	@echo "               SUITE=guard: whether months that are easy to prove still are, in a minute"
	@echo "               SUITE=serving, SUITE=whatif: the service beside a bare server, and sweeps beside single solves"
	@echo "               SUITE=pages: the pages of a week and of a month beside a constant answer, and beside ten years of data"
	@echo "               SUITE=decide: offers beside plans, and beside a clerk's first free slot; repairs beside plans"
	@echo "make timefold  build the environment of the one peer that needs Java; make bench does it too"
	@echo "make fixtures  write the fixture months again"
	@echo "make vendor    fetch the pages' stylesheet and script again, as pinned in vendoring/ (needs npm)"
	@echo "make pictures  take the screenshots of the pages in docs/pictures again (needs chromium)"
	@echo "make lock      pin the dependencies again (needs uv)"
	@echo "make clean     remove the environment and the files that runs have left"

venv: $(DEV)

# A change to the pinned or declared dependencies rebuilds the environment, so that no stale package stays in it.
$(RUN): requirements.lock pyproject.toml
	$(PYTHON) -m venv --clear $(VENV)
	$(PIP) install --require-hashes --requirement requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): $(RUN) requirements-dev.lock
	$(PIP) install --require-hashes --requirement requirements-dev.lock
	@touch $@

run: $(RUN)
	@mkdir -p out
	$(BIN)/scheduler plan fixtures/$(MONTH).xlsx --out out/$(MONTH).schedule.json --xlsx out/$(MONTH).schedule.xlsx
	@echo
	@echo "The schedule as a workbook: out/$(MONTH).schedule.xlsx"
	@echo
	CONFERENCES_DEMO=true $(BIN)/scheduler serve

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --config pyproject.toml

quick: $(DEV)
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/python -m tests.quick --since $(SINCE) --workers $(WORKERS)

test: lint
	$(BIN)/python -m pytest --numprocesses $(WORKERS) -m "not slow"

test-all: lint
	$(BIN)/python -m pytest --numprocesses $(WORKERS)

bench: $(DEV)
	$(BIN)/python -m benchmarks --suite $(SUITE)

timefold: $(DEV)
	$(BIN)/python -m benchmarks.timefold.environment

fixtures: $(DEV)
	$(BIN)/python -m fixtures.generate

vendor: $(DEV)
	$(BIN)/python -m vendoring.fetch

pictures: $(DEV)
	$(BIN)/python -m tests.api.pages.pictures
	$(BIN)/python -m tests.api.pages.plan_pictures

COMPILE := $(UV) pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --quiet --python-version 3.11 \
	--custom-compile-command "make lock"

lock:
	$(COMPILE) --extra build --output-file requirements.lock
	$(COMPILE) --extra build --extra dask --extra test --constraint requirements.lock --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) .venv-timefold out *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
