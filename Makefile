# Two commands on a fresh machine: `make run` and `make test`. Everything else is a variation.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
ASOF   ?= 2026-11-20
RUNS   ?= runs
# Where it is set, every process compiles all it imports again: two seconds each.
unexport PYTHONDONTWRITEBYTECODE
# A test session that finds no test, or a worker that dies, must fail the target.
PYTEST := $(BIN)/python -m pytest -n logical --maxprocesses 4
# A file stays with one worker, so that what its tests share is made once.
DAILY  := --dist loadfile -m 'not full'

# Nothing is compiled before it is imported: that was half of the minutes of a first run.
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --constraint constraints.txt

.PHONY: run test tests coverage test-full bench lint types format setup develop clean

# What its users need, and beside that what its tests do.
setup: $(VENV)/.ready
develop: $(VENV)/.developed

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable '.[all]'
	touch $@

$(VENV)/.developed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable '.[dev]'
	touch $(VENV)/.ready $@

run:
	@echo "plans the 44 households of scenarios/sample as of $(ASOF) into $(RUNS)/: about ten seconds;"
	@echo "the first time it sets up $(VENV) before that, about a minute. Ctrl-C keeps what is done."
	@$(MAKE) --no-print-directory setup
	$(BIN)/hearth run scenarios/sample --asof $(ASOF) --out $(RUNS)

lint: develop
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: develop
	$(BIN)/mypy

# Types are looked at beside the tests: alone they leave all but one core idle for a minute.
test: lint
	@$(MAKE) --no-print-directory -j 2 types tests

tests: develop
	$(PYTEST) $(DAILY)

# Counting which lines ran costs four tenths of the time of the tests it counts, so it is asked for.
coverage: develop
	$(PYTEST) $(DAILY) --cov --cov-report=term

test-full: lint types
	HEARTH_EXAMPLES=new $(PYTEST) --cov --cov-report=term

bench: develop
	$(BIN)/python -m benchmarks.small

format: develop
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .coverage
