"""One account, asked and changed by many at once: looks are shared, and changes that wait go together."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from msgspec import Struct

from shared.clock import SystemClock
from shared.store.errors import StoreUnavailableError
from shared.store.s3.bucket import Bucket
from shared.store.s3.chain import Chain, seconds
from shared.store.s3.forms import Change
from shared.store.s3.leafage import Leafage
from shared.store.s3.shelves import LackingError, Leaves, Shelved
from shared.store.s3.taking import Decision
from shared.store.s3.views import View, changed, microseconds

__all__ = ["DEADLINE_SECONDS", "Ledger"]

DEADLINE_SECONDS = 8.0
"""How long a change may take; it may come about after it was given up."""

_TOGETHER = 256
"""Changes in one entry."""

_FRESH_SECONDS = 30.0
"""So long after a look an entry is made without another."""

_PAUSE_SECONDS = 0.02

T = TypeVar("T")


class _Asked(Struct):
    decide: Decision[Any]
    outcome: asyncio.Future[Any]


class Ledger:
    """An account in a bucket."""

    def __init__(self, bucket: Bucket, leafage: Leafage, account: str, stale_seconds: float) -> None:
        """Know nothing yet; answers may leave out what others stored so many seconds ago."""
        self._chain = Chain(bucket, leafage, account)
        self._leafage = leafage
        self._stale = stale_seconds
        self._lock = asyncio.Lock()
        self._waiting: list[_Asked] = []
        self._working: asyncio.Task[None] | None = None

    async def current(self, asked_at: float) -> View:
        """Return the account as it is, or was at some time after `asked_at` (monotonic seconds)."""
        asked_at = min(asked_at, time.monotonic()) - self._stale
        if self._chain.view is None or self._chain.looked_at < asked_at:
            async with _in_time(), self._lock:
                if self._chain.view is None or self._chain.looked_at < asked_at:
                    await self._chain.follow()
        assert self._chain.view is not None  # noqa: S101 - following ends with a view, or raises
        return self._chain.view

    async def commit(self, decide: Decision[T]) -> T:
        """Decide on the account as it is, and make what changes durable; return the answer.

        What is decided at the same time goes into one entry. Whoever asked may go away.
        """
        asked = _Asked(decide, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        asked.outcome.add_done_callback(_heard)
        async with _in_time():
            answer: T = await asyncio.shield(asked.outcome)
        return answer

    def is_busy(self) -> bool:
        """Tell whether anything is under way."""
        return self._lock.locked() or bool(self._waiting)

    def is_empty(self) -> bool | None:
        """Tell whether the account held nothing when it was looked at last; None when nobody looked yet."""
        if (view := self._chain.view) is None:
            return None
        return not any(len(Shelved(shelf, {})) for shelf in (view.history, view.archive, view.reports))

    async def finish(self) -> None:
        """Wait for what is under way."""
        if self._working is not None:
            await asyncio.wait({self._working})

    async def _work(self) -> None:
        while self._waiting:
            async with self._lock:
                batch, self._waiting = self._waiting[:_TOGETHER], self._waiting[_TOGETHER:]
                try:
                    await self._settle(batch)
                except Exception as error:  # noqa: BLE001 - told to each of them
                    _tell((asked, error) for asked in batch)

    async def _settle(self, batch: Sequence[_Asked]) -> None:
        """Decide, and make the entry; again when somebody else was first."""
        begun, tries = seconds(), 0
        while True:
            if self._chain.view is None or seconds() - self._chain.proven > _FRESH_SECONDS:
                await self._chain.follow()
            await self._chain.roll_up_if_long()
            changes, answers = await self._leafage.settled(lambda held: self._decided(batch, held))
            if not changes and self._chain.proven < begun:  # what is there already must still be there
                await self._chain.follow()
                continue
            if not changes or await self._chain.make(changes):
                break
            tries += 1
            await asyncio.sleep(random.random() * _PAUSE_SECONDS * tries)  # noqa: S311 - spreads, guards nothing
        _tell(answers)

    def _decided(
        self, batch: Sequence[_Asked], held: Leaves
    ) -> tuple[Sequence[Change], list[tuple[_Asked, Any]]]:
        """Decide on each in turn, on what those before it leave; one that is refused stops no other."""
        assert self._chain.view is not None  # noqa: S101 - see `_settle`
        view, all_changes, answers = self._chain.view, list[Change](), list[tuple[_Asked, Any]]()
        now = microseconds(SystemClock().now())
        for asked in batch:
            try:
                answer, changes = asked.decide(view, held, now)
            except LackingError:
                raise
            except Exception as error:  # noqa: BLE001 - told to who asked
                answer, changes = error, ()
            for change in changes:
                view = changed(view, change)
            all_changes += changes
            answers.append((asked, answer))
        return all_changes, answers


def _tell(answers: Iterable[tuple[_Asked, Any]]) -> None:
    for asked, answer in answers:
        if asked.outcome.done():
            continue
        if isinstance(answer, Exception):
            asked.outcome.set_exception(answer)
        else:
            asked.outcome.set_result(answer)


def _heard(outcome: asyncio.Future[Any]) -> None:
    """Take note of what whoever asked is no longer there to hear."""
    if not outcome.cancelled():
        outcome.exception()


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            yield
    except TimeoutError as error:
        raise StoreUnavailableError(f"the store has not answered for {DEADLINE_SECONDS:g} seconds") from error
