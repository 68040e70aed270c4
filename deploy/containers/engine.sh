# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # `compose` is for the scripts that source this file, `me` is from them
# Sourced by the other scripts: how they speak, and the Docker engine and Compose they work with.
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

# Fills the array `compose` with the command: Compose v2 if there is one, else docker-compose 1.29.
need_compose() {
  if docker compose version >/dev/null 2>&1; then
    compose=(docker compose)
  elif command -v docker-compose >/dev/null; then
    compose=(docker-compose)
  else
    fail "there is neither docker compose nor docker-compose. On Debian 12: apt-get install docker-compose"
  fi
}
