"""Work that goes on when whoever asked for it waits no longer."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

__all__ = ["LastingWork"]

T = TypeVar("T")


class LastingWork:
    """Tasks that outlive the questions they were begun for, until they are done or the receiver ends."""

    def __init__(self) -> None:
        """Begin with none."""
        self._tasks: set[asyncio.Task[Any]] = set()

    async def waited(self, work: Coroutine[Any, Any, T], patience: float) -> T:
        """Return what some work returns, or raise what it raises.

        Raises TimeoutError when that takes longer than `patience` seconds, and the work goes on.
        """
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        done, _ = await asyncio.wait({task}, timeout=patience)
        if not done:
            raise TimeoutError
        return task.result()

    async def close(self) -> None:
        """Stop all of it."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # told to whoever still waits for it
