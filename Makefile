# `make` prints the targets. Everything is installed into .venv by whichever target needs it first.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help install demo test check fix bench screens schema clean

help: ## print the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Floorwatch needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

install: $(STAMP) ## create .venv with everything in it

demo: $(STAMP) ## a living floor in the browser, with nothing but Python
	$(BIN)/floorwatch demo

test: $(STAMP) ## run the tests; ARGS passes options to pytest
ifeq ($(ARGS),)
	$(BIN)/python -m pytest -n auto --dist loadfile --durations=15 --ignore=tests/e2e
	$(BIN)/python -m pytest -n auto --dist loadfile --durations=15 tests/e2e
else
	$(BIN)/python -m pytest $(ARGS)
endif

check: $(STAMP) ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(STAMP) ## format and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMP) ## measure speed and memory, as ratios in one run
	$(BIN)/python -m bench

screens: $(STAMP) ## pictures of every page of the demo, into docs/screens/
	$(BIN)/python -m bench.pictures

schema: $(STAMP) ## write docs/events.schema.json anew from the code
	$(BIN)/python -m ingest.schema > docs/events.schema.json

clean: ## remove what make made
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
