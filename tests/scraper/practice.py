"""A practice console in a process of its own, and the scraper's commands run against it."""

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

REPOSITORY = Path(__file__).parents[2]


class Console:
    """The practice console's control, over HTTP."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.usage_url = f"{self.address}/settings/usage"

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else msgspec.json.encode(body)
        request = urllib.request.Request(self.address + path, data=data, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return msgspec.json.decode(answer.read())

    def set(self, **changes: Any) -> None:
        self._ask("PUT", "/practice/control", changes)

    def reset(self) -> None:
        self._ask("DELETE", "/practice/control")

    def shown(self) -> dict[str, Any]:
        return self._ask("GET", "/practice/state")["shown"]


@contextmanager
def running_console(folder: Path) -> Iterator[Console]:
    log = folder / "practice.log"
    environment = {**os.environ, "PRACTICE_PORT": "0", "LOG_FORMAT": "json"}
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.practice"],
            cwd=REPOSITORY,
            env=environment,
            stdout=stream,
            stderr=stream,
        )
    try:
        yield Console(_port(log, process))
    finally:
        process.terminate()
        process.wait(timeout=15)


def _port(log: Path, process: subprocess.Popen[bytes]) -> int:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"http://127\.0\.0\.1:(\d+)", log.read_text()):
            return int(found[1])
        time.sleep(0.05)
    raise AssertionError(f"the practice console did not start: {log.read_text()}")


class Scraper:
    """The scraper's commands on one state folder."""

    def __init__(self, folder: Path, console: Console, **environment: str) -> None:
        self.folder = folder
        own = {
            "SCRAPER_STATE_DIR": str(folder),
            "SCRAPER_USAGE_URL": console.usage_url,
            "SCRAPER_COLLECTOR": "test",
            "SCRAPER_TIME_ZONE": "Europe/Berlin",
            "CLAUDE_SYNC_URL": "http://127.0.0.1:1/",
        }
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("SCRAPER_", "CLAUDE_"))
        }
        self.environment = {**kept, **own, **environment}

    def start(self, *command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "services.scraper", *command],
            cwd=REPOSITORY,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *command: str) -> tuple[int, str]:
        """Run a command to its end; returns its exit code and all it printed."""
        process = self.start(*command)
        out, err = process.communicate(timeout=90)
        return process.returncode, out + err

    def last(self) -> dict[str, Any]:
        return msgspec.json.decode((self.folder / "usage-data.json").read_bytes())
