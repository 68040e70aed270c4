"""Requests for a scrape, kept in the store's notes: all its receivers know them, also after a restart."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress

import msgspec

from services.receiver.live.trigger import Asked, ask, fetched, read_note
from shared.clock import Clock
from shared.errors import TemporaryError
from shared.store import Store

__all__ = ["MOST_WAITING", "ScrapeRequests"]

LOOK_SECONDS = 1.0
"""How soon a collector hears of what was asked at another receiver, or the store's pace if slower."""

MOST_WAITING = 100
"""Collectors that may wait at a time."""

_TRIES = 20


class ScrapeRequests:
    """The requests of all accounts. Every call may raise the errors of `shared.store.errors`."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Take where they are noted, and the time."""
        self._store = store
        self._clock = clock
        self._changed = asyncio.Event()
        self.waiting = 0
        """Collectors that wait just now."""

    async def ask(self, account: str, by: str) -> tuple[Asked, bool]:
        """Ask for a scrape; return the request that waits, and whether it is a new one."""
        request_id = secrets.token_hex(8)
        asked = await self._change(account, lambda before: ask(before, request_id, by, self._clock.now()))
        if asked is None:
            raise TemporaryError("too many ask for a scrape at once")
        self.wake()
        return asked, asked.id == request_id

    async def look(self, account: str) -> Asked | None:
        """Return the last request, whatever became of it."""
        return read_note(await self._store.read_note(_name(account)))

    async def fetch(
        self, account: str, collector: str, seconds: float, goes_on: Callable[[], bool]
    ) -> Asked | None:
        """Wait so long at most for a request, and take it; None when none came or `goes_on` ended."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        self.waiting += 1
        try:
            while goes_on():
                changed = self._changed
                taken = await self._change(
                    account, lambda before: fetched(before, collector, self._clock.now())
                )
                left = end - loop.time()
                if taken or left <= 0:
                    return taken
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(left, max(LOOK_SECONDS, self._store.pace.listening))):
                        await changed.wait()
            return None
        finally:
            self.waiting -= 1

    def wake(self) -> None:
        """Let all who wait look up."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def _change(self, account: str, change: Callable[[Asked | None], Asked | None]) -> Asked | None:
        """Change the note in one step, whoever else does; return what it says then, None for no change."""
        for _ in range(_TRIES):
            note = await self._store.read_note(_name(account))
            before = read_note(note)
            after = change(before)
            if after is None or after == before:
                return after
            if await self._store.swap_note(_name(account), note, msgspec.json.encode(after)):
                return after
        return None


def _name(account: str) -> str:
    return f"scrape-{account}"
