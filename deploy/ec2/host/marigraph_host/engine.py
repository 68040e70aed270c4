"""The Docker engine: by its socket where that is all it takes, else by the docker command."""

from __future__ import annotations

import http.client
import json
import subprocess
from collections.abc import Mapping
from typing import NamedTuple

from marigraph_host.errors import HostError
from marigraph_host.parent import end_with_parent
from marigraph_host.unixhttp import UnixConnection

__all__ = ["Container", "UnreachableError", "docker", "inspect", "kill", "last_words", "remove"]

_SOCKET = "/var/run/docker.sock"
_ASKING_SECONDS = 15.0
_TELLING_SECONDS = 60.0
_MISSING = 404
_DONE = (200, 204)


class UnreachableError(HostError):
    """The engine does not answer: nothing is known of its containers."""


class Container(NamedTuple):
    """What the engine knows of a container."""

    image: str
    running: bool
    paused: bool
    pid: int
    exit_code: int
    out_of_memory: bool
    labels: Mapping[str, str]


def docker(*arguments: str, seconds: float = _TELLING_SECONDS) -> str:
    """Run a docker command and return what it said. Raises HostError with its complaint.

    It ends with this program, however that ends: else it would start a container that nobody knows of.
    """
    try:
        answer = subprocess.run(  # noqa: S603 - our own command
            ["docker", *arguments],  # noqa: S607 - wherever the host has it
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
            preexec_fn=end_with_parent,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise HostError(f"docker {arguments[0]}: {error}") from error
    if answer.returncode:
        raise HostError(f"docker {arguments[0]}: {answer.stderr.strip() or answer.stdout.strip()}")
    return answer.stdout.strip()


def inspect(name: str, *, seconds: float = _ASKING_SECONDS) -> Container | None:
    """Return what the engine knows of a container, None when there is none. Raises UnreachableError."""
    said = _asked("GET", f"/containers/{name}/json", seconds)
    if said is None:
        return None
    found = json.loads(said)
    state = found["State"]
    return Container(
        image=found["Image"],
        running=state["Running"],
        paused=state["Paused"],
        pid=state["Pid"],
        exit_code=state["ExitCode"],
        out_of_memory=state["OOMKilled"],
        labels=found["Config"]["Labels"] or {},
    )


def remove(name: str) -> None:
    """Remove a container, running, paused or ended; without complaint when there is none."""
    _asked("DELETE", f"/containers/{name}?force=true&v=true", _TELLING_SECONDS)


def kill(name: str) -> None:
    """Kill a container's processes; without complaint when there is none."""
    _asked("POST", f"/containers/{name}/kill", _TELLING_SECONDS)


def last_words(name: str, lines: int = 6) -> str:
    """Return the end of a container's log, for a message; empty when it cannot be had."""
    try:
        answer = subprocess.run(  # noqa: S603 - our own command
            ["docker", "logs", "--tail", str(lines), name],  # noqa: S607 - as above
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=_TELLING_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip() if not answer.returncode else ""


def _asked(method: str, path: str, seconds: float) -> bytes | None:
    """Ask the engine; return what it says, None when it knows no such thing."""
    connection = UnixConnection(_SOCKET, seconds)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise UnreachableError(f"the Docker engine does not answer: {error}") from error
    finally:
        connection.close()
    if answer.status == _MISSING:
        return None
    if answer.status not in _DONE:
        raise UnreachableError(f"the Docker engine answers {answer.status}: {body.decode(errors='replace')}")
    return body
