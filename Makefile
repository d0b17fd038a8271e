# The two commands of the README are `make run` and `make test`; the rest serves them.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test setup setup-test check proof lock clean

run: setup
	@$(BIN)/reik demo

test: setup-test
	@$(MAKE) --no-print-directory check
	@sh tests/in_parts.sh $(BIN)/python

check:
	@$(BIN)/ruff check src tests
	@$(BIN)/ruff format --check --quiet src tests
	@$(BIN)/mypy
	@$(BIN)/lint-imports

proof: setup-test
	@$(BIN)/python -m pytest -m slow
	@$(BIN)/reik prove lives
	@$(BIN)/reik prove channels
	@$(BIN)/reik prove watchdog

setup: $(VENV)/.base

setup-test: $(VENV)/.test
	@sh requirements/find-chromium.sh

$(VENV)/bin/python:
	@sh requirements/make-venv.sh "$(PYTHON)" "$(VENV)"

$(VENV)/.base: requirements/base.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing what Reik needs (once) ..."
	@$(PIP) install --require-hashes -r requirements/base.txt
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.base
	@echo "Installing what the tests need (once) ..."
	@$(PIP) install --require-hashes -r requirements/test.txt
	@touch $@

# Needs uv on the PATH; writes versions and hashes, never an address.
lock:
	uv pip compile -q --python-version 3.11 --generate-hashes --no-header --no-emit-index-url requirements/base.in -o requirements/base.txt
	uv pip compile -q --python-version 3.11 --generate-hashes --no-header --no-emit-index-url requirements/test.in -o requirements/test.txt
	uv pip compile -q --python-version 3.11 --generate-hashes --no-header --no-emit-index-url requirements/bench.in -o requirements/bench.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
