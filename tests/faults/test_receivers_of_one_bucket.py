"""Receivers on one bucket, killed and paused while clients send: what was acknowledged is there once."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.faults.lengths import note, times
from tests.ports import free_port
from tests.seaweedfs import SeaweedFS

pytestmark = [pytest.mark.seaweedfs, pytest.mark.timeout(times(180, 3600))]

KEY = "a-key-for-receivers-of-one-bucket"
USAGE = "/api/claude/console-usage"
BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
CLIENTS = 8


class Fleet:
    """Three receivers of one store; one that was killed is started again on its port."""

    def __init__(self, settings: dict[str, str], repository: Path) -> None:
        self._repository = repository
        self._settings = {"PATH": os.environ["PATH"], "CLAUDE_SYNC_API_KEY": KEY, **settings}
        self.ports = [free_port() for _ in range(3)]
        self.processes = [self._start(port) for port in self.ports]

    def _start(self, port: int) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "services.receiver"],
            cwd=self._repository,
            env=self._settings | {"RECEIVER_PORT": str(port)},
            stderr=subprocess.DEVNULL,
        )

    def call(self, place: int, path: str = USAGE, body: Any = None) -> tuple[int, Any]:
        """Status and JSON; (0, None) when nobody answers."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
        url = f"http://127.0.0.1:{self.ports[place]}{path}"
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=15) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, None
        except (OSError, ValueError):
            return 0, None

    def serves(self, place: int) -> bool:
        return self.call(place, "/readyz")[0] == 200

    def kill(self, place: int) -> None:
        self.processes[place].kill()
        self.processes[place].wait()
        self.processes[place] = self._start(self.ports[place])

    def pause(self, place: int, seconds: float) -> None:
        self.processes[place].send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self.processes[place].send_signal(signal.SIGCONT)

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture
def fleet(seaweedfs: SeaweedFS, repository: Path) -> Iterator[Fleet]:
    running = Fleet({"STORE_URL": seaweedfs.url(), **seaweedfs.environment()}, repository)
    yield running
    running.stop()


def reading(number: int) -> dict[str, Any]:
    at = BEGAN + timedelta(seconds=number)
    return {
        "lastUpdated": at.isoformat().replace("+00:00", ".000Z"),
        "currentSession": {"percentageUsed": number % 100, "resetsIn": "1 hr"},
    }


def send_all(fleet: Fleet, numbers: range, acknowledged: set[int], end: float) -> None:
    """Send readings one after the other, each until some receiver takes it."""
    place = numbers.start
    for number in numbers:
        while fleet.call(place % 3, body=reading(number))[0] != 200:
            place += 1
            time.sleep(0.05)
        acknowledged.add(number)
        if time.monotonic() > end:
            return


def watch_latest(fleet: Fleet, seen: list[str], stop: threading.Event) -> None:
    chance = random.Random(3)
    while not stop.is_set():
        status, body = fleet.call(chance.randrange(3))
        if status == 200:
            seen.append(body["lastUpdated"])


def test_receivers_killed_and_paused_while_clients_send_lose_nothing_and_store_nothing_twice(
    fleet: Fleet,
) -> None:
    while not all(fleet.serves(place) for place in range(3)):
        time.sleep(0.2)
    acknowledged: set[int] = set()
    seen: list[str] = []
    stop, end = threading.Event(), time.monotonic() + times(8, 300)
    clients = [
        threading.Thread(target=send_all, args=(fleet, range(n, 1_000_000, CLIENTS), acknowledged, end))
        for n in range(CLIENTS)
    ]
    watcher = threading.Thread(target=watch_latest, args=(fleet, seen, stop))
    for thread in (*clients, watcher):
        thread.start()
    chance = random.Random(7)
    while time.monotonic() < end:
        time.sleep(chance.uniform(0.3, 1.0))
        place = chance.randrange(3)
        if chance.random() < 0.5:
            fleet.kill(place)
        else:
            fleet.pause(place, chance.uniform(0.2, 1.5))
    for thread in clients:
        thread.join()
    stop.set()
    watcher.join()

    assert seen == sorted(seen), "latest went back"
    assert len(acknowledged) > 50
    while not fleet.serves(0):
        time.sleep(0.2)
    stored: list[str] = []
    page = fleet.call(0, "/api/v1/accounts/default/snapshots?limit=1000")[1]
    stored += [one["lastUpdated"] for one in page["snapshots"]]
    while page["next"]:
        page = fleet.call(0, f"/api/v1/accounts/default/snapshots?limit=1000&cursor={page['next']}")[1]
        stored += [one["lastUpdated"] for one in page["snapshots"]]
    assert len(stored) == len(set(stored))
    assert {reading(number)["lastUpdated"] for number in acknowledged} <= set(stored)
    assert len(stored) - len(acknowledged) <= CLIENTS, "at most what was under way in the end"
    assert fleet.call(0)[1]["versionInfo"]["total"] == len(stored)
    note(f"{len(acknowledged)} acknowledged, {len(stored)} stored, latest asked {len(seen)} times")
