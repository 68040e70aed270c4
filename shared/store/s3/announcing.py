"""News of a bucket: everything in it says when it came."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from shared.store.arrivals import Arrived, Tail
from shared.store.s3.accounts import Accounts
from shared.store.s3.forms import Item
from shared.store.s3.shelves import Leaves, Shelved
from shared.store.s3.views import View, microseconds, moment_of

__all__ = ["Announcing"]


class Announcing(Accounts):
    """See Arrivals. A mark is the moment at which the newest thing came."""

    async def arrivals(self, account: str, since: datetime) -> Sequence[Arrived]:
        """See Arrivals.arrivals."""
        view = await self._view(account, math.inf)
        return await self._arrived(view, microseconds(since))

    async def tail(self, account: str, mark: int | None = None, *, asked_at: float = math.inf) -> Tail:
        """See Arrivals.tail."""
        view = await self._view(account, asked_at)
        newest = view.newest_at
        at = moment_of(newest) if newest else datetime.now(UTC)  # nothing came by then
        arrived = [] if mark is None or mark >= newest else await self._arrived(view, mark + 1)
        return Tail(newest, at, arrived)

    async def _arrived(self, view: View, since: int) -> list[Arrived]:
        return await self._settled(lambda held: _came(view, held, since))


def _came(view: View, leaves: Leaves, since: int) -> list[Arrived]:
    """Return what came since and is still there; what is archived came when it came into the history."""
    versions: dict[str, Item] = {}
    for shelf in (view.archive, view.history):
        versions.update({item.id: item for item in Shelved(shelf, leaves).since(since)})
    came = [Arrived(moment_of(item.at), item.id) for item in versions.values()]
    came += [
        Arrived(moment_of(item.at), item.id, "report") for item in Shelved(view.reports, leaves).since(since)
    ]
    return sorted(came)
