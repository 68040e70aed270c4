#!/usr/bin/env bash
# Builds the services' images, or those of the services named, or finds in the build cache that nothing changed. Called
# by `make images`.
# The services are those of the file `services`; also proxy and seaweedfs, which only deploy/cluster.yaml needs.
# BASE_IMAGE names the Debian 12 to start from; without it: debian:bookworm-slim if it is here or can be pulled, else
# marigraph-base, made from Debian's packages. MARIGRAPH_TAG is the images' tag (latest).
set -euo pipefail
cd "$(dirname "$0")/../.."
me=images
. deploy/containers/engine.sh
need_engine
[ -x .venv/bin/python ] || fail "there is no .venv: run make setup first"
read -ra all <deploy/containers/services
services=("$@")
[ "$#" -gt 0 ] || services=("${all[@]}")
tag=${MARIGRAPH_TAG:-latest}
log=build/images.log
mkdir -p build

here() { docker image inspect "$1" >/dev/null 2>&1; }

# Prints the name of the base image, which is then present.
find_base() {
  local wanted=${BASE_IMAGE:-}
  if [ -n "$wanted" ]; then
    here "$wanted" || docker pull --quiet "$wanted" >&2 || fail "BASE_IMAGE names $wanted, which is not here and cannot be pulled"
  elif here debian:bookworm-slim; then wanted=debian:bookworm-slim
  elif here marigraph-base; then wanted=marigraph-base
  elif docker pull --quiet debian:bookworm-slim >"$log" 2>&1; then wanted=debian:bookworm-slim
  else
    say "no registry answers, so the base image is made here" >&2
    deploy/base/make_base.sh marigraph-base >&2
    wanted=marigraph-base
  fi
  printf '%s\n' "$wanted"
}

build() {
  local service=$1 started=$SECONDS
  docker build --quiet --force-rm --file deploy/Dockerfile --target "$service" --tag "marigraph-$service:$tag" \
    --build-arg "BASE_IMAGE=$base" --build-arg "SERVICES=${all[*]}" --label "org.opencontainers.image.title=Marigraph $service" \
    --label "org.opencontainers.image.version=$version" --label "org.opencontainers.image.revision=$revision" \
    . >"$log" 2>&1 ||
    { tail -n 40 "$log" >&2; fail "the image of $service could not be built; all its output is in $log"; }
  say "$(printf 'marigraph-%-9s %5.0f MB  (%d s)' "$service:$tag" \
    "$(docker image inspect --format '{{.Size}}' "marigraph-$service:$tag" | awk '{print $1 / 1e6}')" $((SECONDS - started)))"
}

base=$(find_base)
version=$(.venv/bin/python -c 'import shared; print(shared.VERSION)')
revision=unknown
if git rev-parse HEAD >/dev/null 2>&1; then
  revision=$(git rev-parse HEAD)
  git diff --quiet HEAD -- shared services deploy || revision+=-dirty
fi
deploy/containers/wheels.sh "${all[@]}"
if [[ " ${services[*]} " == *" seaweedfs "* ]]; then WHEELS=build/seaweedfs deploy/containers/wheels.sh seaweedfs; fi
say "building on $base (minutes the first time, seconds when nothing changed)"
for service in "${services[@]}"; do build "$service"; done
# Stages that newer builds no longer use. Those of the last week stay: they are the build cache.
docker image prune --force --filter label=org.opencontainers.image.vendor=Marigraph --filter until=168h >/dev/null
