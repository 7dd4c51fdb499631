# Two commands on a fresh machine: `make run` and `make test`. Everything else is a variation.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
ASOF   ?= 2026-11-20
RUNS   ?= runs
# A test session that finds no test, or a worker that dies, must fail the target.
PYTEST := $(BIN)/python -m pytest -n 2

.PHONY: run test test-full bench lint types format setup clean

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

run:
	@echo "plans the 44 households of scenarios/sample as of $(ASOF) into $(RUNS)/: about ten seconds;"
	@echo "the first time it sets up $(VENV) before that, a minute or two. Ctrl-C keeps what is done."
	@$(MAKE) --no-print-directory setup
	$(BIN)/hearth run scenarios/sample --asof $(ASOF) --out $(RUNS)

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup
	$(BIN)/mypy

test: lint types
	$(PYTEST) -m 'not full' --cov --cov-report=term

test-full: lint types
	HEARTH_EXAMPLES=new $(PYTEST) --cov --cov-report=term

bench: setup
	$(BIN)/python -m benchmarks.small

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .coverage
