# What can be done here. `make` alone lists it; ARGS="..." goes to the command.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: conformance help demo setup test lint format bench soak lock chromium clean

# One more than two cores: some tests wait for leases to run out or for a browser, and each worker imports everything once.
# On a bigger machine: make test WORKERS=8
WORKERS ?= 3
FIGURES ?= log turn gate idle dialogue routing

# Whoever has this set has every process compile every module again: half a minute of a run of the tests.
export PYTHONDONTWRITEBYTECODE :=

help: ## list what can be done
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name what; do printf '  make %-11s %s\n' "$$name" "$$what"; done

demo: ## a whole contact centre on this machine, until Ctrl-C (ARGS=--fresh starts anew)
	@scripts/setup.sh run
	@exec .venv/bin/interlock demo $(ARGS)

setup: ## .venv with everything to work on Interlock
	@scripts/setup.sh dev

test: setup chromium conformance ## all tests but the long ones (ARGS="-k refund" for some)
	@.venv/bin/python -m pytest --numprocesses $(WORKERS) $(ARGS)

lint: setup ## style, types and layers
	@.venv/bin/ruff check --quiet .
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo

format: setup ## put the style right where a tool can
	@.venv/bin/ruff check --fix --quiet .
	@.venv/bin/ruff format --quiet .

bench: setup ## the figures: log, turn, gate, idle, dialogue, routing (FIGURES=log for one, ARGS=--json for machines)
	@for name in $(FIGURES); do .venv/bin/interlock bench $$name $(ARGS) || exit 1; done

soak: setup chromium ## the tests that run for many minutes
	@.venv/bin/python -m pytest -m soak --numprocesses $(WORKERS) $(ARGS)

lock: ## write the lock files anew from pyproject.toml (ARGS=--upgrade for the newest of everything)
	@scripts/lock.sh $(ARGS)

chromium: ## the browser that the tests drive
	@scripts/chromium.sh

conformance: ## the protocol's conformance suite that the tests run (needs Node.js, and is skipped without)
	@scripts/conformance.sh

clean: ## remove .venv and what the tools keep; the demo's data stays
	@rm -rf .venv build dist .coverage htmlcov test-results
	@rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find src tests examples -name __pycache__ -type d -prune -exec rm -rf {} +
