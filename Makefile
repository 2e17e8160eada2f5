# Everything a person or CI does here. Each target sets up what it needs; a second run does not install again.
# Kept to what GNU make 3.81 knows, which macOS has.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The first Python that is new enough and can make virtual environments. To choose another: make setup PYTHON=python3.13
SUITABLE := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$python -c '$(SUITABLE)' >/dev/null 2>&1 && { echo $$python; break; }; done)

VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip --disable-pip-version-check --no-input --quiet

# Two stamps, each written when its step is complete: the locked packages, and this project on top of them.
# Tests of what ships; the generator's and the project's own ask for the versions of requirements/dev.txt.
LOWEST := $(addprefix tests/,auth chat cli client contract flow limits recording runtime sandbox testing transport watch)

PACKAGES := $(VENV)/.packages-installed
PROJECT := $(VENV)/.project-installed

# A virtual environment knows where it stands: one that was moved or copied, or has lost its Python, is made again.
ifneq ($(shell $(RUN) -c '' 2>/dev/null && cat $(PACKAGES) 2>/dev/null),$(CURDIR))
$(PACKAGES): remake
endif

$(PACKAGES): requirements/dev.txt
	@"$(PYTHON)" -c '$(SUITABLE)' 2>/dev/null || { echo 'Python 3.11 or newer, with venv and pip, is needed; found: "$(PYTHON)". Try: make $(MAKECMDGOALS) PYTHON=/path/to/python3' >&2; exit 1; }
	@echo 'Setting up $(VENV) from requirements/dev.txt ...'
	@rm -f $(PACKAGES) $(PROJECT)
	@"$(PYTHON)" -m venv --clear $(VENV)
	@$(PIP) install --require-hashes --requirement requirements/dev.txt
	@pwd -P >$@

$(PROJECT): $(PACKAGES) pyproject.toml
	@rm -f $@
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: help setup demo docs test record generate check dist test-dist test-lowest sbom mutants bench lock clean remake

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(PROJECT) ## make .venv: the locked packages, and this project, editable

demo: setup ## watch an order go through its whole life, against the sandbox; no key, no network
	@$(VENV)/bin/binance-c2c demo

docs: setup ## build the documentation site in build/docs/site/
	@$(RUN) -m docs.maker

test: setup ## run the tests, offline, and hold every branch to be covered
	@$(RUN) -m coverage erase
	@$(RUN) -m coverage run -m pytest --numprocesses=auto --dist=worksteal
	@$(RUN) -m coverage combine --quiet
	@$(RUN) -m coverage report

record: setup ## record the cassettes anew, from the sandbox
	@$(RUN) -m pytest tests/testing/test_replay.py --c2c-record

generate: setup ## write generated_sdk/ from openapi/
	@$(RUN) -m generator

check: setup ## generated_sdk/ as openapi/ says, lint, format, types
	$(RUN) -m generator --check
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m mypy
	$(RUN) -m basedpyright --warnings

dist: setup ## build wheel and source archive in dist/, to the byte the same from the same commit
	@rm -rf dist
	@SOURCE_DATE_EPOCH="$${SOURCE_DATE_EPOCH:-$$(git log -1 --pretty=%ct)}" $(RUN) -m hatchling build --directory dist

test-dist: dist ## install dist/ into clean environments, each Python and each extra, and try it there; needs an index
	@$(RUN) -m tests.installed $(INSTALLED)

test-lowest: ## run the tests with the lowest versions that pyproject.toml allows, in .venv-lowest
	@"$(PYTHON)" -m venv --clear .venv-lowest
	@.venv-lowest/bin/python -m pip --disable-pip-version-check --no-input --quiet install --require-hashes --requirement requirements/lowest.txt
	@.venv-lowest/bin/python -m pip --disable-pip-version-check --no-input --quiet install --no-deps --no-build-isolation --editable .
	@.venv-lowest/bin/python -m pytest --numprocesses=auto --dist=worksteal $(LOWEST)

sbom: dist ## write build/sbom.cdx.json: what is installed with the wheel and all its extras; needs an index
	@rm -rf build/sbom
	@"$(PYTHON)" -m venv build/sbom/tool
	@"$(PYTHON)" -m venv --without-pip build/sbom/content
	@build/sbom/tool/bin/python -m pip --disable-pip-version-check --no-input --quiet install --require-hashes --requirement requirements/release.txt
	@build/sbom/tool/bin/python -m pip --disable-pip-version-check --no-input --quiet --python build/sbom/content/bin/python install "$$(echo dist/*.whl)[chat,cli,export,fast,keys,redis,sandbox,testing]"
	@build/sbom/tool/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --output-file build/sbom.cdx.json build/sbom/content/bin/python

MUTANTS_PACKAGES := .venv-mutants/.packages-installed

$(MUTANTS_PACKAGES): requirements/dev.txt requirements/mutants.txt
	@rm -f $@
	@"$(PYTHON)" -m venv --clear .venv-mutants
	@.venv-mutants/bin/python -m pip --disable-pip-version-check --no-input --quiet install --require-hashes --requirement requirements/dev.txt --requirement requirements/mutants.txt
	@.venv-mutants/bin/python -m pip --disable-pip-version-check --no-input --quiet install --no-deps --no-build-isolation --editable .
	@touch $@

mutants: $(MUTANTS_PACKAGES) ## see whether tests notice any change of signer, conversation, transport and generator, or of PART=signer; needs an index
	@.venv-mutants/bin/python -m tests.mutants $(PART)

bench: setup ## measure against the plainest code that does the same
	@$(RUN) -m tests.bench

ALONE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet
COMPILE := $(ALONE) pyproject.toml --all-extras --group dev

lock: ## compile requirements/dev.txt from pyproject.toml; LOCK=--upgrade takes the newest of everything
	@command -v uv >/dev/null || { echo 'uv compiles the lock, and is not on PATH: python3 -m pip install uv, in an environment of its own.' >&2; exit 1; }
	$(COMPILE) --group examples $(LOCK) -o requirements/dev.txt
	$(COMPILE) --resolution lowest-direct -o requirements/lowest.txt
	$(ALONE) --group release $(LOCK) -o requirements/release.txt
	$(ALONE) --group mutants --constraint requirements/dev.txt -o requirements/mutants.txt

clean: ## remove .venv and whatever the tools left
	rm -rf $(VENV) .venv-lowest .venv-mutants .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist htmlcov
	find docs generator generated_sdk src tests -name __pycache__ -type d -prune -exec rm -rf {} +
