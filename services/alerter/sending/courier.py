"""Delivers: one task a destination, oldest message first, each try noted before the next."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from services.alerter.sending.destination import Destination
from services.alerter.telling.attempts import Outcome, after
from services.alerter.telling.book import Book, Delivery, Message, next_for

__all__ = ["Courier", "Ledger"]

_LONGEST_WAIT = 60.0

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

Tried = Callable[[str, Outcome, bool], None]
"""Hears of each try: the destination, what came of it, whether the message was given up."""


class Ledger:
    """Where the book is looked up and what is delivered is noted."""

    def __init__(self, book: Callable[[], Book], settle: Callable[[Book], None]) -> None:
        """Take how the book is asked for, and how a changed one is kept (which may raise OSError)."""
        self.book = book
        self.settle = settle


class Courier:
    """Brings messages to destinations; one that is dead, slow or refuses holds up none of the others."""

    def __init__(
        self,
        destinations: Sequence[Destination],
        ledger: Ledger,
        now: Callable[[], datetime],
        tried: Tried = lambda _name, _outcome, _given_up: None,
    ) -> None:
        """Take the destinations and the book's keeper."""
        self._destinations = destinations
        self._ledger = ledger
        self._now = now
        self._tried = tried
        self._wake = {one.name: asyncio.Event() for one in destinations}
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self) -> None:
        """Deliver from now on."""
        self._tasks = [asyncio.create_task(self._serve(one)) for one in self._destinations]

    def wake(self) -> None:
        """Say that there may be something new."""
        for event in self._wake.values():
            event.set()

    async def end(self) -> None:
        """Stop: a try under way is cut off, and made again by the next process."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for one in self._destinations:
            await one.close()

    async def once(self) -> None:
        """Try each destination until it has all or fails."""
        await asyncio.gather(*(self._drain(one) for one in self._destinations))

    async def _drain(self, destination: Destination) -> None:
        while message := next_for(self._ledger.book(), destination.name):
            if await self._try(destination, message) != "delivered":
                return

    async def _serve(self, destination: Destination) -> None:
        while True:
            wake = self._wake[destination.name]
            wake.clear()
            message = next_for(self._ledger.book(), destination.name)
            wait = _LONGEST_WAIT if message is None else self._pause(destination.name)
            if message is not None and wait <= 0:
                await self._try(destination, message)
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(wake.wait() if message is None else asyncio.sleep(wait), wait)

    def _pause(self, name: str) -> float:
        """Return the seconds until the next try is due; a clock that was set back makes none longer."""
        due = self._ledger.book().deliveries.get(name, Delivery()).next_at
        return 0.0 if due is None else min(_LONGEST_WAIT, (due - self._now()).total_seconds())

    async def _try(self, destination: Destination, message: Message) -> Outcome:
        name = destination.name
        outcome, why = await destination.send(message)
        before = self._ledger.book().deliveries.get(name, Delivery())
        book, given_up = after(
            self._ledger.book(),
            name,
            message,
            (outcome, why),
            self._now(),
            random.random(),  # noqa: S311 - no secret
        )
        if outcome == "delivered":
            _log.info("alert delivered", destination=name, id=message.id, fails_before=before.fails or None)
        elif given_up:
            _log.error("alert given up", destination=name, id=message.id, title=message.said.title, why=why)
        elif why != before.why or not before.fails:  # told when it begins or changes, not at every try
            _log.warning("alert not delivered; it is tried again", destination=name, id=message.id, why=why)
        try:
            self._ledger.settle(book)
        except OSError as error:
            _log.error("the book cannot be saved; a restart would deliver this again", reason=str(error))
        self._tried(name, outcome, given_up)
        return outcome
