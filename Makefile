# What one does here. `make` alone lists it.
#
#   make run ARGS="--kubeconfig ~/.kube/config"    options for manage.py up
#   make test PYTHON=python3.13                    with another Python, in a virtual environment of its own

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?=
ARGS ?=
VENV := .venv$(if $(PYTHON),-$(notdir $(PYTHON)))
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --require-hashes $(if $(CI),--quiet)
NODE := .ci/node $(VENV)
NPM := $(NODE) npm
PYTEST := $(BIN)/python -m pytest
MANAGE := $(BIN)/python manage.py
# Where it is set, every process compiles all of ours that it imports: half of what a worker of the tests computes before its first.
unexport PYTHONDONTWRITEBYTECODE

# --- for everybody ---------------------------------------------------------------------------------------------------------------

.PHONY: help
help: ## list what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | while IFS="$$(printf '\t')" read -r name what; do printf '  make %-12s %s\n' "$$name" "$$what"; done

.PHONY: run
run: $(VENV)/.run node_modules/.run ## start Planewatch and print its address
	@exec $(BIN)/python -S -E planes/up/child.py $$PPID $(MANAGE) up $(ARGS)

.PHONY: signin
signin: $(VENV)/.run ## print another one-time sign-in link
	@$(MANAGE) signin $(ARGS)

# --- for who works on it -----------------------------------------------------------------------------------------------------------

.PHONY: test
test: dev $(VENV)/.compiled ## run every test, on SQLite and on PostgreSQL, with a real Valkey and a real browser (ARGS="browser js": some parts)
	@.ci/browser $(VENV)
	@.ci/postgres
	@.ci/nginx
	@$(BIN)/python -m tests.parts $(ARGS)

PURE := structs cache components assess
comma := ,
# To count takes longer than to run; searches and lives of hours reach hardly a line that the other tests do not. Not in `make test`:
# once in .ci/run.
COVERAGE := $(BIN)/python -m coverage
COUNTED := --data-file=$(VENV)/.coverage
# Beside all else, of which they get what is idle, a test of seconds may stand still for minutes.
STANDING := --timeout 1200

.PHONY: test-pure
test-pure: $(VENV)/.dev ## run the tests that need no services, and count the lines and branches that they reach
	@$(COVERAGE) erase $(COUNTED)
	@$(COVERAGE) run $(COUNTED) --source=planes.$(subst $() ,$(comma)planes.,$(PURE)) -m pytest -q -n 2 $(STANDING) -m "not hypothesis and not lived" $(PURE:%=tests/%)
	@$(COVERAGE) combine -q $(COUNTED)
	@$(COVERAGE) report $(COUNTED) --fail-under=99
	@PLANEWATCH_TEST_SEARCH=whole $(PYTEST) -q -n 2 $(STANDING) -m "hypothesis or lived" $(PURE:%=tests/%)

.PHONY: test-pure-uncounted
test-pure-uncounted: $(VENV)/.dev
	@$(PYTEST) -q -n 2 $(STANDING) $(PURE:%=tests/%)

# The whole suite on another Python than the usual, before a release: PYTHON is the newest of the supported ones that is here.
NEWEST = $(firstword $(foreach version,3.14 3.13 3.12,$(wildcard $(or $(PYENV_ROOT),$(HOME)/.pyenv)/versions/$(version).*/bin/python$(version)) $(shell command -v python$(version))))
.PHONY: release-check
release-check: ## run every check and test on the newest supported Python of this machine, with its warnings as errors
	@if [ -z "$(NEWEST)" ]; then echo "make: there is no Python 3.12 or newer on this machine" >&2; exit 1; fi
	@$(MAKE) --no-print-directory test PYTHON=$(NEWEST)

# mypy takes a core as long as all the others together.
CHECKS := check-types check-style check-imports check-dead check-browser check-lines check-tests check-django

.PHONY: lint
lint: dev ## run every check that runs nothing
	@$(MAKE) --no-print-directory -k -j 2 $(if $(filter output-sync,$(.FEATURES)),--output-sync) $(CHECKS)

.PHONY: $(CHECKS)
check-types:
	$(BIN)/mypy
check-style:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
check-imports:
	$(BIN)/lint-imports
check-dead:
	$(BIN)/vulture
check-browser:
	$(NODE) node_modules/typescript/bin/tsc --project tsconfig.json
check-lines:
	.ci/lines
check-tests:
	@words=$$($(PYTEST) -q --collect-only 2>&1) || { echo "$$words"; exit 1; }; echo "$$words" | tail -n 1
	@touch $(VENV)/.compiled
check-django:
	PLANEWATCH_DATA_DIR=build/lint $(MANAGE) makemigrations --check --dry-run
	PLANEWATCH_DATA_DIR=build/lint $(MANAGE) check --fail-level WARNING

.PHONY: fix
fix: $(VENV)/.dev ## format, and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: bench
bench: dev ## print the figures that the documents tell
	@for file in tests/bench/bench_*.py; do echo "== $$(basename $$file .py)"; $(BIN)/python -m tests.bench.$$(basename $$file .py); done

