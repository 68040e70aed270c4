"""A volume as it is opened: its accounts' histories, and the threads that wait for the disk.

What changes files has threads of its own, so that a disk that does not answer writes still answers reads.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from shared.files import private_folder
from shared.store.errors import StoreReadOnlyError, translated
from shared.store.placing import checked_account
from shared.store.volume.append import SIDE_BY_SIDE
from shared.store.volume.damage import Damage
from shared.store.volume.history import History
from shared.store.volume.layout import layout_of

__all__ = ["OpenVolume"]

T = TypeVar("T")

_THREADS = 8
"""Readers side by side, and as many for changes."""


class OpenVolume:
    """A folder on a disk, shared by receivers and a janitor."""

    def __init__(self, root: Path, *, read_only: bool = False) -> None:
        """Open the folder, made if it is missing. Raises the store's errors when it cannot be.

        With `read_only` no file is touched, not even one that is derived; what would change one is refused.
        """
        self._root = root
        self._read_only = read_only
        if not read_only:
            with translated(f"opening the store {root}"):
                private_folder(root)
        self._damage = Damage()
        self._histories: dict[str, History] = {}
        self._readers = ThreadPoolExecutor(_THREADS, thread_name_prefix="store-read")
        self._changers = ThreadPoolExecutor(_THREADS, thread_name_prefix="store-change")
        self._writers = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="store-write")

    def _history(self, account: str) -> History:
        """Return an account's history. Raises StoreDamagedError when a link leads to it."""
        known = self._histories.get(account)
        if known is None:
            layout = layout_of(self._root, checked_account(account), read_only=self._read_only)
            known = History(account, layout, self._damage)
        known.layout.refuse_linked_account()
        return self._histories.setdefault(account, known)

    async def _reading(self, doing: str, work: Callable[[], T]) -> T:
        return await _in(self._readers, doing, work)

    async def _changing(self, doing: str, work: Callable[[], T]) -> T:
        if self._read_only:
            raise StoreReadOnlyError(f"{doing}: this store was opened only to be read")
        return await _in(self._changers, doing, work)

    async def _read(self, history: History, work: Callable[[], T]) -> T:
        return await self._reading(f"reading account {history.account}", work)

    def _shut(self) -> None:
        """Wait for the threads; nothing may be asked afterwards."""
        for pool in (self._readers, self._changers, self._writers):
            pool.shutdown()


async def _in(pool: ThreadPoolExecutor, doing: str, work: Callable[[], T]) -> T:
    def run() -> T:
        with translated(doing):
            return work()

    return await asyncio.get_running_loop().run_in_executor(pool, run)
