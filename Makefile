# `make` alone says what there is. Everything lives in .venv; nothing outside of this folder is touched.
PYTHON ?= python3
PORT ?= 8000
# Twice the cores, because half of the time a test waits, for a process or for PostgreSQL.
WORKERS ?= $(shell echo $$((2 * $$(getconf _NPROCESSORS_ONLN))))
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-installed
DEVELOPMENT := $(VENV)/.development-installed
ALEMBIC := $(BIN)/alembic -c coaching/migrations/alembic.ini

# The Python that is here is the one to use; uv is not to fetch another.
export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PORT
# Without its bytecode on disk every process would compile all it imports anew, and start many times as slowly.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run demo test lint style types imports check format bench lock revision clean

help:
	@echo "make run        the product with its demo on http://127.0.0.1:$(PORT) (PORT=... for another port)"
	@echo "make demo       the demo's data, and fresh links to sign in with"
	@echo "make test       the tests, on SQLite and PostgreSQL"
	@echo "make lint       style, types and import direction"
	@echo "make check      lint and test"
	@echo "make format     puts the code into the house's style"
	@echo "make bench      what is measured, with the raw limit beside it"
	@echo "make revision   a revision of the schema from the models: make revision m='what changes'"
	@echo "make lock       works the two lock files out again, keeping the versions they have (ARGS=--upgrade: newer ones)"
	@echo "make clean      removes .venv and what tools left behind; instance/ stays"

run: $(RUNTIME)
	@exec $(BIN)/coaching serve --demo

demo: $(RUNTIME)
	$(BIN)/coaching demo --if-empty

test: $(DEVELOPMENT)
	$(BIN)/pytest -n $(WORKERS) --dist worksteal $(ARGS)

lint: style types imports

style: $(DEVELOPMENT)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEVELOPMENT)
	$(BIN)/mypy

imports: $(DEVELOPMENT)
	$(BIN)/lint-imports --no-logo

check: lint test

format: $(DEVELOPMENT)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(DEVELOPMENT)
	$(BIN)/python -m bench $(ARGS)

# Written against a new database that has every revision so far. Before the first release, the initial revision may
# be written anew: rm coaching/migrations/versions/*.py && make revision m=Initial
revision: $(DEVELOPMENT)
	@test -n "$(m)" || { echo "Say what changes: make revision m='sessions get a series'"; exit 2; }
	@scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT && export COACHING_DATABASE_URL="sqlite:///$$scratch/scratch.db" \
	&& $(ALEMBIC) upgrade head && $(ALEMBIC) revision --autogenerate -m "$(m)" && $(BIN)/ruff format -q coaching/migrations/versions/*.py

# The build backend is locked with the rest, so that installing the project fetches nothing that is not pinned.
BACKEND = $(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")'
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header $(ARGS)
# $(call signed,LOCK): with a first line that tells where it comes from.
signed = { echo '\# Made by `make lock`; do not edit by hand.'; cat $(1); } > $(1).new && mv $(1).new $(1)
lock: $(VENV)/.made
	$(BACKEND) | $(COMPILE) setup.cfg - -o requirements.lock
	$(BACKEND) | $(COMPILE) setup.cfg --extra postgres --extra chat requirements-dev.in - -c requirements.lock -o requirements-dev.lock
	@$(call signed,requirements.lock) && $(call signed,requirements-dev.lock)

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis test-results
	find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "This needs Python 3.11 or newer, and '$(PYTHON)' is $$({ $(PYTHON) --version; } 2>/dev/null || echo missing)."; \
	  echo "Install one, or name the one you have: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "This Python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet uv || echo "uv cannot be installed here; pip does its work, more slowly."
	@touch $@

# $(call install,LOCK): exactly what the lock names, by uv or else by pip, then the project itself.
define install
	@{ [ -x $(BIN)/uv ] && \
	  $(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes $(1) && \
	  $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .; } || \
	{ $(BIN)/python -m pip install --quiet --require-hashes -r $(1) && \
	  $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .; }
	@$(BIN)/python -m compileall -q coaching
endef

# What is needed to run is part of what is needed to develop: whoever has installed the second has the first.
$(RUNTIME): requirements.lock setup.cfg pyproject.toml | $(VENV)/.made
	$(call install,requirements.lock)
	@rm -f $(DEVELOPMENT) && touch $@

$(DEVELOPMENT): requirements-dev.lock requirements.lock setup.cfg pyproject.toml | $(VENV)/.made
	$(call install,requirements-dev.lock)
	@touch $(RUNTIME) $@
