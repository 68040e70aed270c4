"""The store's news on a volume: blocking work in threads."""

import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from shared.store.arrivals import Arrived, Tail
from shared.store.volume.arriving import Arriving
from shared.store.volume.opened import OpenVolume

__all__ = ["Announcing"]


class Announcing(OpenVolume):
    """The store's news."""

    def __init__(self, root: Path, *, read_only: bool = False) -> None:
        """Open the folder as OpenVolume does."""
        super().__init__(root, read_only=read_only)
        self._arriving: dict[str, Arriving] = {}

    def _news(self, account: str) -> Arriving:
        return self._arriving.setdefault(account, Arriving(self._history(account)))

    async def arrivals(self, account: str, since: datetime) -> Sequence[Arrived]:
        """See Arrivals.arrivals."""
        news = self._news(account)
        return await self._reading(f"reading account {account}", lambda: news.since(since))

    async def tail(
        self,
        account: str,
        mark: int | None = None,
        *,
        asked_at: float = math.inf,  # noqa: ARG002 - a look costs nothing
    ) -> Tail:
        """See Arrivals.tail."""
        news = self._news(account)
        return await self._reading(f"reading account {account}", lambda: news.tail(mark))
