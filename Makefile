PYTHON ?= $(shell command -v python3.11 || command -v python3)
UV ?= uv
WORKERS ?= 2
MONTH ?= january-2027
SUITE ?= default

VENV := .venv
BIN := $(VENV)/bin

.PHONY: help venv run test test-all lint bench timefold fixtures lock clean

help:
	@echo "make run       plan the fixture month, show the summary and where the workbook is, and run the service until Ctrl-C"
	@echo "make test      everything that a change must pass (a few minutes)"
	@echo "make test-all  the same with the slow tests"
	@echo "make lint      style, types and imports only"
	@echo "make bench     how fast weeks, months and a quarter are proven, beside other solvers (SUITE=evening: all, in an hour and a half; full: in hours)"
	@echo "               SUITE=guard: whether months that are easy to prove still are, in a minute"
	@echo "               SUITE=serving, SUITE=whatif: the service beside a bare server, and sweeps beside single solves"
	@echo "make timefold  build the environment of the one peer that needs Java; make bench does it too"
	@echo "make fixtures  write the fixture months again"
	@echo "make lock      pin the dependencies again (needs uv)"
	@echo "make clean     remove the environment and what runs have left"

venv: $(VENV)/.stamp

# A change to what is pinned or declared builds the environment anew, so that nothing stale stays in it.
$(VENV)/.stamp: requirements.lock pyproject.toml
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

run: venv
	@mkdir -p out
	$(BIN)/scheduler plan fixtures/$(MONTH).xlsx --out out/$(MONTH).schedule.json --xlsx out/$(MONTH).schedule.xlsx
	@echo
	@echo "The schedule as a workbook: out/$(MONTH).schedule.xlsx"
	@echo
	$(BIN)/scheduler serve

lint: venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --config pyproject.toml

test: lint
	$(BIN)/python -m pytest --numprocesses $(WORKERS) -m "not slow"

test-all: lint
	$(BIN)/python -m pytest --numprocesses $(WORKERS)

bench: venv
	$(BIN)/python -m benchmarks --suite $(SUITE)

timefold: venv
	$(BIN)/python -m benchmarks.timefold.environment

fixtures: venv
	$(BIN)/python -m fixtures.generate

lock:
	$(UV) pip compile --universal --generate-hashes --no-emit-index-url --quiet --python-version 3.11 \
		--custom-compile-command "make lock" pyproject.toml --extra build --extra test --extra dask --output-file requirements.lock

clean:
	rm -rf $(VENV) .venv-timefold out *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
