"""The servers that are compared, each a process of its own, and what the kernel tells of them."""

import contextlib
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

__all__ = ["KEY", "REPOSITORY", "SERIES", "USAGE", "Server", "serving"]

REPOSITORY = Path(__file__).parents[2]
KEY = "a-key-for-measuring"
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
def serving(module: str, path: str, **settings: str) -> Iterator[Server]:
    """Run `python -m module PORT` until the block ends; `path` is asked until it is answered."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    environment = {**os.environ, "LOG_LEVEL": "warning", **settings, "RECEIVER_PORT": port}
    began = time.perf_counter()
    given = [port] if module.startswith("tests.") else []  # the receiver takes its port from the environment
    process = subprocess.Popen([sys.executable, "-m", module, *given], cwd=REPOSITORY, env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address + path, process)
        yield Server(address, process.pid, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(30)


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
