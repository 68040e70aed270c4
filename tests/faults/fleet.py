"""Receivers of one store, clients that send to them, and all that they were answered, with its time."""

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple

from tests.ports import free_port

__all__ = ["Crowd", "Fleet", "Heard", "reading", "went_back"]

KEY = "a-key-for-receivers-of-one-store"
USAGE = "/api/claude/console-usage"
BEGAN = datetime(2026, 11, 1, tzinfo=UTC)


class Fleet:
    """Receivers of one store; one that was killed is started again on its port."""

    def __init__(self, settings: Mapping[str, str], repository: Path, log: Path, count: int = 3) -> None:
        """Start so many."""
        self._repository = repository
        self._log = log
        self._settings = {"PATH": os.environ["PATH"], "CLAUDE_SYNC_API_KEY": KEY, **settings}
        self.ports = [free_port() for _ in range(count)]
        self.processes = [self._start(port) for port in self.ports]

    def __len__(self) -> int:
        return len(self.ports)

    def _start(self, port: int) -> "subprocess.Popen[bytes]":
        return self.run("services.receiver", RECEIVER_PORT=str(port))

    def run(self, module: str, *arguments: str, **settings: str) -> "subprocess.Popen[bytes]":
        """Start a service of the same store; who starts it ends it."""
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=self._repository,
                env=self._settings | settings,
                stdout=log,
                stderr=log,
            )

    def call(self, place: int, path: str = USAGE, body: Any = None) -> tuple[int, Any]:
        """Return status and JSON; (0, None) when nobody answers."""
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

    def wait(self, seconds: float = 120) -> None:
        """Wait until all are ready."""
        end = time.monotonic() + seconds
        while not all(self.call(place, "/readyz")[0] == HTTPStatus.OK for place in range(len(self))):
            assert time.monotonic() < end, f"a receiver is not ready:\n{self._log.read_text()[-3000:]}"
            time.sleep(0.2)

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


class Heard(NamedTuple):
    """An answer that names a reading: when it was asked for, when it came, and the reading's time."""

    asked: float
    came: float
    reading: str


class Crowd:
    """Clients that send readings, each another, each until it is taken, and an observer of every receiver."""

    def __init__(self, fleet: Fleet, clients: int, first: int = 0) -> None:
        """Start them; readings are numbered from `first`."""
        self.acknowledged: list[Heard] = []
        self.looks: list[Heard] = []
        self._fleet = fleet
        self._numbers = itertools.count(first)
        self._sending, self._looking = threading.Event(), threading.Event()
        self._clients = [threading.Thread(target=self._send, args=(n,)) for n in range(clients)]
        self._observers = [threading.Thread(target=self._look, args=(n,)) for n in range(len(fleet))]
        for thread in (*self._clients, *self._observers):
            thread.start()

    def _send(self, place: int) -> None:
        while not self._sending.is_set():
            number, asked = next(self._numbers), time.monotonic()
            while self._fleet.call(place % len(self._fleet), body=reading(number))[0] != HTTPStatus.OK:
                if self._sending.wait(0.05):
                    return
                place, asked = place + 1, time.monotonic()
            self.acknowledged.append(Heard(asked, time.monotonic(), reading(number)["lastUpdated"]))

    def _look(self, place: int) -> None:
        while not self._looking.wait(0.01):
            asked = time.monotonic()
            status, body = self._fleet.call(place)
            if status == HTTPStatus.OK:
                self.looks.append(Heard(asked, time.monotonic(), body["lastUpdated"]))

    def stop(self) -> None:
        """Let the clients come to an end, then the observers."""
        self._sending.set()
        for thread in self._clients:
            thread.join()
        self._looking.set()
        for thread in self._observers:
            thread.join()


def reading(number: int) -> dict[str, Any]:
    """Return the number-th reading, a second after the one before."""
    at = BEGAN + timedelta(seconds=number)
    return {
        "lastUpdated": at.isoformat().replace("+00:00", ".000Z"),
        "currentSession": {"percentageUsed": number % 100, "resetsIn": "1 hr"},
    }


def went_back(looks: Sequence[Heard], acknowledged: Sequence[Heard]) -> list[Heard]:
    """Return the looks at the latest that showed less than what had been told before they were asked for.

    It makes no difference which receiver told it, nor whether it was the latest or acknowledged.
    """
    told = sorted((one.came, one.reading) for one in (*looks, *acknowledged))
    late, newest, place = [], "", 0
    for look in sorted(looks):
        while told[place][0] < look.asked:
            newest = max(newest, told[place][1])
            place += 1
        if look.reading < newest:
            late.append(look)
    return late