.PHONY: bench-browser
bench-browser: dev ## print the figures of the picture, in a real Chromium
	@.ci/browser $(VENV)
	@$(BIN)/python -m tests.bench.bench_browser $(ARGS)
	@$(BIN)/python -m tests.bench.bench_latency

.PHONY: bench-walls
bench-walls: dev ## print what 1,000 displays and 500 basic walls cost one web process, and the heap of a wall after a month (ARGS="--displays 100")
	@$(BIN)/python -m tests.bench.bench_walls $(ARGS)
	@$(NODE) --expose-gc tests/js/month.js
	@.ci/browser $(VENV)
	@$(BIN)/python -m tests.bench.bench_month

IMAGE ?= planewatch:0.1.0
ENGINE ?= $(firstword $(foreach name,docker podman buildah,$(if $(shell command -v $(name)),$(name))))
.PHONY: image
image: ## build the container image with docker, podman or buildah, and tell its size (IMAGE=registry.example/planewatch:0.1.0)
	@if [ -z "$(ENGINE)" ]; then echo "make: there is no docker, podman or buildah on this machine. Install one; then once more." >&2; exit 1; fi
	$(ENGINE) build -f docker/Dockerfile -t $(IMAGE) .
	@$(ENGINE) images $(IMAGE)

.PHONY: screenshots
screenshots: dev ## draw every page in every state and size into build/screenshots, to be looked at (ARGS="120-broken-*": some)
	@.ci/browser $(VENV)
	@$(BIN)/python -m tests.browser.picture_shots $(ARGS)
	@$(BIN)/python -m tests.browser.pages_shots $(ARGS)

.PHONY: test-faults
test-faults: dev ## attack a running Planewatch and break everything in it, one after the other, and print what became of it (twenty minutes; ARGS=--write: docs/reliability.md; ARGS="valkey" for some, ARGS="--on several" for one installation)
	@.ci/postgres
	@.ci/faketime || true
	@$(BIN)/python -m tests.reliability $(ARGS)

.PHONY: bench-truth
bench-truth: $(VENV)/.dev ## live through every fault of the demo cluster and every way that breaks, and print what is said (ARGS=--faults: not the ways, which take an hour; ARGS=--write: docs/truth.md)
	@$(BIN)/python -m tests.bench.bench_truth $(ARGS)

.PHONY: bench-chaos
bench-chaos: $(VENV)/.dev ## break the way to a cluster in each way, with and without a fault behind it, and print what is said (ARGS="'watches half-open'" for some; all take an hour)
	@$(BIN)/python -m tests.bench.bench_chaos $(ARGS)

.PHONY: mutate
mutate: $(VENV)/.dev ## change the pure rooms in small ways and see whether their tests notice (ARGS="--seed 7", "--room cache", "--all")
	$(BIN)/python -m tests.bench.mutate $(ARGS)

.PHONY: dev
dev: $(VENV)/.dev node_modules/.dev

.PHONY: clean
clean: ## remove everything that was made here (not your data directory)
	rm -rf .venv .venv-* node_modules build staticfiles htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: lock
lock: $(VENV)/.lock ## write requirements.lock, requirements-dev.lock and requirements-node.lock anew
	$(VENV)/.lock/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header requirements.txt -o requirements.lock
	$(VENV)/.lock/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header -c requirements.lock requirements-dev.txt -o requirements-dev.lock
	$(VENV)/.lock/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header requirements-node.txt -o requirements-node.lock
	$(NPM) install --package-lock-only

# --- what they need, made once -----------------------------------------------------------------------------------------------------

$(VENV)/.made:
	@.ci/venv "$(PYTHON)" $(VENV)
	@touch $@

$(VENV)/.run: requirements.lock | $(VENV)/.made
	@if [ $(VENV)/.dev -nt $< ]; then exit 0; fi; echo "Installing what Planewatch runs on (about a minute the first time)"; $(PIP) -r $<
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(VENV)/.made
	@echo "Installing what the tests and checks need (a minute or two the first time)"
	@$(PIP) -r $<
	@touch $@ $(VENV)/.run

# A dozen workers of `make test` would else compile all tests at once, each for itself. What changes later, they do.
$(VENV)/.compiled: | $(VENV)/.dev
	@echo "Compiling the tests (once)"
	@$(PYTEST) -q --collect-only >/dev/null 2>&1 || true
	@touch $@

$(VENV)/.lock: | $(VENV)/.made
	$(BIN)/python -m venv $@
	$@/bin/pip install --quiet uv==0.13.9

node_modules/.run: package-lock.json package.json | $(VENV)/.run
	@echo "Installing the browser libraries"
	@$(NPM) ci --omit=dev --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

node_modules/.dev: package-lock.json package.json | $(VENV)/.dev
	@echo "Installing the browser libraries and what checks them"
	@$(NPM) ci --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@ node_modules/.run
