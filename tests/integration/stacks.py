"""What one `make up` has started, for the tests that look at it."""

import json
import os
import re
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import docker

from tests.ports import free_port


class Stack:
    """The containers that one `make up` has started."""

    def __init__(self, project: str, ports: dict[str, int], engine: Any) -> None:
        self.ports = ports
        self.secrets: dict[str, str] = {}
        self._ours = {"label": f"com.docker.compose.project={project}"}
        self._engine = engine

    @property
    def containers(self) -> dict[str, Any]:
        """Each service's container; one of those of a service that runs several times."""
        return {one.labels["com.docker.compose.service"]: one for one in self.running()}

    def running(self, service: str = "") -> list[Any]:
        """Return all containers that run, or those of one service."""
        found = self._engine.containers.list(filters=self._ours)
        return [one for one in found if service in {"", one.labels["com.docker.compose.service"]}]

    def run(self, service: str, script: str) -> str:
        """Run a shell script in a service's container; return what it printed."""
        code, said = self.containers[service].exec_run(["sh", "-c", script])
        assert code == 0, said.decode()
        text: str = said.decode(errors="replace")
        return text

    def of_all_processes(self, service: str, file: str) -> str:
        """What that file of /proc says of every process; one may end while this looks."""
        return self.run(service, f"cat /proc/[0-9]*/{file} 2>/dev/null | tr '\\0' '\\n'; true")

    def remove(self) -> None:
        """Remove all that was started and made."""
        for one in self._engine.containers.list(all=True, filters=self._ours):
            one.remove(force=True)
        for kind in (self._engine.networks, self._engine.volumes):
            for one in kind.list(filters=self._ours):
                one.remove()


@contextmanager
def started(
    repository: Path, local: Path, target: str, secrets: Mapping[str, str] | None = None, **settings: str
) -> Iterator[Stack]:
    """Run a target of make that starts containers, which tells no secret; remove all of it afterwards."""
    project = f"marigraph-test-{uuid.uuid4().hex[:8]}"
    ports = {"RECEIVER_PORT": free_port(), "PRACTICE_PORT": free_port()}
    given = {"COMPOSE_PROJECT_NAME": project, "MARIGRAPH_LOCAL_DIR": str(local), **settings}
    with closing(docker.from_env()) as engine:
        up = subprocess.run(
            ["make", "--no-print-directory", target],
            cwd=repository,
            env=os.environ | given | {name: str(port) for name, port in ports.items()},
            capture_output=True,
            text=True,
            check=False,
        )
        stack = Stack(project, ports, engine)
        try:
            assert up.returncode == 0, up.stdout + up.stderr
            stack.secrets |= secrets or {}
            for name in ("key", "bucket-key"):
                if (local / name).exists():
                    stack.secrets[name] = (local / name).read_text().strip()
            assert not [name for name, secret in stack.secrets.items() if secret in up.stdout + up.stderr]
            yield stack
        finally:
            stack.remove()


def see_rights(stack: Stack, service: str) -> None:
    """See that no process of a service has more rights than it needs."""
    processes = stack.of_all_processes(service, "status")
    told: dict[str, set[str]] = {}
    for name, value in re.findall(r"^(Uid|Cap\w+|NoNewPrivs|Seccomp):\s+(\w+)", processes, re.MULTILINE):
        told.setdefault(name, set()).add(value)
    assert told.pop("Uid") == {"65532"}
    assert told.pop("NoNewPrivs") == {"1"}
    assert told.pop("Seccomp") == {"2"}
    assert set(told) == {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}
    assert set.union(*told.values()) == {"0" * 16}


def see_bounds(stack: Stack, service: str) -> None:
    """See that a service's root is read-only and its memory and processes are bounded."""
    assert stack.containers[service].exec_run(["touch", "/opt/marigraph/app/written"])[0] != 0
    mounts = stack.run(service, "cat /proc/1/mountinfo")
    assert re.search(r" / / ro,", mounts), mounts
    limits = stack.run(
        service,
        "cd /sys/fs/cgroup; cat pids.max pids/pids.max memory.max memory/memory.limit_in_bytes 2>&1; true",
    )
    processes, memory = (int(line) for line in limits.splitlines() if line.isdecimal())
    assert processes <= 512
    assert memory <= 1 << 30
    configuration = stack.containers[service].attrs["HostConfig"]
    assert configuration["MemorySwap"] == configuration["Memory"]  # nothing by swap
    assert configuration["RestartPolicy"]["Name"] == "unless-stopped"


def see_no_secret(stack: Stack, service: str) -> None:
    """See that no secret can be read from outside a service's container, nor in its image."""
    container = stack.containers[service]
    image = container.image
    seen = {
        "docker inspect": json.dumps([container.attrs, image.attrs]),
        "docker history": json.dumps(image.history()),
        "docker top": json.dumps(container.top(ps_args="axww")),
        "log": container.logs().decode(),
        "command lines and environments": "".join(
            stack.of_all_processes(service, file) for file in ("cmdline", "environ")
        ),
    }
    assert all(stack.secrets.values())
    assert [
        (name, place)
        for name, secret in stack.secrets.items()
        for place, text in seen.items()
        if secret in text
    ] == []
    patterns = "".join(f"{secret}\\n" for secret in stack.secrets.values())
    held = stack.run(
        service,
        f"printf '{patterns}' | grep -rlFf - /opt /etc /usr/local /var /tmp /home /root /srv 2>/dev/null; true",
    )
    assert held.split() == []
