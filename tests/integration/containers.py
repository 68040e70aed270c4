"""Services in containers of their own, hardened as compose.yaml hardens them, on one network and one volume."""

import json
import os
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import docker
from docker.types import LogConfig
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network

KEY = "integration-test-key-0123456789"
TAG = os.environ.get("MARIGRAPH_TAG", "latest")
PORTS = {"receiver": 4000, "practice": 4900}
CHROMIUM = Path(__file__).parents[2] / "deploy" / "seccomp" / "chromium.json"


class Service:
    """One running service."""

    def __init__(self, name: str, container: DockerContainer) -> None:
        self.name = name
        self._container = container

    @property
    def wrapped(self) -> Any:
        """The engine's own handle, with what it knows now."""
        wrapped = self._container.get_wrapped_container()
        wrapped.reload()
        return wrapped

    @property
    def address(self) -> str:
        """Where it is reached from here; another port after every start."""
        return f"http://127.0.0.1:{self._container.get_exposed_port(PORTS[self.name])}"

    def ask(self, path: str, *, method: str = "GET", body: object = None) -> tuple[int, Any]:
        """Send a request; return status and decoded body. Raises OSError when nothing answers."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
        request = urllib.request.Request(self.address + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, _decoded(answer.read())
        except urllib.error.HTTPError as refusal:
            return refusal.code, _decoded(refusal.read())

    def run(self, *command: str) -> str:
        """Run a command inside; return what it printed."""
        code, output = self.wrapped.exec_run(list(command))
        assert code == 0, output.decode()
        return output.decode()

    def kill(self) -> None:
        """End it at once, as a crash or the kernel's memory killer would."""
        self.wrapped.kill("SIGKILL")

    def start(self) -> Self:
        """Start it again after its end."""
        self.wrapped.start()
        return self.wait()

    def wait(self) -> Self:
        """Wait until it serves, when it is one that does."""
        if self.name in PORTS:
            eventually(lambda: self.ask("/livez")[0] == 200, f"{self.name} serves", self.log)
        return self

    def finish(self) -> tuple[int, str]:
        """Wait for its end; return exit code and output."""
        code = self.wrapped.wait(timeout=60)["StatusCode"]
        return code, self.log()

    def log(self) -> str:
        """All it has written."""
        return self.wrapped.logs().decode()


class House:
    """A network and the volumes, and the services started on them; leaving it removes all of it."""

    def __init__(self) -> None:
        self._name = f"marigraph-test-{uuid.uuid4().hex[:8]}"
        self._engine = docker.from_env()
        self._network = Network()
        self._containers: list[DockerContainer] = []

    def __enter__(self) -> Self:
        self._network.create()
        for kind in ("data", "state", "keys"):
            self._engine.volumes.create(self._volume(kind))
        self._give_key()
        return self

    def __exit__(self, *_: object) -> None:
        for container in self._containers:
            container.stop()
        self._network.remove()
        for kind in ("data", "state", "keys"):
            self._engine.volumes.get(self._volume(kind)).remove(force=True)
        self._engine.close()

    def _volume(self, kind: str) -> str:
        return f"{self._name}-{kind}"

    def start(
        self,
        name: str,
        *command: str,
        entrypoint: list[str] | None = None,
        engine: dict[str, Any] | None = None,
        **environment: str,
    ) -> Service:
        """Start a service and wait until it serves; `engine` is what else the engine is told."""
        container = DockerContainer(
            f"marigraph-{name}:{TAG}",
            command=list(command) or None,
            env={"CLAUDE_SYNC_API_KEY_FILE": "/run/keys/api-key", **environment},
            volumes=[(self._volume(kind), place, mode) for kind, place, mode in MOUNTS[name]],
            entrypoint=entrypoint,
            **(HARDENED | (CHROMIUM_NEEDS if name == "scraper" else {}) | (engine or {})),
        )
        container.with_network(self._network).with_network_aliases(name)
        container.tmpfs["/tmp"] = "noexec,nosuid,nodev,size=64m"
        if name in PORTS:
            container.ports[str(PORTS[name])] = ("127.0.0.1", None)  # type: ignore[assignment] # passed on to the engine
        service = Service(name, container)
        self._containers.append(container)
        container.start()
        return service.wait()

    def _give_key(self) -> None:
        """Write the key as the user of the services, into a volume that takes that user from the image."""
        self._engine.containers.run(
            f"marigraph-receiver:{TAG}",
            ["-c", f"umask 077; echo {KEY} >/run/keys/api-key"],
            entrypoint="/bin/sh",
            volumes={self._volume("keys"): {"bind": "/run/keys", "mode": "rw"}},
            remove=True,
        )


def _decoded(body: bytes) -> Any:
    """Decode JSON; the probes answer plain text."""
    return json.loads(body) if body.startswith((b"{", b"[")) else body.decode()


MOUNTS = {
    "receiver": [("data", "/data", "rw"), ("keys", "/run/keys", "ro")],
    "janitor": [("data", "/data", "rw")],
    "practice": [],
    "scraper": [("state", "/state", "rw"), ("keys", "/run/keys", "ro")],
}

HARDENED: dict[str, Any] = {
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
    "pids_limit": 512,
    "mem_limit": "1g",
    "log_config": LogConfig(type="json-file", config={"max-size": "10m"}),
}

CHROMIUM_NEEDS: dict[str, Any] = {
    "security_opt": [*HARDENED["security_opt"], f"seccomp={CHROMIUM.read_text()}"],
    "shm_size": "256m",
    "hostname": "scraper",
}


def eventually(holds: Callable[[], object], what: str, log: Callable[[], str], seconds: float = 30) -> None:
    """Wait until something holds; fail with the log when it never does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if holds():
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"not in {seconds} s: {what}\n{log()[-4000:]}")
