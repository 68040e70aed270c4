#!/usr/bin/env bash
# Makes .venv from the hash-pinned lock file, then finds or installs a browser.
# Called by `make setup`, which skips it while nothing it depends on has changed.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

command -v "$python" >/dev/null ||
  fail "there is no $python. Install Python 3.11 or newer, or name one: make setup PYTHON=/path/to/python3.11"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  fail "$python is $("$python" -V 2>&1); Marigraph needs Python 3.11 or newer. Name one: make setup PYTHON=python3.11"

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing Debian's python3-venv"
    apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
  else
    fail "this Python cannot make virtual environments. On Debian: sudo apt-get install python3-venv"
  fi
fi

if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  say "making .venv with $("$python" -V 2>&1)"
  rm -rf .venv
  "$python" -m venv .venv
fi
say "installing the locked packages (about a minute the first time)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/locks/dev.txt
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
.venv/bin/python deploy/local/setup_browser.py
say "ready"
