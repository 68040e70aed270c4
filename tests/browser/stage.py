"""What the page is looked at with: the real receiver as a process of its own, and a real Chromium."""

import asyncio
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.ports import free_port

KEY = "a-key-for-tests+%/="
"""Holds the characters that an address would change if nobody took care."""

REPOSITORY = Path(__file__).parents[2]
START_SECONDS = 15
USAGE = "/api/claude/console-usage"


class ReceiverProcess:
    """A receiver on a port of its own, which it keeps when it is killed and started again."""

    def __init__(self, store: Path, *, keys_file: Path | None = None) -> None:
        self.store = store
        self.keys_file = keys_file
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def allow(
        self, name: str, *, accounts: list[str], key: str = KEY, scopes: tuple[str, ...] = ("read", "write")
    ) -> None:
        """Write a key into the file of keys; a receiver that runs knows it within a second."""
        assert self.keys_file
        kept = json.loads(self.keys_file.read_text())["keys"] if self.keys_file.exists() else []
        sha256 = hashlib.sha256(key.encode()).hexdigest()
        made = {"name": name, "sha256": sha256, "scopes": scopes, "accounts": accounts}
        self.keys_file.write_text(json.dumps({"keys": [*kept, made]}))

    def start(self, key: str = KEY) -> None:
        environment = {
            "PATH": os.environ["PATH"],
            "STORE_URL": self.store.as_uri(),
            "CLAUDE_SYNC_API_KEY": key,
            "RECEIVER_PORT": str(self.port),
        }
        if self.keys_file:
            environment["RECEIVER_KEYS_FILE"] = str(self.keys_file)
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

    def send(self, snapshot: dict[str, Any], account: str) -> None:
        address = f"{self.url}/api/v1/accounts/{account}/snapshots"
        body = json.dumps(snapshot | {"account": account}).encode()
        self._call(Request(address, body, {"X-API-Key": KEY}))

    def report(self, report: dict[str, Any], account: str = "default") -> None:
        address = f"{self.url}/api/v1/accounts/{account}/reports"
        self._call(Request(address, json.dumps(report).encode(), {"X-API-Key": KEY}))

    def latest(self) -> dict[str, Any]:
        return self._call(Request(f"{self.url}{USAGE}", headers={"X-API-Key": KEY}))

    async def listened_to_by(self, listeners: int) -> None:
        """Wait until so many streams of events are open."""
        deadline = time.monotonic() + START_SECONDS
        said = ""
        while time.monotonic() < deadline:
            with urlopen(f"{self.url}/metrics", timeout=10) as answer:
                said = answer.read().decode()
            if f"marigraph_event_listeners {listeners}.0\n" in said:
                return
            await asyncio.sleep(0.05)
        raise AssertionError([line for line in said.splitlines() if "listeners" in line])

    def _call(self, request: Request) -> dict[str, Any]:
        try:
            with urlopen(request, timeout=10) as answer:
                return json.load(answer)
        except HTTPError as error:
            with error:
                raise AssertionError(error.read().decode()) from error
