# Marigraph. `make` lists the targets; each is safe to run twice.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.marigraph-setup

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(STAMP) ## make .venv and find or install a browser

$(STAMP): deploy/locks/dev.txt pyproject.toml deploy/local/setup.sh
	@PYTHON=$(PYTHON) deploy/local/setup.sh
	@touch $@

.PHONY: lock
lock: ## resolve the lock files anew (hashes, no addresses)
	@deploy/locks/lock.sh
