"""What a janitor and an operator ask of a volume: archive, delete, check, mend."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from shared.store.base import Archived, Part, Version
from shared.store.errors import StoreUnavailableError
from shared.store.metadata import Lifetime
from shared.store.upkeep import Census, Cleared, Finding, Pace, Space
from shared.store.volume import upkeep
from shared.store.volume.census import census
from shared.store.volume.duty import Duty
from shared.store.volume.inspecting import inspect
from shared.store.volume.layout import accounts_of
from shared.store.volume.notes import read_note, space_of, swap_note, write_note
from shared.store.volume.opened import OpenVolume
from shared.store.volume.probing import probe
from shared.store.volume.restoring import raise_counts, restore
from shared.store.volume.scrub import scrub, scrub_archive
from shared.store.volume.tending import Tending

__all__ = ["Keeping"]

T = TypeVar("T")

_PATIENCE = 2.0
"""Seconds that a look at the disk may take."""


class Keeping(OpenVolume):
    """The store's upkeep."""

    pace = Pace()

    def __init__(self, root: Path, *, read_only: bool = False) -> None:
        """Open the folder as OpenVolume does."""
        super().__init__(root, read_only=read_only)
        self._duty = Duty(root / ".janitor.lock")
        self._tended: dict[str, Tending] = {}
        self._probing: asyncio.Task[None] | None = None
        self._tending: asyncio.Task[list[str]] | None = None

    async def archive(self, account: str, ids: Sequence[str]) -> Archived:
        """See Store.archive."""
        history = self._history(account)
        return await self._changing(f"archiving account {account}", lambda: upkeep.archive(history, ids))

    async def delete(self, account: str, ids: Sequence[str], cleaned_at: datetime) -> int:
        """See Store.delete."""
        history = self._history(account)
        return await self._changing(
            f"deleting from account {account}", lambda: upkeep.delete(history, ids, cleaned_at)
        )

    async def rebuild(self, *, thorough: bool = False) -> Sequence[str]:
        """See Store.rebuild: also sweeps temporary files that a crash left behind."""
        accounts = await self._reading("listing accounts", lambda: accounts_of(self._root))
        histories = [self._history(account) for account in accounts]
        mended: list[str] = []
        for history in histories:
            mended += await self._changing(
                f"mending account {history.account}", partial(upkeep.rebuild, history, thorough=thorough)
            )
        return mended

    async def restore(
        self, account: str, versions: Sequence[Version], part: Part, *, out_of_archive: bool = False
    ) -> int:
        """See Store.restore."""
        history = self._history(account)
        return await self._changing(
            f"restoring account {account}",
            lambda: restore(history, versions, part, self._writers, out_of_archive=out_of_archive),
        )

    async def raise_counts(self, account: str, lifetime: Lifetime) -> None:
        """See Store.raise_counts."""
        history = self._history(account)
        await self._changing(f"restoring account {account}", lambda: raise_counts(history, lifetime))

    async def take_duty(self, who: str) -> str | None:
        """See Upkeep.take_duty."""
        return await self._changing("becoming the store's janitor", lambda: self._duty.take(who))

    async def census(self, account: str) -> Census:
        """See Upkeep.census."""
        layout = self._history(account).layout
        return await self._reading(f"listing account {account}", lambda: census(layout))

    async def scrub(self, account: str, ids: Sequence[str], at: datetime, *, mend: bool) -> Sequence[Finding]:
        """See Upkeep.scrub."""
        history = self._history(account)
        return await self._reading(f"checking account {account}", lambda: scrub(history, ids, at, mend=mend))

    async def scrub_archive(self, account: str, month: str, at: datetime, *, mend: bool) -> Finding | None:
        """See Upkeep.scrub_archive."""
        history = self._history(account)
        run = self._changing if mend else self._reading
        return await run(
            f"checking the archive of account {account}",
            lambda: scrub_archive(history, month, at, mend=mend),
        )

    async def clear(self, account: str, after: str = "", *, pages: int) -> Cleared:  # noqa: ARG002 - rebuild does it
        """See Upkeep.clear."""
        return Cleared()

    async def inspect(self, account: str) -> Sequence[Finding]:
        """See Upkeep.inspect."""
        history = self._history(account)
        return await self._reading(f"checking account {account}", lambda: inspect(history))

    async def space(self) -> Space | None:
        """See Upkeep.space."""
        return await self._reading("measuring the room left", lambda: space_of(self._root))

    async def read_note(self, name: str) -> bytes | None:
        """See Upkeep.read_note."""
        return await self._reading("reading a note", lambda: read_note(self._root, name))

    async def write_note(self, name: str, data: bytes) -> None:
        """See Upkeep.write_note."""
        await self._changing("writing a note", lambda: write_note(self._root, name, data))

    async def swap_note(self, name: str, before: bytes | None, after: bytes) -> bool:
        """See Upkeep.swap_note."""
        return await self._changing("writing a note", lambda: swap_note(self._root, name, before, after))

    async def tend(self) -> Sequence[str]:
        """See Upkeep.tend: one look at a time; while the disk does not answer nobody else waits for it."""
        if self._tending is None or self._tending.done():
            self._tending = asyncio.create_task(self._tend())
        return await _within(_PATIENCE, self._tending)

    async def _tend(self) -> list[str]:
        def tend() -> list[str]:
            mended: list[str] = []
            failed: Exception | None = None
            for account, history in list(self._histories.items()):
                known = self._tended.setdefault(account, Tending(history))
                try:
                    mended += known.tend()
                except Exception as error:  # noqa: BLE001 - the other accounts' turn comes all the same
                    failed = failed or error
            if failed:
                raise failed
            return mended

        return await self._changing("mending what is derived", tend)

    async def probe(self) -> None:
        """See Store.probe: writes and removes a small file where each account's versions go.

        Who asks at the same time gets the same answer.
        """
        if self._probing is None or self._probing.done():
            accounts = [
                self._history(account)
                for account in await self._reading("listing accounts", lambda: accounts_of(self._root))
            ]
            self._probing = asyncio.create_task(
                self._changing("writing to the store", lambda: probe(self._root, accounts))
            )
        await _within(_PATIENCE, self._probing)

    def damage_seen(self) -> int:
        """See Upkeep.damage_seen."""
        return self._damage.count


async def _within(seconds: float, task: asyncio.Task[T]) -> T:
    """Wait for a task no longer than that; it goes on. Raises StoreUnavailableError when it takes longer."""
    task.add_done_callback(_heard)
    await asyncio.wait([task], timeout=seconds)
    if not task.done():
        raise StoreUnavailableError(f"the disk has not answered for {seconds:g} seconds")
    return task.result()


def _heard(task: asyncio.Task[T]) -> None:
    """Look at how a task ended, so that an end that nobody waited for is no warning."""
    if not task.cancelled():
        task.exception()
