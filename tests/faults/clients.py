"""Clients that post without pause and remember what was acknowledged."""

import itertools
import json
import threading
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, NamedTuple

from shared.schemas.codec import digest
from shared.store.keys import candidate_ids

USAGE = "/api/claude/console-usage"
KEY = "a-key-for-fault-tests"
BEGIN = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=30)
"""When the first snapshot was read, the same in all processes; each later one a second after the one before."""


class Clients:
    """Threads that post snapshots, each another, until they are told to stop."""

    def __init__(self, address: str, count: int, numbers: "itertools.count[int]", pause: float = 0) -> None:
        """Start `count` of them, each waiting `pause` seconds after an answer."""
        self.acknowledged: list[str] = []
        self._pause = pause
        self._address = address
        self._numbers = numbers
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._post_on, daemon=True) for _ in range(count)]
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


class Answer(NamedTuple):
    """A request's outcome: the HTTP status (0: none), after how many seconds, and a stored version's id."""

    status: int
    seconds: float
    version: str = ""


class Attempts:
    """Threads that post without pause, and keep how each attempt went, whatever came of it."""

    def __init__(self, address: str, count: int, numbers: "itertools.count[int]") -> None:
        self.acknowledged: set[str] = set()
        self.refused_numbers: list[int] = []
        self._done: list[tuple[float, Answer]] = []
        self._marks: list[float] = []
        self._address = address
        self._numbers = numbers
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._post_on, daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def mark(self) -> None:
        """Remember this moment; `between_marks` is about attempts under way between the last two."""
        self._marks.append(time.monotonic())

    def between_marks(self) -> list[Answer]:
        start, end = self._marks[-2:]
        return [answer for began, answer in self._done if began < end and began + answer.seconds > start]

    @property
    def refused(self) -> set[str]:
        """The ids under which the refused snapshots would have been stored."""
        return {id_of(number) for number in self.refused_numbers}

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _post_on(self) -> None:
        while not self._stop.is_set():
            number, began = next(self._numbers), time.monotonic()
            answer = try_to_post(self._address, number)
            self._done.append((began, answer))
            if answer.status == HTTPStatus.OK:
                self.acknowledged.add(answer.version)
            else:
                self.refused_numbers.append(number)
                self._stop.wait(0.02)


def id_of(number: int) -> str:
    """The id that the number-th snapshot is stored under."""
    moment = BEGIN + timedelta(seconds=number)
    return next(candidate_ids(moment, digest(numbered(number))))


def try_to_post(address: str, number: int) -> Answer:
    """Post the number-th snapshot, whatever comes of it."""
    return _answer(_request_to_post(address, number))


def ask(address: str, path: str) -> Answer:
    """Get a path, whatever comes of it."""
    return _answer(urllib.request.Request(address + path, headers={"X-API-Key": KEY}))


def _answer(request: urllib.request.Request) -> Answer:
    began = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            status, said = answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        status, said = error.code, {}
        error.close()
    except OSError:
        status, said = 0, {}
    return Answer(status, time.monotonic() - began, said.get("versionId", ""))


def numbered(number: int) -> dict[str, Any]:
    """The number-th snapshot."""
    return {
        "lastUpdated": (BEGIN + timedelta(seconds=number)).isoformat(),
        "currentSession": {"percentageUsed": number % 101, "resetsIn": "1 hr"},
    }


def post(address: str, number: int) -> str:
    """Post the number-th snapshot; the id that acknowledges it. Raises OSError when it is not stored."""
    with urllib.request.urlopen(_request_to_post(address, number), timeout=5) as answer:
        return str(json.load(answer)["versionId"])


def _request_to_post(address: str, number: int) -> urllib.request.Request:
    headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
    return urllib.request.Request(address + USAGE, json.dumps(numbered(number)).encode(), headers)
