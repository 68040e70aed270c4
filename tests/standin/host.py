"""A stand-in for an EC2 instance: a whole Debian 12 host in a container, with systemd, sshd and a Docker of its own.

It is started, restarted and removed through this machine's engine; all that is tested on it goes over ssh or through
its published port, as with a real host. Ports are on 127.0.0.1, keys are made for it and thrown away with it.
"""

import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from tests.ports import free_port
from tests.standin.image import image

PREFIX = "marigraph-standin-"
STARTS_WITHIN = 120
PORTS = {"ssh": 22, "receiver": 4000, "http": 80, "https": 443}
"""What of a host is reached from outside, each on a port of 127.0.0.1 here."""
WHOLE_HOST = (
    *("--cap-add", "SYS_ADMIN", "--cap-add", "NET_ADMIN", "--cap-add", "SYS_PTRACE"),
    *("--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined"),
    *("--tmpfs", "/run", "--tmpfs", "/run/lock", "--tmpfs", "/tmp:exec"),
    *("--volume", "/sys/fs/cgroup:/sys/fs/cgroup:rw"),
)
"""What systemd and a Docker engine need to run in a container; tests only, never on a machine that matters."""

BOOT = "mount --make-rshared / && exec /sbin/init"
"""A host's mounts are shared by all; a container's are not, and then no credential would reach a service."""

Done = subprocess.CompletedProcess[str]


class StandIn:
    """One host. Its files here (key, known hosts, ports) lie in `folder`; its disk is a volume of the engine."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = PREFIX + name
        self.folder = folder
        ports = folder / "ports.json"
        self.ports: dict[str, int] = json.loads(ports.read_text()) if ports.exists() else {}

    @classmethod
    def start(cls, name: str, folder: Path, *, prepared: bool, native: bool = False) -> Self:
        """Make and start a host, and wait until its ssh answers."""
        source = image(prepared=prepared, native=native)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        host = cls(name, folder)
        host.remove()
        folder.mkdir(mode=0o700, exist_ok=True)
        host.ports = {service: free_port() for service in PORTS}
        (folder / "ports.json").write_text(json.dumps(host.ports))
        _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / "key"))
        published = [
            word
            for service, port in PORTS.items()
            for word in ("--publish", f"127.0.0.1:{host.ports[service]}:{port}")
        ]
        _run(
            *("docker", "run", "--detach", "--name", host.name, "--hostname", name, *WHOLE_HOST),
            *("--stop-signal", "SIGRTMIN+3"),
            *("--volume", f"{host.name}:/var/lib/docker", *published),
            *("--volume", f"{PREFIX}packages:/var/cache/apt/archives"),
            *(source, "sh", "-c", BOOT),
        )
        host._let_in()
        return host.wait()

    def remove(self) -> None:
        """Remove the host, its disk and its files here."""
        subprocess.run(["docker", "rm", "--force", "--volumes", self.name], capture_output=True, check=False)
        subprocess.run(["docker", "volume", "rm", "--force", self.name], capture_output=True, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def reboot(self) -> Self:
        """Shut it down in order and start it again."""
        _run("docker", "restart", "--time", "60", self.name)
        return self.wait()

    def cut_power(self) -> Self:
        """Kill every process of the host at once, then start it again."""
        _run("docker", "kill", self.name)
        _run("docker", "start", self.name)
        return self.wait()

    def wait(self) -> Self:
        """Wait until systemd has started everything, or has tried to."""
        end, said = time.monotonic() + STARTS_WITHIN, ""
        while time.monotonic() < end:
            done = self.ssh("systemctl is-system-running; systemctl list-jobs --no-pager", check=False)
            said = done.stdout + done.stderr
            if said.startswith(("running", "degraded")):
                return self
            time.sleep(0.2)
        raise AssertionError(f"{self.name} did not start in {STARTS_WITHIN} s: {said}")

    @property
    def ssh_options(self) -> str:
        """What reaches this host, as given to SSH_OPTS."""
        known = self.folder / "known_hosts"
        return (
            f"-p {self.ports['ssh']} -i {self.folder / 'key'} -o IdentitiesOnly=yes"
            f" -o UserKnownHostsFile={known} -o StrictHostKeyChecking=accept-new -o LogLevel=ERROR"
        )

    def variables(self, user: str = "root") -> dict[str, str]:
        """The variables that name this host to the deploy's make targets."""
        return {"EC2_HOST": f"{user}@127.0.0.1", "SSH_OPTS": self.ssh_options}

    def ssh(self, command: str, *, user: str = "root", check: bool = True, give: str | None = None) -> Done:
        """Run a shell command on the host; `give` goes to its standard input."""
        return subprocess.run(
            ["ssh", "-n" if give is None else "-T", *self.ssh_options.split(), f"{user}@127.0.0.1", command],
            input=give,
            capture_output=True,
            text=True,
            check=check,
            timeout=120,
        )

    @contextmanager
    def reaching(self, port: int) -> Iterator[None]:
        """Give the host a port of this machine's loopback, under the same number at its own."""
        tunnel = f"127.0.0.1:{port}:127.0.0.1:{port}"
        command = ["ssh", "-n", *self.ssh_options.split(), "-o", "ExitOnForwardFailure=yes", "-R", tunnel]
        # It says something once the tunnel stands.
        with subprocess.Popen(
            [*command, "root@127.0.0.1", "echo there; exec sleep infinity"], stdout=subprocess.PIPE
        ) as process:
            try:
                assert process.stdout is not None
                assert process.stdout.readline() == b"there\n", f"no tunnel to port {port}"
                yield
            finally:
                process.kill()

    def ask(
        self, path: str, *, key: str = "", body: object = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """Ask the receiver through its published port; return status and body. Raises OSError when nothing answers."""
        data = None if body is None else json.dumps(body).encode()
        wanted = {
            "Content-Type": "application/json",
            **({"X-API-Key": key} if key else {}),
            **(headers or {}),
        }
        request = urllib.request.Request(f"http://127.0.0.1:{self.ports['receiver']}{path}", data, wanted)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                raw = answer.read()
                status = answer.status
        except urllib.error.HTTPError as refusal:
            raw, status = refusal.read(), refusal.code
        return status, json.loads(raw) if raw.startswith((b"{", b"[")) else raw.decode()

    def _let_in(self) -> None:
        """Give the key's public half to the host's users, as a cloud does at a first start."""
        script = "cat >/etc/ssh/authorized_keys && chmod 0644 /etc/ssh/authorized_keys"
        subprocess.run(
            ["docker", "exec", "--interactive", self.name, "sh", "-c", script],
            input=(self.folder / "key.pub").read_bytes(),
            check=True,
        )


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command[:3])}: {done.stdout}{done.stderr}"
