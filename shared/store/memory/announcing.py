"""News of what is in memory."""

from collections.abc import Sequence
from datetime import datetime

from shared.store.arrivals import Arrived, Tail
from shared.store.memory.accounts import Account, Accounts

__all__ = ["Announcing"]


class Announcing(Accounts):
    """See Arrivals."""

    async def arrivals(self, account: str, since: datetime) -> Sequence[Arrived]:
        """See Arrivals.arrivals."""
        own = self._of(account)
        return [one for one in own.arrived if one.at >= since and _is_there(own, one)]

    async def tail(self, account: str, mark: int | None = None) -> Tail:
        """See Arrivals.tail."""
        own = self._of(account)
        now = len(own.arrived)
        return Tail(now, [one for one in own.arrived[now if mark is None else mark :] if _is_there(own, one)])


def _is_there(own: Account, one: Arrived) -> bool:
    if one.kind == "report":
        return one.id in own.reports
    return one.id in own.versions or one.id in own.archive
