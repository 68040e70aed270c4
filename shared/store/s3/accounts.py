"""The accounts of a bucket, each followed by a ledger."""

import math
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from shared.store.placing import checked_account
from shared.store.s3.bucket import Bucket
from shared.store.s3.leafage import Leafage
from shared.store.s3.ledger import Ledger
from shared.store.s3.places import ACCOUNTS
from shared.store.s3.shelves import Leaves
from shared.store.s3.taking import Decision
from shared.store.s3.views import View
from shared.store.upkeep import Pace

__all__ = ["Accounts"]

_MOST = 4096
"""Accounts that are followed at a time; those that were not asked for the longest are found anew."""

T = TypeVar("T")


class Accounts:
    """What every part of the store stands on."""

    pace = Pace(listening=2, idle=60)

    def __init__(
        self, name: str, prefix: str, *, read_only: bool = False, stale_seconds: float = 0.0
    ) -> None:
        """Take the bucket's name and what all keys begin with; nothing is asked of it yet.

        Answers may leave out what others stored less than `stale_seconds` ago.
        """
        self._bucket = Bucket(name, prefix, read_only=read_only)
        self._leafage = Leafage(self._bucket)
        self._ledgers: dict[str, Ledger] = {}
        self._stale = stale_seconds
        self._names: Sequence[str] = ()
        self._names_of = -math.inf
        """When the names were asked for (seconds of `time.monotonic`)."""

    def _ledger(self, account: str) -> Ledger:
        ledger = self._ledgers.pop(account, None) or Ledger(
            self._bucket, self._leafage, checked_account(account), self._stale
        )
        self._ledgers[account] = ledger
        while len(self._ledgers) > _MOST:
            oldest = next(iter(self._ledgers))
            if self._ledgers[oldest].is_busy():
                break
            del self._ledgers[oldest]
        return ledger

    async def _view(self, account: str, asked_at: float) -> View:
        return await self._ledger(account).current(asked_at)

    async def _commit(self, account: str, decide: Decision[T]) -> T:
        return await self._ledger(account).commit(decide)

    async def _settled(self, ask: Callable[[Leaves], T]) -> T:
        return await self._leafage.settled(ask)

    async def accounts(self, *, asked_at: float = math.inf) -> Sequence[str]:
        """See Store.accounts: one request for a thousand."""
        now = time.monotonic()
        if self._names_of <= min(asked_at, now) - self._stale:
            self._names, self._names_of = await self._bucket.folders(ACCOUNTS), now
        here = {name: ledger.is_empty() for name, ledger in self._ledgers.items()}
        own = {name for name, empty in here.items() if empty is False}
        return sorted(name for name in {*self._names, *own} if not here.get(name))

    async def _close_ledgers(self) -> None:
        for ledger in list(self._ledgers.values()):
            await ledger.finish()
