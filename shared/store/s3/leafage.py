"""The packs that were read lately, in memory: a pack never changes, so what is here is right for good."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from shared.store.errors import StoreDamagedError, StoreUnavailableError
from shared.store.s3.bucket import Bucket
from shared.store.s3.forms import Pack, read_lines
from shared.store.s3.shelves import LackingError, Leaf, Leaves

__all__ = ["Leafage"]

_MOST_BYTES = 64 * 1024 * 1024
_AT_ONCE = 8
"""Requests under way for one question."""

T = TypeVar("T")


class Leafage:
    """Packs by key; those that were not asked for the longest make room."""

    def __init__(self, bucket: Bucket, most_bytes: int = _MOST_BYTES) -> None:
        """Start empty."""
        self._bucket = bucket
        self._most = most_bytes
        self._kept: dict[str, Leaf] = {}
        self._bytes = 0
        self.damaged: set[str] = set()
        """The packs that were met and could not be believed."""

    async def settled(self, ask: Callable[[Leaves], T]) -> T:
        """Ask a question, again and again, with the packs that it lacks. Raises the store's errors."""
        held: dict[str, Leaf] = {}
        while True:
            try:
                return ask(held)
            except LackingError as lacking:
                held.update(await self._fetch(lacking.packs))

    async def _fetch(self, packs: Sequence[Pack]) -> dict[str, Leaf]:
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(pack: Pack) -> tuple[str, Leaf]:
            async with gate:
                return pack.key, self._at_hand(pack.key) or await self._read(pack)

        return dict(await asyncio.gather(*(one(pack) for pack in packs)))

    def keep(self, key: str, leaf: Leaf) -> None:
        """Keep a pack for later questions."""
        before = self._kept.pop(key, None)
        self._bytes += leaf.size - (before.size if before else 0)
        self._kept[key] = leaf
        while self._bytes > self._most and len(self._kept) > 1:
            self._bytes -= self._kept.pop(next(iter(self._kept))).size

    def _at_hand(self, key: str) -> Leaf | None:
        leaf = self._kept.pop(key, None)
        if leaf is not None:
            self._kept[key] = leaf
        return leaf

    async def _read(self, pack: Pack) -> Leaf:
        found = await self._bucket.get(pack.key)
        if found is None:
            raise StoreUnavailableError(f"{pack.key} is not there (any more): ask again")
        try:
            leaf = Leaf(read_lines(found.data, pack.key))
        except StoreDamagedError:
            self.damaged.add(pack.key)
            raise
        self.keep(pack.key, leaf)
        return leaf
