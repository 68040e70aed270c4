#!/usr/bin/env bash
# Makes the image `marigraph-base`, a bare Debian 12, from Debian's own packages: for machines that reach no
# image registry. `make images` calls it when it has to. Its packages are those of the day it was made: to renew it,
# `docker image rm marigraph-base` and `make images`.
set -euo pipefail
image=${1:-marigraph-base}
suite=bookworm

say() { printf 'base: %s\n' "$*"; }
fail() { printf 'base: %s\n' "$*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || fail "making a base image from Debian's packages needs root. Either run this as root, or let Docker
  pull debian:bookworm-slim, or name an image that is here: make images BASE_IMAGE=name"
command -v mmdebstrap >/dev/null ||
  fail "mmdebstrap is missing. On Debian: apt-get install mmdebstrap. Or name an image that is here: make images BASE_IMAGE=name"

rootfs=$(mktemp --suffix .tar)
trap 'rm -f "$rootfs"' EXIT
say "making $image from Debian's packages (about 20 s)"
# What no service reads is left out, as in Debian's own slim images; the licences stay. A build that is cut short is thrown
# away, so dpkg need not wait for the disk.
mmdebstrap --quiet --variant=minbase --include=ca-certificates \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt=force-unsafe-io \
  "$suite" "$rootfs"
docker import --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
  --change 'CMD ["/bin/bash"]' "$rootfs" "$image" >/dev/null
say "$image is ready: $(docker image inspect --format '{{.Size}}' "$image" | awk '{printf "%.0f MB", $1 / 1e6}')"
