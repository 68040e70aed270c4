"""The services as processes, known only by their commands, settings, files and HTTP."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ports import free_port

KEY = "a-key-for-system-tests"
USAGE = "/api/claude/console-usage"


def fetch(url: str, *, method: str = "GET", body: Any = None, key: str = KEY) -> tuple[int, Any]:
    """Status and decoded JSON (None for anything else); (0, None) when nobody answers."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"X-API-Key": key, "Content-Type": "application/json"}
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, decoded(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, decoded(error.read())
    except OSError:
        return 0, None


def decoded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def wait_until(condition, seconds: float = 30, what: str = "it") -> Any:
    """The condition's first true answer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen within {seconds} s")


class Stage:
    """A practice console, a receiver that can be stopped, and a scraper, on free ports in one folder."""

    def __init__(self, folder: Path, repository: Path) -> None:
        self.folder = folder
        self.repository = repository
        self.receiver_port, self.practice_port = free_port(), free_port()
        self.receiver = f"http://127.0.0.1:{self.receiver_port}"
        self.practice = f"http://127.0.0.1:{self.practice_port}"
        self.processes: dict[str, subprocess.Popen[str]] = {}

    def environment(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return inherited | {
            "STORE_URL": f"file://{self.folder}/store",
            "CLAUDE_SYNC_API_KEY": KEY,
            "CLAUDE_SYNC_URL": self.receiver + USAGE,
            "RECEIVER_PORT": str(self.receiver_port),
            "PRACTICE_PORT": str(self.practice_port),
            "SCRAPER_STATE_DIR": f"{self.folder}/scraper",
            "SCRAPER_USAGE_URL": f"{self.practice}/settings/usage",
            "SCRAPER_TIME_ZONE": "America/New_York",
        }

    def start(self, service: str, *arguments: str, ready: str) -> "subprocess.Popen[str]":
        log = (self.folder / f"{service}.log").open("a")
        with log:
            process = subprocess.Popen(
                [sys.executable, "-m", f"services.{service}", *arguments],
                cwd=self.repository,
                env=self.environment(),
                stderr=log,
                text=True,
            )
        self.processes[service] = process
        wait_until(lambda: fetch(ready)[0] == 200, what=f"{service} serving")
        return process

    def start_receiver(self) -> None:
        self.start("receiver", ready=f"{self.receiver}/livez")

    def start_practice(self) -> None:
        self.start("practice", ready=f"{self.practice}/livez")

    def stop(self, service: str, number: int = signal.SIGTERM) -> int:
        process = self.processes.pop(service)
        process.send_signal(number)
        return process.wait(10)

    def scraper(self, *command: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        """Run one of the scraper's commands to its end."""
        return subprocess.run(
            [sys.executable, "-m", "services.scraper", *command],
            cwd=self.repository,
            env=self.environment() | settings,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def scrape(self) -> "subprocess.CompletedProcess[str]":
        return self.scraper("once")

    def control(self, **settings: Any) -> None:
        status, body = fetch(f"{self.practice}/practice/control", method="PUT", body=settings)
        assert status == 200, body

    def shown(self) -> dict[str, Any]:
        shown: dict[str, Any] = fetch(f"{self.practice}/practice/state")[1]["shown"]
        return shown

    def latest(self) -> Any:
        return fetch(self.receiver + USAGE)[1]

    def history(self) -> list[dict[str, Any]]:
        folder = self.folder / "store" / "console-usage-history"
        return [json.loads(path.read_text()) for path in sorted(folder.glob("2*.json"))]

    def close(self) -> None:
        for service in list(self.processes):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.stop(service)
        for process in self.processes.values():
            process.kill()


@pytest.fixture
def stage(tmp_path: Path, repository: Path) -> Iterator[Stage]:
    built = Stage(tmp_path, repository)
    yield built
    built.close()


@pytest.fixture
def keyed(tmp_path: Path, repository: Path) -> Iterator[Any]:
    from tests.system.keyed import Keyed  # noqa: PLC0415 - it stands on this file

    made = Keyed(tmp_path, repository)
    yield made
    made.kill()


@pytest.fixture
def local(tmp_path: Path, repository: Path) -> Iterator[Any]:
    from tests.system.local import Local  # noqa: PLC0415 - it stands beside this file

    built = Local(tmp_path / "with blanks and a % in its name" / "local", repository)
    built.folder.parent.mkdir()
    yield built
    if built.process and built.process.poll() is None:
        built.stop()
