"""The servers that are compared, each a process of its own, and what the kernel tells of them."""

import contextlib
import hashlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

__all__ = ["KEY", "KEYS", "REPOSITORY", "SERIES", "USAGE", "Server", "keys_file", "serving"]

REPOSITORY = Path(__file__).parents[2]
KEY = "a-key-for-measuring"
KEYS = 100
"""Keys that the receiver knows; it is asked with the last of them."""
USAGE = "/api/claude/console-usage"
SERIES = "/api/v1/accounts/default/series?from=2019-09-14&to=2020-09-14"
_START_SECONDS = 120


class Server(NamedTuple):
    """A server that runs: where, as which process, and how long it took from its start to its first answer."""

    address: str
    process_id: int
    start_seconds: float

    @property
    def megabytes(self) -> float:
        """Resident memory now."""
        status = Path(f"/proc/{self.process_id}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024

    @property
    def processor_seconds(self) -> float:
        """Time that all its threads spent on a processor."""
        threads = Path(f"/proc/{self.process_id}/task").iterdir()
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


@contextlib.contextmanager
def serving(module: str, path: str, log: Path, **settings: str) -> Iterator[Server]:
    """Run a module that takes its port from PORT until the block ends; `path` is asked until it is answered.

    What it writes to standard error goes into `log`, as it would into a file of a supervisor.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    environment = {**os.environ, **settings, "RECEIVER_PORT": port, "PORT": port}
    began = time.perf_counter()
    with log.open("ab") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", module], cwd=REPOSITORY, env=environment, stderr=written
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address + path, process)
        yield Server(address, process.pid, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(30)


def keys_file(path: Path) -> Path:
    """Write a file of keys of all accounts, the last of which is KEY."""
    secrets = [*(f"another-key-{number}" for number in range(KEYS - 1)), KEY]
    keys = [
        {
            "name": f"key {number}",
            "sha256": hashlib.sha256(secret.encode()).hexdigest(),
            "scopes": ["read", "write"],
            "accounts": ["*"],
        }
        for number, secret in enumerate(secrets)
    ]
    path.write_text(json.dumps({"keys": keys}))
    path.chmod(0o600)
    return path


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    """Ask until it is answered."""
    for _ in range(_START_SECONDS * 50):
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            request = urllib.request.Request(url, headers={"X-API-Key": KEY})
            urllib.request.urlopen(request, timeout=_START_SECONDS).close()
            return
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise SystemExit(f"bench: {url} does not answer")
