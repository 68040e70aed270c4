"""Whether a snapshot could be stored now, looked up four times a second at most, however many ask."""

import asyncio
from typing import Any

from services.receiver.context import Context
from services.receiver.refusing.refusals import told
from shared.errors import MarigraphError

__all__ = ["Readiness"]

KEPT_SECONDS = 0.25
"""How long an answer holds: finding out writes a file. A good one holds longer if the store's pace is."""

PATIENCE_SECONDS = 3.0

_OK, _UNREADY = 200, 503
_MEGABYTE = 1_000_000


class Readiness:
    """Looks at what storing needs, and says each in words."""

    def __init__(self, context: Context) -> None:
        """Look at nothing yet."""
        self._context = context
        self._looking: asyncio.Task[tuple[int, dict[str, Any]]] | None = None
        self._until = 0.0

    async def now(self) -> tuple[int, dict[str, Any]]:
        """Return the HTTP status and the body: `status` and, for each check, `ok` or what is wrong."""
        if self._context.stopping:
            return _UNREADY, {"status": "stopping", "checks": {"process": "the receiver is about to stop"}}
        clock = asyncio.get_running_loop().time
        if self._looking is None or (self._looking.done() and clock() >= self._until):
            self._looking = asyncio.create_task(self._look())
        return await asyncio.shield(self._looking)

    async def _look(self) -> tuple[int, dict[str, Any]]:
        store, disk, clock = "ok", "ok", asyncio.get_running_loop().time
        begun = clock()
        self._until = begun + KEPT_SECONDS
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._context.store.probe()
                disk = await self._room()
        except TimeoutError:
            store = f"the store has not answered for {PATIENCE_SECONDS:g} seconds"
        except MarigraphError as error:
            store = told(error)
        ready = store == disk == "ok"
        if ready:
            self._until = begun + max(KEPT_SECONDS, self._context.store.pace.listening)
        # A keys file that cannot be believed leaves the keys as they were: the receiver serves on.
        checks = {"store": store, "disk": disk, "keys": self._context.keys.trouble or "ok"}
        return (_OK if ready else _UNREADY), {"status": "ok" if ready else "unready", "checks": checks}

    async def _room(self) -> str:
        """Say whether enough of the disk is free. Raises the store's errors."""
        space = await self._context.store.space()
        if space is None:
            return "ok"
        floor = self._context.options.disk_floor.of(space.total)
        if space.free >= floor:
            return "ok"
        return f"{_megabytes(space.free)} are free, less than RECEIVER_DISK_FLOOR ({_megabytes(floor)})"


def _megabytes(size: int) -> str:
    return f"{size / _MEGABYTE:,.1f} MB"
