"""Services installed without containers on a host that stands in for a real one, and looked at over ssh."""

import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.standin.host import StandIn

PATH = "/api/claude/console-usage"
SERVICES = ("receiver", "janitor", "alerter")
SHIPPED = ("Makefile", "deploy", "shared", "services", "docs/systemd.md", "build/wheels")
HERE = "/srv/marigraph"

Done = subprocess.CompletedProcess[str]


class Native:
    """A checkout on a host, and what was installed from it."""

    def __init__(self, host: StandIn, repository: Path) -> None:
        self.host = host
        with tempfile.TemporaryFile() as packed:
            _pack(repository, packed)
            packed.seek(0)
            command = ["ssh", *host.ssh_options.split(), "root@127.0.0.1", f"mkdir {HERE} && tar -xC {HERE}"]
            subprocess.run(command, stdin=packed, check=True, timeout=60)

    def make(self, target: str, **variables: str) -> Done:
        """Run a make target in the checkout."""
        words = " ".join(f"{name}='{value}'" for name, value in variables.items())
        return self.host.ssh(f"cd {HERE} && make --no-print-directory {target} {words} 2>&1", check=False)

    def install(self, **changes: str) -> Done:
        """Install the services, or install them anew."""
        variables = {
            "WHEELS": "build/wheels",
            "RECEIVER_HOST": "0.0.0.0",
            "SERVICES": " ".join(SERVICES),
        } | changes
        done = self.make("install-systemd", **variables)
        assert done.returncode == 0, done.stdout + self.journal()
        return done

    def show(self, unit: str, name: str) -> str:
        """What systemd says of a property of a unit."""
        return self.host.ssh(f"systemctl show --property {name} --value marigraph-{unit}").stdout.strip()

    def running(self) -> dict[str, tuple[int, int]]:
        """The services that run: the main process's number on the host, and how often systemd restarted it."""
        units = " ".join(f"marigraph-{service}.service" for service in SERVICES)
        said = self.host.ssh(f"systemctl show --property ActiveState,MainPID,NRestarts {units}").stdout
        told = [dict(line.split("=", 1) for line in part.splitlines()) for part in said.split("\n\n")]
        return {
            service: (int(one["MainPID"]), int(one["NRestarts"]))
            for service, one in zip(SERVICES, told, strict=True)
            if one["ActiveState"] == "active"
        }

    def journal(self) -> str:
        """What the services, and systemd of them, have said of late."""
        return self.host.ssh("journalctl --no-pager --lines 80 --unit 'marigraph*'", check=False).stdout

    def key(self) -> str:
        """The receiver's key, which the installation made."""
        return self.host.ssh("cat /etc/marigraph/secrets/api-key").stdout.strip()

    def eventually(self, holds: Callable[[], object], what: str, seconds: float = 60) -> None:
        """Wait until something holds; fail with the journal when it never does."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if holds():
                    return
            except OSError:
                pass
            time.sleep(0.2)
        raise AssertionError(f"not in {seconds} s: {what}\n{self.journal()}")


def snapshot(percentage: float, moment: str) -> dict[str, Any]:
    """A small one."""
    return {
        "currentSession": {"percentageUsed": percentage, "resetsIn": "2 hr 42 min"},
        "lastUpdated": moment,
    }


TAKES_WEBHOOKS = """
from http.server import BaseHTTPRequestHandler, HTTPServer

class Taking(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open("/srv/told", "ab") as file:
            file.write(body + b"\\n")
        self.send_response(204)
        self.end_headers()

HTTPServer(("127.0.0.1", 9000), Taking).serve_forever()
"""
"""A program for the host: takes webhooks at port 9000 and keeps them in /srv/told."""


def _pack(repository: Path, target: Any) -> None:
    """Pack what the installation needs; the browser's library, large, is none of it."""

    def wanted(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        name = Path(member.name).name
        return None if name == "__pycache__" or name.startswith("playwright") else member

    with tarfile.open(fileobj=target, mode="w") as tar:
        for name in SHIPPED:
            tar.add(repository / name, name, filter=wanted)
