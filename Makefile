# accord: `make demo` and `make test` are all a new machine needs. Only Python 3.11+ and make are assumed.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
JOBS   ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup learn-env litellm-env models demo test test-all check bench notice clean

help:           ## what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | column -t -s "$$(printf '\t')"

setup: $(READY) ## a virtual environment with everything development needs

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "accord needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	@touch $@

learn-env:      ## an environment for training, with torch, in .venv-learn
	$(PYTHON) -m venv .venv-learn
	.venv-learn/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[learn]"

litellm-env: $(READY) ## an environment with LiteLLM, for its tests and as a peer of make bench
	@$(BIN)/python scripts/litellm_env.py

models: $(READY) ## fetch the model weights (once; afterwards everything works offline)
	@$(BIN)/accord models pull

demo: models    ## the main job on shipped samples; writes demo-out/index.html
	$(BIN)/accord demo --out demo-out

test: models    ## the tests, in ten minutes at most
	$(BIN)/pytest -n $(JOBS) -m "not engines"

test-all: test check ## and what needs a browser
	$(BIN)/pytest -m engines -rs

check: $(READY) ## format, lint, types, layers, house limits
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/house.py

bench: models   ## speed beside a peer measured in the same run; writes docs/benchmarks.md
	$(BIN)/python benchmarks/run.py --write docs/benchmarks.md

notice: $(READY) ## write NOTICE from the dependencies and the model register
	$(BIN)/python scripts/make_notice.py

clean:          ## remove what make made
	rm -rf $(VENV) .venv-learn .venv-peer demo-out .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
