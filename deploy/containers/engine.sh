# shellcheck shell=bash
# shellcheck disable=SC2154 # `me` is set by the scripts that source this file
# Sourced by the other scripts: how they speak, and the Docker engine they need.
say() { printf '%s: %s\n' "$me" "$*"; }
fail() { printf '%s: %s\n' "$me" "$*" >&2; exit 1; }

need_engine() {
  command -v docker >/dev/null ||
    fail "there is no docker command. On Debian: apt-get install docker.io docker-compose. Without Docker: make run-local"
  local answer
  answer=$(docker version --format '{{.Server.Version}}' 2>&1) ||
    fail "no Docker engine answers: ${answer##*$'\n'}
  Start it (systemctl start docker) and see that you may use it (docker info); without Docker: make run-local"
}
