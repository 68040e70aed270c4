"""What a host lacks, and the commands that bring it (pure): nothing is done that is not needed."""

from collections.abc import Iterable
from typing import NamedTuple

from looking import Host
from refusals import DeployError

__all__ = ["APT", "Step", "needs_supervisor", "refuse", "see_root", "steps"]

_PYTHON = (3, 9)
_SYSTEMS = "Debian 12 and Amazon Linux 2023 are known"
_DOCKER_KB = 600_000
"""What Docker itself takes when it has to be installed."""
_HOME_KB = 50_000
_SUPERVISOR = (4, 2)
"""The oldest that will do; Debian 12 has 4.2.5."""

# A host that has just started fetches updates, too; apt itself waits for one of its locks only.
APT = """\
export DEBIAN_FRONTEND=noninteractive; words=$(mktemp); trap 'rm -f "$words"' EXIT
patiently() {{
  for turn in $(seq 150); do
    "$@" >/dev/null 2>"$words" && return 0
    grep -qE 'Could not get lock|locked by another' "$words" || break; sleep 2
  done; cat "$words" >&2; return 1
}}
patiently dpkg --configure -a && patiently apt-get update -qq \\
  && patiently apt-get install -y -qq --no-install-recommends {names}
"""
"""Installs, after an installation that was cut, too; waits five minutes for whoever installs already."""
_DNF = "dnf install --assumeyes --quiet {names}"
_START_ENGINE = (
    "systemctl enable --quiet --now docker && for turn in $(seq 60); do docker version >/dev/null 2>&1"
    " && exit 0; sleep 0.5; done; docker version"
)
_FOLDERS = """\
install -d -m 0755 /opt/marigraph /opt/marigraph/releases /etc/marigraph /var/lib/marigraph /var/log/marigraph
install -d -m 0500 -o 65532 -g 65532 /etc/marigraph/secrets
"""


class Step(NamedTuple):
    """One thing to do on the host as root."""

    words: str
    command: str


def see_root(host: Host) -> None:
    """Raise DeployError when commands cannot be run as root there."""
    if not host.root:
        raise DeployError(
            "the user may not become root without a password (sudo -n fails). Take root, or the cloud image's"
            " own user (Debian: admin, Amazon Linux: ec2-user)"
        )


def refuse(host: Host, *, supervision: str, architecture: str, ship_bytes: int) -> None:
    """Raise DeployError when nothing can be deployed there; `ship_bytes` is what its disk has to take."""
    see_root(host)
    if host.architecture != architecture:
        raise DeployError(
            f"the host's processor is {host.architecture}, the images are for {architecture}. Build them on a"
            f" machine with {host.architecture}, or take a host with {architecture}"
        )
    if not host.packages and not (host.engine and host.python):
        raise DeployError(
            f"the host is {host.system}, whose packages are not known ({_SYSTEMS}): install Docker and Python"
        )
    if host.python and tuple(map(int, host.python.split("."))) < _PYTHON:
        raise DeployError(f"the host's Python is {host.python}; 3.9 or newer is needed ({_SYSTEMS})")
    if supervision == "systemd" and not host.systemd:
        raise DeployError("SUPERVISION=systemd, but systemd does not run this host")
    # An image is unpacked beside its archive, so it takes its room twice for a while.
    _see_room("for images", host.free_kb, 2 * ship_bytes // 1024 + (0 if host.docker else _DOCKER_KB))
    _see_room("in /opt", host.home_free_kb, _HOME_KB)


def _see_room(where: str, free_kb: int, needed_kb: int) -> None:
    if free_kb < needed_kb:
        raise DeployError(
            f"the host's disk is too full {where}: {needed_kb // 1024} MB are needed,"
            f" {free_kb // 1024} MB are free. Make room, or take a larger disk; nothing was changed"
        )


def steps(host: Host) -> list[Step]:
    """Return what is to be done before anything can be deployed."""
    return [*_packages(host), *_engine(host), Step("", _FOLDERS)]


def needs_supervisor(host: Host, *, supervision: str, version: str) -> bool:
    """Tell whether the host must get a supervisor of our own, of this version."""
    return supervision == "supervisor" and not _fresh(host.others) and host.supervisor != version


def _fresh(version: str) -> bool:
    found = version.split(".")
    return all(part.isdecimal() for part in found[:2]) and tuple(map(int, found[:2])) >= _SUPERVISOR


def _packages(host: Host) -> Iterable[Step]:
    wanted = {"docker": not host.docker and not host.engine, "python3": not host.python}
    if host.packages == "dnf":
        names = [name for name, missing in wanted.items() if missing]
        template = _DNF
    else:
        names = [{"docker": "docker.io"}.get(name, name) for name, missing in wanted.items() if missing]
        template = APT
    if names:
        told = " and ".join(names)
        yield Step(
            f"installing {told} from the distribution (a minute or two)",
            template.format(names=" ".join(names)),
        )


def _engine(host: Host) -> Iterable[Step]:
    if not host.engine:
        yield Step("starting the Docker engine", _START_ENGINE)
