# Marigraph. `make` lists the targets; each is safe to run twice.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.marigraph-setup
PYTEST := $(BIN)/pytest
# Files of tests run side by side in TEST_PROCESSES processes; 0 runs them in this one, for a debugger.
TEST_PROCESSES ?= 2
SIDE_BY_SIDE := -n $(TEST_PROCESSES) --dist loadscope

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(STAMP) ## make .venv and find or install a browser

$(STAMP): deploy/locks/dev.txt pyproject.toml deploy/local/setup.sh deploy/local/setup_browser.py
	@PYTHON=$(PYTHON) deploy/local/setup.sh
	@touch $@

## On this machine, under supervisord

.PHONY: run-local
run-local: setup ## run everything here, in the foreground, until Ctrl-C
	@$(BIN)/python deploy/local/run_local.py

.PHONY: status
status: setup ## show what runs (supervisorctl status)
	@$(BIN)/python deploy/local/control.py status

.PHONY: stop
stop: setup ## stop what make run-local started
	@$(BIN)/python deploy/local/control.py stop

.PHONY: login
login: setup ## log in to the usage page, in the scraper's own browser window; ANEW=1 logs out first
	@$(BIN)/python deploy/local/control.py login$(if $(ANEW),-anew)

.PHONY: scraper-status
scraper-status: setup ## tell how scraping and sending go: state, last reading, outbox, next turn
	@$(BIN)/python deploy/local/control.py scraper-status

.PHONY: session-export session-import
session-export: setup ## write the login to FILE=login.json, encrypted, for a machine without a screen
	@$(BIN)/python deploy/local/control.py session-export $(FILE)
session-import: setup ## take the login from FILE=login.json, which session-export wrote elsewhere
	@$(BIN)/python deploy/local/control.py session-import $(FILE)

.PHONY: alert-test
alert-test: setup ## send a test message to every destination that .env names
	@$(BIN)/python deploy/local/control.py alert-test

.PHONY: backup
backup: setup ## write the whole record to FILE=marigraph.ndjson.gz; it may run meanwhile
	@$(BIN)/python deploy/local/control.py backup $(FILE)

.PHONY: demo-data
demo-data: setup ## fill the local store with 60 days of two made-up accounts
	@$(BIN)/python deploy/local/control.py demo-data

## Checks and tests

.PHONY: check
check: setup ## lint, types, imports, sizes, and documents that are made from code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST) -q tests/house

.PHONY: format
format: setup ## bring the code into form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: docs
docs: setup ## write docs/configuration.md, .env.example, manual page and completions anew from the code
	$(BIN)/python deploy/local/configuration.py
	$(BIN)/python deploy/local/manual.py

.PHONY: screenshots
screenshots: setup ## pictures of every view of the dashboard, with made-up figures, into docs/images (three minutes)
	$(BIN)/python -m tests.browser.screenshots

.PHONY: test
test: setup ## every test this machine can run; says loudly what it left out
	$(PYTEST) $(SIDE_BY_SIDE) -m "not lengthy"

.PHONY: test-unit
test-unit: setup ## the tests that need neither browser nor Docker
	$(PYTEST) $(SIDE_BY_SIDE) -m "not browser and not docker"

.PHONY: test-browser
test-browser: setup ## the tests with a real Chromium
	$(PYTEST) $(SIDE_BY_SIDE) -m browser

.PHONY: test-integration
test-integration: setup ## the tests with containers
	$(PYTEST) -m "docker and not lengthy"

.PHONY: test-host
test-host: setup ## all deployments to a host in a container (half an hour); make test has their core
	$(PYTEST) -m "host or lengthy"

.PHONY: test-s3
test-s3: setup ## the receiver's tests on a bucket of SeaweedFS, beside those that make test has (3 minutes)
	RECEIVER_TESTS_STORE=s3 $(PYTEST) $(SIDE_BY_SIDE) tests/receiver

.PHONY: test-faults
test-faults: setup ## kills, power cuts and broken disks at full length, an hour or two (root for most)
	FAULT_LENGTH=long $(PYTEST) -s tests/faults tests/store/test_model.py tests/ec2

.PHONY: bench
bench: setup ## measure up to 100,000 versions, beside a bare server and a model of the origin
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.telling
	$(BIN)/python -m tests.bench.buckets

.PHONY: bench-inside
bench-inside: setup ## what a request costs inside the process, without the network (a minute)
	$(BIN)/python -m tests.bench.inside

.PHONY: bench-full
bench-full: setup ## the same, longer and up to 1,000,000 versions (5 GB of disk)
	BENCH_FULL=1 $(BIN)/python -m tests.bench

.PHONY: lock
lock: ## resolve the lock files anew (hashes, no addresses)
	@deploy/locks/lock.sh

-include deploy/containers.mk
-include deploy/ec2.mk
-include deploy/systemd.mk

.PHONY: clean
clean: ## remove what was built and installed here; what was recorded in .local stays
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
