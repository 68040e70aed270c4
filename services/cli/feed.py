"""What feeds a live view: the stream of events, and questions beside it. Each goes on after a failure."""

import queue
import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from msgspec import Struct

from services.cli.asking import Receiver
from services.cli.exits import FAILED, NOTHING, REFUSED, UNREACHABLE, CommandError

__all__ = [
    "Answered",
    "Asker",
    "Down",
    "Ended",
    "Happened",
    "News",
    "Resized",
    "Stream",
    "Unanswered",
    "Up",
    "pauses",
]

_SILENCE = 45.0
"""Seconds: the receiver says every 15 that it is there."""

_POLL = 30.0
_LONGEST_PAUSE = 10.0
"""Seconds. Somebody looks on: one question in ten seconds is no load, and half a minute is long to wait."""

_PASSING = {FAILED, UNREACHABLE}
"""What may be over when it is tried again."""


class Up(Struct, frozen=True):
    """The stream is there."""


class Happened(Struct, frozen=True):
    """An event came."""


class Down(Struct, frozen=True):
    """The stream is not there, and why."""

    why: str


class Answered(Struct, frozen=True):
    """What the question brought."""

    answer: Any


class Unanswered(Struct, frozen=True):
    """The question brought nothing, and why; it is asked again."""

    why: str


class Ended(Struct, frozen=True):
    """What does not pass by itself: the view ends with it."""

    error: Exception


class Resized(Struct, frozen=True):
    """The terminal has another size."""


News: TypeAlias = Up | Happened | Down | Answered | Unanswered | Ended | Resized
Queue: TypeAlias = "queue.SimpleQueue[News]"


class _Worker(threading.Thread):
    """Works until the process ends; what ends the work is news, too."""

    def __init__(self, news: Queue) -> None:
        super().__init__(daemon=True)
        self._news = news

    def run(self) -> None:
        """Work."""
        try:
            self._work()
        except Exception as error:  # noqa: BLE001 - whatever it is, the one who shows has to hear of it
            self._news.put(Ended(error))

    def _work(self) -> None:
        raise NotImplementedError


class Stream(_Worker):
    """The stream of events. What they say is not read: who hears of one asks."""

    def __init__(self, receiver: Receiver, news: Queue) -> None:
        """Take whom to listen to."""
        super().__init__(news)
        self._receiver = receiver

    def _work(self) -> None:
        waits = pauses()
        while True:
            try:
                for is_first, line in self._lines():
                    if is_first:
                        self._news.put(Up())
                        waits = pauses()
                    self._heard(line)
                self._news.put(Down("the stream of events ended."))
            except CommandError as error:
                if error.code not in {*_PASSING, NOTHING}:  # an old receiver has no stream, and answers yet
                    raise
                self._news.put(Down(str(error)))
            time.sleep(next(waits))

    def _lines(self) -> Iterator[tuple[bool, bytes]]:
        is_first = True
        for line in self._receiver.lines(self._receiver.of_account("events"), {}, _SILENCE):
            yield is_first, line
            is_first = False

    def _heard(self, line: bytes) -> None:
        if line.startswith(b"event: key-ended"):
            raise CommandError(
                REFUSED,
                "the key was revoked, has expired, or may not read this account any more",
                "Name another: --key-file, MARIGRAPH_KEY_FILE.",
            )
        if line.startswith(b"event:"):
            self._news.put(Happened())


class Asker(_Worker):
    """Asks a question when it is told to, every half minute anyway, and soon again after a failure."""

    def __init__(self, question: Callable[[], Any], news: Queue) -> None:
        """Take the question, which raises CommandError."""
        super().__init__(news)
        self._question = question
        self._wanted = threading.Event()

    def ask(self) -> None:
        """Have it asked now; what is told while it is being asked has it asked once more."""
        self._wanted.set()

    def _work(self) -> None:
        waits = pauses()
        while True:
            self._wanted.clear()
            pause = _POLL
            try:
                self._news.put(Answered(self._question()))
                waits = pauses()
            except CommandError as error:
                if error.code not in _PASSING:
                    raise
                self._news.put(Unanswered(str(error)))
                pause = next(waits)
            self._wanted.wait(pause)


def pauses() -> Iterator[float]:
    """Yield seconds to wait before the next try: longer and longer, up to a bound, each shortened by luck."""
    seconds = 1.0
    while True:
        yield seconds * random.uniform(0.5, 1)  # noqa: S311 - no secret
        seconds = min(_LONGEST_PAUSE, seconds * 2)
