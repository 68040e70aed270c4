"""Group commit: appends that wait at the same time share their fsyncs, whoever asked for them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from shared.store.base import Appended
from shared.store.volume.append import Incoming, Outcome

__all__ = ["GroupCommit"]

_MOST = 256
"""Snapshots in one batch: bounds how long the first of them waits for the last."""

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

    async def append(self, item: Incoming) -> Appended:
        """Wait until a snapshot is stored; raises what kept it from being stored."""
        future: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        return await future

    async def close(self) -> None:
        """Finish what is waiting."""
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            try:
                outcomes = await self._commit([item for item, _ in batch])
            except Exception as error:  # noqa: BLE001 - each caller gets it
                outcomes = [error] * len(batch)
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                _settle(future, outcome)


def _settle(future: "asyncio.Future[Appended]", outcome: Outcome) -> None:
    if future.done():  # the caller went away; what is stored stays stored
        return
    if isinstance(outcome, Appended):
        future.set_result(outcome)
    else:
        future.set_exception(outcome)
