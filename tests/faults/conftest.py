"""A receiver as a process on a disk that may fail."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.clients import KEY
from tests.ports import free_port


class Receiver:
    """A receiver that can be started again and again on the same store and port; it works in its log's folder."""

    def __init__(self, store: Path, log: Path, **settings: str) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.store = store
        self.log = log
        self._settings = {
            "PATH": os.environ["PATH"],
            "STORE_URL": f"file://{store}",
            "CLAUDE_SYNC_API_KEY": KEY,
            "RECEIVER_PORT": str(self.port),
            "LOG_LEVEL": "warning",
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it; the seconds until it answered."""
        began = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "services.receiver"],
                cwd=self.log.parent,
                env=self._settings,
                stderr=log,
            )
        while time.monotonic() - began < 20:
            try:
                urllib.request.urlopen(f"{self.address}/livez", timeout=1).close()
            except OSError:
                assert self._process.poll() is None, self.log.read_text()
                time.sleep(0.02)
            else:
                return time.monotonic() - began
        raise AssertionError(f"the receiver did not start: {self.log.read_text()}")

    def janitor(self) -> "subprocess.Popen[bytes]":
        """Start a janitor's run on the same store; it leaves 100 versions in the history."""
        settings = self._settings | {"RETENTION_DAYS": "0", "RETENTION_MAX_VERSIONS": "100"}
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "services.janitor", "once"],
                cwd=self.log.parent,
                env=settings,
                stdout=log,
                stderr=log,
            )

    def stop(self) -> None:
        """Let it end in order; its log is whole then."""
        assert self._process
        self._process.terminate()
        self._process.wait(20)

    def kill(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@pytest.fixture
def receiver_on(tmp_path: Path) -> Iterator[Callable[..., Receiver]]:
    made: list[Receiver] = []

    def make(store: Path, **settings: str) -> Receiver:
        made.append(Receiver(store, tmp_path / "receiver.log", **settings))
        return made[-1]

    yield make
    for receiver in made:
        receiver.kill()
