#!/usr/bin/env bash
# Fetches what the lock files of the services named name into build/wheels, for the images' Python and the engine's
# processor, by hash; the image builds then need no package index. Does nothing while no lock has changed.
# WHEELS names another folder.
set -euo pipefail
cd "$(dirname "$0")/../.."
me=wheels
. deploy/containers/engine.sh
services=("$@")
wheels=${WHEELS:-build/wheels}
stamp=$wheels.fetched

arch=$(docker version --format '{{.Server.Arch}}')
case $arch in
  amd64) machine=x86_64 ;;
  arm64) machine=aarch64 ;;
  *) fail "there are no wheels for the engine's processor, $arch (amd64 and arm64 are known)" ;;
esac

locks=("${services[@]/#/deploy/locks/}")
wanted="$machine $(cat "${locks[@]/%/.txt}" deploy/containers/select_requirements.py "$0" | sha256sum | cut -d' ' -f1)"
[ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || exit 0

# Debian 12 has glibc 2.36: it runs wheels built for any glibc up to that one.
platforms=(--platform "linux_$machine" --platform "manylinux2014_$machine")
for minor in $(seq 5 36); do platforms+=(--platform "manylinux_2_${minor}_$machine"); done

# What its makers give out as source only: made into a wheel here, from the source that the lock's hash names.
source=openapi-ui-bundles

# build_source LIST: if the list has that package, makes its wheel and leaves the wheel's line in LIST.made.
build_source() {
  local list=$1 wheel
  : >"$list.source"
  awk -v name="$source" -v list="$list" '/^[^ ]/ { split($1, part, "="); to = list (part[1] == name ? ".source" : ".rest") } { print >to }' "$list"
  mv "$list.rest" "$list"
  [ -s "$list.source" ] || return 0
  .venv/bin/python -m pip wheel --quiet --disable-pip-version-check --no-deps --require-hashes --wheel-dir "$wheels" \
    --requirement "$list.source" || fail "a wheel of $source could not be made (see above)"
  wheel=$(ls "$wheels/${source//-/_}"-*.whl)
  printf '%s --hash=sha256:%s\n' "$(awk 'NR == 1 { print $1 }' "$list.source")" "$(sha256sum "$wheel" | cut -d' ' -f1)" >"$list.made"
}

rm -rf "$wheels" "$stamp"
mkdir -p "$wheels"
for service in "${services[@]}"; do
  say "fetching the packages of $service"
  .venv/bin/python deploy/containers/select_requirements.py "deploy/locks/$service.txt" "$machine" >"$wheels/$service.txt"
  build_source "$wheels/$service.txt"
  .venv/bin/python -m pip download --quiet --disable-pip-version-check --dest "$wheels" --no-deps --require-hashes \
    --only-binary :all: --implementation cp --python-version 3.11 --abi cp311 "${platforms[@]}" \
    --requirement "$wheels/$service.txt" ||
    fail "the packages of $service could not be fetched (see above); is the package index reachable?"
  if [ -e "$wheels/$service.txt.made" ]; then cat "$wheels/$service.txt.made" >>"$wheels/$service.txt"; fi
  rm -f "$wheels/$service.txt".{source,made}
done
printf '%s\n' "$wanted" >"$stamp"
