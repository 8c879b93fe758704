# Idea Storage. `make` or `make help` lists what can be done; nothing but Python 3.11 and make is needed.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# The newest Pythons last: the locks are tested with 3.11.
CANDIDATES := $(PYTHON) python3.11 python3.12 python3.13 python3.14
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install run test lint types contracts tests format openapi bench-feeds bench-push kill-push clean

help: ## Show what can be done
	@echo "Idea Storage"
	@echo
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo "  HOST, PORT, DATABASE_URL and all other settings come from the environment or a file .env;"
	@echo "  docs/operations.md lists them. Another Python: make PYTHON=/path/to/python3.11 run"

install: $(STAMP) ## Make the environment in .venv (every other target does so by itself)

run: $(STAMP) ## Migrate, load demo data the first time, start API and worker on http://127.0.0.1:8000
	@$(BIN)/idea-storage migrate
	@$(BIN)/idea-storage demo
	@exec $(BIN)/idea-storage serve

test: lint types contracts tests ## Run every check and test, on SQLite and on PostgreSQL

lint: $(STAMP) ## Check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP) ## Check types, tests included
	$(BIN)/mypy

contracts: $(STAMP) ## Check that lower layers never import higher ones
	$(BIN)/lint-imports

tests: $(STAMP) ## Run the tests only
	$(BIN)/pytest -n 3 # for two cores: a third of the time is waiting for processes and disks

format: $(STAMP) ## Format the code and mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

openapi: $(STAMP) ## Write the document of the API to openapi.json
	$(BIN)/idea-storage openapi --output openapi.json

bench-feeds: $(STAMP) ## Measure feeds at 1,000 to 1,000,000 ideas on both engines (some minutes, 2 GB of disk)
	$(BIN)/python -m bench.feeds --check 1.25

bench-push: $(STAMP) ## Measure pushes a second, and their way from commit to acknowledgement, on both engines
	$(BIN)/python -m bench.push

kill-push: $(STAMP) ## Kill workers and the API at random 100 times on each engine: nothing acknowledged may be lost
	$(BIN)/python -m tests.faults.push_kills --engine sqlite --kills 100
	$(BIN)/python -m tests.faults.push_kills --engine postgresql --kills 100

clean: ## Remove the environment and all caches; the data in var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): requirements-dev.lock pyproject.toml
	@python=""; \
	for candidate in $(CANDIDATES); do \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	    python="$$candidate"; break; \
	  fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Python 3.11 or newer is needed, and none of these is: $(CANDIDATES)."; \
	  echo "Install it, or say where it is: make PYTHON=/path/to/python3.11"; \
	  exit 1; \
	fi; \
	if [ ! -x $(BIN)/python ]; then "$$python" -m venv $(VENV); fi
	@echo "Installing what requirements-dev.lock names into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
