"""Clients that post without pause and remember what was acknowledged."""

import itertools
import json
import threading
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

USAGE = "/api/claude/console-usage"
KEY = "a-key-for-fault-tests"
BEGIN = datetime.now(UTC).replace(microsecond=0) - timedelta(days=30)
"""When the first snapshot was read; each later one a second after the one before."""


class Clients:
    """Threads that post snapshots, each another, until they are told to stop."""

    def __init__(self, address: str, count: int, numbers: "itertools.count[int]", pause: float = 0) -> None:
        """Start `count` of them, each waiting `pause` seconds after an answer."""
        self.acknowledged: list[str] = []
        self._pause = pause
        self._address = address
        self._numbers = numbers
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._post_on) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _post_on(self) -> None:
        while not self._stop.is_set():
            try:
                version = post(self._address, next(self._numbers))
            except (OSError, ValueError):  # nothing was acknowledged
                self._stop.wait(0.05)
            else:
                self.acknowledged.append(version)
                self._stop.wait(self._pause)


def numbered(number: int) -> dict[str, Any]:
    """The number-th snapshot."""
    return {
        "lastUpdated": (BEGIN + timedelta(seconds=number)).isoformat(),
        "currentSession": {"percentageUsed": number % 101, "resetsIn": "1 hr"},
    }


def post(address: str, number: int) -> str:
    """Post the number-th snapshot; the id that acknowledges it. Raises OSError when it is not stored."""
    headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
    request = urllib.request.Request(address + USAGE, json.dumps(numbered(number)).encode(), headers)
    with urllib.request.urlopen(request, timeout=5) as answer:
        return str(json.load(answer)["versionId"])
