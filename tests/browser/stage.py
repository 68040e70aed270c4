"""What the page is looked at with: the real receiver as a process of its own, and a real Chromium."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

KEY = "a-key-for-tests+%/="
"""Holds the characters that an address would change if nobody took care."""

REPOSITORY = Path(__file__).parents[2]
START_SECONDS = 15
USAGE = "/api/claude/console-usage"


class ReceiverProcess:
    """A receiver on a port of its own, which it keeps when it is killed and started again."""

    def __init__(self, store: Path) -> None:
        self.store = store
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, key: str = KEY) -> None:
        environment = {
            "PATH": os.environ["PATH"],
            "STORE_URL": self.store.as_uri(),
            "CLAUDE_SYNC_API_KEY": key,
            "RECEIVER_PORT": str(self.port),
        }
        with (self.store.parent / "receiver.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "services.receiver"],
                cwd=REPOSITORY,
                env=environment,
                stdout=log,
                stderr=log,
            )
        self._wait_until_it_answers()

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process and self._process.poll() is None:
            try:
                urlopen(f"{self.url}/livez", timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        self.kill()
        raise AssertionError((self.store.parent / "receiver.log").read_text())

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Stop it as it stands: it still takes connections in, and answers none."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process
        self._process.send_signal(number)

    def post(self, snapshot: dict[str, Any]) -> None:
        self._call(Request(f"{self.url}{USAGE}", json.dumps(snapshot).encode(), {"X-API-Key": KEY}))

    def latest(self) -> dict[str, Any]:
        return self._call(Request(f"{self.url}{USAGE}", headers={"X-API-Key": KEY}))

    def _call(self, request: Request) -> dict[str, Any]:
        try:
            with urlopen(request, timeout=10) as answer:
                return json.load(answer)
        except HTTPError as error:
            with error:
                raise AssertionError(error.read().decode()) from error


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
