"""Group commit: appends that wait at the same time share their fsyncs, whoever asked for them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from shared.store.base import Appended
from shared.store.errors import StoreUnavailableError
from shared.store.volume.append import Incoming, Outcome

__all__ = ["GroupCommit"]

_MOST = 256
"""Snapshots in one batch: bounds how long the first of them waits for the last."""

_PATIENCE = 5.0
"""Seconds that a batch may take before its callers are told that the disk does not answer."""

Waiting = tuple[Incoming, "asyncio.Future[Appended]"]


class GroupCommit:
    """Collects appends of one account and hands them on in batches, one batch at a time.

    The commit runs in a task of its own, so a caller that goes away stops nobody.
    """

    def __init__(self, commit: Callable[[Sequence[Incoming]], Awaitable[list[Outcome]]]) -> None:
        """Take the call that stores a batch durably."""
        self._commit = commit
        self._waiting: list[Waiting] = []
        self._task: asyncio.Task[None] | None = None
        self._stuck = False

    async def append(self, item: Incoming) -> Appended:
        """Wait until a snapshot is stored; raises what kept it from being stored.

        StoreUnavailableError says that nobody knows: a batch that the disk keeps waiting may be stored yet,
        and while it waits no other is begun. Sent again, what was stored is found to be a duplicate.
        """
        if self._stuck:
            raise _unanswered()
        future: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        return await future

    def is_busy(self) -> bool:
        """Tell, from any thread, whether another batch waits already."""
        return bool(self._waiting)

    async def close(self) -> None:
        """Finish what is waiting."""
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            timer = asyncio.get_running_loop().call_later(_PATIENCE, self._give_up, batch)
            try:
                outcomes = await self._commit([item for item, _ in batch])
            except Exception as error:  # noqa: BLE001 - each caller gets it
                outcomes = [error] * len(batch)
            finally:
                timer.cancel()
                self._stuck = False
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                _settle(future, outcome)

    def _give_up(self, batch: Sequence[Waiting]) -> None:
        """Tell all who wait; the commit itself goes on, and those who come later are told at once."""
        self._stuck = True
        waiting, self._waiting = self._waiting, []
        for _, future in (*batch, *waiting):
            _settle(future, _unanswered())


def _unanswered() -> StoreUnavailableError:
    return StoreUnavailableError(f"the disk has not answered for {_PATIENCE:g} seconds")


def _settle(future: "asyncio.Future[Appended]", outcome: Outcome) -> None:
    if future.done():  # the caller went away; what is stored stays stored
        return
    if isinstance(outcome, Appended):
        future.set_result(outcome)
    else:
        future.set_exception(outcome)
